/* server.h — database servers of the test's own, on a socket in a folder of theirs. */

#ifndef TESTS_SOURCE_SERVER_H
#define TESTS_SOURCE_SERVER_H

#include <sys/types.h>

struct server {
	char folder[64];
	char odbc[256]; /* connection string */
	pid_t keeper;	/* the process that starts and ends it */
	int line;	/* to the keeper, which cleans up once this is closed */
};

/* The test fails, naming the package, when the server or its ODBC driver is not installed here. */
void server_postgresql(struct server *server);
void server_mariadb(struct server *server);
void server_stop(struct server *server);

/* Put the path of `program` into `path`; the test fails, naming the package, when it is missing. */
void server_need(
	char path[256], const char *const *folders, const char *program, const char *package);

/* Remove its folder. */
void server_remove(const struct server *server);

/* Statements by ODBC, each committed. */
void server_run(const struct server *server, const char *const *statements);

#endif
