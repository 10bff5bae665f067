/* field_words.c — types, marks and lists of fields, for the mapping editor and the preview. */

#include "base/base.h"
#include "tui/board/field_words.h"

#include "base/text.h"

#define RELATIONSHIP_MAX 164

void field_type_words(char *out, size_t size, const struct field *field)
{
	switch (field->type) {
	case FIELD_DOUBLE:
	case FIELD_CURRENCY:
	case FIELD_PERCENT:
		snprintf(out, size, "%s(%d,%d)", field->type_name, field->precision, field->scale);
		break;
	case FIELD_REFERENCE:
		snprintf(out, size, "lookup %s",
			field->targets.count ? field->targets.items[0] : "");
		break;
	default:
		if (field->length && field->type != FIELD_PICKLIST && field->type != FIELD_ID)
			snprintf(out, size, "%s(%d)", field->type_name, field->length);
		else
			text_copy(out, size, field->type_name);
		break;
	}
}

static void add_list(char *out, size_t size, const char *before, const struct text_list *list)
{
	for (size_t i = 0; i < list->count && strlen(out) + 1 < size; i++)
		snprintf(out + strlen(out), size - strlen(out), "%s%s", i ? ", " : before,
			list->items[i]);
}

void field_facts(char *out, size_t size, const struct field *field, bool needed)
{
	char type[200];

	field_type_words(type, sizeof(type), field);
	snprintf(out, size, "%s, %s%s%s%s%s", field->label ? field->label : field->name, type,
		needed ? ", required" : "", field->external_id ? ", external ID" : "",
		field->unique ? ", unique" : "", field->case_sensitive ? ", case matters" : "");
	add_list(out, size, field->restricted_picklist ? "; only " : "; ", &field->picklist);
}

const struct field *field_filled(const struct describe *describe, const char *name)
{
	const char *dot = strchr(name, '.');
	char relationship[RELATIONSHIP_MAX];

	if (!describe)
		return NULL;
	if (!dot)
		return describe_field(describe, name);
	snprintf(relationship, sizeof(relationship), "%.*s", (int)(dot - name), name);
	return describe_relationship(describe, relationship);
}
