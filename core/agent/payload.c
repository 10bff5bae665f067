/* payload.c — "Field=text" into a JSON object; the kind of a value is that of the one it replaces.
 */

#include "base/base.h"
#include "agent/payload.h"
#include "base/text.h"

#include <json-c/json.h>

#define NAME_MAX_LEN 200
#define JSON_PREFIX "json:"

/* A text as JSON; NULL when it is none. *none tells null from failure. */
static struct json_object *parse_value(const char *text, bool *good)
{
	enum json_tokener_error error;
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *value = NULL;

	*good = false;
	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	value = json_tokener_parse_ex(tokener, text, (int)strlen(text) + 1);
	error = json_tokener_get_error(tokener);
	json_tokener_free(tokener);
	*good = error == json_tokener_success;
	return value;
}

/* Does the text stand for a value of the old one's kind? */
static bool same_kind(struct json_object *old, struct json_object *value)
{
	enum json_type was = json_object_get_type(old);
	enum json_type is = json_object_get_type(value);
	bool was_number = was == json_type_int || was == json_type_double;

	return (was_number && (is == json_type_int || is == json_type_double)) ||
	       (was == json_type_boolean && is == json_type_boolean);
}

static int make_value(
	struct json_object **out, struct json_object *old, const char *text, struct err *err)
{
	bool is_json = strncmp(text, JSON_PREFIX, strlen(JSON_PREFIX)) == 0;
	struct json_object *value;
	bool good;

	if (is_json)
		text += strlen(JSON_PREFIX);
	value = parse_value(text, &good);
	*out = value;
	if (is_json)
		return good ? 0 : err_set(err, ERR_USAGE, "\"%s\" is not JSON", text);
	if (good && same_kind(old, value))
		return 0;
	json_object_put(value);
	*out = NULL;
	if (json_object_is_type(old, json_type_object))
		return err_set(err, ERR_USAGE,
			"it is a parent: name its field, as in Account__r.Ext_Id__c=A-1");
	*out = json_object_new_string(text);
	return *out ? 0 : err_nomem(err);
}

/* The object's own spelling of a name, or the name as it is given. */
static const char *spelled(struct json_object *object, const char *name)
{
	json_object_object_foreach(object, key, value)
	{
		(void)value;
		if (text_equal_fold(key, name))
			return key;
	}
	return name;
}

/* Set `name` of `object`, made of parts with points between them. */
static int set_field(
	struct json_object *object, const char *name, const char *text, struct err *err)
{
	const char *point = strchr(name, '.');
	char parent[NAME_MAX_LEN + 1];
	struct json_object *old = NULL;
	struct json_object *value = NULL;
	const char *key;
	int rc;

	if (point) {
		snprintf(parent, sizeof(parent), "%.*s", (int)(point - name), name);
		key = spelled(object, parent);
		json_object_object_get_ex(object, key, &old);
		if (!json_object_is_type(old, json_type_object)) {
			old = json_object_new_object();
			if (!old || json_object_object_add(object, key, old) != 0)
				return err_nomem(err);
		}
		return set_field(old, point + 1, text, err);
	}
	key = spelled(object, name);
	json_object_object_get_ex(object, key, &old);
	rc = make_value(&value, old, text, err);
	if (rc == 0 && json_object_object_add(object, key, value) != 0)
		rc = err_nomem(err);
	return rc;
}

static bool is_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.";
	size_t len = strlen(name);

	return len && strspn(name, allowed) == len && name[0] != '.' && name[len - 1] != '.' &&
	       !strstr(name, "..");
}

static bool is_key(const struct text_list *keys, const char *name)
{
	for (size_t i = 0; i < keys->count; i++)
		if (text_equal_fold(keys->items[i], name))
			return true;
	return false;
}

static int apply_set(
	struct json_object *object, const char *set, const struct text_list *keys, struct err *err)
{
	const char *equals = strchr(set, '=');
	char name[NAME_MAX_LEN + 1];
	int rc;

	if (!equals || (size_t)(equals - set) > NAME_MAX_LEN)
		return err_set(err, ERR_USAGE, "--set %s: say it as FIELD=VALUE", set);
	snprintf(name, sizeof(name), "%.*s", (int)(equals - set), set);
	if (!is_name(name))
		return err_set(err, ERR_USAGE, "--set %s: \"%s\" is no name of a field", set, name);
	if (is_key(keys, name))
		return err_set(err, ERR_USAGE,
			"--set %s: %s says which record this is, and another key is another "
			"message: mend it in the source and process the interface again",
			set, name);
	rc = set_field(object, name, equals + 1, err);
	if (rc == -ERR_USAGE)
		err_prefix(err, "--set %s", name);
	return rc;
}

int payload_edit(char **out, const char *record, const char *const *sets,
	const struct text_list *keys, struct err *err)
{
	struct json_object *object = json_tokener_parse(record);
	int rc = 0;

	*out = NULL;
	if (!json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		return err_set(err, ERR_STORE, "the stored payload is no JSON object");
	}
	if (!sets[0])
		rc = err_set(err, ERR_USAGE, "what is to change? --set FIELD=VALUE");
	for (; rc == 0 && *sets; sets++)
		rc = apply_set(object, *sets, keys, err);
	if (rc == 0) {
		*out = text_dup(json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		rc = *out ? 0 : err_nomem(err);
	}
	json_object_put(object);
	return rc;
}
