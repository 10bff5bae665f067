/*
 * edit.c — changes single values in a file's own text. One change at a time, and the text is
 * scanned anew before each: files are small, and no span can then be stale.
 */

#include "base/base.h"
#include "config/edit.h"

#include "base/text.h"
#include "config/parse.h"

/* ---- spans ---- */

int edit_bytes(
	struct buf *text, size_t at, size_t end, const char *with, size_t len, struct err *err)
{
	struct buf result = BUF_INIT(SCAN_TEXT_MAX);
	int rc;

	buf_add(&result, buf_str(text), at);
	buf_add(&result, with, len);
	buf_add(&result, buf_str(text) + end, text->len - end);
	rc = buf_check(&result, "the file", err);
	if (rc < 0) {
		buf_free(&result);
		return rc;
	}
	buf_free(text);
	*text = result;
	return 0;
}

int edit_span(struct buf *text, size_t at, size_t end, const char *value, struct err *err)
{
	struct buf with = BUF_INIT(SCAN_TEXT_MAX);
	int rc;

	buf_add_str(&with, value);
	scan_comments(&with, buf_str(text), at, end);
	rc = buf_check(&with, "the value", err);
	if (rc == 0)
		rc = edit_bytes(text, at, end, buf_str(&with), with.len, err);
	buf_free(&with);
	return rc;
}

void edit_indent(char indent[INDENT_MAX], const char *text, size_t at)
{
	size_t len;

	while (at > 0 && text[at - 1] != '\n')
		at--;
	len = strspn(text + at, " \t");
	snprintf(indent, INDENT_MAX, "%.*s", (int)len, text + at);
}

int edit_remove(struct buf *text, const struct scan *scan, int node, struct err *err)
{
	const char *data = buf_str(text);
	size_t at = scan->nodes[node].key_at;
	size_t end = scan->nodes[node].stop;
	struct buf kept = BUF_INIT(SCAN_TEXT_MAX);
	size_t line = at;
	size_t rest = end;
	int rc;

	scan_comments(&kept, data, at, end);
	while (line > 0 && (data[line - 1] == ' ' || data[line - 1] == '\t'))
		line--;
	while (rest < text->len && strchr(" \t\r", data[rest]))
		rest++;
	if (kept.len == 0 && (line == 0 || data[line - 1] == '\n') &&
		(rest == text->len || data[rest] == '\n')) {
		at = line;
		end = rest < text->len ? rest + 1 : rest;
	}
	rc = buf_check(&kept, "the file", err);
	if (rc == 0)
		rc = edit_bytes(text, at, end, buf_str(&kept), kept.len, err);
	buf_free(&kept);
	return rc;
}

/* ---- adding a setting ---- */

/* The text of a setting that may have to bring its groups along: `path` is what is missing. */
static void write_setting(
	struct buf *out, const char *path, const char *value, const char *indent, bool lines)
{
	const char *at = path;
	const char *dot;
	int depth = 0;

	for (; (dot = strchr(at, '.')); at = dot + 1) {
		depth++;
		buf_addf(out, "%.*s: {", (int)(dot - at), at);
		if (lines)
			buf_addf(out, "\n%s%*s", indent, depth * 2, "");
		else
			buf_add_char(out, ' ');
	}
	buf_addf(out, "%s = %s;", at, value);
	for (; depth > 0; depth--) {
		if (lines)
			buf_addf(out, "\n%s%*s};", indent, (depth - 1) * 2, "");
		else
			buf_add_str(out, " };");
	}
}

/* The last setting of `group` that the schema names before `key`: the neighbour to stand behind. */
static int neighbour(const struct scan *scan, const struct schema *schema, const struct key *key,
	int group, size_t prefix)
{
	int found = -1;

	for (size_t i = 0; i < schema->count && &schema->keys[i] != key; i++) {
		const char *path = schema->keys[i].path;
		int child;

		if (strncmp(path, key->path, prefix) != 0)
			continue;
		child = scan_child(scan, group, path + prefix, strcspn(path + prefix, "."));
		if (child >= 0)
			found = child;
	}
	return found;
}

struct place {
	size_t at;
	bool lines;		 /* on a line of its own */
	char indent[INDENT_MAX]; /* of that line */
	bool first;		 /* at the start of the text: the line end goes behind */
	bool ended;		 /* the setting before has its terminator */
};

static struct place find_place(const struct scan *scan, int group, int after)
{
	const struct scan_node *node = &scan->nodes[after >= 0 ? after : group];
	struct place place = { .ended = true };
	size_t line;

	if (after < 0 && group == 0) {
		/* In front of the first setting, behind whatever comment heads the file. */
		place.at = scan_skip(scan->text, scan->len, 0);
		place.first = place.lines = true;
		return place;
	}
	if (after >= 0) {
		place.at = node->stop;
		place.ended = node->stop > node->end;
		edit_indent(place.indent, scan->text, node->key_at);
	} else {
		place.at = node->at + 1;
		edit_indent(place.indent, scan->text, node->at);
		text_copy(place.indent + strlen(place.indent), INDENT_MAX - strlen(place.indent),
			"  ");
	}
	line = scan_skip_line(scan->text, scan->len, place.at);
	if (line == scan->len || scan->text[line] == '\n') {
		place.lines = true;
		place.at = line > place.at && scan->text[line - 1] == '\r' ? line - 1 : line;
	}
	return place;
}

static int insert_setting(struct buf *text, const struct scan *scan, const struct schema *schema,
	const struct key *key, const char *value, struct err *err)
{
	struct buf with = BUF_INIT(SCAN_TEXT_MAX);
	struct place place;
	size_t prefix = 0;
	int group = 0;
	int rc;

	for (;;) {
		size_t len = strcspn(key->path + prefix, ".");
		int child = key->path[prefix + len] == '.'
				    ? scan_child(scan, group, key->path + prefix, len)
				    : -1;

		if (child < 0)
			break;
		group = child;
		prefix += len + 1;
	}
	place = find_place(scan, group, neighbour(scan, schema, key, group, prefix));
	if (!place.ended && !place.lines)
		buf_add_char(&with, ';');
	if (place.first && place.at == scan->len && place.at > 0 &&
		scan->text[place.at - 1] != '\n')
		buf_add_char(&with, '\n'); /* behind a last comment that has no line end */
	if (place.lines && !place.first)
		buf_addf(&with, "\n%s", place.indent);
	else if (!place.first)
		buf_add_char(&with, ' ');
	write_setting(&with, key->path + prefix, value, place.indent, place.lines);
	if (place.first)
		buf_add_char(&with, '\n');
	rc = buf_check(&with, "the file", err);
	if (rc == 0)
		rc = edit_bytes(text, place.at, place.at, buf_str(&with), with.len, err);
	buf_free(&with);
	return rc;
}

/* ---- one key ---- */

/* Is there nothing of this value to write? A text whose default is another one must say so. */
static bool is_unset(const struct schema *schema, const struct key *key, const void *thing)
{
	switch (key->kind) {
	case KEY_TEXT:
	case KEY_LINES:
		return text_empty(*(char *const *)value_at(thing, key)) &&
		       value_is_default(schema, key, thing);
	case KEY_SECRET:
		return ((const struct secret *)value_at(thing, key))->kind == SECRET_NONE;
	case KEY_LIST:
		return ((const struct text_list *)value_at(thing, key))->count == 0;
	case KEY_MAPPING:
		return ((const struct mapping *)value_at(thing, key))->count == 0;
	default:
		return false;
	}
}

static int edit_key(struct buf *text, const struct schema *schema, const struct key *key,
	const void *to, const char *path, struct err *err)
{
	struct buf value = BUF_INIT(SCAN_TEXT_MAX);
	struct scan scan = { NULL, 0, NULL, 0 };
	char indent[INDENT_MAX] = "";
	int node = -1;
	int rc = scan_text(&scan, buf_str(text), text->len, path, err);

	if (rc < 0)
		return rc;
	node = scan_find(&scan, key->path);
	if (is_unset(schema, key, to)) {
		if (node >= 0)
			rc = edit_remove(text, &scan, node, err);
	} else if (key->kind == KEY_MAPPING && node >= 0) {
		rc = edit_mapping(text, to, path, err);
	} else {
		if (node >= 0)
			edit_indent(indent, buf_str(text), scan.nodes[node].key_at);
		value_write(&value, schema, key, to, indent);
		rc = buf_check(&value, key->path, err);
		if (rc == 0 && node >= 0)
			rc = edit_span(text, scan.nodes[node].at, scan.nodes[node].end,
				buf_str(&value), err);
		else if (rc == 0)
			rc = insert_setting(text, &scan, schema, key, buf_str(&value), err);
	}
	buf_free(&value);
	scan_free(&scan);
	return rc;
}

/* ---- the whole ---- */

/* The first key whose value differs, or NULL. */
static const struct key *first_difference(const struct schema *schema, const void *a, const void *b)
{
	for (size_t i = 0; i < schema->count; i++) {
		if (!value_equal(&schema->keys[i], a, b))
			return &schema->keys[i];
	}
	return NULL;
}

int edit_verify(const struct buf *text, const struct schema *schema, const void *to,
	const char *path, struct err *err)
{
	void *result = calloc(1, schema->size);
	const struct key *key;
	int rc;

	if (!result)
		return err_nomem(err);
	schema->init(result);
	rc = parse_text(result, schema, buf_str(text), text->len, path, NULL, NULL, err);
	if (rc == 0) {
		key = first_difference(schema, result, to);
		if (key)
			rc = err_set(err, ERR_CONFIG,
				"%s: %s cannot be written as it is: change it in the file by hand",
				path, key->path);
	} else {
		err_prefix(err, "the changed file would not be right");
	}
	schema->free_fields(result);
	free(result);
	return rc;
}

int edit_text(struct buf *text, const struct schema *schema, const void *from, const void *to,
	const char *path, struct err *err)
{
	struct buf edited = BUF_INIT(SCAN_TEXT_MAX);
	bool nulls_changed = false;
	int rc;

	buf_add(&edited, buf_str(text), text->len);
	rc = buf_check(&edited, path, err);
	for (size_t i = 0; rc == 0 && i < schema->count; i++) {
		const struct key *key = &schema->keys[i];
		bool changed = !value_equal(key, from, to);

		/* Entries without a policy of their own take the interface's: when that changes,
		 * the mapping has to be gone through, though its meaning is the same. */
		if (schema->nulls && key->offset == schema->nulls)
			nulls_changed = changed;
		if (changed || (key->kind == KEY_MAPPING && nulls_changed))
			rc = edit_key(&edited, schema, key, to, path, err);
	}
	if (rc == 0)
		rc = edit_verify(&edited, schema, to, path, err);
	if (rc < 0) {
		buf_free(&edited);
		return rc;
	}
	buf_free(text);
	*text = edited;
	return 0;
}
