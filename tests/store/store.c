/* Tests of store.h: runs, packets and attempts, and that every count stays true. */

#include "store/fixture.h"
#include "store/suites.h"

static struct fixture fx;

static void setup(void)
{
	fixture_open(&fx);
}

static void teardown(void)
{
	fixture_close(&fx);
}

START_TEST(counts_follow_a_packet_from_new_to_its_end)
{
	int64_t packet = fixture_packet(&fx, "ORD", 5);
	struct run_counts counts = fixture_counts(&fx, fx.run);
	int64_t attempt;

	ck_assert_int_eq(counts.read, 5);
	ck_assert_int_eq(counts.pending, 5);
	attempt = fixture_begin(&fx, packet, 0, 5);
	fixture_verify(&fx);
	fixture_done(&fx, attempt, 0, "ssfrl");
	fixture_verify(&fx);
	counts = fixture_counts(&fx, fx.run);
	ck_assert_int_eq(counts.read, 5);
	ck_assert_int_eq(counts.completed, 2);
	ck_assert_int_eq(counts.failed, 1);
	ck_assert_int_eq(counts.pending, 1);
	ck_assert_int_eq(counts.unknown, 1);
}
END_TEST

Suite *suite_store(void)
{
	Suite *suite = suite_create("store/store");
	TCase *tc = tcase_create("store");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, counts_follow_a_packet_from_new_to_its_end);
	suite_add_tcase(suite, tc);
	return suite;
}
