/*
 * collections.c — bodies and addresses of sObject Collections calls (REST API guide, "Using
 * Composite Resources: Collections"). Stored records are pasted in as they are: no JSON library
 * touches the 200 rows of a packet on their way out.
 */

#include "base/base.h"
#include "base/text.h"
#include "salesforce/collections.h"
#include "salesforce/record_scan.h"
#include "salesforce/reply.h"

#include <strings.h>

/* An address of more than 16,384 bytes is refused (414); the host and the version take their part.
 */
#define PATH_MAX_BYTES 15000

/* ---- a record's members ---- */

/* Go to the value of the object's member `name`; the API folds case. */
static bool find_member(struct record_scan *scan, const char *name)
{
	size_t len = strlen(name);
	const char *key;
	size_t key_len;

	if (!record_take(scan, '{'))
		return false;
	do {
		if (!record_string(scan, &key, &key_len) || !record_take(scan, ':'))
			return false;
		if (key_len == len && strncasecmp(key, name, len) == 0)
			return true;
		if (!record_skip(scan))
			return false;
	} while (record_take(scan, ','));
	return false;
}

bool collection_record_id(const char *record, size_t record_len, const char **id, size_t *id_len)
{
	struct record_scan scan = { record, record + record_len };

	return find_member(&scan, "id") && record_string(&scan, id, id_len) &&
	       reply_is_id(*id, *id_len);
}

bool collection_record_parent(const char *record, size_t record_len, const char *member,
	const char *inner, const char **value, size_t *len)
{
	struct record_scan scan = { record, record + record_len };

	if (!find_member(&scan, member) || (inner && !find_member(&scan, inner)))
		return false;
	if (record_peek(&scan) == '"')
		return record_string(&scan, value, len);
	return record_word(&scan, value, len) && !(*len == 4 && !memcmp(*value, "null", 4));
}

/* ---- the request ---- */

/* Letters, digits and underscores: nothing that could leave its place in an address. */
static bool is_api_name(const char *name)
{
	return !text_empty(name) &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
		       strlen(name);
}

static int check_call(const struct collection_call *call, struct err *err)
{
	if (call->count < 1 || call->count > PACKET_ROWS_MAX)
		return err_set(err, ERR_USAGE, "a call takes 1 to %d records, not %d",
			PACKET_ROWS_MAX, call->count);
	if (!is_api_name(call->object))
		return err_set(err, ERR_CONFIG, "object: \"%s\" is no API name",
			call->object ? call->object : "");
	if (call->operation == OPERATION_UPSERT && !is_api_name(call->external_id))
		return err_set(err, ERR_CONFIG, "external_id: \"%s\" is no API name",
			call->external_id ? call->external_id : "");
	return 0;
}

/* The Id that was looked up, or the record's own. */
static bool id_of(const struct collection_call *call, int place, const char **id, size_t *len)
{
	if (!call->ids || !call->ids[place])
		return collection_record_id(
			call->records[place], call->record_lens[place], id, len);
	*id = call->ids[place];
	*len = strlen(*id);
	return true;
}

/* `{"Name":"x"}` becomes `{"attributes":{"type":"Account"},"Name":"x"}`. */
static int add_record(
	struct buf *body, const struct collection_call *call, int place, struct err *err)
{
	const char *id = call->ids ? call->ids[place] : NULL;
	const char *record = call->records[place];
	size_t len = call->record_lens[place];
	const char *inner = record;
	const char *end = record + len;

	while (inner < end && strchr(" \t\r\n", *inner))
		inner++;
	while (end > inner && strchr(" \t\r\n", end[-1]))
		end--;
	if (end - inner < 2 || *inner != '{' || end[-1] != '}')
		return err_set(err, ERR_USAGE, "record %d is no JSON object", place + 1);
	inner++;
	while (inner < end && strchr(" \t\r\n", *inner))
		inner++;
	buf_add_str(body, "{\"attributes\":{\"type\":\"");
	buf_add_str(body, call->object);
	buf_add_str(body, "\"}");
	if (id)
		buf_addf(body, ",\"id\":\"%s\"", id);
	if (*inner != '}')
		buf_add_char(body, ',');
	buf_add(body, inner, (size_t)(end - inner));
	return 0;
}

static int add_records(struct buf *body, const struct collection_call *call, struct err *err)
{
	buf_add_str(body, call->all_or_none ? "{\"allOrNone\":true,\"records\":["
					    : "{\"allOrNone\":false,\"records\":[");
	for (int i = 0; i < call->count; i++) {
		const char *id;
		size_t id_len;
		int rc;

		if (call->operation == OPERATION_UPDATE && !id_of(call, i, &id, &id_len))
			return err_set(err, ERR_USAGE,
				"record %d has no Id: an update needs the Salesforce Id of each "
				"row",
				i + 1);
		if (i)
			buf_add_char(body, ',');
		rc = add_record(body, call, i, err);
		if (rc)
			return rc;
	}
	buf_add_str(body, "]}");
	return 0;
}

static int add_ids(struct buf *path, const struct collection_call *call, struct err *err)
{
	buf_add_str(path, "/composite/sobjects?ids=");
	for (int i = 0; i < call->count; i++) {
		const char *id;
		size_t id_len;

		if (!id_of(call, i, &id, &id_len))
			return err_set(err, ERR_USAGE,
				"record %d has no Id: a delete needs the Salesforce Id of each row",
				i + 1);
		if (i)
			buf_add_char(path, ',');
		buf_add(path, id, id_len);
	}
	buf_add_str(path, call->all_or_none ? "&allOrNone=true" : "&allOrNone=false");
	if (path->len > PATH_MAX_BYTES)
		return err_set(err, ERR_LIMIT, "the address of the delete is too long");
	return 0;
}

int collection_request(const char **method, struct buf *path, struct buf *body,
	const struct collection_call *call, struct err *err)
{
	int rc = check_call(call, err);

	*method = NULL;
	if (rc)
		return rc;
	if (call->operation == OPERATION_DELETE) {
		rc = add_ids(path, call, err);
	} else {
		buf_add_str(path, "/composite/sobjects");
		if (call->operation == OPERATION_UPSERT)
			buf_addf(path, "/%s/%s", call->object, call->external_id);
		rc = add_records(body, call, err);
	}
	if (rc == 0)
		rc = buf_check(path, "the address of the call", err);
	if (rc == 0)
		rc = buf_check(body, "the body of the call", err);
	if (rc == 0)
		*method = call->operation == OPERATION_DELETE	? "DELETE"
			  : call->operation == OPERATION_INSERT ? "POST"
								: "PATCH";
	return rc;
}
