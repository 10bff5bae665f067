/* Tests of what the store knows of connections, of settings, and of who did what. */

#include "store/fixture.h"
#include "store/suites.h"

#include "base/clock.h"

static struct fixture fx;

static void setup(void)
{
	fixture_open(&fx);
}

static void teardown(void)
{
	fixture_close(&fx);
	clock_freeze(-1);
}

static struct connection_state state_of(const char *name)
{
	struct connection_state state;
	struct err err = ERR_INIT;

	ck_ok(view_connection(&state, fx.view, name, &err), &err);
	return state;
}

START_TEST(nothing_is_known_of_a_new_connection)
{
	static const struct connection_state zero;
	struct connection_state state = state_of("new");

	ck_assert_mem_eq(&state, &zero, sizeof(zero));
}
END_TEST

START_TEST(each_ping_is_remembered_beside_the_other)
{
	struct ping_record ping = {
		.connection = "erp", .kind = "agent", .ok = true, .summary = "", .config_hash = "h1"
	};
	struct connection_state state;
	struct err err = ERR_INIT;

	clock_freeze(1000);
	ck_commit(&fx, store_ping_record(fx.store, &ping, &err), &err);
	clock_freeze(2000);
	ping = (struct ping_record){ .connection = "erp",
		.kind = "salesforce",
		.summary = "no API user",
		.config_hash = "h2" };
	ck_commit(&fx, store_ping_record(fx.store, &ping, &err), &err);
	state = state_of("erp");
	ck_assert(state.agent_ok && !state.salesforce_ok);
	ck_assert_int_eq(state.agent_checked, 1000);
	ck_assert_int_eq(state.salesforce_checked, 2000);
	ck_assert_str_eq(state.salesforce_summary, "no API user");
	ck_assert_str_eq(state.agent_config, "h1");
	ck_assert_str_eq(state.salesforce_config, "h2");
	ping.kind = "moon";
	ck_refused(&fx, store_ping_record(fx.store, &ping, &err), ERR_USAGE, &err);
}
END_TEST

START_TEST(a_ping_keeps_its_steps_until_the_next_of_its_kind)
{
	const struct ping_step_record three[] = {
		{ "TCP", 0, 3.25, "18.158.217.193", "" },
		{ "access token", 1, 120, "invalid_grant: no user", "oauth.no_run_as_user" },
		{ "user", 3, 0, "", "" },
	};
	struct ping_record ping = { .connection = "erp",
		.kind = "salesforce",
		.summary = "no user",
		.config_hash = "h1",
		.settings_hash = "s1",
		.interfaces_hash = "i1",
		.steps = three,
		.step_count = 3 };
	struct ping_kept *kept = calloc(1, sizeof(*kept));
	struct err err = ERR_INIT;

	clock_freeze(1000);
	ck_commit(&fx, store_ping_record(fx.store, &ping, &err), &err);
	ck_ok(view_ping(kept, fx.view, "erp", "salesforce", &err), &err);
	ck_assert_int_eq(kept->time, 1000);
	ck_assert(!kept->ok);
	ck_assert_str_eq(kept->settings_hash, "s1");
	ck_assert_str_eq(kept->interfaces_hash, "i1");
	ck_assert_int_eq(kept->step_count, 3);
	ck_assert_str_eq(kept->steps[0].name, "TCP");
	ck_assert_double_eq(kept->steps[0].ms, 3.25);
	ck_assert_str_eq(kept->steps[1].detail, "invalid_grant: no user");
	ck_assert_str_eq(kept->steps[1].remedy_id, "oauth.no_run_as_user");
	ck_assert_int_eq(kept->steps[2].verdict, 3);
	ck_ok(view_ping(kept, fx.view, "erp", "agent", &err), &err);
	ck_assert_int_eq(kept->time, 0);
	ping.ok = true;
	ping.step_count = 1;
	clock_freeze(2000);
	ck_commit(&fx, store_ping_record(fx.store, &ping, &err), &err);
	ck_ok(view_ping(kept, fx.view, "erp", "salesforce", &err), &err);
	ck_assert(kept->ok && kept->time == 2000);
	ck_assert_int_eq(kept->step_count, 1);
	free(kept);
}
END_TEST

START_TEST(the_ping_from_salesforce_stands_beside_the_one_from_here)
{
	struct ping_record ping = {
		.connection = "erp", .kind = "agent", .ok = true, .summary = "", .config_hash = "h1"
	};
	struct ping_kept *kept = calloc(1, sizeof(*kept));
	struct err err = ERR_INIT;

	ck_commit(&fx, store_ping_record(fx.store, &ping, &err), &err);
	ping.kind = "agent-from-salesforce";
	ping.ok = false;
	ck_commit(&fx, store_ping_record(fx.store, &ping, &err), &err);
	ck_ok(view_ping(kept, fx.view, "erp", "agent", &err), &err);
	ck_assert(kept->ok);
	ck_ok(view_ping(kept, fx.view, "erp", "agent-from-salesforce", &err), &err);
	ck_assert(!kept->ok && kept->time > 0);
	ck_assert(!state_of("erp").agent_ok); /* the stronger one counts for the list */
	free(kept);
}
END_TEST

START_TEST(a_tick_says_who_set_it_and_what_for)
{
	struct tick ticks[8];
	struct err err = ERR_INIT;

	clock_freeze(3000);
	ck_commit(&fx, store_tick(fx.store, "erp", "remote_site", "a:1", "anna", &err), &err);
	ck_commit(&fx, store_tick(fx.store, "erp", "api_user", "acme.my", "anna", &err), &err);
	ck_commit(&fx, store_tick(fx.store, "crm", "api_user", "crm.my", "bert", &err), &err);
	ck_assert_int_eq(view_ticks(ticks, 8, fx.view, "erp", &err), 2);
	ck_assert_str_eq(ticks[0].item, "api_user");
	ck_assert_str_eq(ticks[1].about, "a:1");
	ck_assert_str_eq(ticks[1].who, "anna");
	ck_assert_int_eq(ticks[1].time, 3000);
	ck_commit(&fx, store_tick(fx.store, "erp", "api_user", "new.my", "cleo", &err), &err);
	ck_commit(&fx, store_tick(fx.store, "erp", "remote_site", NULL, "cleo", &err), &err);
	ck_assert_int_eq(view_ticks(ticks, 8, fx.view, "erp", &err), 1);
	ck_assert_str_eq(ticks[0].about, "new.my");
	ck_assert_int_eq(view_ticks(ticks, 8, fx.view, "crm", &err), 1);
}
END_TEST

#define ORG_A "00D000000000062EAA"
#define ORG_B "00D000000000099EAA"

START_TEST(another_org_is_refused_until_it_is_accepted)
{
	struct connection_state state;
	struct err err = ERR_INIT;

	ck_commit(&fx, store_org_pin(fx.store, "erp", ORG_A, "Acme", false, false, &err), &err);
	ck_commit(&fx,
		store_org_pin(fx.store, "erp", "00D000000000062", "Acme", false, false, &err),
		&err);
	ck_refused(&fx, store_org_pin(fx.store, "erp", ORG_B, "Other", true, false, &err),
		ERR_REFUSED, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "00D000000000062"));
	ck_assert_ptr_nonnull(strstr(err.text, ORG_B));
	ck_assert_ptr_nonnull(strstr(err.text, "accept-org erp"));
	ck_commit(&fx, store_org_pin(fx.store, "erp", ORG_B, "Other", true, true, &err), &err);
	state = state_of("erp");
	ck_assert_str_eq(state.org_id, ORG_B);
	ck_assert_str_eq(state.org_name, "Other");
	ck_assert(state.sandbox);
	ck_refused(&fx, store_org_pin(fx.store, "erp", "nonsense", "", true, true, &err),
		ERR_PROTOCOL, &err);
}
END_TEST

START_TEST(the_allowance_is_the_last_one_told)
{
	struct connection_state state;
	struct err err = ERR_INIT;

	ck_commit(&fx, store_org_limits(fx.store, "erp", 17, 15000, &err), &err);
	clock_freeze(5000);
	ck_commit(&fx, store_org_limits(fx.store, "erp", 18, 15000, &err), &err);
	state = state_of("erp");
	ck_assert_int_eq(state.api_used, 18);
	ck_assert_int_eq(state.api_allowed, 15000);
	ck_assert_int_eq(state.limits_at, 5000);
}
END_TEST

START_TEST(settings_are_set_replaced_and_deleted)
{
	struct err err = ERR_INIT;
	char *value = NULL;

	ck_commit(&fx, store_setting(fx.store, "ticks", "1,2", &err), &err);
	ck_commit(&fx, store_setting(fx.store, "ticks", "3", &err), &err);
	ck_ok(view_setting(&value, fx.view, "ticks", &err), &err);
	ck_assert_str_eq(value, "3");
	free(value);
	ck_commit(&fx, store_setting(fx.store, "ticks", NULL, &err), &err);
	ck_ok(view_setting(&value, fx.view, "ticks", &err), &err);
	ck_assert_ptr_null(value);
}
END_TEST

START_TEST(the_record_of_deeds_is_newest_first)
{
	struct audit_entry *entries = NULL;
	struct err err = ERR_INIT;
	struct audit_sum sums[2];
	int count = 0;

	ck_commit(&fx, store_audit(fx.store, "anna", "hold connection", 0, 0, "erp", &err), &err);
	ck_commit(&fx, store_audit(fx.store, "bert", "cancel run", 1, 0, NULL, &err), &err);
	ck_commit(&fx, store_audit(fx.store, "cleo", "edit", 1, 257, "{}", &err), &err);
	ck_ok(view_audit(&entries, &count, fx.view, 0, 0, 2, &err), &err);
	ck_assert_int_eq(count, 2);
	ck_assert_str_eq(entries[0].who, "cleo");
	ck_assert_str_eq(entries[1].detail, "");
	audit_entries_free(entries, count);
	ck_ok(view_audit(&entries, &count, fx.view, 1, 0, 10, &err), &err);
	ck_assert_int_eq(count, 2);
	audit_entries_free(entries, count);
	ck_ok(view_audit(&entries, &count, fx.view, 0, 257, 10, &err), &err);
	ck_assert_int_eq(count, 1);
	ck_assert_str_eq(entries[0].detail, "{}");
	audit_entries_free(entries, count);
	/* In few words: who did what, how often. */
	ck_commit(&fx, store_audit(fx.store, "cleo", "edit", 1, 258, "{}", &err), &err);
	ck_ok(view_audit_sums(sums, 2, &count, fx.view, 1, &err), &err);
	ck_assert_int_eq(count, 2);
	ck_assert_str_eq(sums[0].who, "bert");
	ck_assert_str_eq(sums[1].action, "edit");
	ck_assert_int_eq(sums[1].count, 2);
	ck_ok(view_audit_sums(sums, 1, &count, fx.view, 1, &err), &err);
	ck_assert_int_eq(count, 1);
	ck_assert_str_eq(sums[0].who, "cleo"); /* the latest */
}
END_TEST

Suite *suite_known(void)
{
	Suite *suite = suite_create("store/known");
	TCase *tc = tcase_create("known");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, nothing_is_known_of_a_new_connection);
	tcase_add_test(tc, each_ping_is_remembered_beside_the_other);
	tcase_add_test(tc, a_ping_keeps_its_steps_until_the_next_of_its_kind);
	tcase_add_test(tc, the_ping_from_salesforce_stands_beside_the_one_from_here);
	tcase_add_test(tc, a_tick_says_who_set_it_and_what_for);
	tcase_add_test(tc, another_org_is_refused_until_it_is_accepted);
	tcase_add_test(tc, the_allowance_is_the_last_one_told);
	tcase_add_test(tc, settings_are_set_replaced_and_deleted);
	tcase_add_test(tc, the_record_of_deeds_is_newest_first);
	suite_add_tcase(suite, tc);
	return suite;
}
