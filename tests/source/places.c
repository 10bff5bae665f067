/* Tests of places.c: what is a place in a statement, and what only looks like one. */

#include "source/suites.h"
#include "source/places.h"

static const struct {
	const char *sql, *odbc;
	const char *names; /* in order, a blank behind each; quoted ones as "so" */
} cases[] = {
	{ "UPDATE t SET s = 'sent' WHERE no = :no AND at = :changed_at",
		"UPDATE t SET s = 'sent' WHERE no = ? AND at = ?", "no changed_at " },
	{ "SET a = :a, b = :a", "SET a = ?, b = ?", "a a " },
	{ "SET t = '12:30:00', u = 'it''s :no', v = :v",
		"SET t = '12:30:00', u = 'it''s :no', v = ?", "v " },
	{ "SET \"a:b\" = :c, `d:e` = 1, [f:g] = 2", "SET \"a:b\" = ?, `d:e` = 1, [f:g] = 2", "c " },
	{ "SET a = :a::int, b = 'x'::text", "SET a = ?::int, b = 'x'::text", "a " },
	{ "-- :no\nSET a = :a /* :no ? */", "-- :no\nSET a = ? /* :no ? */", "a " },
	{ "SELECT $tag$ :no ? $tag$, $$ :no $$, :a", "SELECT $tag$ :no ? $tag$, $$ :no $$, ?",
		"a " },
	{ "SET a = x:y, b := 3, c = arr[1:n]", "SET a = x:y, b := 3, c = arr[1:n]", "" },
	{ "SET a = :\"Order No\", b=:größe;", "SET a = ?, b=?;", "\"Order No\" größe " },
	{ "SET a = : no", "SET a = : no", "" },
	{ "", "", "" },
};

START_TEST(only_a_name_behind_a_colon_is_a_place)
{
	struct places places;
	struct err err = ERR_INIT;
	char names[256] = "";

	ck_ok(places_parse(&places, cases[_i].sql, &err), &err);
	ck_assert_str_eq(places.sql, cases[_i].odbc);
	for (int i = 0; i < places.count; i++) {
		const char *quote = places.items[i].quoted ? "\"" : "";
		size_t at = strlen(names);

		snprintf(names + at, sizeof(names) - at, "%s%s%s ", quote, places.items[i].name,
			quote);
	}
	ck_assert_str_eq(names, cases[_i].names);
	places_free(&places);
}
END_TEST

static const char *const refused[] = { "SET a = ?", "SET a = 'x", "SET a = \"x", "/* a",
	"SET a = $$ :x", "SET [a" };

START_TEST(what_cannot_be_told_apart_is_refused)
{
	struct places places;
	struct err err = ERR_INIT;

	ck_assert_int_eq(places_parse(&places, refused[_i], &err), -ERR_CONFIG);
	places_free(&places);
}
END_TEST

Suite *suite_places(void)
{
	Suite *suite = suite_create("places");
	TCase *tests = tcase_create("places");

	tcase_add_loop_test(tests, only_a_name_behind_a_colon_is_a_place, 0, ARRAY_SIZE(cases));
	tcase_add_loop_test(tests, what_cannot_be_told_apart_is_refused, 0, ARRAY_SIZE(refused));
	suite_add_tcase(suite, tests);
	return suite;
}
