/* mapper.c — one source row to one JSON record and its key. */

#include "base/base.h"
#include "process/mapper.h"
#include "model/message.h"
#include "base/json.h"
#include "base/text.h"

#include <ctype.h>

#define KEY_MAX 1024	/* bytes; an external ID holds 255 characters */
#define KEY_BAR '|'	/* between the values of a key of several fields */
#define QUOTED_BYTES 80 /* of a value in an error text */

static void reject(struct err *err, const char *code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The row fails by itself; only its first problem is told. */
static void reject(struct err *err, const char *code, const char *fmt, ...)
{
	va_list ap;

	if (err->kind)
		return;
	va_start(ap, fmt);
	err->kind = ERR_SOURCE;
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	text_copy(err->code, sizeof(err->code), code);
}

static struct cell trimmed(const struct cell *cell)
{
	struct cell inner = *cell;

	while (inner.len && isspace((unsigned char)*inner.text)) {
		inner.text++;
		inner.len--;
	}
	while (inner.len && isspace((unsigned char)inner.text[inner.len - 1]))
		inner.len--;
	return inner;
}

static int quoted_len(const struct cell *cell)
{
	return (int)text_utf8_prefix(
		cell->text, cell->len < QUOTED_BYTES ? cell->len : QUOTED_BYTES);
}

static void add_value(struct buf *record, const struct mapper *mapper, const struct entry *entry,
	const struct cell *cell, struct err *err)
{
	const char *hint, *code;
	char words[200];

	if (cell->bad) {
		reject(err, entry->formula >= 0 ? "FORMULA_FAILED" : "VALUE_NOT_SENDABLE", "%s: %s",
			entry->label, cell->bad);
		buf_add_str(record, "null");
	} else if (!field_value_json(
			   record, entry->type, cell->text, cell->len, mapper->zone, &hint)) {
		reject(err, "INVALID_TYPE_ON_FIELD_IN_RECORD",
			"%s: value not of required type: %.*s (%s)", entry->label, quoted_len(cell),
			cell->text, hint);
		json_escape(record, cell->text, cell->len);
	} else {
		code = field_check(words, sizeof(words), &entry->rule, cell->text, cell->len);
		if (code)
			reject(err, code, "%s: %s", entry->label, words);
	}
}

/* Numbers are the same key however many zeros end them. */
static struct cell without_zeros(struct cell number)
{
	if (!memchr(number.text, '.', number.len) || memchr(number.text, 'e', number.len))
		return number;
	while (number.text[number.len - 1] == '0')
		number.len--;
	if (number.text[number.len - 1] == '.')
		number.len--;
	return number;
}

/* What makes the key of the row at hand. */
struct row_key {
	struct buf *text;
	int parts; /* that have a value */
	struct cell own_id;
};

/* `json` is the value as it is sent. */
static void add_key(
	struct row_key *key, const struct entry *entry, const struct cell *cell, struct cell json)
{
	struct cell text = trimmed(cell);

	if (field_value_is_number(entry->type) && json.len && *json.text != '"')
		text = without_zeros(json);
	if (!text.len)
		return;
	if (key->parts++)
		buf_add_char(key->text, KEY_BAR);
	buf_add(key->text, text.text, text.len);
}

/* A text that is empty stays a text; an empty number, date or checkbox is no value. */
static bool is_null(const struct entry *entry, const struct cell *cell)
{
	return !cell->text || ((field_value_converts(entry->type) || entry->own_id) && !cell->bad &&
				      trimmed(cell).len == 0);
}

static void map_entry(struct buf *record, struct row_key *key, const struct mapper *mapper,
	const struct entry *entry, const struct cell *cell, struct err *err)
{
	size_t start;

	if (is_null(entry, cell)) {
		if (entry->clears && !entry->key && !entry->own_id) {
			buf_add_char(record, ',');
			buf_add(record, entry->blank.data, entry->blank.len);
		}
		return;
	}
	buf_add_char(record, ',');
	buf_add(record, entry->prefix.data, entry->prefix.len);
	start = record->len;
	add_value(record, mapper, entry, cell, err);
	if (entry->own_id)
		key->own_id = trimmed(cell);
	if (entry->key && !record->broken)
		add_key(key, entry, cell,
			(struct cell){
				record->data + start, (uint32_t)(record->len - start), NULL });
	if (entry->nested)
		buf_add_char(record, '}');
}

static void map_constant(struct buf *record, const struct entry *entry)
{
	buf_add_char(record, ',');
	buf_add(record, entry->prefix.data, entry->prefix.len);
	buf_add_str(record, entry->constant);
	if (entry->nested)
		buf_add_char(record, '}');
}

/* A key of several columns: their values with a bar between them. */
static void join_key(struct buf *key, const struct mapper *mapper, const struct cell *cells)
{
	size_t start = key->len;
	bool blank = true;

	for (size_t i = 0; i < mapper->row_key_count; i++) {
		struct cell part = trimmed(&cells[mapper->row_key[i]]);

		if (i)
			buf_add_char(key, mapper->row_key_bar);
		buf_add(key, part.text ? part.text : "", part.len);
		blank = blank && !part.len;
	}
	if (blank)
		buf_cut(key, start);
}

/*
 * A key of several fields is whole or none. A row without one goes by its own Id, written with 18
 * characters, since these differ however case is treated.
 */
static void settle_key(struct row_key *key, size_t start, const struct mapper *mapper)
{
	char suffix[4];

	if (mapper->key_parts && key->parts < mapper->key_parts)
		buf_cut(key->text, start);
	if (key->text->len > start || !field_is_id(key->own_id.text, key->own_id.len))
		return;
	record_id_suffix(suffix, key->own_id.text);
	buf_add(key->text, key->own_id.text, 15);
	buf_add_str(key->text, suffix);
}

static void check_own_id(const struct cell *id, struct err *err)
{
	if (id->len && !field_is_id(id->text, id->len))
		reject(err, "MALFORMED_ID", "Id: malformed id %.*s", quoted_len(id), id->text);
}

static void check_key(struct buf *key, size_t start, const struct mapper *mapper, struct err *err)
{
	size_t len = key->len - start;

	if (len == 0)
		reject(err, "MISSING_ARGUMENT", "%s not specified: the row has no key",
			mapper->key_field);
	if (len <= KEY_MAX || key->broken)
		return;
	reject(err, "STRING_TOO_LONG", "%s: a key of %zu bytes is too long", mapper->key_field,
		len);
	buf_cut(key, start + text_utf8_prefix(key->data + start, KEY_MAX));
}

int mapper_row(struct buf *record, struct buf *key, struct mapper *mapper, const struct cell *cells,
	struct err *err)
{
	struct err problem = ERR_INIT;
	size_t record_start = record->len;
	size_t key_start = key->len;
	struct row_key parts = { .text = key };
	const struct cell *computed = NULL;
	int rc = mapper->formulas ? formulas_row(&computed, mapper->formulas, cells, err) : 0;

	if (rc)
		return rc;
	mapper->computed = computed;
	for (size_t i = 0; i < mapper->count; i++) {
		const struct entry *entry = &mapper->entries[i];

		if (entry->column >= 0)
			map_entry(record, &parts, mapper, entry, &cells[entry->column], &problem);
		else if (entry->formula >= 0)
			map_entry(
				record, &parts, mapper, entry, &computed[entry->formula], &problem);
		else
			map_constant(record, entry);
	}
	if (mapper->row_key_count)
		join_key(key, mapper, cells);
	settle_key(&parts, key_start, mapper);
	check_own_id(&parts.own_id, &problem);
	if (mapper->has_key)
		check_key(key, key_start, mapper, &problem);
	if (record->len == record_start)
		buf_add_char(record, '{');
	buf_add_char(record, '}');
	rc = buf_check(record, "a record", err);
	if (!rc)
		rc = buf_check(key, "a key", err);
	if (rc)
		return rc;
	record->data[record_start] = '{'; /* every entry began with a comma */
	if (!problem.kind)
		return 0;
	err_copy(err, &problem);
	return 1;
}

static bool has_value(
	const struct mapper *mapper, const struct required *required, const struct cell *cells)
{
	const struct entry *entry;
	struct cell value;

	if (required->entry < 0)
		return false;
	entry = &mapper->entries[required->entry];
	if (entry->column < 0 && entry->formula < 0)
		return !text_equal(entry->constant, "\"\"");
	value = entry->column < 0 ? mapper->computed[entry->formula] : cells[entry->column];
	return value.text && trimmed(&value).len > 0;
}

void mapper_missing(char *names, size_t size, const struct mapper *mapper, const struct cell *cells)
{
	size_t used = 0;

	*names = '\0';
	for (size_t i = 0; i < mapper->required_count && used < size; i++)
		if (!has_value(mapper, &mapper->required[i], cells))
			used += (size_t)snprintf(names + used, size - used, "%s%s",
				used ? ", " : "", mapper->required[i].name);
}

bool mapper_has_parent(const struct mapper *mapper)
{
	return mapper && mapper->parent >= 0;
}

uint64_t mapper_parent(const struct mapper *mapper, const struct cell *cells)
{
	struct cell value;

	if (mapper->parent < 0)
		return 0;
	value = trimmed(&cells[mapper->parent]);
	return value.text && value.len ? row_hash(value.text, value.len) : 0;
}

bool mapper_has_key(const struct mapper *mapper)
{
	return mapper->has_key;
}

enum key_kind mapper_key_kind(const struct mapper *mapper)
{
	return mapper->key_kind;
}
