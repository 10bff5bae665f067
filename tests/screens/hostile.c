/*
 * hostile.c — text of rows, servers, sources, files and clipboards that would take the terminal
 * over, at each place where such text is shown: none of it reaches the terminal as it is, and it
 * stays in its cells.
 */

#include "screens/suites.h"

#include "base/text.h"
#include "screens/fixture.h"
#include "screens/looks.h"

#define PASTE_BEGIN "\033[200~"
#define PASTE_END "\033[201~"
#define PASTED PASTE_BEGIN FIXTURE_EVIL PASTE_END

/* What to type, and what then stands there, beside the evil text. */
static const struct place {
	const char *name;
	const char *const keys[4];
	const char *const texts[4];
} places[] = {
	{ "a ping of the past", { "" }, { "EVIL" } },
	{ "steps of a ping", { "s" }, { "1,812 of" } },
	{ "steps of the agent's ping", { "a" }, { "our agent" } },
	{ "the checklist", { "s", "c" }, { "certificate valid", "known" } },
	{ "drivers in the wizard", { "n", "\t\t\t\t" KEY_RIGHT KEY_RIGHT KEY_RIGHT },
		{ "SQLite3", "< EVIL" } },
	{ "a pasted name", { "n", PASTED }, { "SQLite3", "New connection EVIL" } },
	{ "tables", { "j", "i" }, { "ORG:ACME", "sales.customer" } },
	{ "a proposal", { "j", "i", "j\r", "jj\r" },
		{ "ORG:ACME", "sales.order_line", "Product2", "legacy_flag" } },
	{ "an interface", { "2", "jjj" }, { "SELECT cust_no", "SELECT 'EVIL" } },
	{ "the interface's form", { "2", "jjj", "e" },
		{ "SELECT cust_no", "SELECT 'EVIL", "Interface evil" } },
	{ "runs", { "2", "\r" }, { "SELECT cust_no", "one EVIL" } },
	{ "a preview", { "2", "j", "v" }, { "SELECT cust_no", "SELECT order_no", "3 rows" } },
	{ "its row", { "2", "j", "v", "j\r" },
		{ "SELECT cust_no", "SELECT order_no", "3 rows", "From the source" } },
	{ "a mapping", { "2", "j", "m" }, { "SELECT cust_no", "SELECT order_no", "row 1 of 3" } },
	{ "a column", { "2", "j", "m", "\r" },
		{ "SELECT cust_no", "SELECT order_no", "row 1 of 3", "Column for" } },
	{ "a formula", { "2", "j", "m", "f" PASTED },
		{ "SELECT cust_no", "SELECT order_no", "row 1 of 3", "Filled from" } },
	{ "messages", { "3" }, { "ORD-00001" } },
	{ "failures", { "3", "F" }, { "ORD-00001", "filter" } },
	{ "a message", { "3", "/key:EVIL*\r", "\r" },
		{ "ORD-00001", ">12:04:11  accounts", "Payload" } },
	{ "a payload", { "3", "/key:EVIL*\r", "e" },
		{ "ORD-00001", ">12:04:11  accounts", "Payload of" } },
	{ "what would be sent again", { "3", "/key:EVIL*\r", "r" },
		{ "EVIL", ">12:04:11  accounts", "Reprocess \u2500" } },
	{ "causes", { "3", "C" }, { "ORD-00001", "EVIL_CODE" } },
	{ "a pasted filter", { "3", "/" PASTED }, { "ORD-00001", "/EVIL" } },
	{ "a pasted command", { ":" PASTED }, { ":EVIL" } },
	{ "a paste where no text is typed", { PASTE_BEGIN "nq" FIXTURE_EVIL PASTE_END },
		{ "What is pasted is no command" } },
	{ "the log", { KEY_F7 }, { "EVIL" } },
};

/* One code point of UTF-8; -1 where there is none. */
static int32_t next_char(const unsigned char **at, const unsigned char *end)
{
	const unsigned char *s = *at;
	int more = *s >= 0xf0 ? 3 : *s >= 0xe0 ? 2 : *s >= 0xc2 ? 1 : *s < 0x80 ? 0 : -1;
	int32_t c = more > 0 ? *s & (0x3f >> more) : *s;

	if (more < 0 || s + more >= end)
		return -1;
	for (int i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (s[i] & 0x3f);
	}
	*at += more + 1;
	return c;
}

/* Acted upon by terminals, or by the eyes of readers. */
static bool is_active(int32_t c)
{
	return (c < 0x20 && c != '\r' && c != '\n' && c != '\b' && c != '\t') ||
	       (c >= 0x7f && c < 0xa0) || (c >= 0x200e && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       (c >= 0xd800 && c <= 0xdfff) || c == 0xfeff;
}

/* Nothing but text, and the few sequences that curses sends. */
static void check_bytes(const struct pty *pty)
{
	const struct buf *raw = pty_raw(pty);
	const unsigned char *at = (const unsigned char *)raw->data;
	const unsigned char *end = at + raw->len;

	while (at < end) {
		size_t place = (size_t)(at - (const unsigned char *)raw->data);
		int32_t c;

		if (*at == '\033' && at + 1 < end) {
			ck_assert_msg(strchr("[(=>78M", at[1]) != NULL, "escape %c at byte %zu",
				at[1], place);
			at += 2;
			continue;
		}
		c = next_char(&at, end);
		ck_assert_msg(c >= 0, "no UTF-8 at byte %zu", place);
		ck_assert_msg(!is_active(c), "U+%04X at byte %zu", (unsigned)c, place);
	}
}

/* What stands there is what the board believes: painted anew, it is the same. */
static void check_cells(struct pty *pty)
{
	char *before = text_dup(pty_text(pty));
	int rows;
	int cols;

	pty_type(pty, "\014"); /* Ctrl-L */
	pty_listen(pty, 60);
	pty_settle(pty, 30);
	ck_assert_str_eq(pty_text(pty), before);
	free(before);
	pty_size(pty, &rows, &cols);
	ck_assert_ptr_nonnull(strstr(pty_line(pty, 0), "agent up"));
	for (int row = 0; row < rows; row++) {
		for (int col = 0; col < cols; col++) {
			VTermScreenCell cell = pty_cell(pty, row, col);

			ck_assert_msg(looks_letter(&cell) != '?', "row %d, column %d", row, col);
		}
	}
}

START_TEST(a_hostile_text_stays_in_its_cells)
{
	const struct place *place = &places[_i];
	struct fixture fx;

	fixture_init(&fx);
	fx.hostile = true;
	fx.terminal.rows = 43;
	fx.terminal.cols = 132;
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_wait(fx.pty, "orders-prod");
	for (int i = 0; i < 4 && place->texts[i]; i++) {
		pty_type(fx.pty, place->keys[i]);
		pty_wait(fx.pty, place->texts[i]);
	}
	pty_wait(fx.pty, "EVIL");
	pty_settle(fx.pty, 80);
	check_bytes(fx.pty);
	check_cells(fx.pty);
	fixture_end(&fx);
}
END_TEST

Suite *suite_hostile(void)
{
	Suite *suite = suite_create("screens/hostile");
	TCase *tc = tcase_create("hostile");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_hostile_text_stays_in_its_cells, 0, (int)ARRAY_SIZE(places));
	suite_add_tcase(suite, tc);
	return suite;
}
