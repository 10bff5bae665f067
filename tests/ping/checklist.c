/* Tests of the checklist: what a ping shows is read off it, and nothing that no ping showed. */

#include "ping/suites.h"

#include "base/text.h"
#include "ping/checklist.h"
#include "ping/checklist_table.h"
#include "ping/fixture.h"

#define NOW 1795435500000LL

static struct connection connection;
static struct checklist list;
static struct ping_result results[PING_KINDS];
static struct ping_seen seen[PING_KINDS];

static void setup(void)
{
	fixture_connection(&connection, "https://acme.my.salesforce.com");
	text_set(&connection.agent.host, "https://agent.acme.example");
	memset(results, 0, sizeof(results));
	memset(seen, 0, sizeof(seen));
}

static void teardown(void)
{
	connection_free_fields(&connection);
}

static struct ping_step *add(enum ping_kind kind, const char *name, enum verdict verdict)
{
	struct ping_step *step = &results[kind].steps[results[kind].count++];

	text_copy(step->name, sizeof(step->name), name);
	step->verdict = verdict;
	seen[kind].result = &results[kind];
	if (!seen[kind].time)
		seen[kind].time = NOW;
	return step;
}

static void refuse(enum ping_kind kind, const char *name, const char *remedy_id, const char *detail)
{
	struct ping_step *step = add(kind, name, VERDICT_FAIL);

	text_copy(step->remedy_id, sizeof(step->remedy_id), remedy_id);
	text_copy(step->detail, sizeof(step->detail), detail);
}

static void play(enum ping_kind kind, const char *const *names)
{
	for (; *names; names++)
		add(kind, *names, VERDICT_OK);
}

static const char *const green_salesforce[] = { "name resolves", "TCP", "TLS", "access token",
	"instance", "API version", "user", "org", "limits", "accounts: object", "accounts: fields",
	"orders: object", "orders: fields", NULL };
static const char *const green_return[] = { "name resolves", "TCP", "TLS", "access token",
	"Apex class", "call-out", "credential", "our agent", NULL };

static const struct checklist_item *item(const char *id)
{
	for (int i = 0; i < list.count; i++) {
		if (strcmp(list.items[i].id, id) == 0)
			return &list.items[i];
	}
	ck_abort_msg("no item %s", id);
}

static void judge(void)
{
	checklist_judge(&list, &connection, seen, NULL, 0);
}

static void expect(const char *id, enum item_state state)
{
	ck_assert_msg(item(id)->state == state, "%s is %s, not %s", id,
		item_state_name(item(id)->state), item_state_name(state));
}

static int count_in(enum item_state state)
{
	int count = 0;

	for (int i = 0; i < list.count; i++)
		count += list.items[i].state == state;
	return count;
}

static bool is_thing(const char *id)
{
	const struct thing *thing = checklist_things;

	while (thing->id && strcmp(thing->id, id) != 0)
		thing++;
	return thing->id != NULL;
}

START_TEST(the_tables_speak_of_things_and_remedies_that_exist)
{
	int count = 0;

	for (const struct thing *t = checklist_things; t->id; t++, count++) {
		ck_assert_ptr_nonnull(t->path[0]);
		ck_assert_ptr_nonnull(t->todo[0]);
		ck_assert_uint_lt(strlen(t->id), sizeof(((struct tick *)NULL)->item));
		for (const struct thing *u = checklist_things; u != t; u++)
			ck_assert_str_ne(t->id, u->id);
	}
	ck_assert_int_le(count, CHECKLIST_MAX);
	for (const struct fault *f = checklist_faults; f->remedy_id; f++) {
		ck_assert_msg(is_thing(f->thing), "%s", f->thing);
		ck_assert_msg(remedy_by_id(f->remedy_id, APP_EXTERNAL) != NULL, "%s", f->remedy_id);
	}
	for (const struct proof *p = checklist_proofs; p->thing; p++)
		ck_assert_msg(is_thing(p->thing), "%s", p->thing);
}
END_TEST

/* Remedies of the pings that are about no step of the set-up: the line, the proxy, the org's health
 * and allowance, the mapping of an interface. */
static const char *const elsewhere[] = { "net.refused", "net.timeout", "net.unreachable",
	"net.broken", "net.no_answer", "proxy.name", "proxy.unreachable", "proxy.auth",
	"proxy.refused", "tls.unknown_issuer", "tls.ca_file", "tls.handshake", "oauth.org_inactive",
	"oauth.rate_limit", "rest.session_expired", "rest.auth_header", "rest.api_disabled",
	"rest.limit", "rest.limit_concurrent", "rest.too_many", "rest.limits_refused",
	"rest.organization_hidden", "org.unavailable", "org.unknown", "field.create_only",
	"field.unique_assumed", "field.required", "field.no_id", "agent.not_needed",
	"agent.loopback", "unknown", NULL };

static bool is_elsewhere(const char *id)
{
	for (size_t i = 0; elsewhere[i]; i++) {
		if (strcmp(elsewhere[i], id) == 0)
			return true;
	}
	return text_starts(id, "row.") || text_starts(id, "bulk.");
}

START_TEST(every_remedy_speaks_against_a_thing_or_is_known_to_be_about_none)
{
	for (const struct remedy *r = remedy_all(); r->id; r++) {
		const struct fault *fault = checklist_faults;

		while (fault->remedy_id && strcmp(fault->remedy_id, r->id) != 0)
			fault++;
		ck_assert_msg((fault->remedy_id != NULL) != is_elsewhere(r->id), "%s", r->id);
	}
}
END_TEST

START_TEST(without_a_ping_all_is_open)
{
	judge();
	ck_assert_int_eq(count_in(ITEM_OPEN), list.count);
	ck_assert_str_eq(list.elsewhere.name, "");
}
END_TEST

START_TEST(green_pings_prove_all_of_it)
{
	play(PING_SALESFORCE, green_salesforce);
	judge();
	expect("run_as_user", ITEM_PROVEN);
	expect("apex_class", ITEM_OPEN); /* no ping from here can know that */
	expect("remote_site", ITEM_OPEN);
	expect("reachable", ITEM_OPEN);
	play(PING_AGENT_FROM_SALESFORCE, green_return);
	judge();
	ck_assert_int_eq(count_in(ITEM_PROVEN), list.count);
	ck_assert_int_eq(item("remote_site")->by, PING_AGENT_FROM_SALESFORCE);
	ck_assert_str_eq(item("fields")->detail, "2 interfaces");
}
END_TEST

START_TEST(a_ping_from_here_never_proves_that_salesforce_gets_through)
{
	static const char *const green[] = { "name resolves", "TCP", "HTTP", "credential",
		"our agent", NULL };

	play(PING_AGENT, green);
	judge();
	expect("agent_sign_in", ITEM_PROVEN);
	ck_assert_int_eq(count_in(ITEM_PROVEN), 1);
}
END_TEST

START_TEST(what_salesforce_never_calls_needs_no_way_in)
{
	connection.agent.called_by_salesforce = false;
	play(PING_AGENT_FROM_SALESFORCE, green_return);
	judge();
	expect("remote_site", ITEM_NOT_NEEDED);
	expect("apex_class", ITEM_NOT_NEEDED);
	expect("reachable", ITEM_NOT_NEEDED);
	expect("agent_sign_in", ITEM_NOT_NEEDED);
	expect("my_domain", ITEM_PROVEN);
}
END_TEST

START_TEST(a_ping_of_other_settings_tells_nothing)
{
	play(PING_SALESFORCE, green_salesforce);
	seen[PING_SALESFORCE].stale = true;
	judge();
	ck_assert_int_eq(count_in(ITEM_OPEN), list.count);
}
END_TEST

START_TEST(a_ping_of_other_interfaces_proves_no_permissions_of_these)
{
	play(PING_SALESFORCE, green_salesforce);
	seen[PING_SALESFORCE].interfaces_stale = true;
	judge();
	expect("objects", ITEM_OPEN);
	expect("fields", ITEM_OPEN);
	expect("external_id", ITEM_OPEN);
	expect("permission_set", ITEM_PROVEN); /* some object was open to the user */
	expect("run_as_user", ITEM_PROVEN);
}
END_TEST

START_TEST(the_newest_ping_has_the_last_word)
{
	play(PING_SALESFORCE, green_salesforce);
	refuse(PING_AGENT_FROM_SALESFORCE, "access token", "oauth.consumer_secret",
		"invalid_client");
	seen[PING_AGENT_FROM_SALESFORCE].time = NOW + 1;
	judge();
	expect("credentials", ITEM_REFUTED);
	ck_assert_str_eq(item("credentials")->remedy_id, "oauth.consumer_secret");
	ck_assert_str_eq(item("credentials")->detail, "invalid_client");
	ck_assert_int_eq(item("credentials")->time, NOW + 1);
	seen[PING_AGENT_FROM_SALESFORCE].time = NOW - 1;
	judge();
	expect("credentials", ITEM_PROVEN);
	ck_assert_str_eq(item("credentials")->remedy_id, "");
}
END_TEST

START_TEST(one_interface_that_is_refused_refutes_and_one_not_asked_proves_nothing)
{
	add(PING_SALESFORCE, "accounts: object", VERDICT_OK);
	add(PING_SALESFORCE, "accounts: fields", VERDICT_OK);
	add(PING_SALESFORCE, "orders: object", VERDICT_OK);
	refuse(PING_SALESFORCE, "orders: fields", "field.hidden", "field Price__c is hidden");
	judge();
	expect("objects", ITEM_PROVEN);
	expect("fields", ITEM_REFUTED);
	expect("external_id", ITEM_OPEN);
	results[PING_SALESFORCE].steps[3].verdict = VERDICT_NOT_REACHED;
	judge();
	expect("fields", ITEM_OPEN);
}
END_TEST

START_TEST(an_answer_with_several_causes_makes_each_of_them_suspect)
{
	refuse(PING_SALESFORCE, "access token", "oauth.refused", "invalid_grant");
	judge();
	expect("run_as_user", ITEM_SUSPECT);
	expect("flow", ITEM_SUSPECT);
	expect("approval", ITEM_SUSPECT);
	expect("api_user", ITEM_SUSPECT);
	ck_assert_int_eq(count_in(ITEM_REFUTED), 0);
	results[PING_SALESFORCE].count = 0;
	refuse(PING_SALESFORCE, "access token", "oauth.no_run_as_user", "no user enabled");
	judge();
	expect("run_as_user", ITEM_REFUTED);
	expect("api_user", ITEM_SUSPECT);
	expect("flow", ITEM_OPEN);
}
END_TEST

START_TEST(a_call_that_left_salesforce_proves_the_remote_site)
{
	add(PING_AGENT_FROM_SALESFORCE, "Apex class", VERDICT_OK);
	refuse(PING_AGENT_FROM_SALESFORCE, "call-out", "agent.outside_timeout", "Read timed out");
	judge();
	expect("remote_site", ITEM_PROVEN);
	expect("reachable", ITEM_REFUTED);
	results[PING_AGENT_FROM_SALESFORCE].count = 0;
	refuse(PING_AGENT_FROM_SALESFORCE, "call-out", "agent.remote_site",
		"Unauthorized endpoint");
	judge();
	expect("remote_site", ITEM_REFUTED);
	expect("reachable", ITEM_OPEN);
}
END_TEST

START_TEST(one_remedy_speaks_of_the_end_that_was_pinged)
{
	refuse(PING_AGENT, "TLS", "tls.wrong_host", "no match");
	judge();
	expect("reachable", ITEM_SUSPECT);
	expect("my_domain", ITEM_OPEN);
	refuse(PING_SALESFORCE, "TLS", "tls.wrong_host", "no match");
	judge();
	expect("my_domain", ITEM_SUSPECT);
}
END_TEST

START_TEST(a_wrong_setting_is_put_to_the_thing_it_belongs_to)
{
	refuse(PING_SALESFORCE, "settings", "settings.value",
		"salesforce.consumer_key: starts or ends with a blank");
	judge();
	expect("credentials", ITEM_REFUTED);
	expect("my_domain", ITEM_OPEN);
}
END_TEST

START_TEST(a_line_that_is_down_refutes_nothing_and_is_told_beside)
{
	refuse(PING_SALESFORCE, "TCP", "net.timeout", "no answer");
	judge();
	ck_assert_int_eq(count_in(ITEM_OPEN), list.count);
	ck_assert_str_eq(list.elsewhere.name, "TCP");
	ck_assert_str_eq(list.elsewhere.remedy_id, "net.timeout");
	ck_assert_int_eq(list.elsewhere_by, PING_SALESFORCE);
	play(PING_AGENT_FROM_SALESFORCE, green_return); /* that one's way may be another */
	seen[PING_AGENT_FROM_SALESFORCE].time = NOW + 1;
	judge();
	ck_assert_str_eq(list.elsewhere.name, "TCP");
}
END_TEST

START_TEST(a_tick_counts_where_no_ping_does_and_for_what_it_was_set)
{
	struct tick ticks[] = {
		{ .item = "api_user", .about = "acme.my.salesforce.com", .time = 7, .who = "anna" },
		{ .item = "remote_site", .about = "agent.acme.example:9055", .who = "anna" },
		{ .item = "flow", .about = "other.my.salesforce.com", .who = "anna" },
		{ .item = "credentials", .about = "acme.my.salesforce.com", .who = "anna" },
	};

	refuse(PING_SALESFORCE, "access token", "oauth.consumer_secret", "invalid_client");
	checklist_judge(&list, &connection, seen, ticks, (int)ARRAY_SIZE(ticks));
	expect("api_user", ITEM_TICKED);
	ck_assert_str_eq(item("api_user")->detail, "anna");
	ck_assert_int_eq(item("api_user")->time, 7);
	expect("remote_site", ITEM_TICKED);
	expect("flow", ITEM_OPEN);	     /* ticked for another org */
	expect("credentials", ITEM_REFUTED); /* the ping knows better */
	connection.agent.port = 443;
	checklist_judge(&list, &connection, seen, ticks, (int)ARRAY_SIZE(ticks));
	expect("remote_site", ITEM_OPEN);
}
END_TEST

START_TEST(the_menu_paths_are_those_of_the_kind_of_app)
{
	judge();
	ck_assert_ptr_nonnull(strstr(item("run_as_user")->path, "External Client App Manager"));
	ck_assert_ptr_nonnull(strstr(item("remote_site")->todo, "https://agent.acme.example:9055"));
	ck_assert(item("app")->in_package);
	connection.salesforce.app = APP_CONNECTED;
	judge();
	for (int i = 0; i < list.count; i++)
		ck_assert_ptr_null(strstr(list.items[i].path, "External Client App"));
	ck_assert(!item("app")->in_package); /* new connected apps cannot be made */
	ck_assert(item("objects")->in_package);
}
END_TEST

START_TEST(without_a_store_nothing_is_known_and_nothing_fails)
{
	struct err err = ERR_INIT;

	ck_ok(checklist_recall(&list, &connection, &fixture_catalog, test_folder(), NULL, &err),
		&err);
	ck_assert_int_gt(list.count, 0);
	ck_assert_int_eq(count_in(ITEM_OPEN), list.count);
	ck_assert_int_eq(err.kind, ERR_NONE);
}
END_TEST

START_TEST(what_the_store_keeps_is_judged_as_what_was_seen)
{
	const char *folder = test_folder();
	struct store *store = NULL;
	struct err err = ERR_INIT;

	text_set(&connection.name, "practice"); /* whose interfaces the catalog has */
	play(PING_SALESFORCE, green_salesforce);
	ping_interfaces_hash(results[PING_SALESFORCE].interfaces, &connection, &fixture_catalog);
	ck_ok(store_open(&store, folder, &err), &err);
	ck_ok(store_begin(store, &err), &err);
	ck_ok(ping_record(store, &connection, PING_SALESFORCE, &results[PING_SALESFORCE], &err),
		&err);
	ck_ok(checklist_tick(store, &connection, "apex_class", true, "anna", &err), &err);
	ck_assert_int_eq(
		checklist_tick(store, &connection, "moon", true, "anna", &err), -ERR_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "run_as_user"));
	ck_ok(store_commit(store, &err), &err);
	ck_ok(checklist_recall(&list, &connection, &fixture_catalog, folder, NULL, &err), &err);
	expect("fields", ITEM_PROVEN);
	expect("apex_class", ITEM_TICKED);
	ck_ok(checklist_recall(&list, &connection, NULL, folder, NULL, &err), &err);
	expect("fields", ITEM_OPEN); /* the interfaces are others now */
	expect("run_as_user", ITEM_PROVEN);
	text_set(&connection.salesforce.consumer_key, "another");
	ck_ok(checklist_recall(&list, &connection, &fixture_catalog, folder, NULL, &err), &err);
	expect("run_as_user", ITEM_OPEN);
	ck_ok(checklist_recall(&list, &connection, &fixture_catalog, folder, seen, &err), &err);
	expect("run_as_user", ITEM_PROVEN); /* a ping of right now, whatever the store has */
	store_close(store);
}
END_TEST

Suite *suite_checklist(void)
{
	Suite *suite = suite_create("ping/checklist");
	TCase *tc = tcase_create("checklist");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_tables_speak_of_things_and_remedies_that_exist);
	tcase_add_test(tc, every_remedy_speaks_against_a_thing_or_is_known_to_be_about_none);
	tcase_add_test(tc, without_a_ping_all_is_open);
	tcase_add_test(tc, green_pings_prove_all_of_it);
	tcase_add_test(tc, a_ping_from_here_never_proves_that_salesforce_gets_through);
	tcase_add_test(tc, what_salesforce_never_calls_needs_no_way_in);
	tcase_add_test(tc, a_ping_of_other_settings_tells_nothing);
	tcase_add_test(tc, a_ping_of_other_interfaces_proves_no_permissions_of_these);
	tcase_add_test(tc, the_newest_ping_has_the_last_word);
	tcase_add_test(tc, one_interface_that_is_refused_refutes_and_one_not_asked_proves_nothing);
	tcase_add_test(tc, an_answer_with_several_causes_makes_each_of_them_suspect);
	tcase_add_test(tc, a_call_that_left_salesforce_proves_the_remote_site);
	tcase_add_test(tc, one_remedy_speaks_of_the_end_that_was_pinged);
	tcase_add_test(tc, a_wrong_setting_is_put_to_the_thing_it_belongs_to);
	tcase_add_test(tc, a_line_that_is_down_refutes_nothing_and_is_told_beside);
	tcase_add_test(tc, a_tick_counts_where_no_ping_does_and_for_what_it_was_set);
	tcase_add_test(tc, the_menu_paths_are_those_of_the_kind_of_app);
	tcase_add_test(tc, without_a_store_nothing_is_known_and_nothing_fails);
	tcase_add_test(tc, what_the_store_keeps_is_judged_as_what_was_seen);
	suite_add_tcase(suite, tc);
	return suite;
}
