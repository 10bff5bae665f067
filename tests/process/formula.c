/* Tests of formula*.c: what formulas give, what they may not do, and how they fail. */

#include "process/suites.h"
#include "process/formula.h"
#include "base/text.h"

static const struct column columns[] = { { "country", COLUMN_TEXT, 20, 0 },
	{ "Price", COLUMN_DECIMAL, 10, 2 }, { "quantity", COLUMN_INTEGER, 0, 0 },
	{ "shipped", COLUMN_BOOLEAN, 0, 0 }, { "day", COLUMN_DATE, 0, 0 },
	{ "order", COLUMN_DECIMAL, 10, 0 }, { "weight", COLUMN_FLOAT, 0, 0 } };

static struct cell text_cell(const char *text)
{
	return text ? (struct cell){ text, (uint32_t)strlen(text), NULL }
		    : (struct cell){ NULL, 0, NULL };
}

static void make_row(struct cell cells[7])
{
	static const char *const texts[] = { "DE", "7.00", "12", "true", "2026-01-31", "4711",
		"2.5" };

	for (int i = 0; i < 7; i++)
		cells[i] = text_cell(texts[i]);
}

/* What one formula gives for the row above; the buffer is the caller's. */
static void evaluate(char *out, size_t size, const char *text)
{
	struct formula formula = { "F__c", text };
	struct formulas *formulas;
	const struct cell *results;
	struct cell cells[7];
	struct err err = ERR_INIT;

	make_row(cells);
	ck_ok(formulas_new(&formulas, &formula, 1, columns, 7, &err), &err);
	ck_ok(formulas_row(&results, formulas, cells, &err), &err);
	if (results->bad)
		snprintf(out, size, "! %s", results->bad);
	else
		snprintf(out, size, "%.*s", results->text ? (int)results->len : 4,
			results->text ? results->text : "NULL");
	formulas_free(formulas);
}

static const struct {
	const char *formula, *result;
} good[] = {
	{ "iif(country='DE','Germany',country)", "Germany" },
	{ "IF (country='FR', fail('lazy'), 'fine')", "fine" },
	{ "round(price * 1.19, 2)", "8.33" },
	{ "price", "7" },
	{ "PRICE > 10", "0" }, /* as numbers: as texts 7.00 were greater */
	{ "quantity > 7", "1" },
	{ "price / 2", "3.5" }, /* a column with decimals divides as one */
	{ "quantity / 5", "2" },
	{ "'N' || \"order\"", "N4711" },
	{ "iif(shipped, 'yes', 'no')", "yes" },
	{ "weight * 2", "5" },
	{ "row.country", "DE" },
	{ "case quantity when 12 then 'dozen' else 'some' end -- words", "dozen" },
	{ "/* none */ NULL", "NULL" },
	/* text */
	{ "left('Zürich', 2)", "Zü" },
	{ "left('ab', 9)", "ab" },
	{ "right('Zürich', 5)", "ürich" },
	{ "mid('Zürich', 2, 3)", "üri" },
	{ "mid('Zürich', 4)", "ich" },
	{ "upper('straße é')", "STRAßE É" },
	{ "lower('ÄÖÜ X')", "äöü x" },
	{ "proper('o''neil de la ÉCOLE')", "O'neil De La École" },
	{ "lpad(quantity, 5, '0')", "00012" },
	{ "rpad('ab', 5, 'xy') || '.'", "abxyx." },
	{ "lpad('abc', 2)", "abc" },
	{ "part('a;b;c', ';', 3)", "c" },
	{ "part('a;b', ';', 3)", "NULL" },
	{ "squeeze('  a   b ')", "a b" },
	{ "digits('+49 (0) 30-1')", "490301" },
	{ "concat('a', NULL, 1)", "a1" },
	{ "join(', ', 'a', NULL, '', 'b')", "a, b" },
	{ "find('r', 'Zürich')", "3" },
	{ "contains('Zürich', 'üri') + starts('ab', 'a') + ends('ab', 'b')", "3" },
	{ "left(NULL, 1)", "NULL" },
	/* dates */
	{ "todate(' 3.2.2026', 'd.M.yyyy')", "2026-02-03" },
	{ "todate('031126', 'ddMMyy')", "2026-11-03" },
	{ "todatetime('3 Feb 2026 4:05', 'd MMM yyyy H:mm')", "2026-02-03 04:05:00" },
	{ "todate('', 'dd.MM.yyyy')", "NULL" },
	{ "todate('31.02.2026', 'dd.MM.yyyy')",
		"! \"31.02.2026\" is no date of the form dd.MM.yyyy" },
	{ "dateformat(day, 'd/M/yy ''week''')", "31/1/26 week" },
	{ "dateformat('2026-03-04 05:06:07', 'HHmmss')", "050607" },
	{ "adddays(day, 29)", "2026-03-01" },
	{ "adddays('2026-01-31T10:00:00Z', -31)", "2025-12-31T10:00:00Z" },
	{ "addmonths(day, 1)", "2026-02-28" },
	{ "addmonths(day, -11)", "2025-02-28" },
	{ "addmonths(day, -900000)", "! the date is out of range" },
	{ "datediff('2026-03-01', day)", "29" },
	{ "year(day) * 10000 + month(day) * 100 + day(day)", "20260131" },
	{ "weekday(day)", "6" },
	{ "datetime(0, 'unixepoch')", "1970-01-01 00:00:00" },
	{ "month('soon')", "! \"soon\" is no date: write 2026-11-23, or read it with todate()" },
	{ "length(today()) + length(now())", "30" },
	/* numbers and choices */
	{ "number('1.234,56', ',')", "1234.56" },
	{ "number('')", "NULL" },
	{ "number('12 EUR')", "! \"12 EUR\" is no number" },
	{ "numberformat(2.5, 2)", "2.50" },
	{ "ceil(2.1) + floor(2.9) + mod(7, 4)", "8" },
	{ "decode(country, 'FR', 'France', 'DE', 'Germany', 'other')", "Germany" },
	{ "decode(country, 'FR', 'France', 'other')", "other" },
	{ "isblank('  ') + isblank(NULL) + isblank('x')", "2" },
	{ "fail('no ' || country)", "! no DE" },
	{ "x'00ff'", "! the formula gives binary data" },
	{ "'a' || char(0)", "! the value holds a NUL byte at position 2" },
	{ "replace(lpad('', 90000), ' ', lpad('', 1000))",
		"! the formula gives a text that is too long" },
};

START_TEST(formula_gives_its_value)
{
	char result[300];

	evaluate(result, sizeof(result), good[_i].formula);
	ck_assert_msg(text_equal(result, good[_i].result), "%s\n gives %s,\n not %s",
		good[_i].formula, result, good[_i].result);
}
END_TEST

static const struct {
	const char *formula, *words;
} refused[] = {
	/* words that are wrong, and where */
	{ "rund(price, 2)", "no such function: rund (at 1): did you mean round?" },
	{ "price * contry", "no such column: contry (at 9): did you mean country?" },
	{ "if(price, if(1, 2, 3), contry)", "(at 24): did you mean country?" },
	{ "price *", "syntax error" },
	{ "\"county\"", "did you mean country?" },
	{ "left(price)", "wrong number of arguments" },
	/* what would leave its place */
	{ "1), (2", "a ) without its ( (at 2)" },
	{ "(1", "a ( without its ) (at 1)" },
	{ "1 /*", "the comment is not closed (at 3)" },
	{ "'abc", "a ' is missing" },
	{ "1; DROP TABLE x", "one expression" },
	{ "?1", "its name alone" },
	{ ":price", "its name alone" },
	{ "price, price", "" },
	{ "price FROM x", "" },
	/* what a formula may not do */
	{ "(SELECT 1)", "cannot SELECT" },
	{ "exists(select 1)", "cannot SELECT" },
	{ "price IN (VALUES (1))", "cannot SELECT" },
	{ "1 IN sqlite_master", "" },
	{ "1 IN pragma_table_info", "" },
	{ "load_extension('x.so')", "" },
	{ "random()", "cannot call random()" },
	{ "count(*)", "cannot call count()" },
	{ "sqlite_version()", "cannot call sqlite_version()" },
	{ "rowid", "no such column" },
	{ "readfile('/etc/passwd')", "no such function" },
	{ "row_number() OVER ()", "" },
};

START_TEST(formula_that_is_wrong_or_more_is_refused)
{
	struct formula list[] = { { "Fine__c", "1" }, { "F__c", refused[_i].formula } };
	struct formulas *formulas;
	struct err err = ERR_INIT;

	ck_assert_msg(formulas_new(&formulas, list, 2, columns, 7, &err) == -ERR_CONFIG,
		"%s was taken", refused[_i].formula);
	ck_assert_ptr_null(formulas);
	ck_assert_msg(
		strstr(err.text, "the formula of F__c") && strstr(err.text, refused[_i].words),
		"%s: %s", refused[_i].formula, err.text);
}
END_TEST

/* given three formulas, of which one fails for one row / then it alone, and for that row alone */
START_TEST(failing_formula_leaves_the_others_their_values)
{
	static const struct formula list[] = { { "A", "price + 1" },
		{ "B", "todate(country, 'yyyy')" }, { "C", "quantity" } };
	struct formulas *formulas;
	const struct cell *results;
	struct cell cells[7];
	struct err err = ERR_INIT;

	ck_ok(formulas_new(&formulas, list, 3, columns, 7, &err), &err);
	for (int turn = 0; turn < 4; turn++) {
		make_row(cells);
		if (turn % 2)
			cells[0] = text_cell("2026");
		ck_ok(formulas_row(&results, formulas, cells, &err), &err);
		ck_assert(!results[0].bad && !results[2].bad);
		ck_assert_mem_eq(results[0].text, "8", 1);
		ck_assert_mem_eq(results[2].text, "12", 2);
		ck_assert_int_eq(results[1].bad == NULL, turn % 2);
	}
	formulas_free(formulas);
}
END_TEST

/* given a value that could not be read / then no formula that is given it makes something of it */
START_TEST(value_that_is_bad_spoils_the_formula)
{
	static const struct formula formula = { "A", "coalesce(country, 'none')" };
	struct formulas *formulas;
	const struct cell *results;
	struct cell cells[7];
	struct err err = ERR_INIT;

	make_row(cells);
	cells[0].bad = "holds a NUL";
	ck_ok(formulas_new(&formulas, &formula, 1, columns, 7, &err), &err);
	ck_ok(formulas_row(&results, formulas, cells, &err), &err);
	ck_assert_str_eq(results->bad, "holds a NUL");
	formulas_free(formulas);
}
END_TEST

START_TEST(overlong_formula_is_refused)
{
	char text[FORMULA_MAX + 2];
	struct formula formula = { "A", text };
	struct formulas *formulas;
	struct err err = ERR_INIT;

	memset(text, ' ', sizeof(text));
	text[0] = '1';
	text[sizeof(text) - 1] = '\0';
	ck_assert_int_eq(formulas_new(&formulas, &formula, 1, columns, 7, &err), -ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "10000"));
}
END_TEST

/* Every function of the list is one that SQLite or we know: the list is what people are shown. */
START_TEST(every_function_told_of_is_there)
{
	const struct formula_doc *doc;

	for (size_t i = 0; (doc = formula_doc(i)); i++) {
		char text[100];
		struct formula formula = { "A", text };
		struct formulas *formulas = NULL;
		struct err err = ERR_INIT;

		if (!strcmp(doc->name, "like") || !strcmp(doc->name, "glob") || *doc->name == '-')
			continue;
		snprintf(text, sizeof(text), "%s()", doc->name);
		formulas_new(&formulas, &formula, 1, columns, 7, &err);
		ck_assert_msg(!strstr(err.text, "no such function"), "%s", err.text);
		formulas_free(formulas);
	}
}
END_TEST

Suite *suite_formula(void)
{
	Suite *suite = suite_create("formula");
	TCase *tc = tcase_create("formula");

	tcase_add_loop_test(tc, formula_gives_its_value, 0, ARRAY_SIZE(good));
	tcase_add_loop_test(tc, formula_that_is_wrong_or_more_is_refused, 0, ARRAY_SIZE(refused));
	tcase_add_test(tc, failing_formula_leaves_the_others_their_values);
	tcase_add_test(tc, value_that_is_bad_spoils_the_formula);
	tcase_add_test(tc, overlong_formula_is_refused);
	tcase_add_test(tc, every_function_told_of_is_there);
	suite_add_tcase(suite, tc);
	return suite;
}
