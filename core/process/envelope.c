/* envelope.c — what the requests of a run have in common, from the interface, and as JSON. */

#include "base/base.h"
#include "process/envelope.h"
#include "base/text.h"
#include "salesforce/reply.h"

void envelope_init(struct envelope *envelope, const struct interface *interface)
{
	*envelope = (struct envelope){
		.all_or_none = interface->all_or_none || interface->on_error == ON_ERROR_STOP,
		.auto_assign = interface->auto_assign,
		.allow_duplicates = interface->allow_duplicates,
		.looks_up = interface_looks_up(interface),
	};
	envelope->may_go_by_id = interface_upserts_by_id(interface) && !envelope->looks_up;
}

void envelope_free(struct envelope *envelope)
{
	free(envelope->address);
	envelope->address = NULL;
}

static const struct {
	const char *key;
	size_t offset;
} flags[] = {
	{ "all_or_none", offsetof(struct envelope, all_or_none) },
	{ "auto_assign", offsetof(struct envelope, auto_assign) },
	{ "allow_duplicates", offsetof(struct envelope, allow_duplicates) },
	{ "looks_up", offsetof(struct envelope, looks_up) },
	{ "may_go_by_id", offsetof(struct envelope, may_go_by_id) },
};

int envelope_write(struct buf *out, const struct envelope *envelope, struct err *err)
{
	struct json_object *object = json_object_new_object();
	const char *text;
	int bad;

	if (!object)
		return err_nomem(err);
	bad = json_object_object_add(object, "address", json_object_new_string(envelope->address));
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		bool flag = *(const bool *)((const char *)envelope + flags[i].offset);

		bad |= json_object_object_add(object, flags[i].key, json_object_new_boolean(flag));
	}
	text = bad ? NULL : json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
	if (text)
		buf_add_str(out, text);
	json_object_put(object);
	return text ? 0 : err_nomem(err);
}

int envelope_read(struct envelope *out, const char *text, struct err *err)
{
	struct json_object *object;
	int rc = reply_parse_as(
		&object, json_type_object, text, strlen(text), "what the run keeps", err);

	*out = (struct envelope){ NULL };
	if (rc)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		*(bool *)((char *)out + flags[i].offset) = reply_bool(object, flags[i].key);
	if (!text_set(&out->address, reply_text(object, "address")))
		rc = err_nomem(err);
	json_object_put(object);
	return rc;
}

/* REST API guide, "Headers"; without the first the org's assignment rules would run. */
void envelope_headers(struct org_request *request, struct http_header headers[ENVELOPE_HEADERS],
	const struct envelope *envelope)
{
	int count = 0;

	if (!envelope->auto_assign)
		headers[count++] = (struct http_header){ "Sforce-Auto-Assign", "FALSE" };
	if (envelope->allow_duplicates)
		headers[count++] =
			(struct http_header){ "Sforce-Duplicate-Rule-Header", "allowSave=true" };
	headers[count] = (struct http_header){ NULL, NULL };
	request->headers = headers;
}
