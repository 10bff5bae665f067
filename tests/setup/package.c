/* Tests of package.h: whole projects against golden ones, names, and what is refused. A wanted
 * change is taken over with AGENTBOARD_GOLDEN=write. */

#include "setup/suites.h"

#include <ftw.h>

#include "base/file.h"
#include "setup/sample.h"

#define GOLDEN TEST_SOURCES "/setup/golden/"

static const struct golden_case {
	const char *folder;
	struct package_options options;
	enum app_kind app;
	bool push_only;
} golden_cases[] = {
	{ "full", { .username = "agent@acme.example" }, APP_EXTERNAL, false },
	{ "no-user", { .username = NULL }, APP_EXTERNAL, false },
	{ "permissions", { .username = "agent@acme.example", .permissions_only = true },
		APP_EXTERNAL, false },
	{ "connected-app", { .username = "o'neill@acme.example", .contact = "ops@acme.example" },
		APP_CONNECTED, true },
};

static int files_seen;

static int count_file(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)path;
	(void)st;
	(void)ftw;
	files_seen += flag == FTW_F;
	return 0;
}

static void check_file(const char *folder, const struct package_file *file)
{
	struct buf golden = BUF_INIT(1 << 20);
	struct err err = ERR_INIT;
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", folder, file->path);
	ck_ok(file_read(&golden, path, &err), &err);
	ck_assert_msg(strcmp(buf_str(&golden), buf_str(&file->text)) == 0,
		"%s differs; it is now:\n%s", path, buf_str(&file->text));
	buf_free(&golden);
}

START_TEST(a_project_is_the_golden_one)
{
	const struct golden_case *c = &golden_cases[_i];
	const char *write = getenv("AGENTBOARD_GOLDEN");
	struct package *package = NULL;
	struct sample sample;
	struct err err = ERR_INIT;
	char folder[512];

	sample_fill(&sample);
	sample.connection.salesforce.app = c->app;
	sample.connection.agent.called_by_salesforce = !c->push_only;
	snprintf(folder, sizeof(folder), GOLDEN "%s", c->folder);
	ck_ok(package_make(&package, &sample.connection, sample.list, SAMPLE_INTERFACES,
		      &c->options, &err),
		&err);
	if (write && strcmp(write, "write") == 0)
		ck_ok(package_write(package, folder, &err), &err);
	for (int i = 0; i < package->file_count; i++)
		check_file(folder, &package->files[i]);
	files_seen = 0;
	ck_assert_int_eq(nftw(folder, count_file, 16, FTW_PHYS), 0);
	ck_assert_int_eq(files_seen, package->file_count + 1); /* and the mark */
	package_free(package);
	setup_sample_free(&sample);
}
END_TEST

START_TEST(no_secret_and_no_key_is_in_any_file)
{
	static const char *const markers[] = { "marker", "AGENT_PASSWORD", "consumerKey",
		"consumerSecret" };
	struct package_options options = { .username = "agent@acme.example" };
	struct package *package = NULL;
	struct sample sample;
	struct err err = ERR_INIT;

	sample_fill(&sample);
	ck_ok(package_make(
		      &package, &sample.connection, sample.list, SAMPLE_INTERFACES, &options, &err),
		&err);
	for (int i = 0; i < package->file_count; i++) {
		for (size_t k = 0; k < ARRAY_SIZE(markers); k++)
			ck_assert_msg(!strstr(buf_str(&package->files[i].text), markers[k]),
				"%s holds %s", package->files[i].path, markers[k]);
	}
	package_free(package);
	setup_sample_free(&sample);
}
END_TEST

START_TEST(a_draft_with_nothing_but_a_name_will_do)
{
	struct package_options options = { .username = NULL };
	struct package *package = NULL;
	struct connection connection;
	struct err err = ERR_INIT;
	bool host = false, interface = false;

	connection_init(&connection);
	connection.name = text_dup("new");
	connection.draft = true;
	ck_ok(package_make(&package, &connection, NULL, 0, &options, &err), &err);
	for (size_t i = 0; i < package->note_count; i++) {
		host = host || strcmp(package->notes[i].id, "agent_host") == 0;
		interface = interface || strcmp(package->notes[i].id, "no_interface") == 0;
	}
	ck_assert(host && interface);
	for (int i = 0; i < package->file_count; i++)
		ck_assert_ptr_null(strstr(package->files[i].path, "remoteSite"));
	package_free(package);
	connection_free_fields(&connection);
}
END_TEST

static const struct {
	const char *host;
	int port;
	const char *url; /* NULL = refused */
	const char *note;
} host_cases[] = {
	{ "https://agent.acme.example", 9055, "<url>https://agent.acme.example:9055</url>", "" },
	{ "http://18.158.217.193", 9055, "<url>http://18.158.217.193:9055</url>", "clear_text" },
	{ "agent.acme.example", 443, "<url>http://agent.acme.example:443</url>", "clear_text" },
	{ "https://[2001:db8::1]", 9055, "<url>https://[2001:db8::1]:9055</url>", "" },
	{ "127.0.0.1", 9055, "<url>http://127.0.0.1:9055</url>", "agent_host" },
	{ "https://me:pw@agent.acme.example", 9055, NULL, "" },
	{ "https://agent.acme.example/path", 9055, NULL, "" },
	{ "ftp://agent.acme.example", 9055, NULL, "" },
	{ "a b", 9055, NULL, "" },
};

START_TEST(the_remote_site_is_the_agents_address)
{
	struct package_options options = { .username = NULL };
	struct package *package = NULL;
	struct connection connection;
	struct err err = ERR_INIT;
	const char *found = NULL, *note = "";
	int rc;

	connection_init(&connection);
	connection.name = text_dup("one");
	connection.agent.host = text_dup(host_cases[_i].host);
	connection.agent.port = host_cases[_i].port;
	rc = package_make(&package, &connection, NULL, 0, &options, &err);
	ck_assert_int_eq(rc, host_cases[_i].url ? 0 : -ERR_CONFIG);
	for (int i = 0; package && i < package->file_count; i++) {
		if (strstr(package->files[i].path, "remoteSite"))
			found = strstr(buf_str(&package->files[i].text), host_cases[_i].url);
	}
	for (size_t i = 0; package && i < package->note_count; i++) {
		if (strcmp(package->notes[i].id, "agent_host") == 0 ||
			strcmp(package->notes[i].id, "clear_text") == 0)
			note = package->notes[i].id;
	}
	ck_assert(!package == !found);
	ck_assert_str_eq(note, host_cases[_i].note);
	package_free(package);
	connection_free_fields(&connection);
}
END_TEST

static const struct {
	const char *name, *wanted;
} name_cases[] = {
	{ "orders-prod", "Agentboard_orders_prod" },
	{ "a", "Agentboard_a" },
	{ "orders_prod", "Agentboard_orders_prod_77d378" },
	{ "Orders-prod", "Agentboard_Orders_prod_15299a" },
	{ "a--b", "Agentboard_a_b_8cd9e8" },
	{ "_x_", "Agentboard_x_175547" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "Agentboard_aaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "Agentboard_aaaaaaaaaaaaaaaaaaaaaa_62b756" },
};

START_TEST(names_are_safe_and_never_shared)
{
	char name[PACKAGE_NAME_MAX], other[PACKAGE_NAME_MAX];

	package_api_name(name, name_cases[_i].name);
	ck_assert_str_eq(name, name_cases[_i].wanted);
	ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789_"),
		strlen(name));
	ck_assert_ptr_null(strstr(name, "__"));
	for (size_t i = 0; i < ARRAY_SIZE(name_cases); i++) {
		package_api_name(other, name_cases[i].name);
		ck_assert(i == (size_t)_i || !text_equal_fold(name, other));
	}
}
END_TEST

static const struct package_options bad_options[] = {
	{ .username = "nobody" },
	{ .username = "a b@acme.example" },
	{ .username = "a@b@acme.example" },
	{ .username = "agent@acme" },
	{ .username = "agent@acme.example\n" },
	{ .username = "" },
	{ .username = "agent@acme.example", .contact = "ops" },
};

START_TEST(a_user_that_can_be_none_is_refused)
{
	struct package *package = NULL;
	struct connection connection;
	struct err err = ERR_INIT;

	connection_init(&connection);
	connection.name = text_dup("one");
	ck_assert_int_eq(
		package_make(&package, &connection, NULL, 0, &bad_options[_i], &err), -ERR_USAGE);
	ck_assert_ptr_null(package);
	connection_free_fields(&connection);
}
END_TEST

Suite *suite_package(void)
{
	Suite *suite = suite_create("package");
	TCase *tc = tcase_create("package");

	tcase_add_loop_test(tc, a_project_is_the_golden_one, 0, ARRAY_SIZE(golden_cases));
	tcase_add_test(tc, no_secret_and_no_key_is_in_any_file);
	tcase_add_test(tc, a_draft_with_nothing_but_a_name_will_do);
	tcase_add_loop_test(tc, the_remote_site_is_the_agents_address, 0, ARRAY_SIZE(host_cases));
	tcase_add_loop_test(tc, names_are_safe_and_never_shared, 0, ARRAY_SIZE(name_cases));
	tcase_add_loop_test(tc, a_user_that_can_be_none_is_refused, 0, ARRAY_SIZE(bad_options));
	suite_add_tcase(suite, tc);
	return suite;
}
