/* value_text.c — values as operators type and read them, and as programs read them. */

#include "base/base.h"
#include "config/schema.h"

#include "base/text.h"
#include "model/interface.h"
#include "model/secret.h"

int words_find(const char *const *words, const char *text)
{
	for (int i = 0; words[i]; i++) {
		if (text_equal_fold(words[i], text))
			return i;
	}
	return -1;
}

void words_line(struct buf *out, const char *const *words)
{
	for (size_t i = 0; words[i]; i++) {
		if (i)
			buf_add_str(out, words[i + 1] ? ", " : " or ");
		buf_add_str(out, words[i]);
	}
}

/* ---- setting ---- */

static int wrong_word(const struct key *key, const char *text, struct err *err)
{
	struct buf line = BUF_INIT(400);

	words_line(&line, key->words);
	err_set(err, ERR_USAGE, "%s: \"%s\" is not one of %s", key->path, text, buf_str(&line));
	buf_free(&line);
	return -ERR_USAGE;
}

static int set_text(char **to, const struct key *key, const char *text, struct err *err)
{
	int word;

	if (!*text) {
		free(*to);
		*to = NULL;
		return 0;
	}
	if (text_utf8_prefix(text, strlen(text)) < strlen(text))
		return err_set(err, ERR_USAGE, "%s: the text is not UTF-8", key->path);
	if (key->words) {
		word = words_find(key->words, text);
		if (word < 0)
			return wrong_word(key, text, err);
		text = key->words[word];
	}
	return text_set(to, text) ? 0 : err_nomem(err);
}

static int set_number(int *to, const struct key *key, const char *text, struct err *err)
{
	int64_t number;

	if (!text_int(&number, text, key->min, key->max))
		return err_set(err, ERR_USAGE, "%s: \"%s\" is no number from %d to %d", key->path,
			text, key->min, key->max);
	*to = (int)number;
	return 0;
}

static int set_size(int64_t *to, const struct key *key, const char *text, struct err *err)
{
	if (!text_size(to, text))
		return err_set(
			err, ERR_USAGE, "%s: \"%s\" is no size like \"512 MB\"", key->path, text);
	return 0;
}

static int set_switch(bool *to, const struct key *key, const char *text, struct err *err)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on", "0", "1",
		NULL };
	int word = words_find(words, text);

	if (word < 0)
		return err_set(
			err, ERR_USAGE, "%s: \"%s\" is neither true nor false", key->path, text);
	*to = word % 2 == 1;
	return 0;
}

/* "a, b" to its parts; "" to none. */
static int set_list(struct text_list *to, const char *text, struct err *err)
{
	struct text_list list = { NULL, 0 };
	char *copy = strdup(text);
	char *rest = copy;
	char *part;
	bool fine = copy != NULL;

	while (fine && (part = strsep(&rest, ","))) {
		part = text_trim(part);
		fine = !*part || text_list_add(&list, part);
	}
	free(copy);
	if (!fine) {
		text_list_free(&list);
		return err_nomem(err);
	}
	text_list_free(to);
	*to = list;
	return 0;
}

static int set_word(void *thing, const struct key *key, const char *text, struct err *err)
{
	int word = words_find(key->words, text);

	if (word < 0)
		return wrong_word(key, text, err);
	if (key->kind == KEY_CHOICE)
		memcpy(value_at(thing, key), &word, sizeof(word));
	else
		*(bool *)value_at(thing, key) = word != 0;
	return 0;
}

int value_set(void *thing, const struct key *key, const char *text, struct err *err)
{
	switch (key->kind) {
	case KEY_TEXT:
	case KEY_LINES:
		return set_text(value_at(thing, key), key, text, err);
	case KEY_NUMBER:
		return set_number(value_at(thing, key), key, text, err);
	case KEY_SIZE:
		return set_size(value_at(thing, key), key, text, err);
	case KEY_SWITCH:
		return set_switch(value_at(thing, key), key, text, err);
	case KEY_EITHER:
	case KEY_CHOICE:
		return set_word(thing, key, text, err);
	case KEY_LIST:
		return set_list(value_at(thing, key), text, err);
	case KEY_SECRET:
		return err_set(err, ERR_USAGE,
			"%s is a secret: use --secret %s=- (typed), =env:VARIABLE or =file:PATH",
			key->path, key->path);
	case KEY_MAPPING:
		return err_set(err, ERR_USAGE, "%s is set field by field: use --map FIELD=COLUMN",
			key->path);
	}
	return 0;
}

/* ---- showing ---- */

static void show_secret(struct buf *out, const struct secret *secret)
{
	if (secret->kind == SECRET_SEALED)
		buf_add_str(out, "sealed");
	else if (secret->kind != SECRET_NONE)
		buf_addf(out, "%s %s", secret_kind_name(secret->kind),
			secret->ref ? secret->ref : "");
}

static void show_mapping(struct buf *out, const struct mapping *mapping)
{
	for (size_t i = 0; i < mapping->count; i++) {
		const struct mapping_entry *entry = &mapping->entries[i];

		buf_addf(out, "%s%s=%s%s", i ? "\n" : "", entry->field,
			entry->kind == MAPPING_COLUMN  ? ""
			: entry->kind == MAPPING_VALUE ? "value:"
						       : "formula:",
			entry->text);
	}
}

void value_show(struct buf *out, const struct key *key, const void *thing)
{
	const void *value = value_at(thing, key);
	const struct text_list *list;
	char size[TEXT_SIZE_MAX];
	const char *text;
	int index;

	switch (key->kind) {
	case KEY_TEXT:
	case KEY_LINES:
		text = *(char *const *)value;
		buf_add_str(out, !text_empty(text) ? text : key->otherwise ? key->otherwise : "");
		return;
	case KEY_NUMBER:
		buf_addf(out, "%d", *(const int *)value);
		return;
	case KEY_SIZE:
		buf_add_str(out, text_size_exact(size, *(const int64_t *)value));
		return;
	case KEY_SWITCH:
		buf_add_str(out, *(const bool *)value ? "true" : "false");
		return;
	case KEY_EITHER:
		buf_add_str(out, key->words[*(const bool *)value ? 1 : 0]);
		return;
	case KEY_CHOICE:
		memcpy(&index, value, sizeof(index));
		buf_add_str(out, key->words[index]);
		return;
	case KEY_SECRET:
		show_secret(out, value);
		return;
	case KEY_LIST:
		list = value;
		for (size_t i = 0; i < list->count; i++)
			buf_addf(out, "%s%s", i ? ", " : "", list->items[i]);
		return;
	case KEY_MAPPING:
		show_mapping(out, value);
		return;
	}
}

static void json_secret(struct json *json, const struct secret *secret)
{
	if (secret->kind == SECRET_NONE) {
		json_null(json);
		return;
	}
	json_open(json, '{');
	if (secret->kind == SECRET_SEALED)
		json_put_bool(json, "sealed", true);
	else
		json_put_text(json, secret_kind_name(secret->kind), secret->ref);
	json_close(json, '}');
}

static void json_mapping(struct json *json, const struct mapping *mapping)
{
	json_open(json, '[');
	for (size_t i = 0; i < mapping->count; i++) {
		const struct mapping_entry *entry = &mapping->entries[i];

		json_open(json, '{');
		json_put_text(json, "field", entry->field);
		json_put_text(json, mapping_kind_name(entry->kind), entry->text);
		json_put_text(json, "null", null_policy_name(entry->nulls));
		json_close(json, '}');
	}
	json_close(json, ']');
}

void value_json(struct json *json, const struct key *key, const void *thing)
{
	struct buf text = BUF_INIT(1 << 20);
	const struct text_list *list;

	switch (key->kind) {
	case KEY_NUMBER:
		json_int(json, *(const int *)value_at(thing, key));
		break;
	case KEY_SWITCH:
		json_bool(json, *(const bool *)value_at(thing, key));
		break;
	case KEY_SECRET:
		json_secret(json, value_at(thing, key));
		break;
	case KEY_LIST:
		list = value_at(thing, key);
		json_open(json, '[');
		for (size_t i = 0; i < list->count; i++)
			json_text(json, list->items[i]);
		json_close(json, ']');
		break;
	case KEY_MAPPING:
		json_mapping(json, value_at(thing, key));
		break;
	default: /* texts and words: as shown, null when there is nothing */
		value_show(&text, key, thing);
		json_text(json, text.len ? buf_str(&text) : NULL);
		break;
	}
	buf_free(&text);
}
