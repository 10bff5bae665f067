/* Tests of odbc_string.c. */

#include "process/suites.h"
#include "process/process.h"
#include "base/text.h"

static const struct {
	const char *odbc, *username, *password;
	const char *wanted;
} strings[] = {
	{ "Driver=SQLite3;Database=/srv/erp.db", NULL, NULL,
		"Driver=SQLite3;Database=/srv/erp.db;StepAPI=1;NoCreat=1" },
	{ "driver={SQLite3};Database=x; ;", NULL, NULL,
		"driver={SQLite3};Database=x;StepAPI=1;NoCreat=1" },
	{ "Driver=SQLite3;stepapi=0", NULL, NULL, "Driver=SQLite3;stepapi=0;NoCreat=1" },
	{ "Driver=PostgreSQL Unicode;Server=db", "erp", "p}w;d",
		"Driver=PostgreSQL "
		"Unicode;Server=db;UID={erp};PWD={p}}w;d};UseDeclareFetch=1;BoolsAsChar=0" },
	{ "Driver=/usr/lib/psqlodbcw.so;Server=db", NULL, NULL,
		"Driver=/usr/lib/psqlodbcw.so;Server=db;UseDeclareFetch=1;BoolsAsChar=0" },
	{ "Driver=MariaDB Unicode;Server=sqlite.example", NULL, NULL,
		"Driver=MariaDB Unicode;Server=sqlite.example" },
	{ "DSN=no-such-data-source", "u", NULL, "DSN=no-such-data-source;UID={u}" },
};

START_TEST(string_has_user_password_and_streaming)
{
	struct connection connection;
	struct err err = ERR_INIT;
	char *odbc = NULL;

	connection_init(&connection);
	text_set(&connection.source.odbc, strings[_i].odbc);
	text_set(&connection.source.username, strings[_i].username);
	if (strings[_i].password) {
		setenv("TEST_PASSWORD", strings[_i].password, 1);
		connection.source.password.kind = SECRET_ENV;
		text_set(&connection.source.password.ref, "TEST_PASSWORD");
	}
	ck_ok(process_odbc_string(&odbc, &connection, NULL, &err), &err);
	ck_assert_str_eq(odbc, strings[_i].wanted);
	secret_wipe(odbc);
	connection_free_fields(&connection);
}
END_TEST

START_TEST(missing_string_or_password_is_told)
{
	struct connection connection;
	struct err err = ERR_INIT;
	char *odbc = NULL;

	connection_init(&connection);
	ck_assert_int_eq(process_odbc_string(&odbc, &connection, NULL, &err), -ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "source.odbc"));
	text_set(&connection.source.odbc, "Driver=SQLite3");
	connection.source.password.kind = SECRET_ENV;
	text_set(&connection.source.password.ref, "NO_SUCH_VARIABLE_HERE");
	ck_assert_int_lt(process_odbc_string(&odbc, &connection, NULL, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "source.password"));
	ck_assert_ptr_null(odbc);
	connection_free_fields(&connection);
}
END_TEST

Suite *suite_odbc_string(void)
{
	Suite *suite = suite_create("odbc_string");
	TCase *tc = tcase_create("odbc_string");

	tcase_add_loop_test(tc, string_has_user_password_and_streaming, 0, ARRAY_SIZE(strings));
	tcase_add_test(tc, missing_string_or_password_is_told);
	suite_add_tcase(suite, tc);
	return suite;
}
