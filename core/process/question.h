/*
 * question.h — which records the org has by the keys of rows, asked for many rows at once and for
 * each key once (internal to core/process).
 */

#ifndef PROCESS_QUESTION_H
#define PROCESS_QUESTION_H

#include "process/key_map.h"
#include "process/lookup.h"

#define QUESTION_ROWS 200
#define QUESTION_CALLS_MAX 250 /* of one question; what is beyond stays unknown */
#define QUESTION_UNKNOWN (-1)

struct question {
	struct lookup lookup;
	char parent[81]; /* relationship whose record holds the fields, "" = the row's own */
	struct lookup_key keys[QUESTION_ROWS]; /* empty: the row does not ask */
	int hits[QUESTION_ROWS];	       /* records with its key, or QUESTION_UNKNOWN */
	struct key_map known;		       /* hash of a key -> hits + 1 */
	int calls;
};

/* All of `question` is set; see lookup_init(). End with question_free(). */
int question_init(struct question *question, const char *object, const char *fields,
	const char *parent, const struct describe *describe, struct err *err);
void question_free(struct question *question);

/* Row number `row` asks by what its record holds. False when that is no whole key. */
bool question_put(struct question *question, int row, struct json_object *record);

/* Ask for the first `rows`. On failure what was not answered is QUESTION_UNKNOWN. */
int question_ask(struct question *question, int rows, struct org *org, struct err *err);

/* Make room for the next rows; what is known stays known. */
void question_next(struct question *question, int rows);

#endif
