/*
 * story.c — the first ten minutes, by keys alone: from an empty home to a message that failed, was
 * mended and arrived. Nothing plays here: the built program, its agent, a practice org, a database.
 */

#include "screens/suites.h"

#include "e2e/world.h"
#include "screens/pty.h"

#include <unistd.h>

static struct world world;
static int port; /* of the agent */

static const struct telling {
	const char *const options[3];
	bool ascii;
} tellings[] = {
	{ { NULL }, false },
	{ { "--ascii", "--no-color", NULL }, true },
};

/* Three customers, of whom one has no name, which only the org refuses. */
static void setup(void)
{
	world_open(&world, NULL, NULL);
	world_customers(&world, 3);
	world_sql(&world, "UPDATE t SET name = NULL WHERE no = 'C-000002'");
	ck_run(0, &world, "agent", "start", "--json");
	world.agent = (pid_t)world_number("agent.pid");
	port = (int)world_number("agent.port");
}

static void teardown(void)
{
	world_close(&world);
}

static int board(void *ctx)
{
	const struct telling *telling = ctx;
	const char *argv[] = { TEST_PROGRAM, "--home", world.home, telling->options[0],
		telling->options[1], NULL };

	execv(argv[0], (char **)(uintptr_t)argv);
	return 127;
}

static void connect_by_wizard(struct pty *pty)
{
	char text[700];

	pty_wait(pty, "Press n");
	pty_wait(pty, "agent up");
	pty_type(pty, "n");
	pty_wait(pty, "step 1 of 4");
	pty_wait(pty, "Driver and database");
	pty_type(pty, "erp\t\t\t" KEY_RIGHT "\t");
	snprintf(text, sizeof(text), "Driver=SQLite3;Database=%s", world.database);
	pty_type(pty, text);
	pty_type(pty, KEY_F4);
	pty_wait(pty, "step 2 of 4");
	pty_type(pty, KEY_RIGHT "\t"); /* Salesforce calls it */
	pty_wait(pty, "skyvva");
	snprintf(text, sizeof(text), "http://127.0.0.1\t\025%d" KEY_F3, port);
	pty_type(pty, text);
	pty_wait(pty, "Agent [ping OK");
	pty_type(pty, KEY_F4);
	pty_wait(pty, "step 3 of 4");
	snprintf(text, sizeof(text), "\t\t\t%s\t%s\t%s" KEY_F3, practice_url(world.practice),
		PRACTICE_CONSUMER_KEY, PRACTICE_CONSUMER_SECRET);
	pty_type(pty, text);
	pty_wait(pty, "Salesforce [ping OK");
	pty_type(pty, KEY_F4);
	pty_wait(pty, "[ Save ]");
	pty_type(pty, "\r");
	pty_wait(pty, "Make its first interface now?");
	pty_type(pty, "n");
	pty_wait(pty, "Saved 'erp'");
	pty_wait(pty, ">erp");
}

static void make_interface(struct pty *pty)
{
	pty_type(pty, "2n");
	pty_wait(pty, "New interface");
	pty_type(pty, "accounts\t\t\tAccount\t\tExt_Id__c\t");
	pty_type(pty, "SELECT no, name FROM t ORDER BY no\t");
	pty_type(pty, "Ext_Id__c = no\rName = name");
	pty_type(pty, KEY_F4);
	pty_wait(pty, "Saved 'accounts'");
	pty_wait(pty, ">[ ]");
}

static void process(struct pty *pty)
{
	pty_type(pty, " ");
	pty_wait(pty, "[x]");
	pty_type(pty, "p");
	pty_wait(pty, "[ Process ]");
	pty_type(pty, "\r");
	pty_wait(pty, "Run 1 is on the agent");
	pty_wait(pty, "1 failed 2 ok");
}

static void mend(struct pty *pty)
{
	pty_type(pty, "3");
	pty_wait(pty, "ok 2  failed 1");
	pty_type(pty, "F");
	pty_wait(pty, "filter  status:failed,unknown");
	pty_wait_gone(pty, "C-000003");
	pty_wait(pty, "accounts   C-000002  Failed");
	pty_type(pty, "e");
	pty_wait(pty, "checked against Account");
	pty_wait(pty, "!Name");
	pty_type(pty, "Two Brothers" KEY_F6);
	pty_wait(pty, "1 would be sent again");
	pty_type(pty, "y");
	pty_wait(pty, "1 sent again");
	pty_wait(pty, "No message passes this filter");
	pty_type(pty, "F");
	pty_wait(pty, "ok 3  failed 0");
	pty_wait(pty, "accounts   C-000002  Completed");
	pty_wait(pty, "all well");
}

START_TEST(a_failed_row_is_mended_by_keys_alone_from_an_empty_home)
{
	struct telling telling = tellings[_i];
	struct pty_options options = { .rows = 24, .cols = 80 };
	struct pty *pty = pty_start(&options, board, &telling);
	const struct buf *raw;

	connect_by_wizard(pty);
	make_interface(pty);
	process(pty);
	mend(pty);
	pty_type(pty, "q");
	ck_assert_int_eq(pty_wait_exit(pty), 0);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 3);
	raw = pty_raw(pty);
	ck_assert_ptr_null(strstr(buf_str(raw), PRACTICE_CONSUMER_SECRET));
	ck_assert_int_eq(strstr(buf_str(raw), "\033[38;") == NULL, telling.ascii);
	for (size_t i = 0; telling.ascii && i < raw->len; i++)
		ck_assert_int_lt((unsigned char)raw->data[i], 0x80);
	pty_end(pty);
}
END_TEST

Suite *suite_story(void)
{
	Suite *suite = suite_create("screens/story");
	TCase *tc = tcase_create("story");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_failed_row_is_mended_by_keys_alone_from_an_empty_home, 0,
		(int)ARRAY_SIZE(tellings));
	suite_add_tcase(suite, tc);
	return suite;
}
