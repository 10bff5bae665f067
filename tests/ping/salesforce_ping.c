/* Tests of ping_salesforce(): every set-up mistake is named by its step and remedy, with one token
 * request; settings that cannot work make no call. */

#include "ping/suites.h"

#include "ping/checklist.h"
#include "ping/fixture.h"
#include "practice/practice.h"

static struct practice *org;

static void start(const char *misconfiguration)
{
	struct practice_options options = { .seed = 1 };
	struct err err = ERR_INIT;

	if (misconfiguration)
		text_list_add(&options.misconfigure, misconfiguration);
	ck_ok(practice_start(&org, &options, &err), &err);
	text_list_free(&options.misconfigure);
}

/* Mistakes on the way back show when Salesforce is asked to call the agent. */
static bool on_the_way_back(const char *remedy_id)
{
	return strncmp(remedy_id, "apex.", 5) == 0 || strncmp(remedy_id, "agent.", 6) == 0;
}

static void ping(struct ping_result *out, const struct connection *connection, const char *pinned)
{
	ping_salesforce(out, connection, &fixture_catalog, NULL, pinned, NULL, NULL, NULL);
}

START_TEST(a_good_set_up_is_green_to_the_last_field)
{
	struct connection connection;
	struct ping_result result;

	start(NULL);
	fixture_connection(&connection, practice_url(org));
	ping(&result, &connection, "");
	for (int i = 0; i < result.count; i++)
		ck_assert_msg(result.steps[i].verdict == VERDICT_OK, "%s: %s", result.steps[i].name,
			result.steps[i].detail);
	ck_assert(result.ok);
	ck_assert_ptr_nonnull(fixture_step(&result, "accounts: fields"));
	ck_assert_ptr_nonnull(fixture_step(&result, "order-lines: object"));
	ck_assert_str_eq(result.username, PRACTICE_USERNAME);
	ck_assert_uint_eq(strlen(result.org_id), 18);
	ck_assert_int_eq(practice_request_count(org, "/services/oauth2/token"), 1);
	connection_free_fields(&connection);
	practice_stop(org);
}
END_TEST

/* Mistakes that show when rows are sent, not when a ping asks. */
static bool needs_rows(const struct practice_misconfiguration *mistake)
{
	return strncmp(mistake->remedy_id, "row.", 4) == 0;
}

/* The user's own org was seen before; the mistake "another-org" answers as a different one. */
static const char *pinned_for(const struct practice_misconfiguration *mistake)
{
	return strcmp(mistake->remedy_id, "org.other") == 0 ? "00DPr0000000001MAA" : "";
}

/* The way back needs an agent to call. */
static void name_agent(struct connection *connection)
{
	setenv("TEST_AGENT_PASSWORD", "right", 1);
	text_set(&connection->agent.host, "http://127.0.0.1");
	text_set(&connection->agent.username, "skyvva");
	connection->agent.password.kind = SECRET_ENV;
	text_set(&connection->agent.password.ref, "TEST_AGENT_PASSWORD");
}

/* Where the checklist puts the mistake: at what is refuted, with "?" at what it may be, or beside
 * the list; "" = nowhere. */
static void on_the_list(char out[128], const struct connection *connection,
	const struct ping_result *result, enum ping_kind kind, const char *remedy_id)
{
	static struct checklist list;
	struct ping_seen seen[PING_KINDS] = { { NULL, 0, false, false } };
	size_t used = 0;

	out[0] = '\0';
	seen[kind] = (struct ping_seen){ result, 1795435500000, false, false };
	checklist_judge(&list, connection, seen, NULL, 0);
	for (int i = 0; i < list.count; i++) {
		const struct checklist_item *item = &list.items[i];

		if (strcmp(item->remedy_id, remedy_id) == 0)
			used += (size_t)snprintf(out + used, 128 - used, "%s%s%s", used ? " " : "",
				item->id, item->state == ITEM_SUSPECT ? "?" : "");
	}
	if (used == 0 && strcmp(list.elsewhere.remedy_id, remedy_id) == 0)
		snprintf(out, 128, "(beside the list)");
}

START_TEST(each_mistake_is_named_with_its_remedy_and_one_token_request)
{
	const struct practice_misconfiguration *mistake = practice_misconfigurations();
	bool table = getenv("PING_TABLE") != NULL;
	int wrong = 0;
	int count = 0;

	for (; mistake->name; mistake++) {
		const struct ping_step *finding;
		struct connection connection;
		struct ping_result result;
		enum ping_kind kind = PING_SALESFORCE;
		char place[128];
		bool right;

		if (needs_rows(mistake))
			continue;
		start(mistake->name);
		fixture_connection(&connection, practice_url(org));
		name_agent(&connection);
		if (on_the_way_back(mistake->remedy_id))
			kind = PING_AGENT_FROM_SALESFORCE;
		if (kind == PING_AGENT_FROM_SALESFORCE)
			ping_agent_from_salesforce(&result, &connection, NULL, NULL, NULL, NULL);
		else
			ping(&result, &connection, pinned_for(mistake));
		finding = fixture_finding(&result);
		right = finding && strcmp(finding->remedy_id, mistake->remedy_id) == 0 &&
			practice_request_count(org, "/services/oauth2/token") == 1;
		on_the_list(place, &connection, &result, kind, mistake->remedy_id);
		if (finding && finding->verdict == VERDICT_FAIL && !place[0])
			right = false;
		if (table || !right)
			printf("%-24s %-18s %-24s %-32s %s\n", mistake->name,
				finding ? finding->name : "no step failed",
				finding ? finding->remedy_id : "-", place,
				right ? "right" : mistake->remedy_id);
		count++;
		wrong += !right;
		connection_free_fields(&connection);
		practice_stop(org);
	}
	if (table)
		printf("%d of %d\n", count - wrong, count);
	ck_assert_int_ge(count, 24);
	ck_assert_int_eq(wrong, 0);
}
END_TEST

static const struct {
	const char *domain;
	enum environment environment;
	enum err_kind kind;
	const char *remedy_id;
} settings[] = {
	{ "https://login.salesforce.com", ENVIRONMENT_PRODUCTION, ERR_REFUSED, "oauth.wrong_host" },
	{ "https://test.salesforce.com", ENVIRONMENT_SANDBOX, ERR_REFUSED, "oauth.wrong_host" },
	{ "https://acme.lightning.force.com", ENVIRONMENT_PRODUCTION, ERR_CONFIG,
		"settings.value" },
	{ "http://acme.my.salesforce.com", ENVIRONMENT_PRODUCTION, ERR_CONFIG, "settings.value" },
	{ "https://acme--dev.sandbox.my.salesforce.com", ENVIRONMENT_PRODUCTION, ERR_CONFIG,
		"settings.value" },
};

START_TEST(settings_that_cannot_work_are_told_before_any_call)
{
	struct connection connection;
	struct ping_result result;
	const struct ping_step *step;

	fixture_connection(&connection, settings[_i].domain);
	connection.salesforce.environment = settings[_i].environment;
	ping(&result, &connection, "");
	step = fixture_finding(&result);
	ck_assert_ptr_nonnull(step);
	ck_assert_str_eq(step->name, "settings");
	ck_assert_str_eq(step->remedy_id, settings[_i].remedy_id);
	ck_assert_int_eq(result.kind, settings[_i].kind);
	ck_assert_int_eq(result.steps[1].verdict, VERDICT_NOT_REACHED);
	connection_free_fields(&connection);
}
END_TEST

START_TEST(a_changed_setting_makes_the_old_verdict_stale)
{
	struct connection connection;
	char before[40], after[40], agent_before[40], agent_after[40];

	fixture_connection(&connection, "https://acme.my.salesforce.com");
	ping_config_hash(before, &connection, false);
	ping_config_hash(agent_before, &connection, true);
	text_set(&connection.salesforce.consumer_key, "another");
	ping_config_hash(after, &connection, false);
	ping_config_hash(agent_after, &connection, true);
	ck_assert_str_ne(before, after);
	ck_assert_str_eq(agent_before, agent_after);
	connection_free_fields(&connection);
}
END_TEST

Suite *suite_salesforce_ping(void)
{
	Suite *suite = suite_create("ping/salesforce");
	TCase *tc = tcase_create("salesforce");
	TCase *mistakes = tcase_create("misconfigurations");

	tcase_add_test(tc, a_good_set_up_is_green_to_the_last_field);
	tcase_add_loop_test(
		tc, settings_that_cannot_work_are_told_before_any_call, 0, ARRAY_SIZE(settings));
	tcase_add_test(tc, a_changed_setting_makes_the_old_verdict_stale);
	suite_add_tcase(suite, tc);
	tcase_set_timeout(mistakes, 60);
	tcase_add_test(mistakes, each_mistake_is_named_with_its_remedy_and_one_token_request);
	suite_add_tcase(suite, mistakes);
	return suite;
}
