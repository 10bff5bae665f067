/* Tests of files.h, reading: what every key means, and every fault told with its line. */

#include "config/suites.h"

#include "base/text.h"
#include "config/files.h"

static const char order_lines[] =
	"# what the shop sends\n"
	"name = \"order-lines\";  connection = \"orders-prod\";  integration = \"ERP\";\n"
	"sequence = 10;  status = \"Deployed\";\n"
	"object = \"Order_Line__c\";  operation = \"Upsert\";  external_id = \"Order_No__c\";\n"
	"mode = \"Auto\";  packet = 100;  parallel = 2;  on_error = \"Stop\";  // in order\n"
	"query = \"SELECT order_no, \"\n"
	"        \"name FROM order_line\";\n"
	"initial_query = ( \"SELECT *\", \"FROM order_line\" );\n"
	"null = \"clear\"; unique_key = \"assumed\";\n"
	"mapping = ( { field = \"Order_No__c\"; column = \"order_no\"; },\n"
	"            { field = \"Price__c\"; formula = \"round(price * 1.19, 2)\"; null = "
	"\"keep\"; },\n"
	"            { field = \"Source__c\"; value = \"ERP\"; } );\n"
	"row_key = [ \"order_no\", \"line\" ];\n"
	"watermark = { column = \"changed_at\"; overlap = \"10m\"; };\n"
	"schedule = \"*/15 6-20 * * 1-5\"";

START_TEST(an_interface_is_read_as_it_stands)
{
	struct interface i;
	struct err err = ERR_INIT;

	interface_init(&i);
	ck_ok(files_parse_interface(&i, order_lines, "order-lines.cfg", &err), &err);
	ck_assert_str_eq(i.name, "order-lines");
	ck_assert_str_eq(i.integration, "ERP");
	ck_assert_int_eq(i.sequence, 10);
	ck_assert(i.deployed && i.unique_key_assumed);
	ck_assert_int_eq(i.operation, OPERATION_UPSERT);
	ck_assert_int_eq(i.packet, 100);
	ck_assert_int_eq(i.on_error, ON_ERROR_STOP);
	ck_assert_str_eq(i.query, "SELECT order_no, name FROM order_line");
	ck_assert_str_eq(i.initial_query, "SELECT *\nFROM order_line");
	ck_assert_int_eq(i.threshold, INTERFACE_DEFAULT_THRESHOLD);
	ck_assert_int_eq(i.mapping.count, 3);
	ck_assert_int_eq(i.mapping.entries[0].nulls, NULL_CLEAR);
	ck_assert_int_eq(i.mapping.entries[1].nulls, NULL_KEEP);
	ck_assert_int_eq(i.mapping.entries[1].kind, MAPPING_FORMULA);
	ck_assert_str_eq(i.mapping.entries[2].text, "ERP");
	ck_assert_int_eq(i.row_key.count, 2);
	ck_assert_str_eq(i.watermark_overlap, "10m");
	ck_assert_str_eq(i.schedule, "*/15 6-20 * * 1-5");
	interface_free_fields(&i);
}
END_TEST

static const char orders_prod[] =
	"\xef\xbb\xbfname = \"orders-prod\";\r\n"
	"type = \"agent file\";\r\n"
	"agent: { host = \"http://18.158.217.193\"; port = 9056; username = \"skyvva\";\r\n"
	"         password = { env = \"AGENT_PW\"; }; allow_clear_text = true;\r\n"
	"         called_by_salesforce = FALSE; };\r\n"
	"salesforce: { environment = \"Sandbox\"; domain = "
	"\"https://a--b.sandbox.my.salesforce.com\";\r\n"
	"  app = \"connected\"; consumer_key = \"3MVG9\"; consumer_secret = { credential = \"sf\" "
	"};\r\n"
	"  client_auth = \"basic\"; proxy: { url = \"http://p:1\"; password = { file = \"/p\"; }; "
	"}; };\r\n"
	"source: { folder = \"/srv/in\"; query_timeout = 0x10; };\r\n"
	"confirm_rows = 5L; draft = true # not yet";

START_TEST(a_connection_is_read_as_it_stands)
{
	struct connection c;
	struct err err = ERR_INIT;

	connection_init(&c);
	ck_ok(files_parse_connection(&c, orders_prod, "orders-prod.cfg", &err), &err);
	ck_assert_int_eq(c.type, CONNECTION_AGENT_FILE);
	ck_assert(c.draft && c.agent.allow_clear_text && !c.agent.called_by_salesforce);
	ck_assert_int_eq(c.agent.port, 9056);
	ck_assert_int_eq(c.agent.password.kind, SECRET_ENV);
	ck_assert_str_eq(c.agent.password.ref, "AGENT_PW");
	ck_assert_int_eq(c.salesforce.environment, ENVIRONMENT_SANDBOX);
	ck_assert_int_eq(c.salesforce.app, APP_CONNECTED);
	ck_assert_int_eq(c.salesforce.client_auth, CLIENT_AUTH_BASIC);
	ck_assert_int_eq(c.salesforce.consumer_secret.kind, SECRET_CREDENTIAL);
	ck_assert_str_eq(c.salesforce.proxy.url, "http://p:1");
	ck_assert_int_eq(c.salesforce.proxy.password.kind, SECRET_FILE);
	ck_assert_int_eq(c.source.query_timeout, 16);
	ck_assert_int_eq(c.confirm_rows, 5);
	ck_assert_ptr_null(c.salesforce.grant_type);
	connection_free_fields(&c);
}
END_TEST

/* A faulty connection file: the line and words that must be told. */
static const struct {
	const char *text;
	int line;
	const char *words;
} faults[] = {
	{ "name = \"a\";\ntipe = \"Agent File\";", 2, "tipe is unknown: did you mean type?" },
	{ "salesforce: {\n domian = \"x\"; };", 2, "did you mean salesforce.domain?" },
	{ "\n\ndomain = \"x\";", 3, "did you mean salesforce.domain?" },
	{ "agent = \"x\";", 1, "agent must be a group" },
	{ "agent: { zzzzzzzzzz = 1; };", 1, "agent.zzzzzzzzzz is unknown" },
	{ "type = \"Agent Fil\";", 1, "did you mean \"Agent File\"?" },
	{ "type = 7;", 1, "type must be text in quotes" },
	{ "type = Production;", 1, "text needs quotes" },
	{ "agent: { port = \"9055\"; };", 1, "write it without quotes" },
	{ "agent: { port = 0; };", 1, "out of range: use 1 to 65535" },
	{ "agent: {\n port = 65536; };", 2, "out of range" },
	{ "agent: { port = 90.5; };", 1, "whole number" },
	{ "agent: { port = 9999999999; };", 1, "does not fit" },
	{ "agent: { port = 99999999999999999999999999; };", 1, "does not fit" },
	{ "agent: { port = -0xFFFFFFFFF; };", 1, "needs quotes" },
	{ "agent: { port = 0xFFFFFFFF; };", 1, "does not fit" },
	{ "draft = \"true\";", 1, "true or false, without quotes" },
	{ "name = \"a\";\nname = \"b\";", 2, "duplicate" },
	{ "name = \"a;\n", 1, "not closed with \"" },
	{ "name = \"a\\\"", 1, "not closed with \"" },
	{ "\nname = \"a\"; /* never\n ends", 2, "not closed with */" },
	{ "agent: { port = 1;\n", 1, "not closed with }" },
	{ "name = (\n\"a\"", 1, "not closed with )" },
	{ "name = [ \"a\" \"b\";", 1, "a comma or ] is missing" },
	{ "name \"a\";", 1, "= is missing after the name" },
	{ "name = ;", 1, "a value is missing" },
	{ "};", 1, "a name was expected" },
	{ "name = \"a\";;", 1, "a name was expected" },
	{ "@include \"/etc/passwd\"", 1, "a name was expected" },
	{ "name = \"a\x01\";", 1, "control character" },
	{ "name = \"a\xff\";", 1, "not UTF-8" },
	{ "name = \"a\\x00b\";", 1, "byte 0" },
	{ "a=((((((((((((((((((((1))))))))))))))))))));", 1, "nested deeper" },
	{ "agent: { password = \"hush\"; };", 1, "must not stand here in plain text" },
	{ "agent: { password = hush; };", 1, "text needs quotes" },
	{ "agent: { password = hush-hush 2; };", 1, "text needs quotes" },
	{ "agent: { password hush; };", 1, "= is missing" },
	{ "agent: { password = { }; };", 1, "needs one of sealed, env, file or credential" },
	{ "agent: { password = { env = \"A\"; file = \"b\"; }; };", 1, "needs one of" },
	{ "agent: { password = { plain = \"A\"; }; };", 1, "agent.password.plain is unknown" },
	{ "agent: { password = { env = \"\"; }; };", 1, "is empty" },
};

START_TEST(a_fault_is_told_with_its_line)
{
	struct connection c;
	struct err err = ERR_INIT;
	char where[32];

	connection_init(&c);
	text_set(&c.description, "as before");
	ck_assert_int_eq(files_parse_connection(&c, faults[_i].text, "x.cfg", &err), -ERR_CONFIG);
	snprintf(where, sizeof(where), "x.cfg:%d: ", faults[_i].line);
	ck_assert_msg(text_starts(err.text, where), "%s", err.text);
	ck_assert_msg(strstr(err.text, faults[_i].words) != NULL, "%s", err.text);
	ck_assert_ptr_null(strstr(err.text, "hush"));
	ck_assert_str_eq(c.description, "as before");
	connection_free_fields(&c);
}
END_TEST

static const struct {
	const char *text;
	int line;
	const char *words;
} interface_faults[] = {
	{ "mapping = \"Name\";", 1, "mapping must be a list" },
	{ "mapping = (\n 1 );", 2, "each entry is" },
	{ "mapping = (\n { field = \"A\"; } );", 2, "each entry is" },
	{ "mapping = ( { column = \"A\"; } );", 1, "each entry is" },
	{ "mapping = ( { field = \"A\";\n colum = \"a\"; } );", 2, "did you mean column?" },
	{ "mapping = ( { field = \"A\"; column = \"a\"; value = \"b\"; } );", 1, "not two" },
	{ "mapping = ( { field = \"A\"; value = 5; } );", 1, "value must be text in quotes" },
	{ "mapping = ( { field = \"A\"; value = \"5\"; null = \"x\"; } );", 1,
		"neither keep nor clear" },
	{ "query = ( \"a\",\n 5 );", 2, "query must be text" },
	{ "row_key = [ 1, 2 ];", 1, "row_key must be text" },
	{ "status = \"Deploy\";", 1, "did you mean \"Deployed\"?" },
	{ "packet = 201;", 1, "use 1 to 200" },
	{ "watermark = \"x\";", 1, "must be a group" },
	{ "operaton = \"Upsert\";", 1, "did you mean operation?" },
};

START_TEST(a_fault_of_an_interface_is_told_with_its_line)
{
	struct interface i;
	struct err err = ERR_INIT;
	char where[32];

	interface_init(&i);
	ck_assert_int_eq(
		files_parse_interface(&i, interface_faults[_i].text, "x.cfg", &err), -ERR_CONFIG);
	snprintf(where, sizeof(where), "x.cfg:%d: ", interface_faults[_i].line);
	ck_assert_msg(text_starts(err.text, where), "%s", err.text);
	ck_assert_msg(strstr(err.text, interface_faults[_i].words) != NULL, "%s", err.text);
	interface_free_fields(&i);
}
END_TEST

START_TEST(the_line_is_right_behind_texts_and_comments_of_several_lines)
{
	struct connection c;
	struct err err = ERR_INIT;

	connection_init(&c);
	ck_assert_int_eq(files_parse_connection(&c,
				 "description = \"one\n two\"\n  # \"three\n \"four\";\n"
				 "/* five\n six */ tipe = 1;",
				 "x.cfg", &err),
		-ERR_CONFIG);
	ck_assert_msg(text_starts(err.text, "x.cfg:6: "), "%s", err.text);
	connection_free_fields(&c);
}
END_TEST

START_TEST(a_file_of_endless_settings_is_refused_at_once)
{
	struct buf text = BUF_INIT(1 << 20);
	struct connection c;
	struct err err = ERR_INIT;

	for (int i = 0; i < 100000; i++)
		buf_addf(&text, "a%d=1;", i);
	connection_init(&c);
	ck_assert_int_eq(files_parse_connection(&c, buf_str(&text), "x.cfg", &err), -ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "more than"));
	connection_free_fields(&c);
	buf_free(&text);
}
END_TEST

START_TEST(a_new_file_reads_as_it_was_meant)
{
	struct interface i;
	struct interface again;
	struct buf text = BUF_INIT(1 << 16);
	struct err err = ERR_INIT;

	interface_init(&i);
	interface_init(&again);
	ck_ok(files_parse_interface(&i, order_lines, "x.cfg", &err), &err);
	ck_ok(files_write_interface(&text, &i, &err), &err);
	ck_ok(files_parse_interface(&again, buf_str(&text), "y.cfg", &err), &err);
	ck_assert_str_eq(again.initial_query, i.initial_query);
	ck_assert(mapping_version(&again.mapping) == mapping_version(&i.mapping));
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "status = \"Deployed\";\n"));
	/* What stands at its default is left out. */
	ck_assert_ptr_null(strstr(buf_str(&text), "halt"));
	buf_free(&text);
	interface_free_fields(&i);
	interface_free_fields(&again);
}
END_TEST

START_TEST(a_new_file_looks_like_one_written_by_hand)
{
	struct connection c;
	struct buf text = BUF_INIT(1 << 16);
	struct err err = ERR_INIT;

	connection_init(&c);
	ck_ok(files_set_connection(&c, "name", "orders", &err), &err);
	ck_ok(files_set_connection(&c, "agent.host", "http://127.0.0.1", &err), &err);
	ck_ok(files_set_connection(&c, "salesforce.proxy.url", "http://p:3128", &err), &err);
	ck_ok(files_set_connection(&c, "source.odbc", "DSN=\"erp\"", &err), &err);
	ck_ok(files_write_connection(&text, &c, &err), &err);
	ck_assert_str_eq(buf_str(&text), "name = \"orders\";\n"
					 "type = \"Agent Database\";\n"
					 "\n"
					 "agent: {\n"
					 "  host = \"http://127.0.0.1\";\n"
					 "  port = 9055;\n"
					 "};\n"
					 "\n"
					 "salesforce: {\n"
					 "  environment = \"Production\";\n"
					 "  app = \"external\";\n"
					 "  proxy: {\n"
					 "    url = \"http://p:3128\";\n"
					 "  };\n"
					 "};\n"
					 "\n"
					 "source: {\n"
					 "  odbc = \"DSN=\\\"erp\\\"\";\n"
					 "};\n");
	buf_free(&text);
	connection_free_fields(&c);
}
END_TEST

Suite *suite_files(void)
{
	Suite *suite = suite_create("config/files");
	TCase *tc = tcase_create("files");

	tcase_add_test(tc, an_interface_is_read_as_it_stands);
	tcase_add_test(tc, a_connection_is_read_as_it_stands);
	tcase_add_loop_test(tc, a_fault_is_told_with_its_line, 0, ARRAY_SIZE(faults));
	tcase_add_loop_test(
		tc, a_fault_of_an_interface_is_told_with_its_line, 0, ARRAY_SIZE(interface_faults));
	tcase_add_test(tc, the_line_is_right_behind_texts_and_comments_of_several_lines);
	tcase_add_test(tc, a_file_of_endless_settings_is_refused_at_once);
	tcase_add_test(tc, a_new_file_reads_as_it_was_meant);
	tcase_add_test(tc, a_new_file_looks_like_one_written_by_hand);
	suite_add_tcase(suite, tc);
	return suite;
}
