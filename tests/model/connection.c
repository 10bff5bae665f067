/* Tests of connection.h: copies that own what they hold, and slips told before a call is made. */

#include "model/suites.h"

#include "base/text.h"
#include "model/connection.h"

/* A connection that has nothing wrong with it. */
static void good(struct connection *connection)
{
	struct err err = ERR_INIT;
	const struct secret env = { SECRET_ENV, (char *)(uintptr_t) "SECRET" };

	connection_init(connection);
	text_set(&connection->name, "orders-prod");
	text_set(&connection->agent.host, "https://agent.acme.example");
	text_set(&connection->agent.username, "skyvva");
	ck_ok(secret_copy(&connection->agent.password, &env, &err), &err);
	text_set(&connection->salesforce.domain, "https://acme.my.salesforce.com");
	text_set(&connection->salesforce.consumer_key, "3MVG9");
	ck_ok(secret_copy(&connection->salesforce.consumer_secret, &env, &err), &err);
	text_set(&connection->source.odbc, "DSN=erp");
}

START_TEST(a_good_connection_passes)
{
	struct connection connection;
	struct err err = ERR_INIT;

	good(&connection);
	ck_ok(connection_check(&connection, &err), &err);
	connection_free_fields(&connection);
}
END_TEST

#define TEXT(member) offsetof(struct connection, member)

/* One string is changed to `value` (NULL = not set); the check must name `key` and say `words`. */
static const struct {
	size_t offset;
	const char *value;
	const char *key; /* NULL = it must pass */
	const char *words;
} slips[] = {
	{ TEXT(name), NULL, "name", "not set" },
	{ TEXT(name), "a/../b", "name", "letters, digits" },
	{ TEXT(name), "-rf", "name", "not start with -" },
	{ TEXT(salesforce.domain), NULL, "salesforce.domain", "not set" },
	{ TEXT(salesforce.domain), "https://login.salesforce.com", "salesforce.domain",
		"enter your My Domain, https://NAME.my.salesforce.com" },
	{ TEXT(salesforce.domain), "https://test.salesforce.com", "salesforce.domain",
		"https://NAME--SANDBOX.sandbox.my.salesforce.com" },
	{ TEXT(salesforce.domain), "https://acme.lightning.force.com", "salesforce.domain",
		"use https://acme.my.salesforce.com" },
	{ TEXT(salesforce.domain), "https://acme--dev.sandbox.lightning.force.com",
		"salesforce.domain", "use https://acme--dev.sandbox.my.salesforce.com" },
	{ TEXT(salesforce.domain), "https://acme.my.salesforce-setup.com", "salesforce.domain",
		"use https://acme.my.salesforce.com" },
	{ TEXT(salesforce.domain), "https://acme.my.saleforce.com", "salesforce.domain",
		"did you mean https://acme.my.salesforce.com?" },
	{ TEXT(salesforce.domain), "https://acme.mysalesforce.com", "salesforce.domain",
		"did you mean https://acme.my.salesforce.com?" },
	{ TEXT(salesforce.domain), "https://acme.salesforce.com", "salesforce.domain",
		"did you mean https://acme.my.salesforce.com?" },
	{ TEXT(salesforce.domain), "https://acme.develop.my.salesforce.con", "salesforce.domain",
		"did you mean https://acme.develop.my.salesforce.com?" },
	{ TEXT(salesforce.domain), "https://www.example.org", "salesforce.domain",
		"is no My Domain host" },
	{ TEXT(salesforce.domain), "https://18.158.217.193", "salesforce.domain",
		"is no My Domain host" },
	{ TEXT(salesforce.domain), "https://acme--dev.sandbox.my.salesforce.com",
		"salesforce.domain", "set salesforce.environment to Sandbox" },
	{ TEXT(salesforce.domain), "https://acme--dev.my.salesforce.com", "salesforce.domain",
		"is a sandbox" },
	{ TEXT(salesforce.domain), "https://acme.sandbox.my.salesforce.com", "salesforce.domain",
		"lacks the sandbox's name" },
	{ TEXT(salesforce.domain), "http://acme.my.salesforce.com", "salesforce.domain",
		"use https://acme.my.salesforce.com" },
	{ TEXT(salesforce.domain), "acme.my.salesforce.com", "salesforce.domain",
		"https://acme.my.salesforce.com" },
	{ TEXT(salesforce.domain), "ftp://acme.my.salesforce.com", "salesforce.domain",
		"not with ftp://" },
	{ TEXT(salesforce.domain), "https://acme.my.salesforce.com/lightning/setup",
		"salesforce.domain", "leave out what follows" },
	{ TEXT(salesforce.domain), "https://acme.my.salesforce.com/", NULL, NULL },
	{ TEXT(salesforce.domain), " https://acme.my.salesforce.com", "salesforce.domain",
		"blank" },
	{ TEXT(salesforce.domain), "http://127.0.0.1@evil.example", "salesforce.domain",
		"user part" },
	{ TEXT(salesforce.domain), "http://127.0.0.1:8080", NULL, NULL },
	{ TEXT(salesforce.domain), "https://acme-dev-ed.develop.my.salesforce.com", NULL, NULL },
	{ TEXT(salesforce.domain), "https://ACME.My.Salesforce.com", NULL, NULL },
	{ TEXT(salesforce.consumer_key), NULL, "salesforce.consumer_key", "not set" },
	{ TEXT(salesforce.consumer_key), "3MVG9\n", "salesforce.consumer_key", "line end" },
	{ TEXT(salesforce.consumer_key), "3MVG9 x", "salesforce.consumer_key", "blank" },
	{ TEXT(salesforce.grant_type), "password", "salesforce.grant_type", "client_credentials" },
	{ TEXT(salesforce.api_version), "auto", NULL, NULL },
	{ TEXT(salesforce.api_version), "66.0", NULL, NULL },
	{ TEXT(salesforce.api_version), "v66.0", "salesforce.api_version", "\"66.0\"" },
	{ TEXT(salesforce.api_version), "66", "salesforce.api_version", "\"66.0\"" },
	{ TEXT(salesforce.api_version), "29.0", "salesforce.api_version", "retired" },
	{ TEXT(salesforce.api_version), "newest", "salesforce.api_version", "no version" },
	{ TEXT(salesforce.ca_file), "/nonexistent/ca.pem", "salesforce.ca_file", "cannot read" },
	{ TEXT(salesforce.proxy.url), "http://me:pw@proxy:3128", "salesforce.proxy.url",
		"salesforce.proxy.username" },
	{ TEXT(salesforce.proxy.username), "me", "salesforce.proxy.url", "not set" },
	{ TEXT(agent.host), NULL, "agent.host", "called_by_salesforce = false" },
	{ TEXT(agent.host), "http://18.158.217.193", "agent.allow_clear_text", "https://" },
	{ TEXT(agent.host), "18.158.217.193", "agent.allow_clear_text", "https://" },
	{ TEXT(agent.host), "http://127.0.0.1", NULL, NULL },
	{ TEXT(agent.host), "https://agent.acme.example:9055", "agent.host",
		"set agent.port = 9055" },
	{ TEXT(agent.host), "https://me@agent.acme.example", "agent.host", "agent.username" },
	{ TEXT(agent.host), "https://agent.acme.example/x", "agent.host", "leave out" },
	{ TEXT(agent.host), "ftp://agent.acme.example", "agent.host", "ftp://" },
	{ TEXT(agent.host), "agent host", "agent.host", "no host" },
	{ TEXT(agent.username), NULL, "agent.username", "not set" },
	{ TEXT(agent.username), "a:b", "agent.username", "colon" },
	{ TEXT(source.odbc), NULL, "source.odbc", "not set" },
	{ TEXT(source.odbc), "erp", "source.odbc", "DSN=erp" },
	{ TEXT(source.odbc), "DSN=erp;UID=u;pwd = x", "source.odbc", "source.password" },
	{ TEXT(source.odbc), "DSN=erp;Password=x", "source.odbc", "source.password" },
	{ TEXT(source.odbc), "Driver=SQLite3;Database={/srv/a;PWD=b.db}", NULL, NULL },
	{ TEXT(source.folder), "/srv/in", "source.folder", "Agent File" },
	{ TEXT(source.time_zone), "Europe/Nowhere", "source.time_zone", "no time zone" },
	{ TEXT(source.time_zone), "../../etc/passwd", "source.time_zone", "no time zone" },
};

START_TEST(a_slip_is_told_with_its_key_and_remedy)
{
	struct connection connection;
	struct err err = ERR_INIT;
	int rc;

	good(&connection);
	text_set((char **)((char *)&connection + slips[_i].offset), slips[_i].value);
	rc = connection_check(&connection, &err);
	if (!slips[_i].key) {
		ck_ok(rc, &err);
	} else {
		ck_assert_msg(rc == -ERR_CONFIG, "%s passed", slips[_i].value);
		ck_assert_str_eq(err.code, slips[_i].key);
		ck_assert_msg(text_starts(err.text, slips[_i].key), "%s", err.text);
		ck_assert_msg(strstr(err.text, slips[_i].words) != NULL, "%s", err.text);
	}
	connection_free_fields(&connection);
}
END_TEST

START_TEST(production_domain_under_sandbox_is_told)
{
	struct connection connection;
	struct err err = ERR_INIT;

	good(&connection);
	connection.salesforce.environment = ENVIRONMENT_SANDBOX;
	ck_assert_int_eq(connection_check(&connection, &err), -ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "https://acme--SANDBOX.sandbox.my.salesforce.com"));
	text_set(&connection.salesforce.domain, "https://acme--dev.sandbox.my.salesforce.com");
	ck_ok(connection_check(&connection, &err), &err);
	connection_free_fields(&connection);
}
END_TEST

START_TEST(clear_text_needs_a_yes_and_the_port_a_range)
{
	struct connection connection;
	struct err err = ERR_INIT;

	good(&connection);
	text_set(&connection.agent.host, "http://18.158.217.193");
	connection.agent.allow_clear_text = true;
	ck_ok(connection_check(&connection, &err), &err);
	connection.agent.port = 65536;
	ck_assert_int_eq(connection_check(&connection, &err), -ERR_CONFIG);
	ck_assert_str_eq(err.code, "agent.port");
	connection_free_fields(&connection);
}
END_TEST

START_TEST(push_only_needs_no_agent)
{
	struct connection connection;
	struct err err = ERR_INIT;

	good(&connection);
	connection.agent.called_by_salesforce = false;
	text_set(&connection.agent.host, NULL);
	text_set(&connection.agent.username, NULL);
	secret_free(&connection.agent.password);
	ck_ok(connection_check(&connection, &err), &err);
	connection_free_fields(&connection);
}
END_TEST

static const struct {
	size_t offset;
	const char *value, *key;
} file_slips[] = {
	{ TEXT(source.folder), NULL, "source.folder" },
	{ TEXT(source.folder), "in", "source.folder" },
	{ TEXT(source.url), "sftp://host/in", "source.url" },
	{ TEXT(source.archive), "done", "source.archive" },
	{ TEXT(source.odbc), "DSN=x", "source.odbc" },
	{ TEXT(source.format), "xls", "source.format" },
	{ TEXT(source.delimiter), ";;", "source.delimiter" },
	{ TEXT(source.delimiter), "tab", NULL },
	{ TEXT(source.after), "burn", "source.after" },
	{ TEXT(source.after), "archive", "source.archive" },
};

START_TEST(file_connections_have_rules_of_their_own)
{
	struct connection connection;
	struct err err = ERR_INIT;
	int rc;

	good(&connection);
	connection.type = CONNECTION_AGENT_FILE;
	text_set(&connection.source.odbc, NULL);
	text_set(&connection.source.folder, "/srv/in");
	ck_ok(connection_check(&connection, &err), &err);
	text_set((char **)((char *)&connection + file_slips[_i].offset), file_slips[_i].value);
	rc = connection_check(&connection, &err);
	ck_assert_int_eq(rc, file_slips[_i].key ? -ERR_CONFIG : 0);
	if (rc < 0)
		ck_assert_str_eq(err.code, file_slips[_i].key);
	connection_free_fields(&connection);
}
END_TEST

static void count_one(void *ctx, const struct err *err)
{
	ck_assert(err->kind == ERR_CONFIG && err->text[0]);
	++*(int *)ctx;
}

START_TEST(all_problems_are_told_at_once)
{
	struct connection connection;
	int told = 0;

	connection_init(&connection);
	ck_assert_int_ge(connection_check_all(&connection, count_one, &told), 5);
	ck_assert_int_ge(told, 5);
	connection_free_fields(&connection);
}
END_TEST

START_TEST(a_copy_outlives_its_original)
{
	struct connection from;
	struct connection to;
	struct err err = ERR_INIT;

	good(&from);
	from.confirm_rows = 5;
	text_set(&from.source.archive, "/srv/done");
	good(&to);
	ck_ok(connection_copy(&to, &from, &err), &err);
	connection_free_fields(&from);
	ck_assert_str_eq(to.source.archive, "/srv/done");
	ck_assert_str_eq(to.agent.password.ref, "SECRET");
	ck_assert_int_eq(to.confirm_rows, 5);
	connection_free_fields(&to);
}
END_TEST

START_TEST(names_stay_inside_their_folder)
{
	char longest[MODEL_NAME_MAX + 2];

	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ck_assert(!model_name_ok(longest));
	longest[MODEL_NAME_MAX] = '\0';
	ck_assert(model_name_ok(longest));
	ck_assert(model_name_ok("Orders_2-b"));
	ck_assert(!model_name_ok(NULL));
	ck_assert(!model_name_ok(""));
	ck_assert(!model_name_ok("."));
	ck_assert(!model_name_ok("a b"));
	ck_assert(!model_name_ok("a\n"));
	ck_assert(!model_name_ok("\xc3\xa4"));
}
END_TEST

Suite *suite_connection(void)
{
	Suite *suite = suite_create("model/connection");
	TCase *tc = tcase_create("connection");

	tcase_add_test(tc, a_good_connection_passes);
	tcase_add_loop_test(tc, a_slip_is_told_with_its_key_and_remedy, 0, ARRAY_SIZE(slips));
	tcase_add_test(tc, production_domain_under_sandbox_is_told);
	tcase_add_test(tc, clear_text_needs_a_yes_and_the_port_a_range);
	tcase_add_test(tc, push_only_needs_no_agent);
	tcase_add_loop_test(
		tc, file_connections_have_rules_of_their_own, 0, ARRAY_SIZE(file_slips));
	tcase_add_test(tc, all_problems_are_told_at_once);
	tcase_add_test(tc, a_copy_outlives_its_original);
	tcase_add_test(tc, names_stay_inside_their_folder);
	suite_add_tcase(suite, tc);
	return suite;
}
