/* return_answer.c — read what the Apex class saw (core/setup/template/AgentboardPing.cls). */

#include "base/base.h"
#include "ping/return_answer.h"
#include "base/text.h"

#include <json-c/json.h>

static void take_text(char *to, size_t size, struct json_object *json, const char *key)
{
	struct json_object *member;

	if (json_object_object_get_ex(json, key, &member) &&
		json_object_is_type(member, json_type_string))
		text_copy(to, size, json_object_get_string(member));
}

static int take_int(struct json_object *json, const char *key)
{
	struct json_object *member;

	return json_object_object_get_ex(json, key, &member) ? json_object_get_int(member) : 0;
}

bool return_answer_read(struct return_answer *out, const char *text)
{
	struct json_object *json = json_tokener_parse(text);
	struct json_object *reached;
	bool known = json_object_is_type(json, json_type_object) &&
		     json_object_object_get_ex(json, "reached", &reached);

	*out = (struct return_answer){ .reached = false };
	if (known) {
		out->reached = json_object_get_boolean(reached);
		out->ms = take_int(json, "ms");
		out->status = take_int(json, "status");
		take_text(out->body, sizeof(out->body), json, "body");
		take_text(out->message, sizeof(out->message), json, "message");
	}
	json_object_put(json);
	return known;
}
