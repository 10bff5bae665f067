/* Tests of mapper.c and mapper_bind.c: rows to records, and mappings that cannot be. */

#include "process/suites.h"
#include "process/mapper.h"
#include "base/text.h"

static const struct column columns[] = { { "order_no", COLUMN_TEXT, 20, 0 },
	{ "Price", COLUMN_DECIMAL, 10, 2 }, { "shipped", COLUMN_INTEGER, 0, 0 },
	{ "cust_no", COLUMN_TEXT, 0, 0 }, { "placed", COLUMN_DATETIME, 0, 0 } };

static struct field fields[] = {
	{ .name = (char *)"Id", .label = (char *)"Record ID", .type = FIELD_ID },
	{ .name = (char *)"Name", .label = (char *)"Order Name", .type = FIELD_STRING },
	{ .name = (char *)"No__c", .label = (char *)"Order No", .type = FIELD_STRING },
	{ .name = (char *)"Num__c", .label = (char *)"Number", .type = FIELD_DOUBLE },
	{ .name = (char *)"Price__c", .label = (char *)"Price", .type = FIELD_CURRENCY },
	{ .name = (char *)"Shipped__c", .label = (char *)"Shipped", .type = FIELD_BOOLEAN },
	{ .name = (char *)"Placed__c", .label = (char *)"Placed", .type = FIELD_DATETIME },
	{ .name = (char *)"Short__c", .label = (char *)"Short", .type = FIELD_STRING, .length = 3 },
	{ .name = (char *)"Money__c",
		.label = (char *)"Money",
		.type = FIELD_CURRENCY,
		.precision = 5,
		.scale = 2 },
	{ .name = (char *)"Kind__c",
		.label = (char *)"Kind",
		.type = FIELD_PICKLIST,
		.restricted_picklist = true,
		.picklist = { (char *[]){ (char *)"Big", (char *)"Small" }, 2 } },
	{ .name = (char *)"Kinds__c",
		.label = (char *)"Kinds",
		.type = FIELD_MULTIPICKLIST,
		.restricted_picklist = true,
		.picklist = { (char *[]){ (char *)"Big", (char *)"Small" }, 2 } },
	{ .name = (char *)"Account__c",
		.label = (char *)"Account",
		.type = FIELD_REFERENCE,
		.relationship = (char *)"Account__r" },
};
static const struct describe order = {
	.name = (char *)"Order__c", .fields = fields, .field_count = ARRAY_SIZE(fields)
};

/* "Field=column", "Field='constant'", "Field=formula:x"; a trailing ! clears on NULL. */
static void add_mapping(struct interface *interface, const char *text)
{
	char word[160], *value;
	size_t len;

	text_copy(word, sizeof(word), text);
	len = strlen(word);
	value = strchr(word, '=');
	ck_assert_ptr_nonnull(value);
	*value++ = '\0';
	enum null_policy nulls = text[len - 1] == '!' ? NULL_CLEAR : NULL_KEEP;
	if (nulls == NULL_CLEAR)
		value[strlen(value) - 1] = '\0';
	enum mapping_kind kind = text_starts(value, "formula:") ? MAPPING_FORMULA
				 : *value == '\''		? MAPPING_VALUE
								: MAPPING_COLUMN;
	if (kind == MAPPING_VALUE) {
		value[strlen(value) - 1] = '\0';
		value++;
	}
	if (kind == MAPPING_FORMULA)
		value += strlen("formula:");
	ck_assert_int_eq(mapping_add(&interface->mapping, word, kind, value, nulls, NULL), 0);
}

static void make_interface(struct interface *interface, enum operation operation,
	const char *external_id, const char *mapping)
{
	char words[512];
	char *rest = words;

	interface_init(interface);
	interface->operation = operation;
	text_set(&interface->object, "Order__c");
	text_set(&interface->external_id, external_id);
	text_copy(words, sizeof(words), mapping);
	for (char *word; (word = strsep(&rest, " "));)
		add_mapping(interface, word);
}

static void make_cells(struct cell cells[5], const char *values)
{
	static char words[512];
	char *rest = words;
	int count = 0;

	text_copy(words, sizeof(words), values);
	for (char *word; count < 5 && (word = strsep(&rest, "/")); count++)
		cells[count] = text_equal(word, "NULL") ? (struct cell){ NULL, 0, NULL }
			       : *word == '?'		? (struct cell){ "", 0, "holds a NUL" }
					      : (struct cell){ word, (uint32_t)strlen(word), NULL };
}

#define ROW "A-1/12.50/1/C-7/2026-11-23 12:00:00"

static const struct {
	enum operation operation;
	const char *external_id, *mapping;
	bool described;
	const char *cells;
	const char *record, *key;
	const char *code, *words; /* of the row's own failure, NULL = none */
} rows[] = {
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Price__c=price Shipped__c=shipped", true, ROW,
		"{\"No__c\":\"A-1\",\"Price__c\":12.50,\"Shipped__c\":true}", "A-1", NULL, NULL },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Price__c=price Shipped__c=shipped", false, ROW,
		"{\"No__c\":\"A-1\",\"Price__c\":\"12.50\",\"Shipped__c\":\"1\"}", "A-1", NULL,
		NULL },
	{ OPERATION_UPSERT, "no__C", "NO__c=ORDER_NO name='A_\"constant\"'", true, ROW,
		"{\"No__c\":\"A-1\",\"Name\":\"A_\\\"constant\\\"\"}", "A-1", NULL, NULL },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Account__r.Ext__c=cust_no", true, ROW,
		"{\"No__c\":\"A-1\",\"Account__r\":{\"Ext__c\":\"C-7\"}}", "A-1", NULL, NULL },
	/* NULL: left alone, or cleared */
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Name=cust_no Account__r.Ext__c=cust_no", true,
		"A-1/1/1/NULL/x", "{\"No__c\":\"A-1\"}", "A-1", NULL, NULL },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Name=cust_no! Account__r.Ext__c=cust_no!",
		true, "A-1/1/1/NULL/x", "{\"No__c\":\"A-1\",\"Name\":null,\"Account__c\":null}",
		"A-1", NULL, NULL },
	{ OPERATION_UPSERT, "No__c",
		"No__c=order_no Account__r.Ext__c=cust_no! Owner.Ext__c=cust_no!", false,
		"A-1/1/1/NULL/x", "{\"No__c\":\"A-1\",\"Account__c\":null,\"OwnerId\":null}", "A-1",
		NULL, NULL },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Price__c=price! Name=cust_no!", true,
		"A-1/ /1//x", "{\"No__c\":\"A-1\",\"Price__c\":null,\"Name\":\"\"}", "A-1", NULL,
		NULL },
	/* keys */
	{ OPERATION_UPSERT, "No__c", "No__c=order_no", true, "  A-1 /1/1/x/x",
		"{\"No__c\":\"  A-1 \"}", "A-1", NULL, NULL },
	{ OPERATION_UPSERT, "Num__c", "Num__c=price", true, "x/0012.500/1/x/x",
		"{\"Num__c\":12.500}", "12.5", NULL, NULL },
	{ OPERATION_UPSERT, "Num__c", "Num__c=price", true, "x/7.00/1/x/x", "{\"Num__c\":7.00}",
		"7", NULL, NULL },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Name=cust_no", true, "NULL/1/1/x/x",
		"{\"Name\":\"x\"}", "", "MISSING_ARGUMENT", "No__c not specified" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Name=cust_no", true, "   /1/1/x/x",
		"{\"No__c\":\"   \",\"Name\":\"x\"}", "", "MISSING_ARGUMENT", "No__c" },
	{ OPERATION_UPDATE, NULL, "Id=cust_no Name=order_no", true, "x/1/1/001000000000001AAA/x",
		"{\"id\":\"001000000000001AAA\",\"Name\":\"x\"}", "001000000000001AAA", NULL,
		NULL },
	{ OPERATION_UPDATE, NULL, "Id=cust_no", true, "x/1/1/NULL/x", "{}", "", "MISSING_ARGUMENT",
		"Id not specified" },
	{ OPERATION_UPDATE, "No__c", "No__c=order_no Name=cust_no", true, " A-1/1/1/x/x",
		"{\"No__c\":\" A-1\",\"Name\":\"x\"}", "A-1", NULL, NULL },
	{ OPERATION_DELETE, "No__c, Name", "Name=order_no No__c=cust_no", true, "A/1/1/B/x",
		"{\"Name\":\"A\",\"No__c\":\"B\"}", "A|B", NULL, NULL },
	{ OPERATION_UPDATE, "No__c,Name", "No__c=order_no Name=cust_no", true, "A-1/1/1/ /x",
		"{\"No__c\":\"A-1\",\"Name\":\" \"}", "", "MISSING_ARGUMENT",
		"No__c,Name not specified" },
	{ OPERATION_UPDATE, "No__c", "Id=cust_no No__c=order_no", true,
		"NULL/1/1/001000000000001/x", "{\"id\":\"001000000000001\"}", "001000000000001AAA",
		NULL, NULL },
	{ OPERATION_UPSERT, "No__c", "Id=cust_no No__c=order_no", true,
		"NULL/1/1/001000000000002AAA/x", "{\"id\":\"001000000000002AAA\"}",
		"001000000000002AAA", NULL, NULL },
	{ OPERATION_UPDATE, "No__c", "Id=cust_no No__c=order_no", true, "A-1/1/1/  /x",
		"{\"No__c\":\"A-1\"}", "A-1", NULL, NULL },
	{ OPERATION_DELETE, NULL, "Id=cust_no", true, "x/1/1/001000000000001AAA/x",
		"{\"id\":\"001000000000001AAA\"}", "001000000000001AAA", NULL, NULL },
	{ OPERATION_INSERT, NULL, "Name=order_no", true, ROW, "{\"Name\":\"A-1\"}", "", NULL,
		NULL },
	/* formulas: like a column's values from there on */
	{ OPERATION_UPSERT, "No__c",
		"No__c=formula:upper(order_no)||'-'||shipped Price__c=formula:price*2 "
		"Shipped__c=formula:price>2",
		true, "a/12.50/1/C-7/x", "{\"No__c\":\"A-1\",\"Price__c\":25,\"Shipped__c\":true}",
		"A-1", NULL, NULL },
	{ OPERATION_UPSERT, "Num__c", "Num__c=formula:price+0", true, "x/7.00/1/x/x",
		"{\"Num__c\":7}", "7", NULL, NULL },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Name=formula:nullif(cust_no,'-')!", true,
		"A/1/1/-/x", "{\"No__c\":\"A\",\"Name\":null}", "A", NULL, NULL },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Name=formula:fail(cust_no)", true,
		"A/1/1/rotten/x", "{\"No__c\":\"A\",\"Name\":null}", "A", "FORMULA_FAILED",
		"Order Name: rotten" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Price__c=formula:cust_no", true, "A/1/1/x/x",
		"{\"No__c\":\"A\",\"Price__c\":\"x\"}", "A", "INVALID_TYPE_ON_FIELD_IN_RECORD",
		"Price: value not of required type: x" },
	/* what describe says that a field cannot hold */
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Short__c=cust_no", true, "A/1/1/ äöü /x",
		"{\"No__c\":\"A\",\"Short__c\":\" äöü \"}", "A", NULL, NULL },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Short__c=cust_no", true, "A/1/1/abcd/x",
		"{\"No__c\":\"A\",\"Short__c\":\"abcd\"}", "A", "STRING_TOO_LONG",
		"Short: data value too large: abcd (max length=3)" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Short__c=cust_no", true, "A/1/1/a😀😀/x",
		"{\"No__c\":\"A\",\"Short__c\":\"a😀😀\"}", "A", "STRING_TOO_LONG", "" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Money__c=price", true, "A/-0999.991/1/x/x",
		"{\"No__c\":\"A\",\"Money__c\":-999.991}", "A", NULL, NULL },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Money__c=price", true, "A/1000/1/x/x",
		"{\"No__c\":\"A\",\"Money__c\":1000}", "A", "NUMBER_OUTSIDE_VALID_RANGE",
		"Money: value outside of valid range on numeric field: 1000" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Kind__c=cust_no Kinds__c=cust_no", true,
		"A/1/1/Big/x", "{\"No__c\":\"A\",\"Kind__c\":\"Big\",\"Kinds__c\":\"Big\"}", "A",
		NULL, NULL },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Kind__c=cust_no", true, "A/1/1/Huge/x",
		"{\"No__c\":\"A\",\"Kind__c\":\"Huge\"}", "A",
		"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
		"Kind: bad value for restricted picklist field: Huge" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Kinds__c=cust_no", true, "A/1/1/Big;Huge/x",
		"{\"No__c\":\"A\",\"Kinds__c\":\"Big;Huge\"}", "A",
		"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "field: Huge" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Account__c=cust_no", true, "A/1/1/0010/x",
		"{\"No__c\":\"A\",\"Account__c\":\"0010\"}", "A", "MALFORMED_ID",
		"Account: id value of incorrect type: 0010" },
	/* values that the field cannot take fail their own row, with what could be made of it */
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Price__c=price Name=cust_no", true,
		"A-1/12,50/1/C-7/x", "{\"No__c\":\"A-1\",\"Price__c\":\"12,50\",\"Name\":\"C-7\"}",
		"A-1", "INVALID_TYPE_ON_FIELD_IN_RECORD",
		"Price: value not of required type: 12,50" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Placed__c=placed", true, ROW,
		"{\"No__c\":\"A-1\",\"Placed__c\":\"2026-11-23 12:00:00\"}", "A-1",
		"INVALID_TYPE_ON_FIELD_IN_RECORD", "source.time_zone" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Name=cust_no", true, "A-1/1/1/?/x",
		"{\"No__c\":\"A-1\",\"Name\":null}", "A-1", "VALUE_NOT_SENDABLE",
		"Order Name: holds a NUL" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Price__c=price Shipped__c=shipped", true,
		"A-1/x/maybe/x/x",
		"{\"No__c\":\"A-1\",\"Price__c\":\"x\",\"Shipped__c\":\"maybe\"}", "A-1",
		"INVALID_TYPE_ON_FIELD_IN_RECORD", "Price" },
};

START_TEST(row_becomes_a_record)
{
	struct buf record = BUF_INIT(4096), key = BUF_INIT(4096);
	struct interface interface;
	struct mapper *mapper = NULL;
	struct err err = ERR_INIT;
	struct cell cells[5];
	int rc;

	make_interface(&interface, rows[_i].operation, rows[_i].external_id, rows[_i].mapping);
	ck_ok(mapper_new(&mapper, &interface, columns, ARRAY_SIZE(columns),
		      rows[_i].described ? &order : NULL, NULL, &err),
		&err);
	make_cells(cells, rows[_i].cells);
	rc = mapper_row(&record, &key, mapper, cells, &err);
	ck_assert_str_eq(buf_str(&record), rows[_i].record);
	ck_assert_str_eq(buf_str(&key), rows[_i].key);
	ck_assert_int_eq(rc, rows[_i].code ? 1 : 0);
	ck_assert_str_eq(err.code, rows[_i].code ? rows[_i].code : "");
	if (rows[_i].words)
		ck_assert_msg(strstr(err.text, rows[_i].words), "%s", err.text);
	mapper_free(mapper);
	interface_free_fields(&interface);
	buf_free(&record);
	buf_free(&key);
}
END_TEST

START_TEST(insert_takes_its_key_from_the_row_key)
{
	struct buf record = BUF_INIT(4096), key = BUF_INIT(4096);
	struct interface interface;
	struct mapper *mapper = NULL;
	struct err err = ERR_INIT;
	struct cell cells[5];

	make_interface(&interface, OPERATION_INSERT, NULL, "Name=order_no");
	text_list_add(&interface.row_key, "order_no");
	text_list_add(&interface.row_key, "cust_no");
	ck_ok(mapper_new(&mapper, &interface, columns, ARRAY_SIZE(columns), NULL, NULL, &err),
		&err);
	ck_assert(mapper_has_key(mapper));
	make_cells(cells, " A-1 /1/1/C-7/x");
	ck_assert_int_eq(mapper_row(&record, &key, mapper, cells, &err), 0);
	ck_assert_str_eq(buf_str(&key), "A-1|C-7");
	buf_reset(&key);
	make_cells(cells, "NULL/1/1/ /x");
	ck_assert_int_eq(mapper_row(&record, &key, mapper, cells, &err), 1);
	ck_assert_str_eq(err.code, "MISSING_ARGUMENT");
	mapper_free(mapper);
	interface_free_fields(&interface);
	buf_free(&record);
	buf_free(&key);
}
END_TEST

static const struct {
	enum operation operation;
	const char *external_id, *mapping, *time_zone;
	const char *words;
} wrong[] = {
	{ OPERATION_UPSERT, "No__c", "No__c=order_nr", NULL, "did you mean order_no?" },
	{ OPERATION_UPSERT, "No__c", "No__c=completely_other", NULL,
		"no column \"completely_other\"" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Prise__c=price", NULL,
		"did you mean Price__c?" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Zzzzzzzzz=price", NULL,
		"field-level security" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Acount__r.X=price", NULL,
		"did you mean Account__r?" },
	{ OPERATION_UPSERT, "No__c", "Name=order_no", NULL, "map that field" },
	{ OPERATION_UPSERT, "No__c", "No__c='always'", NULL, "from a column" },
	{ OPERATION_UPDATE, NULL, "Name=order_no", NULL, "by Id" },
	{ OPERATION_DELETE, NULL, "No__c=order_no", NULL, "by Id" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Price__c=formula:prise*2", NULL,
		"did you mean Price?" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Price__c='cheap'", NULL,
		"cannot be \"cheap\"" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no Kind__c='Huge'", NULL, "restricted picklist" },
	{ OPERATION_UPSERT, "No__c", "No__c=order_no", "Mars/Olympus", "source.time_zone" },
};

START_TEST(mapping_that_cannot_be_is_refused)
{
	struct interface interface;
	struct mapper *mapper = NULL;
	struct err err = ERR_INIT;

	make_interface(&interface, wrong[_i].operation, wrong[_i].external_id, wrong[_i].mapping);
	ck_assert_int_eq(mapper_new(&mapper, &interface, columns, ARRAY_SIZE(columns), &order,
				 wrong[_i].time_zone, &err),
		-ERR_CONFIG);
	ck_assert_ptr_null(mapper);
	ck_assert_msg(strstr(err.text, wrong[_i].words), "%s", err.text);
	interface_free_fields(&interface);
}
END_TEST

START_TEST(overlong_key_fails_its_row_alone)
{
	static char big[5000];
	struct buf record = BUF_INIT(1 << 20), key = BUF_INIT(1 << 20);
	struct interface interface;
	struct mapper *mapper = NULL;
	struct err err = ERR_INIT;
	struct cell cells[5];

	make_interface(&interface, OPERATION_UPSERT, "No__c", "No__c=order_no");
	ck_ok(mapper_new(&mapper, &interface, columns, ARRAY_SIZE(columns), NULL, NULL, &err),
		&err);
	make_cells(cells, ROW);
	memset(big, 'k', sizeof(big));
	cells[0] = (struct cell){ big, sizeof(big), NULL };
	ck_assert_int_eq(mapper_row(&record, &key, mapper, cells, &err), 1);
	ck_assert_str_eq(err.code, "STRING_TOO_LONG");
	ck_assert_uint_le(key.len, 1024);
	mapper_free(mapper);
	interface_free_fields(&interface);
	buf_free(&record);
	buf_free(&key);
}
END_TEST

Suite *suite_mapper(void)
{
	Suite *suite = suite_create("mapper");
	TCase *tc = tcase_create("mapper");

	tcase_add_loop_test(tc, row_becomes_a_record, 0, ARRAY_SIZE(rows));
	tcase_add_test(tc, insert_takes_its_key_from_the_row_key);
	tcase_add_loop_test(tc, mapping_that_cannot_be_is_refused, 0, ARRAY_SIZE(wrong));
	tcase_add_test(tc, overlong_key_fails_its_row_alone);
	suite_add_tcase(suite, tc);
	return suite;
}
