/* Properties of reading, writing and editing over random models and damaged texts. */

#include "config/suites.h"

#include "base/text.h"
#include "config/edit.h"
#include "config/parse.h"
#include "config/random.h"
#include "model/agent_settings.h"
#include "model/connection.h"
#include "model/interface.h"

/* TEST_ROUNDS=20000 TEST_SEED=7 looks longer, and elsewhere. */
static int rounds(void)
{
	const char *text = getenv("TEST_ROUNDS");

	return text ? (int)strtol(text, NULL, 10) : 300;
}

static uint64_t seed(uint64_t own)
{
	const char *text = getenv("TEST_SEED");

	return own + (text ? strtoull(text, NULL, 10) * UINT64_C(0x9e3779b9) : 0);
}

union thing {
	struct connection connection;
	struct interface interface;
	struct agent_settings settings;
};

static const struct schema *const schemas[] = { &schema_connection, &schema_interface,
	&schema_settings };

static void check_equal(const struct schema *schema, const void *a, const void *b, int round,
	const struct buf *text)
{
	for (size_t i = 0; i < schema->count; i++)
		ck_assert_msg(value_equal(&schema->keys[i], a, b), "round %d: %s differs in\n%s",
			round, schema->keys[i].path, buf_str(text));
}

static int read_into(
	union thing *thing, const struct schema *schema, const struct buf *text, struct err *err)
{
	return parse_text(thing, schema, buf_str(text), text->len, "x.cfg", NULL, NULL, err);
}

START_TEST(what_is_written_reads_the_same)
{
	const struct schema *schema = schemas[_i];
	struct random r = { seed((uint64_t)_i * 1000003) };
	struct err err = ERR_INIT;

	for (int round = 0; round < rounds(); round++) {
		struct buf text = BUF_INIT(1 << 20);
		union thing meant;
		union thing found;

		schema->init(&meant);
		schema->init(&found);
		random_thing(&r, schema, &meant);
		ck_ok(edit_new(&text, schema, &meant, &err), &err);
		ck_assert_msg(read_into(&found, schema, &text, &err) == 0, "round %d: %s\n%s",
			round, err.text, buf_str(&text));
		check_equal(schema, &meant, &found, round, &text);
		buf_free(&text);
		schema->free_fields(&meant);
		schema->free_fields(&found);
	}
}
END_TEST

/* Values that did not change must stand byte for byte as before. */
static void check_untouched(const struct schema *schema, const union thing *from,
	const union thing *to, const struct buf *before, const struct buf *after, int round)
{
	struct scan old;
	struct scan new;
	struct err err = ERR_INIT;

	ck_ok(scan_text(&old, buf_str(before), before->len, "x", &err), &err);
	ck_ok(scan_text(&new, buf_str(after), after->len, "x", &err), &err);
	for (size_t i = 0; i < schema->count; i++) {
		const struct key *key = &schema->keys[i];
		int a = scan_find(&old, key->path);
		int b = scan_find(&new, key->path);
		size_t len;

		if (a < 0 || key->kind == KEY_MAPPING || !value_equal(key, from, to))
			continue;
		ck_assert_msg(b >= 0, "round %d: %s is gone", round, key->path);
		len = old.nodes[a].end - old.nodes[a].at;
		ck_assert_msg(new.nodes[b].end - new.nodes[b].at ==
				      len &&memcmp(old.text + old.nodes[a].at,
					      new.text + new.nodes[b].at, len) == 0,
			"round %d: %s was rewritten", round, key->path);
	}
	scan_free(&old);
	scan_free(&new);
}

START_TEST(an_edit_gives_what_was_meant_and_loses_no_comment)
{
	const struct schema *schema = schemas[_i];
	struct random r = { seed((uint64_t)_i * 7919 + 1) };
	struct err err = ERR_INIT;

	for (int round = 0; round < rounds(); round++) {
		struct buf text = BUF_INIT(1 << 20);
		struct buf before = BUF_INIT(1 << 20);
		union thing from;
		union thing to;
		union thing found;
		int comments;

		schema->init(&from);
		schema->init(&to);
		schema->init(&found);
		random_thing(&r, schema, &from);
		ck_ok(edit_new(&text, schema, &from, &err), &err);
		comments = random_comments(&r, &text, 1 + (int)random_below(&r, 12));
		ck_assert_msg(read_into(&to, schema, &text, &err) == 0, "round %d: %s\n%s", round,
			err.text, buf_str(&text));
		buf_add(&before, buf_str(&text), text.len);
		for (size_t i = 0; i < schema->count; i++) {
			if (random_below(&r, 4) == 0)
				random_value(&r, schema, &schema->keys[i], &to);
		}
		ck_assert_msg(edit_text(&text, schema, &from, &to, "x.cfg", &err) == 0,
			"round %d: %s\n%s", round, err.text, buf_str(&before));
		ck_ok(read_into(&found, schema, &text, &err), &err);
		check_equal(schema, &to, &found, round, &text);
		check_untouched(schema, &from, &to, &before, &text, round);
		for (int i = 1; i <= comments; i++) {
			char mark[16];

			snprintf(mark, sizeof(mark), "<%d>", i);
			ck_assert_msg(strstr(buf_str(&text), mark) != NULL,
				"round %d lost %s of\n%s\nin\n%s", round, mark, buf_str(&before),
				buf_str(&text));
		}
		buf_free(&text);
		buf_free(&before);
		schema->free_fields(&from);
		schema->free_fields(&to);
		schema->free_fields(&found);
	}
}
END_TEST

START_TEST(a_damaged_text_is_refused_or_edited_right)
{
	const struct schema *schema = schemas[_i];
	struct random r = { seed((uint64_t)_i * 104729 + 5) };
	int accepted = 0;

	for (int round = 0; round < rounds() * 4; round++) {
		struct buf text = BUF_INIT(1 << 20);
		struct err err = ERR_INIT;
		union thing from;
		union thing to;
		int rc;

		schema->init(&from);
		schema->init(&to);
		for (size_t i = 0; i < schema->count; i++) {
			if (random_below(&r, 4) == 0)
				random_value(&r, schema, &schema->keys[i], &from);
		}
		ck_ok(edit_new(&text, schema, &from, &err), &err);
		random_comments(&r, &text, 8);
		random_damage(&r, &text);
		rc = read_into(&from, schema, &text, &err);
		ck_assert(rc == 0 || (rc == -ERR_CONFIG && text_starts(err.text, "x.cfg:")));
		if (rc == 0) {
			accepted++;
			ck_ok(read_into(&to, schema, &text, &err), &err);
			random_value(&r, schema,
				&schema->keys[random_below(&r, (uint32_t)schema->count)], &to);
			ck_assert_msg(edit_text(&text, schema, &from, &to, "x.cfg", &err) == 0,
				"round %d: %s in\n%s", round, err.text, buf_str(&text));
		}
		buf_free(&text);
		schema->free_fields(&from);
		schema->free_fields(&to);
	}
	ck_assert_int_gt(accepted, rounds() / 4);
	ck_assert_int_lt(accepted, rounds() * 4);
}
END_TEST

Suite *suite_roundtrip(void)
{
	Suite *suite = suite_create("config/roundtrip");
	TCase *tc = tcase_create("roundtrip");

	tcase_set_timeout(tc, 3600);
	tcase_add_loop_test(tc, what_is_written_reads_the_same, 0, ARRAY_SIZE(schemas));
	tcase_add_loop_test(
		tc, an_edit_gives_what_was_meant_and_loses_no_comment, 0, ARRAY_SIZE(schemas));
	tcase_add_loop_test(tc, a_damaged_text_is_refused_or_edited_right, 0, ARRAY_SIZE(schemas));
	suite_add_tcase(suite, tc);
	return suite;
}
