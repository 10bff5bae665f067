/* wizard.c — the four steps walked by keys alone: to a saved connection, and through what may go
 * wrong on the way. */

#include "screens/suites.h"

#include "base/file.h"
#include "base/text.h"
#include "screens/fixture.h"
#include "screens/walk.h"

#include <signal.h>
#include <sys/stat.h>

static void agent(struct fixture *fx, const char *host)
{
	pty_type(fx->pty, host);
	pty_type(fx->pty, KEY_F3);
}

static void salesforce(struct fixture *fx)
{
	pty_type(fx->pty, KEY_F4);
	pty_wait(fx->pty, "step 3 of 4");
	pty_type(fx->pty, "\t\t\thttps://acme.my.salesforce.com\t3MVG9abcdef\t" WALK_SECRET KEY_F3);
}

START_TEST(the_tutorials_walk_ends_in_a_saved_connection)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	walk_destination(&fx);
	agent(&fx, "https://18.158.217.193");
	pty_wait(fx.pty, "ping OK 12 ms");
	salesforce(&fx);
	pty_wait(fx.pty, "ping OK 339 ms");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "step 4 of 4");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "Saved 'new-orders'");
	pty_wait(fx.pty, "Make its first interface now?");
	pty_wait(fx.pty, "ORG:ACME");
	pty_wait(fx.pty, "OK acme.my");
	walk_check_saved(&fx, false);
	pty_type(fx.pty, "y");
	pty_wait(fx.pty, "First interface of new-orders");
	pty_wait(fx.pty, "sales.order_line");
	fixture_end(&fx);
}
END_TEST

static void begin(struct fixture *fx)
{
	fx->empty = true;
	fixture_start(fx);
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, "n");
	pty_wait(fx->pty, "SQLite3");
	pty_wait(fx->pty, "F3 Test source");
}

START_TEST(the_source_is_tested_where_it_is_typed)
{
	struct fixture fx;

	fixture_init(&fx);
	begin(&fx);
	pty_type(fx.pty, "new-orders" KEY_F3);
	pty_wait(fx.pty, "Which database do the rows come from?");
	pty_type(fx.pty, "/srv/erp/orders.db" KEY_F3);
	pty_wait(fx.pty, "the source answers: 3 tables");
	pty_wait(fx.pty, "sales.customer, sales.order_line, sales.v_open");
	pty_type(fx.pty, "2");
	pty_wait(fx.pty, "Changed since this test");
	pty_type(fx.pty, KEY_F3);
	pty_wait_gone(fx.pty, "Changed since this test");
	pty_wait(fx.pty, "the source answers: 3 tables");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "step 2 of 4");
	pty_wait_gone(fx.pty, "Test source"); /* F3 is the ping here */
	pty_wait(fx.pty, "F3 Ping");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_source_that_refuses_is_told_in_its_words_with_what_to_do)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.source_refuses = true;
	fx.terminal.rows = 15;
	fx.terminal.cols = 60;
	begin(&fx);
	pty_type(fx.pty, "new-orders\t\t\t\t\t/srv/erp/orders.db" KEY_F3);
	pty_wait(fx.pty, "connecting to the database: ");
	pty_wait(fx.pty, "PgDn: more");
	pty_type(fx.pty, KEY_PGDN KEY_PGDN);
	pty_wait_gone(fx.pty, "connecting to the database: ");
	pty_wait(fx.pty, "correct source.username and source.password");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_source_that_hangs_keeps_nobody_from_typing)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.source_hangs = true;
	begin(&fx);
	pty_type(fx.pty, "new-orders\t\t\t\t\t/srv/erp/orders.db" KEY_F3);
	pty_wait(fx.pty, "Asking the source");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "step 2 of 4");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "Asking the source");
	pty_type(fx.pty, "\033"); /* the wizard is left, and its answer with it */
	pty_wait(fx.pty, "Not saved yet");
	fixture_end(&fx);
}
END_TEST

START_TEST(an_agent_that_is_never_called_needs_no_address)
{
	struct fixture fx;
	struct connection connection;
	struct err err = ERR_INIT;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	walk_destination(&fx); /* ... which says yes */
	pty_type(fx.pty, "https://18.158.217.193" KEY_UP KEY_LEFT);
	pty_wait_gone(fx.pty, "Host URL");
	pty_type(fx.pty, KEY_F3);
	pty_wait(fx.pty, "ping OK 12 ms");
	salesforce(&fx);
	pty_wait(fx.pty, "ping OK 339 ms");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "not called by Salesforce");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "Saved 'new-orders'");
	pty_wait(fx.pty, "push only");
	connection_init(&connection);
	ck_ok(fx.catalog.connection(fx.catalog.self, &connection, "new-orders", &err), &err);
	ck_assert(!connection.agent.called_by_salesforce);
	ck_assert_ptr_null(connection.agent.host);
	ck_assert_int_eq(connection.agent.password.kind, SECRET_NONE);
	connection_free_fields(&connection);
	fixture_end(&fx);
}
END_TEST

START_TEST(the_set_up_package_is_written_before_the_key_is_known)
{
	const char *folder = test_folder();
	char dialog[600];
	struct fixture fx;
	struct buf text = BUF_INIT(65536);
	struct err err = ERR_INIT;
	char *path;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	walk_destination(&fx); /* neither address nor key were typed yet */
	pty_type(fx.pty, "https://agent.acme.example" KEY_F9);
	pty_wait(fx.pty, "Set-up package");
	snprintf(dialog, sizeof(dialog), "\025%s/project\tagent@acme.example\t\r", folder);
	pty_type(fx.pty, dialog);
	pty_wait(fx.pty, "Agentboard_new_orders");
	snprintf(dialog, sizeof(dialog), "%s/project", folder);
	path = file_join(dialog, "README.md");
	ck_ok(file_read(&text, path, &err), &err);
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "https://agent.acme.example:9055"));
	free(path);
	buf_reset(&text);
	path = file_join(dialog, "force-app/main/default/extlClntAppOauthPolicies/"
				 "Agentboard_new_orders_oauthPlcy.ecaOauthPlcy-meta.xml");
	ck_ok(file_read(&text, path, &err), &err);
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "agent@acme.example"));
	free(path);
	buf_free(&text);
	fixture_end(&fx);
}
END_TEST

START_TEST(a_red_ping_keeps_save_shut_and_offers_a_draft)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.empty = true;
	fx.salesforce_ping = PING_PLAYS_RED;
	fixture_start(&fx);
	walk_destination(&fx);
	agent(&fx, "https://18.158.217.193");
	pty_wait(fx.pty, "ping OK 12 ms");
	salesforce(&fx);
	pty_wait(fx.pty, "Policies");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "step 4 of 4");
	pty_wait(fx.pty, "( Save )");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "Both pings must be OK first");
	pty_type(fx.pty, KEY_LEFT "\r");
	pty_wait(fx.pty, "Saved 'new-orders'");
	pty_wait(fx.pty, "draft");
	walk_check_saved(&fx, true);
	fixture_end(&fx);
}
END_TEST

START_TEST(nothing_typed_is_lost_by_leaving)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	walk_destination(&fx);
	pty_type(fx.pty, "https://18.158.217.193");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "step 1 of 4");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "Not saved yet");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "You began a connection called new-orders");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "/srv/erp/orders.db");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "https://18.158.217.193");
	fixture_end(&fx);
}
END_TEST

START_TEST(an_edit_that_was_left_is_not_lost)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "crm-sandbox");
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "j\r");
	pty_wait(fx.pty, "Connection orders-prod");
	pty_type(fx.pty, "\033");
	pty_wait_gone(fx.pty, "step 1 of 4");
	pty_type(fx.pty, "\r"); /* nothing was typed, nothing is asked */
	pty_wait(fx.pty, "Connection orders-prod");
	pty_type(fx.pty, " in earnest\033");
	pty_wait(fx.pty, "Not saved yet; Enter goes on");
	pty_type(fx.pty, "k\r"); /* another connection */
	pty_wait(fx.pty, "You changed the connection orders-prod");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "ERP orders in earnest");
	pty_type(fx.pty, "\033");
	pty_wait_gone(fx.pty, "step 1 of 4");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "You changed the connection orders-prod");
	pty_type(fx.pty, KEY_RIGHT "\r"); /* drop it */
	pty_wait(fx.pty, "New connection");
	pty_wait(fx.pty, "step 1 of 4");
	fixture_end(&fx);
}
END_TEST

START_TEST(the_board_is_not_left_with_something_unsaved_before_a_yes)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	walk_destination(&fx);
	pty_type(fx.pty, "\021"); /* Ctrl-Q */
	pty_wait(fx.pty, "You began a connection called new-orders");
	pty_type(fx.pty, "\033");
	pty_wait_gone(fx.pty, "Leave without saving?");
	pty_wait(fx.pty, "step 2 of 4");
	pty_type(fx.pty, "\021");
	pty_wait(fx.pty, "Leave without saving?");
	pty_wait(fx.pty, "n goes on with it at the next start");
	pty_type(fx.pty, KEY_LEFT "\r");
	ck_assert_int_eq(pty_wait_exit(fx.pty), 0);
	fixture_end(&fx);
}
END_TEST

START_TEST(plain_http_to_another_machine_wants_a_typed_yes)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	walk_destination(&fx);
	agent(&fx, "http://18.158.217.193");
	pty_wait(fx.pty, "plain HTTP");
	pty_type(fx.pty, "\r\r");
	pty_wait(fx.pty, "Clear text"); /* not without the word */
	pty_type(fx.pty, KEY_UP "yes\r\r");
	pty_wait(fx.pty, "ping OK 12 ms");
	fixture_end(&fx);
}
END_TEST

static const struct {
	const char *domain, *expected;
} wrong_domains[] = {
	{ "https://login.salesforce.com", "My Domain" },
	{ "https://acme.lightning.force.com", ".my.salesforce.com" },
	{ "http://acme.my.salesforce.com", "https" },
	{ "https://acme.my.salesfroce.com", "did you mean" },
	{ "https://acme--dev.sandbox.my.salesforce.com", "https://acme.my.salesforce.com" },
};

START_TEST(a_domain_that_is_no_my_domain_is_told_before_a_call)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	walk_destination(&fx);
	agent(&fx, "https://18.158.217.193");
	pty_wait(fx.pty, "ping OK 12 ms");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "step 3 of 4");
	pty_type(fx.pty, "\t\t\t");
	pty_type(fx.pty, wrong_domains[_i].domain);
	pty_type(fx.pty, "\tkey\tsecret" KEY_F3);
	pty_wait(fx.pty, "!My Domain");
	pty_wait(fx.pty, wrong_domains[_i].expected);
	fixture_end(&fx);
}
END_TEST

START_TEST(the_tutorials_password_can_be_changed_on_the_spot)
{
	struct fixture fx;
	struct agent_settings settings;
	struct err err = ERR_INIT;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	walk_destination(&fx);
	pty_wait(fx.pty, "[ Change password ]");
	pty_type(fx.pty, "\t\t\t\t" KEY_RIGHT "\r");
	pty_wait(fx.pty, "Once more");
	pty_type(fx.pty, "a better one\ta better one\t\r");
	pty_wait(fx.pty, "Changed.");
	pty_wait_gone(fx.pty, "[ Change password ]");
	agent_settings_init(&settings);
	ck_ok(files_load_settings(&settings, fx.home, &err), &err);
	ck_assert(text_starts(settings.password_hash, "$argon2id$"));
	agent_settings_free_fields(&settings);
	ck_assert_ptr_null(strstr(buf_str(pty_raw(fx.pty)), "a better one"));
	fixture_end(&fx);
}
END_TEST

START_TEST(an_edit_keeps_what_is_not_asked_for)
{
	struct fixture fx;
	struct connection connection;
	struct err err = ERR_INIT;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "crm-sandbox");
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "j\r");
	pty_wait(fx.pty, "Connection orders-prod");
	pty_wait(fx.pty, "SQLite3");
	pty_type(fx.pty, " changed" KEY_F4);
	pty_wait(fx.pty, "step 2 of 4");
	pty_wait(fx.pty, "(from env AGENT_PASSWORD)");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "step 3 of 4");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "[ Save ]"); /* both verdicts of the store still stand */
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "Saved 'orders-prod'");
	connection_init(&connection);
	ck_ok(fx.catalog.connection(fx.catalog.self, &connection, "orders-prod", &err), &err);
	ck_assert_str_eq(connection.description, "ERP orders changed");
	ck_assert_int_eq(connection.agent.password.kind, SECRET_ENV);
	ck_assert_str_eq(connection.salesforce.consumer_secret.ref, "SECRET");
	connection_free_fields(&connection);
	fixture_end(&fx);
}
END_TEST

static void check_server(struct fixture *fx, const char *description)
{
	struct err err = ERR_INIT;
	struct connection connection;

	connection_init(&connection);
	ck_ok(fx->catalog.connection(fx->catalog.self, &connection, "erp-files", &err), &err);
	ck_assert_str_eq(connection.description, description);
	ck_assert_int_eq(connection.type, CONNECTION_AGENT_FILE);
	ck_assert_ptr_null(connection.source.folder);
	ck_assert_str_eq(connection.source.url, "sftp://files.acme.example/out");
	ck_assert_str_eq(connection.source.username, "carrier");
	ck_assert_int_eq(connection.source.password.kind, SECRET_SEALED);
	ck_assert_str_eq(connection.source.key_file, "/etc/agentboard/id");
	ck_assert_str_eq(connection.source.known_hosts, "/etc/agentboard/hosts");
	ck_assert_str_eq(connection.source.pattern, "*.csv");
	connection_free_fields(&connection);
}

START_TEST(files_behind_sftp_are_asked_for_and_kept_by_an_edit)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "SQLite3");
	pty_type(fx.pty, "erp-files\tfiles\t" KEY_RIGHT "\t" KEY_RIGHT);
	pty_wait(fx.pty, "SFTP password");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "Which server and folder");
	pty_type(fx.pty, "sftp://files.acme.example/out" KEY_F4);
	pty_wait(fx.pty, "enter the user at the SFTP server");
	pty_type(fx.pty,
		"carrier\t" WALK_SECRET "\t/etc/agentboard/id\t/etc/agentboard/hosts\t*.csv");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "step 2 of 4");
	pty_type(fx.pty, KEY_RIGHT "\t");
	agent(&fx, "https://18.158.217.193");
	pty_wait(fx.pty, "ping OK 12 ms");
	salesforce(&fx);
	pty_wait(fx.pty, "ping OK 339 ms");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "step 4 of 4");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "Saved 'erp-files'");
	pty_wait(fx.pty, "OK acme.my");
	check_server(&fx, "files");
	ck_assert_ptr_null(strstr(buf_str(pty_raw(fx.pty)), WALK_SECRET));
	pty_type(fx.pty, "n"); /* no interface now */
	pty_wait_gone(fx.pty, "Make its first interface now?");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "Connection erp-files");
	pty_wait(fx.pty, "SFTP password");
	pty_type(fx.pty, " changed" KEY_F4);
	pty_wait(fx.pty, "step 2 of 4");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "step 3 of 4");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "[ Save ]");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "Saved 'erp-files'");
	check_server(&fx, "files changed");
	fixture_end(&fx);
}
END_TEST

START_TEST(pasted_text_presses_nothing)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "step 1 of 4");
	pty_type(fx.pty, "\033[200~orders\rq\t?prod\033[201~");
	pty_wait(fx.pty, "ordersq?prod");
	pty_wait(fx.pty, "step 1 of 4");
	fixture_end(&fx);
}
END_TEST

START_TEST(blanks_pasted_around_key_and_secret_are_left_out)
{
	struct fixture fx;
	struct connection connection;
	struct err err = ERR_INIT;
	char *plain = NULL;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	walk_destination(&fx);
	agent(&fx, "https://18.158.217.193");
	pty_wait(fx.pty, "ping OK 12 ms");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "step 3 of 4");
	pty_type(fx.pty,
		"\t\t\thttps://acme.my.salesforce.com\t"
		"\033[200~ 3MVG9abcdef \033[201~\t\033[200~  " WALK_SECRET "\t \033[201~" KEY_F3);
	pty_wait(fx.pty, "ping OK 339 ms");
	pty_type(fx.pty, KEY_F4 KEY_F4);
	pty_wait(fx.pty, "Saved 'new-orders'");
	connection_init(&connection);
	ck_ok(fx.catalog.connection(fx.catalog.self, &connection, "new-orders", &err), &err);
	ck_assert_str_eq(connection.salesforce.consumer_key, "3MVG9abcdef");
	ck_ok(secret_reveal(&plain, &connection.salesforce.consumer_secret, fx.keyring, &err),
		&err);
	ck_assert_str_eq(plain, WALK_SECRET);
	secret_wipe(plain);
	connection_free_fields(&connection);
	fixture_end(&fx);
}
END_TEST

Suite *suite_wizard(void)
{
	Suite *suite = suite_create("screens/wizard");
	TCase *tc = tcase_create("wizard");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, the_tutorials_walk_ends_in_a_saved_connection);
	tcase_add_test(tc, the_source_is_tested_where_it_is_typed);
	tcase_add_test(tc, a_source_that_refuses_is_told_in_its_words_with_what_to_do);
	tcase_add_test(tc, a_source_that_hangs_keeps_nobody_from_typing);
	tcase_add_test(tc, an_agent_that_is_never_called_needs_no_address);
	tcase_add_test(tc, the_set_up_package_is_written_before_the_key_is_known);
	tcase_add_test(tc, a_red_ping_keeps_save_shut_and_offers_a_draft);
	tcase_add_test(tc, nothing_typed_is_lost_by_leaving);
	tcase_add_test(tc, an_edit_that_was_left_is_not_lost);
	tcase_add_test(tc, the_board_is_not_left_with_something_unsaved_before_a_yes);
	tcase_add_test(tc, plain_http_to_another_machine_wants_a_typed_yes);
	tcase_add_loop_test(tc, a_domain_that_is_no_my_domain_is_told_before_a_call, 0,
		(int)ARRAY_SIZE(wrong_domains));
	tcase_add_test(tc, the_tutorials_password_can_be_changed_on_the_spot);
	tcase_add_test(tc, an_edit_keeps_what_is_not_asked_for);
	tcase_add_test(tc, files_behind_sftp_are_asked_for_and_kept_by_an_edit);
	tcase_add_test(tc, blanks_pasted_around_key_and_secret_are_left_out);
	tcase_add_test(tc, pasted_text_presses_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}
