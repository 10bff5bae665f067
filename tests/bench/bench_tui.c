/*
 * bench_tui.c — the board in front of a terminal, over a store of a million messages: what it costs
 * in time, bytes and memory, against what it may cost. Fails when a budget is missed.
 *
 *   bench_tui          MESSAGES=n makes the store smaller or larger; TRIES=n repeats more often
 *
 * Times are from the key to the last byte of the answer, the best of some tries: the machine may be
 * busy with other things.
 */

#include "base/clock.h"
#include "base/text.h"
#include "bench/million.h"
#include "harness/check_main.h"
#include "screens/pty.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MESSAGES 1000000
#define TRIES 5
#define QUIET_MS 120
#define LIST_MS 50.0
#define KEY_MS 10.0
#define FIRST_MS 50.0
#define MOVE_BYTES 400
#define PAINT_BYTES 8192
#define MEMORY_KB (20 * 1024)
#define REFRESHES_S 10

static int missed;

static int64_t number_of(const char *name, int64_t otherwise)
{
	const char *text = getenv(name);
	int64_t number = otherwise;

	if (text)
		text_int(&number, text, 1, 1000000000);
	return number;
}

static void report(const char *what, double value, double budget, const char *unit)
{
	bool good = value <= budget;

	missed += !good;
	printf("%-58s %9.1f %-5s (at most %.0f) %s\n", what, value, unit, budget,
		good ? "ok" : "MISSED");
	fflush(stdout);
}

static int run_program(void *home)
{
	execl(TEST_PROGRAM, TEST_PROGRAM, "--home", (char *)home, (char *)NULL);
	return 127;
}

static struct pty *start(char *home)
{
	struct pty_options terminal = { .rows = 24, .cols = 80 };

	return pty_start(&terminal, run_program, home);
}

/* ---- time ---- */

/* Prepare, then the key whose answer is measured, then back. */
struct step {
	const char *what, *before, *key, *after;
	double budget;
};

static const struct step steps[] = {
	{ "open the monitor", "1", "3", "", LIST_MS },
	{ "filter status:failed", "/status:failed", "\r", "\033", LIST_MS },
	{ "filter status:failed,unknown !is:superseded", "/status:failed,unknown !is:superseded",
		"\r", "\033", LIST_MS },
	{ "filter status:completed", "/status:completed", "\r", "\033", LIST_MS },
	{ "filter status:unknown (none)", "/status:unknown", "\r", "\033", LIST_MS },
	{ "filter interface:contacts", "/interface:contacts", "\r", "\033", LIST_MS },
	{ "filter interface:contacts status:failed", "/interface:contacts status:failed", "\r",
		"\033", LIST_MS },
	{ "filter run:3", "/run:3", "\r", "\033", LIST_MS },
	{ "filter code:DUPLICATE*", "/code:DUPLICATE*", "\r", "\033", LIST_MS },
	{ "filter code:NO_SUCH_CODE (none)", "/code:NO_SUCH_CODE", "\r", "\033", LIST_MS },
	{ "filter since:1h", "/since:1h", "\r", "\033", LIST_MS },
	{ "filter since:1h status:failed", "/since:1h status:failed", "\r", "\033", LIST_MS },
	{ "filter before:5d", "/before:5d", "\r", "\033", LIST_MS },
	{ "filter key:ORD-00450001", "/key:ORD-00450001", "\r", "\033", LIST_MS },
	{ "filter key:ORD-0045*", "/key:ORD-0045*", "\r", "\033", LIST_MS },
	{ "filter key:nobody (none)", "/key:nobody", "\r", "\033", LIST_MS },
	{ "jump to the first message", "", "g", "G", LIST_MS },
	{ "jump to the end", "g", "G", "", LIST_MS },
	{ "page up", "", KEY_PGUP, KEY_PGDN, KEY_MS },
	{ "page up, ten times", "",
		KEY_PGUP KEY_PGUP KEY_PGUP KEY_PGUP KEY_PGUP KEY_PGUP KEY_PGUP KEY_PGUP KEY_PGUP
			KEY_PGUP,
		"G", LIST_MS },
	{ "cursor up", "", KEY_UP, KEY_DOWN, KEY_MS },
	{ "a letter of a filter", "/", "s", "\033", KEY_MS },
	{ "another tab", "", "2", "3", LIST_MS },
	{ "a message in full", "", "\r", "\033", LIST_MS },
};

static void type_and_settle(struct pty *pty, const char *keys)
{
	if (!*keys)
		return;
	pty_type(pty, keys);
	pty_settle(pty, QUIET_MS);
}

static void measure_steps(struct pty *pty)
{
	int64_t tries = number_of("TRIES", TRIES);

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		const struct step *step = &steps[i];
		int64_t best = INT64_MAX;

		for (int64_t t = 0; t < tries; t++) {
			int64_t us;

			type_and_settle(pty, step->before);
			us = pty_answer_us(pty, step->key, QUIET_MS);
			ck_assert_msg(us > 0, "%s: no answer\n%s", step->what, pty_text(pty));
			best = us < best ? us : best;
			type_and_settle(pty, step->after);
		}
		report(step->what, (double)best / 1000.0, step->budget, "ms");
	}
}

/* What has to look into payloads: something must be there at once, and it must let go at once. */
static const struct {
	const char *what, *filter, *first; /* NULL: all of the answer is waited for */
} searches[] = {
	{ "payload text in every row: first hits", "galvanised", NULL },
	{ "payload text in no row: progress", "no-such-word", "search" },
	{ "inverted text: first hits", "!no-such-word", NULL },
	{ "inverted text that nothing passes: progress", "!galvanised", "search" },
	{ "inverted key that nothing passes: progress", "!key:ORD*", "search" },
};

static int64_t gone_us(struct pty *pty, const char *text)
{
	int64_t start = clock_mono_us();

	pty_wait_gone(pty, text);
	return clock_mono_us() - start;
}

static void measure_searches(struct pty *pty)
{
	int64_t tries = number_of("TRIES", TRIES);
	char what[120];

	for (size_t i = 0; i < ARRAY_SIZE(searches); i++) {
		int64_t first = INT64_MAX;
		int64_t end = INT64_MAX;

		for (int64_t t = 0; t < tries; t++) {
			int64_t us;

			pty_type(pty, "/");
			pty_type(pty, searches[i].filter);
			pty_settle(pty, QUIET_MS);
			if (searches[i].first) {
				pty_type(pty, "\r");
				us = pty_wait_us(pty, searches[i].first);
			} else {
				us = pty_answer_us(pty, "\r", QUIET_MS);
			}
			first = us < first ? us : first;
			pty_type(pty, "\033");
			us = gone_us(pty, "(Esc clears it)");
			end = us < end ? us : end;
			pty_settle(pty, QUIET_MS);
		}
		report(searches[i].what, (double)first / 1000.0, FIRST_MS, "ms");
		snprintf(what, sizeof(what),
			"  ... and Esc ends it (30 ms of it wait for a sequence)");
		report(what, (double)end / 1000.0, LIST_MS + 30, "ms");
	}
}

/* ---- bytes and memory ---- */

static void measure_moves(struct pty *pty)
{
	size_t most = 0;

	for (int i = 0; i < 30; i++) {
		size_t before = pty_bytes(pty);

		pty_type(pty, i < 15 ? KEY_UP : KEY_DOWN);
		pty_settle(pty, QUIET_MS);
		if (i > 0 && pty_bytes(pty) - before > most) /* the first one also ends following */
			most = pty_bytes(pty) - before;
	}
	report("the dearest of 30 cursor moves", (double)most, MOVE_BYTES, "bytes");
}

/* The frame's clock goes on with each minute, up to a second late: not while this is measured. */
static bool clock_may_go_on(void)
{
	time_t second = time(NULL) % 60;

	return second < 2 || second > 54;
}

static void measure_idle(struct pty *pty)
{
	size_t before;

	while (clock_may_go_on())
		pty_listen(pty, 1000);
	pty_settle(pty, 300);
	before = pty_bytes(pty);
	pty_listen(pty, 3000);
	report("sent in three idle seconds", (double)(pty_bytes(pty) - before), 0, "bytes");
}

static void measure_memory(const struct pty *pty, const char *name, const char *what)
{
	char path[64];
	char line[256];
	int64_t kb = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pty_pid(pty));
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file)) {
		char digits[24];

		if (!text_starts(line, name))
			continue;
		snprintf(digits, sizeof(digits), "%.*s",
			(int)strspn(line + strlen(name) + strspn(line + strlen(name), ": \t"),
				"0123456789"),
			line + strlen(name) + strspn(line + strlen(name), ": \t"));
		text_int(&kb, digits, 0, INT64_MAX);
	}
	fclose(file);
	report(what, (double)kb, MEMORY_KB, "kB");
}

/* ---- a run that writes 10,000 rows a second ---- */

#define ARRIVAL_S 4

static void measure_arrival(struct pty *pty, const char *home)
{
	size_t before;
	pid_t child;
	int status = 0;
	int bursts;
	int64_t best = INT64_MAX;

	type_and_settle(pty, "f");
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		million_go_on(home, 10000, ARRIVAL_S * 2 + 2);
		_exit(0);
	}
	pty_wait(pty, "ORD-9");
	before = pty_bytes(pty);
	bursts = pty_bursts(pty, ARRIVAL_S * 1000, 15);
	report("refreshes a second while 10,000 rows a second arrive", (double)bursts / ARRIVAL_S,
		REFRESHES_S, "");
	printf("%-58s %9.1f kB a second\n", "  ... which sent",
		(double)(pty_bytes(pty) - before) / 1024.0 / ARRIVAL_S);
	for (int i = 0; i < 20; i++) {
		int64_t us;

		pty_type(pty, ":");
		us = pty_wait_us(pty, "Tab complete");
		best = us < best ? us : best;
		pty_type(pty, "\033");
		pty_wait_gone(pty, "Tab complete");
	}
	report("a key while they arrive", (double)best / 1000.0, KEY_MS, "ms");
	waitpid(child, &status, 0);
	ck_assert_int_eq(status, 0);
}

START_TEST(the_board_stays_within_its_budgets)
{
	int64_t messages = number_of("MESSAGES", MESSAGES);
	char home[512];
	struct pty *pty;

	snprintf(home, sizeof(home), "%s/home", test_folder());
	printf("making %" PRId64 " messages...\n", messages);
	fflush(stdout);
	million_make(home, messages);
	pty = start(home);
	pty_wait(pty, "agent down");
	pty_wait(pty, "orders-prod");
	pty_settle(pty, 300);
	report("the first picture", (double)pty_bytes(pty), PAINT_BYTES, "bytes");
	type_and_settle(pty, "3");
	measure_memory(pty, "VmRSS", "resident memory with the monitor open");
	measure_steps(pty);
	measure_memory(pty, "VmRSS", "resident memory after all of that");
	measure_searches(pty);
	measure_memory(pty, "VmRSS", "resident memory after searching payloads");
	type_and_settle(pty, "3G");
	measure_moves(pty);
	measure_idle(pty);
	measure_arrival(pty, home);
	measure_memory(pty, "VmHWM", "resident memory, at its peak");
	pty_end(pty);
	ck_assert_msg(missed == 0, "%d budgets were missed", missed);
}
END_TEST

static Suite *suite_budgets(void)
{
	Suite *suite = suite_create("bench/tui");
	TCase *tc = tcase_create("budgets");

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, the_board_stays_within_its_budgets);
	suite_add_tcase(suite, tc);
	return suite;
}

TEST_MAIN(suite_budgets)
