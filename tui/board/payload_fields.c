/* payload_fields.c — JSON to texts and back. What a field takes is asked of the code that maps for
 * runs, so that a person is told what the run would tell. */

#include "base/base.h"
#include "tui/board/payload_fields.h"

#include "process/sample.h"

#include <json-c/json.h>

#define SET_MAX (300u << 10)

/* ---- reading ---- */

static int add_field(struct payload_fields *out, const char *name, const char *text, bool json,
	bool absent, struct err *err)
{
	struct payload_field *field = &out->fields[out->count];

	if (out->count == PAYLOAD_FIELDS_MAX) {
		out->left_out++;
		return 0;
	}
	*field = (struct payload_field){ .json = json, .absent = absent, .text = text_dup(text) };
	text_copy(field->name, sizeof(field->name), name);
	if (!field->text)
		return err_nomem(err);
	out->count++;
	return 0;
}

static int add_value(
	struct payload_fields *out, const char *name, struct json_object *value, struct err *err)
{
	char inner[201];
	int rc = 0;

	switch (json_object_get_type(value)) {
	case json_type_null:
		return add_field(out, name, "", false, false, err);
	case json_type_string:
		return add_field(out, name, json_object_get_string(value), false, false, err);
	case json_type_object:
		break;
	default:
		return add_field(out, name,
			json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN), true, false,
			err);
	}
	json_object_object_foreach(value, key, part)
	{
		snprintf(inner, sizeof(inner), "%s%s%s", name, *name ? "." : "", key);
		if (rc == 0 && strcmp(inner, "attributes") != 0)
			rc = add_value(out, inner, part, err);
	}
	return rc;
}

int payload_fields_find(const struct payload_fields *fields, const char *name)
{
	for (int i = 0; i < fields->count; i++) {
		if (text_equal_fold(fields->fields[i].name, name))
			return i;
	}
	return -1;
}

static bool has_member(struct json_object *object, const char *name)
{
	json_object_object_foreach(object, key, value)
	{
		(void)value;
		if (text_equal_fold(key, name))
			return true;
	}
	return false;
}

/* What the org misses comes first: it is what one came for. */
static int add_missed(
	struct payload_fields *out, struct json_object *object, const char *missed, struct err *err)
{
	int rc = 0;

	while (rc == 0 && missed && *(missed += strspn(missed, ", "))) {
		size_t len = strcspn(missed, ", ");
		char name[201];

		snprintf(name, sizeof(name), "%.*s", (int)len, missed);
		if (!has_member(object, name) && payload_fields_find(out, name) < 0)
			rc = add_field(out, name, "", false, true, err);
		missed += len;
	}
	return rc;
}

int payload_fields_read(
	struct payload_fields *out, const char *record, const char *missed, struct err *err)
{
	struct json_object *object = record ? json_tokener_parse(record) : NULL;
	int rc;

	*out = (struct payload_fields){ .count = 0 };
	if (!json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		return err_set(err, ERR_USAGE, "the payload is no JSON object");
	}
	rc = add_missed(out, object, missed, err);
	if (rc == 0)
		rc = add_value(out, "", object, err);
	json_object_put(object);
	return rc;
}

void payload_fields_free(struct payload_fields *fields)
{
	for (int i = 0; i < fields->count; i++)
		free(fields->fields[i].text);
	fields->count = 0;
}

/* ---- what a field takes ---- */

/* Map a row of one column to the field: what would be sent, or why it cannot be. */
static int try_text(struct trial *out, const struct describe *describe, const char *field,
	const char *text, struct err *err)
{
	struct column column = { .name = "value" };
	struct cell cell = { .text = text, .len = (uint32_t)strlen(text) };
	struct sample sample = { .columns = &column,
		.column_count = 1,
		.cells = &cell,
		.row_count = 1,
		.describe = (struct describe *)(uintptr_t)describe };
	struct mapping_entry entry = { .field = (char *)(uintptr_t)field,
		.kind = MAPPING_COLUMN,
		.text = column.name,
		.nulls = NULL_CLEAR };

	return sample_try(out, &sample, 0, &entry, err);
}

bool payload_field_takes(char *words, size_t size, const struct describe *describe,
	const char *field, const char *text)
{
	const struct field *known = describe ? describe_field(describe, field) : NULL;
	struct trial trial;
	bool takes;

	words[0] = '\0';
	if (!describe)
		return true;
	if (!*text && known) {
		takes = !field_required(known);
		text_copy(words, size, takes ? "" : "the org needs a value here");
		return takes;
	}
	if (try_text(&trial, describe, field, text, NULL) != 0)
		return true;
	takes = !trial.problem;
	text_copy(words, size, trial.problem ? trial.problem : "");
	trial_free(&trial);
	return takes;
}

int payload_field_set(struct text_list *sets, const struct describe *describe,
	const struct payload_field *field, const char *text, struct err *err)
{
	struct buf set = BUF_INIT(SET_MAX);
	struct trial trial = { NULL, NULL };
	int rc = 0;

	if (describe && *text && !strchr(field->name, '.'))
		rc = try_text(&trial, describe, field->name, text, err);
	buf_addf(&set, "%s=", field->name);
	if (!*text)
		buf_add_str(&set, "json:null");
	else if (trial.sent && !trial.problem)
		buf_addf(&set, "json:%s", trial.sent);
	else
		buf_add_str(&set, text);
	trial_free(&trial);
	if (rc == 0)
		rc = buf_check(&set, "the value", err);
	if (rc == 0 && !text_list_add(sets, buf_str(&set)))
		rc = err_nomem(err);
	buf_free(&set);
	return rc;
}

static void add_list(char *out, size_t size, const struct field *field)
{
	size_t used = strlen(out);

	for (size_t i = 0; i < field->picklist.count && used < size; i++)
		used += (size_t)snprintf(
			out + used, size - used, "%s%s", i ? "; " : ": ", field->picklist.items[i]);
}

void payload_field_help(char *out, size_t size, const struct describe *describe, const char *name)
{
	const struct field *field = describe ? describe_field(describe, name) : NULL;

	out[0] = '\0';
	if (!describe || strchr(name, '.'))
		return;
	if (!field) {
		snprintf(out, size, "%s has no such field, or the API user may not see it",
			describe->name);
		return;
	}
	snprintf(out, size, "%s, %s%s", field->label ? field->label : name, field->type_name,
		field_required(field) ? ", needed" : "");
	if (field->length > 0 && !field->picklist.count && field->type != FIELD_REFERENCE)
		snprintf(out + strlen(out), size - strlen(out), ", %d characters", field->length);
	if (field->picklist.count)
		add_list(out, size, field);
}
