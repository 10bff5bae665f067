/* sample.c — a SQLite database for tests. */

#include "source/sample.h"
#include "harness/check_main.h"

#include <sqlite3.h>

const char *sample_database(const char *sql)
{
	static char strings[2][512];
	static unsigned used;
	char *string = strings[used++ % ARRAY_SIZE(strings)];
	char path[400];
	char *why = NULL;
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/sample.db", test_folder());
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s", why);
	sqlite3_close(db);
	snprintf(string, sizeof(strings[0]), "Driver=SQLite3;Database=%s;StepAPI=1", path);
	return string;
}
