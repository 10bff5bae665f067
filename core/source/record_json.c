/*
 * record_json.c — JSON lines (a broken line costs itself alone) and one JSON array (behind a broken
 * element nobody can say where the next begins), by json-c, one object in memory at a time. A value
 * that is itself an object or array comes as its JSON text; numbers come with their own digits.
 */

#include "base/base.h"
#include "source/record_private.h"
#include "source/source.h"

#include <json-c/json.h>

#define SAMPLE 1000 /* records whose members are the columns */

struct json_file {
	struct decode *decode;
	struct json_tokener *tokener;
	bool lines;

	const char *piece;
	size_t piece_len;
	int64_t line;
	bool started; /* array: behind its bracket */
	bool ended;

	struct buf text; /* lines: the line; then the values */
	const struct text_list *names;
	struct cell *cells;
	char words[RECORD_WORDS];
};

/* ---- bytes ---- */

/* 1 = there is a byte, 0 = the file's end. */
static int more(struct json_file *file, struct err *err)
{
	int rc = 1;

	while (rc > 0 && !file->piece_len)
		rc = decode_next(&file->piece, &file->piece_len, file->decode, err);
	return rc;
}

static void advance(struct json_file *file, size_t len)
{
	for (const char *at = file->piece; (at = memchr(at, '\n', file->piece + len - at)); at++)
		file->line++;
	file->piece += len;
	file->piece_len -= len;
}

/* The next character that is no blank, not taken; 0 at the end. */
static int peek(char *c, struct json_file *file, struct err *err)
{
	int rc;

	while ((rc = more(file, err)) > 0 && strchr(" \t\r\n", *file->piece) && *file->piece)
		advance(file, 1);
	*c = rc > 0 ? *file->piece : 0;
	return rc < 0 ? rc : 0;
}

/* ---- one object ---- */

static int give_bad(struct json_file *file, struct record *record, int64_t line)
{
	*record = (struct record){ line, file->words, file->cells };
	return 1;
}

static int rest_is_lost(
	struct json_file *file, struct record *record, int64_t line, const char *why)
{
	snprintf(file->words, sizeof(file->words),
		"%s: the rest of the file, from line %" PRId64 " on, is not read", why, line);
	file->ended = true;
	return give_bad(file, record, line);
}

/* json-c gives the nearest number it can hold without a word. */
static bool is_cut(struct json_object *value)
{
	return json_object_is_type(value, json_type_int) &&
	       (json_object_get_uint64(value) == UINT64_MAX ||
		       json_object_get_int64(value) == INT64_MIN);
}

static void take_value(struct json_file *file, int place, struct json_object *value)
{
	struct cell *cell = &file->cells[place];
	size_t start = file->text.len;
	const char *text;
	size_t len;

	if (json_object_is_type(value, json_type_string)) {
		text = json_object_get_string(value);
		len = (size_t)json_object_get_string_len(value);
	} else {
		text = json_object_to_json_string_length(
			value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	}
	buf_add(&file->text, text ? text : "", text ? len : 0);
	/* The text may still move: its place is kept, and made a pointer when all are there. */
	*cell = (struct cell){ (const char *)(uintptr_t)(start + 1), (uint32_t)len,
		is_cut(value) ? "the number is beyond 64 bits" : NULL };
}

static void take_object(struct json_file *file, struct json_object *object)
{
	size_t hint = 0;

	buf_reset(&file->text);
	memset(file->cells, 0, file->names->count * sizeof(*file->cells));
	json_object_object_foreach(object, name, value)
	{
		int place = file->names->count ? record_place(file->names, name, hint) : -1;

		if (place < 0)
			continue;
		hint = (size_t)place + 1;
		if (value)
			take_value(file, place, value);
	}
	for (size_t i = 0; i < file->names->count; i++)
		if (file->cells[i].text)
			file->cells[i].text =
				buf_str(&file->text) + (uintptr_t)file->cells[i].text - 1;
}

/* 1 = *object is one; 0 = the end; 2 = `record` tells why there is none. */
typedef int next_object(struct json_object **object, int64_t *line, struct json_file *file,
	struct record *record, struct err *err);

/* ---- lines ---- */

/* The next line that is not blank, in file->text; 0 at the end. */
static int next_line(int64_t *line, struct json_file *file, struct err *err)
{
	char c;
	int rc = peek(&c, file, err);

	*line = file->line;
	buf_reset(&file->text);
	while (!rc && (rc = more(file, err)) > 0) {
		const char *end = memchr(file->piece, '\n', file->piece_len);
		size_t len = end ? (size_t)(end - file->piece) : file->piece_len;

		buf_add(&file->text, file->piece, len);
		advance(file, end ? len + 1 : len);
		rc = 0;
		if (end)
			return 1;
	}
	return rc < 0 ? rc : file->text.len > 0 || file->text.broken;
}

static int object_of_line(struct json_object **object, int64_t *line, struct json_file *file,
	struct record *record, struct err *err)
{
	int rc = next_line(line, file, err);
	const char *why = NULL;
	size_t used = 0;

	if (rc <= 0)
		return rc;
	json_tokener_reset(file->tokener);
	if (file->text.broken)
		why = "the line is longer than 32 MB";
	if (!why) {
		*object = json_tokener_parse_ex(
			file->tokener, buf_str(&file->text), (int)file->text.len);
		used = json_tokener_get_parse_end(file->tokener);
		while (used < file->text.len && strchr(" \t\r", file->text.data[used]))
			used++;
		if (!*object)
			why = json_tokener_get_error(file->tokener) == json_tokener_continue
				      ? "the line ends before its JSON does"
				      : json_tokener_error_desc(
						json_tokener_get_error(file->tokener));
		else if (!json_object_is_type(*object, json_type_object))
			why = "is no object {...}";
		else if (used < file->text.len)
			why = "something follows the object";
	}
	if (!why)
		return 1;
	json_object_put(*object);
	*object = NULL;
	snprintf(file->words, sizeof(file->words), "line %" PRId64 ": %s", *line, why);
	give_bad(file, record, *line);
	return 2;
}

/* ---- an array ---- */

/* Parse one value that may lie across pieces. */
static int parse_element(
	struct json_object **object, const char **why, struct json_file *file, struct err *err)
{
	size_t total = 0;
	int rc;

	json_tokener_reset(file->tokener);
	while ((rc = more(file, err)) > 0) {
		enum json_tokener_error state;
		size_t len = file->piece_len;

		*object = json_tokener_parse_ex(file->tokener, file->piece, (int)len);
		state = json_tokener_get_error(file->tokener);
		if (state == json_tokener_success) {
			advance(file, json_tokener_get_parse_end(file->tokener));
			return 0;
		}
		if (state != json_tokener_continue) {
			*why = json_tokener_error_desc(state);
			return 0;
		}
		total += len;
		advance(file, len);
		if (total > ROW_MAX) {
			*why = "an element is larger than 32 MB";
			return 0;
		}
	}
	if (rc == 0)
		*why = "the file ends before its JSON does";
	return rc;
}

/* Go behind the bracket or comma in front of the next element; *end when there is none. */
static int to_element(bool *end, const char **why, struct json_file *file, struct err *err)
{
	char c;
	int rc = peek(&c, file, err);

	*end = false;
	if (rc)
		return rc;
	if (!file->started) {
		file->started = true;
		if (c == '[') {
			advance(file, 1);
			rc = peek(&c, file, err);
			*end = c == ']';
		} else if (c == 0) {
			*end = true; /* an empty file */
		} else {
			*why = "the file does not begin with [";
		}
		return rc;
	}
	if (c == ',')
		advance(file, 1);
	else if (c == ']')
		*end = true;
	else
		*why = c ? "neither , nor ] follows an element"
			 : "the file ends before its JSON does";
	return *why ? 0 : peek(&c, file, err);
}

static int object_of_array(struct json_object **object, int64_t *line, struct json_file *file,
	struct record *record, struct err *err)
{
	const char *why = NULL;
	bool end = false;
	int rc;

	if (file->ended)
		return 0;
	rc = to_element(&end, &why, file, err);
	*line = file->line;
	if (!rc && !why && !end)
		rc = parse_element(object, &why, file, err);
	if (rc < 0)
		return rc;
	if (end) {
		file->ended = true;
		return 0;
	}
	if (why) {
		rest_is_lost(file, record, *line, why);
		return 2;
	}
	if (json_object_is_type(*object, json_type_object))
		return 1;
	json_object_put(*object);
	*object = NULL;
	snprintf(file->words, sizeof(file->words), "line %" PRId64 ": is no object {...}", *line);
	give_bad(file, record, *line);
	return 2;
}

static int next(struct json_object **object, int64_t *line, struct json_file *file,
	struct record *record, struct err *err)
{
	*object = NULL;
	return file->lines ? object_of_line(object, line, file, record, err)
			   : object_of_array(object, line, file, record, err);
}

/* ---- the kind ---- */

static void json_file_close(void *self)
{
	struct json_file *file = self;

	if (file->tokener)
		json_tokener_free(file->tokener);
	decode_close(file->decode);
	buf_free(&file->text);
	free(file->cells);
	free(file);
}

static int open_json(void **self, struct decode *decode, bool lines, struct err *err)
{
	struct json_file *file = calloc(1, sizeof(*file));

	if (!file) {
		decode_close(decode);
		return err_nomem(err);
	}
	file->decode = decode;
	file->lines = lines;
	file->line = 1;
	file->tokener = json_tokener_new();
	buf_init(&file->text, ROW_MAX);
	if (!file->tokener) {
		json_file_close(file);
		return err_nomem(err);
	}
	*self = file;
	return 0;
}

static int open_lines(
	void **self, struct decode *decode, const struct file_spec *spec, struct err *err)
{
	(void)spec;
	return open_json(self, decode, true, err);
}

static int open_array(
	void **self, struct decode *decode, const struct file_spec *spec, struct err *err)
{
	(void)spec;
	return open_json(self, decode, false, err);
}

static int add_members(struct text_list *names, struct json_object *object, struct err *err)
{
	int rc = 0;

	json_object_object_foreach(object, name, value)
	{
		(void)value;
		if (!rc && name[0] && strlen(name) < sizeof(((struct column *)0)->name) &&
			names->count < COLUMNS_MAX - FILE_COLUMNS)
			rc = record_add_name(names, name, err);
	}
	return rc;
}

static int json_names(struct text_list *names, void *self, struct err *err)
{
	struct json_file *file = self;
	struct json_object *object;
	struct record record;
	int64_t line;
	int rc = 1;

	for (int i = 0; rc > 0 && i < SAMPLE; i++) {
		rc = next(&object, &line, file, &record, err);
		if (rc == 1 && add_members(names, object, err))
			rc = -ERR_NOMEM;
		json_object_put(object);
	}
	return rc < 0 ? rc : 0;
}

static int json_bind(void *self, const struct text_list *names, struct err *err)
{
	struct json_file *file = self;

	file->names = names;
	file->cells = calloc(names->count + 1, sizeof(*file->cells));
	return file->cells ? 0 : err_nomem(err);
}

static int json_next(struct record *record, void *self, struct err *err)
{
	struct json_file *file = self;
	struct json_object *object;
	int64_t line;
	int rc = next(&object, &line, file, record, err);

	if (rc == 1) {
		take_object(file, object);
		json_object_put(object);
		if (file->text.broken)
			return rest_is_lost(file, record, line, "a record is larger than 32 MB");
		*record = (struct record){ line, NULL, file->cells };
	}
	return rc > 0 ? 1 : rc;
}

const struct record_kind record_json_lines = { open_lines, json_file_close, json_names, json_bind,
	json_next };
const struct record_kind record_json = { open_array, json_file_close, json_names, json_bind,
	json_next };
