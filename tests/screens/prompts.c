/* prompts.c — what `:` and `/` help to type: completions by pages, and what was entered before. */

#include "screens/suites.h"

#include "base/file.h"
#include "base/text.h"
#include "screens/filled.h"
#include "screens/fixture.h"
#include "tui/board/prompt_file.h"

#include <signal.h>
#include <sys/stat.h>

/* ---- completions ---- */

static void start_narrow(struct fixture *fx)
{
	fixture_init(fx);
	fx->terminal = (struct pty_options){ .rows = 15, .cols = 60 };
	fixture_start(fx);
	pty_wait(fx->pty, "agent up");
}

/* The page of the list that is shown, and how many there are. */
static void page_of(struct fixture *fx, int *page, int *pages)
{
	const char *at;

	pty_wait(fx->pty, "  Tab: ");
	pty_settle(fx->pty, 60);
	at = strstr(pty_text(fx->pty), "  Tab: ");
	ck_assert_int_eq(sscanf(at, "  Tab: %d/%d", page, pages), 2);
}

START_TEST(tab_turns_the_pages_until_every_name_was_there)
{
	static const char *const names[] = { "connection list", "ping salesforce", "refresh",
		"message reprocess", "interface edit", "bell" };
	bool seen[ARRAY_SIZE(names)] = { false };
	struct fixture fx;
	int page;
	int pages;

	start_narrow(&fx);
	pty_type(fx.pty, ":\t");
	page_of(&fx, &page, &pages);
	ck_assert_int_eq(page, 1);
	for (int i = 1; i <= pages; i++) {
		char expected[32];

		snprintf(expected, sizeof(expected), "  Tab: %d/%d", i, pages);
		pty_wait(fx.pty, expected);
		for (size_t n = 0; n < ARRAY_SIZE(names); n++)
			seen[n] = seen[n] || strstr(pty_line(fx.pty, 14), names[n]);
		pty_type(fx.pty, "\t");
	}
	page_of(&fx, &page, &pages);
	ck_assert_int_eq(page, 1);
	for (size_t n = 0; n < ARRAY_SIZE(names); n++)
		ck_assert_msg(seen[n], "%s", names[n]);
	pty_type(fx.pty, KEY_BTAB);
	page_of(&fx, &page, &pages);
	ck_assert_int_eq(page, pages);
	fixture_end(&fx);
}
END_TEST

START_TEST(the_list_narrows_down_as_one_types)
{
	struct fixture fx;

	start_narrow(&fx);
	pty_type(fx.pty, ":\t");
	pty_wait(fx.pty, "  Tab: 1/");
	pty_type(fx.pty, "ref");
	pty_wait_gone(fx.pty, "  Tab: 1/");
	ck_assert_str_eq(pty_line(fx.pty, 14), " refresh");
	pty_type(fx.pty, "\b\b\b");
	pty_wait(fx.pty, "  Tab: 1/");
	pty_type(fx.pty, "zz");
	pty_wait(fx.pty, "Tab complete");
	fixture_end(&fx);
}
END_TEST

/* ---- what was entered before ---- */

static const char *kept(const struct fixture *fx)
{
	static struct buf text = BUF_INIT(1u << 20);
	char *path = file_join(fx->home->data, "history");
	struct err err = ERR_INIT;

	buf_reset(&text);
	if (file_exists(path))
		ck_ok(file_read(&text, path, &err), &err);
	free(path);
	return buf_str(&text);
}

static void wait_kept(struct fixture *fx, const char *line)
{
	for (int i = 0; i < 200 * pty_patience() && !strstr(kept(fx), line); i++)
		pty_listen(fx->pty, 20);
	ck_assert_msg(strstr(kept(fx), line) != NULL, "%s is not in\n%s", line, kept(fx));
}

/* Up as often as it takes: the file is read while the board is up already. */
static void recall(struct fixture *fx, const char *sign, const char *expected)
{
	pty_type(fx->pty, sign);
	for (int i = 0; i < 100 * pty_patience() && !pty_shows(fx->pty, expected); i++) {
		pty_type(fx->pty, KEY_UP);
		pty_listen(fx->pty, 50);
	}
	pty_wait(fx->pty, expected);
}

static void enter_some(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, ":message list\r");
	pty_wait(fx->pty, "ORD-00001599");
	pty_type(fx->pty, "/status:failed\r");
	pty_wait(fx->pty, "filter  status:failed ");
}

START_TEST(the_next_session_knows_what_was_entered)
{
	struct fixture fx;
	struct stat st;
	char *path;

	fixture_init(&fx);
	fixture_start(&fx);
	enter_some(&fx);
	fixture_restart(&fx, SIGHUP);
	pty_wait(fx.pty, "agent up");
	ck_assert_str_eq(kept(&fx), ":\tmessage list\n/Message Monitor\tstatus:failed\n");
	recall(&fx, ":", ":message list");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "ORD-00001599");
	recall(&fx, "/", "/status:failed");
	path = file_join(fx.home->data, "history");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	free(path);
	fixture_end(&fx);
}
END_TEST

START_TEST(what_may_hold_a_secret_is_not_written)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, ":connection add a --secret source.odbc=hunter2\r\033");
	pty_type(fx.pty, ":ping agent https://anna:hunter2@acme.example\r");
	pty_type(fx.pty, ":ping agent 00D5g000001Abcd!hunter2\r");
	pty_settle(fx.pty, 100);
	pty_type(fx.pty, ":message list\r");
	wait_kept(&fx, "message list");
	ck_assert_ptr_null(strstr(kept(&fx), "hunter2"));
	fixture_end(&fx);
}
END_TEST

START_TEST(only_the_newest_lines_stay)
{
	struct buf lines = BUF_INIT(1u << 20);
	struct fixture fx;
	int count = 0;

	fixture_init(&fx);
	fixture_start(&fx);
	for (int i = 1; i <= 250; i++)
		buf_addf(&lines, "/Connection\tnumber %d\n", i);
	filled_write(fx.home->data, "history", buf_str(&lines));
	buf_free(&lines);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, ":message list\r");
	wait_kept(&fx, "message list");
	for (const char *at = kept(&fx); *at; at++)
		count += *at == '\n';
	ck_assert_int_eq(count, PROMPT_FILE_LINES);
	ck_assert_ptr_nonnull(strstr(kept(&fx), "number 250\n:\tmessage list\n"));
	ck_assert_ptr_null(strstr(kept(&fx), "number 51\n"));
	fixture_end(&fx);
}
END_TEST

START_TEST(a_read_only_board_reads_and_adds_nothing)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.read_only = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	filled_write(fx.home->data, "history", ":\tinterface list\n");
	fixture_restart(&fx, SIGTERM);
	enter_some(&fx);
	recall(&fx, ":", ":interface list");
	pty_signal(fx.pty, SIGTERM);
	pty_wait_exit(fx.pty);
	ck_assert_str_eq(kept(&fx), ":\tinterface list\n");
	fixture_end(&fx);
}
END_TEST

Suite *suite_prompts(void)
{
	Suite *suite = suite_create("screens/prompts");
	TCase *tc = tcase_create("prompts");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, tab_turns_the_pages_until_every_name_was_there);
	tcase_add_test(tc, the_list_narrows_down_as_one_types);
	tcase_add_test(tc, the_next_session_knows_what_was_entered);
	tcase_add_test(tc, what_may_hold_a_secret_is_not_written);
	tcase_add_test(tc, only_the_newest_lines_stay);
	tcase_add_test(tc, a_read_only_board_reads_and_adds_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}
