/* bulk_sheet.c — from stored records to CSV, and what tells a row again when it comes back. */

#include "base/base.h"
#include "salesforce/bulk_sheet.h"
#include "salesforce/bulk_value.h"
#include "salesforce/record_scan.h"

#include <sodium.h>
#include <strings.h>

/* Limits of the Bulk API 2.0 guide, "Limits". */
#define FIELD_CHARS_MAX 131072
#define RECORD_CHARS_MAX 400000
#define HEADER_CHARS_MAX 32000
#define COLUMNS_ROOM_MAX 5000
#define NAME_ROOM 512

struct column {
	char *name;
	size_t name_len;
	size_t start, len; /* the row's value in `text`; len 0 = empty */
};

struct bulk_sheet {
	enum operation operation;
	struct column *columns;
	size_t count, room;
	size_t header_len;
	struct text_list keys;
	int *key_columns;  /* -1 = not there yet */
	struct buf text;   /* of the row */
	struct buf print;  /* scratch: what is hashed */
	char given_id[19]; /* of the next record */
};

/* ---- life ---- */

int bulk_sheet_new(struct bulk_sheet **out, enum operation operation, const struct text_list *keys,
	struct err *err)
{
	struct bulk_sheet *sheet = calloc(1, sizeof(*sheet));
	bool ok = sheet != NULL;

	*out = NULL;
	if (!sheet)
		return err_nomem(err);
	sheet->operation = operation;
	buf_init(&sheet->text, 8u << 20);
	buf_init(&sheet->print, 8u << 20);
	for (size_t i = 0; ok && i < keys->count; i++)
		ok = text_list_add(&sheet->keys, keys->items[i]);
	sheet->key_columns = calloc(keys->count + 1, sizeof(*sheet->key_columns));
	if (!ok || !sheet->key_columns) {
		bulk_sheet_free(sheet);
		return err_nomem(err);
	}
	for (size_t i = 0; i < keys->count; i++)
		sheet->key_columns[i] = -1;
	*out = sheet;
	return 0;
}

void bulk_sheet_free(struct bulk_sheet *sheet)
{
	if (!sheet)
		return;
	for (size_t i = 0; i < sheet->count; i++)
		free(sheet->columns[i].name);
	free(sheet->columns);
	free(sheet->key_columns);
	text_list_free(&sheet->keys);
	buf_free(&sheet->text);
	buf_free(&sheet->print);
	free(sheet);
}

/* ---- columns ---- */

static bool is_named(const struct column *column, const char *name, size_t len)
{
	return column->name_len == len &&
	       (memcmp(column->name, name, len) == 0 || strncasecmp(column->name, name, len) == 0);
}

/* Records of one mapping have their fields in one order: look behind the last one found first. */
static int find_from(const struct bulk_sheet *sheet, size_t first, const char *name, size_t len)
{
	for (size_t i = first; i < sheet->count; i++)
		if (is_named(&sheet->columns[i], name, len))
			return (int)i;
	for (size_t i = 0; i < first && i < sheet->count; i++)
		if (is_named(&sheet->columns[i], name, len))
			return (int)i;
	return -1;
}

int bulk_sheet_find(const struct bulk_sheet *sheet, const char *name, size_t len)
{
	return find_from(sheet, 0, name, len);
}

static int add_column(struct bulk_sheet *sheet, const char *name, size_t len)
{
	struct column *column;

	if (sheet->count == sheet->room) {
		size_t room = sheet->room ? sheet->room * 2 : 16;
		struct column *bigger = reallocarray(sheet->columns, room, sizeof(*sheet->columns));

		if (!bigger)
			return -1;
		sheet->columns = bigger;
		sheet->room = room;
	}
	column = &sheet->columns[sheet->count];
	*column = (struct column){ .name_len = len };
	column->name =
		len == 2 && strncasecmp(name, "id", 2) == 0 ? strdup("Id") : strndup(name, len);
	if (!column->name)
		return -1;
	for (size_t i = 0; i < sheet->keys.count; i++)
		if (strlen(sheet->keys.items[i]) == len &&
			strncasecmp(sheet->keys.items[i], name, len) == 0)
			sheet->key_columns[i] = (int)sheet->count;
	sheet->header_len += len + 1;
	return (int)sheet->count++;
}

/* Take back what a record added that cannot be sent. */
static void cut_columns(struct bulk_sheet *sheet, size_t count)
{
	while (sheet->count > count) {
		struct column *column = &sheet->columns[--sheet->count];

		sheet->header_len -= column->name_len + 1;
		free(column->name);
	}
	for (size_t i = 0; i < sheet->keys.count; i++)
		if (sheet->key_columns[i] >= (int)count)
			sheet->key_columns[i] = -1;
}

size_t bulk_sheet_columns(const struct bulk_sheet *sheet)
{
	return sheet->count;
}

/* ---- cells ---- */

/* Characters that ask for more than copying; most texts have none, and one pass over them will do.
 */
enum { QUOTE = 1, COMMA = 2, LF = 4, CR = 8, NUL = 16, BACKSLASH = 32 };

static const unsigned char kinds[256] = {
	['"'] = QUOTE,
	[','] = COMMA,
	['\n'] = LF,
	['\r'] = CR,
	['\0'] = NUL,
	['\\'] = BACKSLASH,
};

static unsigned kinds_in(const char *text, size_t len)
{
	unsigned found = 0;

	for (size_t i = 0; i < len; i++)
		found |= kinds[(unsigned char)text[i]];
	return found;
}

/* Where the guide wants it. */
static bool is_quoted(const char *text, size_t len, unsigned found)
{
	return found & (QUOTE | COMMA | LF | CR) ||
	       (len && (text[0] == ' ' || text[len - 1] == ' '));
}

static size_t cell_bytes(const char *text, size_t len)
{
	unsigned found = kinds_in(text, len);
	size_t quotes = 0;

	for (size_t i = 0; found & QUOTE && i < len; i++)
		quotes += text[i] == '"';
	return len + quotes + (is_quoted(text, len, found) ? 2 : 0);
}

static void write_cell(struct buf *out, const char *text, size_t len)
{
	const char *end = text + len;

	if (!is_quoted(text, len, kinds_in(text, len))) {
		buf_add(out, text, len);
		return;
	}
	buf_add_char(out, '"');
	while (text < end) {
		const char *quote = memchr(text, '"', (size_t)(end - text));
		const char *stop = quote ? quote + 1 : end;

		buf_add(out, text, (size_t)(stop - text));
		if (quote)
			buf_add_char(out, '"');
		text = stop;
	}
	buf_add_char(out, '"');
}

void bulk_sheet_write_header(struct buf *out, const struct bulk_sheet *sheet)
{
	for (size_t i = 0; i < sheet->count; i++) {
		if (i)
			buf_add_char(out, ',');
		buf_add(out, sheet->columns[i].name, sheet->columns[i].name_len);
	}
	buf_add_char(out, '\n');
}

void bulk_sheet_write_row(struct buf *out, const struct bulk_sheet *sheet)
{
	for (size_t i = 0; i < sheet->count; i++) {
		const struct column *column = &sheet->columns[i];

		if (i)
			buf_add_char(out, ',');
		if (column->len)
			write_cell(out, buf_str(&sheet->text) + column->start, column->len);
	}
	buf_add_char(out, '\n');
}

size_t bulk_sheet_row_bytes(const struct bulk_sheet *sheet)
{
	size_t bytes = 0;

	for (size_t i = 0; i < sheet->count; i++)
		bytes += cell_bytes(
			buf_str(&sheet->text) + sheet->columns[i].start, sheet->columns[i].len);
	return bytes;
}

void bulk_sheet_clear(struct bulk_sheet *sheet)
{
	buf_reset(&sheet->text);
	for (size_t i = 0; i < sheet->count; i++)
		sheet->columns[i].start = sheet->columns[i].len = 0;
}

static void set_cell(struct bulk_sheet *sheet, int column, size_t start)
{
	struct column *to = &sheet->columns[column];

	to->start = start;
	to->len = sheet->text.len - start;
}

int bulk_sheet_set(
	struct bulk_sheet *sheet, int column, const char *text, size_t len, struct err *err)
{
	size_t start = sheet->text.len;

	buf_add(&sheet->text, text, len);
	if (!sheet->text.broken)
		set_cell(sheet, column, start);
	return buf_check(&sheet->text, "a row of a result file", err);
}

/* ---- a record into cells ---- */

static int hex4(const char *at, const char *end, unsigned *value)
{
	*value = 0;
	if (end - at < 4)
		return 0;
	for (int i = 0; i < 4; i++) {
		const char *digits = "0123456789abcdef";
		const char *digit = strchr(digits, at[i] | (at[i] >= 'A' ? 0x20 : 0));

		if (!at[i] || !digit)
			return 0;
		*value = *value << 4 | (unsigned)(digit - digits);
	}
	return 4;
}

static void add_code_point(struct buf *out, unsigned code)
{
	if (code < 0x80) {
		buf_add_char(out, (char)code);
	} else if (code < 0x800) {
		buf_add_char(out, (char)(0xc0 | code >> 6));
		buf_add_char(out, (char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		buf_add_char(out, (char)(0xe0 | code >> 12));
		buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
		buf_add_char(out, (char)(0x80 | (code & 0x3f)));
	} else {
		buf_add_char(out, (char)(0xf0 | code >> 18));
		buf_add_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
		buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
		buf_add_char(out, (char)(0x80 | (code & 0x3f)));
	}
}

/* What follows a backslash; the address behind it. */
static const char *add_escape(struct buf *out, const char *at, const char *end)
{
	static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
	const char *letter = strchr(letters, *at);
	unsigned code, low;

	if (*at != 'u') {
		buf_add_char(out, letter && *at ? meant[letter - letters] : *at);
		return at + 1;
	}
	at++;
	if (!hex4(at, end, &code))
		return at;
	at += 4;
	if (code >= 0xd800 && code < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u' &&
		hex4(at + 2, end, &low) && low >= 0xdc00 && low < 0xe000) {
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		at += 6;
	}
	add_code_point(out, code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
	return at;
}

static void unescape(struct buf *out, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *slash = memchr(text, '\\', (size_t)(end - text));
		const char *stop = slash ? slash : end;

		buf_add(out, text, (size_t)(stop - text));
		text = stop;
		if (slash && ++text < end)
			text = add_escape(out, text, end);
	}
}

/* CR LF and CR become the job's line ending: another one inside of a value fails the whole job. */
static void mend_lines(struct buf *text, size_t start)
{
	char *to = memchr(text->data + start, '\r', text->len - start);
	const char *from = to;
	const char *end = text->data + text->len;

	if (!to)
		return;
	for (; from < end; from++) {
		if (*from != '\r')
			*to++ = *from;
		else if (from + 1 == end || from[1] != '\n')
			*to++ = '\n';
	}
	buf_cut(text, (size_t)(to - text->data));
}

static const char *add_text(struct bulk_sheet *sheet, const char *text, size_t len)
{
	size_t start = sheet->text.len;
	unsigned found = kinds_in(text, len);

	if (len == 0) {
		buf_add_str(&sheet->text, BULK_CLEARED);
		return NULL;
	}
	if (found & BACKSLASH)
		unescape(&sheet->text, text, len);
	else
		buf_add(&sheet->text, text, len);
	if (sheet->text.broken)
		return "it is too large";
	if (found & (BACKSLASH | CR))
		mend_lines(&sheet->text, start);
	len = sheet->text.len - start;
	if (len == sizeof(BULK_CLEARED) - 1 &&
		memcmp(sheet->text.data + start, BULK_CLEARED, len) == 0)
		return "a text is " BULK_CLEARED ", which would clear its field";
	if (found & (BACKSLASH | NUL) && memchr(sheet->text.data + start, '\0', len))
		return "a text holds a NUL";
	return len > FIELD_CHARS_MAX ? "a text has more than 131,072 characters" : NULL;
}

/* NULL, or why it has no place in a CSV file. */
static const char *add_value(struct bulk_sheet *sheet, struct record_scan *scan)
{
	const char *text;
	size_t len;

	switch (record_peek(scan)) {
	case '"':
		return record_string(scan, &text, &len) ? add_text(sheet, text, len)
							: "it is no JSON object";
	case '{':
	case '[':
		return "a value is nested";
	default:
		if (!record_word(scan, &text, &len))
			return "it is no JSON object";
		if (len == 4 && memcmp(text, "null", 4) == 0)
			buf_add_str(&sheet->text, BULK_CLEARED);
		else
			buf_add(&sheet->text, text, len);
		return NULL;
	}
}

struct taker {
	struct bulk_sheet *sheet;
	struct record_scan scan;
	size_t next; /* where the next field is likely to be found */
	bool grow;
};

static const char *take_cell(struct taker *taker, const char *name, size_t len)
{
	struct bulk_sheet *sheet = taker->sheet;
	size_t start = sheet->text.len;
	const char *why = add_value(sheet, &taker->scan);
	int column = find_from(sheet, taker->next, name, len);

	if (why)
		return why;
	if (column < 0 && !taker->grow)
		return "it has a field that the job has not";
	if (column < 0 &&
		(sheet->count == COLUMNS_ROOM_MAX || sheet->header_len + len >= HEADER_CHARS_MAX))
		return "the job has too many fields";
	if (column < 0)
		column = add_column(sheet, name, len);
	if (column < 0)
		return "out of memory";
	taker->next = (size_t)column + 1;
	set_cell(sheet, column, start);
	return NULL;
}

/* {"Ext__c":"x"}: a parent by its own key. */
static const char *take_parent(struct taker *taker, const char *name, size_t len)
{
	char path[NAME_ROOM];
	const char *field;
	const char *why;
	size_t field_len;

	record_take(&taker->scan, '{');
	if (!record_string(&taker->scan, &field, &field_len) || !record_take(&taker->scan, ':'))
		return "a parent without a field";
	if (len + field_len + 2 > sizeof(path))
		return "a field's name is too long";
	memcpy(path, name, len);
	path[len] = '.';
	memcpy(path + len + 1, field, field_len);
	why = take_cell(taker, path, len + 1 + field_len);
	if (!why && !record_take(&taker->scan, '}'))
		why = "a parent is named by several fields";
	return why;
}

static const char *take_member(struct taker *taker)
{
	const char *name;
	size_t len;

	if (!record_string(&taker->scan, &name, &len) || !record_take(&taker->scan, ':'))
		return "it is no JSON object";
	if (len == 0 || memchr(name, '\\', len) || memchr(name, ',', len) ||
		memchr(name, '\n', len))
		return "a field's name is none";
	if (taker->sheet->operation == OPERATION_DELETE &&
		(len != 2 || strncasecmp(name, "id", 2) != 0))
		return record_skip(&taker->scan) ? NULL : "it is no JSON object";
	if (record_peek(&taker->scan) == '{')
		return take_parent(taker, name, len);
	return take_cell(taker, name, len);
}

static const char *take_members(struct taker *taker)
{
	const char *why = NULL;

	if (!record_take(&taker->scan, '{'))
		return "it is no JSON object";
	if (!record_take(&taker->scan, '}')) {
		do
			why = take_member(taker);
		while (!why && record_take(&taker->scan, ','));
		if (!why && !record_take(&taker->scan, '}'))
			why = "it is no JSON object";
	}
	return why;
}

void bulk_sheet_give_id(struct bulk_sheet *sheet, const char *id)
{
	text_copy(sheet->given_id, sizeof(sheet->given_id), id);
}

static const char *take_given_id(struct taker *taker)
{
	struct bulk_sheet *sheet = taker->sheet;
	char cell[sizeof(sheet->given_id) + 2];

	snprintf(cell, sizeof(cell), "\"%s\"", sheet->given_id);
	sheet->given_id[0] = '\0';
	taker->scan = (struct record_scan){ cell, cell + strlen(cell) };
	return take_cell(taker, "Id", 2);
}

static bool has_key(const struct bulk_sheet *sheet)
{
	for (size_t i = 0; i < sheet->keys.count; i++) {
		const struct column *column;

		if (sheet->key_columns[i] < 0)
			return false;
		column = &sheet->columns[sheet->key_columns[i]];
		if (!column->len || (column->len == sizeof(BULK_CLEARED) - 1 &&
					    memcmp(buf_str(&sheet->text) + column->start,
						    BULK_CLEARED, column->len) == 0))
			return false;
	}
	return true;
}

int bulk_sheet_read(struct bulk_sheet *sheet, const char *record, size_t len, bool grow,
	const char **why, struct err *err)
{
	struct taker taker = { sheet, { record, record + len }, 0, grow };
	size_t columns = sheet->count;

	bulk_sheet_clear(sheet);
	*why = take_members(&taker);
	if (!*why && sheet->given_id[0])
		*why = take_given_id(&taker);
	sheet->given_id[0] = '\0';
	if (sheet->text.broken == ERR_NOMEM)
		return err_nomem(err);
	if (!*why && !has_key(sheet))
		*why = "it does not hold its key";
	if (!*why && sheet->text.len > RECORD_CHARS_MAX)
		*why = "it has more than 400,000 characters";
	if (*why)
		cut_columns(sheet, columns);
	return *why ? 1 : 0;
}

/* ---- fingerprints ---- */

static uint64_t hash(const void *data, size_t len)
{
	static const unsigned char key[crypto_shorthash_KEYBYTES] = { 0 };
	unsigned char out[crypto_shorthash_BYTES];
	uint64_t value;

	crypto_shorthash(out, data, len, key);
	memcpy(&value, out, sizeof(value));
	return value;
}

uint64_t bulk_sheet_key(struct bulk_sheet *sheet)
{
	uint64_t value;

	buf_reset(&sheet->print);
	for (size_t i = 0; i < sheet->keys.count; i++) {
		const struct column *column =
			sheet->key_columns[i] < 0 ? NULL : &sheet->columns[sheet->key_columns[i]];

		if (column)
			buf_add(&sheet->print, buf_str(&sheet->text) + column->start, column->len);
		buf_add_char(&sheet->print, '\0');
	}
	value = hash(buf_str(&sheet->print), sheet->print.len);
	return value ? value : 1;
}

static bool is_key(const struct bulk_sheet *sheet, int column)
{
	for (size_t i = 0; i < sheet->keys.count; i++)
		if (sheet->key_columns[i] == column)
			return true;
	return false;
}

uint32_t bulk_sheet_content(struct bulk_sheet *sheet)
{
	buf_reset(&sheet->print);
	for (size_t i = 0; i < sheet->count; i++) {
		const struct column *column = &sheet->columns[i];

		if (is_named(column, "Id", 2) && !is_key(sheet, (int)i))
			continue;
		if (column->len)
			bulk_value_add(
				&sheet->print, buf_str(&sheet->text) + column->start, column->len);
		buf_add_char(&sheet->print, '\x1f');
	}
	/* Columns that came later are empty here: they must not make a difference. */
	while (sheet->print.len && sheet->print.data[sheet->print.len - 1] == '\x1f')
		sheet->print.len--;
	return (uint32_t)hash(buf_str(&sheet->print), sheet->print.len);
}
