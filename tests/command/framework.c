/* Tests of the commands' framework: what scripts rely on, whichever command it is. */

#include "base/base.h"
#include "harness/check_main.h"

#include "base/file.h"
#include "config/files.h"
#include "tui/command/arguments.h"
#include "tui/command/command.h"
#include "tui/command/message_exchange.h"
#include "tui/command/message_report.h"
#include "tui/command/report.h"

#include <unistd.h>

static struct command_env env;
static char *out_text, *err_text;
static size_t out_size, err_size;

static void open_streams(void)
{
	env.out = open_memstream(&out_text, &out_size);
	env.errout = open_memstream(&err_text, &err_size);
}

static void close_streams(void)
{
	fclose(env.out);
	fclose(env.errout);
	free(out_text);
	free(err_text);
	out_text = err_text = NULL;
}

static void setup(void)
{
	struct err err = ERR_INIT;

	env = (struct command_env){ .program = "/proc/self/exe" };
	ck_ok(home_find(&env.home, test_folder(), &err), &err);
	ck_ok(files_catalog(&env.catalog, env.home, NULL, &err), &err);
	open_streams();
}

static void teardown(void)
{
	close_streams();
	files_catalog_free(&env.catalog);
	keyring_free(env.keyring);
	home_free(env.home);
}

/* Run a command line, split at blanks. What it printed is in out_text and err_text. */
static int run(const char *line)
{
	char *copy = strdup(line);
	char *argv[32];
	char *save = NULL;
	int argc = 0;
	int code;

	for (char *word = strtok_r(copy, " ", &save); word && argc < 31;
		word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	argv[argc] = NULL;
	close_streams();
	open_streams();
	env.json = env.printed = false;
	code = command_main(&env, argc, argv);
	fflush(env.out);
	fflush(env.errout);
	free(copy);
	return code;
}

/* ---- wrong usage ---- */

static const struct {
	const char *line;
	const char *says;
} wrong[] = {
	{ "conection list", "did you mean \"connection\"?" },
	{ "run lst", "did you mean \"run list\"?" },
	{ "run", "run what?" },
	{ "xyzzyplugh", "agentboard --help" },
	{ "process", "usage: agentboard process N..." },
	{ "run list extra", "too many words" },
	{ "process a --limt 5", "did you mean --limit?" },
	{ "process a --limit", "--limit needs a value" },
	{ "process a --limit five", "whole number" },
	{ "process a --limit -5", "whole number" },
	{ "process a --detach=yes", "takes no value" },
	{ "process a -x", "no option -x" },
	{ "run show twelve", "is no run" },
	{ "message show 0", "is no message" },
	{ "message list stauts:failed", "status" },
	{ "message export status:failed", "--csv FILE" },
	{ "message cancel", "which messages?" },
};

START_TEST(wrong_usage_is_exit_2_and_says_what_is_right)
{
	int code = run(wrong[_i].line);

	ck_assert_msg(code == 2, "%s: exit %d", wrong[_i].line, code);
	ck_assert_msg(strstr(err_text, wrong[_i].says), "%s: %s", wrong[_i].line, err_text);
	ck_assert_str_eq(out_text, "");
}
END_TEST

START_TEST(with_json_a_failure_is_one_document_on_the_output)
{
	char line[128];

	snprintf(line, sizeof(line), "%s --json", wrong[_i].line);
	ck_assert_int_eq(run(line), 2);
	ck_assert_int_eq(strncmp(out_text, "{\"error\":{\"kind\":\"usage\"", 24), 0);
	ck_assert_ptr_eq(strchr(out_text, '\n'), out_text + out_size - 1);
}
END_TEST

START_TEST(json_may_stand_before_the_command)
{
	ck_assert_int_eq(run("--json run list"), 0);
	ck_assert_str_eq(out_text, "{\"runs\":[]}\n");
	ck_assert_int_eq(run("--json"), 2);
	ck_assert_int_eq(strncmp(out_text, "{\"error\"", 8), 0);
}
END_TEST

static const struct {
	const char *line;
	int code;
} failures[] = {
	{ "ping salesforce nobody", 3 },
	{ "ping agent nobody", 3 },
	{ "process nobody", 3 },
	{ "run show 1", 3 },
	{ "run resume 1", 3 },
	{ "message show 256", 3 },
	{ "agent status", 5 },
};

START_TEST(failures_keep_their_exit_code_with_and_without_json)
{
	char line[128];
	int code = run(failures[_i].line);

	ck_assert_msg(
		code == failures[_i].code, "%s: exit %d, %s", failures[_i].line, code, err_text);
	snprintf(line, sizeof(line), "%s --json", failures[_i].line);
	ck_assert_int_eq(run(line), failures[_i].code);
	ck_assert_msg(out_text[0] == '{', "%s: %s", line, out_text);
	ck_assert_ptr_eq(strchr(out_text, '\n'), out_text + out_size - 1);
}
END_TEST

START_TEST(lists_of_an_empty_home_are_empty_not_failures)
{
	ck_assert_int_eq(run("run list --json"), 0);
	ck_assert_str_eq(out_text, "{\"runs\":[]}\n");
	ck_assert_int_eq(run("message list --json"), 0);
	ck_assert_str_eq(out_text, "{\"messages\":[]}\n");
	ck_assert_int_eq(run("connection list"), 0);
}
END_TEST

START_TEST(read_only_refuses_what_changes_something)
{
	env.read_only = true;
	ck_assert_int_eq(run("process a"), 4);
	ck_assert_ptr_nonnull(strstr(err_text, "--read-only"));
	ck_assert_int_eq(run("run list"), 0);
	ck_assert(!file_exists(env.home->data));
	env.read_only = false;
}
END_TEST

START_TEST(a_full_disk_is_no_success)
{
	FILE *full = fopen("/dev/full", "w");
	FILE *kept = env.out;
	char *argv[] = { (char[]){ "run" }, (char[]){ "list" }, (char[]){ "--json" }, NULL };

	ck_assert_ptr_nonnull(full);
	env.out = full;
	ck_assert_int_eq(command_main(&env, 3, argv), 8);
	env.out = kept;
	fclose(full);
}
END_TEST

/* ---- help and manual page ---- */

START_TEST(every_command_explains_itself)
{
	const struct command *c;

	for (int i = 0; (c = command_at(i)) != NULL; i++) {
		char line[256];

		snprintf(line, sizeof(line), "%s --help", c->words);
		ck_assert_int_eq(run(line), 0);
		ck_assert_ptr_nonnull(strstr(out_text, c->words));
		ck_assert_ptr_nonnull(strstr(out_text, c->help));
		for (const struct option_spec *o = c->options; o && o->name; o++) {
			ck_assert_msg(strstr(out_text, o->name), "%s %s", c->words, o->name);
			ck_assert_msg(o->help && *o->help, "%s %s", c->words, o->name);
		}
	}
}
END_TEST

/* The page without its markup: what a reader sees. */
static const char *manual_page(struct buf *plain)
{
	struct buf text = BUF_INIT(1u << 20);
	struct err err = ERR_INIT;

	ck_ok(file_read(&text, TEST_SOURCES "/../config/dist/agentboard.1", &err), &err);
	for (const char *c = buf_str(&text); *c; c++) {
		if (c[0] == '\\' && c[1] == 'f' && c[2]) {
			c += 2;
		} else if (c[0] != '\\' && c[0] != '"') {
			buf_add_char(plain, *c);
		}
	}
	buf_free(&text);
	return buf_str(plain);
}

START_TEST(the_manual_page_knows_every_command_and_option)
{
	struct buf plain = BUF_INIT(1u << 20);
	const char *page = manual_page(&plain);
	const struct command *c;

	for (int i = 0; (c = command_at(i)) != NULL; i++) {
		const char *blank = strchr(c->words, ' ');
		char group[64];

		snprintf(group, sizeof(group), "%.*s",
			(int)(blank ? blank - c->words : (ptrdiff_t)strlen(c->words)), c->words);
		ck_assert_msg(strstr(page, group), "%s", c->words);
		ck_assert_msg(!blank || strstr(page, blank + 1), "%s", c->words);
		for (const struct option_spec *o = c->options; o && o->name; o++)
			ck_assert_msg(strstr(page, o->name), "%s %s", c->words, o->name);
	}
	buf_free(&plain);
}
END_TEST

/* ---- arguments ---- */

static const struct option_spec sample_options[] = {
	{ "--flag", OPTION_FLAG, NULL, "f" },
	{ "--text", OPTION_TEXT, "T", "t" },
	{ "--number", OPTION_NUMBER, "K", "n" },
	{ "--many", OPTION_MANY, "M", "m" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};
static const struct command sample = {
	.words = "sample", .options = sample_options, .min_words = 0, .max_words = -1
};

START_TEST(options_and_words_are_told_apart)
{
	char *argv[] = { (char[]){ "one" }, (char[]){ "--many" }, (char[]){ "a=b" },
		(char[]){ "--flag" }, (char[]){ "--number=7" }, (char[]){ "-" },
		(char[]){ "--many=c=--d" }, (char[]){ "--text" }, (char[]){ "--flag" },
		(char[]){ "--" }, (char[]){ "--text" } };
	struct arguments args = { { NULL, 0 }, { { 0 } }, 0 };
	struct err err = ERR_INIT;

	ck_ok(arguments_parse(&args, &env, &sample, (int)ARRAY_SIZE(argv), argv, &err), &err);
	ck_assert_uint_eq(args.words.count, 3);
	ck_assert_str_eq(args.words.items[0], "one");
	ck_assert_str_eq(args.words.items[1], "-");
	ck_assert_str_eq(args.words.items[2], "--text"); /* behind "--" */
	ck_assert(argument_flag(&args, "--flag"));
	ck_assert_int_eq(argument_number(&args, "--number", 1), 7);
	ck_assert_str_eq(argument_text(&args, "--text"), "--flag"); /* a value is a value */
	ck_assert_str_eq(argument_many(&args, "--many", 0), "a=b");
	ck_assert_str_eq(argument_many(&args, "--many", 1), "c=--d");
	ck_assert_ptr_null(argument_many(&args, "--many", 2));
	ck_assert_int_eq(argument_number(&args, "--absent", 42), 42);
	text_list_free(&args.words);
}
END_TEST

/* ---- completion ---- */

static const struct {
	const char *line; /* up to the cursor; "." stands for an unfinished word that is empty */
	const char *offered, *not_offered;
} completions[] = {
	{ "complete -- mes", "message\n", "connection" },
	{ "complete -- run .", "", "connection" },
	{ "complete -- run re", "resume\n", "list" },
	{ "complete -- process x --li", "--limit\n", "--detach" },
	{ "complete -- connection add x --set salesforce.dom", "salesforce.domain=\n",
		"agent.host" },
	{ "complete -- --ho", "--home\n", "--json" },
};

START_TEST(completion_offers_what_may_follow)
{
	ck_assert_int_eq(run(completions[_i].line), 0);
	ck_assert_msg(strstr(out_text, completions[_i].offered), "%s: %s", completions[_i].line,
		out_text);
	ck_assert_msg(!strstr(out_text, completions[_i].not_offered), "%s: %s",
		completions[_i].line, out_text);
}
END_TEST

/* ---- exit codes of runs ---- */

static const struct {
	const char *what;
	enum run_state state;
	struct run_counts counts;
	enum err_kind kinds[3]; /* of up to three runs */
	int code;
} outcomes[] = {
	{ "all completed", RUN_DONE, { .read = 5, .completed = 5 }, { 0 }, 0 },
	{ "nothing to do", RUN_DONE, { 0 }, { 0 }, 0 },
	{ "skipped is fine", RUN_DONE, { .read = 2, .skipped = 2 }, { 0 }, 0 },
	{ "failed rows", RUN_DONE, { .read = 5, .completed = 4, .failed = 1 }, { 0 }, 1 },
	{ "unknown rows", RUN_DONE, { .read = 1, .unknown = 1 }, { 0 }, 1 },
	{ "held rows", RUN_DONE, { .read = 1, .held = 1 }, { 0 }, 1 },
	{ "pending rows", RUN_PAUSED, { .read = 1, .pending = 1 }, { 0 }, 9 },
	{ "pending beats failed", RUN_PAUSED, { .read = 2, .pending = 1, .failed = 1 }, { 0 }, 9 },
	{ "source", RUN_STOPPED, { 0 }, { ERR_SOURCE }, 6 },
	{ "refused beats unreachable", RUN_STOPPED, { 0 }, { ERR_NET, ERR_REFUSED }, 4 },
	{ "source beats refused", RUN_STOPPED, { 0 }, { ERR_REFUSED, ERR_SOURCE }, 6 },
	{ "configuration beats source", RUN_STOPPED, { 0 }, { ERR_SOURCE, ERR_CONFIG }, 3 },
	{ "the store beats all", RUN_STOPPED, { 0 }, { ERR_CONFIG, ERR_STORE, ERR_REFUSED }, 8 },
	{ "limit beats unfinished", RUN_PAUSED, { .read = 1, .pending = 1 }, { ERR_LIMIT }, 7 },
	{ "stopped, and nobody knows why", RUN_STOPPED, { 0 }, { 0 }, 9 },
	{ "cancelled", RUN_CANCELLED, { .read = 1, .cancelled = 1 }, { 0 }, 130 },
};

START_TEST(the_gravest_cause_decides_the_exit_code)
{
	struct outcome outcome = { { false } };
	int code;

	for (size_t i = 0; i < ARRAY_SIZE(outcomes[_i].kinds); i++) {
		struct run_info run = { .state = outcomes[_i].state,
			.counts = outcomes[_i].counts };
		struct err result = { .kind = outcomes[_i].kinds[i] };

		outcome_add(&outcome, &run, &result);
	}
	code = outcome_exit_code(&outcome);
	ck_assert_msg(code == outcomes[_i].code, "%s: %d", outcomes[_i].what, code);
}
END_TEST

/* ---- reports ---- */

START_TEST(a_run_as_json_has_the_contract_s_fields)
{
	struct run_info run = { .id = 12,
		.interface = "order-lines",
		.state = RUN_DONE,
		.started = 1000,
		.ended = 2500,
		.calls = 2,
		.counts = { .read = 8, .completed = 7, .failed = 1 } };
	struct buf text = BUF_INIT(65536);
	struct json json = JSON_INIT(&text);

	report_run_json(&json, &run, false);
	ck_assert_str_eq(buf_str(&text),
		"{\"id\":12,\"interface\":\"order-lines\",\"status\":\"Done\",\"read\":8,"
		"\"completed\":7,\"failed\":1,\"pending\":0,\"unknown\":0,\"cancelled\":0,"
		"\"held\":0,\"skipped\":0,\"calls\":2,\"seconds\":1.5}");
	buf_free(&text);
}
END_TEST

static const struct {
	int64_t number;
	const char *text;
} numbers[] = {
	{ 0, "0" },
	{ 7, "7" },
	{ 999, "999" },
	{ 1000, "1,000" },
	{ 88120, "88,120" },
	{ 1234567, "1,234,567" },
	{ -123, "-123" },
	{ -1234, "-1,234" },
	{ INT64_MAX, "9,223,372,036,854,775,807" },
};

START_TEST(numbers_are_grouped_by_thousands)
{
	char text[REPORT_NUMBER_MAX];

	ck_assert_str_eq(report_number(text, numbers[_i].number), numbers[_i].text);
}
END_TEST

START_TEST(rows_cannot_command_the_terminal)
{
	struct message msg = { .id = 256,
		.run = 1,
		.interface = "a",
		.key = "K\x1b[2J1",
		.status = MESSAGE_FAILED,
		.code = "C",
		.comment = "bad\r\nvalue\x07\xc2\x9b"
			   "31m",
		.fields = "F" };

	message_line(env.out, &msg);
	fflush(env.out);
	for (const char *c = out_text; *c; c++)
		ck_assert(((unsigned char)*c >= ' ' && (unsigned char)*c < 0x7f) ||
			  (*c == '\n' && !c[1]));
}
END_TEST

/* What an org, or whatever stands before it, answered is shown as it came, and obeyed by nothing.
 */
START_TEST(answers_cannot_command_the_terminal)
{
	char answer[] = "<html>\x1b]52;c;ZXZpbA==\x07\n\x1b[2J\xc2\x9b"
			"31m</html>";
	char record[] = "{}", nothing[] = "";
	struct attempt_info attempt = {
		.done = 1, .http_status = 502, .answer = answer, .answer_cut = true
	};
	struct message_detail detail = {
		.attempts = &attempt, .attempt_count = 1, .record = record, .envelope = nothing
	};
	struct buf text = BUF_INIT(1 << 16);
	struct json json = JSON_INIT(&text);

	message_exchange_lines(env.out, &detail, 0);
	fflush(env.out);
	ck_assert_ptr_nonnull(strstr(out_text, "<html>"));
	ck_assert_ptr_nonnull(strstr(out_text, "its first 4 kB are kept"));
	for (const char *c = out_text; *c; c++)
		ck_assert(((unsigned char)*c >= ' ' && (unsigned char)*c < 0x7f) || *c == '\n');
	json_open(&json, '{');
	message_exchange_json(&json, &detail, 0);
	json_close(&json, '}');
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "\"body\":\"<html>\\u001b]52"));
	ck_assert_ptr_null(strchr(buf_str(&text), '\x1b'));
	buf_free(&text);
}
END_TEST

START_TEST(csv_keeps_quotes_and_line_ends_inside_their_field)
{
	struct message msg = { .id = 257,
		.run = 1,
		.interface = "a",
		.key = "5\" pipe, \r\nblue",
		.status = MESSAGE_COMPLETED,
		.salesforce_id = "001000000000001AAA",
		.attempts = 1 };

	message_csv(env.out, &msg);
	fflush(env.out);
	ck_assert_ptr_nonnull(strstr(out_text,
		"257,1,\"a\",\"5\"\" pipe, \r\nblue\",\"Completed\",\"001000000000001AAA\","));
}
END_TEST

START_TEST(csv_never_holds_a_formula_unless_exactness_is_wanted)
{
	static const char *const hostile[] = { "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1" };
	struct message msg = { .interface = "a", .key = hostile[_i] };
	char expected[32];

	message_csv(env.out, &msg);
	fflush(env.out);
	snprintf(expected, sizeof(expected), ",\"'%s\",", hostile[_i]);
	ck_assert_msg(strstr(out_text, expected), "%s", out_text);
	message_csv_exact(env.out, &msg);
	fflush(env.out);
	snprintf(expected, sizeof(expected), ",\"%s\",", hostile[_i]);
	ck_assert_msg(strstr(out_text, expected), "%s", out_text);
}
END_TEST

static Suite *suite_framework(void)
{
	Suite *suite = suite_create("framework");
	TCase *tcase = tcase_create("framework");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(
		tcase, wrong_usage_is_exit_2_and_says_what_is_right, 0, (int)ARRAY_SIZE(wrong));
	tcase_add_loop_test(tcase, with_json_a_failure_is_one_document_on_the_output, 0,
		(int)ARRAY_SIZE(wrong));
	tcase_add_test(tcase, json_may_stand_before_the_command);
	tcase_add_loop_test(tcase, failures_keep_their_exit_code_with_and_without_json, 0,
		(int)ARRAY_SIZE(failures));
	tcase_add_test(tcase, lists_of_an_empty_home_are_empty_not_failures);
	tcase_add_test(tcase, read_only_refuses_what_changes_something);
	tcase_add_test(tcase, a_full_disk_is_no_success);
	tcase_add_test(tcase, every_command_explains_itself);
	tcase_add_test(tcase, the_manual_page_knows_every_command_and_option);
	tcase_add_test(tcase, options_and_words_are_told_apart);
	tcase_add_loop_test(
		tcase, completion_offers_what_may_follow, 0, (int)ARRAY_SIZE(completions));
	tcase_add_loop_test(
		tcase, the_gravest_cause_decides_the_exit_code, 0, (int)ARRAY_SIZE(outcomes));
	tcase_add_test(tcase, a_run_as_json_has_the_contract_s_fields);
	tcase_add_loop_test(tcase, numbers_are_grouped_by_thousands, 0, (int)ARRAY_SIZE(numbers));
	tcase_add_test(tcase, rows_cannot_command_the_terminal);
	tcase_add_test(tcase, answers_cannot_command_the_terminal);
	tcase_add_test(tcase, csv_keeps_quotes_and_line_ends_inside_their_field);
	tcase_add_loop_test(tcase, csv_never_holds_a_formula_unless_exactness_is_wanted, 0, 6);
	suite_add_tcase(suite, tcase);
	return suite;
}

TEST_MAIN(suite_framework)
