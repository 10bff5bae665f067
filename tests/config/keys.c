/* Tests of files.h, keys: --set, --map, --secret, help, and what is shown of a setting. */

#include "config/suites.h"

#include "base/text.h"
#include "config/files.h"
#include "config/schema.h"

static const struct {
	const char *key, *value;
	const char *shown; /* NULL = refused with `words` */
	const char *words;
} sets[] = {
	{ "description", "two words", "two words", NULL },
	{ "description", "", "", NULL },
	{ "type", "agent file", "Agent File", NULL },
	{ "type", "file", NULL, "Agent Database or Agent File" },
	{ "agent.port", "9056", "9056", NULL },
	{ "agent.port", "0", NULL, "from 1 to 65535" },
	{ "agent.port", "9055x", NULL, "from 1 to 65535" },
	{ "draft", "Yes", "true", NULL },
	{ "draft", "maybe", NULL, "neither true nor false" },
	{ "salesforce.environment", "SANDBOX", "Sandbox", NULL },
	{ "source.format", "JSONL", "jsonl", NULL },
	{ "source.format", "xls", NULL, "csv, tsv, jsonl or json" },
	{ "salesforce.grant_type", "", "client_credentials", NULL },
	{ "salesforce.domian", "x", NULL, "did you mean salesforce.domain?" },
	{ "domain", "x", NULL, "did you mean salesforce.domain?" },
	{ "agent", "x", NULL, "is a group" },
	{ "agent.password", "hush", NULL, "--secret agent.password=-" },
	{ "description", "\xff", NULL, "not UTF-8" },
};

static void find_line(void *ctx, const char *key, const char *value)
{
	const char **wanted = ctx;

	if (strcmp(key, wanted[0]) == 0)
		text_set((char **)&wanted[1], value);
}

START_TEST(a_setting_is_set_by_its_path)
{
	struct connection c;
	struct err err = ERR_INIT;
	const char *line[2] = { sets[_i].key, NULL };
	int rc;

	connection_init(&c);
	text_set(&c.salesforce.grant_type, "x");
	rc = files_set_connection(&c, sets[_i].key, sets[_i].value, &err);
	if (sets[_i].shown) {
		ck_ok(rc, &err);
		files_show_connection(&c, find_line, line);
		ck_assert_str_eq(line[1], sets[_i].shown);
		free((char *)(uintptr_t)line[1]);
	} else {
		ck_assert_int_eq(rc, -ERR_USAGE);
		ck_assert_msg(strstr(err.text, sets[_i].words) != NULL, "%s", err.text);
		ck_assert_ptr_null(strstr(err.text, "hush"));
	}
	connection_free_fields(&c);
}
END_TEST

START_TEST(fields_are_mapped_changed_and_taken_out)
{
	struct interface i;
	struct err err = ERR_INIT;

	interface_init(&i);
	ck_ok(files_map_interface(&i, "Name=name", &err), &err);
	ck_ok(files_map_interface(&i, "Price__c=formula:round(a=b, 2)", &err), &err);
	ck_ok(files_map_interface(&i, "Source__c=value:", &err), &err);
	ck_ok(files_map_interface(&i, "name=column:formula:x", &err), &err);
	ck_assert_int_eq(i.mapping.count, 3);
	ck_assert_str_eq(i.mapping.entries[0].text, "formula:x");
	ck_assert_int_eq(i.mapping.entries[0].kind, MAPPING_COLUMN);
	ck_assert_str_eq(i.mapping.entries[1].text, "round(a=b, 2)");
	ck_assert_int_eq(i.mapping.entries[2].kind, MAPPING_VALUE);
	ck_assert_str_eq(i.mapping.entries[2].text, "");
	ck_ok(files_map_interface(&i, "Price__c=", &err), &err);
	ck_assert_int_eq(i.mapping.count, 2);
	ck_assert_str_eq(i.mapping.entries[1].field, "Source__c");
	ck_assert_int_eq(files_map_interface(&i, "Price__c=", &err), -ERR_USAGE);
	ck_assert_int_eq(files_map_interface(&i, "Price__c", &err), -ERR_USAGE);
	ck_assert_int_eq(files_map_interface(&i, "=x", &err), -ERR_USAGE);
	interface_free_fields(&i);
}
END_TEST

START_TEST(the_null_policy_reaches_entries_without_their_own)
{
	struct interface i;
	struct err err = ERR_INIT;

	interface_init(&i);
	ck_ok(files_map_interface(&i, "Name=name", &err), &err);
	ck_ok(files_set_interface(&i, "null", "clear", &err), &err);
	ck_assert_int_eq(i.mapping.entries[0].nulls, NULL_CLEAR);
	ck_ok(files_set_interface(&i, "row_key", " a, b ,", &err), &err);
	ck_assert_int_eq(i.row_key.count, 2);
	ck_assert_str_eq(i.row_key.items[1], "b");
	ck_ok(files_set_interface(&i, "row_key", "", &err), &err);
	ck_assert_int_eq(i.row_key.count, 0);
	interface_free_fields(&i);
}
END_TEST

START_TEST(secrets_are_found_by_key)
{
	struct connection c;
	struct err err = ERR_INIT;

	connection_init(&c);
	for (int i = 0; files_secret_keys()[i]; i++)
		ck_assert_ptr_nonnull(files_secret(&c, files_secret_keys()[i], &err));
	ck_assert_ptr_eq(files_secret(&c, "agent.password", &err), &c.agent.password);
	ck_assert_ptr_null(files_secret(&c, "consumer_secret", &err));
	ck_assert_ptr_nonnull(strstr(err.text, "did you mean salesforce.consumer_secret?"));
	ck_assert_ptr_null(files_secret(&c, "agent.host", &err));
	ck_assert_int_eq(err.kind, ERR_USAGE);
	connection_free_fields(&c);
}
END_TEST

START_TEST(json_shows_everything_but_secrets)
{
	struct connection c;
	struct buf text = BUF_INIT(1 << 16);
	struct json json = JSON_INIT(&text);
	const struct secret sealed = { SECRET_SEALED, (char *)(uintptr_t) "v1.hush" };
	struct err err = ERR_INIT;

	connection_init(&c);
	text_set(&c.name, "orders");
	ck_ok(secret_copy(&c.agent.password, &sealed, &err), &err);
	json_open(&json, '{');
	files_json_connection(&json, &c);
	json_close(&json, '}');
	ck_assert_ptr_null(strstr(buf_str(&text), "hush"));
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "\"password\":{\"sealed\":true}"));
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "\"salesforce\":{\"grant_type\":"));
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "\"proxy\":{\"url\":null"));
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "\"port\":9055"));
	buf_free(&text);
	connection_free_fields(&c);
}
END_TEST

START_TEST(every_key_has_help_and_is_told_once)
{
	const struct key_help *tables[] = { files_connection_keys(), files_interface_keys() };
	const struct schema *schemas[] = { &schema_connection, &schema_interface };

	for (size_t t = 0; t < 2; t++) {
		size_t count = 0;

		for (; tables[t][count].key; count++) {
			ck_assert_msg(
				!text_empty(tables[t][count].help), "%s", tables[t][count].key);
			for (size_t j = 0; j < count; j++)
				ck_assert_str_ne(tables[t][count].key, tables[t][j].key);
		}
		ck_assert_int_eq(count, schemas[t]->count);
	}
}
END_TEST

Suite *suite_keys(void)
{
	Suite *suite = suite_create("config/keys");
	TCase *tc = tcase_create("keys");

	tcase_add_loop_test(tc, a_setting_is_set_by_its_path, 0, ARRAY_SIZE(sets));
	tcase_add_test(tc, fields_are_mapped_changed_and_taken_out);
	tcase_add_test(tc, the_null_policy_reaches_entries_without_their_own);
	tcase_add_test(tc, secrets_are_found_by_key);
	tcase_add_test(tc, json_shows_everything_but_secrets);
	tcase_add_test(tc, every_key_has_help_and_is_told_once);
	suite_add_tcase(suite, tc);
	return suite;
}
