/* Tests of who.c: names for the record, never what an environment smuggles in. */

#include "base/base.h"
#include "agent/suites.h"

#include "agent/agent.h"

#include <unistd.h>

static const struct {
	const char *ssh;
	const char *origin; /* what must follow the name */
} cases[] = {
	{ NULL, "" },
	{ "", "" },
	{ "10.0.0.7 50022 10.0.0.1 22", " (ssh 10.0.0.7)" },
	{ "fe80::1%eth0 50022 fe80::2 22", " (ssh fe80::1%eth0)" },
	{ "1.2.3.4\x1b[2J x", " (ssh 1.2.3.4)" },
	{ ") root (", "" },
};

START_TEST(names_the_user_and_where_he_comes_from)
{
	char who[128];
	char name[64];
	char expected[256];

	unsetenv("SUDO_USER");
	unsetenv("SSH_CONNECTION");
	if (cases[_i].ssh)
		setenv("SSH_CONNECTION", cases[_i].ssh, 1);
	agent_user_name(name, sizeof(name), getuid());
	snprintf(expected, sizeof(expected), "%s%s", name, cases[_i].origin);
	agent_who(who, sizeof(who));
	ck_assert_str_eq(who, expected);
}
END_TEST

START_TEST(a_user_without_a_name_is_a_number)
{
	char name[64];

	agent_user_name(name, sizeof(name), 3999999999u);
	ck_assert_str_eq(name, "uid 3999999999");
}
END_TEST

Suite *suite_who(void)
{
	Suite *suite = suite_create("who");
	TCase *tcase = tcase_create("who");

	tcase_add_loop_test(
		tcase, names_the_user_and_where_he_comes_from, 0, (int)ARRAY_SIZE(cases));
	tcase_add_test(tcase, a_user_without_a_name_is_a_number);
	suite_add_tcase(suite, tcase);
	return suite;
}
