/* sample.c — a SQLite database for tests. */

#include "source/sample.h"
#include "base/text.h"
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

long sample_memory_kb(int pid, const char *name)
{
	char path[64], line[256];
	long kb = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && kb < 0 && fgets(line, sizeof(line), file))
		if (text_starts(line, name))
			kb = strtol(line + strlen(name), NULL, 10);
	if (file)
		fclose(file);
	return kb;
}
