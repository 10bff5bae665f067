/* random.c — reproducible random models and texts. */

#include "config/suites.h"

#include "base/text.h"
#include "config/random.h"
#include "model/interface.h"

uint32_t random_below(struct random *r, uint32_t limit)
{
	/* splitmix64 */
	uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ (z >> 31)) % limit);
}

/* Everything that could confuse a tokenizer, an escape or a comment. */
static const char *const parts[] = { "a", "Z", "9", " ", "\"", "\\", "\n", "\t", "\r", "\f", "\x01",
	"\x1f", "\x7f", "#", "//", "/*", "*/", ";", ",", "{", "}", "(", ")", "=", "\\x41", "\\n",
	"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "@include", "SELECT ", "'", ":" };

static char *random_text(struct random *r, bool printable)
{
	struct buf text = BUF_INIT(4096);
	uint32_t count = random_below(r, 12);

	buf_add_str(&text, printable ? "x" : "");
	for (uint32_t i = 0; i < count; i++)
		buf_add_str(&text, parts[random_below(r, printable ? 3 : ARRAY_SIZE(parts))]);
	return buf_detach(&text);
}

static void random_mapping(struct random *r, struct mapping *mapping)
{
	uint32_t count = random_below(r, 5);
	struct err err = ERR_INIT;

	/* Keep, move, drop and change what is there, then add. */
	for (size_t i = 0; i < mapping->count; i++) {
		struct mapping_entry *entry = &mapping->entries[i];
		struct mapping_entry *other =
			&mapping->entries[random_below(r, (uint32_t)mapping->count)];
		struct mapping_entry kept = *entry;

		if (random_below(r, 3) == 0) {
			*entry = *other;
			*other = kept;
		}
		if (random_below(r, 3) == 0) {
			free(entry->text);
			entry->text = random_text(r, false);
		}
		if (random_below(r, 4) == 0)
			entry->kind = (enum mapping_kind)random_below(r, 3);
		if (random_below(r, 4) == 0)
			entry->nulls = (enum null_policy)random_below(r, 2);
	}
	while (mapping->count && random_below(r, 3) == 0) {
		mapping->count--;
		free(mapping->entries[mapping->count].field);
		free(mapping->entries[mapping->count].text);
	}
	for (uint32_t i = 0; i < count; i++) {
		char *field = random_text(r, true);
		char *text = random_text(r, false);

		ck_ok(mapping_add(mapping, field, (enum mapping_kind)random_below(r, 3), text,
			      (enum null_policy)random_below(r, 2), &err),
			&err);
		free(field);
		free(text);
	}
}

static void random_list(struct random *r, struct text_list *list)
{
	uint32_t count = random_below(r, 4);

	text_list_free(list);
	for (uint32_t i = 0; i < count; i++) {
		char *text = random_text(r, false);

		ck_assert(text_list_add(list, text));
		free(text);
	}
}

static void random_string(struct random *r, const struct key *key, char **to)
{
	int words = 0;

	free(*to);
	*to = NULL;
	while (key->words && key->words[words])
		words++;
	if (random_below(r, 3) == 0)
		return;
	if (words)
		*to = strdup(key->words[random_below(r, (uint32_t)words)]);
	else
		*to = random_text(r, false);
	if (!**to) { /* an empty text is one that is not set */
		free(*to);
		*to = NULL;
	}
}

void random_value(struct random *r, const struct schema *schema, const struct key *key, void *thing)
{
	void *value = value_at(thing, key);
	struct secret *secret = value;
	uint32_t words = 0;
	int number;

	(void)schema;
	while (key->words && key->words[words])
		words++;
	switch (key->kind) {
	case KEY_TEXT:
	case KEY_LINES:
		random_string(r, key, value);
		break;
	case KEY_NUMBER:
		*(int *)value = key->min + (int)random_below(r, (uint32_t)(key->max - key->min));
		break;
	case KEY_SIZE:
		*(int64_t *)value = (int64_t)random_below(r, 4096) << random_below(r, 50);
		break;
	case KEY_SWITCH:
	case KEY_EITHER:
		*(bool *)value = random_below(r, 2) != 0;
		break;
	case KEY_CHOICE:
		number = (int)random_below(r, words);
		memcpy(value, &number, sizeof(number));
		break;
	case KEY_SECRET:
		secret_free(secret);
		secret->kind = (enum secret_kind)random_below(r, 5);
		if (secret->kind != SECRET_NONE)
			secret->ref = random_text(r, true);
		break;
	case KEY_LIST:
		random_list(r, value);
		break;
	case KEY_MAPPING:
		random_mapping(r, value);
		break;
	}
}

void random_thing(struct random *r, const struct schema *schema, void *thing)
{
	for (size_t i = 0; i < schema->count; i++)
		random_value(r, schema, &schema->keys[i], thing);
}

int random_comments(struct random *r, struct buf *text, int one_in)
{
	struct buf result = BUF_INIT(1 << 20);
	bool in_string = false;
	int count = 0;

	for (size_t i = 0; i < text->len; i++) {
		char c = text->data[i];

		if (in_string && c == '\\')
			buf_add_char(&result, text->data[i++]);
		else if (c == '"')
			in_string = !in_string;
		buf_add_char(&result, text->data[i]);
		if (in_string || (c != ' ' && c != '\n') || random_below(r, (uint32_t)one_in))
			continue;
		count++;
		if (random_below(r, 2))
			buf_addf(&result, "/* \" <%d> ; } */%s", count,
				random_below(r, 2) ? "" : "\n");
		else
			buf_addf(&result, "%s <%d> \" { ,\n", random_below(r, 2) ? "#" : "//",
				count);
	}
	buf_free(text);
	*text = result;
	return count;
}

void random_damage(struct random *r, struct buf *text)
{
	static const char *const bits[] = { "\"", "{", "}", "(", ")", "[", "]", ";", ",", "=", "/*",
		"*/", "#", "//", "\n", "\\", "9999999999", "true", "name", "\xff", "\x02", " " };
	struct buf result = BUF_INIT(1 << 20);
	uint32_t times = 1 + random_below(r, 3);

	while (times--) {
		uint32_t at = random_below(r, (uint32_t)text->len + 1);
		uint32_t rest = (uint32_t)text->len - at;
		uint32_t span = rest ? random_below(r, rest < 20 ? rest : 20) : 0;
		const char *bit = bits[random_below(r, ARRAY_SIZE(bits))];

		buf_reset(&result);
		buf_add(&result, buf_str(text), at);
		switch (random_below(r, 4)) {
		case 0: /* drop */
			break;
		case 1: /* double */
			buf_add(&result, buf_str(text) + at, span);
			buf_add(&result, buf_str(text) + at, span);
			break;
		case 2: /* put something in */
			buf_add_str(&result, bit);
			span = 0;
			break;
		default: /* put something in the place */
			buf_add_str(&result, bit);
			break;
		}
		buf_add(&result, buf_str(text) + at + span, text->len - at - span);
		buf_reset(text);
		buf_add(text, buf_str(&result), result.len);
	}
	buf_free(&result);
}
