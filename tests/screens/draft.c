/* draft.c — what was typed into the wizard and not saved: on disk within seconds, and found again
 * after a killed board, a dropped line, a full disk. */

#include "screens/suites.h"

#include "base/file.h"
#include "base/text.h"
#include "harness/small_disk.h"
#include "screens/fixture.h"
#include "screens/walk.h"

#include <signal.h>
#include <sys/stat.h>

/* The text of a file under data, "" when there is none; borrowed until the next call. */
static const char *data_file(struct fixture *fx, const char *name)
{
	static struct buf text = BUF_INIT(65536);
	char *path = file_join(fx->home->data, name);
	struct stat st;

	buf_reset(&text);
	/* The board may take it away between the two. */
	if (file_read(&text, path, NULL) == 0 && stat(path, &st) == 0)
		ck_assert_int_eq(st.st_mode & 0777, 0600);
	free(path);
	return buf_str(&text);
}

/* Until the file holds `text`; NULL: until it is gone. */
static void wait_for_file(struct fixture *fx, const char *name, const char *text)
{
	for (int i = 0; i < 250 * pty_patience(); i++) {
		const char *now = data_file(fx, name);

		if (text ? strstr(now, text) != NULL : !*now)
			return;
		pty_listen(fx->pty, 20);
	}
	ck_abort_msg("%s is not as expected: %s", name, data_file(fx, name));
}

START_TEST(a_board_that_is_killed_loses_nothing_typed)
{
	struct fixture fx;
	struct connection connection;
	struct err err = ERR_INIT;
	char *plain = NULL;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	walk_destination(&fx);
	pty_type(fx.pty, "https://18.158.217.193" KEY_F4);
	pty_wait(fx.pty, "step 3 of 4");
	pty_type(fx.pty, "\t\t\thttps://acme.my.salesforce.com\t3MVG9abcdef\t" WALK_SECRET);
	wait_for_file(&fx, "draft.cfg", "consumer_secret"); /* no step was left since */
	ck_assert_ptr_null(strstr(data_file(&fx, "draft.cfg"), WALK_SECRET));
	fixture_restart(&fx, SIGKILL);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "You began a connection called new-orders");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "/srv/erp/orders.db");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "https://18.158.217.193");
	pty_type(fx.pty, KEY_F3);
	pty_wait(fx.pty, "ping OK 12 ms");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "(kept as it is)");
	pty_type(fx.pty, KEY_F3);
	pty_wait(fx.pty, "ping OK 339 ms");
	pty_type(fx.pty, KEY_F4 KEY_F4);
	pty_wait(fx.pty, "Saved 'new-orders'");
	walk_check_saved(&fx, false);
	connection_init(&connection);
	ck_ok(fx.catalog.connection(fx.catalog.self, &connection, "new-orders", &err), &err);
	ck_assert_int_eq(connection.agent.password.kind, SECRET_SEALED);
	ck_ok(secret_reveal(&plain, &connection.salesforce.consumer_secret, fx.keyring, &err),
		&err);
	ck_assert_str_eq(plain, WALK_SECRET);
	secret_wipe(plain);
	connection_free_fields(&connection);
	wait_for_file(&fx, "draft.cfg", NULL);
	fixture_end(&fx);
}
END_TEST

START_TEST(a_line_that_drops_keeps_the_last_letter_until_it_is_dropped)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "crm-sandbox");
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "j\r");
	pty_wait(fx.pty, "Connection orders-prod");
	pty_type(fx.pty, " in earnest");
	pty_wait(fx.pty, "ERP orders in earnest");
	for (int i = 0; i < 50; i++) { /* a shell passes on what the kernel says, too */
		pty_signal(fx.pty, SIGHUP);
		usleep(2000);
	}
	fixture_restart(&fx, 0);
	ck_assert_ptr_nonnull(strstr(data_file(&fx, "draft-edit.cfg"), "ERP orders in earnest"));
	pty_wait(fx.pty, "n goes on");
	pty_wait(fx.pty, "crm-sandbox");
	pty_type(fx.pty, "\r"); /* another connection */
	pty_wait(fx.pty, "You changed the connection orders-prod");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "Connection orders-prod");
	pty_wait(fx.pty, "ERP orders in earnest");
	pty_type(fx.pty, "\033");
	pty_wait_gone(fx.pty, "step 1 of 4");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "You changed the connection orders-prod");
	pty_type(fx.pty, KEY_RIGHT "\r"); /* drop it */
	pty_wait(fx.pty, "New connection");
	wait_for_file(&fx, "draft-edit.cfg", NULL);
	fixture_end(&fx);
}
END_TEST

START_TEST(no_password_is_kept_in_the_clear_on_disk)
{
	struct fixture fx;
	const char *text;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	fx.catalog.keyring = NULL;
	fixture_restart(&fx, SIGTERM);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "SQLite3");
	pty_type(fx.pty,
		"orders\t\t\t" KEY_RIGHT "\tDSN=erp;PWD=" WALK_SECRET "\tcarrier\t" WALK_SECRET);
	pty_type(fx.pty, "\021"); /* Ctrl-Q */
	pty_wait(fx.pty, "without the secrets");
	pty_type(fx.pty, KEY_LEFT "\r");
	ck_assert_int_eq(pty_wait_exit(fx.pty), 0);
	text = data_file(&fx, "draft.cfg");
	ck_assert_ptr_nonnull(strstr(text, "carrier"));
	ck_assert_ptr_null(strstr(text, WALK_SECRET));
	fixture_end(&fx);
}
END_TEST

START_TEST(a_data_source_is_chosen_like_a_driver)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.empty = true;
	fx.data_source = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "SQLite3");
	pty_type(fx.pty,
		"new-orders\t\t\t\t" KEY_RIGHT KEY_RIGHT KEY_RIGHT); /* behind the drivers */
	pty_wait(fx.pty, "DSN=erp");
	pty_type(fx.pty, KEY_F4); /* no database is asked for */
	pty_wait(fx.pty, "step 2 of 4");
	wait_for_file(&fx, "draft.cfg", "odbc = \"DSN=erp\"");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_draft_that_cannot_be_read_is_left_out_with_a_notice)
{
	static const char bad[] = "name = \"orders\"; source: {";
	struct err err = ERR_INIT;
	struct fixture fx;
	char *path;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	path = file_join(fx.home->data, "draft.cfg");
	ck_ok(file_write(path, bad, strlen(bad), 0600, &err), &err);
	fixture_restart(&fx, SIGTERM);
	pty_wait(fx.pty, "A draft is left out");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "step 1 of 4");
	free(path);
	fixture_end(&fx);
}
END_TEST

/* Where no disk can be filled, the folder is gone for a while: to the board it is the same. */
static void take_room(const struct fixture *fx, bool real, bool away)
{
	const char *data = fx->home->data;
	char aside[600];

	snprintf(aside, sizeof(aside), "%s.aside", data);
	if (real && away)
		small_disk_fill(data);
	else if (real)
		small_disk_free(data);
	else
		ck_assert_int_eq(rename(away ? data : aside, away ? aside : data), 0);
}

START_TEST(a_draft_without_room_is_told_and_kept_once_there_is_some)
{
	bool real = small_disk_allowed("a draft on a full disk");
	struct fixture fx;
	const char *text;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	if (real)
		small_disk_mount(fx.home->data, 64u << 10);
	walk_destination(&fx);
	wait_for_file(&fx, "draft.cfg", "orders.db");
	take_room(&fx, real, true);
	pty_type(fx.pty, "https://beyond");
	pty_wait(fx.pty, "Not kept on disk");
	take_room(&fx, real, false);
	text = data_file(&fx, "draft.cfg"); /* whole, whichever of the two it is by now */
	ck_assert_ptr_nonnull(strstr(text, "orders.db"));
	pty_type(fx.pty, ".example");
	wait_for_file(&fx, "draft.cfg", "https://beyond.example");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_board_that_only_shows_keeps_no_draft_and_says_so)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.read_only = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "crm-sandbox");
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "j\r");
	pty_wait(fx.pty, "Connection orders-prod");
	pty_type(fx.pty, " in earnest" KEY_F4);
	pty_wait(fx.pty, "step 2 of 4");
	pty_type(fx.pty, "\021"); /* Ctrl-Q */
	pty_wait(fx.pty, "this board was started with --read-only");
	pty_type(fx.pty, KEY_LEFT "\r");
	ck_assert_int_eq(pty_wait_exit(fx.pty), 0);
	ck_assert_str_eq(data_file(&fx, "draft-edit.cfg"), "");
	fixture_end(&fx);
}
END_TEST

static void begin_connection(struct pty *pty, const char *name)
{
	pty_type(pty, "n");
	pty_wait(pty, "SQLite3");
	pty_type(pty, name);
}

/* given a board with something typed / when a second one is opened and typed into / then each has
 * its own, and boards that come later go on with both */
START_TEST(two_boards_do_not_write_over_each_other)
{
	struct pty *first, *second;
	struct fixture fx;

	fixture_init(&fx);
	fx.empty = true;
	fixture_start(&fx);
	first = fx.pty;
	pty_wait(first, "agent up");
	begin_connection(first, "of-the-first");
	wait_for_file(&fx, "draft.cfg", "of-the-first");
	second = fx.pty = fixture_another(&fx);
	pty_wait(second, "Another board of yours has begun a connection");
	begin_connection(second, "of-the-second");
	wait_for_file(&fx, "draft-b2.cfg", "of-the-second");
	fx.pty = first;
	pty_type(first, "-still");
	wait_for_file(&fx, "draft.cfg", "of-the-first-still");
	ck_assert_ptr_nonnull(strstr(data_file(&fx, "draft-b2.cfg"), "of-the-second"));
	pty_signal(first, SIGKILL);
	pty_signal(second, SIGKILL);
	pty_wait_exit(second);
	pty_end(second);
	fixture_restart(&fx, 0);
	pty_wait(fx.pty, "of-the-first-still");
	second = fixture_another(&fx);
	pty_wait(second, "of-the-second");
	pty_wait(second, "n goes on");
	pty_end(second);
	fixture_end(&fx);
}
END_TEST

Suite *suite_draft(void)
{
	Suite *suite = suite_create("screens/draft");
	TCase *tc = tcase_create("draft");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_board_that_is_killed_loses_nothing_typed);
	tcase_add_test(tc, a_line_that_drops_keeps_the_last_letter_until_it_is_dropped);
	tcase_add_test(tc, no_password_is_kept_in_the_clear_on_disk);
	tcase_add_test(tc, a_data_source_is_chosen_like_a_driver);
	tcase_add_test(tc, a_draft_that_cannot_be_read_is_left_out_with_a_notice);
	tcase_add_test(tc, a_draft_without_room_is_told_and_kept_once_there_is_some);
	tcase_add_test(tc, two_boards_do_not_write_over_each_other);
	tcase_add_test(tc, a_board_that_only_shows_keeps_no_draft_and_says_so);
	suite_add_tcase(suite, tc);
	return suite;
}
