/* Tests of files.h, the catalog: names, saves that meet each other, the version, config check. */

#include "config/suites.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "config/files.h"
#include "harness/small_disk.h"

static struct home *home;
static struct catalog catalog;

static void setup(void)
{
	struct err err = ERR_INIT;

	ck_ok(home_find(&home, test_folder(), &err), &err);
	ck_ok(home_make(home, &err), &err);
	ck_ok(files_catalog(&catalog, home, NULL, &err), &err);
}

static void teardown(void)
{
	files_catalog_free(&catalog);
	home_free(home);
	home = NULL;
}

static char *cfg(const char *folder, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s.cfg", folder, name) < 0 ? NULL : path;
}

static void put(const char *folder, const char *name, const char *text)
{
	char *path = cfg(folder, name);
	struct err err = ERR_INIT;

	ck_ok(file_write(path, text, strlen(text), 0640, &err), &err);
	free(path);
}

static const char *get(const char *folder, const char *name)
{
	static struct buf text = BUF_INIT(1 << 20);
	char *path = cfg(folder, name);
	struct err err = ERR_INIT;

	buf_reset(&text);
	ck_ok(file_read(&text, path, &err), &err);
	free(path);
	return buf_str(&text);
}

START_TEST(a_home_without_files_has_no_names)
{
	struct text_list names = { NULL, 0 };
	struct connection c;
	struct err err = ERR_INIT;

	ck_assert_int_eq(rmdir(home->connections), 0);
	ck_ok(catalog.connections(catalog.self, &names, &err), &err);
	ck_assert_int_eq(names.count, 0);
	connection_init(&c);
	ck_assert_int_eq(catalog.connection(catalog.self, &c, "x", &err), -ERR_NOT_FOUND);
	connection_free_fields(&c);
}
END_TEST

START_TEST(names_are_sorted_and_broken_files_do_not_hide_the_rest)
{
	struct text_list names = { NULL, 0 };
	struct interface i;
	struct err err = ERR_INIT;

	put(home->interfaces, "zeta", "sequence = 1;");
	put(home->interfaces, "alpha", "sequence = 20;");
	put(home->interfaces, "beta", "sequence = 20;");
	put(home->interfaces, "broken", "sequence = ");
	put(home->interfaces, "no name", "sequence = 1;");
	put(home->interfaces, ".hidden", "sequence = 1;");
	ck_ok(catalog.interfaces(catalog.self, &names, &err), &err);
	ck_assert_int_eq(names.count, 4);
	ck_assert_str_eq(names.items[0], "zeta");
	ck_assert_str_eq(names.items[1], "alpha");
	ck_assert_str_eq(names.items[2], "beta");
	ck_assert_str_eq(names.items[3], "broken");
	text_list_free(&names);
	interface_init(&i);
	ck_assert_int_eq(catalog.interface(catalog.self, &i, "broken", &err), -ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "broken.cfg:1:"));
	ck_ok(catalog.interface(catalog.self, &i, "beta", &err), &err);
	ck_assert_str_eq(i.name, "beta");
	ck_assert_int_eq(catalog.interface(catalog.self, &i, "zetta", &err), -ERR_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(err.text, "did you mean zeta?"));
	ck_assert_int_eq(catalog.interface(catalog.self, &i, "../agent", &err), -ERR_USAGE);
	interface_free_fields(&i);
}
END_TEST

START_TEST(a_name_inside_must_be_that_of_the_file)
{
	struct connection c;
	struct err err = ERR_INIT;

	put(home->connections, "orders", "# hello\nname = \"others\";");
	connection_init(&c);
	ck_assert_int_eq(catalog.connection(catalog.self, &c, "orders", &err), -ERR_CONFIG);
	ck_assert_msg(strstr(err.text, "orders.cfg:2: name is \"others\"") != NULL, "%s", err.text);
	connection_free_fields(&c);
}
END_TEST

START_TEST(a_save_keeps_comments_mode_and_links)
{
	struct connection c;
	struct err err = ERR_INIT;
	char *link = cfg(home->connections, "linked");
	char *path = cfg(home->connections, "orders");
	struct stat st;

	put(home->connections, "orders", "# mine\nagent: { port = 1; }; # port\n");
	ck_assert_int_eq(symlink("orders.cfg", link), 0);
	connection_init(&c);
	ck_ok(catalog.connection(catalog.self, &c, "linked", &err), &err);
	c.agent.port = 2;
	ck_ok(catalog.save_connection(catalog.self, &c, &err), &err);
	ck_assert_str_eq(get(home->connections, "orders"),
		"# mine\nname = \"linked\";\nagent: { port = 2; }; # port\n");
	ck_assert_int_eq(lstat(link, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0640);
	connection_free_fields(&c);
	free(link);
	free(path);
}
END_TEST

START_TEST(a_save_on_a_full_disk_leaves_the_file_as_it_was)
{
	static const char text[] = "# mine\nname = \"orders\";\nagent: { port = 1; };\n";
	bool real = small_disk_allowed("a connection's file on a full disk");
	struct connection c;
	struct err err = ERR_INIT;
	int rc;

	if (real)
		small_disk_mount(home->connections, 64u << 10);
	put(home->connections, "orders", text);
	connection_init(&c);
	ck_ok(catalog.connection(catalog.self, &c, "orders", &err), &err);
	c.agent.port = 2;
	small_disk_fill(home->connections);
	rc = catalog.save_connection(catalog.self, &c, &err);
	small_disk_free(home->connections);
	ck_assert_int_lt(rc, 0);
	ck_assert_msg(strstr(err.text, real ? "No space left on device" : "File too large") &&
			      strstr(err.text, "orders.cfg"),
		"%s", err.text);
	ck_assert_str_eq(get(home->connections, "orders"), text);
	ck_ok(catalog.save_connection(catalog.self, &c, &err), &err);
	ck_assert_ptr_nonnull(strstr(get(home->connections, "orders"), "port = 2"));
	small_disk_end(home->connections);
	connection_free_fields(&c);
}
END_TEST

START_TEST(a_new_file_is_closed_to_others)
{
	struct connection c;
	struct err err = ERR_INIT;
	char *path = cfg(home->connections, "orders");
	struct stat st;

	connection_init(&c);
	text_set(&c.name, "orders");
	ck_ok(catalog.save_connection(catalog.self, &c, &err), &err);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	text_set(&c.name, "../orders");
	ck_assert_int_eq(catalog.save_connection(catalog.self, &c, &err), -ERR_USAGE);
	connection_free_fields(&c);
	free(path);
}
END_TEST

START_TEST(a_file_that_does_not_parse_is_not_saved_over)
{
	struct connection c;
	struct err err = ERR_INIT;

	put(home->connections, "orders", "name = \"orders\";\nagent: {\n");
	connection_init(&c);
	text_set(&c.name, "orders");
	ck_assert_int_eq(catalog.save_connection(catalog.self, &c, &err), -ERR_CONFIG);
	ck_assert_str_eq(get(home->connections, "orders"), "name = \"orders\";\nagent: {\n");
	connection_free_fields(&c);
}
END_TEST

START_TEST(what_others_changed_meanwhile_survives_an_update)
{
	struct connection before;
	struct connection after;
	struct err err = ERR_INIT;

	put(home->connections, "orders", "agent: { host = \"a\"; port = 1; };\n");
	connection_init(&before);
	connection_init(&after);
	ck_ok(catalog.connection(catalog.self, &before, "orders", &err), &err);
	ck_ok(connection_copy(&after, &before, &err), &err);
	text_set(&after.agent.host, "mine");
	put(home->connections, "orders",
		"# theirs\nagent: { host = \"a\"; port = 2; };\ndescription = \"theirs\";\n");
	ck_ok(catalog.update_connection(catalog.self, &before, &after, &err), &err);
	ck_assert_str_eq(get(home->connections, "orders"),
		"# theirs\nagent: { host = \"mine\"; port = 2; };\ndescription = \"theirs\";\n");
	ck_ok(catalog.remove_connection(catalog.self, "orders", &err), &err);
	ck_assert_int_eq(
		catalog.update_connection(catalog.self, &before, &after, &err), -ERR_NOT_FOUND);
	connection_free_fields(&before);
	connection_free_fields(&after);
}
END_TEST

#define SAVES 40

/* Count a setting of one's own upwards, each time from the file as it is. */
static void count_up(const char *key)
{
	struct connection before;
	struct connection after;
	char number[16];

	for (int i = 1; i <= SAVES; i++) {
		connection_init(&before);
		connection_init(&after);
		snprintf(number, sizeof(number), "%d", i);
		if (catalog.connection(catalog.self, &before, "orders", NULL) < 0 ||
			connection_copy(&after, &before, NULL) < 0 ||
			files_set_connection(&after, key, number, NULL) < 0 ||
			catalog.update_connection(catalog.self, &before, &after, NULL) < 0)
			_exit(1);
		connection_free_fields(&before);
		connection_free_fields(&after);
	}
	_exit(0);
}

START_TEST(two_processes_that_save_lose_nothing_of_each_other)
{
	static const char *const keys[] = { "confirm_rows", "source.query_timeout", "agent.port" };
	pid_t children[ARRAY_SIZE(keys)];
	struct connection c;
	struct err err = ERR_INIT;
	int status;

	put(home->connections, "orders", "# shared\nname = \"orders\";\n");
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		children[i] = fork();
		if (children[i] == 0)
			count_up(keys[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	connection_init(&c);
	ck_ok(catalog.connection(catalog.self, &c, "orders", &err), &err);
	ck_assert_int_eq(c.confirm_rows, SAVES);
	ck_assert_int_eq(c.source.query_timeout, SAVES);
	ck_assert_int_eq(c.agent.port, SAVES);
	ck_assert(text_starts(get(home->connections, "orders"), "# shared\n"));
	connection_free_fields(&c);
}
END_TEST

START_TEST(a_connection_in_use_is_not_removed)
{
	struct err err = ERR_INIT;

	put(home->connections, "orders", "");
	put(home->interfaces, "lines", "connection = \"orders\";");
	ck_assert_int_eq(catalog.remove_connection(catalog.self, "orders", &err), -ERR_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "lines"));
	ck_ok(catalog.remove_interface(catalog.self, "lines", &err), &err);
	ck_ok(catalog.remove_connection(catalog.self, "orders", &err), &err);
	ck_assert_int_eq(catalog.remove_connection(catalog.self, "orders", &err), -ERR_NOT_FOUND);
}
END_TEST

START_TEST(the_version_differs_after_every_kind_of_change)
{
	uint64_t seen[6];
	struct err err = ERR_INIT;

	seen[0] = catalog.version(catalog.self);
	put(home->connections, "a", "draft = true;");
	seen[1] = catalog.version(catalog.self);
	ck_assert(catalog.version(catalog.self) == seen[1]);
	put(home->connections, "a", "draft = TRUE;");
	seen[2] = catalog.version(catalog.self);
	put(home->interfaces, "a", "draft = TRUE;");
	seen[3] = catalog.version(catalog.self);
	ck_ok(catalog.remove_interface(catalog.self, "a", &err), &err);
	seen[4] = catalog.version(catalog.self);
	put(home->connections, "b", "draft = TRUE;");
	seen[5] = catalog.version(catalog.self);
	for (size_t i = 0; i < ARRAY_SIZE(seen); i++) {
		for (size_t j = 0; j < i; j++)
			ck_assert(seen[i] != seen[j] || (i == 4 && j == 2));
	}
	ck_assert(seen[4] == seen[2]);
}
END_TEST

START_TEST(settings_have_defaults_and_keep_comments)
{
	struct agent_settings settings;
	struct err err = ERR_INIT;

	agent_settings_init(&settings);
	ck_ok(files_load_settings(&settings, home, &err), &err);
	ck_assert_str_eq(settings.listen, "127.0.0.1");
	ck_assert_int_eq(settings.port, AGENT_PORT_DEFAULT);
	ck_ok(file_write(home->agent_cfg, "port = 0; # any\n", 16, 0600, &err), &err);
	ck_ok(files_load_settings(&settings, home, &err), &err);
	ck_assert_int_eq(settings.port, 0);
	ck_assert_int_eq(settings.disk_floor, AGENT_DISK_FLOOR);
	text_set(&settings.tls_cert, "/etc/cert.pem");
	settings.disk_floor = INT64_C(2) << 30;
	ck_ok(files_save_settings(home, &settings, &err), &err);
	ck_assert_str_eq(get(home->config, "agent"),
		"port = 0; # any\ntls: {\n  cert = \"/etc/cert.pem\";\n};\n"
		"disk_floor = \"2 GB\";\n");
	agent_settings_free_fields(&settings);
}
END_TEST

static void collect(void *ctx, const struct err *err)
{
	buf_addf(ctx, "%s\n", err->text);
}

#define SETTINGS                                                                                   \
	"listen = \"127.0.0.1\";\ntls: { cert = \"x\"; };\nschedules = ( \"ERP: at noonish\" );\n"

START_TEST(config_check_tells_every_problem_with_its_line)
{
	struct buf told = BUF_INIT(1 << 16);
	struct err err = ERR_INIT;
	int count;

	put(home->connections, "bad", "tipe = 1;\nagent: { port = 0; };\n");
	put(home->connections, "draft", "draft = true;\n");
	put(home->connections, "half",
		"agent: {\n  called_by_salesforce = false; };\nsalesforce: {\n"
		"  domain = \"https:\x2f\x2flogin.salesforce.com\";\n};\nsource: { odbc = "
		"\"DSN=x\"; };\n");
	put(home->connections, "no name", "");
	put(home->interfaces, "lines",
		"connection = \"haff\";\nobject = \"A\"; external_id = \"B\"; query = \"SELECT\";\n"
		"mapping = ( { field = \"C\"; column = \"c\"; } );");
	ck_ok(file_write(home->agent_cfg, SETTINGS, strlen(SETTINGS), 0600, &err), &err);
	count = files_check(home, collect, &told, &err);
	ck_assert_int_eq(count, 9);
	ck_assert_ptr_nonnull(strstr(buf_str(&told), "/bad.cfg:1: tipe is unknown"));
	ck_assert_ptr_nonnull(strstr(buf_str(&told), "/bad.cfg:2: agent.port: 0 is out of range"));
	ck_assert_ptr_null(strstr(buf_str(&told), "draft.cfg"));
	ck_assert_ptr_nonnull(strstr(buf_str(&told), "/half.cfg:4: salesforce.domain"));
	ck_assert_ptr_nonnull(strstr(buf_str(&told), "/half.cfg:3: salesforce.consumer_key"));
	ck_assert_ptr_nonnull(strstr(buf_str(&told), "/no name.cfg:1: the file is not read"));
	ck_assert_ptr_nonnull(
		strstr(buf_str(&told), "/lines.cfg:3: mapping: B is the external ID"));
	ck_assert_ptr_nonnull(strstr(buf_str(&told), "/lines.cfg:1: connection: there is no"));
	ck_assert_ptr_nonnull(strstr(buf_str(&told), "/agent.cfg:2: tls: cert and key"));
	ck_assert_ptr_nonnull(strstr(
		buf_str(&told), "/agent.cfg:3: schedules: \"ERP: at noonish\": \"at\" was not"));
	buf_free(&told);
}
END_TEST

static const struct {
	const char *line, *says; /* NULL = it is taken */
} schedules[] = {
	{ "ERP: at 06:30", NULL },
	{ " ERP : at 06:30, 18:00 weekdays ; missed skip ", NULL },
	{ "ERP: */5 * * * *; missed once", NULL },
	{ "ERP at noon", "NAME: SCHEDULE" },
	{ ": at 06:30", "no integration" },
	{ "ERP: at noonish", "\"at\" was not understood" },
	{ "ERP: at 06:30; never", "behind the ;" },
	{ "ERP; missed skip: at 06:30", "NAME: SCHEDULE" },
};

/* So that an agent that is up refuses the file, and what was in force stays. */
START_TEST(settings_with_a_schedule_that_is_none_are_refused_with_their_line)
{
	struct agent_settings settings;
	struct err err = ERR_INIT;
	char text[200];
	int rc;

	snprintf(text, sizeof(text), "port = 0;\nschedules = ( \"A: at 01:00\", \"%s\" );\n",
		schedules[_i].line);
	ck_ok(file_write(home->agent_cfg, text, strlen(text), 0600, &err), &err);
	agent_settings_init(&settings);
	rc = files_load_settings(&settings, home, &err);
	ck_assert_int_eq(rc, schedules[_i].says ? -ERR_CONFIG : 0);
	if (schedules[_i].says) {
		ck_assert_ptr_nonnull(strstr(err.text, "/agent.cfg:2: schedules: "));
		ck_assert_ptr_nonnull(strstr(err.text, schedules[_i].says));
	}
	agent_settings_free_fields(&settings);
}
END_TEST

Suite *suite_catalog(void)
{
	Suite *suite = suite_create("config/catalog");
	TCase *tc = tcase_create("catalog");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_home_without_files_has_no_names);
	tcase_add_test(tc, names_are_sorted_and_broken_files_do_not_hide_the_rest);
	tcase_add_test(tc, a_name_inside_must_be_that_of_the_file);
	tcase_add_test(tc, a_save_keeps_comments_mode_and_links);
	tcase_add_test(tc, a_save_on_a_full_disk_leaves_the_file_as_it_was);
	tcase_add_test(tc, a_new_file_is_closed_to_others);
	tcase_add_test(tc, a_file_that_does_not_parse_is_not_saved_over);
	tcase_add_test(tc, what_others_changed_meanwhile_survives_an_update);
	tcase_add_test(tc, two_processes_that_save_lose_nothing_of_each_other);
	tcase_add_test(tc, a_connection_in_use_is_not_removed);
	tcase_add_test(tc, the_version_differs_after_every_kind_of_change);
	tcase_add_test(tc, settings_have_defaults_and_keep_comments);
	tcase_add_test(tc, config_check_tells_every_problem_with_its_line);
	tcase_add_loop_test(tc, settings_with_a_schedule_that_is_none_are_refused_with_their_line,
		0, (int)ARRAY_SIZE(schedules));
	suite_add_tcase(suite, tc);
	return suite;
}
