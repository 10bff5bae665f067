/* sample.h — a SQLite database for tests, and its ODBC connection string. */

#ifndef TESTS_SOURCE_SAMPLE_H
#define TESTS_SOURCE_SAMPLE_H

/* Make a database in a fresh folder by running `sql`; returns the connection string, borrowed until
 * the second next call. */
const char *sample_database(const char *sql);

/* A line of /proc/PID/status in kB, e.g. "VmHWM:"; -1 = there is no such process, or line. */
long sample_memory_kb(int pid, const char *name);

#endif
