/* write.c — one row into the records: permissions, parents, required fields, uniqueness. */

#include "base/base.h"
#include "practice/write.h"
#include "base/clock.h"
#include "base/json.h"
#include "practice/convert.h"
#include "practice/fault.h"
#include "practice/inside.h"
#include "practice/mistake.h"
#include "practice/rules.h"
#include "practice/sfid.h"

const struct row_error write_rolled_back = {
	.code = "ALL_OR_NONE_OPERATION_ROLLED_BACK",
	.message = "Record rolled back because not all records were valid and the request was "
		   "using AllOrNone header",
};

bool write_begin(struct write *write, struct practice *org, struct arena *arena, int row_count,
	bool revocable)
{
	*write = (struct write){ .org = org,
		.arena = arena,
		.row_count = row_count,
		.now = clock_now(),
		.revocable = revocable,
		.ledger_mark = journal_ledger(org->journal)->len };
	write->touched = arena_alloc(arena, (size_t)(row_count + 1) * sizeof(*write->touched));
	if (revocable)
		write->undo_mark = records_begin(org->records);
	return write->touched != NULL;
}

void write_end(struct write *write, bool keep)
{
	if (!write->revocable)
		return;
	if (keep) {
		records_commit(write->org->records);
	} else {
		records_rollback(write->org->records, write->undo_mark);
		buf_cut(journal_ledger(write->org->journal), write->ledger_mark);
	}
}

/* ---- values as they will be ---- */

static const char *value_after(
	const struct record *old, const struct bound *row, int field, uint32_t *len)
{
	for (int i = row->count - 1; i >= 0; i--) {
		if (row->cells[i].field == field) {
			*len = row->cells[i].len;
			return row->cells[i].text;
		}
	}
	*len = 0;
	return old ? record_text(old, field, len) : NULL;
}

static const struct cell *cell_of(const struct bound *row, int field)
{
	for (int i = 0; i < row->count; i++) {
		if (row->cells[i].field == field)
			return &row->cells[i];
	}
	return NULL;
}

static bool fails(struct row_result *result, const struct row_error *error)
{
	result->error = error;
	return false;
}

static const char *id_text(
	struct arena *arena, const struct schema_object *object, uint64_t number, size_t len)
{
	char id[SFID_SIZE];

	sfid_make(id, object->prefix, number);
	return arena_text(arena, id, len);
}

/* ---- checks ---- */

static bool may(struct write *write, const struct schema_object *object, unsigned forbidden,
	struct row_result *result)
{
	if (!(object->flags & forbidden))
		return true;
	if (forbidden == SCHEMA_OBJECT_NO_CREATE)
		return fails(
			result, row_error(write->arena, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
					NULL, "entity type cannot be inserted: %s", object->label));
	return fails(result, row_error(write->arena, "INSUFFICIENT_ACCESS_OR_READONLY", NULL,
				     "insufficient access rights on object id"));
}

/* Parents named by external id, in the order of the body. */
static bool resolve_parents(struct write *write, struct bound *row, struct row_result *result)
{
	for (int i = 0; i < row->parent_count; i++) {
		const struct bound_parent *parent = &row->parents[i];
		const char *key = parent->object->fields[parent->key_field].name;
		uint64_t found = records_find(write->org->records, parent->object,
			parent->key_field, parent->text, parent->len, 0);

		if (!found || (parent->object->flags & SCHEMA_OBJECT_HIDDEN))
			return fails(result,
				row_error(write->arena, "INVALID_FIELD", NULL,
					"Foreign key external ID: %s not found for field %s in "
					"entity %s",
					parent->text, key, parent->object->name));
		if (records_find(write->org->records, parent->object, parent->key_field,
			    parent->text, parent->len, found))
			return fails(result,
				row_error(write->arena, "INVALID_FIELD", NULL,
					"More than one record found for external id field: %s",
					key));
		row->cells[row->count++] = (struct cell){
			.field = (uint8_t)parent->field,
			.text = id_text(write->arena, parent->object, found, SFID_SIZE - 1),
			.len = SFID_SIZE - 1,
		};
	}
	return true;
}

static bool check_references(
	struct write *write, const struct bound *row, struct row_result *result)
{
	const struct schema *schema = write->org->schema;

	for (int i = 0; i < row->count; i++) {
		const struct cell *cell = &row->cells[i];
		const struct schema_field *field = &row->object->fields[cell->field];
		const struct record *parent = NULL;
		const struct schema_object *target;
		uint64_t number = 0;

		if (field->type != SCHEMA_REFERENCE || !cell->text)
			continue;
		target = schema_object(schema, field->reference_to);
		if (sfid_parse(&number, cell->text, cell->len, target->prefix) == SFID_OK)
			parent = records_get(write->org->records, target, number);
		if (!parent)
			return fails(result, row_error(write->arena, "INVALID_CROSS_REFERENCE_KEY",
						     NULL, "invalid cross reference id"));
		if (parent->deleted)
			return fails(result, row_error(write->arena, "ENTITY_IS_DELETED", NULL,
						     "entity is deleted"));
	}
	return true;
}

static bool check_required(struct write *write, const struct record *old, const struct bound *row,
	struct row_result *result)
{
	struct row_error *error = NULL;
	const char *names = NULL;
	uint32_t len;

	for (int f = SCHEMA_SYSTEM_FIELDS; f < row->object->field_count; f++) {
		const struct schema_field *field = &row->object->fields[f];

		if (!(field->flags & SCHEMA_REQUIRED) || value_after(old, row, f, &len))
			continue;
		names = names ? arena_printf(write->arena, "%s, %s", names, field->name)
			      : field->name;
		if (!error)
			error = row_error(write->arena, "REQUIRED_FIELD_MISSING", NULL, "%s", "");
		if (error->field_count < ROW_ERROR_FIELDS)
			error->fields[error->field_count++] = field->name;
	}
	if (!error)
		return true;
	error->message = arena_printf(write->arena, "Required fields are missing: [%s]", names);
	return fails(result, error);
}

static bool check_unique(
	struct write *write, uint64_t self, const struct bound *row, struct row_result *result)
{
	for (int i = 0; i < row->count; i++) {
		const struct cell *cell = &row->cells[i];
		const struct schema_field *field = &row->object->fields[cell->field];
		uint64_t other;

		if (!(field->flags & SCHEMA_UNIQUE) || !cell->text)
			continue;
		other = records_find(
			write->org->records, row->object, cell->field, cell->text, cell->len, 0);
		if (other && other != self)
			return fails(result,
				row_error(write->arena, "DUPLICATE_VALUE", NULL,
					"duplicate value found: %s duplicates value on record "
					"with id: %s",
					field->name,
					id_text(write->arena, row->object, other, 15)));
	}
	return true;
}

static bool check_rules(struct write *write, const struct record *old, const struct bound *row,
	struct row_result *result)
{
	const struct row_error *error = rules_refuse(write, old, row);

	return error ? fails(result, error) : true;
}

/* Failures that the set-up of the org or a fault brings about. */
static bool check_weather(
	struct write *write, const struct bound *row, uint64_t number, struct row_result *result)
{
	const struct mistake *mistake = mistake_at(write->org, MISTAKE_ROW);

	if (mistake && write->allow_duplicates && strcmp(mistake->code, "DUPLICATES_DETECTED") == 0)
		mistake = NULL;
	if (mistake && (!mistake->rows_above || write->row_count > mistake->rows_above))
		return fails(
			result, row_error(write->arena, mistake->code, NULL, "%s", mistake->text));
	if (!fault_hits(&write->org->faults, FAULT_LOCK) &&
		!(write->bulk && fault_hits(&write->org->faults, FAULT_BULK_LOCK)))
		return true;
	if (!number)
		return fails(result, row_error(write->arena, "UNABLE_TO_LOCK_ROW", NULL,
					     "unable to obtain exclusive access to this record"));
	return fails(
		result, row_error(write->arena, "UNABLE_TO_LOCK_ROW", NULL,
				"unable to obtain exclusive access to this record or 1 records: %s",
				id_text(write->arena, row->object, number, SFID_SIZE - 1)));
}

/* ---- values the org itself sets ---- */

static struct cell *add_cell(struct bound *row, struct arena *arena, int field, const char *text)
{
	struct cell *cells = arena_alloc(arena, (size_t)(row->count + 1) * sizeof(*cells));

	if (!cells || !text)
		return NULL;
	memcpy(cells, row->cells, (size_t)row->count * sizeof(*cells));
	cells[row->count] = (struct cell){
		.field = (uint8_t)field, .text = text, .len = (uint32_t)strlen(text)
	};
	row->cells = cells;
	return &cells[row->count++];
}

static void contact_name(struct write *write, const struct record *old, struct bound *row)
{
	uint32_t first_len;
	uint32_t last_len;
	int name = schema_field_index(row->object, schema_field(row->object, "Name", 4));
	const char *first = value_after(old, row,
		schema_field_index(row->object, schema_field(row->object, "FirstName", 9)),
		&first_len);
	const char *last = value_after(old, row,
		schema_field_index(row->object, schema_field(row->object, "LastName", 8)),
		&last_len);

	add_cell(row, write->arena, name,
		arena_printf(write->arena, "%.*s%s%.*s", (int)first_len, first ? first : "",
			first ? " " : "", (int)last_len, last ? last : ""));
}

static double number_after(const struct record *old, const struct bound *row, const char *name)
{
	uint32_t len;
	const char *text = value_after(old, row,
		schema_field_index(row->object, schema_field(row->object, name, strlen(name))),
		&len);
	char copy[CONVERT_NUMBER_MAX];

	snprintf(copy, sizeof(copy), "%.*s", (int)len, text ? text : "");
	return strtod(copy, NULL);
}

/* Quantity__c * Price__c */
static void line_total(struct write *write, const struct record *old, struct bound *row)
{
	struct schema_field *field = schema_field(row->object, "Line_Total__c", 13);
	char product[64];
	char text[CONVERT_NUMBER_MAX];

	snprintf(product, sizeof(product), "%.17g",
		number_after(old, row, "Quantity__c") * number_after(old, row, "Price__c"));
	if (convert_number(text, product, strlen(product), field) == CONVERT_OK)
		add_cell(row, write->arena, schema_field_index(row->object, field),
			arena_text(write->arena, text, strlen(text)));
}

static const struct {
	const char *object;
	void (*derive)(struct write *write, const struct record *old, struct bound *row);
} derivations[] = {
	{ "Contact", contact_name },
	{ "Order_Line__c", line_total },
};

static void derive(struct write *write, const struct record *old, struct bound *row)
{
	for (size_t i = 0; i < ARRAY_SIZE(derivations); i++) {
		if (strcmp(derivations[i].object, row->object->name) == 0)
			derivations[i].derive(write, old, row);
	}
}

static void set_defaults(struct write *write, struct bound *row)
{
	for (int f = SCHEMA_SYSTEM_FIELDS; f < row->object->field_count; f++) {
		const struct schema_field *field = &row->object->fields[f];
		const char *value = field->default_value;

		if (strcmp(field->name, "OwnerId") == 0)
			value = write->org->user_id;
		if (value && !cell_of(row, f))
			add_cell(row, write->arena, f, value);
	}
}

/* ---- the ledger ---- */

static void tell_ledger(
	struct write *write, const struct schema_object *object, uint64_t number, bool created)
{
	static const char *const names[] = { "create", "update", "upsert", "delete" };
	const struct record *record = records_get(write->org->records, object, number);
	struct buf *ledger = journal_ledger(write->org->journal);
	struct json json = JSON_INIT(ledger);
	int key = write->op == WRITE_UPSERT ? write->key_field : -1;
	const char *text = NULL;
	uint32_t len = 0;
	char id[SFID_SIZE];

	if (!journal_has_ledger(write->org->journal))
		return;
	for (int f = 0; key < 0 && f < object->field_count; f++) {
		if ((object->fields[f].flags & SCHEMA_EXTERNAL) && record_text(record, f, &len))
			key = f;
	}
	if (key >= 0)
		text = record_text(record, key, &len);
	sfid_make(id, object->prefix, number);
	json_open(&json, '{');
	json_put_text(&json, "object", object->name);
	json_put_text(&json, "operation", names[write->op]);
	json_put_bool(&json, "created", created);
	json_key(&json, "external_id");
	if (text)
		json_bytes(&json, text, len);
	else
		json_null(&json);
	json_put_text(&json, "id", id);
	json_put_int(&json, "request", write->request);
	json_close(&json, '}');
	buf_add_char(ledger, '\n');
}

/* ---- the operations ---- */

static bool save(struct write *write, struct bound *row, uint64_t number, struct row_result *result)
{
	const struct record *old = records_get(write->org->records, row->object, number);
	bool created = !number;

	if (!may(write, row->object, number ? SCHEMA_OBJECT_NO_EDIT : SCHEMA_OBJECT_NO_CREATE,
		    result) ||
		!resolve_parents(write, row, result) || !check_references(write, row, result) ||
		!check_required(write, old, row, result) || !check_rules(write, old, row, result) ||
		!check_weather(write, row, number, result) ||
		!check_unique(write, number, row, result))
		return false;
	if (created)
		set_defaults(write, row);
	derive(write, old, row);
	number = records_put(
		write->org->records, row->object, number, row->cells, row->count, write->now);
	if (!number)
		return fails(result,
			row_error(write->arena, "UNKNOWN_EXCEPTION", NULL, "out of memory"));
	result->number = number;
	result->created = created;
	tell_ledger(write, row->object, number, created);
	return true;
}

const struct row_error *write_find(uint64_t *number, struct practice *org, struct arena *arena,
	const struct schema_object *object, const char *id, size_t len)
{
	const struct record *record;

	switch (sfid_parse(number, id, len, object->prefix)) {
	case SFID_OK:
		break;
	case SFID_OTHER_TYPE:
		return row_error(arena, "MALFORMED_ID", "Id",
			"%s ID: id value of incorrect type: %s", object->label, id);
	case SFID_UNKNOWN:
		return row_error(
			arena, "INVALID_CROSS_REFERENCE_KEY", NULL, "invalid cross reference id");
	default:
		return row_error(arena, "MALFORMED_ID", "Id", "malformed id %s", id);
	}
	record = records_get(org->records, object, *number);
	if (!record)
		return row_error(
			arena, "INVALID_CROSS_REFERENCE_KEY", NULL, "invalid cross reference id");
	if (record->deleted)
		return row_error(arena, "ENTITY_IS_DELETED", NULL, "entity is deleted");
	return NULL;
}

static bool find_by_id(struct write *write, const struct bound *row, struct row_result *result)
{
	if (!row->id)
		return fails(result, row_error(write->arena, "MISSING_ARGUMENT", "Id",
					     "Id not specified in an update call"));
	result->error = write_find(
		&result->number, write->org, write->arena, row->object, row->id, row->id_len);
	return !result->error;
}

static void list_matches(struct write *write, const struct bound *row, const struct cell *key,
	struct row_result *result)
{
	uint64_t number = 0;

	while (result->match_count < WRITE_MATCHES_MAX &&
		(number = records_find(write->org->records, row->object, write->key_field,
			 key->text, key->len, number)) != 0)
		result->matches[result->match_count++] = number;
}

/* The record that the row's external id names; number 0 = there is none yet. */
static bool find_by_key(struct write *write, const struct bound *row, struct row_result *result)
{
	const struct cell *key = cell_of(row, write->key_field);
	const char *name = row->object->fields[write->key_field].name;

	if (!key || !key->text)
		return fails(result, row_error(write->arena, "MISSING_ARGUMENT", name,
					     "%s not specified", name));
	list_matches(write, row, key, result);
	if (result->match_count > 1)
		return fails(result,
			row_error(write->arena, "DUPLICATE_EXTERNAL_ID", NULL,
				"More than one record found for external id field: [%s, %s]",
				id_text(write->arena, row->object, result->matches[0], 15),
				id_text(write->arena, row->object, result->matches[1], 15)));
	result->number = result->matches[0];
	for (int i = 0; result->number && i < write->touched_count; i++) {
		if (write->touched[i] == result->number)
			return fails(result, row_error(write->arena, "DUPLICATE_VALUE", name,
						     "Duplicate external id specified: %.*s",
						     (int)key->len, key->text));
	}
	return true;
}

static void upsert(struct write *write, struct bound *row, struct row_result *result)
{
	if (row->id) {
		fails(result, row_error(write->arena, "INVALID_FIELD", NULL,
				      "The Id field should not be specified in the sobject data."));
		return;
	}
	if (!find_by_key(write, row, result))
		return;
	if (!result->number && write->update_only) {
		fails(result, row_error(write->arena, "NOT_FOUND", NULL,
				      "The requested resource does not exist"));
		return;
	}
	if (save(write, row, result->number, result))
		write->touched[write->touched_count++] = result->number;
}

static void delete_row(struct write *write, const struct bound *row, struct row_result *result)
{
	if (!find_by_id(write, row, result) ||
		!may(write, row->object, SCHEMA_OBJECT_NO_DELETE, result) ||
		!check_weather(write, row, result->number, result))
		return;
	records_delete(write->org->records, row->object, result->number, write->now);
	tell_ledger(write, row->object, result->number, false);
}

void write_row(struct write *write, struct bound *row, struct row_result *result)
{
	*result = (struct row_result){ .object = row->object, .error = row->error };
	if (row->error)
		return;
	switch (write->op) {
	case WRITE_CREATE:
		if (row->id)
			fails(result, row_error(write->arena, "INVALID_FIELD_FOR_INSERT_UPDATE",
					      "Id", "cannot specify Id in an insert call"));
		else
			save(write, row, 0, result);
		break;
	case WRITE_UPDATE:
		if (find_by_id(write, row, result))
			save(write, row, result->number, result);
		break;
	case WRITE_UPSERT:
		upsert(write, row, result);
		break;
	case WRITE_DELETE:
		delete_row(write, row, result);
		break;
	}
}
