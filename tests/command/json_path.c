/* json_path.c — one value of a JSON document by its path. */

#include "command/json_path.h"

#include "harness/check_main.h"

#include <json-c/json.h>

const char *json_path(const char *text, const char *path)
{
	static struct json_object *document;
	struct json_object *at;
	char part[64];

	json_object_put(document);
	document = json_tokener_parse(text);
	ck_assert_msg(document != NULL, "no JSON: %s", text);
	for (at = document; *path; path += path[0] == '.') {
		size_t len = strcspn(path, ".");

		snprintf(part, sizeof(part), "%.*s", (int)len, path);
		if (json_object_is_type(at, json_type_array))
			at = json_object_array_get_idx(at, (size_t)strtol(part, NULL, 10));
		else
			ck_assert_msg(json_object_object_get_ex(at, part, &at), "no %s in %s", part,
				text);
		path += len;
	}
	return at ? json_object_get_string(at) : "null";
}
