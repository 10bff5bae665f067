/* wire_doc.c — what the readers of agent.sock take out of a JSON document. */

#include "base/base.h"
#include "agent/wire_doc.h"
#include "base/text.h"

#define DEPTH_MAX 8

struct json_object *wire_parse(const char *text, size_t len, struct err *err)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *root = NULL;

	if (tokener && len < INT32_MAX)
		root = json_tokener_parse_ex(tokener, text, (int)len);
	json_tokener_free(tokener);
	if (root && json_object_is_type(root, json_type_object))
		return root;
	json_object_put(root);
	err_set(err, ERR_PROTOCOL, "the agent's socket carried something that is no JSON object");
	return NULL;
}

const char *wire_text(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(object, key, &value) ||
		!json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

int64_t wire_int(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_int64(value) : 0;
}

bool wire_bool(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(object, key, &value) && json_object_get_boolean(value);
}

enum err_kind wire_kind(const char *name)
{
	for (int kind = ERR_NONE; kind <= ERR_NOMEM; kind++) {
		if (text_equal(name, err_kind_name((enum err_kind)kind)))
			return (enum err_kind)kind;
	}
	return ERR_PROTOCOL;
}

bool wire_error(struct err *err, struct json_object *root)
{
	struct json_object *error = NULL;

	if (!json_object_object_get_ex(root, "error", &error) ||
		!json_object_is_type(error, json_type_object) || !wire_text(error, "text"))
		return false;
	err_set(err, wire_kind(wire_text(error, "kind")), "%s", wire_text(error, "text"));
	wire_copy(err->code, sizeof(err->code), error, "code");
	err->retryable = wire_bool(error, "retryable");
	return true;
}

struct json_object *wire_list(
	struct json_object *root, const char *key, size_t max, struct err *err)
{
	struct json_object *list = NULL;

	if (json_object_object_get_ex(root, key, &list) &&
		json_object_is_type(list, json_type_array) && json_object_array_length(list) > 0 &&
		json_object_array_length(list) <= max)
		return list;
	err_set(err, ERR_USAGE, "\"%s\" must be a list of 1 to %zu", key, max);
	return NULL;
}

struct json_object *wire_array(struct json_object *object, const char *key, size_t max)
{
	struct json_object *list = NULL;

	return json_object_object_get_ex(object, key, &list) &&
			       json_object_is_type(list, json_type_array) &&
			       json_object_array_length(list) <= max
		       ? list
		       : NULL;
}

void wire_copy(char *to, size_t size, struct json_object *object, const char *key)
{
	const char *text = wire_text(object, key);

	text_copy(to, size, text ? text : "");
}
