/*
 * server.c — initialised without a care for the disk, started as the server's own user when we are
 * root (they refuse to run as root), and ended with the test, however that ends.
 */

#include "base/base.h"
#include "source/server.h"
#include "harness/check_main.h"
#include "base/clock.h"

#include <fcntl.h>
#include <ftw.h>
#include <pwd.h>
#include <signal.h>
#include <sqlext.h>
#include <sys/prctl.h>
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

/* A child under `user` when we are root, which dies with us. */
static pid_t begin(const struct server *server, const char *user, const char *const *argv)
{
	struct passwd *who = getuid() == 0 ? getpwnam(user) : NULL;
	char log[96];
	pid_t pid = fork();
	int to;

	ck_assert_int_ge(pid, 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(log, sizeof(log), "%s/log", server->folder);
	to = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (to < 0 || dup2(to, 1) < 0 || dup2(to, 2) < 0 || chdir(server->folder) != 0)
		_exit(126);
	if (who && (setgid(who->pw_gid) != 0 || setuid(who->pw_uid) != 0))
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* setuid forgot it */
	execv(argv[0], (char **)(uintptr_t)argv);
	_exit(127);
}

static void run(const struct server *server, const char *user, const char *const *argv)
{
	int status;
	pid_t pid = begin(server, user, argv);

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "%s: status %d, see %s/log", argv[0], status, server->folder);
}

static void make_folder(struct server *server, const char *user)
{
	struct passwd *who = getuid() == 0 ? getpwnam(user) : NULL;

	snprintf(server->folder, sizeof(server->folder), "/tmp/agentboard-server-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(server->folder));
	if (who)
		ck_assert_int_eq(chown(server->folder, who->pw_uid, who->pw_gid), 0);
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

static void wait_until_up(const struct server *server)
{
	int64_t until = clock_mono() + START_MS;
	SQLHENV env;
	SQLHDBC dbc;

	while (!(dbc = connect_to(&env, server->odbc))) {
		ck_assert_msg(clock_mono() < until && waitpid(server->pid, NULL, WNOHANG) == 0,
			"the server does not come up, see %s/log", server->folder);
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

bool server_postgresql(struct server *server)
{
	static const char *const folders[] = { "/usr/lib/postgresql/17/bin",
		"/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/15/bin",
		"/usr/lib/postgresql/14/bin", "/usr/local/bin", "/usr/bin", NULL };
	char initdb[256], postgres[256], data[96];

	*server = (struct server){ 0 };
	if (!find_program(initdb, folders, "initdb") ||
		!find_program(postgres, folders, "postgres") || !has_driver("PostgreSQL"))
		return false;
	make_folder(server, "postgres");
	snprintf(data, sizeof(data), "%s/data", server->folder);
	run(server, "postgres",
		(const char *const[]){ initdb, "-D", data, "-A", "trust", "-U", "postgres",
			"--no-sync", "--locale=C", "-E", "UTF8", NULL });
	server->pid = begin(server, "postgres",
		(const char *const[]){ postgres, "-D", data, "-k", server->folder, "-c",
			"listen_addresses=", "-c", "fsync=off", "-c", "timezone=America/New_York",
			NULL });
	snprintf(server->odbc, sizeof(server->odbc),
		"Driver={PostgreSQL Unicode};Servername=%s;Port=5432;Database=postgres;"
		"UID=postgres;UseDeclareFetch=1;BoolsAsChar=0",
		server->folder);
	wait_until_up(server);
	return true;
}

bool server_mariadb(struct server *server)
{
	static const char *const folders[] = { "/usr/sbin", "/usr/bin", "/usr/local/bin", NULL };
	char install[256], daemon[256], data[96], socket[96];

	*server = (struct server){ 0 };
	if (!find_program(install, folders, "mariadb-install-db") ||
		!find_program(daemon, folders, "mariadbd") || !has_driver("MariaDB"))
		return false;
	make_folder(server, "mysql");
	snprintf(data, sizeof(data), "--datadir=%s/data", server->folder);
	snprintf(socket, sizeof(socket), "--socket=%s/s", server->folder);
	run(server, "mysql",
		(const char *const[]){ install, "--no-defaults", data, "--skip-test-db",
			"--auth-root-authentication-method=normal", NULL });
	server->pid = begin(server, "mysql",
		(const char *const[]){ daemon, "--no-defaults", data, socket, "--skip-networking",
			"--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M",
			"--character-set-server=utf8mb4", "--default-time-zone=-05:00", NULL });
	snprintf(server->odbc, sizeof(server->odbc),
		"Driver={MariaDB Unicode};Socket=%s/s;UID=root;Database=mysql", server->folder);
	wait_until_up(server);
	return true;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

void server_stop(struct server *server)
{
	if (server->pid > 0) {
		kill(server->pid, SIGKILL); /* nothing of it is kept */
		waitpid(server->pid, NULL, 0);
	}
	if (server->folder[0])
		nftw(server->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
