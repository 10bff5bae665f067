/* org_facts.c — what the org says of itself: the user of the token, its name and kind, what is left
 * of its allowance. */

#include "base/base.h"
#include "base/text.h"
#include "salesforce/org.h"
#include "salesforce/reply.h"

static int get_object(struct json_object **out, struct org *org, const char *path, const char *what,
	struct err *err)
{
	struct http_answer answer;
	int rc;

	*out = NULL;
	http_answer_init(&answer);
	rc = org_call(org, "GET", path, NULL, 0, &answer, err);
	if (rc == 0)
		rc = reply_parse_as(
			out, json_type_object, buf_str(&answer.body), answer.body.len, what, err);
	http_answer_free(&answer);
	return rc;
}

static void copy_text(char *to, size_t size, struct json_object *object, const char *key)
{
	const char *text = reply_text(object, key);

	reply_one_line(to, size, text ? text : "");
}

/* A text that is no id is as good as none. */
static void copy_id(char to[19], struct json_object *object, const char *key)
{
	const char *text = reply_text(object, key);

	text_copy(to, 19, text && reply_is_id(text, strlen(text)) ? text : "");
}

int org_userinfo(struct org_user *out, struct org *org, struct err *err)
{
	struct json_object *reply;
	int rc = get_object(&reply, org, "/services/oauth2/userinfo", "the user's answer", err);

	if (rc)
		return rc;
	*out = (struct org_user){ 0 };
	copy_id(out->user_id, reply, "user_id");
	copy_id(out->organization_id, reply, "organization_id");
	copy_text(out->username, sizeof(out->username), reply, "preferred_username");
	copy_text(out->name, sizeof(out->name), reply, "name");
	if (!out->user_id[0] || !out->organization_id[0])
		rc = err_set(err, ERR_PROTOCOL, "the user's answer names no user and org");
	json_object_put(reply);
	return rc;
}

/* The org hides its own record from some users, in several ways. */
static bool hidden(const struct err *err)
{
	return strcmp(err->code, "INVALID_TYPE") == 0 || strcmp(err->code, "INVALID_FIELD") == 0 ||
	       err->kind == ERR_NOT_FOUND;
}

int org_identity(struct org_identity *out, struct org *org, struct err *err)
{
	static const char path[] = "/query?q=SELECT%20Id%2CName%2CIsSandbox%2COrganizationType%2C"
				   "InstanceName%20FROM%20Organization";
	struct err failure = ERR_INIT;
	struct json_object *reply, *records, *record;
	int rc = get_object(&reply, org, path, "the org's record", &failure);

	if (rc && hidden(&failure)) {
		failure.kind = ERR_REFUSED;
		return err_copy(err, &failure);
	}
	if (rc)
		return err_copy(err, &failure);
	records = reply_member(reply, "records", json_type_array);
	record = records && json_object_array_length(records) == 1
			 ? json_object_array_get_idx(records, 0)
			 : NULL;
	*out = (struct org_identity){ 0 };
	if (!records) {
		rc = err_set(err, ERR_PROTOCOL, "the org's record came without records");
	} else if (!record) {
		rc = err_set(err, ERR_REFUSED, "the user may not read the Organization record");
	} else {
		copy_id(out->id, record, "Id");
		copy_text(out->name, sizeof(out->name), record, "Name");
		copy_text(out->type, sizeof(out->type), record, "OrganizationType");
		copy_text(out->instance, sizeof(out->instance), record, "InstanceName");
		out->sandbox = reply_bool(record, "IsSandbox");
		if (!reply_member(record, "IsSandbox", json_type_boolean))
			rc = err_set(err, ERR_PROTOCOL,
				"the org's record does not say whether it is a sandbox");
	}
	json_object_put(reply);
	return rc;
}

int org_limits(int64_t *remaining, int64_t *allowed, struct org *org, struct err *err)
{
	struct err failure = ERR_INIT;
	struct json_object *reply, *daily;
	int rc = get_object(&reply, org, "/limits", "the limits' answer", &failure);

	if (rc) {
		/* A user without "View Setup and Configuration" is told in one of these ways. */
		if (failure.kind == ERR_NOT_FOUND)
			failure.kind = ERR_REFUSED;
		return err_copy(err, &failure);
	}
	daily = reply_member(reply, "DailyApiRequests", json_type_object);
	*remaining = reply_int(daily, "Remaining", -1);
	*allowed = reply_int(daily, "Max", -1);
	if (*remaining < 0 || *allowed < 0)
		rc = err_set(err, ERR_PROTOCOL, "the limits' answer holds no DailyApiRequests");
	json_object_put(reply);
	return rc;
}
