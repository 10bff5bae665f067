/* Tests of secret.h: who may read the key, what opens a secret, and what never shows it. */

#include "model/suites.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "harness/small_disk.h"
#include "base/text.h"
#include "model/secret.h"

static struct keyring *fresh_keyring(void)
{
	char *path = file_join(test_folder(), "key");
	struct keyring *keyring = NULL;
	struct err err = ERR_INIT;

	ck_ok(keyring_open(&keyring, path, true, &err), &err);
	free(path);
	return keyring;
}

START_TEST(a_key_file_is_made_for_its_owner_alone)
{
	char *path = file_join(test_folder(), "home/key");
	struct keyring *keyring = NULL;
	struct err err = ERR_INIT;
	struct stat st;

	ck_assert_int_eq(keyring_open(&keyring, path, false, &err), -ERR_NOT_FOUND);
	ck_ok(keyring_open(&keyring, path, true, &err), &err);
	keyring_free(keyring);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(chmod(path, 0640), 0);
	keyring = NULL;
	ck_assert_int_eq(keyring_open(&keyring, path, false, &err), -ERR_CONFIG);
	ck_assert_ptr_null(keyring);
	ck_assert_ptr_nonnull(strstr(err.text, "chmod 600"));
	free(path);
}
END_TEST

START_TEST(a_full_disk_leaves_no_half_key)
{
	bool real = small_disk_allowed("a key on a full disk");
	const char *dir = test_folder();
	char *path = file_join(dir, "key");
	struct keyring *keyring = NULL;
	struct err err = ERR_INIT;
	int rc;

	if (real)
		small_disk_mount(dir, 64u << 10);
	small_disk_fill(dir);
	rc = keyring_open(&keyring, path, true, &err);
	small_disk_free(dir);
	ck_assert_int_lt(rc, 0);
	ck_assert_ptr_null(keyring);
	ck_assert_msg(strstr(err.text, "/key") && strchr(err.text, ':'), "%s", err.text);
	ck_assert(!file_exists(path));
	ck_ok(keyring_open(&keyring, path, true, &err), &err);
	small_disk_end(dir);
	keyring_free(keyring);
	free(path);
}
END_TEST

START_TEST(a_file_that_is_no_key_is_refused)
{
	static const char *const contents[] = { "", "short", "not base64 at all!!",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
	char *path = file_join(test_folder(), "key");
	struct keyring *keyring = NULL;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(contents); i++) {
		ck_ok(file_write(path, contents[i], strlen(contents[i]), 0600, &err), &err);
		ck_assert_int_eq(keyring_open(&keyring, path, true, &err), -ERR_CONFIG);
		ck_assert_ptr_null(keyring);
	}
	free(path);
}
END_TEST

START_TEST(processes_that_start_together_share_one_key)
{
	char *path = file_join(test_folder(), "key");
	struct keyring *keyring = NULL;
	struct err err = ERR_INIT;
	struct secret sealed = { SECRET_NONE, NULL };
	char *plain = NULL;
	int go[2];
	pid_t children[4];
	int status;
	char byte;

	ck_assert_int_eq(pipe(go), 0);
	for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
		children[i] = fork();
		if (children[i] == 0) {
			close(go[1]);
			(void)!read(go[0], &byte, 1); /* returns when the parent closes its end */
			status = keyring_open(&keyring, path, true, NULL) == 0 ? 0 : 1;
			keyring_free(keyring);
			free(path);
			_exit(status);
		}
	}
	close(go[0]);
	close(go[1]);
	ck_ok(keyring_open(&keyring, path, true, &err), &err);
	ck_ok(secret_seal(&sealed, keyring, "pass", &err), &err);
	for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
		ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	keyring_free(keyring);
	keyring = NULL;
	ck_ok(keyring_open(&keyring, path, false, &err), &err);
	ck_ok(secret_reveal(&plain, &sealed, keyring, &err), &err);
	ck_assert_str_eq(plain, "pass");
	secret_wipe(plain);
	secret_free(&sealed);
	keyring_free(keyring);
	free(path);
}
END_TEST

START_TEST(what_was_sealed_comes_back)
{
	struct keyring *keyring = fresh_keyring();
	struct err err = ERR_INIT;
	char longest[SECRET_MAX + 1];
	const char *const plains[] = { "x", "skyvva@12!", "p\xc3\xa4ss \" \\ word", longest };

	memset(longest, 'z', SECRET_MAX);
	longest[SECRET_MAX] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(plains); i++) {
		struct secret secret = { SECRET_NONE, NULL };
		char *plain = NULL;

		ck_ok(secret_seal(&secret, keyring, plains[i], &err), &err);
		ck_assert_int_eq(secret.kind, SECRET_SEALED);
		ck_assert(i == 0 || !strstr(secret.ref, plains[i])); /* one letter may occur */
		ck_ok(secret_reveal(&plain, &secret, keyring, &err), &err);
		ck_assert_str_eq(plain, plains[i]);
		secret_wipe(plain);
		secret_free(&secret);
	}
	keyring_free(keyring);
}
END_TEST

START_TEST(a_sealed_text_tells_neither_length_nor_equality)
{
	struct keyring *keyring = fresh_keyring();
	struct err err = ERR_INIT;
	struct secret a = { SECRET_NONE, NULL };
	struct secret b = { SECRET_NONE, NULL };
	struct secret c = { SECRET_NONE, NULL };

	ck_ok(secret_seal(&a, keyring, "four", &err), &err);
	ck_ok(secret_seal(&b, keyring, "four", &err), &err);
	ck_ok(secret_seal(&c, keyring, "twenty letters long.", &err), &err);
	ck_assert_str_ne(a.ref, b.ref);
	ck_assert_uint_eq(strlen(a.ref), strlen(c.ref));
	secret_free(&a);
	secret_free(&b);
	secret_free(&c);
	keyring_free(keyring);
}
END_TEST

START_TEST(a_changed_or_foreign_sealed_text_is_refused)
{
	struct keyring *keyring = fresh_keyring();
	struct keyring *other = fresh_keyring();
	struct err err = ERR_INIT;
	struct secret secret = { SECRET_NONE, NULL };
	char *plain = NULL;

	ck_ok(secret_seal(&secret, keyring, "pass", &err), &err);
	ck_assert_int_eq(secret_reveal(&plain, &secret, other, &err), -ERR_CONFIG);
	ck_assert_int_eq(secret_reveal(&plain, &secret, NULL, &err), -ERR_CONFIG);
	for (size_t i = 0; secret.ref[i]; i++) {
		char kept = secret.ref[i];

		secret.ref[i] = kept == 'A' ? 'B' : 'A';
		ck_assert_int_eq(secret_reveal(&plain, &secret, keyring, &err), -ERR_CONFIG);
		ck_assert_ptr_null(plain);
		ck_assert_ptr_null(strstr(err.text, "pass"));
		secret.ref[i] = kept;
	}
	secret_free(&secret);
	keyring_free(keyring);
	keyring_free(other);
}
END_TEST

START_TEST(empty_and_oversized_secrets_are_not_sealed)
{
	struct keyring *keyring = fresh_keyring();
	struct secret secret = { SECRET_NONE, NULL };
	char text[SECRET_MAX + 2];

	memset(text, 'z', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert_int_eq(secret_seal(&secret, keyring, "", NULL), -ERR_USAGE);
	ck_assert_int_eq(secret_seal(&secret, keyring, text, NULL), -ERR_LIMIT);
	ck_assert_int_eq(secret_seal(&secret, NULL, "x", NULL), -ERR_CONFIG);
	ck_assert_int_eq(secret.kind, SECRET_NONE);
	keyring_free(keyring);
}
END_TEST

START_TEST(an_environment_variable_opens)
{
	struct secret secret = { SECRET_ENV, (char *)(uintptr_t) "AGENTBOARD_TEST_SECRET" };
	struct err err = ERR_INIT;
	char *plain = NULL;

	setenv("AGENTBOARD_TEST_SECRET", "from env", 1);
	ck_ok(secret_reveal(&plain, &secret, NULL, &err), &err);
	ck_assert_str_eq(plain, "from env");
	secret_wipe(plain);
	plain = NULL;
	unsetenv("AGENTBOARD_TEST_SECRET");
	ck_assert_int_eq(secret_reveal(&plain, &secret, NULL, &err), -ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "AGENTBOARD_TEST_SECRET"));
}
END_TEST

static const struct {
	const char *content;
	size_t len;
	const char *plain; /* NULL = refused */
} files[] = {
	{ "secret", 6, "secret" },
	{ "secret\n", 7, "secret" },
	{ "secret\r\n", 8, "secret" },
	{ " secret \n", 9, " secret " },
	{ "", 0, NULL },
	{ "\n", 1, NULL },
	{ "two\nlines\n", 10, NULL },
	{ "nul\0here", 8, NULL },
};

START_TEST(a_file_gives_its_one_line)
{
	const char *dir = test_folder();
	char *path = file_join(dir, "secret");
	struct secret secrets[] = { { SECRET_FILE, path },
		{ SECRET_CREDENTIAL, (char *)(uintptr_t) "secret" } };
	struct err err = ERR_INIT;

	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	ck_ok(file_write(path, files[_i].content, files[_i].len, 0600, &err), &err);
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++) {
		char *plain = NULL;
		int rc = secret_reveal(&plain, &secrets[i], NULL, &err);

		if (files[_i].plain) {
			ck_ok(rc, &err);
			ck_assert_str_eq(plain, files[_i].plain);
		} else {
			ck_assert_int_eq(rc, -ERR_CONFIG);
			ck_assert_ptr_null(plain);
		}
		secret_wipe(plain);
	}
	unsetenv("CREDENTIALS_DIRECTORY");
	free(path);
}
END_TEST

START_TEST(odd_places_are_refused_and_never_hang)
{
	const char *dir = test_folder();
	char *fifo = file_join(dir, "fifo");
	struct secret secrets[] = {
		{ SECRET_NONE, NULL },
		{ SECRET_FILE, fifo },
		{ SECRET_FILE, (char *)(uintptr_t) "/nonexistent/secret" },
		{ SECRET_FILE, (char *)(uintptr_t)dir },
		{ SECRET_CREDENTIAL, (char *)(uintptr_t) "../fifo" },
		{ SECRET_CREDENTIAL, (char *)(uintptr_t) "missing" },
	};
	char *plain = NULL;

	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++) {
		ck_assert_int_eq(secret_reveal(&plain, &secrets[i], NULL, NULL), -ERR_CONFIG);
		ck_assert_ptr_null(plain);
	}
	unsetenv("CREDENTIALS_DIRECTORY");
	ck_assert_int_eq(secret_reveal(&plain, &secrets[5], NULL, NULL), -ERR_CONFIG);
	free(fifo);
}
END_TEST

Suite *suite_secret(void)
{
	Suite *suite = suite_create("model/secret");
	TCase *tc = tcase_create("secret");

	tcase_add_test(tc, a_key_file_is_made_for_its_owner_alone);
	tcase_add_test(tc, a_full_disk_leaves_no_half_key);
	tcase_add_test(tc, a_file_that_is_no_key_is_refused);
	tcase_add_test(tc, processes_that_start_together_share_one_key);
	tcase_add_test(tc, what_was_sealed_comes_back);
	tcase_add_test(tc, a_sealed_text_tells_neither_length_nor_equality);
	tcase_add_test(tc, a_changed_or_foreign_sealed_text_is_refused);
	tcase_add_test(tc, empty_and_oversized_secrets_are_not_sealed);
	tcase_add_test(tc, an_environment_variable_opens);
	tcase_add_loop_test(tc, a_file_gives_its_one_line, 0, ARRAY_SIZE(files));
	tcase_add_test(tc, odd_places_are_refused_and_never_hang);
	suite_add_tcase(suite, tc);
	return suite;
}
