/* field_check.c — the limits of fields, taken once from describe and looked at for each value. */

#include "base/base.h"
#include "process/field_check.h"
#include "base/text.h"

#include <ctype.h>

#define QUOTED_BYTES 80 /* of a value in an error text */

static void set_digits(struct field_rule *rule, const struct field *field)
{
	if (field->type == FIELD_DOUBLE || field->type == FIELD_CURRENCY ||
		field->type == FIELD_PERCENT)
		rule->whole_digits =
			field->precision > field->scale ? field->precision - field->scale : 0;
}

/* The lengths of lists, Ids and binary fields are not those of the texts that are sent. */
static void set_length(struct field_rule *rule, const struct field *field)
{
	switch (field->type) {
	case FIELD_STRING:
	case FIELD_TEXTAREA:
	case FIELD_EMAIL:
	case FIELD_PHONE:
	case FIELD_URL:
		rule->length = field->length;
		break;
	default:
		break;
	}
}

int field_rule_init(struct field_rule *rule, const struct field *field, struct err *err)
{
	*rule = (struct field_rule){ .id = field->type == FIELD_REFERENCE,
		.several = field->type == FIELD_MULTIPICKLIST };
	set_length(rule, field);
	set_digits(rule, field);
	if (!field->restricted_picklist)
		return 0;
	for (size_t i = 0; i < field->picklist.count; i++)
		if (!text_list_add(&rule->picklist, field->picklist.items[i]))
			return err_nomem(err);
	return 0;
}

void field_rule_free(struct field_rule *rule)
{
	text_list_free(&rule->picklist);
	*rule = (struct field_rule){ 0 };
}

bool field_is_id(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]))
			return false;
	return len == 15 || len == 18;
}

/* Characters as the org counts them: 16-bit units, as Java does. */
static size_t characters(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		count += (c & 0xc0) != 0x80;
		count += c >= 0xf0;
	}
	return count;
}

static size_t whole_digits(const char *text, size_t len)
{
	size_t count = 0, at = 0;

	while (at < len && (text[at] == '-' || text[at] == '+' || text[at] == '0'))
		at++;
	for (; at < len && isdigit((unsigned char)text[at]); at++)
		count++;
	return memchr(text, 'e', len) || memchr(text, 'E', len) ? 0 : count;
}

static bool in_list(const struct text_list *list, const char *text, size_t len)
{
	for (size_t i = 0; i < list->count; i++)
		if (strlen(list->items[i]) == len && !strncasecmp(list->items[i], text, len))
			return true;
	return false;
}

/* The first value that the list has not, or NULL. */
static const char *not_listed(
	const struct field_rule *rule, const char *text, size_t len, size_t *part_len)
{
	const char *end = text + len;

	while (text <= end) {
		const char *stop = rule->several ? memchr(text, ';', (size_t)(end - text)) : NULL;

		stop = stop ? stop : end;
		*part_len = (size_t)(stop - text);
		if (*part_len && !in_list(&rule->picklist, text, *part_len))
			return text;
		text = stop + 1;
	}
	return NULL;
}

static int quoted(const char *text, size_t len)
{
	return (int)text_utf8_prefix(text, len < QUOTED_BYTES ? len : QUOTED_BYTES);
}

const char *field_check(
	char *words, size_t size, const struct field_rule *rule, const char *text, size_t len)
{
	const char *part;
	size_t part_len;

	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	if (rule->length && len > (size_t)rule->length &&
		characters(text, len) > (size_t)rule->length) {
		snprintf(words, size, "data value too large: %.*s (max length=%d)",
			quoted(text, len), text, rule->length);
		return "STRING_TOO_LONG";
	}
	if (rule->whole_digits && whole_digits(text, len) > (size_t)rule->whole_digits) {
		snprintf(words, size, "value outside of valid range on numeric field: %.*s",
			quoted(text, len), text);
		return "NUMBER_OUTSIDE_VALID_RANGE";
	}
	if (rule->id && len && !field_is_id(text, len)) {
		snprintf(words, size, "id value of incorrect type: %.*s", quoted(text, len), text);
		return "MALFORMED_ID";
	}
	part = rule->picklist.count ? not_listed(rule, text, len, &part_len) : NULL;
	if (!part)
		return NULL;
	snprintf(words, size, "bad value for restricted picklist field: %.*s",
		quoted(part, part_len), part);
	return "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST";
}
