/*
 * mapper_bind.c — an interface's mapping bound to the columns of its query: what can be decided
 * once is decided here, so that a row costs one pass over its entries.
 */

#include "base/base.h"
#include "process/mapper.h"
#include "process/parent_fields.h"
#include "source/file_source.h"
#include "base/text.h"

#define PREFIX_MAX 512

/* ---- binding ---- */

static int unknown_name(const char *what, const char *name, const char *const *names,
	const char *hint, struct err *err)
{
	const char *nearest = text_nearest(name, names);

	if (nearest)
		return err_set(err, ERR_CONFIG, "%s \"%s\": did you mean %s?", what, name, nearest);
	return err_set(err, ERR_CONFIG, "%s \"%s\"%s", what, name, hint);
}

static int find_column(
	int *index, const char *name, const struct column *columns, int count, struct err *err)
{
	const char *names[COLUMNS_MAX + 1];

	for (int i = 0; i < count; i++) {
		if (text_equal_fold(columns[i].name, name)) {
			*index = i;
			return 0;
		}
		names[i] = columns[i].name;
	}
	names[count] = NULL;
	return unknown_name("mapping: the query gives no column", name, names,
		"; see `interface preview`", err);
}

static int unknown_field(
	const struct describe *describe, const char *name, bool relationships, struct err *err)
{
	const char **names = calloc(describe->field_count + 1, sizeof(*names));
	size_t count = 0;
	char what[160];
	int rc;

	if (!names)
		return err_nomem(err);
	for (size_t i = 0; i < describe->field_count; i++) {
		const struct field *field = &describe->fields[i];
		const char *candidate = relationships ? field->relationship : field->name;

		if (candidate)
			names[count++] = candidate;
	}
	snprintf(what, sizeof(what), "mapping: %s has no %s", describe->name,
		relationships ? "lookup with the relationship" : "field");
	rc = unknown_name(
		what, name, names, ", or the API user may not see it (field-level security)", err);
	free(names);
	return rc;
}

/* "Account__r.Ext_Id__c": the parent's external ID inside an object of its relationship's name. */
static int bind_parent(struct entry *entry, const char *field, const char *dot,
	const struct describe *describe, struct err *err)
{
	const struct field *lookup = NULL;
	char relationship[96], name[100];
	size_t len;

	snprintf(relationship, sizeof(relationship), "%.*s", (int)(dot - field), field);
	if (describe) {
		lookup = describe_relationship(describe, relationship);
		if (!lookup)
			return unknown_field(describe, relationship, true, err);
	}
	/* Without a describe: Account__r belongs to Account__c, Owner to OwnerId. */
	len = strlen(relationship);
	if (len > 3 && text_equal_fold(relationship + len - 3, "__r"))
		snprintf(name, sizeof(name), "%.*s__c", (int)len - 3, relationship);
	else
		snprintf(name, sizeof(name), "%sId", relationship);
	buf_addf(&entry->prefix, "\"%s\":{\"%s\":", relationship, dot + 1);
	buf_addf(&entry->blank, "\"%s\":null", lookup ? lookup->name : name);
	text_copy(entry->label, sizeof(entry->label), field);
	entry->nested = true;
	entry->type = FIELD_STRING;
	return 0;
}

static int bind_field(
	struct entry *entry, const char *name, const struct describe *describe, struct err *err)
{
	const struct field *field = describe ? describe_field(describe, name) : NULL;
	bool id = text_equal_fold(name, "Id");

	if (describe && !field && !id)
		return unknown_field(describe, name, false, err);
	if (field)
		name = field->name;
	buf_addf(&entry->prefix, "\"%s\":", id ? "id" : name);
	buf_addf(&entry->blank, "\"%s\":null", id ? "id" : name);
	text_copy(entry->label, sizeof(entry->label),
		field && !text_empty(field->label) ? field->label : name);
	entry->type = field ? field->type : FIELD_STRING;
	entry->own_id = id;
	return field ? field_rule_init(&entry->rule, field, err) : 0;
}

/* A constant is converted once; one that the field cannot take is an error of the mapping. */
static int bind_constant(struct entry *entry, const struct mapping_entry *from,
	const struct zone *zone, struct err *err)
{
	struct buf json = BUF_INIT(CELL_MAX);
	const char *hint;
	char words[200];
	int rc;

	if (field_check(words, sizeof(words), &entry->rule, from->text, strlen(from->text)))
		return err_set(err, ERR_CONFIG, "mapping: %s: %s", from->field, words);
	if (!field_value_json(&json, entry->type, from->text, strlen(from->text), zone, &hint)) {
		buf_free(&json);
		return err_set(err, ERR_CONFIG, "mapping: %s cannot be \"%s\": %s", from->field,
			from->text, hint);
	}
	rc = buf_check(&json, "a constant of the mapping", err);
	entry->column = -1;
	entry->constant = rc ? NULL : buf_detach(&json);
	buf_free(&json);
	return rc;
}

static int bind_entry(struct entry *entry, const struct mapping_entry *from, struct mapper *mapper,
	const struct column *columns, int count, const struct describe *describe, int *formulas,
	struct err *err)
{
	const char *dot = strchr(from->field, '.');
	int rc;

	buf_init(&entry->prefix, PREFIX_MAX);
	buf_init(&entry->blank, PREFIX_MAX);
	rc = dot ? bind_parent(entry, from->field, dot, describe, err)
		 : bind_field(entry, from->field, describe, err);
	if (!rc)
		rc = buf_check(&entry->prefix, "a field's name", err);
	if (!rc)
		rc = buf_check(&entry->blank, "a field's name", err);
	if (rc)
		return rc;
	entry->clears = from->nulls == NULL_CLEAR;
	entry->formula = -1;
	switch (from->kind) {
	case MAPPING_COLUMN:
		return find_column(&entry->column, from->text, columns, count, err);
	case MAPPING_VALUE:
		return bind_constant(entry, from, mapper->zone, err);
	default:
		entry->column = -1;
		entry->formula = (*formulas)++;
		return 0;
	}
}

static int bind_formulas(struct mapper *mapper, const struct mapping *mapping, int formulas,
	const struct column *columns, int count, struct err *err)
{
	struct formula *list = calloc((size_t)formulas + 1, sizeof(*list));
	int rc;

	if (!list)
		return err_nomem(err);
	for (size_t i = 0; i < mapping->count; i++)
		if (mapper->entries[i].formula >= 0)
			list[mapper->entries[i].formula] =
				(struct formula){ mapping->entries[i].field,
					mapping->entries[i].text };
	rc = formulas_new(&mapper->formulas, list, (size_t)formulas, columns, count, err);
	free(list);
	return rc;
}

/* ---- the key ---- */

static enum key_kind kind_of_key(const char *name, const struct describe *describe)
{
	const struct field *field = describe ? describe_field(describe, name) : NULL;

	if (text_equal_fold(name, "Id"))
		return KEY_ID;
	if (field && (field->case_sensitive || field_value_is_number(field->type)))
		return KEY_EXACT;
	return KEY_FOLDED;
}

/* Of several fields together: case matters as soon as it does for one of them. */
static enum key_kind kind_of_keys(const char *names, const struct describe *describe)
{
	enum key_kind kind = KEY_FOLDED;
	struct text_list fields;

	if (interface_key_fields(&fields, names, NULL))
		return kind;
	if (fields.count == 1)
		kind = kind_of_key(fields.items[0], describe);
	for (size_t i = 0; fields.count > 1 && i < fields.count; i++)
		if (kind_of_key(fields.items[i], describe) == KEY_EXACT)
			kind = KEY_EXACT;
	text_list_free(&fields);
	return kind;
}

enum key_kind mapping_key_kind(const struct interface *interface, const struct describe *describe)
{
	if (interface->operation == OPERATION_INSERT)
		return KEY_EXACT; /* values of source columns */
	if (interface->operation == OPERATION_UPSERT || interface_looks_up(interface))
		return kind_of_keys(interface->external_id, describe);
	return KEY_ID;
}

/* The values of these fields make the key. */
static int key_from_fields(struct mapper *mapper, const struct interface *interface,
	const char *names, const struct describe *describe, struct err *err)
{
	const struct mapping *mapping = &interface->mapping;
	struct text_list fields;
	int rc = interface_key_fields(&fields, names, err);

	for (size_t i = 0; !rc && i < fields.count; i++) {
		const struct mapping_entry *entry = mapping_find(mapping, fields.items[i]);

		if (!entry || entry->kind == MAPPING_VALUE)
			rc = err_set(err, ERR_CONFIG,
				"mapping: %s finds its records by %s: map that field from a column "
				"or a formula",
				operation_name(interface->operation), fields.items[i]);
		else
			mapper->entries[entry - mapping->entries].key = true;
	}
	mapper->key_parts = (int)fields.count;
	text_list_free(&fields);
	mapper->has_key = true;
	mapper->key_kind = mapping_key_kind(interface, describe);
	text_copy(mapper->key_field, sizeof(mapper->key_field), names);
	return rc;
}

static int key_from_columns(struct mapper *mapper, const struct text_list *row_key,
	const struct column *columns, int count, struct err *err)
{
	mapper->row_key = calloc(row_key->count + FILE_COLUMNS, sizeof(*mapper->row_key));
	if (!mapper->row_key)
		return err_nomem(err);
	mapper->row_key_bar = '|';
	if (!row_key->count && count >= FILE_COLUMNS &&
		text_equal(columns[count - 1].name, FILE_COLUMN_LINE)) {
		/* Rows of files are told apart by where they stand. */
		mapper->row_key[0] = count - 2;
		mapper->row_key[1] = count - 1;
		mapper->row_key_count = FILE_COLUMNS;
		mapper->row_key_bar = ':';
		mapper->has_key = true;
		text_copy(mapper->key_field, sizeof(mapper->key_field), FILE_COLUMN_LINE);
		mapper->key_kind = KEY_EXACT;
		return 0;
	}
	for (size_t i = 0; i < row_key->count; i++) {
		int rc = find_column(&mapper->row_key[i], row_key->items[i], columns, count, err);

		if (rc)
			return rc;
	}
	mapper->row_key_count = row_key->count;
	mapper->has_key = row_key->count > 0;
	mapper->key_kind = KEY_EXACT;
	text_copy(mapper->key_field, sizeof(mapper->key_field),
		row_key->count ? row_key->items[0] : "");
	return 0;
}

static int bind_key(struct mapper *mapper, const struct interface *interface,
	const struct column *columns, int count, const struct describe *describe, struct err *err)
{
	switch (interface->operation) {
	case OPERATION_UPSERT:
		if (text_empty(interface->external_id))
			return err_set(err, ERR_CONFIG,
				"mapping: Upsert finds its records by a unique external ID, and "
				"external_id names none");
		return key_from_fields(mapper, interface, interface->external_id, describe, err);
	case OPERATION_UPDATE:
	case OPERATION_DELETE:
		return key_from_fields(mapper, interface,
			interface_looks_up(interface) ? interface->external_id : "Id", describe,
			err);
	default:
		return key_from_columns(mapper, &interface->row_key, columns, count, err);
	}
}

int mapping_fills(const struct mapping *mapping, const struct field *field)
{
	for (size_t i = 0; i < mapping->count; i++) {
		const char *name = mapping->entries[i].field;
		const char *dot = strchr(name, '.');
		size_t len = dot ? (size_t)(dot - name) : strlen(name);
		const char *wanted = dot ? field->relationship : field->name;

		if (wanted && strlen(wanted) == len && !strncasecmp(wanted, name, len))
			return (int)i;
	}
	return -1;
}

static int bind_required(struct mapper *mapper, const struct mapping *mapping,
	const struct describe *describe, struct err *err)
{
	mapper->required = calloc(describe->field_count + 1, sizeof(*mapper->required));
	if (!mapper->required)
		return err_nomem(err);
	for (size_t i = 0; i < describe->field_count; i++) {
		const struct field *field = &describe->fields[i];
		struct required *required = &mapper->required[mapper->required_count];

		if (!field_required(field))
			continue;
		text_copy(required->name, sizeof(required->name), field->name);
		required->entry = mapping_fills(mapping, field);
		mapper->required_count++;
	}
	return 0;
}

/* The column whose value says which rows are packed together. */
static int find_parent(
	const struct mapper *mapper, const struct mapping *mapping, const struct describe *describe)
{
	struct parent_field fields[PARENT_FIELDS_MAX];
	int count = parent_fields(fields, mapping, describe);

	for (int i = 0; i < count; i++)
		if (mapper->entries[fields[i].entry].column >= 0)
			return mapper->entries[fields[i].entry].column;
	return -1;
}

int mapper_new(struct mapper **out, const struct interface *interface, const struct column *columns,
	int count, const struct describe *describe, const char *time_zone, struct err *err)
{
	struct mapper *mapper = calloc(1, sizeof(*mapper));
	const struct mapping *mapping = &interface->mapping;
	int formulas = 0;
	int rc = 0;

	if (!mapper)
		return err_nomem(err);
	mapper->entries = calloc(mapping->count + 1, sizeof(*mapper->entries));
	if (!mapper->entries)
		rc = err_nomem(err);
	if (!rc && !text_empty(time_zone))
		rc = zone_load(&mapper->zone, time_zone, err);
	for (size_t i = 0; !rc && i < mapping->count; i++) {
		mapper->count = i + 1;
		rc = bind_entry(&mapper->entries[i], &mapping->entries[i], mapper, columns, count,
			describe, &formulas, err);
	}
	if (!rc && formulas)
		rc = bind_formulas(mapper, mapping, formulas, columns, count, err);
	if (!rc && describe)
		rc = bind_required(mapper, mapping, describe, err);
	if (!rc)
		rc = bind_key(mapper, interface, columns, count, describe, err);
	if (rc) {
		mapper_free(mapper);
		return rc;
	}
	mapper->parent = find_parent(mapper, mapping, describe);
	*out = mapper;
	return 0;
}

void mapper_free(struct mapper *mapper)
{
	if (!mapper)
		return;
	for (size_t i = 0; i < mapper->count; i++) {
		buf_free(&mapper->entries[i].prefix);
		buf_free(&mapper->entries[i].blank);
		field_rule_free(&mapper->entries[i].rule);
		free(mapper->entries[i].constant);
	}
	free(mapper->entries);
	free(mapper->row_key);
	free(mapper->required);
	formulas_free(mapper->formulas);
	zone_free(mapper->zone);
	free(mapper);
}
