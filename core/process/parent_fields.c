/* parent_fields.c — one walk for those that lock, another one where nothing is said of locks. */

#include "base/base.h"
#include "process/parent_fields.h"
#include "base/text.h"

/* Of many records an owner or a record type is the same, and saving a record locks neither. */
static bool is_parent(const struct field *lookup)
{
	return lookup && lookup->type == FIELD_REFERENCE &&
	       !text_equal_fold(lookup->name, "OwnerId") &&
	       !text_equal_fold(lookup->name, "RecordTypeId");
}

static bool read_entry(struct parent_field *field, const struct mapping *mapping, size_t entry,
	const struct describe *describe)
{
	const char *path = mapping->entries[entry].field;
	const char *dot = strchr(path, '.');

	snprintf(field->member, sizeof(field->member), "%.*s",
		(int)(dot ? (size_t)(dot - path) : strlen(path)), path);
	field->inner = dot ? dot + 1 : NULL;
	field->lookup = dot ? describe_relationship(describe, field->member)
			    : describe_field(describe, field->member);
	field->entry = entry;
	return is_parent(field->lookup);
}

int parent_fields(struct parent_field fields[PARENT_FIELDS_MAX], const struct mapping *mapping,
	const struct describe *describe)
{
	int count = 0;

	for (size_t i = 0; describe && i < mapping->count && count < PARENT_FIELDS_MAX; i++)
		count += read_entry(&fields[count], mapping, i, describe) &&
			 fields[count].lookup->locks_parent;
	for (size_t i = 0; describe && i < mapping->count && !count; i++)
		count += mapping->entries[i].kind == MAPPING_COLUMN &&
			 read_entry(&fields[0], mapping, i, describe);
	return count;
}
