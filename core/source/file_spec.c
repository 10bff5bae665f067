/* file_spec.c — which files to read and how, from the JSON that the parent sends (reader.c). */

#include "base/base.h"
#include "source/file_source.h"

#include <json-c/json.h>

static struct json_object *array_of(struct json_object *from, const char *name)
{
	struct json_object *array = json_object_object_get(from, name);

	return json_object_is_type(array, json_type_array) ? array : NULL;
}

bool file_spec_get(struct file_spec *spec, struct json_object *from)
{
	struct json_object *wanted = array_of(from, "wanted"), *items = array_of(from, "items");
	struct file_item *list;

	if (!wanted || !items)
		return false;
	spec->format =
		(enum file_format)json_object_get_int(json_object_object_get(from, "format"));
	spec->delimiter = (char)json_object_get_int(json_object_object_get(from, "delimiter"));
	spec->encoding = json_object_get_string(json_object_object_get(from, "encoding"));
	spec->strict = json_object_get_boolean(json_object_object_get(from, "strict"));
	if (spec->format > FILE_JSON)
		return false;
	for (size_t i = 0; i < json_object_array_length(wanted); i++)
		if (!text_list_add(&spec->wanted,
			    json_object_get_string(json_object_array_get_idx(wanted, i))))
			return false;
	spec->count = json_object_array_length(items) / 2;
	list = calloc(spec->count + 1, sizeof(*list));
	for (size_t i = 0; list && i < spec->count; i++) {
		list[i].path = json_object_get_string(json_object_array_get_idx(items, 2 * i));
		list[i].name = json_object_get_string(json_object_array_get_idx(items, 2 * i + 1));
	}
	spec->items = list;
	return list != NULL;
}

void file_spec_free(struct file_spec *spec)
{
	free((void *)(uintptr_t)spec->items);
	text_list_free(&spec->wanted);
	*spec = (struct file_spec){ 0 };
}
