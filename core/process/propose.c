/* propose.c — a mapping by name: people call a column order_no and the field Order_No__c. */

#include "base/base.h"
#include "process/propose.h"

#include "base/text.h"
#include "process/origin.h"
#include "process/sample.h"

#define NAME_MAX_BYTES 256

/* The name as it is compared: "Order_No__c" and "order no" are "orderno". */
static void plain_name(char out[NAME_MAX_BYTES], const char *name)
{
	size_t len = strlen(name);
	size_t at = 0;

	if (len > 3 && text_equal_fold(name + len - 3, "__c"))
		len -= 3;
	for (size_t i = 0; i < len && at + 1 < NAME_MAX_BYTES; i++) {
		char c = name[i];

		if (c == '_' || c == ' ' || c == '-' || c == '\t')
			continue;
		out[at++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	out[at] = '\0';
}

/* 0 = not alike, 2 = the same but for case, 1 = the same when written plainly. */
static int likeness(const char *column, const char *field)
{
	char a[NAME_MAX_BYTES], b[NAME_MAX_BYTES];

	if (text_equal_fold(column, field))
		return 2;
	plain_name(a, column);
	plain_name(b, field);
	return *a && strcmp(a, b) == 0 ? 1 : 0;
}

/* ---- types ---- */

#define BIT(type) (1u << (type))
#define NUMBERS (BIT(COLUMN_INTEGER) | BIT(COLUMN_DECIMAL) | BIT(COLUMN_FLOAT))
#define DAYS (BIT(COLUMN_DATE) | BIT(COLUMN_DATETIME) | BIT(COLUMN_DATETIME_TZ))

bool propose_fits(const struct column *column, const struct field *field)
{
	unsigned type = BIT(column->type);

	switch (field->type) {
	case FIELD_BASE64:
		return column->type == COLUMN_BINARY;
	case FIELD_BOOLEAN:
		return type & (BIT(COLUMN_BOOLEAN) | NUMBERS | BIT(COLUMN_TEXT));
	case FIELD_INT:
	case FIELD_DOUBLE:
	case FIELD_CURRENCY:
	case FIELD_PERCENT:
		return type & (NUMBERS | BIT(COLUMN_TEXT));
	case FIELD_DATE:
	case FIELD_DATETIME:
		return type & (DAYS | BIT(COLUMN_TEXT));
	case FIELD_TIME:
		return type & (BIT(COLUMN_TIME) | BIT(COLUMN_TEXT));
	case FIELD_ID:
	case FIELD_REFERENCE: /* 15 or 18 characters; a number is somebody else's key */
		return column->type == COLUMN_TEXT && (column->size == 0 || column->size >= 15);
	default:
		return column->type != COLUMN_BINARY;
	}
}

/* ---- matching ---- */

struct matching {
	struct proposal *proposal;
	const struct column *columns;
	int count;
	const struct describe *describe;
	struct err *err;
};

static int add_note(struct matching *matching, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int add_note(struct matching *matching, const char *fmt, ...)
{
	char note[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(note, sizeof(note), fmt, args);
	va_end(args);
	return text_list_add(&matching->proposal->notes, note) ? 0 : err_nomem(matching->err);
}

static bool is_own(const struct column *column)
{
	return text_equal(column->name, FILE_COLUMN_NAME) ||
	       text_equal(column->name, FILE_COLUMN_LINE);
}

static bool is_writable(const struct field *field)
{
	return field->createable || field->updateable;
}

/* The field most like this column; *alike says how much. Of equals the first that can be written.
 */
static const struct field *best_field(
	int *alike, const struct describe *describe, const struct column *column)
{
	const struct field *best = NULL;

	*alike = 0;
	for (size_t i = 0; i < describe->field_count; i++) {
		const struct field *field = &describe->fields[i];
		int now = likeness(column->name, field->name);

		if (now > *alike || (now && now == *alike && !is_writable(best))) {
			*alike = now;
			best = field;
		}
	}
	return best;
}

/* Another column that is at least as like this field; NULL = there is none. */
static const struct column *rival(
	const struct matching *matching, int column, const struct field *field, int alike)
{
	for (int i = 0; i < matching->count; i++) {
		const struct column *other = &matching->columns[i];

		if (i != column && likeness(other->name, field->name) >= alike &&
			propose_fits(other, field))
			return other;
	}
	return NULL;
}

static int match_column(bool *mapped, struct matching *matching, int at)
{
	const struct column *column = &matching->columns[at];
	int alike;
	const struct field *field = best_field(&alike, matching->describe, column);
	const struct column *other;

	if (!field)
		return 0;
	if (!is_writable(field))
		return add_note(matching, "%s: the field %s cannot be written by this user",
			column->name, field->name);
	if (!propose_fits(column, field))
		return add_note(matching, "%s: a %s does not go into %s, which is a %s",
			column->name, column_type_name(column->type), field->name,
			field->type_name);
	other = rival(matching, at, field, alike);
	if (other)
		return add_note(matching, "%s: %s is as like it or more, too: choose one for %s",
			column->name, other->name, field->name);
	*mapped = true;
	return mapping_add(&matching->proposal->mapping, field->name, MAPPING_COLUMN, column->name,
		NULL_KEEP, matching->err);
}

static int match_columns(struct matching *matching)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < matching->count; i++) {
		const char *name = matching->columns[i].name;
		bool mapped = false;

		if (is_own(&matching->columns[i]))
			continue;
		rc = match_column(&mapped, matching, i);
		if (rc == 0 && !mapped && !text_list_add(&matching->proposal->columns_left, name))
			rc = err_nomem(matching->err);
	}
	return rc;
}

/* The key, when there is one to choose alone, and what a new record lacks. */
static int look_at_fields(struct matching *matching)
{
	struct proposal *proposal = matching->proposal;
	const struct field *key = NULL;
	int keys = 0;

	for (size_t i = 0; i < matching->describe->field_count; i++) {
		const struct field *field = &matching->describe->fields[i];

		if (mapping_find(&proposal->mapping, field->name)) {
			if (field->external_id && field->unique) {
				key = field;
				keys++;
			}
		} else if (field_required(field) &&
			   !text_list_add(&proposal->required_left, field->name)) {
			return err_nomem(matching->err);
		}
	}
	if (keys > 1)
		return add_note(matching,
			"%d unique external IDs are mapped: choose the one that finds the records",
			keys);
	if (keys == 1 && !text_set(&proposal->external_id, key->name))
		return err_nomem(matching->err);
	return 0;
}

int propose_match(struct proposal **out, const struct column *columns, int count,
	const struct describe *describe, struct err *err)
{
	struct proposal *proposal = calloc(1, sizeof(*proposal));
	struct matching matching = { proposal, columns, count, describe, err };
	int rc;

	if (!proposal)
		return err_nomem(err);
	rc = match_columns(&matching);
	if (rc == 0)
		rc = look_at_fields(&matching);
	if (rc)
		proposal_free(proposal);
	else
		*out = proposal;
	return rc;
}

void proposal_free(struct proposal *proposal)
{
	if (!proposal)
		return;
	mapping_free(&proposal->mapping);
	free(proposal->external_id);
	text_list_free(&proposal->notes);
	text_list_free(&proposal->columns_left);
	text_list_free(&proposal->required_left);
	free(proposal);
}

/* ---- asking source and org ---- */

int process_propose(struct proposal **out, const struct process_env *env,
	const struct connection *connection, const struct interface *interface,
	const atomic_bool *cancel, struct err *err)
{
	struct files_wish wish = { env, connection, interface, NULL, cancel, NULL };
	struct origin origin = { .empty = true };
	struct describe *describe = NULL;
	struct reader *reader = NULL;
	const struct column *columns;
	int count;
	int rc = origin_open(&origin, &wish, false, 1, err);

	if (rc == 0 && origin.empty)
		rc = err_set(err, ERR_SOURCE,
			"the source has no file now to read columns from: put one there first");
	if (rc == 0)
		rc = reader_start(&reader, &origin.spec, err);
	if (rc == 0)
		rc = reader_columns(&columns, &count, reader, err);
	if (rc == 0)
		rc = process_describe(&describe, env, connection, interface->object, cancel, err);
	if (rc == 0)
		rc = propose_match(out, columns, count, describe, err);
	describe_free(describe);
	reader_free(reader);
	origin_free(&origin);
	return rc;
}

int proposal_apply(struct interface *interface, const struct proposal *proposal, struct err *err)
{
	struct mapping mapping = { NULL, 0 };
	int rc = mapping_copy(&mapping, &proposal->mapping, err);

	if (rc == 0 && !text_set(&interface->external_id, proposal->external_id))
		rc = err_nomem(err);
	if (rc) {
		mapping_free(&mapping);
		return rc;
	}
	mapping_free(&interface->mapping);
	interface->mapping = mapping;
	interface->operation = proposal->external_id ? OPERATION_UPSERT : OPERATION_INSERT;
	return 0;
}

/* ---- a table's statement ---- */

static bool is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (!letter && !(i > 0 && c >= '0' && c <= '9'))
			return false;
	}
	return len > 0;
}

void propose_table_query(struct buf *out, const char *table)
{
	buf_add_str(out, "SELECT * FROM ");
	for (;;) {
		size_t len = strcspn(table, ".");

		if (is_plain(table, len)) {
			buf_add(out, table, len);
		} else {
			buf_add_char(out, '"');
			for (size_t i = 0; i < len; i++) {
				if (table[i] == '"')
					buf_add_char(out, '"');
				buf_add_char(out, table[i]);
			}
			buf_add_char(out, '"');
		}
		table += len;
		if (!*table)
			return;
		buf_add_char(out, *table++);
	}
}
