/* End to end: secrets are planted, everything is done that could spill one, and then everything
 * that was written is searched: outputs, the home, argument lists, what a crash leaves. */

#include "base/base.h"
#include "e2e/suites.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "e2e/terminal.h"
#include "e2e/world.h"

#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ORG_SECRET PRACTICE_CONSUMER_SECRET
#define AGENT_SECRET "mark-agent-5517-Xq"
#define SOURCE_SECRET "mark-source-9931-Zw"
#define WRONG_SECRET "mark-wrong-2284-Kt"

static struct world world;
static struct buf said;	     /* by all commands */
static char headers[2][192]; /* the agent's and the app's credentials as they go over the wire */

static const char *const secrets[] = { ORG_SECRET, AGENT_SECRET, SOURCE_SECRET, WRONG_SECRET,
	headers[0], headers[1] };

/* A command whose standard input is this line; what it says is kept. */
static void run_with(const char *line, int code, const char *const *words)
{
	char path[600];
	struct err err = ERR_INIT;
	const struct ran *ran;

	snprintf(path, sizeof(path), "%s/../input-%d", world.home, (int)getpid());
	ck_ok(file_write(path, line, strlen(line), 0600, &err), &err);
	world.input = path;
	ran = world_run(&world, words[0], words[1], words[2], words[3], words[4], words[5],
		words[6], words[7], NULL);
	world.input = NULL;
	ck_assert_int_eq(unlink(path), 0);
	buf_add_str(&said, ran->out);
	buf_add_str(&said, ran->errors);
	ck_assert_msg(
		code < 0 || ran->code == code, "exit %d:\n%s%s", ran->code, ran->out, ran->errors);
}

/* A code below 0 stands for any. */
#define say(code, ...) run_with("", code, (const char *const[9]){ __VA_ARGS__ })
#define say_with(line, code, ...) run_with(line, code, (const char *const[9]){ __VA_ARGS__ })

static void basic(char header[192], const char *user, const char *secret)
{
	char pair[128];

	snprintf(pair, sizeof(pair), "%s:%s", user, secret);
	sodium_bin2base64(header, 192, (const unsigned char *)pair, strlen(pair),
		sodium_base64_VARIANT_ORIGINAL);
}

static void setup(void)
{
	world_open(&world, NULL, NULL);
	buf_init(&said, 64u << 20);
	world_customers(&world, 600);
	world_connection(&world);
	world_interface(&world);
	/* From here on no process has a secret in its environment. */
	unsetenv("E2E_SECRET");
	unsetenv("E2E_PASSWORD");
	basic(headers[0], "skyvva", AGENT_SECRET);
	basic(headers[1], PRACTICE_CONSUMER_KEY, ORG_SECRET);
}

static void teardown(void)
{
	world_close(&world);
	buf_free(&said);
}

/* ---- the search ---- */

static bool is_token(const char *at, size_t len)
{
	return len >= 18 && !memcmp(at, "00D", 3) && !memcmp(at + 15, "!AQ", 3);
}

static void search(const char *where, const char *data, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++)
		ck_assert_msg(!memmem(data, len, secrets[i], strlen(secrets[i])),
			"%s holds the secret %s", where, secrets[i]);
	for (size_t i = 0; i + 18 <= len; i++)
		ck_assert_msg(!is_token(data + i, len - i), "%s holds an access token", where);
}

static int files_searched;

static int search_file(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	struct buf text = BUF_INIT(256u << 20);
	struct err err = ERR_INIT;

	(void)st;
	(void)ftw;
	if (flag != FTW_F || !S_ISREG(st->st_mode))
		return 0;
	ck_ok(file_read(&text, path, &err), &err);
	if (text.len)
		search(path, text.data, text.len);
	buf_free(&text);
	files_searched++;
	return 0;
}

static void search_all(void)
{
	search("what the commands said", said.data, said.len);
	ck_assert_int_eq(nftw(world.home, search_file, 16, FTW_PHYS), 0);
	ck_assert_int_ge(files_searched, 8); /* settings, connection, interface, store, log, ... */
}

/* The argument list and the environment of a process, where it still is one. */
static void search_process(const char *pid)
{
	static const char *const parts[] = { "cmdline", "environ" };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		struct buf text = BUF_INIT(4u << 20);
		struct err err = ERR_INIT;
		char path[300];

		snprintf(path, sizeof(path), "/proc/%s/%s", pid, parts[i]);
		if (file_read(&text, path, &err) == 0 && text.len)
			search(path, text.data, text.len);
		buf_free(&text);
	}
}

static pid_t parent_of(const char *pid)
{
	struct buf stat = BUF_INIT(4096);
	struct err err = ERR_INIT;
	char path[300];
	int parent = 0;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	if (file_read(&stat, path, &err) == 0) {
		const char *name_end = strrchr(buf_str(&stat), ')');

		if (!name_end || sscanf(name_end + 1, " %*c %d", &parent) != 1)
			parent = 0;
	}
	buf_free(&stat);
	return parent;
}

/* The agent and its readers; how many processes. */
static int search_processes(void)
{
	char agent[16];
	int found = 0;
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	ck_assert_ptr_nonnull(proc);
	snprintf(agent, sizeof(agent), "%d", (int)world.agent);
	while ((entry = readdir(proc))) {
		if (strcmp(entry->d_name, agent) != 0 && parent_of(entry->d_name) != world.agent)
			continue;
		search_process(entry->d_name);
		found++;
	}
	closedir(proc);
	return found;
}

/* ---- what could spill one ---- */

static void plant(void)
{
	say_with(AGENT_SECRET "\n", 0, "agent", "password", "--secret", "-");
	say_with(ORG_SECRET "\n", 0, "connection", "add", "erp", "--replace", "--secret",
		"salesforce.consumer_secret=-");
	say_with(SOURCE_SECRET "\n", 0, "connection", "add", "erp", "--replace", "--secret",
		"source.password=-");
	say_with(AGENT_SECRET "\n", 0, "connection", "add", "erp", "--replace", "--secret",
		"agent.password=-");
}

static void start_agent(void)
{
	char setting[64];

	ck_run(0, &world, "agent", "start", "--json");
	world.agent = (pid_t)world_number("agent.pid");
	snprintf(setting, sizeof(setting), "agent.port=%s", world_json("agent.port"));
	say(0, "connection", "add", "erp", "--replace", "--set", setting);
	say(0, "connection", "add", "erp", "--replace", "--set", "agent.host=http://127.0.0.1",
		"--set", "agent.username=skyvva");
}

/* A reading that takes long enough to be looked at. */
static void search_a_run(void)
{
	int64_t until = clock_mono() + 20000;
	int seen = 0;

	ck_run(0, &world, "interface", "add", "accounts", "--replace", "--set",
		"query=SELECT no, name, zip, state FROM t WHERE 0 = (WITH RECURSIVE n(i) AS (SELECT"
		" 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT count(*) FROM n WHERE"
		" i < 0) ORDER BY no");
	say(0, "process", "accounts", "--detach");
	while (seen < 2 && clock_mono() < until)
		seen = search_processes();
	ck_assert_msg(seen >= 2, "no reader was seen");
	ck_run(0, &world, "run", "resume", "1");
	search_processes();
}

static void look_at_the_board(void)
{
	struct terminal board;

	terminal_open(&board, &world);
	terminal_await(&board, "agent up");
	terminal_await(&board, "erp");
	terminal_type(&board, "\r");
	terminal_await(&board, "step 1 of 4");
	terminal_type(&board, "\033OS");
	terminal_await(&board, "step 2 of 4");
	terminal_type(&board, "\033OS");
	terminal_await(&board, "step 3 of 4");
	terminal_type(&board, "2v");
	terminal_await(&board, "C-000001");
	terminal_type(&board, "3");
	terminal_await(&board, "C-000");
	buf_add_str(&said, buf_str(&board.all));
	kill(board.pid, SIGTERM);
	terminal_close(&board);
}

static void carry_away(void)
{
	char folder[600], file[600];
	const char *exported;
	struct err err = ERR_INIT;

	snprintf(folder, sizeof(folder), "%s/package", world.home);
	say(0, "package", "erp", folder);
	snprintf(file, sizeof(file), "%s/messages.csv", world.home);
	say(0, "message", "export", "--csv", file);
	say(0, "run", "show", "1", "--json");
	exported = world_run(&world, "connection", "export", "erp", NULL)->out;
	snprintf(file, sizeof(file), "%s/exported.cfg", world.home);
	ck_ok(file_write(file, exported, strlen(exported), 0600, &err), &err);
	say(-1, "connection", "import", file, "--replace", "--trust");
	plant(); /* an import brings no secrets with it */
}

static void look_around(void)
{
	char bundle[600];

	snprintf(bundle, sizeof(bundle), "%s/bundle", world.home);
	say(0, "connection", "show", "erp");
	say(0, "connection", "show", "erp", "--json");
	say(0, "connection", "export", "erp");
	say(0, "interface", "preview", "accounts");
	say(0, "ping", "agent", "erp", "--json");
	say(0, "ping", "salesforce", "erp", "--json");
	say(-1, "doctor", "erp", "--bundle", bundle);
	say(0, "config", "check");
	say(0, "agent", "log", "--limit", "1000");
	say(0, "message", "list", "--json");
	say(-1, "message", "show", "1", "--json");
}

static void fail_in_all_ways(void)
{
	struct err err = ERR_INIT;

	say_with(WRONG_SECRET "\n", 0, "connection", "add", "erp", "--replace", "--secret",
		"salesforce.consumer_secret=-");
	say(4, "ping", "salesforce", "erp");
	say(-1, "process", "accounts", "--json");
	say_with(WRONG_SECRET "\n", 0, "connection", "add", "erp", "--replace", "--secret",
		"agent.password=-");
	say(4, "ping", "agent", "erp", "--json");
	say(0, "connection", "add", "erp", "--replace", "--set",
		"source.odbc=Driver=SQLite3;Database=/nowhere/at/all.db");
	say(-1, "interface", "preview", "accounts");
	ck_ok(practice_set_fault(world.practice, "500-html=1", &err), &err);
	say(-1, "ping", "salesforce", "erp", "--json");
	ck_ok(practice_set_fault(world.practice, "500-html=0", &err), &err);
}

START_TEST(no_secret_is_anywhere)
{
	struct err err = ERR_INIT;

	ck_ok(file_write(world.settings, "port = 0;\nlog_level = \"debug\";\n", 31, 0600, &err),
		&err);
	plant();
	start_agent();
	ck_ok(practice_set_fault(world.practice, "401=0.3", &err), &err);
	search_a_run();
	ck_ok(practice_set_fault(world.practice, "401=0", &err), &err);
	look_around();
	look_at_the_board();
	carry_away();
	say(0, "connection", "add", "erp", "--replace", "--set", "salesforce.client_auth=basic");
	say(0, "ping", "salesforce", "erp", "--json");
	fail_in_all_ways();
	search_all();
}
END_TEST

/* ---- a crash ---- */

/* How a process that may leave a core of any size ends on SIGABRT. */
static int abort_status(bool agent)
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

		if (chdir(world.home) != 0 || setrlimit(RLIMIT_CORE, &all) != 0)
			_exit(126);
		if (agent)
			execl(TEST_PROGRAM, TEST_PROGRAM, "--home", world.home, "agent", "run",
				(char *)NULL);
		else
			execl("/bin/sleep", "sleep", "100", (char *)NULL);
		_exit(127);
	}
	if (agent) {
		while (world_run(&world, "agent", "status", NULL)->code != 0)
			clock_sleep(20);
	} else {
		clock_sleep(50);
	}
	kill(pid, SIGABRT);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

START_TEST(a_crash_leaves_no_core)
{
	int status = abort_status(true);

	ck_assert(WIFSIGNALED(status));
	ck_assert(!WCOREDUMP(status));
	/* Where another program leaves none either, there is nothing to prove. */
	status = abort_status(false);
	ck_assert(WIFSIGNALED(status));
}
END_TEST

Suite *suite_e2e_secrets(void)
{
	Suite *suite = suite_create("e2e/secrets");
	TCase *tcase = tcase_create("secrets");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, no_secret_is_anywhere);
	tcase_add_test(tcase, a_crash_leaves_no_core);
	suite_add_tcase(suite, tcase);
	return suite;
}
