/* reply.c — reading the org's JSON with json-c, in the strictest way it has. */

#include "base/base.h"
#include "base/text.h"
#include "salesforce/reply.h"

#include <ctype.h>
#include <strings.h>

bool reply_is_html(const char *body, size_t len)
{
	while (len && isspace((unsigned char)*body))
		body++, len--;
	return len && *body == '<';
}

static bool only_blanks(const char *text, size_t len)
{
	while (len && strchr(" \t\r\n", *text) && *text)
		text++, len--;
	return len == 0;
}

static int refuse(struct err *err, const char *what, const char *body, size_t len,
	enum json_tokener_error why)
{
	if (only_blanks(body, len))
		return err_set(err, ERR_PROTOCOL, "%s was empty", what);
	if (reply_is_html(body, len))
		return err_set(err, ERR_PROTOCOL,
			"%s was a web page: something between here and the org answered", what);
	if (why == json_tokener_continue)
		return err_set(err, ERR_PROTOCOL, "%s was cut off after %zu bytes", what, len);
	return err_set(err, ERR_PROTOCOL, "%s was no JSON: %s", what, json_tokener_error_desc(why));
}

int reply_parse(
	struct json_object **out, const char *body, size_t len, const char *what, struct err *err)
{
	struct json_tokener *tokener;
	struct json_object *value;
	enum json_tokener_error why;
	int rc = 0;

	*out = NULL;
	if (len > INT32_MAX)
		return err_set(err, ERR_PROTOCOL, "%s was too large", what);
	tokener = json_tokener_new_ex(REPLY_DEPTH_MAX);
	if (!tokener)
		return err_nomem(err);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
	value = json_tokener_parse_ex(tokener, body ? body : "", (int)len);
	why = json_tokener_get_error(tokener);
	if (why == json_tokener_continue && len) {
		/* A number at the very end is only known to be over once something follows it. */
		value = json_tokener_parse_ex(tokener, "", 1);
		why = json_tokener_get_error(tokener) == json_tokener_success
			      ? json_tokener_success
			      : json_tokener_continue;
	} else if (why == json_tokener_success) {
		size_t end = json_tokener_get_parse_end(tokener);

		if (!only_blanks(body + end, len - end))
			why = json_tokener_error_parse_unexpected;
	}
	if (why != json_tokener_success || !value) {
		json_object_put(value);
		value = NULL;
		rc = refuse(err, what, body ? body : "", len, why);
	}
	*out = value;
	json_tokener_free(tokener);
	return rc;
}

int reply_parse_as(struct json_object **out, enum json_type type, const char *body, size_t len,
	const char *what, struct err *err)
{
	int rc = reply_parse(out, body, len, what, err);

	if (rc || json_object_is_type(*out, type))
		return rc;
	rc = err_set(err, ERR_PROTOCOL, "%s was a JSON %s, not %s", what,
		json_type_to_name(json_object_get_type(*out)), json_type_to_name(type));
	json_object_put(*out);
	*out = NULL;
	return rc;
}

struct json_object *reply_member(struct json_object *object, const char *key, enum json_type type)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) ||
		!json_object_object_get_ex(object, key, &value) ||
		!json_object_is_type(value, type))
		return NULL;
	return value;
}

const char *reply_text(struct json_object *object, const char *key)
{
	struct json_object *value = reply_member(object, key, json_type_string);

	return value ? json_object_get_string(value) : NULL;
}

bool reply_bool(struct json_object *object, const char *key)
{
	struct json_object *value = reply_member(object, key, json_type_boolean);

	return value && json_object_get_boolean(value);
}

int64_t reply_int(struct json_object *object, const char *key, int64_t otherwise)
{
	struct json_object *value = reply_member(object, key, json_type_int);

	return value ? json_object_get_int64(value) : otherwise;
}

void reply_one_line(char *to, size_t size, const char *from)
{
	size_t len = 0;

	for (; *from && len < size - 1; from++) {
		char c = iscntrl((unsigned char)*from) ? ' ' : *from;

		if (c == ' ' && (len == 0 || to[len - 1] == ' '))
			continue;
		to[len++] = c;
	}
	while (len && to[len - 1] == ' ')
		len--;
	to[text_utf8_prefix(to, len)] = '\0';
}

bool reply_is_id(const char *text, size_t len)
{
	if (len != 15 && len != 18)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)text[i]))
			return false;
	}
	return true;
}
