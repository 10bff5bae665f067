/*
 * check_main.h — the main function of a test program: TEST_MAIN(suite_a, suite_b) runs the suites
 * that these functions give, and understands CK_RUN_SUITE, CK_RUN_CASE and CK_FORK=no like every
 * Check program.
 */

#ifndef HARNESS_CHECK_MAIN_H
#define HARNESS_CHECK_MAIN_H

#include "base/base.h"
#include "base/err.h"

#include <check.h>

typedef Suite *suite_maker(void);

int check_main(suite_maker *const *makers, size_t count);

#define TEST_MAIN(...)                                                                             \
	int main(void)                                                                             \
	{                                                                                          \
		static suite_maker *const makers[] = { __VA_ARGS__ };                              \
		return check_main(makers, ARRAY_SIZE(makers));                                     \
	}

/* Sanitizers keep what was freed and take signals for themselves. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TEST_SANITIZED 1
#else
#define TEST_SANITIZED 0
#endif

/* How many times as long as elsewhere a test should wait here: for sanitizers, and as told by
 * CK_TIMEOUT_MULTIPLIER. */
int test_patience(void);

/* Call, and on failure print the error's own words. */
#define ck_ok(call, err) ck_assert_msg((call) >= 0, "%s: %s", #call, (err)->text)

/* A fresh folder under $TMPDIR that is removed when the test program ends; borrowed. */
const char *test_folder(void);

/* The folder around these: what one test makes there, later ones of the same program find. */
const char *test_root(void);

/* "http://127.0.0.1:PORT" of a port that is taken but refuses connections while this process lives.
 */
void test_refusing_url(char *url, size_t size);

#endif
