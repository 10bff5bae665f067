/*
 * lookup.h — which records an org has by the values of some fields, asked by query (internal to
 * core/process; REST API guide, "Query"). Values are compared as the org does.
 */

#ifndef PROCESS_LOOKUP_H
#define PROCESS_LOOKUP_H

#include "model/interface.h"
#include "process/key.h"
#include "salesforce/describe.h"
#include "salesforce/org.h"

struct json_object;

struct lookup {
	char object[81];
	struct lookup_field {
		char name[81]; /* as describe writes it */
		enum field_type type;
		enum key_kind kind;
	} fields[KEY_FIELDS_MAX];
	int count;
};

/* `fields` as in external_id. A field that describe does not have is taken for a text. */
int lookup_init(struct lookup *lookup, const char *object, const char *fields,
	const struct describe *describe, struct err *err);

/* A stored record, parsed; NULL when it is none. */
struct json_object *lookup_record(const char *record, size_t len);
void lookup_record_free(struct json_object *record);

/* What one record is looked for by. */
struct lookup_key {
	char *values[KEY_FIELDS_MAX]; /* owned; free with lookup_key_free() */
	uint64_t hash;		      /* the same for what the org takes for the same */
};

/*
 * Its values out of a stored record; `parent` NULL, or the relationship in which the fields stand
 * ("Account__r"). False when one of them is missing or blank; the key is empty then.
 */
bool lookup_key_read(struct lookup_key *key, const struct lookup *lookup, const char *parent,
	struct json_object *record);
void lookup_key_free(struct lookup_key *key);

/*
 * The address of one query for the first of `keys`, as many as an address can hold; those without
 * values are passed over. *count is lowered to how many of `keys` were dealt with. An empty path:
 * there is nothing to ask for.
 */
int lookup_path(struct buf *path, const struct lookup *lookup, const struct lookup_key *keys,
	int *count, struct err *err);

/* Called for each record that was found: the hash of its key, and its Id. */
typedef void lookup_found(void *ctx, uint64_t hash, const char *id);

/* Read the answer. ERR_LIMIT: there are more records than one answer holds. */
int lookup_answer(const struct lookup *lookup, const struct http_answer *answer,
	lookup_found *found, void *ctx, struct err *err);

/*
 * All at once, waiting for the org: lookup_path(), one call, lookup_answer(). `answer` is filled as
 * by org_exchange(); HTTP_NOT_SENT when there was nothing to ask for.
 */
int lookup_keys(const struct lookup *lookup, struct org *org, const struct lookup_key *keys,
	int *count, struct http_answer *answer, lookup_found *found, void *ctx, struct err *err);

#endif
