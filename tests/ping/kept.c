/* Tests of what the store keeps of a ping: what comes out of it is what was seen. */

#include "ping/suites.h"

#include "base/clock.h"
#include "base/text.h"
#include "ping/fixture.h"
#include "ping/ping_record.h"
#include "practice/practice.h"

static const char *folder;
static struct practice *org;
static struct connection connection;
static struct store *store;
static struct view *view;
static struct ping_result *seen, *kept;

static void setup(void)
{
	struct practice_options options = { .seed = 1 };
	struct err err = ERR_INIT;

	folder = test_folder();
	text_list_add(&options.misconfigure, "field-hidden");
	ck_ok(practice_start(&org, &options, &err), &err);
	text_list_free(&options.misconfigure);
	fixture_connection(&connection, practice_url(org));
	ck_ok(store_open(&store, folder, &err), &err);
	ck_ok(view_open(&view, folder, &err), &err);
	seen = calloc(1, sizeof(*seen));
	kept = calloc(1, sizeof(*kept));
}

static void teardown(void)
{
	clock_freeze(-1);
	free(seen);
	free(kept);
	view_close(view);
	store_close(store);
	connection_free_fields(&connection);
	practice_stop(org);
}

static void record(enum ping_kind kind)
{
	struct err err = ERR_INIT;

	ck_ok(store_begin(store, &err), &err);
	ck_ok(ping_record(store, &connection, kind, seen, &err), &err);
	ck_ok(store_commit(store, &err), &err);
}

static int64_t recall(enum ping_kind kind, bool *stale)
{
	struct err err = ERR_INIT;
	int64_t when = ping_recall(kept, stale, view, &connection, kind, &err);

	ck_assert_msg(when >= 0, "%s", err.text);
	return when;
}

START_TEST(a_ping_comes_back_step_by_step_with_its_remedies)
{
	bool stale = true;

	ck_assert_int_eq(recall(PING_SALESFORCE, &stale), 0);
	ck_assert_int_eq(kept->count, 0);
	ping_salesforce(seen, &connection, &fixture_catalog, NULL, "", NULL, NULL, NULL);
	clock_freeze(1795435500000);
	record(PING_SALESFORCE);
	ck_assert_int_eq(recall(PING_SALESFORCE, &stale), 1795435500000);
	ck_assert(!stale);
	ck_assert_int_eq(kept->ok, seen->ok);
	ck_assert_int_eq(kept->count, seen->count);
	for (int i = 0; i < seen->count; i++) {
		ck_assert_str_eq(kept->steps[i].name, seen->steps[i].name);
		ck_assert_int_eq(kept->steps[i].verdict, seen->steps[i].verdict);
		ck_assert_str_eq(kept->steps[i].detail, seen->steps[i].detail);
		ck_assert_str_eq(kept->steps[i].remedy_id, seen->steps[i].remedy_id);
		ck_assert_str_eq(kept->steps[i].remedy, seen->steps[i].remedy);
	}
	ck_assert_str_eq(fixture_finding(kept)->remedy_id, "field.hidden");
}
END_TEST

START_TEST(a_remedy_comes_back_in_the_words_of_the_app_that_is_used_now)
{
	bool stale;

	seen->count = 1;
	text_copy(seen->steps[0].name, sizeof(seen->steps[0].name), "access token");
	seen->steps[0].verdict = VERDICT_FAIL;
	text_copy(
		seen->steps[0].remedy_id, sizeof(seen->steps[0].remedy_id), "oauth.no_run_as_user");
	record(PING_SALESFORCE);
	recall(PING_SALESFORCE, &stale);
	ck_assert_ptr_nonnull(strstr(kept->steps[0].remedy, "External Client App Manager"));
	connection.salesforce.app = APP_CONNECTED;
	recall(PING_SALESFORCE, &stale);
	ck_assert(stale);
	ck_assert_ptr_nonnull(strstr(kept->steps[0].remedy, "Setup > App Manager"));
}
END_TEST

/* A later ping that does not come as far forgets nothing. */
START_TEST(parents_that_the_org_told_are_kept)
{
	char *parents = ping_recall_parents(folder, connection.name);

	ck_assert_ptr_null(parents);
	text_copy(seen->parents, sizeof(seen->parents), "A.B__r=C\n");
	record(PING_SALESFORCE);
	seen->parents[0] = '\0';
	record(PING_SALESFORCE);
	record(PING_AGENT);
	parents = ping_recall_parents(folder, connection.name);
	ck_assert_str_eq(parents, "A.B__r=C\n");
	free(parents);
	ck_assert_ptr_null(ping_recall_parents(folder, "another"));
}
END_TEST

/* Which change makes which ping stale. */
static const struct {
	bool agent; /* the agent's port is changed, else the consumer key */
	enum ping_kind kind;
	bool stale;
} changes[] = {
	{ true, PING_AGENT, true },
	{ true, PING_AGENT_FROM_SALESFORCE, true },
	{ true, PING_SALESFORCE, false },
	{ false, PING_AGENT, false },
	{ false, PING_AGENT_FROM_SALESFORCE, true },
	{ false, PING_SALESFORCE, true },
};

START_TEST(a_changed_setting_makes_the_pings_stale_that_used_it)
{
	bool stale;

	record(changes[_i].kind);
	recall(changes[_i].kind, &stale);
	ck_assert(!stale);
	if (changes[_i].agent)
		connection.agent.port++;
	else
		ck_assert(text_set(&connection.salesforce.consumer_key, "another"));
	recall(changes[_i].kind, &stale);
	ck_assert_int_eq(stale, changes[_i].stale);
}
END_TEST

static const char *other_field;

static int load_other(void *self, struct interface *out, const char *name, struct err *err)
{
	int rc = fixture_catalog.interface(self, out, name, err);

	return rc ? rc
		  : mapping_add(&out->mapping, other_field, MAPPING_COLUMN, "x", NULL_KEEP, err);
}

START_TEST(a_mapping_that_changed_is_another_question)
{
	struct catalog other = fixture_catalog;
	char before[40];
	char after[40];

	other.interface = load_other;
	other_field = "Fax";
	ping_interfaces_hash(before, &connection, &fixture_catalog);
	ping_interfaces_hash(after, &connection, &other);
	ck_assert_str_ne(before, after);
	ping_salesforce(seen, &connection, &other, NULL, "", NULL, NULL, NULL);
	ck_assert_str_eq(seen->interfaces, after);
	text_set(&connection.name, "elsewhere"); /* interfaces of other connections do not count */
	ping_interfaces_hash(before, &connection, &fixture_catalog);
	ping_interfaces_hash(after, &connection, &other);
	ck_assert_str_eq(before, after);
}
END_TEST

Suite *suite_kept(void)
{
	Suite *suite = suite_create("ping/kept");
	TCase *tc = tcase_create("kept");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_ping_comes_back_step_by_step_with_its_remedies);
	tcase_add_test(tc, parents_that_the_org_told_are_kept);
	tcase_add_test(tc, a_remedy_comes_back_in_the_words_of_the_app_that_is_used_now);
	tcase_add_loop_test(tc, a_changed_setting_makes_the_pings_stale_that_used_it, 0,
		(int)ARRAY_SIZE(changes));
	tcase_add_test(tc, a_mapping_that_changed_is_another_question);
	suite_add_tcase(suite, tc);
	return suite;
}
