/* rules.c — one function a rule; see the header. */

#include "base/base.h"
#include "practice/rules.h"
#include "base/clock.h"
#include "practice/inside.h"
#include "practice/mistake.h"
#include "practice/sfid.h"

#include <strings.h>

/* The value that the record would have. */
static const char *value_of(
	const struct record *old, const struct bound *row, const char *name, uint32_t *len)
{
	const struct schema_field *field = schema_field(row->object, name, strlen(name));
	int index = schema_field_index(row->object, field);

	for (int i = row->count - 1; i >= 0; i--) {
		if (row->cells[i].field == index) {
			*len = row->cells[i].len;
			return row->cells[i].text;
		}
	}
	*len = 0;
	return old ? record_text(old, index, len) : NULL;
}

/* A new account of a name that another one has. */
static bool is_duplicate(
	const struct write *write, const struct bound *row, const char *name, uint32_t name_len)
{
	const struct records *records = write->org->records;
	int field = schema_field_index(row->object, schema_field(row->object, "Name", 4));

	for (uint64_t i = records_last(records, row->object); i > 0; i--) {
		const struct record *other = records_get(records, row->object, i);
		uint32_t len = 0;
		const char *text =
			other && !other->deleted ? record_text(other, field, &len) : NULL;

		if (text && len == name_len && !strncasecmp(text, name, len))
			return true;
	}
	return false;
}

static bool breaks_duplicate_rule(
	const struct write *write, const struct record *old, const struct bound *row)
{
	uint32_t len;
	const char *name;

	if (old || write->allow_duplicates || strcmp(row->object->name, "Account") != 0)
		return false;
	name = value_of(NULL, row, "Name", &len);
	return name && is_duplicate(write, row, name, len);
}

static bool breaks_validation_rule(const struct record *old, const struct bound *row)
{
	uint32_t len;
	const char *quantity;

	if (strcmp(row->object->name, "Order_Line__c") != 0)
		return false;
	quantity = value_of(old, row, "Quantity__c", &len);
	return quantity && len && *quantity == '-';
}

/* ---- locks ---- */

static struct parent_lock *slot_of(
	struct practice *org, const struct schema_object *object, uint64_t number)
{
	size_t place = (number * 31 + (size_t)object->index) % ARRAY_SIZE(org->parent_locks.slots);

	return &org->parent_locks.slots[place];
}

/* True when another request has it; else it is this request's, until now. */
static bool is_locked(struct write *write, const struct schema_object *object, uint64_t number)
{
	struct practice *org = write->org;
	struct parent_lock *lock = slot_of(org, object, number);

	if (lock->object == object && lock->number == number && lock->request != write->request &&
		lock->until_us > org->began_us)
		return true;
	*lock = (struct parent_lock){ object, number, write->request, clock_mono_us() };
	return false;
}

static const struct row_error *refuse_by_lock(struct write *write, const struct bound *row)
{
	for (int i = 0; i < row->count; i++) {
		const struct cell *cell = &row->cells[i];
		const struct schema_field *field = &row->object->fields[cell->field];
		const struct schema_object *parent;
		uint64_t number;

		if (field->type != SCHEMA_REFERENCE || !cell->text ||
			cell->field < SCHEMA_SYSTEM_FIELDS)
			continue;
		parent = schema_object(write->org->schema, field->reference_to);
		if (sfid_parse(&number, cell->text, cell->len, parent->prefix) == SFID_OK &&
			is_locked(write, parent, number))
			return row_error(write->arena, "UNABLE_TO_LOCK_ROW", NULL,
				"unable to obtain exclusive access to this record or 1 records: "
				"%.15s",
				cell->text);
	}
	return NULL;
}

/* ---- all together ---- */

const struct row_error *rules_refuse(
	struct write *write, const struct record *old, const struct bound *row)
{
	const struct practice *org = write->org;
	const struct mistake *duplicates = mistake_at(org, MISTAKE_DUPLICATES);
	const struct mistake *validation = mistake_at(org, MISTAKE_VALIDATION);

	if (validation && breaks_validation_rule(old, row))
		return row_error(write->arena, validation->code, NULL, "%s", validation->text);
	if (duplicates && breaks_duplicate_rule(write, old, row))
		return row_error(write->arena, duplicates->code, NULL, "%s", duplicates->text);
	return mistake_at(org, MISTAKE_PARENT_LOCKS) ? refuse_by_lock(write, row) : NULL;
}
