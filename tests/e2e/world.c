/* world.c — the home, the org and the program of an end-to-end test. */

#include "base/base.h"
#include "e2e/world.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "command/json_path.h"
#include "model/agent_settings.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 64
#define OUTPUT_MAX (64u << 20)

static struct ran last;
static struct buf last_out = BUF_INIT(OUTPUT_MAX);
static struct buf last_errors = BUF_INIT(OUTPUT_MAX);

void world_open_with(struct world *world, struct practice_options *options)
{
	struct err err = ERR_INIT;
	*world = (struct world){ .program = TEST_PROGRAM, .home = test_folder() };
	snprintf(world->database, sizeof(world->database), "%s/source.db", world->home);
	/* An agent that is started here disturbs no other one on this machine. */
	snprintf(world->settings, sizeof(world->settings), "%s/agent.cfg", world->home);
	ck_ok(file_write(world->settings, "port = 0;\n", 10, 0600, &err), &err);
	options->seed = 7;
	ck_ok(practice_start(&world->practice, options, &err), &err);
	setenv("E2E_SECRET", PRACTICE_CONSUMER_SECRET, 1);
	setenv("E2E_PASSWORD", AGENT_DEFAULT_PASSWORD, 1);
}

void world_open(struct world *world, const char *misconfigure, const char *fault)
{
	struct practice_options options = { .port = 0 };

	if (misconfigure)
		ck_assert(text_list_add(&options.misconfigure, misconfigure));
	if (fault)
		ck_assert(text_list_add(&options.faults, fault));
	world_open_with(world, &options);
	text_list_free(&options.misconfigure);
	text_list_free(&options.faults);
}

void world_open_slow(struct world *world, int64_t latency_ms)
{
	world_open_with(world, &(struct practice_options){ .latency_ms = latency_ms });
}

void world_delay(struct world *world, int64_t answer_ms)
{
	struct err err = ERR_INIT;
	char fault[40] = "slow=0";

	if (answer_ms)
		snprintf(fault, sizeof(fault), "slow=1:%" PRId64, answer_ms);
	ck_ok(practice_set_fault(world->practice, fault, &err), &err);
}

void world_close(struct world *world)
{
	if (world->agent)
		world_run(world, "agent", "stop", NULL);
	practice_stop(world->practice);
	buf_free(&last_out);
	buf_free(&last_errors);
}

const char *world_nobody(void)
{
	static char url[64];
	struct sockaddr_in where = { .sin_family = AF_INET };
	socklen_t len = sizeof(where);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* kept until the test ends */

	where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&where, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&where, &len), 0);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", ntohs(where.sin_port));
	return url;
}

static void collect(char **argv, struct world *world, const char *first, va_list ap)
{
	int argc = 0;

	argv[argc++] = (char *)(uintptr_t)world->program;
	argv[argc++] = (char *)(uintptr_t) "--home";
	argv[argc++] = (char *)(uintptr_t)world->home;
	argv[argc++] = (char *)(uintptr_t)first;
	while (argc < WORDS_MAX && (argv[argc] = va_arg(ap, char *)))
		argc++;
	ck_assert_int_lt(argc, WORDS_MAX);
}

/* Root keeps no power over files across the exec that follows; others have none to lose. */
static bool bind_to_permissions(void)
{
	return geteuid() != 0 || (prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE) == 0 &&
					 prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH) == 0);
}

static pid_t start(char **argv, const struct world *world, const char *out, const char *errors)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct rlimit limit = { world->file_bytes, world->file_bytes };
		int in = open(world->input ? world->input : "/dev/null", O_RDONLY);
		int to = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		int to_errors = open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		if (dup2(in, 0) < 0 || dup2(to, 1) < 0 || dup2(to_errors, 2) < 0)
			_exit(126);
		if (world->file_bytes && setrlimit(RLIMIT_FSIZE, &limit))
			_exit(126);
		if (world->bound && !bind_to_permissions())
			_exit(126);
		execv(argv[0], argv);
		_exit(127);
	}
	return pid;
}

int world_wait(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		ck_assert_int_eq(errno, EINTR);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void read_back(struct buf *to, const char *path)
{
	struct err err = ERR_INIT;

	buf_reset(to);
	ck_ok(file_read(to, path, &err), &err);
}

const struct ran *world_run(struct world *world, const char *first, ...)
{
	char *argv[WORDS_MAX + 1];
	char out[600];
	char errors[600];
	va_list ap;

	va_start(ap, first);
	collect(argv, world, first, ap);
	va_end(ap);
	snprintf(out, sizeof(out), "%s/stdout", world->home);
	snprintf(errors, sizeof(errors), "%s/stderr", world->home);
	last.code = world_wait(start(argv, world, out, errors));
	read_back(&last_out, out);
	read_back(&last_errors, errors);
	last.out = (char *)(uintptr_t)buf_str(&last_out);
	last.errors = (char *)(uintptr_t)buf_str(&last_errors);
	return &last;
}

pid_t world_spawn(struct world *world, const char *first, ...)
{
	char *argv[WORDS_MAX + 1];
	char out[600];
	va_list ap;

	va_start(ap, first);
	collect(argv, world, first, ap);
	va_end(ap);
	snprintf(out, sizeof(out), "%s/spawned", world->home);
	return start(argv, world, out, out);
}

const char *world_json(const char *path)
{
	return json_path(last.out, path);
}

int64_t world_number(const char *path)
{
	const char *text = world_json(path);
	int64_t value = 0;

	ck_assert_msg(text_int(&value, text, INT64_MIN, INT64_MAX), "%s is %s", path, text);
	return value;
}

void world_sql(struct world *world, const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	ck_assert_int_eq(sqlite3_open(world->database, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s", why);
	sqlite3_close(db);
}

void world_customers(struct world *world, int count)
{
	char sql[512];

	snprintf(sql, sizeof(sql),
		"CREATE TABLE t (no TEXT, name TEXT, zip TEXT, state TEXT);"
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		" INSERT INTO t SELECT printf('C-%%06d', i), 'Customer ' || i, '20457', 'Active'"
		" FROM n",
		count);
	world_sql(world, sql);
}

void world_connection(struct world *world)
{
	char domain[128];
	char odbc[700];

	snprintf(domain, sizeof(domain), "salesforce.domain=%s", practice_url(world->practice));
	snprintf(odbc, sizeof(odbc), "source.odbc=Driver=SQLite3;Database=%s", world->database);
	ck_run(0, world, "connection", "add", "erp", "--set", domain, "--set",
		"salesforce.consumer_key=" PRACTICE_CONSUMER_KEY, "--secret",
		"salesforce.consumer_secret=env:E2E_SECRET", "--set", odbc);
}

void world_interface(struct world *world)
{
	ck_run(0, world, "interface", "add", "accounts", "--set", "mode=Collections", "--set",
		"connection=erp", "--set", "object=Account", "--set", "operation=Upsert", "--set",
		"external_id=Ext_Id__c", "--set",
		"query=SELECT no, name, zip, state FROM t ORDER BY no", "--map", "Ext_Id__c=no",
		"--map", "Name=name", "--map", "BillingPostalCode=zip", "--map", "Status__c=state");
}

void world_more_interfaces(struct world *world)
{
	ck_run(0, world, "interface", "add", "contacts", "--set", "mode=Collections", "--set",
		"connection=erp", "--set", "object=Contact", "--set", "external_id=Ext_Id__c",
		"--set", "query=SELECT no, name FROM t ORDER BY no", "--map", "Ext_Id__c=no",
		"--map", "LastName=name");
	ck_run(0, world, "interface", "add", "lines", "--set", "mode=Collections", "--set",
		"connection=erp", "--set", "object=Order_Line__c", "--set",
		"external_id=Order_No__c", "--set", "query=SELECT no, name FROM t ORDER BY no",
		"--map", "Order_No__c=no", "--map", "Name=name");
}

void world_edit_connection(struct world *world, const char *from, const char *to)
{
	struct buf text = BUF_INIT(1u << 20);
	struct buf changed = BUF_INIT(1u << 20);
	struct err err = ERR_INIT;
	const char *found;
	char path[600];

	snprintf(path, sizeof(path), "%s/connections.d/erp.cfg", world->home);
	ck_ok(file_read(&text, path, &err), &err);
	found = strstr(buf_str(&text), from);
	ck_assert_ptr_nonnull(found);
	buf_add(&changed, text.data, (size_t)(found - text.data));
	buf_add_str(&changed, to);
	buf_add_str(&changed, found + strlen(from));
	ck_ok(file_write(path, changed.data, changed.len, 0600, &err), &err);
	buf_free(&text);
	buf_free(&changed);
}
