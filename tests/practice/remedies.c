/* Tests that every misconfiguration has its remedy, and that what the org then answers leads there.
 */

#include "practice/suites.h"

#include "base/text.h"
#include "practice/partner.h"
#include "salesforce/remedy.h"

#include <json-c/json.h>

START_TEST(every_remedy_that_a_misconfiguration_names_exists)
{
	for (const struct practice_misconfiguration *row = practice_misconfigurations(); row->name;
		row++) {
		const struct remedy *remedy = remedy_all();

		while (remedy->id && strcmp(remedy->id, row->remedy_id) != 0)
			remedy++;
		ck_assert_msg(remedy->id != NULL, "%s names the remedy %s, which there is not",
			row->name, row->remedy_id);
	}
}
END_TEST

/* At which step of a ping a misconfiguration shows, and the call that shows it. Those of objects
 * and fields show in describe, which is no failure of a call. */
static const struct {
	const char *name, *step, *path;
} seen[] = {
	{ "token-html", "token", NULL },
	{ "domain-renamed", "token", NULL },
	{ "login-host", "token", NULL },
	{ "org-locked", "token", NULL },
	{ "app-not-installed", "token", NULL },
	{ "unknown-key", "token", NULL },
	{ "wrong-secret", "token", NULL },
	{ "flow-off", "token", NULL },
	{ "flow-off-unsupported", "token", NULL },
	{ "flow-off-unauthorized", "token", NULL },
	{ "no-run-as-user", "token", NULL },
	{ "inactive-user", "token", NULL },
	{ "no-scopes", "token", NULL },
	{ "not-approved", "token", NULL },
	{ "ip-restricted", "token", NULL },
	{ "login-rate", "token", NULL },
	{ "token-server-error", "token", NULL },
	{ "no-versions", "version", "/services/data" },
	{ "session-not-valid", "object", "sobjects/Account/describe" },
	{ "api-disabled", "object", "sobjects/Account/describe" },
	{ "user-api-disabled", "object", "sobjects/Account/describe" },
	{ "limit-reached", "object", "sobjects/Account/describe" },
	{ "edge-html", "object", "sobjects/Account/describe" },
	{ "edge-420", "object", "sobjects/Account/describe" },
	{ "maintenance", "object", "sobjects/Account/describe" },
	{ "limits-refused", "limits", "limits" },
	{ "organization-hidden", "org", "query?q=SELECT+Id+FROM+Organization" },
	{ "object-hidden", "object", "sobjects/Account/describe" },
};

static const char *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) ||
		!json_object_object_get_ex(object, key, &value))
		return NULL;
	return json_object_get_string(value);
}

START_TEST(answer_of_a_misconfigured_org_leads_to_its_remedy)
{
	const struct practice_misconfiguration *row = practice_misconfigurations();
	struct symptom symptom = { .step = seen[_i].step };
	struct json_object *body;
	struct json_object *first;
	struct partner partner;

	while (strcmp(row->name, seen[_i].name) != 0)
		row++;
	partner_open_with(&partner, seen[_i].name);
	if (seen[_i].path)
		partner_call(&partner, "GET", seen[_i].path, NULL);
	body = json_tokener_parse(buf_str(&partner.body));
	first = json_object_is_type(body, json_type_array) ? json_object_array_get_idx(body, 0)
							   : body;
	symptom.http_status = (int)partner.status;
	symptom.code = member(first, seen[_i].path ? "errorCode" : "error");
	symptom.description = member(first, seen[_i].path ? "message" : "error_description");
	if (!body)
		symptom.description = "a web page instead of JSON";
	ck_assert_str_eq(remedy_find(&symptom)->id, row->remedy_id);
	json_object_put(body);
	partner_close(&partner);
}
END_TEST

Suite *suite_remedies(void)
{
	Suite *suite = suite_create("practice/remedies");
	TCase *tc = tcase_create("remedies");

	tcase_add_test(tc, every_remedy_that_a_misconfiguration_names_exists);
	tcase_add_loop_test(
		tc, answer_of_a_misconfigured_org_leads_to_its_remedy, 0, ARRAY_SIZE(seen));
	suite_add_tcase(suite, tc);
	return suite;
}
