/* mouse.c — clicks and the wheel as a terminal reports them, and not a byte of it while it is off.
 */

#include "screens/suites.h"

#include "screens/fixture.h"

#include <signal.h>

#define ON "\033[?1000h\033[?1006h"
#define OFF "\033[?1006l\033[?1000l"

static void report(struct fixture *fx, int button, int row, int col, char end)
{
	char text[40];

	snprintf(text, sizeof(text), "\033[<%d;%d;%d%c", button, col + 1, row + 1, end);
	pty_type(fx->pty, text);
}

static void click_at(struct fixture *fx, int row, int col)
{
	report(fx, 0, row, col, 'M');
	report(fx, 0, row, col, 'm');
}

/* The line that shows `text`; *col where it begins. */
static int find(struct fixture *fx, const char *text, int *col)
{
	int rows;
	int cols;

	pty_wait(fx->pty, text);
	pty_settle(fx->pty, 60); /* not while the picture changes */
	pty_size(fx->pty, &rows, &cols);
	for (int row = 0; row < rows; row++) {
		const char *line = pty_line(fx->pty, row);
		const char *at = strstr(line, text);

		if (at) {
			*col = (int)(at - line);
			return row;
		}
	}
	ck_abort_msg("%s is gone", text);
	return -1;
}

static void click_on(struct fixture *fx, const char *text)
{
	int col;
	int row = find(fx, text, &col);

	click_at(fx, row, col);
}

static void wheel(struct fixture *fx, bool up)
{
	report(fx, up ? 64 : 65, 8, 10, 'M');
}

static int count(const struct fixture *fx, const char *sequence)
{
	const char *at = buf_str(pty_raw(fx->pty));
	int found = 0;

	while ((at = strstr(at, sequence))) {
		found++;
		at += strlen(sequence);
	}
	return found;
}

static void start(struct fixture *fx)
{
	fixture_init(fx);
	fx->mouse = true;
	fixture_start(fx);
	pty_wait(fx->pty, "agent up");
	pty_wait(fx->pty, ">crm-sandbox");
}

START_TEST(while_it_is_off_no_byte_speaks_of_it)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.shell = true;
	fixture_start(&fx);
	pty_wait(fx.pty, ">crm-sandbox");
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "\032");
	pty_wait(fx.pty, "the shell has the terminal");
	pty_type(fx.pty, "fg\r");
	pty_wait(fx.pty, ">crm-sandbox");
	click_at(&fx, 1, 16); /* a report that nobody asked for is no command either */
	pty_type(fx.pty, "2");
	pty_wait(fx.pty, "1,204 ok");
	pty_type(fx.pty, "q");
	ck_assert_int_eq(pty_wait_exit(fx.pty), 0);
	ck_assert_int_eq(count(&fx, "\033[?1000"), 0);
	ck_assert_int_eq(count(&fx, "\033[?1006"), 0);
	fixture_end(&fx);
}
END_TEST

START_TEST(clicks_do_what_keys_do)
{
	struct fixture fx;

	start(&fx);
	click_on(&fx, "3 Message Monitor");
	pty_wait(fx.pty, "ORD-00001599");
	click_on(&fx, "F Failures");
	pty_wait(fx.pty, "filter  status:failed,unknown");
	pty_wait(fx.pty, "ORD-00000999");
	click_on(&fx, "CON-00000308");
	pty_wait(fx.pty, ">22 Nov    contacts     CON-00000308");
	ck_assert(!pty_shows(fx.pty, "Payload"));
	click_on(&fx, "CON-00000308");
	pty_wait(fx.pty, "Payload");
	pty_wait(fx.pty, "> status:failed,unknown !is:s");
	click_on(&fx, "? Help");
	pty_wait(fx.pty, " > Help");
	click_on(&fx, "message "); /* the crumb */
	pty_wait_gone(fx.pty, " > Help");
	pty_wait(fx.pty, "Payload");
	click_on(&fx, "status:failed,unknown");
	pty_wait(fx.pty, "filter  status:failed,unknown");
	pty_wait(fx.pty, ">22 Nov    contacts     CON-00000308");
	fixture_end(&fx);
}
END_TEST

START_TEST(the_first_crumb_is_the_tab_as_it_was)
{
	struct fixture fx;

	start(&fx);
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "ORD-00001599");
	pty_type(fx.pty, "/run:3\r");
	pty_wait(fx.pty, "filter  run:3");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "Payload");
	click_on(&fx, "Message Monitor > run 3");
	pty_wait(fx.pty, "2 Interface  3 Message Monitor");
	pty_wait_gone(fx.pty, "filter  run:3");
	fixture_end(&fx);
}
END_TEST

START_TEST(what_was_typed_is_not_lost_by_a_click)
{
	struct fixture fx;

	start(&fx);
	pty_type(fx.pty, "2");
	pty_wait(fx.pty, "1,204 ok");
	pty_type(fx.pty, "e");
	pty_wait(fx.pty, "Interface accounts");
	click_on(&fx, "Ext_Id__c"); /* the field of that value */
	pty_type(fx.pty, "XY");
	pty_wait(fx.pty, "Ext_Id__cXY");
	click_on(&fx, "Interface > accounts");
	pty_wait(fx.pty, "Leave without saving?");
	click_on(&fx, "1 2 3"); /* below the dialog: nothing */
	click_on(&fx, "Stay");
	pty_wait_gone(fx.pty, "Leave without saving?");
	pty_wait(fx.pty, "Ext_Id__cXY");
	click_on(&fx, "Interface > accounts");
	click_on(&fx, "[ Leave ]");
	pty_wait(fx.pty, "p Manual Process");
	fixture_end(&fx);
}
END_TEST

/* Two lists side by side: the click goes where it points, whichever has the cursor. */
START_TEST(a_click_reaches_the_other_list_of_the_mapping)
{
	struct fixture fx;
	int row;
	int col;

	start(&fx);
	pty_type(fx.pty, "2");
	pty_wait(fx.pty, "1,204 ok");
	pty_type(fx.pty, "j");
	pty_wait(fx.pty, ">[ ]  20");
	pty_type(fx.pty, "m");
	pty_wait(fx.pty, "row 1 of 3");
	click_on(&fx, "customer"); /* a column that fills nothing, left */
	pty_settle(fx.pty, 200);
	row = find(&fx, "customer", &col);
	ck_assert_int_eq(pty_line(fx.pty, row)[0], '>');
	fixture_end(&fx);
}
END_TEST

START_TEST(the_wheel_moves_and_pauses_the_tail)
{
	struct fixture fx;

	start(&fx);
	wheel(&fx, false);
	pty_wait(fx.pty, ">orders-prod");
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "following");
	pty_wait(fx.pty, ">12:04:11  order-lines  ORD-00001599");
	wheel(&fx, true);
	pty_wait_gone(fx.pty, "following");
	pty_wait(fx.pty, ">12:04:11  order-lines  ORD-00001596");
	pty_type(fx.pty, "/run:9\r");
	pty_wait(fx.pty, "filter  run:9 ");
	pty_type(fx.pty, "\033");
	pty_wait_gone(fx.pty, "filter  run:9 ");
	pty_type(fx.pty, "/");
	wheel(&fx, true); /* a prompt does not take it for its history */
	pty_type(fx.pty, "run:3\r");
	pty_wait(fx.pty, "filter  run:3 ");
	fixture_end(&fx);
}
END_TEST

START_TEST(columns_beyond_223_are_reached)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.mouse = true;
	fx.terminal.cols = 300;
	fx.terminal.term = "tmux-256color"; /* its terminfo knows one byte a coordinate */
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_wait(fx.pty, ">crm-sandbox");
	click_at(&fx, 4, 290);
	pty_wait(fx.pty, ">orders-prod");
	fixture_end(&fx);
}
END_TEST

static const struct {
	const char *keys;
	int number, exit;
} endings[] = {
	{ "q", 0, 0 },
	{ "", SIGTERM, 130 },
	{ "", SIGSEGV, 128 + SIGSEGV },
};

START_TEST(it_is_off_however_the_board_ends)
{
	struct fixture fx;

	start(&fx);
	ck_assert_int_eq(count(&fx, ON), 1);
	pty_type(fx.pty, endings[_i].keys);
	if (endings[_i].number)
		pty_signal(fx.pty, endings[_i].number);
	ck_assert_int_eq(pty_wait_exit(fx.pty), endings[_i].exit);
	ck_assert_int_eq(count(&fx, OFF), 1);
	fixture_end(&fx);
}
END_TEST

START_TEST(the_shell_has_its_own_mouse)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.mouse = true;
	fx.shell = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "\032");
	pty_wait(fx.pty, "the shell has the terminal");
	ck_assert_int_eq(count(&fx, OFF), 1);
	pty_type(fx.pty, "fg\r");
	pty_wait(fx.pty, ">crm-sandbox");
	ck_assert_int_eq(count(&fx, ON), 2);
	pty_type(fx.pty, "q");
	ck_assert_int_eq(pty_wait_exit(fx.pty), 0);
	fixture_end(&fx);
}
END_TEST

START_TEST(it_is_toggled_by_its_name)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, ":mouse\r");
	pty_wait(fx.pty, "The mouse is on");
	ck_assert_int_eq(count(&fx, ON), 1);
	click_on(&fx, "2 Interface");
	pty_wait(fx.pty, "1,204 ok");
	pty_type(fx.pty, ":mouse\r");
	pty_wait(fx.pty, "The mouse is off");
	ck_assert_int_eq(count(&fx, OFF), 1);
	pty_signal(fx.pty, SIGSEGV);
	pty_wait_exit(fx.pty);
	ck_assert_int_eq(count(&fx, OFF), 1);
	fixture_end(&fx);
}
END_TEST

START_TEST(a_terminal_without_one_says_so)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.terminal.term = "vt100";
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, ":mouse\r");
	pty_wait(fx.pty, "not known to have a mouse");
	ck_assert_int_eq(count(&fx, "\033[?1000"), 0);
	fixture_end(&fx);
}
END_TEST

Suite *suite_mouse(void)
{
	Suite *suite = suite_create("screens/mouse");
	TCase *tc = tcase_create("mouse");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, while_it_is_off_no_byte_speaks_of_it);
	tcase_add_test(tc, clicks_do_what_keys_do);
	tcase_add_test(tc, the_first_crumb_is_the_tab_as_it_was);
	tcase_add_test(tc, what_was_typed_is_not_lost_by_a_click);
	tcase_add_test(tc, a_click_reaches_the_other_list_of_the_mapping);
	tcase_add_test(tc, the_wheel_moves_and_pauses_the_tail);
	tcase_add_test(tc, columns_beyond_223_are_reached);
	tcase_add_loop_test(tc, it_is_off_however_the_board_ends, 0, (int)ARRAY_SIZE(endings));
	tcase_add_test(tc, the_shell_has_its_own_mouse);
	tcase_add_test(tc, it_is_toggled_by_its_name);
	tcase_add_test(tc, a_terminal_without_one_says_so);
	suite_add_tcase(suite, tc);
	return suite;
}
