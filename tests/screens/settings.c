/* settings.c — what is set by forms: agent.cfg, and when an interface runs. */

#include "screens/suites.h"

#include "base/file.h"
#include "base/text.h"
#include "screens/fixture.h"

static void load(struct agent_settings *settings, const struct fixture *fx)
{
	struct err err = ERR_INIT;

	agent_settings_init(settings);
	ck_ok(files_load_settings(settings, fx->home, &err), &err);
}

static void open_settings(struct fixture *fx)
{
	fixture_init(fx);
	fixture_start(fx);
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, KEY_F8);
	pty_wait(fx->pty, "Runs at once");
}

START_TEST(that_there_is_more_below_is_marked)
{
	struct fixture fx;

	open_settings(&fx);
	pty_wait(fx.pty, "\u2193");
	ck_assert_ptr_null(strstr(pty_text(fx.pty), "Waiting runs"));
	for (int i = 0; i < 21; i++) /* to Save */
		pty_type(fx.pty, "\t");
	pty_wait(fx.pty, "\u2191");
	pty_wait(fx.pty, "Waiting runs");
	ck_assert_ptr_null(strstr(pty_text(fx.pty), "\u2193"));
	fixture_end(&fx);
}
END_TEST

START_TEST(an_open_address_with_the_default_password_is_refused_in_the_form)
{
	struct fixture fx;
	struct agent_settings settings;

	open_settings(&fx);
	pty_type(fx.pty, "\177\177\177\177\177\177\177\177\177" /* 127.0.0.1 */);
	pty_type(fx.pty, "0.0.0.0" KEY_F4);
	pty_wait(fx.pty, "0.0.0.0 needs a password other than the default");
	ck_assert(!file_exists(fx.home->agent_cfg));
	/* The same password, typed, is the same. */
	pty_type(fx.pty, "\t\t\t" AGENT_DEFAULT_PASSWORD "\t" AGENT_DEFAULT_PASSWORD KEY_F4);
	pty_wait(fx.pty, "which everybody knows: choose another");
	ck_assert(!file_exists(fx.home->agent_cfg));
	for (size_t i = 0; i < sizeof(AGENT_DEFAULT_PASSWORD); i++)
		pty_type(fx.pty, "\177");
	pty_type(fx.pty, "a better one\t");
	for (size_t i = 0; i < sizeof(AGENT_DEFAULT_PASSWORD); i++)
		pty_type(fx.pty, "\177");
	pty_type(fx.pty, "a better one" KEY_F4);
	pty_wait(fx.pty, "Saved. The running agent");
	load(&settings, &fx);
	ck_assert_str_eq(settings.listen, "0.0.0.0");
	agent_settings_free_fields(&settings);
	fixture_end(&fx);
}
END_TEST

START_TEST(a_name_is_no_address_to_listen_on)
{
	struct fixture fx;

	open_settings(&fx);
	pty_type(fx.pty, "x" KEY_F4);
	pty_wait(fx.pty, "\"127.0.0.1x\" is no numeric address");
	ck_assert(!file_exists(fx.home->agent_cfg));
	fixture_end(&fx);
}
END_TEST

START_TEST(a_schedule_that_is_none_is_not_saved)
{
	struct fixture fx;

	open_settings(&fx);
	pty_type(fx.pty, "\t\t\t\t\t\t\t\t\t\t\tERP: at noonish" KEY_F4);
	pty_wait(fx.pty, "\"ERP: at noonish\": \"at\" was not understood");
	ck_assert(!file_exists(fx.home->agent_cfg));
	fixture_end(&fx);
}
END_TEST

START_TEST(care_of_store_and_operator_is_set_in_the_form)
{
	struct fixture fx;
	struct agent_settings settings;

	open_settings(&fx);
	pty_type(fx.pty, "\t\t\t\t\t\t\t\t\177\177"
			 "7\t\177\177\177\177\177\177"
			 "1 gb\t\177\177"
			 "48\t\tmail ops@acme.example" KEY_F4);
	pty_wait(fx.pty, "Saved. The running agent");
	load(&settings, &fx);
	ck_assert_int_eq(settings.retention_days, 7);
	ck_assert_int_eq(settings.disk_floor, INT64_C(1) << 30);
	ck_assert_int_eq(settings.backlog_hours, 48);
	ck_assert_str_eq(settings.alert, "mail ops@acme.example");
	agent_settings_free_fields(&settings);
	fixture_end(&fx);
}
END_TEST

/* From the first field to the log level, which is the last one before these. */
#define TO_LOG_LEVEL "\t\t\t\t\t\t\t\t\t\t\t\t\t"

START_TEST(limits_and_audience_of_the_port_are_set_in_the_form)
{
	struct fixture fx;
	struct agent_settings settings;

	open_settings(&fx);
	pty_type(fx.pty, TO_LOG_LEVEL "\t" KEY_RIGHT);
	pty_wait(fx.pty, "(o) everyone");
	pty_type(fx.pty, "\t\177\177\177"
			 "300\t\177\177"
			 "40\t\177\177\177\177\177"
			 "4096\t\177\177\177\177\177"
			 "8192\t\177\177"
			 "9\t\177\177\177"
			 "7" KEY_F4);
	pty_wait(fx.pty, "Saved. The running agent");
	load(&settings, &fx);
	ck_assert_str_eq(settings.monitoring, "everyone");
	ck_assert_int_eq(settings.limits.connections, 300);
	ck_assert_int_eq(settings.limits.connections_per_address, 40);
	ck_assert_int_eq(settings.limits.header, 4096);
	ck_assert_int_eq(settings.limits.body, 8192);
	ck_assert_int_eq(settings.limits.request_timeout, 9);
	ck_assert_int_eq(settings.limits.waiting, 7);
	agent_settings_free_fields(&settings);
	fixture_end(&fx);
}
END_TEST

START_TEST(a_limit_that_the_file_may_not_hold_is_refused_in_the_form)
{
	struct fixture fx;

	open_settings(&fx);
	pty_type(fx.pty, TO_LOG_LEVEL "\t\t\t\t\177\177\177\177\177"
				      "2047" KEY_F4);
	pty_wait(fx.pty, "2048 to 1048576");
	ck_assert(!file_exists(fx.home->agent_cfg));
	fixture_end(&fx);
}
END_TEST

START_TEST(missed_times_are_set_where_the_schedule_is)
{
	struct fixture fx;
	struct interface interface;
	struct err err = ERR_INIT;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "2");
	pty_wait(fx.pty, "1,204 ok");
	pty_type(fx.pty, "e");
	pty_wait(fx.pty, "Interface accounts");
	pty_type(fx.pty, "\t\t\t\t\t\t\t\t\t\t\t" KEY_RIGHT);
	pty_wait(fx.pty, "caught up once");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "Saved 'accounts'");
	interface_init(&interface);
	ck_ok(fx.catalog.interface(fx.catalog.self, &interface, "accounts", &err), &err);
	ck_assert_int_eq(interface.missed, MISSED_SKIP);
	interface_free_fields(&interface);
	fixture_end(&fx);
}
END_TEST

Suite *suite_settings(void)
{
	Suite *suite = suite_create("screens/settings");
	TCase *tc = tcase_create("settings");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, that_there_is_more_below_is_marked);
	tcase_add_test(tc, an_open_address_with_the_default_password_is_refused_in_the_form);
	tcase_add_test(tc, a_name_is_no_address_to_listen_on);
	tcase_add_test(tc, a_schedule_that_is_none_is_not_saved);
	tcase_add_test(tc, care_of_store_and_operator_is_set_in_the_form);
	tcase_add_test(tc, limits_and_audience_of_the_port_are_set_in_the_form);
	tcase_add_test(tc, a_limit_that_the_file_may_not_hold_is_refused_in_the_form);
	tcase_add_test(tc, missed_times_are_set_where_the_schedule_is);
	suite_add_tcase(suite, tc);
	return suite;
}
