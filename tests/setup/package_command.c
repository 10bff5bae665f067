/* Tests of the command `package`: from the files of a home to a project, and what it says. */

#include "setup/suites.h"

#include "base/file.h"
#include "setup/called.h"
#include "setup/sample.h"

/* The sample connection with three of its interfaces; the fourth is another connection's. */
static void open_home(struct called *called)
{
	struct sample sample;

	called_open(called, false);
	sample_fill(&sample);
	called_save(called, &sample.connection);
	for (int i = 0; i < SAMPLE_INTERFACES; i++) {
		sample.interfaces[i].connection = text_dup(i == 3 ? "another" : "orders-prod");
		called_save_interface(called, &sample.interfaces[i]);
	}
	setup_sample_free(&sample);
}

static bool project_has(const struct called *called, const char *path)
{
	char *full = file_join(called_path(called, "project"), path);
	bool has = file_exists(full);

	free(full);
	return has;
}

static void project_file(struct buf *out, const struct called *called, const char *path)
{
	char *full = file_join(called_path(called, "project"), path);
	struct err err = ERR_INIT;

	ck_ok(file_read(out, full, &err), &err);
	free(full);
}

#define PERMISSIONS                                                                                \
	"force-app/main/default/permissionsets/Agentboard_orders_prod.permissionset-meta.xml"

START_TEST(it_writes_the_interfaces_of_this_connection_alone)
{
	struct called called;
	struct buf text = BUF_INIT(1 << 20);

	open_home(&called);
	ck_assert_int_eq(
		called_run(&called, "package orders-prod ROOT/project --user agent@acme.example"),
		0);
	ck_assert_str_eq(called.errout, "");
	ck_assert_ptr_nonnull(strstr(called.out, "has not judged"));
	ck_assert_ptr_nonnull(strstr(called.out, PERMISSIONS));
	project_file(&text, &called, PERMISSIONS);
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "<object>Account</object>"));
	ck_assert_ptr_null(strstr(buf_str(&text), "Task"));
	buf_free(&text);
	called_close(&called);
}
END_TEST

START_TEST(json_names_files_and_what_is_left_to_do)
{
	struct called called;

	open_home(&called);
	ck_assert_int_eq(called_run(&called, "package orders-prod ROOT/project --json"), 0);
	ck_assert(text_starts(called.out, "{\"package\":{\"connection\":\"orders-prod\",\"name\":"
					  "\"Agentboard_orders_prod\","));
	ck_assert_ptr_nonnull(strstr(called.out, "\"" PERMISSIONS "\""));
	ck_assert_ptr_nonnull(strstr(called.out, "{\"id\":\"run_as\",\"text\":\""));
	ck_assert_ptr_nonnull(strstr(called.out, "{\"id\":\"secret\",\"text\":\""));
	ck_assert(project_has(&called, PERMISSIONS));
	called_close(&called);
}
END_TEST

START_TEST(only_permissions_makes_no_app)
{
	struct called called;

	open_home(&called);
	ck_assert_int_eq(
		called_run(&called, "package orders-prod ROOT/project --only permissions"), 0);
	ck_assert(project_has(&called, PERMISSIONS));
	ck_assert(!project_has(&called, "force-app/main/default/externalClientApps"));
	called_close(&called);
}
END_TEST

static const struct {
	const char *line;
	int code;
	const char *words;
} wrong_cases[] = {
	{ "package orders-prod", 2, "missing" },
	{ "package orders-prod ROOT/project --only app", 2, "permissions" },
	{ "package orders-prod ROOT/project --user nobody", 2, "--user" },
	{ "package orders-prod ROOT/project --required Account.None__c", 2, "Account.None__c" },
	{ "package order-prod ROOT/project", 3, "orders-prod" },
};

START_TEST(a_wrong_call_writes_nothing)
{
	struct called called;

	open_home(&called);
	ck_assert_int_eq(called_run(&called, wrong_cases[_i].line), wrong_cases[_i].code);
	ck_assert_msg(strstr(called.errout, wrong_cases[_i].words) != NULL, "%s", called.errout);
	ck_assert(!file_exists(called_path(&called, "project")));
	called_close(&called);
}
END_TEST

START_TEST(an_interface_that_cannot_be_read_is_not_passed_over)
{
	struct called called;
	struct err err = ERR_INIT;
	char *path;

	open_home(&called);
	path = file_join(called.env.home->interfaces, "broken.cfg");
	ck_ok(file_write(path, "name = ", 7, 0600, &err), &err);
	ck_assert_int_eq(called_run(&called, "package orders-prod ROOT/project"), 3);
	ck_assert_ptr_nonnull(strstr(called.errout, "broken.cfg"));
	ck_assert(!file_exists(called_path(&called, "project")));
	free(path);
	called_close(&called);
}
END_TEST

START_TEST(read_only_writes_nothing)
{
	struct called called;

	open_home(&called);
	called.env.read_only = true;
	ck_assert_int_eq(called_run(&called, "package orders-prod ROOT/project"), 4);
	ck_assert(!file_exists(called_path(&called, "project")));
	called_close(&called);
}
END_TEST

Suite *suite_package_command(void)
{
	Suite *suite = suite_create("package_command");
	TCase *tc = tcase_create("package_command");

	tcase_add_test(tc, it_writes_the_interfaces_of_this_connection_alone);
	tcase_add_test(tc, json_names_files_and_what_is_left_to_do);
	tcase_add_test(tc, only_permissions_makes_no_app);
	tcase_add_loop_test(tc, a_wrong_call_writes_nothing, 0, ARRAY_SIZE(wrong_cases));
	tcase_add_test(tc, an_interface_that_cannot_be_read_is_not_passed_over);
	tcase_add_test(tc, read_only_writes_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}
