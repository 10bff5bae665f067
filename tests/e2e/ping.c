/* End to end: Ping Salesforce Connection names the cause and the page of Setup that mends it. */

#include "base/base.h"
#include "e2e/suites.h"

#include "base/text.h"
#include "e2e/world.h"

static struct world world;

static void teardown(void)
{
	world_close(&world);
}

/* Index of the step that failed in the last ping. */
static int failed_step(void)
{
	char path[64];

	for (int i = 0; i < 64; i++) {
		snprintf(path, sizeof(path), "steps.%d.verdict", i);
		if (strcmp(world_json(path), "fail") == 0)
			return i;
	}
	ck_abort_msg("no step failed");
	return -1;
}

static const char *of_failed_step(const char *key)
{
	char path[64];

	snprintf(path, sizeof(path), "steps.%d.%s", failed_step(), key);
	return world_json(path);
}

START_TEST(a_sound_org_is_green_and_remembered)
{
	world_open(&world, NULL, NULL);
	world_customers(&world, 3);
	world_connection(&world);
	world_interface(&world);
	ck_run(0, &world, "ping", "salesforce", "erp", "--json");
	ck_assert_str_eq(world_json("ok"), "true");
	ck_run(0, &world, "ping", "salesforce", "erp");
	ck_run(0, &world, "connection", "show", "erp", "--json");
	ck_assert_str_eq(world_json("connection.checked.salesforce.ok"), "true");
	ck_assert_int_eq((int)strlen(world_json("connection.org.id")), 18);
}
END_TEST

/* What the practice org is set to, or what is changed in the connection's file. */
static const struct {
	const char *misconfigure, *from, *to, *secret;
	int code, token_requests;
	const char *remedy_id, *says; /* NULL = any */
} refusals[] = {
	{ NULL, NULL, NULL, "wrong-secret", 4, 1, "oauth.consumer_secret", "Setup" },
	{ NULL, PRACTICE_CONSUMER_KEY, "3MVG9unknown", NULL, 4, 1, "oauth.consumer_key", "Setup" },
	{ "no-run-as-user", NULL, NULL, NULL, 4, 1, "oauth.no_run_as_user", "Run As" },
	{ "login-host", NULL, NULL, NULL, 4, 1, "oauth.wrong_host", "My Domain" },
	{ "flow-off", NULL, NULL, NULL, 4, 1, "oauth.flow_disabled", "Setup" },
	{ "inactive-user", NULL, NULL, NULL, 4, 1, "oauth.user_inactive", NULL },
	{ "no-scopes", NULL, NULL, NULL, 4, 1, "oauth.no_scopes", NULL },
	{ "not-approved", NULL, NULL, NULL, 4, 1, "oauth.not_approved", NULL },
	{ "ip-restricted", NULL, NULL, NULL, 4, 1, "oauth.ip_restricted", NULL },
	{ "user-api-disabled", NULL, NULL, NULL, 4, 1, "rest.user_api_disabled", NULL },
	{ "object-hidden:Account", NULL, NULL, NULL, 4, 1, "object.hidden", NULL },
	{ "field-hidden:Account.BillingPostalCode", NULL, NULL, NULL, 4, 1, "field.hidden", NULL },
};

START_TEST(a_refusal_is_exit_4_after_one_token_request_with_cause_and_remedy)
{
	world_open(&world, refusals[_i].misconfigure, NULL);
	world_customers(&world, 3);
	if (refusals[_i].secret)
		setenv("E2E_SECRET", refusals[_i].secret, 1);
	world_connection(&world);
	world_interface(&world);
	if (refusals[_i].from)
		world_edit_connection(&world, refusals[_i].from, refusals[_i].to);
	ck_run(refusals[_i].code, &world, "ping", "salesforce", "erp", "--json");
	ck_assert_int_eq(practice_request_count(world.practice, "/services/oauth2/token"),
		refusals[_i].token_requests);
	ck_assert_str_eq(world_json("ok"), "false");
	ck_assert_str_eq(of_failed_step("remedy_id"), refusals[_i].remedy_id);
	ck_assert(!text_empty(of_failed_step("detail")));
	if (refusals[_i].says)
		ck_assert_ptr_nonnull(strstr(of_failed_step("remedy"), refusals[_i].says));
	ck_run(refusals[_i].code, &world, "ping", "salesforce", "erp");
}
END_TEST

START_TEST(the_login_host_is_refused_before_a_secret_goes_there)
{
	world_open(&world, NULL, NULL);
	world_connection(&world);
	world_edit_connection(&world, practice_url(world.practice), "https://login.salesforce.com");
	ck_run(4, &world, "ping", "salesforce", "erp", "--json");
	ck_assert_int_eq(practice_request_count(world.practice, "/"), 0);
	ck_assert_str_eq(world_json("ok"), "false");
	ck_assert_ptr_nonnull(strstr(world_json("steps.0.detail"), "login.salesforce.com"));
	ck_assert_ptr_nonnull(strstr(world_json("steps.0.remedy"), "My Domain"));
}
END_TEST

START_TEST(nobody_at_home_is_exit_5)
{
	world_open(&world, NULL, NULL);
	world_connection(&world);
	world_edit_connection(&world, practice_url(world.practice), world_nobody());
	ck_run(5, &world, "ping", "salesforce", "erp", "--json");
	ck_assert_str_eq(world_json("ok"), "false");
}
END_TEST

/* A member of an item of the checklist printed last. */
static const char *of_item(const char *id, const char *key)
{
	char path[64];

	for (int i = 0; i < 24; i++) {
		snprintf(path, sizeof(path), "checklist.items.%d.id", i);
		if (text_equal(world_json(path), id)) {
			snprintf(path, sizeof(path), "checklist.items.%d.%s", i, key);
			return world_json(path);
		}
	}
	ck_abort_msg("no item %s", id);
}

START_TEST(the_checklist_tells_what_pings_and_persons_know)
{
	world_open(&world, "no-run-as-user", NULL);
	world_customers(&world, 3);
	world_connection(&world);
	world_interface(&world);
	ck_run(0, &world, "connection", "checklist", "erp", "--json");
	ck_assert_str_eq(of_item("run_as_user", "state"), "open");
	ck_run(4, &world, "ping", "salesforce", "erp");
	ck_run(0, &world, "connection", "checklist", "erp", "--tick", "flow", "--tick",
		"run_as_user", "--json");
	ck_assert_str_eq(of_item("run_as_user", "state"), "refuted");
	ck_assert_str_eq(of_item("run_as_user", "ping"), "salesforce");
	ck_assert_str_eq(of_item("run_as_user", "remedy_id"), "oauth.no_run_as_user");
	ck_assert_str_eq(of_item("api_user", "state"), "suspect");
	ck_assert_str_eq(of_item("flow", "state"), "ticked");
	ck_assert_str_eq(of_item("remote_site", "state"), "not needed");
	ck_run(0, &world, "connection", "checklist", "erp", "--untick", "flow", "--json");
	ck_assert_str_eq(of_item("flow", "state"), "open");
	ck_run(0, &world, "connection", "checklist", "erp");
	ck_run(2, &world, "connection", "checklist", "erp", "--tick", "moon");
	ck_run(2, &world, "--read-only", "connection", "checklist", "erp", "--tick", "flow");
}
END_TEST

START_TEST(a_green_ping_proves_the_set_up_until_the_interface_changes)
{
	world_open(&world, NULL, NULL);
	world_customers(&world, 3);
	world_connection(&world);
	world_interface(&world);
	ck_run(0, &world, "ping", "salesforce", "erp");
	ck_run(0, &world, "connection", "checklist", "erp", "--json");
	ck_assert_str_eq(of_item("run_as_user", "state"), "proven");
	ck_assert_str_eq(of_item("fields", "state"), "proven");
	ck_run(0, &world, "interface", "add", "accounts", "--replace", "--map", "Phone=zip");
	ck_run(0, &world, "connection", "checklist", "erp", "--json");
	ck_assert_str_eq(of_item("run_as_user", "state"), "proven");
	ck_assert_str_eq(of_item("fields", "state"), "open");
}
END_TEST

START_TEST(no_secret_is_ever_printed)
{
	const struct ran *ran;

	world_open(&world, "wrong-secret", NULL);
	world_connection(&world);
	ran = world_run(&world, "ping", "salesforce", "erp", NULL);
	ck_assert_ptr_null(strstr(ran->out, PRACTICE_CONSUMER_SECRET));
	ck_assert_ptr_null(strstr(ran->errors, PRACTICE_CONSUMER_SECRET));
	ran = world_run(&world, "connection", "show", "erp", "--json", NULL);
	ck_assert_ptr_null(strstr(ran->out, PRACTICE_CONSUMER_SECRET));
}
END_TEST

Suite *suite_e2e_ping(void)
{
	Suite *suite = suite_create("e2e-ping");
	TCase *tcase = tcase_create("ping");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, a_sound_org_is_green_and_remembered);
	tcase_add_loop_test(tcase,
		a_refusal_is_exit_4_after_one_token_request_with_cause_and_remedy, 0,
		(int)ARRAY_SIZE(refusals));
	tcase_add_test(tcase, the_login_host_is_refused_before_a_secret_goes_there);
	tcase_add_test(tcase, nobody_at_home_is_exit_5);
	tcase_add_test(tcase, the_checklist_tells_what_pings_and_persons_know);
	tcase_add_test(tcase, a_green_ping_proves_the_set_up_until_the_interface_changes);
	tcase_add_test(tcase, no_secret_is_ever_printed);
	suite_add_tcase(suite, tcase);
	return suite;
}
