/*
 * server.c — initialised without a care for the disk, as the server's own user when we are root
 * (they refuse to run as root). A keeper in a session of its own starts the server, and ends it and
 * removes its folder when the test lets go of it, also when the test failed or was killed by a
 * time-out.
 */

#include "base/base.h"
#include "source/server.h"
#include "harness/check_main.h"
#include "base/clock.h"

#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sqlext.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_MS 60000

static const char *find_program(char path[256], const char *const *folders, const char *name)
{
	for (; *folders; folders++) {
		snprintf(path, 256, "%s/%s", *folders, name);
		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

static bool has_driver(const char *part)
{
	SQLCHAR name[256], more[1024];
	SQLSMALLINT name_len, more_len;
	SQLUSMALLINT direction = SQL_FETCH_FIRST;
	SQLHENV env;
	bool found = false;

	SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &env);
	SQLSetEnvAttr(env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
	while (!found && SQL_SUCCEEDED(SQLDrivers(env, direction, name, sizeof(name), &name_len,
				 more, sizeof(more), &more_len))) {
		found = strstr((char *)name, part) != NULL;
		direction = SQL_FETCH_NEXT;
	}
	SQLFreeHandle(SQL_HANDLE_ENV, env);
	return found;
}

static _Noreturn void become(const struct server *server, const char *user, const char *const *argv)
{
	struct passwd *who = getuid() == 0 ? getpwnam(user) : NULL;

	if (who &&
		(setgroups(0, NULL) != 0 || setgid(who->pw_gid) != 0 || setuid(who->pw_uid) != 0))
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* after setuid, which forgets it */
	if (chdir(server->folder) != 0)
		_exit(126);
	execv(argv[0], (char **)(uintptr_t)argv);
	_exit(127);
}

/* Run one program to its end, or until the test lets go: then it is killed. */
static int keep_one(
	const struct server *server, const char *user, const char *const *argv, int line)
{
	struct pollfd let_go = { line, POLLIN, 0 };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		become(server, user, argv);
	while (pid > 0 && waitpid(pid, &status, WNOHANG) == 0)
		if (poll(&let_go, 1, 20) > 0)
			kill(pid, SIGKILL); /* nothing of it is kept */
	return status;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

void server_remove(const struct server *server)
{
	nftw(server->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static _Noreturn void keep(const struct server *server, const char *user,
	const char *const *install, const char *const *daemon, int line)
{
	char log[96], end;
	int to;

	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* the server's children are waited for, too */
	snprintf(log, sizeof(log), "%s/log", server->folder);
	to = open(log, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (to >= 0 && dup2(to, 1) >= 0 && dup2(to, 2) >= 0 &&
		keep_one(server, user, install, line) == 0)
		keep_one(server, user, daemon, line);
	while (waitpid(-1, NULL, 0) > 0)
		;
	if (write(line, "", 1) == 1) /* it is over; the log stays until the test let go */
		while (read(line, &end, 1) > 0)
			;
	server_remove(server);
	_exit(0);
}

/* Install, then serve, as `user` when we are root. */
static void start(struct server *server, const char *user, const char *const *install,
	const char *const *daemon)
{
	struct passwd *who = getuid() == 0 ? getpwnam(user) : NULL;
	int line[2];

	ck_assert_msg(getuid() != 0 || who, "there is no user %s to run the server as", user);
	ck_assert(!who || chown(server->folder, who->pw_uid, who->pw_gid) == 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line), 0);
	signal(SIGPIPE, SIG_IGN);
	server->keeper = fork();
	ck_assert_int_ge(server->keeper, 0);
	if (server->keeper == 0) {
		close(line[0]);
		keep(server, user, install, daemon, line[1]);
	}
	close(line[1]);
	server->line = line[0];
}

static SQLHDBC connect_to(SQLHENV *env, const char *odbc)
{
	SQLHDBC dbc;

	SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, env);
	SQLSetEnvAttr(*env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
	SQLAllocHandle(SQL_HANDLE_DBC, *env, &dbc);
	if (SQL_SUCCEEDED(SQLDriverConnect(dbc, NULL, (SQLCHAR *)(uintptr_t)odbc, SQL_NTS, NULL, 0,
		    NULL, SQL_DRIVER_NOPROMPT)))
		return dbc;
	SQLFreeHandle(SQL_HANDLE_DBC, dbc);
	SQLFreeHandle(SQL_HANDLE_ENV, *env);
	return NULL;
}

static void leave(SQLHENV env, SQLHDBC dbc)
{
	SQLDisconnect(dbc);
	SQLFreeHandle(SQL_HANDLE_DBC, dbc);
	SQLFreeHandle(SQL_HANDLE_ENV, env);
}

static void end_of_log(char *text, size_t size, const struct server *server)
{
	char path[96];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/log", server->folder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0) {
		off_t from = st.st_size < (off_t)size ? 0 : st.st_size - (off_t)size + 1;
		ssize_t got = pread(fd, text, size - 1, from);

		text[got > 0 ? got : 0] = '\0';
	}
	if (fd >= 0)
		close(fd);
}

static void wait_until_up(const struct server *server)
{
	int64_t until = clock_mono() + START_MS;
	SQLHENV env;
	SQLHDBC dbc;

	while (!(dbc = connect_to(&env, server->odbc))) {
		char over, text[4096] = "";

		if (clock_mono() > until || recv(server->line, &over, 1, MSG_DONTWAIT) == 1) {
			end_of_log(text, sizeof(text), server);
			ck_abort_msg("the server does not come up, its log ends:\n%s", text);
		}
		clock_sleep(20);
	}
	leave(env, dbc);
}

void server_run(const struct server *server, const char *const *statements)
{
	SQLHENV env;
	SQLHDBC dbc = connect_to(&env, server->odbc);
	SQLHSTMT stmt;

	ck_assert_ptr_nonnull(dbc);
	for (; *statements; statements++) {
		SQLCHAR state[8] = "", text[512] = "";
		SQLINTEGER native;
		SQLSMALLINT len;

		SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt);
		if (SQLExecDirect(stmt, (SQLCHAR *)(uintptr_t)*statements, SQL_NTS) == SQL_ERROR) {
			SQLGetDiagRec(
				SQL_HANDLE_STMT, stmt, 1, state, &native, text, sizeof(text), &len);
			ck_abort_msg("%s: %s", *statements, text);
		}
		SQLFreeHandle(SQL_HANDLE_STMT, stmt);
	}
	leave(env, dbc);
}

/* A test that passes because its server is missing would be no test: fail, and say what to install.
 */
void server_need(
	char path[256], const char *const *folders, const char *program, const char *package)
{
	ck_assert_msg(find_program(path, folders, program) != NULL,
		"%s is missing: install the package %s (config/dist/packages-test.txt)", program,
		package);
}

static void need_driver(const char *part, const char *package)
{
	ck_assert_msg(has_driver(part),
		"the ODBC driver of %s is missing: install the package %s "
		"(config/dist/packages-test.txt)",
		part, package);
}

void server_postgresql(struct server *server)
{
	static const char *const folders[] = { "/usr/lib/postgresql/17/bin",
		"/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/15/bin",
		"/usr/lib/postgresql/14/bin", "/usr/local/bin", "/usr/bin", NULL };
	char initdb[256], postgres[256], data[96];

	server_need(initdb, folders, "initdb", "postgresql");
	server_need(postgres, folders, "postgres", "postgresql");
	need_driver("PostgreSQL", "odbc-postgresql");
	*server = (struct server){ .folder = "/tmp/agentboard-server-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(server->folder));
	snprintf(data, sizeof(data), "%s/data", server->folder);
	snprintf(server->odbc, sizeof(server->odbc),
		"Driver={PostgreSQL Unicode};Servername=%s;Port=5432;Database=postgres;"
		"UID=postgres;UseDeclareFetch=1;BoolsAsChar=0",
		server->folder);
	start(server, "postgres",
		(const char *const[]){ initdb, "-D", data, "-A", "trust", "-U", "postgres",
			"--no-sync", "--locale=C", "-E", "UTF8", NULL },
		(const char *const[]){ postgres, "-D", data, "-k", server->folder, "-c",
			"listen_addresses=", "-c", "fsync=off", "-c", "timezone=America/New_York",
			NULL });
	wait_until_up(server);
}

void server_mariadb(struct server *server)
{
	static const char *const folders[] = { "/usr/sbin", "/usr/bin", "/usr/local/bin", NULL };
	char install[256], daemon[256], data[96], socket[96];

	server_need(install, folders, "mariadb-install-db", "mariadb-server");
	server_need(daemon, folders, "mariadbd", "mariadb-server");
	need_driver("MariaDB", "odbc-mariadb");
	*server = (struct server){ .folder = "/tmp/agentboard-server-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(server->folder));
	snprintf(data, sizeof(data), "--datadir=%s/data", server->folder);
	snprintf(socket, sizeof(socket), "--socket=%s/s", server->folder);
	snprintf(server->odbc, sizeof(server->odbc),
		"Driver={MariaDB Unicode};Socket=%s/s;UID=root;Database=mysql", server->folder);
	start(server, "mysql",
		(const char *const[]){ install, "--no-defaults", data, "--skip-test-db",
			"--auth-root-authentication-method=normal", NULL },
		(const char *const[]){ daemon, "--no-defaults", data, socket, "--skip-networking",
			"--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M",
			"--character-set-server=utf8mb4", "--default-time-zone=-05:00", NULL });
	wait_until_up(server);
}

void server_stop(struct server *server)
{
	if (server->keeper <= 0)
		return;
	close(server->line);
	waitpid(server->keeper, NULL, 0);
	server->keeper = 0;
}
