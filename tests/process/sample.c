/* Tests of sample.c: what an editor of mappings learns of source and org, and single lines tried.
 */

#include "process/suites.h"
#include "process/sample.h"
#include "process/stage.h"
#include "base/text.h"

static struct sample *sample_of(struct stage *stage)
{
	struct sample *sample = NULL;

	ck_ok(process_sample(&sample, &stage->env, &stage->connection, &stage->interface, NULL,
		      &stage->err),
		&stage->err);
	return sample;
}

START_TEST(a_sample_has_columns_rows_and_fields)
{
	struct sample *sample;
	struct stage stage;

	stage_open(&stage, 80);
	sample = sample_of(&stage);
	ck_assert_ptr_null(sample->source_note);
	ck_assert_ptr_null(sample->org_note);
	ck_assert_int_eq(sample->row_count, SAMPLE_ROWS);
	ck_assert_str_eq(sample->columns[1].name, "order_no");
	ck_assert_str_eq(sample_row(sample, 0)[1].text, "ORD-000000");
	ck_assert_ptr_null(sample_row(sample, SAMPLE_ROWS));
	ck_assert_ptr_null(sample_row(sample, -1));
	ck_assert_ptr_nonnull(describe_field(sample->describe, "Price__c"));
	sample_free(sample);
	stage_close(&stage);
}
END_TEST

START_TEST(what_cannot_be_asked_is_told_and_the_rest_is_there)
{
	struct sample *sample;
	struct stage stage;

	stage_open(&stage, 3);
	text_set(&stage.connection.salesforce.domain, "http://127.0.0.1:1");
	sample = sample_of(&stage);
	ck_assert_int_eq(sample->row_count, 3);
	ck_assert_ptr_null(sample->describe);
	ck_assert_ptr_nonnull(sample->org_note);
	sample_free(sample);
	text_set(&stage.interface.query, "SELECT order_no FROM order_lines");
	sample = sample_of(&stage);
	ck_assert_int_eq(sample->column_count, 0);
	ck_assert_ptr_nonnull(strstr(sample->source_note, "order_lines"));
	sample_free(sample);
	text_set(&stage.interface.query, "SELECT order_no FROM order_line WHERE id < 0");
	sample = sample_of(&stage);
	ck_assert_int_eq(sample->column_count, 1);
	ck_assert_ptr_nonnull(strstr(sample->source_note, "no rows"));
	sample_free(sample);
	stage_close(&stage);
}
END_TEST

/* ---- trials, without source and org ---- */

#define FIELD(name, type, more)                                                                    \
	"{\"name\":\"" name "\",\"type\":\"" type "\",\"createable\":true,\"nillable\":true" more  \
	"}"

static const char object[] = "{\"name\":\"Order_Line__c\",\"fields\":[" FIELD(
	"Price__c", "double", ",\"precision\":18,\"scale\":2") "," FIELD("Name", "string",
	",\"length\":8") "," FIELD("Account__c", "reference",
	",\"relationshipName\":\"Account__r\"") "]}";

static struct column columns[] = { { "price", COLUMN_DECIMAL, 10, 2 },
	{ "name", COLUMN_TEXT, 0, 0 } };

static const struct {
	const char *field;
	enum mapping_kind kind;
	const char *text;
	enum null_policy nulls;
	int row;
	const char *sent, *problem; /* a part of it; NULL = none */
} trials[] = {
	{ "Price__c", MAPPING_COLUMN, "price", NULL_KEEP, 0, "12.50", NULL },
	{ "Price__c", MAPPING_FORMULA, "price * 2", NULL_KEEP, 0, "25", NULL },
	{ "Price__c", MAPPING_FORMULA, "prise * 2", NULL_KEEP, 0, NULL,
		"no such column: prise (at 1): did you mean price?" },
	{ "Price__c", MAPPING_FORMULA, "price *", NULL_KEEP, 0, NULL, "" },
	{ "Price__c", MAPPING_COLUMN, "name", NULL_KEEP, 0, "\"Bolt: M8}\"", "not of required" },
	{ "Price__c", MAPPING_COLUMN, "prize", NULL_KEEP, 0, NULL, "did you mean price?" },
	{ "Name", MAPPING_COLUMN, "name", NULL_KEEP, 0, "\"Bolt: M8}\"", "too large" },
	{ "Name", MAPPING_COLUMN, "name", NULL_KEEP, 1, NULL, NULL },
	{ "Name", MAPPING_COLUMN, "name", NULL_CLEAR, 1, "null", NULL },
	{ "Name", MAPPING_VALUE, "ERP", NULL_KEEP, 1, "\"ERP\"", NULL },
	{ "Nane", MAPPING_VALUE, "ERP", NULL_KEEP, 0, NULL, "did you mean Name?" },
	{ "Account__r.Ext_Id__c", MAPPING_COLUMN, "name", NULL_KEEP, 0, "\"Bolt: M8}\"", NULL },
	{ "Account__r.Ext_Id__c", MAPPING_COLUMN, "name", NULL_CLEAR, 1, "null", NULL },
	{ "Price__c", MAPPING_COLUMN, "price", NULL_KEEP, 7, NULL, NULL }, /* no such row */
};

static void make_sample(struct sample *sample, struct cell cells[4])
{
	struct err err = ERR_INIT;

	*sample = (struct sample){
		.columns = columns, .column_count = 2, .cells = cells, .row_count = 2
	};
	ck_ok(describe_parse(&sample->describe, object, strlen(object), &err), &err);
}

START_TEST(one_line_is_tried_on_one_row)
{
	struct cell cells[] = { { "12.50", 5, NULL }, { "Bolt: M8}", 9, NULL }, { "1", 1, NULL },
		{ NULL, 0, NULL } };
	struct err err = ERR_INIT;
	struct sample sample;
	struct mapping mapping = { NULL, 0 };
	struct trial trial;

	make_sample(&sample, cells);
	ck_ok(mapping_add(&mapping, trials[_i].field, trials[_i].kind, trials[_i].text,
		      trials[_i].nulls, &err),
		&err);
	ck_ok(sample_try(&trial, &sample, trials[_i].row, &mapping.entries[0], &err), &err);
	if (trials[_i].problem)
		ck_assert_msg(trial.problem && strstr(trial.problem, trials[_i].problem),
			"problem: %s", trial.problem ? trial.problem : "none");
	else
		ck_assert_msg(!trial.problem, "problem: %s", trial.problem);
	ck_assert_pstr_eq(trial.sent, trials[_i].sent);
	trial_free(&trial);
	mapping_free(&mapping);
	describe_free(sample.describe);
}
END_TEST

START_TEST(the_whole_mapping_is_looked_at_as_a_run_does)
{
	struct cell cells[] = { { "12.50", 5, NULL }, { "Bolt", 4, NULL }, { "1", 1, NULL },
		{ NULL, 0, NULL } };
	struct interface interface;
	struct err err = ERR_INIT;
	struct sample sample;
	char *problem = NULL;

	make_sample(&sample, cells);
	interface_init(&interface);
	interface.operation = OPERATION_UPSERT;
	ck_assert(text_set(&interface.external_id, "Name"));
	ck_ok(mapping_add(&interface.mapping, "Name", MAPPING_VALUE, "ERP", NULL_KEEP, &err), &err);
	ck_ok(sample_check(&problem, &sample, &interface, &err), &err);
	ck_assert_ptr_nonnull(problem);
	ck_assert_msg(
		strstr(problem, "Upsert finds its records by Name") == problem, "%s", problem);
	free(problem);
	ck_assert(text_set(&interface.external_id, NULL));
	ck_ok(sample_check(&problem, &sample, &interface, &err), &err);
	ck_assert_msg(strstr(problem, "external_id names none") != NULL, "%s", problem);
	free(problem);
	ck_assert(text_set(&interface.external_id, "Name"));
	interface.mapping.entries[0].kind = MAPPING_COLUMN;
	ck_assert(text_set(&interface.mapping.entries[0].text, "name"));
	ck_ok(sample_check(&problem, &sample, &interface, &err), &err);
	ck_assert_ptr_null(problem);
	interface_free_fields(&interface);
	describe_free(sample.describe);
}
END_TEST

Suite *suite_sample(void)
{
	Suite *suite = suite_create("sample");
	TCase *tc = tcase_create("sample");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_sample_has_columns_rows_and_fields);
	tcase_add_test(tc, what_cannot_be_asked_is_told_and_the_rest_is_there);
	tcase_add_loop_test(tc, one_line_is_tried_on_one_row, 0, (int)ARRAY_SIZE(trials));
	tcase_add_test(tc, the_whole_mapping_is_looked_at_as_a_run_does);
	suite_add_tcase(suite, tc);
	return suite;
}
