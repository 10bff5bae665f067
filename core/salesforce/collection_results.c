/*
 * collection_results.c — the answer to a Collections call, row by row. When all rows went well, the
 * usual case, the answer has one exact shape, and a scanner that accepts only that shape reads it;
 * every other answer is json-c's. Neither guesses: a row that is no row result, or one too many or
 * too few, makes the outcome of the whole request unknown.
 */

#include "base/base.h"
#include "base/text.h"
#include "salesforce/collections.h"
#include "salesforce/org.h"
#include "salesforce/record_scan.h"
#include "salesforce/reply.h"

#define ROW_TEXT_MAX 2000 /* bytes of one row's reasons */
#define ROW_ERRORS_MAX 10

/* ---- texts of the rows, freed at once ---- */

struct chunk {
	struct chunk *next;
	char text[];
};

static const char *keep(struct collection_results *results, const char *text)
{
	size_t size = strlen(text) + 1;
	struct chunk *chunk = malloc(sizeof(*chunk) + size);

	if (!chunk)
		return NULL;
	memcpy(chunk->text, text, size);
	chunk->next = results->arena;
	results->arena = chunk;
	return chunk->text;
}

void collection_results_free(struct collection_results *results)
{
	struct chunk *chunk = results ? results->arena : NULL;

	while (chunk) {
		struct chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	if (results) {
		results->arena = NULL;
		results->count = 0;
	}
}

static void start_row(struct collection_result *row)
{
	row->success = row->created = false;
	row->id[0] = row->code[0] = '\0';
	row->text = row->fields = row->answer = "";
}

/* ---- the exact success shape ---- */

struct scan {
	const char *at, *end;
};

static bool exact(struct scan *scan, const char *text, size_t len)
{
	if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, text, len) != 0)
		return false;
	scan->at += len;
	return true;
}

#define EXACT(scan, literal) exact(scan, literal, sizeof(literal) - 1)

static bool scan_row(struct collection_result *row, struct scan *scan)
{
	const char *id = scan->at + sizeof("{\"id\":\"") - 1;
	size_t len;

	if (!EXACT(scan, "{\"id\":\""))
		return false;
	for (len = 0; len < 19 && id + len < scan->end && id[len] != '"';)
		len++;
	if (!reply_is_id(id, len))
		return false;
	scan->at += len;
	if (!EXACT(scan, "\",\"success\":true,\"errors\":[]"))
		return false;
	start_row(row);
	if (EXACT(scan, ",\"created\":true"))
		row->created = true;
	else
		(void)EXACT(scan, ",\"created\":false");
	if (!EXACT(scan, "}"))
		return false;
	row->success = true;
	memcpy(row->id, id, len);
	row->id[len] = '\0';
	return true;
}

static bool scan_all(struct collection_results *out, const char *body, size_t len, int expected)
{
	struct scan scan = { body, body + len };

	if (!EXACT(&scan, "["))
		return false;
	for (int i = 0; i < expected; i++) {
		if ((i && !EXACT(&scan, ",")) || !scan_row(&out->rows[i], &scan))
			return false;
	}
	return EXACT(&scan, "]") && scan.at == scan.end;
}

/* ---- everything else ---- */

static void add_fields(struct buf *out, struct json_object *error)
{
	struct json_object *fields = reply_member(error, "fields", json_type_array);

	for (size_t i = 0; fields && i < json_object_array_length(fields); i++) {
		struct json_object *field = json_object_array_get_idx(fields, i);

		if (!json_object_is_type(field, json_type_string))
			continue;
		if (out->len)
			buf_add_char(out, ',');
		buf_add_str(out, json_object_get_string(field));
	}
}

/* Which rule, and which records are there already: what an operator must know of a duplicate. */
static void add_duplicates(struct buf *text, struct json_object *error)
{
	/* The org spells it "duplicateResut"; some versions have mended that. */
	struct json_object *result = reply_member(error, "duplicateResut", json_type_object);
	struct json_object *matches;
	const char *rule;

	if (!result)
		result = reply_member(error, "duplicateResult", json_type_object);
	rule = reply_text(result, "duplicateRule");
	if (rule)
		buf_addf(text, " (rule %s)", rule);
	matches = reply_member(result, "matchResults", json_type_array);
	for (size_t i = 0; matches && i < json_object_array_length(matches); i++) {
		struct json_object *records = reply_member(
			json_object_array_get_idx(matches, i), "matchRecords", json_type_array);

		for (size_t j = 0; records && j < json_object_array_length(records); j++) {
			const char *id =
				reply_text(reply_member(json_object_array_get_idx(records, j),
						   "record", json_type_object),
					"Id");

			if (id && reply_is_id(id, strlen(id)))
				buf_addf(text, " %s", id);
		}
	}
}

static bool add_error(struct collection_result *row, struct buf *text, struct buf *fields,
	struct json_object *error)
{
	const char *code = reply_text(error, "statusCode");
	const char *message = reply_text(error, "message");

	if (!code)
		code = reply_text(error, "errorCode");
	if (!code)
		return false;
	if (text->len)
		buf_addf(text, "; %s: ", code);
	else
		text_copy(row->code, sizeof(row->code), code);
	if (message)
		buf_add_str(text, message);
	add_duplicates(text, error);
	add_fields(fields, error);
	return true;
}

/* Cut to what fits, between characters. */
static const char *keep_capped(struct collection_results *results, struct buf *text, size_t max)
{
	if (text->len == 0)
		return "";
	buf_cut(text, text->len < max ? text->len : max);
	buf_cut(text, text_utf8_prefix(text->data, text->len));
	return keep(results, buf_str(text));
}

static int read_failure(struct collection_results *results, struct collection_result *row,
	struct json_object *entry, struct err *err)
{
	struct json_object *errors = reply_member(entry, "errors", json_type_array);
	struct buf text = BUF_INIT(1 << 20);
	struct buf fields = BUF_INIT(1 << 16);
	size_t count = errors ? json_object_array_length(errors) : 0;
	int rc = 0;

	if (count == 0)
		rc = err_set(err, ERR_PROTOCOL, "a row failed without a reason");
	for (size_t i = 0; rc == 0 && i < count && i < ROW_ERRORS_MAX; i++) {
		if (!add_error(row, &text, &fields, json_object_array_get_idx(errors, i)))
			rc = err_set(err, ERR_PROTOCOL, "a row's error has no code");
	}
	if (rc == 0) {
		row->text = keep_capped(results, &text, ROW_TEXT_MAX);
		row->fields = keep_capped(results, &fields, ROW_TEXT_MAX);
		if (!row->text || !row->fields)
			rc = err_nomem(err);
	}
	buf_free(&text);
	buf_free(&fields);
	return rc;
}

/* The next element of the answer, as it came. What it says was understood by json-c before. */
static const char *keep_element(struct collection_results *results, struct record_scan *scan)
{
	struct buf text = BUF_INIT(ORG_SAID_MAX);
	const char *start;
	const char *kept;
	size_t len;

	record_peek(scan);
	start = scan->at;
	if (!record_skip(scan))
		return "";
	len = (size_t)(scan->at - start);
	buf_add(&text, start, len < ORG_SAID_MAX ? len : ORG_SAID_MAX);
	kept = keep_capped(results, &text, ORG_SAID_MAX);
	buf_free(&text);
	return kept;
}

static int keep_elements(
	struct collection_results *results, const char *body, size_t len, struct err *err)
{
	struct record_scan scan = { body, body + len };
	int rc = 0;

	record_take(&scan, '[');
	for (int i = 0; rc == 0 && i < results->count; i++) {
		struct collection_result *row = &results->rows[i];
		const char *element = row->success ? "" : keep_element(results, &scan);

		if (row->success)
			record_skip(&scan);
		if (element)
			row->answer = element;
		else
			rc = err_nomem(err);
		record_take(&scan, ',');
	}
	return rc;
}

static int read_row(struct collection_results *results, struct collection_result *row,
	struct json_object *entry, struct err *err)
{
	struct json_object *success = reply_member(entry, "success", json_type_boolean);
	const char *id = reply_text(entry, "id");

	start_row(row);
	if (!success)
		return err_set(err, ERR_PROTOCOL, "a row does not say whether it succeeded");
	if (id && reply_is_id(id, strlen(id)))
		text_copy(row->id, sizeof(row->id), id);
	if (!json_object_get_boolean(success))
		return read_failure(results, row, entry, err);
	if (!row->id[0])
		return err_set(err, ERR_PROTOCOL, "a row succeeded without an id");
	row->success = true;
	row->created = reply_bool(entry, "created");
	return 0;
}

static int read_all(
	struct collection_results *out, const char *body, size_t len, int expected, struct err *err)
{
	struct json_object *list;
	int rc = reply_parse_as(&list, json_type_array, body, len, "the answer to the call", err);

	if (rc)
		return rc;
	if (json_object_array_length(list) != (size_t)expected)
		rc = err_set(err, ERR_PROTOCOL, "%d rows were sent, %zu were answered", expected,
			json_object_array_length(list));
	for (int i = 0; rc == 0 && i < expected; i++) {
		rc = read_row(out, &out->rows[i], json_object_array_get_idx(list, (size_t)i), err);
		if (rc)
			err_prefix(err, "row %d of the answer", i + 1);
	}
	json_object_put(list);
	out->count = expected;
	if (rc == 0)
		rc = keep_elements(out, body, len, err);
	return rc;
}

int collection_results_parse(
	struct collection_results *out, const char *body, size_t len, int expected, struct err *err)
{
	int rc;

	out->arena = NULL;
	out->count = 0;
	if (expected < 1 || expected > PACKET_ROWS_MAX)
		return err_set(err, ERR_USAGE, "a call has 1 to %d rows, not %d", PACKET_ROWS_MAX,
			expected);
	rc = body && scan_all(out, body, len, expected) ? 0
							: read_all(out, body, len, expected, err);
	if (rc)
		collection_results_free(out);
	else
		out->count = expected;
	return rc;
}
