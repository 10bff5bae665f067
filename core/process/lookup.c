/* lookup.c — keys into one SOQL query, and the values out of its answer. */

#include "base/base.h"
#include "process/lookup.h"
#include "salesforce/reply.h"

#define QUERY_MAX 9000 /* bytes of an address; the org takes 16,384 with its headers */

static void quote(struct buf *soql, const struct lookup *lookup, const char *key)
{
	if (lookup->number) {
		buf_add_str(soql, key);
		return;
	}
	buf_add_char(soql, '\'');
	for (; *key; key++) {
		if (*key == '\'' || *key == '\\')
			buf_add_char(soql, '\\');
		buf_add_char(soql, *key);
	}
	buf_add_char(soql, '\'');
}

static int build(struct buf *path, const struct lookup *lookup, const char *const *keys, int *count,
	struct err *err)
{
	struct buf soql = BUF_INIT(4 * QUERY_MAX);
	int i = 0;
	int rc;

	buf_addf(&soql, "SELECT %s FROM %s WHERE %s IN (", lookup->field, lookup->object,
		lookup->field);
	buf_add_str(path, "/query?q=");
	http_url_escape(path, buf_str(&soql));
	while (i < *count && (i == 0 || path->len < QUERY_MAX)) {
		buf_reset(&soql);
		buf_add_str(&soql, i ? "," : "");
		quote(&soql, lookup, keys[i++]);
		http_url_escape(path, buf_str(&soql));
	}
	http_url_escape(path, ")");
	*count = i;
	rc = buf_check(&soql, "a key", err);
	buf_free(&soql);
	return rc ? rc : buf_check(path, "a query", err);
}

static int read_answer(const struct lookup *lookup, const struct http_answer *answer,
	lookup_found *found, void *ctx, struct err *err)
{
	struct json_object *reply = NULL, *records, *value;
	int rc = reply_parse_as(&reply, json_type_object, buf_str(&answer->body), answer->body.len,
		"the answer to a query", err);

	records = rc ? NULL : reply_member(reply, "records", json_type_array);
	for (size_t i = 0; records && i < json_object_array_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);

		if (json_object_object_get_ex(record, lookup->field, &value) && value)
			found(ctx, json_object_get_string(value));
	}
	json_object_put(reply);
	return rc;
}

int lookup_keys(const struct lookup *lookup, const char *const *keys, int *count,
	lookup_found *found, void *ctx, struct err *err)
{
	struct buf path = BUF_INIT(8 * QUERY_MAX);
	struct http_answer answer;
	int rc;

	http_answer_init(&answer);
	rc = build(&path, lookup, keys, count, err);
	if (!rc)
		rc = org_exchange(lookup->org,
			&(struct org_request){ .method = "GET", .path = buf_str(&path) }, &answer,
			err);
	if (!rc)
		rc = read_answer(lookup, &answer, found, ctx, err);
	http_answer_free(&answer);
	buf_free(&path);
	return rc;
}
