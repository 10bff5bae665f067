/* Tests of cause.h: which failures are one cause, and that a group's filter finds the group. */

#include "store/cause.h"
#include "store/fixture.h"
#include "store/suites.h"

#include "base/text.h"

static struct fixture fx;

static void setup(void)
{
	fixture_open(&fx);
}

static void teardown(void)
{
	fixture_close(&fx);
}

static const struct {
	const char *comment, *form;
} forms[] = {
	{ "Required fields are missing: [Name]", "required fields are missing: [name]" },
	{ "No such column 'Foo__c' on sobject of type Account",
		"no such column * on sobject of type account" },
	{ "value \"12 \"\" inch\" doesn't fit (max length=20)",
		"value * doesn't fit (max length=*)" },
	{ "duplicates value on record with id: 0015g00000ABCDE",
		"duplicates value on record with id: *" },
	{ "Foreign key external ID: cust-00113 not found",
		"foreign key external id: cust-* not found" },
	{ "at 2026-11-23T12:04:11.250Z, 1,204.50 of 2", "at *, * of *" },
	{ "invalid email address: purchasing@cust-555.example", "invalid email address: *" },
	{ "Field2__c: a1b2 stays, a1b2c3d4 does not", "field2__c: a1b2 stays, * does not" },
	{ "", "" },
};

START_TEST(values_do_not_make_another_cause)
{
	char form[CAUSE_FORM_MAX];

	cause_form(form, forms[_i].comment);
	ck_assert_str_eq(form, forms[_i].form);
}
END_TEST

/* Whatever an org says: the form, typed into a filter, finds what it was made from. */
START_TEST(the_form_of_a_form_is_itself)
{
	static const char letters_of[] = "ab12'\"\\ *-_@.:,\xc3\xa4(";
	unsigned seed = 7;

	for (int turn = 0; turn < 200000; turn++) {
		char comment[220], form[CAUSE_FORM_MAX], again[CAUSE_FORM_MAX];
		size_t len = (size_t)(turn % 210);

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1103515245u + 12345u;
			comment[i] = letters_of[(seed >> 16) % (sizeof(letters_of) - 1)];
		}
		comment[len] = '\0';
		cause_form(form, comment);
		cause_form(again, form);
		ck_assert_msg(text_equal(form, again), "<%s> <%s> <%s>", comment, form, again);
		ck_assert_ptr_null(strpbrk(form, "\"\\"));
	}
}
END_TEST

/* One packet whose rows fail with these words. */
struct failure {
	const char *code, *text, *fields;
};

static void fail_rows(const struct failure *failures, int count)
{
	int64_t packet = fixture_packet(&fx, "ORD", count);
	int64_t attempt = fixture_begin(&fx, packet, 0, count);
	struct row_result results[PACKET_ROWS_MAX];
	struct err err = ERR_INIT;

	for (int i = 0; i < count; i++) {
		results[i] = (struct row_result){ .position = i,
			.event = EVENT_FAIL,
			.text = failures[i].text,
			.fields = failures[i].fields };
		text_copy(results[i].code, sizeof(results[i].code), failures[i].code);
	}
	ck_commit(&fx,
		store_attempt_done(fx.store, fx.claim, attempt, 200, NULL, results, count, &err),
		&err);
}

static int64_t count_of(const char *text)
{
	struct filter *filter = NULL;
	struct err err = ERR_INIT;
	int64_t count = -1;
	bool exact;

	ck_ok(filter_parse(&filter, text, 0, NULL, &err), &err);
	ck_ok(view_message_count(&count, &exact, fx.view, filter, &err), &err);
	filter_free(filter);
	return count;
}

static const struct failure mixed[] = {
	{ "INVALID_FIELD", "No such column 'Foo__c' on sobject of type Account", "" },
	{ "INVALID_FIELD", "No such column 'Bar__c' on sobject of type Account", "" },
	{ "INVALID_FIELD", "Foreign key external ID: C-1 not found for field Ext__c", "" },
	{ "INVALID_FIELD", "Foreign key external ID: C-22 not found for field Ext__c", "" },
	{ "INVALID_FIELD", "Foreign key external ID: C-333 not found for field Ext__c", "" },
	{ "INVALID_FIELD", "No such column 'Baz__c' on sobject of type Account", "Name" },
	{ "INVALID_FIELD", "", "" },
	{ "OTHER", "No such column 'Foo__c' on sobject of type Account", "" },
	{ "", "No such column 'Foo__c' on sobject of type Account", "" },
	{ "STRING_TOO_LONG", "too long, \"it\": 5!", "A,B" },
	{ "STRING_TOO_LONG", "too long", "A" },
};

/* given failures that share codes, fields or words / when they are grouped / then each group's
 * filter finds as many as are in it, and all groups together are all */
START_TEST(the_filter_of_a_group_finds_the_group)
{
	struct cause *causes = NULL;
	struct err err = ERR_INIT;
	int64_t total = 0;
	int count = 0;

	fail_rows(mixed, (int)ARRAY_SIZE(mixed));
	ck_ok(view_causes(&causes, &count, fx.view, NULL, &err), &err);
	ck_assert_int_eq(count, 8);
	ck_assert_int_eq(causes[0].count, 3);
	ck_assert_str_eq(causes[0].form, "foreign key external id: c-* not found for field ext__c");
	ck_assert_int_eq(causes[1].count, 2);
	for (int i = 0; i < count; i++) {
		char filter[512];

		ck_assert(cause_filter(filter, sizeof(filter), "run:1", causes, count, i));
		ck_assert_msg(count_of(filter) == causes[i].count, "%s: %" PRId64 " not %" PRId64,
			filter, count_of(filter), causes[i].count);
		total += causes[i].count;
	}
	ck_assert_int_eq(total, ARRAY_SIZE(mixed));
	free(causes);
}
END_TEST

/* Words that have nothing in common do not become a thousand groups; they are counted all the same.
 */
START_TEST(words_of_too_many_forms_are_one_group)
{
	static char texts[PACKET_ROWS_MAX][8];
	struct failure failures[PACKET_ROWS_MAX];
	struct cause *causes = NULL;
	struct err err = ERR_INIT;
	char filter[512];
	int64_t total = 0;
	int count = 0;

	for (int i = 0; i < PACKET_ROWS_MAX; i++) {
		snprintf(texts[i], sizeof(texts[i]), "%c%c", 'a' + i / 20, 'a' + i % 20);
		failures[i] = (struct failure){ "SAID", texts[i], "" };
	}
	fail_rows(failures, PACKET_ROWS_MAX);
	ck_ok(view_causes(&causes, &count, fx.view, NULL, &err), &err);
	ck_assert_int_eq(count, 41);
	ck_assert(causes[0].rest);
	ck_assert(!cause_filter(filter, sizeof(filter), "", causes, count, 0));
	for (int i = 0; i < count; i++)
		total += causes[i].count;
	ck_assert_int_eq(total, PACKET_ROWS_MAX);
	free(causes);
}
END_TEST

Suite *suite_cause(void)
{
	Suite *suite = suite_create("store/cause");
	TCase *form = tcase_create("form");
	TCase *groups = tcase_create("groups");

	tcase_add_loop_test(form, values_do_not_make_another_cause, 0, (int)ARRAY_SIZE(forms));
	tcase_add_test(form, the_form_of_a_form_is_itself);
	suite_add_tcase(suite, form);
	tcase_add_checked_fixture(groups, setup, teardown);
	tcase_add_test(groups, the_filter_of_a_group_finds_the_group);
	tcase_add_test(groups, words_of_too_many_forms_are_one_group);
	suite_add_tcase(suite, groups);
	return suite;
}
