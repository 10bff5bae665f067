/* mapping.c — the list of mapped fields, and the hash that messages keep as the mapping's version.
 */

#include "base/base.h"
#include "model/interface.h"

#include "base/text.h"

static void entry_free(struct mapping_entry *entry)
{
	free(entry->field);
	free(entry->text);
}

int mapping_add(struct mapping *mapping, const char *field, enum mapping_kind kind,
	const char *text, enum null_policy nulls, struct err *err)
{
	struct mapping_entry entry = { text_dup(field), kind, text_dup(text), nulls };
	struct mapping_entry *entries =
		reallocarray(mapping->entries, mapping->count + 1, sizeof(*entries));

	if (entries)
		mapping->entries = entries;
	if (!entries || !entry.field || !entry.text) {
		entry_free(&entry);
		return err_nomem(err);
	}
	entries[mapping->count++] = entry;
	return 0;
}

void mapping_free(struct mapping *mapping)
{
	if (!mapping)
		return;
	for (size_t i = 0; i < mapping->count; i++)
		entry_free(&mapping->entries[i]);
	free(mapping->entries);
	*mapping = (struct mapping){ NULL, 0 };
}

int mapping_copy(struct mapping *out, const struct mapping *from, struct err *err)
{
	struct mapping copy = { NULL, 0 };

	for (size_t i = 0; i < from->count; i++) {
		const struct mapping_entry *entry = &from->entries[i];
		int rc = mapping_add(
			&copy, entry->field, entry->kind, entry->text, entry->nulls, err);

		if (rc < 0) {
			mapping_free(&copy);
			return rc;
		}
	}
	mapping_free(out);
	*out = copy;
	return 0;
}

const struct mapping_entry *mapping_find(const struct mapping *mapping, const char *field)
{
	for (size_t i = 0; i < mapping->count; i++) {
		if (text_equal_fold(mapping->entries[i].field, field))
			return &mapping->entries[i];
	}
	return NULL;
}

const char *mapping_column_of(const struct mapping *mapping, const char *field)
{
	const struct mapping_entry *entry = field ? mapping_find(mapping, field) : NULL;

	return entry && entry->kind == MAPPING_COLUMN ? entry->text : NULL;
}

/* FNV-1a over the text and its NUL, so that "ab","c" and "a","bc" differ. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (size_t i = 0, len = strlen(text); i <= len; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return hash;
}

uint64_t mapping_version(const struct mapping *mapping)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < mapping->count; i++) {
		const struct mapping_entry *entry = &mapping->entries[i];
		const char choices[] = { (char)('0' + entry->kind), (char)('0' + entry->nulls), 0 };

		hash = hash_text(hash, entry->field);
		hash = hash_text(hash, choices);
		hash = hash_text(hash, entry->text);
	}
	return hash;
}
