/* greeting.c — is it really our agent that answers? */

#include "base/base.h"
#include "ping/greeting.h"
#include "base/text.h"

#include <json-c/json.h>

static void take_text(char *to, size_t size, struct json_object *json, const char *key)
{
	struct json_object *member;

	text_copy(to, size, "");
	if (json_object_object_get_ex(json, key, &member) &&
		json_object_is_type(member, json_type_string))
		text_copy(to, size, json_object_get_string(member));
}

bool greeting_read(struct greeting *out, const char *text)
{
	struct json_object *json = json_tokener_parse(text);
	char name[32];

	if (!json_object_is_type(json, json_type_object)) {
		json_object_put(json);
		return false;
	}
	take_text(name, sizeof(name), json, "agent");
	take_text(out->version, sizeof(out->version), json, "version");
	take_text(out->home, sizeof(out->home), json, "home");
	json_object_put(json);
	return strcmp(name, "agentboard") == 0;
}
