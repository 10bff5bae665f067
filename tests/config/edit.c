/* Tests of edit.h: a change touches its own span alone. */

#include "config/suites.h"

#include "base/text.h"
#include "config/edit.h"
#include "config/files.h"
#include "config/parse.h"

/* --set on the text of a connection or interface; `key` "map" is --map. */
static const struct {
	const struct schema *schema;
	const char *text, *key, *value, *result;
} edits[] = {
	{ &schema_connection,
		"name = \"a\"; # my name\n\n# heading\ndescription = \"b\";  // why\n",
		"description", "c",
		"name = \"a\"; # my name\n\n# heading\ndescription = \"c\";  // why\n" },
	{ &schema_connection, "agent: { host = \"h\"; port = 1; };", "agent.username", "u",
		"agent: { host = \"h\"; port = 1; username = \"u\"; };" },
	{ &schema_connection, "agent: { host = \"h\" };", "agent.port", "1",
		"agent: { host = \"h\"; port = 1; };" },
	{ &schema_connection, "agent: {\n\thost = \"h\"; # here\n};\n", "agent.port", "1",
		"agent: {\n\thost = \"h\"; # here\n\tport = 1;\n};\n" },
	{ &schema_connection, "agent: {\n\tport = 1;\n};\n", "agent.host", "h",
		"agent: {\n  host = \"h\";\n\tport = 1;\n};\n" },
	{ &schema_connection, "# head\nname = \"a\";\nsource: { };\n", "agent.host", "h",
		"# head\nname = \"a\";\nagent: {\n  host = \"h\";\n};\nsource: { };\n" },
	{ &schema_connection, "name = \"a\";\nsalesforce: {\n  app = \"external\"; }; # sf",
		"salesforce.proxy.url", "http://p",
		"name = \"a\";\nsalesforce: {\n  app = \"external\"; proxy: { url = \"http://p\"; "
		"}; }; # "
		"sf" },
	{ &schema_connection, "# only a comment", "name", "a",
		"# only a comment\nname = \"a\";\n" },
	{ &schema_connection, "# head\n\ndraft = true;\n", "name", "a",
		"# head\n\nname = \"a\";\ndraft = true;\n" },
	{ &schema_connection, "name = \"a\";\ndescription = \"b\";\ndraft = true;\n", "description",
		"", "name = \"a\";\ndraft = true;\n" },
	{ &schema_connection, "name = \"a\"; description = \"b\" /* c */; draft = true;\n",
		"description", "", "name = \"a\";  /* c */ draft = true;\n" },
	{ &schema_connection, "description = \"one \" # first\n  \"two\"; # end\n", "description",
		"new", "description = \"new\" # first\n; # end\n" },
	{ &schema_connection, "draft = FALSE;\r\nname = \"a\";\r\n", "description", "d",
		"draft = FALSE;\r\nname = \"a\";\ndescription = \"d\";\r\n" },
	{ &schema_interface, "query = \"SELECT a\n  FROM b\"; # q\npacket = 5;\n", "packet", "7",
		"query = \"SELECT a\n  FROM b\"; # q\npacket = 7;\n" },
	{ &schema_interface, "query = \"SELECT a\";\n", "query", "SELECT \"a\"\nFROM b\\c",
		"query = \"SELECT \\\"a\\\"\nFROM b\\\\c\";\n" },
	{ &schema_interface, "row_key = [ \"a\", /* x */ \"b\" ];", "row_key", "c",
		"row_key = [ \"c\" ] /* x */;" },
	{ &schema_interface,
		"mapping = ( { field = \"A\"; column = \"a\"; }, # one\n"
		"            { field = \"B\"; column = \"b\" } # two\n          );\n",
		"map", "A=aa",
		"mapping = ( { field = \"A\"; column = \"aa\"; }, # one\n"
		"            { field = \"B\"; column = \"b\" } # two\n          );\n" },
	{ &schema_interface,
		"mapping = ( { field = \"A\"; column = \"a\"; }, # one\n"
		"            { field = \"B\"; column = \"b\" } # two\n          );\n",
		"map", "C=value:1",
		"mapping = ( { field = \"A\"; column = \"a\"; }, # one\n"
		"            { field = \"B\"; column = \"b\" }, # two\n"
		"            { field = \"C\"; value = \"1\"; }\n          );\n" },
	{ &schema_interface,
		"mapping = ( { field = \"A\"; column = \"a\"; }, # one\n"
		"            { field = \"B\"; column = \"b\" } # two\n          );\n",
		"map", "A=",
		"mapping = ( # one\n"
		"            { field = \"B\"; column = \"b\" } # two\n          );\n" },
	{ &schema_interface,
		"mapping = ( { field = \"A\"; column = \"a\"; }, # one\n"
		"            { field = \"B\"; column = \"b\" } # two\n          );\n",
		"map", "B=",
		"mapping = ( { field = \"A\"; column = \"a\"; } # one\n # two\n          );\n" },
	{ &schema_interface, "mapping = ( { field = \"A\"; column = \"a\"; } );", "map", "B=b",
		"mapping = ( { field = \"A\"; column = \"a\"; }, { field = \"B\"; column = \"b\"; "
		"} );" },
	{ &schema_interface, "mapping = ( /* none */ );", "map", "B=b",
		"mapping = (\n  { field = \"B\"; column = \"b\"; } /* none */ \n);" },
	{ &schema_interface, "object = \"A\";\n", "map", "B=b",
		"object = \"A\";\nmapping = (\n  { field = \"B\"; column = \"b\"; }\n);\n" },
	{ &schema_interface,
		"null = \"keep\";\nmapping = ( { field = \"A\"; column = \"a\"; },\n"
		"  { field = \"B\"; column = \"b\"; null = \"clear\"; } );\n",
		"null", "clear",
		"null = \"clear\";\nmapping = ( { field = \"A\"; column = \"a\"; },\n"
		"  { field = \"B\"; column = \"b\"; null = \"clear\"; } );\n" },
};

START_TEST(a_change_touches_its_own_span_alone)
{
	union {
		struct connection connection;
		struct interface interface;
	} from, to;
	const struct schema *schema = edits[_i].schema;
	struct buf text = BUF_INIT(1 << 16);
	struct err err = ERR_INIT;
	size_t len = strlen(edits[_i].text);

	schema->init(&from);
	schema->init(&to);
	buf_add_str(&text, edits[_i].text);
	ck_ok(parse_text(&from, schema, edits[_i].text, len, "x", NULL, NULL, &err), &err);
	ck_ok(parse_text(&to, schema, edits[_i].text, len, "x", NULL, NULL, &err), &err);
	if (schema == &schema_connection)
		ck_ok(files_set_connection(&to.connection, edits[_i].key, edits[_i].value, &err),
			&err);
	else if (strcmp(edits[_i].key, "map") == 0)
		ck_ok(files_map_interface(&to.interface, edits[_i].value, &err), &err);
	else
		ck_ok(files_set_interface(&to.interface, edits[_i].key, edits[_i].value, &err),
			&err);
	ck_ok(edit_text(&text, schema, &from, &to, "x", &err), &err);
	ck_assert_str_eq(buf_str(&text), edits[_i].result);
	buf_free(&text);
	schema->free_fields(&from);
	schema->free_fields(&to);
}
END_TEST

START_TEST(entries_carry_their_comments_when_they_move)
{
	static const char before[] = "mapping = (\n"
				     "  # the key\n"
				     "  { field = \"A\"; column = \"a\"; }, // a\n"
				     "  /* the name */ { field = \"B\"; column = \"b\"; }\n"
				     ");\n";
	struct interface from;
	struct interface to;
	struct buf text = BUF_INIT(1 << 16);
	struct err err = ERR_INIT;

	interface_init(&from);
	interface_init(&to);
	buf_add_str(&text, before);
	ck_ok(files_parse_interface(&from, before, "x", &err), &err);
	ck_ok(files_map_interface(&to, "B=b", &err), &err);
	ck_ok(files_map_interface(&to, "A=formula:a || 'x'", &err), &err);
	ck_ok(edit_text(&text, &schema_interface, &from, &to, "x", &err), &err);
	ck_assert_str_eq(buf_str(&text), "mapping = (\n"
					 "  /* the name */ { field = \"B\"; column = \"b\"; },\n"
					 "  # the key\n"
					 "  { field = \"A\"; formula = \"a || 'x'\"; } // a\n"
					 ");\n");
	buf_free(&text);
	interface_free_fields(&from);
	interface_free_fields(&to);
}
END_TEST

START_TEST(what_no_file_can_hold_is_refused_and_changes_nothing)
{
	struct connection from;
	struct connection to;
	struct buf text = BUF_INIT(1 << 16);
	struct err err = ERR_INIT;

	connection_init(&from);
	connection_init(&to);
	buf_add_str(&text, "draft = false;\n");
	to.agent.port = 70000;
	ck_assert_int_eq(
		edit_text(&text, &schema_connection, &from, &to, "x.cfg", &err), -ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "agent.port"));
	to.agent.port = from.agent.port;
	text_set(&to.description, "\xff");
	ck_assert_int_eq(
		edit_text(&text, &schema_connection, &from, &to, "x.cfg", &err), -ERR_CONFIG);
	ck_assert_str_eq(buf_str(&text), "draft = false;\n");
	buf_free(&text);
	connection_free_fields(&from);
	connection_free_fields(&to);
}
END_TEST

Suite *suite_edit(void)
{
	Suite *suite = suite_create("config/edit");
	TCase *tc = tcase_create("edit");

	tcase_add_loop_test(tc, a_change_touches_its_own_span_alone, 0, ARRAY_SIZE(edits));
	tcase_add_test(tc, entries_carry_their_comments_when_they_move);
	tcase_add_test(tc, what_no_file_can_hold_is_refused_and_changes_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}
