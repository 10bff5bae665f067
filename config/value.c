/* value.c — what each kind of key can do: be compared, copied, written, set and shown. */

#include "base/base.h"
#include "config/schema.h"

#include "base/text.h"
#include "model/agent_settings.h"
#include "model/interface.h"
#include "model/secret.h"

void *value_at(const void *thing, const struct key *key)
{
	return (char *)(uintptr_t)thing + key->offset;
}

static char **text_at(const void *thing, const struct key *key)
{
	return value_at(thing, key);
}

/* The number behind KEY_CHOICE (an enum), KEY_EITHER and KEY_SWITCH (a bool). */
static int index_of(const struct key *key, const void *thing)
{
	int index;

	if (key->kind != KEY_CHOICE)
		return *(const bool *)value_at(thing, key) ? 1 : 0;
	memcpy(&index, value_at(thing, key), sizeof(index));
	return index;
}

static void set_index(void *thing, const struct key *key, int index)
{
	if (key->kind == KEY_CHOICE)
		memcpy(value_at(thing, key), &index, sizeof(index));
	else
		*(bool *)value_at(thing, key) = index != 0;
}

static const char *word_of(const struct key *key, const void *thing)
{
	int index = index_of(key, thing);

	for (int i = 0; key->words[i]; i++) {
		if (i == index)
			return key->words[i];
	}
	return key->words[0];
}

/* ---- comparing and copying ---- */

static bool lists_equal(const struct text_list *a, const struct text_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	}
	return true;
}

static bool mappings_equal(const struct mapping *a, const struct mapping *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct mapping_entry *x = &a->entries[i];
		const struct mapping_entry *y = &b->entries[i];

		if (strcmp(x->field, y->field) != 0 || x->kind != y->kind ||
			strcmp(x->text, y->text) != 0 || x->nulls != y->nulls)
			return false;
	}
	return true;
}

bool value_equal(const struct key *key, const void *a, const void *b)
{
	switch (key->kind) {
	case KEY_TEXT:
	case KEY_LINES: /* an empty text is one that is not set */
		return (text_empty(*text_at(a, key)) && text_empty(*text_at(b, key))) ||
		       text_equal(*text_at(a, key), *text_at(b, key));
	case KEY_NUMBER:
		return *(const int *)value_at(a, key) == *(const int *)value_at(b, key);
	case KEY_SIZE:
		return *(const int64_t *)value_at(a, key) == *(const int64_t *)value_at(b, key);
	case KEY_SWITCH:
	case KEY_EITHER:
	case KEY_CHOICE:
		return index_of(key, a) == index_of(key, b);
	case KEY_SECRET:
		return secret_equal(value_at(a, key), value_at(b, key));
	case KEY_LIST:
		return lists_equal(value_at(a, key), value_at(b, key));
	case KEY_MAPPING:
		return mappings_equal(value_at(a, key), value_at(b, key));
	}
	return false;
}

bool value_is_default(const struct schema *schema, const struct key *key, const void *thing)
{
	union {
		struct connection connection;
		struct interface interface;
		struct agent_settings settings;
	} fresh;
	bool same;

	if (schema->size > sizeof(fresh))
		return false;
	schema->init(&fresh);
	same = value_equal(key, thing, &fresh);
	schema->free_fields(&fresh);
	return same;
}

static int copy_list(struct text_list *to, const struct text_list *from, struct err *err)
{
	struct text_list copy = { NULL, 0 };

	for (size_t i = 0; i < from->count; i++) {
		if (!text_list_add(&copy, from->items[i])) {
			text_list_free(&copy);
			return err_nomem(err);
		}
	}
	text_list_free(to);
	*to = copy;
	return 0;
}

int value_copy(void *to, const struct key *key, const void *from, struct err *err)
{
	switch (key->kind) {
	case KEY_TEXT:
	case KEY_LINES:
		return text_set(text_at(to, key), *text_at(from, key)) ? 0 : err_nomem(err);
	case KEY_NUMBER:
		*(int *)value_at(to, key) = *(const int *)value_at(from, key);
		return 0;
	case KEY_SIZE:
		*(int64_t *)value_at(to, key) = *(const int64_t *)value_at(from, key);
		return 0;
	case KEY_SWITCH:
	case KEY_EITHER:
	case KEY_CHOICE:
		set_index(to, key, index_of(key, from));
		return 0;
	case KEY_SECRET:
		return secret_copy(value_at(to, key), value_at(from, key), err);
	case KEY_LIST:
		return copy_list(value_at(to, key), value_at(from, key), err);
	case KEY_MAPPING:
		return mapping_copy(value_at(to, key), value_at(from, key), err);
	}
	return 0;
}

/* ---- writing ---- */

void write_string(struct buf *out, const char *text, bool raw_lines)
{
	static const struct {
		char byte, letter;
	} escapes[] = {
		{ '"', '"' },
		{ '\\', '\\' },
		{ '\n', 'n' },
		{ '\t', 't' },
		{ '\r', 'r' },
		{ '\f', 'f' },
	};

	buf_add_char(out, '"');
	for (; *text; text++) {
		size_t i = 0;

		while (i < ARRAY_SIZE(escapes) && escapes[i].byte != *text)
			i++;
		if (raw_lines && (*text == '\n' || *text == '\t'))
			buf_add_char(out, *text);
		else if (i < ARRAY_SIZE(escapes))
			buf_addf(out, "\\%c", escapes[i].letter);
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			buf_addf(out, "\\x%02x", (unsigned char)*text);
		else
			buf_add_char(out, *text);
	}
	buf_add_char(out, '"');
}

static void write_list(struct buf *out, const struct text_list *list)
{
	buf_add_str(out, "[ ");
	for (size_t i = 0; i < list->count; i++) {
		buf_add_str(out, i ? ", " : "");
		write_string(out, list->items[i], false);
	}
	buf_add_str(out, " ]");
}

void write_entry(struct buf *out, const struct mapping_entry *entry, enum null_policy nulls)
{
	buf_add_str(out, "{ field = ");
	write_string(out, entry->field, false);
	buf_addf(out, "; %s = ", mapping_kind_name(entry->kind));
	write_string(out, entry->text, false);
	if (entry->nulls != nulls)
		buf_addf(out, "; null = \"%s\"", null_policy_name(entry->nulls));
	buf_add_str(out, "; }");
}

static void write_mapping(
	struct buf *out, const struct mapping *mapping, enum null_policy nulls, const char *indent)
{
	buf_add_str(out, "(");
	for (size_t i = 0; i < mapping->count; i++) {
		buf_addf(out, "%s\n%s  ", i ? "," : "", indent);
		write_entry(out, &mapping->entries[i], nulls);
	}
	if (mapping->count)
		buf_addf(out, "\n%s", indent);
	buf_add_str(out, ")");
}

static void write_secret(struct buf *out, const struct secret *secret)
{
	buf_addf(out, "{ %s = ", secret_kind_name(secret->kind));
	write_string(out, secret->ref ? secret->ref : "", false);
	buf_add_str(out, "; }");
}

void value_write(struct buf *out, const struct schema *schema, const struct key *key,
	const void *thing, const char *indent)
{
	char size[TEXT_SIZE_MAX];
	const char *text;
	int nulls;

	switch (key->kind) {
	case KEY_TEXT:
	case KEY_LINES:
		text = *text_at(thing, key);
		write_string(out, text ? text : "", key->kind == KEY_LINES);
		return;
	case KEY_NUMBER:
		buf_addf(out, "%d", *(const int *)value_at(thing, key));
		return;
	case KEY_SIZE:
		write_string(
			out, text_size_exact(size, *(const int64_t *)value_at(thing, key)), false);
		return;
	case KEY_SWITCH:
		buf_add_str(out, index_of(key, thing) ? "true" : "false");
		return;
	case KEY_EITHER:
	case KEY_CHOICE:
		write_string(out, word_of(key, thing), false);
		return;
	case KEY_SECRET:
		write_secret(out, value_at(thing, key));
		return;
	case KEY_LIST:
		write_list(out, value_at(thing, key));
		return;
	case KEY_MAPPING:
		memcpy(&nulls, (const char *)thing + schema->nulls, sizeof(nulls));
		write_mapping(out, value_at(thing, key), (enum null_policy)nulls, indent);
		return;
	}
}
