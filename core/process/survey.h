/*
 * survey.h — what there is at a connection's source: the tables of its database, the columns of one
 * of them, or the files of its folder. Shows at the same time that the source can be reached.
 */

#ifndef PROCESS_SURVEY_H
#define PROCESS_SURVEY_H

#include "process/process.h"

#define SURVEY_MAX 20000 /* entries; what is beyond is left out */

enum survey_kind { SURVEY_TABLES, SURVEY_COLUMNS, SURVEY_FILES };

struct survey_entry {
	char *name;	 /* of a table with its schema, as `interface propose --table` takes it */
	char type[48];	 /* "table", "view"; of a column "decimal(10,2)"; of a file "" */
	int64_t size;	 /* of a file, bytes */
	int64_t changed; /* of a local file, ms UTC; 0 = not known */
};

struct survey {
	enum survey_kind kind;
	struct survey_entry *entries;
	size_t count;
	bool more;	/* there are more than SURVEY_MAX */
	char note[400]; /* of files that no run reads, and why; "" = none */
};

/*
 * `table` NULL: tables or files. Blocks. Fails with ERR_SOURCE, with ERR_USAGE for a table of a
 * folder, and with ERR_CONFIG.
 */
int process_survey(struct survey **out, const struct process_env *env,
	const struct connection *connection, const char *table, const atomic_bool *cancel,
	struct err *err);
void survey_free(struct survey *survey);

/*
 * How many there are, in words: "the source answers: 3 tables", "the source answers; it has no
 * file".
 */
void survey_words(char *out, size_t size, const struct survey *survey);

/* What to do about a survey that failed; NULL where its own words already say it. */
const char *survey_advice(const struct err *err);

#endif
