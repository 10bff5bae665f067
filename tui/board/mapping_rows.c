/*
 * mapping_rows.c — which row of the editor holds what: first the lines of the mapping in the order
 * of the file, then what is not mapped, required fields first. All of it is in memory.
 */

#include "base/base.h"
#include "tui/board/mapping_private.h"

#include "base/text.h"

#include <ctype.h>

const struct sample *mapping_sample(const struct mapping_page *page)
{
	return page->share ? page->share->sample : NULL;
}

static const struct describe *described(const struct mapping_page *page)
{
	const struct sample *sample = mapping_sample(page);

	return sample ? sample->describe : NULL;
}

const struct field *mapping_described(const struct mapping_page *page, int field)
{
	return field >= 0 && described(page) ? &described(page)->fields[field] : NULL;
}

int mapping_find_column(const struct mapping_page *page, const char *name)
{
	const struct sample *sample = mapping_sample(page);

	for (int i = 0; sample && i < sample->column_count; i++) {
		if (text_equal_fold(sample->columns[i].name, name))
			return i;
	}
	return -1;
}

int mapping_find_field(const struct mapping_page *page, const char *name)
{
	const struct describe *describe = described(page);
	const struct field *field = field_filled(describe, name);

	return field ? (int)(field - describe->fields) : -1;
}

/* ---- words ---- */

void mapping_column_type(char *out, size_t size, const struct column *column)
{
	text_copy(out, size, column_type_name(column->type));
}

bool mapping_is_key(const struct mapping_page *page, const char *field)
{
	const struct interface *interface = &page->interface;
	struct text_list fields;
	bool found = false;

	if (interface->operation == OPERATION_INSERT)
		return false;
	if (interface->operation != OPERATION_UPSERT && !interface_looks_up(interface))
		return text_equal_fold(field, "Id");
	if (interface_key_fields(&fields, interface->external_id, NULL) != 0)
		return false;
	for (size_t i = 0; i < fields.count && !found; i++)
		found = text_equal_fold(field, fields.items[i]);
	text_list_free(&fields);
	return found;
}

const char *mapping_problem(const struct mapping_page *page, int entry)
{
	const struct trial *trial = trials_of(&page->trials, entry);
	bool blank;

	if (!trial || trial->problem)
		return trial ? trial->problem : NULL;
	blank = !trial->sent || text_equal(trial->sent, "\"\"");
	if (blank && mapping_sample(page)->row_count > 0 &&
		mapping_is_key(page, page->interface.mapping.entries[entry].field))
		return "the row has no key";
	return NULL;
}

bool mapping_needs(const struct mapping_page *page, const struct field *field)
{
	const struct interface *interface = &page->interface;

	if (text_equal_fold(field->name, "Id"))
		return (interface->operation == OPERATION_UPDATE ||
			       interface->operation == OPERATION_DELETE) &&
		       !interface_looks_up(interface);
	return (interface->operation == OPERATION_INSERT ||
		       interface->operation == OPERATION_UPSERT) &&
	       field_required(field);
}

int mapping_missing(char *out, size_t size, const struct mapping_page *page)
{
	const struct describe *describe = described(page);
	size_t used = 0;
	int count = 0;

	*out = '\0';
	for (size_t i = 0; describe && i < describe->field_count; i++) {
		const struct field *field = &describe->fields[i];

		if (!mapping_needs(page, field) ||
			mapping_fills(&page->interface.mapping, field) >= 0)
			continue;
		if (used < size)
			used += (size_t)snprintf(
				out + used, size - used, "%s%s", count ? ", " : "", field->name);
		count++;
	}
	return count;
}

bool mapping_changed(const struct mapping_page *page)
{
	return mapping_version(&page->before.mapping) !=
		       mapping_version(&page->interface.mapping) ||
	       !text_equal(page->before.external_id, page->interface.external_id);
}

/* ---- rows ---- */

static bool passes(const struct mapping_page *page, const char *name, const char *label)
{
	char pattern[sizeof(page->filter) + 2];

	snprintf(pattern, sizeof(pattern), "*%s*", page->filter);
	return !page->filter[0] || text_match(pattern, name, true) ||
	       (label && text_match(pattern, label, true));
}

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Does the formula speak of this column? A word in a text or comment of it counts, too. */
static bool names_column(const char *formula, const char *column)
{
	size_t len = strlen(column);

	for (const char *at = formula; *at && len; at++) {
		if (strncasecmp(at, column, len) == 0 && !in_name(at[len]) &&
			(at == formula || !in_name(at[-1])))
			return true;
	}
	return false;
}

const char *mapping_use_of(const struct mapping_page *page, const char *column)
{
	const struct mapping *mapping = &page->interface.mapping;

	for (size_t i = 0; i < mapping->count; i++) {
		const struct mapping_entry *entry = &mapping->entries[i];

		if ((entry->kind == MAPPING_COLUMN && text_equal_fold(entry->text, column)) ||
			(entry->kind == MAPPING_FORMULA && names_column(entry->text, column)))
			return entry->field;
	}
	return NULL;
}

static void add_joined(struct mapping_page *page)
{
	const struct mapping *mapping = &page->interface.mapping;

	for (size_t i = 0; i < mapping->count; i++) {
		const struct mapping_entry *entry = &mapping->entries[i];

		if (!passes(page, entry->field, entry->text))
			continue;
		page->rows[page->count[SIDE_FIELDS]++] = (struct mapping_row){ (int)i,
			entry->kind == MAPPING_COLUMN ? mapping_find_column(page, entry->text) : -1,
			mapping_find_field(page, entry->field) };
	}
	page->count[SIDE_COLUMNS] = page->count[SIDE_FIELDS];
}

static void add_columns(struct mapping_page *page)
{
	const struct sample *sample = mapping_sample(page);

	for (int i = 0; sample && i < sample->column_count; i++) {
		const char *name = sample->columns[i].name;

		if (!mapping_use_of(page, name) && passes(page, name, NULL))
			page->rows[page->count[SIDE_COLUMNS]++].column = i;
	}
}

bool mapping_writable(const struct mapping_page *page, const struct field *field)
{
	return field->createable || field->updateable || mapping_needs(page, field);
}

static void add_fields(struct mapping_page *page, bool needed)
{
	const struct describe *describe = described(page);

	for (size_t i = 0; describe && i < describe->field_count; i++) {
		const struct field *field = &describe->fields[i];

		if (mapping_writable(page, field) && mapping_needs(page, field) == needed &&
			mapping_fills(&page->interface.mapping, field) < 0 &&
			passes(page, field->name, field->label))
			page->rows[page->count[SIDE_FIELDS]++].field = (int)i;
	}
}

static int longer_side(const struct mapping_page *page)
{
	return page->count[SIDE_COLUMNS] > page->count[SIDE_FIELDS] ? page->count[SIDE_COLUMNS]
								    : page->count[SIDE_FIELDS];
}

static int row_of_field(const struct mapping_page *page, const char *field)
{
	for (int i = 0; i < page->count[SIDE_FIELDS]; i++) {
		const struct mapping_row *row = &page->rows[i];
		const struct field *of = mapping_described(page, row->field);
		const char *name = row->entry >= 0
					   ? page->interface.mapping.entries[row->entry].field
				   : of ? of->name
					: NULL;

		if (name && text_equal_fold(name, field))
			return i;
	}
	return -1;
}

void mapping_rebuild(struct mapping_page *page, const char *field)
{
	const struct sample *sample = mapping_sample(page);
	size_t most = page->interface.mapping.count + 1;
	int at;

	if (sample)
		most += (size_t)sample->column_count;
	if (described(page))
		most += described(page)->field_count;
	free(page->rows);
	page->count[SIDE_COLUMNS] = page->count[SIDE_FIELDS] = 0;
	page->rows = calloc(most, sizeof(*page->rows));
	if (!page->rows)
		return;
	for (size_t i = 0; i < most; i++)
		page->rows[i] = (struct mapping_row){ -1, -1, -1 };
	add_joined(page);
	add_columns(page);
	add_fields(page, true);
	add_fields(page, false);
	at = field ? row_of_field(page, field) : -1;
	for (int i = 0; i < 2; i++) {
		table_count(&page->tables[i], longer_side(page));
		table_forget_widths(&page->tables[i]);
		if (at >= 0)
			table_select(&page->tables[i], at);
	}
	if (page->tables[page->side].cursor >= page->count[page->side])
		for (int i = 0; i < 2; i++)
			table_select(&page->tables[i], page->count[page->side] - 1);
}

const struct mapping_row *mapping_at(const struct mapping_page *page)
{
	int64_t at = page->tables[page->side].cursor;

	return page->rows && at >= 0 && at < page->count[page->side] ? &page->rows[at] : NULL;
}

struct mapping_entry *mapping_entry_at(const struct mapping_page *page)
{
	const struct mapping_row *row = mapping_at(page);

	return row && row->entry >= 0 ? &page->interface.mapping.entries[row->entry] : NULL;
}

const char *mapping_field_at(const struct mapping_page *page)
{
	const struct mapping_row *row = mapping_at(page);
	const struct mapping_entry *entry = mapping_entry_at(page);
	const struct field *field =
		row && page->side == SIDE_FIELDS ? mapping_described(page, row->field) : NULL;

	if (entry)
		return entry->field;
	return field ? field->name : "";
}
