/* Tests of key.c: which keys the org takes for the same. */

#include "process/suites.h"
#include "process/key.h"

#include <locale.h>

static const struct {
	const char *a, *b;
	enum key_kind kind;
	bool same;
} pairs[] = {
	{ "ORD-1", "ord-1", KEY_FOLDED, true },
	{ "ORD-1", "ord-1", KEY_EXACT, false },
	{ "  ORD-1\t", "ord-1", KEY_FOLDED, true },
	{ " ORD-1 ", "ORD-1", KEY_EXACT, true },
	{ "ORD 1", "ORD1", KEY_FOLDED, false },
	{ "ORD-1", "ORD-2", KEY_FOLDED, false },
	{ "\xc3\x84RGER", "\xc3\xa4rger", KEY_FOLDED, true },
	{ "\xc3\x84RGER", "\xc3\xa4rger", KEY_EXACT, false },
	{ "\xd0\x96", "\xd0\xb6", KEY_FOLDED, true },
	{ "\xc3\x84", "A", KEY_FOLDED, false },
	{ "001000000000001", "001000000000001AAA", KEY_ID, true },
	{ "00100000000000a", "00100000000000A", KEY_ID, false },
	{ "", " ", KEY_FOLDED, true },
};

START_TEST(keys_are_compared_as_the_org_does)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	ck_assert_int_eq(
		key_hash(pairs[_i].a, pairs[_i].kind) == key_hash(pairs[_i].b, pairs[_i].kind),
		pairs[_i].same);
	ck_assert_uint_ne(key_hash(pairs[_i].a, pairs[_i].kind), 0);
}
END_TEST

START_TEST(long_keys_differ_in_any_byte)
{
	char a[3000], b[3000];

	memset(a, 'x', sizeof(a) - 1);
	a[sizeof(a) - 1] = '\0';
	for (size_t at = 0; at < sizeof(a) - 1; at += 97) {
		memcpy(b, a, sizeof(a));
		b[at] = 'y';
		ck_assert_uint_ne(key_hash(a, KEY_FOLDED), key_hash(b, KEY_FOLDED));
		b[at] = 'X';
		ck_assert_uint_eq(key_hash(a, KEY_FOLDED), key_hash(b, KEY_FOLDED));
	}
}
END_TEST

START_TEST(row_hash_is_the_same_for_ever)
{
	/* It is stored: another value would make every failed row look changed. */
	ck_assert_uint_eq(row_hash("\3\0\0\0abc", 7), UINT64_C(16931104072215330493));
}
END_TEST

Suite *suite_key(void)
{
	Suite *suite = suite_create("key");
	TCase *tc = tcase_create("key");

	tcase_add_loop_test(tc, keys_are_compared_as_the_org_does, 0, ARRAY_SIZE(pairs));
	tcase_add_test(tc, long_keys_differ_in_any_byte);
	tcase_add_test(tc, row_hash_is_the_same_for_ever);
	suite_add_tcase(suite, tc);
	return suite;
}
