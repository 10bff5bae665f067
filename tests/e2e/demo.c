/* End to end: the demo's own sums. */

#include "base/base.h"
#include "e2e/suites.h"

#include "base/file.h"
#include "e2e/world.h"

#include <sys/stat.h>

static struct world world;

static void setup(void)
{
	world_open(&world, NULL, NULL);
}

static void teardown(void)
{
	world_close(&world);
}

START_TEST(the_demo_s_figures_are_as_expected_and_it_ends_by_itself)
{
	struct world fresh = world;
	char home[600];

	snprintf(home, sizeof(home), "%s/demo", world.home);
	fresh.home = home;
	ck_assert_int_eq(mkdir(home, 0700), 0);
	ck_run(0, &fresh, "demo", "--json");
	ck_assert_str_eq(world_json("ok"), "true");
	ck_assert_str_eq(world_json("pings.agent"), "true");
	ck_assert_str_eq(world_json("pings.salesforce"), "true");
	ck_assert_int_gt(world_number("runs.0.failed"), 0);
	ck_run(5, &fresh, "agent", "status"); /* it leaves nothing running */
	ck_run(3, &fresh, "demo", "--json");  /* and writes over no home */
}
END_TEST

Suite *suite_e2e_demo(void)
{
	Suite *suite = suite_create("e2e-demo");
	TCase *tcase = tcase_create("demo");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_demo_s_figures_are_as_expected_and_it_ends_by_itself);
	suite_add_tcase(suite, tcase);
	return suite;
}
