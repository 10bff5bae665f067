/*
 * reader_environment.c — a list of what may pass, not of what may not: a consumer secret can be
 * kept in a variable of any name, and a database driver's process has no business with it.
 */

#include "base/base.h"
#include "source/reader_environment.h"
#include "base/text.h"

/* Names, or beginnings of names where they end in '*'. */
static const char *const passing[] = {
	"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "LANG", "LANGUAGE", "LC_*", /* system */
	"LD_LIBRARY_PATH", "SSL_CERT_*",				 /* libraries */
	"ODBC*",							 /* unixODBC */
	"PGSYSCONFDIR", "PGSERVICEFILE", "PGSSL*", "PGCLIENTENCODING",	 /* PostgreSQL */
	"ORACLE_*", "TNS_ADMIN", "NLS_*",				 /* Oracle */
	"FREETDS*", "TDS*", "SYBASE",					 /* SQL Server */
	"MYSQL_HOME", "MARIADB_*", "DB2*", "KRB5*",			 /* the rest */
	"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", /* sanitizers */
};

static bool passes(const char *variable)
{
	size_t name = strcspn(variable, "=");

	for (size_t i = 0; i < ARRAY_SIZE(passing); i++) {
		size_t len = strlen(passing[i]);

		if (passing[i][len - 1] == '*' ? strncmp(variable, passing[i], len - 1) == 0
					       : len == name && !strncmp(variable, passing[i], len))
			return true;
	}
	return false;
}

char **reader_environment(char *const *from)
{
	size_t count = 0, kept = 0;
	char **to;

	while (from[count])
		count++;
	to = calloc(count + 1, sizeof(*to));
	for (size_t i = 0; to && i < count; i++)
		if (passes(from[i]))
			to[kept++] = from[i];
	return to;
}
