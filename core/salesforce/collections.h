/*
 * collections.h — sObject Collections: bodies for at most 200 records and the answers to them
 * (REST API guide, "sObject Collections"). Matching is by place in the request that was really
 * sent.
 */

#ifndef SALESFORCE_COLLECTIONS_H
#define SALESFORCE_COLLECTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "http/client.h"
#include "model/interface.h"

struct collection_call {
	const char *object;
	enum operation operation;
	const char *external_id; /* upsert */
	bool all_or_none;
	const char *const *records; /* JSON objects without attributes: "{\"Name\":\"x\"}" */
	const uint32_t *record_lens;
	/*
	 * For update and delete: the Id of each record; NULL, or NULL in it = in the record itself.
	 * These records hold no Id then.
	 */
	const char *const *ids;
	int count;
};

/* Does the record name its own Salesforce Id? `id` is borrowed from it, not terminated. */
bool collection_record_id(const char *record, size_t record_len, const char **id, size_t *id_len);

/*
 * The parent that the record names by an Id in `member` ("AccountId", `inner` NULL) or by an
 * external ID in an object ("Account__r", "Ext_Id__c"): as it is written, escapes untouched,
 * borrowed, not terminated. False when it names none.
 */
bool collection_record_parent(const char *record, size_t record_len, const char *member,
	const char *inner, const char **value, size_t *len);

/* Method, path behind the version ("/composite/sobjects/Account/Ext__c") and body. */
int collection_request(const char **method, struct buf *path, struct buf *body,
	const struct collection_call *call, struct err *err);

/* One row's answer. Texts are owned by the result set. */
struct collection_result {
	bool success;
	bool created;
	char id[19];
	char code[64];	    /* first error's statusCode */
	const char *text;   /* first error's message; further errors are appended with "; " */
	const char *fields; /* comma separated, "" when none */
	const char *answer; /* of a failure: this row's part of the answer, byte by byte as it came,
			       at most ORG_SAID_MAX of them; "" when not told apart */
};

struct collection_results {
	struct collection_result rows[PACKET_ROWS_MAX];
	int count;
	void *arena;
};

/*
 * Parse a 200 answer to a request of `expected` rows: anything but an array of exactly that many
 * row results is ERR_PROTOCOL (the outcome of the request is then unknown, not guessed).
 * A fast scanner reads the exact success shape; every other answer goes to json-c.
 */
int collection_results_parse(struct collection_results *out, const char *body, size_t len,
	int expected, struct err *err);
void collection_results_free(struct collection_results *results);

#endif
