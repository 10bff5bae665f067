/* Tests of home.h: which folders a home has, and who may look into them. */

#include "config/suites.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "config/home.h"

#define NOWHERE "/nonexistent/agentboard"

static struct home *found(const char *dir, const char *system_config)
{
	struct home *home = NULL;
	struct err err = ERR_INIT;

	ck_ok(home_find_beside(&home, dir, system_config, "/nonexistent/data", &err), &err);
	return home;
}

START_TEST(an_argument_holds_everything)
{
	struct home *home = found("/srv/board//", "/");

	ck_assert_str_eq(home->config, "/srv/board");
	ck_assert_str_eq(home->connections, "/srv/board/connections.d");
	ck_assert_str_eq(home->agent_cfg, "/srv/board/agent.cfg");
	ck_assert_str_eq(home->socket, "/srv/board/data/agent.sock");
	ck_assert_str_eq(home->key, "/srv/board/data/key");
	ck_assert_str_eq(home->argument, "/srv/board");
	ck_assert(!home->system);
	home_free(home);
}
END_TEST

START_TEST(a_relative_argument_is_made_full_for_children)
{
	const char *dir = test_folder();
	struct home *home;
	char *wanted = file_join(dir, "here");

	ck_assert_int_eq(chdir(dir), 0);
	home = found("here", NOWHERE);
	ck_assert_str_eq(home->argument, wanted);
	ck_assert_int_eq(chdir("/"), 0);
	home_free(home);
	home = found("here", NOWHERE);
	ck_assert_str_eq(home->argument, "/here");
	home_free(home);
	free(wanted);
}
END_TEST

START_TEST(a_system_home_is_taken_where_it_exists)
{
	const char *dir = test_folder();
	struct home *home = found(NULL, dir);

	ck_assert(home->system);
	ck_assert_str_eq(home->config, dir);
	ck_assert_str_eq(home->data, "/nonexistent/data");
	ck_assert_ptr_null(home->argument);
	home_free(home);
}
END_TEST

START_TEST(a_user_home_follows_xdg)
{
	struct home *home;

	setenv("HOME", "/home/anna", 1);
	setenv("XDG_CONFIG_HOME", "/cfg", 1);
	setenv("XDG_DATA_HOME", "relative/is/ignored", 1);
	home = found(NULL, NOWHERE);
	ck_assert_str_eq(home->config, "/cfg/agentboard");
	ck_assert_str_eq(home->data, "/home/anna/.local/share/agentboard");
	home_free(home);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	home = found(NULL, NOWHERE);
	ck_assert_str_eq(home->config, "/home/anna/.config/agentboard");
	home_free(home);
}
END_TEST

START_TEST(a_made_home_is_closed_to_others)
{
	char *dir = file_join(test_folder(), "board");
	struct home *home = found(dir, NOWHERE);
	struct err err = ERR_INIT;
	struct stat st;

	umask(022);
	ck_ok(home_make(home, &err), &err);
	ck_ok(home_make(home, &err), &err);
	ck_assert_int_eq(stat(home->data, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0700);
	ck_assert_int_eq(stat(home->connections, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0700);
	ck_assert(!file_exists(home->agent_cfg));
	home_free(home);
	free(dir);
}
END_TEST

START_TEST(a_file_in_the_way_is_told)
{
	const char *dir = test_folder();
	struct home *home = found(dir, NOWHERE);
	struct err err = ERR_INIT;

	ck_ok(file_write(home->data, "x", 1, 0600, &err), &err);
	ck_assert_int_eq(home_make(home, &err), -ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, home->data));
	home_free(home);
	home = NULL;
	ck_assert_int_eq(home_find(&home, "", &err), -ERR_USAGE);
	ck_assert_ptr_null(home);
}
END_TEST

/* Root can give a folder away; whoever else runs this finds one of root's. */
START_TEST(a_home_of_another_user_is_left_alone)
{
	bool root = geteuid() == 0;
	const char *dir = test_folder();
	struct home *home = found(root ? dir : "/", NOWHERE);
	struct err err = ERR_INIT;

	if (root) {
		ck_ok(home_check_owner(home, &err), &err);
		ck_assert_int_eq(chown(dir, 54321, (gid_t)-1), 0);
	}
	ck_assert_int_eq(home_check_owner(home, &err), -ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, root ? "user 54321" : "root"));
	if (root) { /* its data is what counts, once there is any */
		ck_ok(home_make(home, &err), &err);
		ck_ok(home_check_owner(home, &err), &err);
	}
	home_free(home);
}
END_TEST

Suite *suite_home(void)
{
	Suite *suite = suite_create("config/home");
	TCase *tc = tcase_create("home");

	tcase_add_test(tc, an_argument_holds_everything);
	tcase_add_test(tc, a_relative_argument_is_made_full_for_children);
	tcase_add_test(tc, a_system_home_is_taken_where_it_exists);
	tcase_add_test(tc, a_user_home_follows_xdg);
	tcase_add_test(tc, a_made_home_is_closed_to_others);
	tcase_add_test(tc, a_file_in_the_way_is_told);
	tcase_add_test(tc, a_home_of_another_user_is_left_alone);
	suite_add_tcase(suite, tc);
	return suite;
}
