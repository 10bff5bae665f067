/* mapping.c — the mapping editor walked by keys alone. */

#include "screens/suites.h"

#include "base/file.h"
#include "base/text.h"
#include "screens/fixture.h"

static void editor(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, "2");
	pty_wait(fx->pty, "1,204 ok");
	pty_type(fx->pty, "j");
	pty_wait(fx->pty, "SELECT order_no");
	pty_type(fx->pty, "m");
}

START_TEST(a_source_that_hangs_keeps_nobody_waiting)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.source_hangs = true;
	fixture_start(&fx);
	editor(&fx);
	pty_wait(fx.pty, "Reading the first rows");
	pty_type(fx.pty, "?");
	pty_wait(fx.pty, "key finds the record");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "Reading the first rows");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "Manual Process");
	fixture_end(&fx);
}
END_TEST

START_TEST(without_the_org_the_columns_are_there_and_formulas_are_tried)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.org_down = true;
	fixture_start(&fx);
	editor(&fx);
	pty_wait(fx.pty, "Salesforce: acme.my.salesforce.com does not answer");
	pty_type(fx.pty, "jj");
	pty_wait(fx.pty, "OK sends \"14.28\"");
	fixture_end(&fx);
}
END_TEST

START_TEST(each_row_of_the_source_can_be_tried)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	editor(&fx);
	pty_wait(fx.pty, "row 1 of 3");
	pty_type(fx.pty, "jj");
	pty_wait(fx.pty, "OK sends 14.28");
	pty_type(fx.pty, " ");
	pty_wait(fx.pty, "OK sends 0.6");
	pty_type(fx.pty, " ");
	pty_wait(fx.pty, "OK sends nothing: the field is left alone");
	pty_type(fx.pty, " ");
	pty_wait(fx.pty, "no further row");
	pty_type(fx.pty, "bb");
	pty_wait(fx.pty, "OK sends 14.28");
	fixture_end(&fx);
}
END_TEST

Suite *suite_mapping(void)
{
	Suite *suite = suite_create("screens/mapping");
	TCase *tc = tcase_create("mapping");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_source_that_hangs_keeps_nobody_waiting);
	tcase_add_test(tc, without_the_org_the_columns_are_there_and_formulas_are_tried);
	tcase_add_test(tc, each_row_of_the_source_can_be_tried);
	suite_add_tcase(suite, tc);
	return suite;
}
