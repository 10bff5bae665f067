/* Tests of files behind SFTP, at a real sshd. */

#include "source/suites.h"
#include "source/sftp.h"
#include "source/sftp_private.h"
#include "source/sftp_server.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "http/client.h"

#include <sys/stat.h>
#include <unistd.h>

static struct sftp_server server;
static struct sftp_spec spec;
static struct sftp *sftp;
static struct err err = ERR_INIT;

static void setup(void)
{
	http_global_init();
	sftp_server_start(&server);
	spec = (struct sftp_spec){ .name = "erp-files",
		.url = server.url,
		.username = server.user,
		.key_file = server.key,
		.known_hosts = server.known_hosts };
	err_clear(&err);
}

static void teardown(void)
{
	sftp_close(sftp);
	sftp = NULL;
	sftp_server_stop(&server);
}

static void open_it(void)
{
	ck_ok(sftp_open(&sftp, &spec, &err), &err);
}

static int look(struct folder_list *list)
{
	return sftp_look(list, sftp, NULL, &err);
}

static bool lies(const char *folder, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return file_exists(path);
}

/* ---- who is it? ---- */

START_TEST(a_key_that_is_not_known_is_told_and_nothing_is_sent)
{
	struct folder_list list;
	char none[600], log[128];
	struct buf text = BUF_INIT(1u << 20);

	snprintf(none, sizeof(none), "%s/none", test_folder());
	spec.known_hosts = none;
	open_it();
	ck_assert_int_eq(look(&list), -ERR_SOURCE);
	ck_assert_msg(strstr(err.text, server.fingerprint) &&
			      strstr(err.text, "accept-host erp-files SHA256:"),
		"%s", err.text);
	ck_assert(!err.retryable);
	ck_assert(!file_exists(none));
	snprintf(log, sizeof(log), "%s/log", server.server.folder);
	if (file_exists(log))
		ck_ok(file_read(&text, log, &err), &err);
	ck_assert_msg(!strstr(buf_str(&text), server.user), "%s", buf_str(&text));
	buf_free(&text);
}
END_TEST

START_TEST(a_key_is_accepted_by_its_fingerprint_alone)
{
	static const char old[] =
		"# ours\nother.example ssh-ed25519 "
		"AAAAC3NzaC1lZDI1NTE5AAAAIA6z9dZTWcU7fws1+OOMyrsD1g0sfy8nZ4q2xayustQJ"; /* no end of
											   line */
	struct folder_list list;
	struct buf text = BUF_INIT(1u << 16);
	char path[600], key[SFTP_KEY_WORDS];

	snprintf(path, sizeof(path), "%s/hosts", test_folder());
	ck_ok(file_write(path, old, strlen(old), 0640, &err), &err);
	spec.known_hosts = path;
	open_it();
	ck_assert_int_eq(sftp_accept(key, sftp, NULL, &err), -ERR_SOURCE);
	ck_assert_int_eq(sftp_accept(key, sftp, "SHA256:another", &err), -ERR_SOURCE);
	ck_assert_msg(strstr(err.text, "another one"), "%s", err.text);
	ck_ok(file_read(&text, path, &err), &err);
	ck_assert_str_eq(buf_str(&text), old);
	ck_assert_int_eq(sftp_accept(key, sftp, server.fingerprint, &err), 0);
	ck_assert_msg(strstr(key, server.fingerprint), "%s", key);
	ck_assert_int_eq(sftp_accept(key, sftp, NULL, &err), 1);
	ck_ok(look(&list), &err);
	folder_list_free(&list);
	buf_reset(&text);
	ck_ok(file_read(&text, path, &err), &err);
	ck_assert(!strncmp(buf_str(&text), old, strlen(old)));
	buf_free(&text);
}
END_TEST

START_TEST(another_key_than_the_known_one_is_refused)
{
	struct folder_list list;
	struct buf text = BUF_INIT(1u << 16);
	char pub[128], key[SFTP_KEY_WORDS];

	buf_addf(&text, "[127.0.0.1]:%d ", server.port);
	snprintf(pub, sizeof(pub), "%s.pub", server.other_key);
	ck_ok(file_read(&text, pub, &err), &err);
	ck_ok(file_write(server.known_hosts, text.data, text.len, 0644, &err), &err);
	buf_free(&text);
	open_it();
	ck_assert_int_eq(look(&list), -ERR_SOURCE);
	ck_assert_msg(strstr(err.text, "shows another key (ed25519 SHA256:"), "%s", err.text);
	ck_assert_int_eq(sftp_accept(key, sftp, server.fingerprint, &err), -ERR_SOURCE);
}
END_TEST

START_TEST(a_wrong_sign_in_says_what_to_look_at)
{
	struct folder_list list;

	spec.key_file = server.other_key;
	open_it();
	ck_assert_int_eq(look(&list), -ERR_SOURCE);
	ck_assert_msg(strstr(err.text, "public half in authorized_keys"), "%s", err.text);
	ck_assert(!err.retryable);
	sftp_close(sftp);
	spec.key_file = server.locked_key;
	spec.password = "wrong";
	open_it();
	ck_assert_int_eq(look(&list), -ERR_SOURCE);
	ck_assert_msg(strstr(err.text, "passphrase"), "%s", err.text);
	sftp_close(sftp);
	spec.key_file = NULL;
	open_it();
	ck_assert_int_eq(look(&list), -ERR_SOURCE);
	ck_assert_msg(strstr(err.text, "with that password"), "%s", err.text);
	ck_assert(!strstr(err.text, "wrong"));
}
END_TEST

START_TEST(a_key_with_a_passphrase_opens)
{
	struct folder_list list;

	spec.key_file = server.locked_key;
	spec.password = SFTP_PASSPHRASE;
	open_it();
	ck_ok(look(&list), &err);
	folder_list_free(&list);
}
END_TEST

START_TEST(what_is_missing_is_told_before_a_call)
{
	spec.username = "";
	ck_assert_int_eq(sftp_open(&sftp, &spec, &err), -ERR_CONFIG);
	ck_assert(strstr(err.text, "source.username"));
	spec.username = server.user;
	spec.key_file = "/nowhere/key";
	ck_assert_int_eq(sftp_open(&sftp, &spec, &err), -ERR_CONFIG);
	ck_assert(strstr(err.text, "source.key_file: /nowhere/key cannot be read"));
	spec.key_file = NULL;
	ck_assert_int_eq(sftp_open(&sftp, &spec, &err), -ERR_CONFIG);
	ck_assert(strstr(err.text, "source.password"));
	ck_assert_ptr_null(sftp);
	ck_assert_int_eq(atomic_load(&server.line->connections), 0);
}
END_TEST

/* ---- files ---- */

static const char *const odd_names[] = { " leads.csv", "a b  c.csv", "a\"b'c\\d.csv", "it's.csv",
	"100%41.csv", "q?x#y&z;w.csv",
	("Stra\xc3\x9f"
	 "e.csv"),
	"~tilde.csv", "-rf.csv", "a*b[1].csv", "1 Jan  1 2025 x.csv" };

START_TEST(files_of_any_name_are_listed_fetched_archived_and_deleted)
{
	struct folder_list list;
	char path[600], archive[128], text[64];
	size_t count = ARRAY_SIZE(odd_names);

	for (size_t i = 0; i < count; i++)
		sftp_server_put(&server, odd_names[i], odd_names[i], strlen(odd_names[i]));
	sftp_server_put(&server, ".hidden", "", 0);
	snprintf(path, sizeof(path), "%s/folder", server.inbox);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	snprintf(archive, sizeof(archive), "%s/done \"1\"", server.server.folder);
	snprintf(path, sizeof(path), "%s/copy", test_folder());
	open_it();
	ck_ok(look(&list), &err);
	ck_assert_uint_eq(list.count, count);
	for (size_t i = 0; i < count; i++) {
		struct folder_file *file =
			(struct folder_file *)(uintptr_t)folder_find(&list, odd_names[i]);
		struct buf copy = BUF_INIT(1000);
		struct stat st;

		ck_assert_msg(file != NULL, "%s", odd_names[i]);
		ck_ok(sftp_stat(file, sftp, &err), &err);
		ck_assert_int_eq(file->size, (int64_t)strlen(odd_names[i]));
		ck_ok(sftp_fetch(path, sftp, file, &err), &err);
		ck_ok(file_read(&copy, path, &err), &err);
		ck_assert_str_eq(buf_str(&copy), odd_names[i]);
		ck_assert(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
		buf_free(&copy);
		if (i % 2)
			ck_ok(sftp_delete(sftp, odd_names[i], &err), &err);
		else
			ck_ok(sftp_archive(sftp, odd_names[i], archive, &err), &err);
		ck_assert(!lies(server.inbox, odd_names[i]));
		ck_assert(lies(archive, odd_names[i]) == (i % 2 == 0));
	}
	folder_list_free(&list);
	ck_assert_int_eq(atomic_load(&server.line->connections), 1);
	/* What is gone is gone. */
	snprintf(text, sizeof(text), "%s", odd_names[0]);
	ck_ok(sftp_delete(sftp, text, &err), &err);
	ck_ok(sftp_archive(sftp, text, archive, &err), &err);
}
END_TEST

START_TEST(the_archive_keeps_both_of_one_name)
{
	struct folder_list list;
	char archive[600];

	open_it();
	snprintf(archive, sizeof(archive), "%s/done", server.inbox); /* "done", within the folder */
	sftp_server_put(&server, "a.csv", "first", 5);
	ck_ok(sftp_archive(sftp, "a.csv", "done", &err), &err);
	sftp_server_put(&server, "a.csv", "second", 6);
	ck_ok(sftp_archive(sftp, "a.csv", "done", &err), &err);
	ck_ok(folder_look(&list, archive, NULL, &err), &err);
	ck_assert_uint_eq(list.count, 2);
	ck_assert_str_eq(list.files[0].name, "a.csv");
	ck_assert_int_eq(list.files[0].size, 5);
	ck_assert_int_eq(list.files[1].size, 6);
	folder_list_free(&list);
}
END_TEST

START_TEST(a_file_that_grows_is_not_taken_for_a_whole_one)
{
	struct folder_list list;
	struct folder_file file;
	char path[600];

	sftp_server_put(&server, "a.csv", "no,name\n", 8);
	open_it();
	ck_ok(look(&list), &err);
	file = list.files[0];
	ck_ok(sftp_stat(&file, sftp, &err), &err);
	sftp_server_put(&server, "a.csv", "no,name\n1,one\n", 14);
	snprintf(path, sizeof(path), "%s/copy", test_folder());
	ck_assert_int_eq(sftp_fetch(path, sftp, &file, &err), -ERR_UNFINISHED);
	ck_assert(!file_exists(path));
	folder_list_free(&list);
	ck_ok(look(&list), &err);
	ck_assert_int_eq(list.files[0].size, 14);
	folder_list_free(&list);
}
END_TEST

/* ---- the line ---- */

static void put_large(struct folder_file *file)
{
	static char bytes[1u << 20];
	struct folder_list list;

	memset(bytes, 'x', sizeof(bytes));
	sftp_server_put(&server, "large", bytes, sizeof(bytes));
	open_it();
	ck_ok(look(&list), &err);
	*file = list.files[0];
	file->name = (char *)(uintptr_t) "large";
	ck_ok(sftp_stat(file, sftp, &err), &err);
	folder_list_free(&list);
	sftp_close(sftp);
}

static size_t files_in(const char *folder)
{
	struct folder_list list;
	size_t count;

	ck_ok(folder_look(&list, folder, NULL, &err), &err);
	count = list.count;
	folder_list_free(&list);
	return count;
}

START_TEST(a_line_that_breaks_leaves_no_half_file_and_passes)
{
	struct folder_file file;
	char folder[600], path[700];

	snprintf(folder, sizeof(folder), "%s/spool", test_folder());
	snprintf(path, sizeof(path), "%s/large", folder);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	put_large(&file);
	atomic_store(&server.line->pass, 300000);
	open_it();
	ck_assert_int_eq(sftp_fetch(path, sftp, &file, &err), -ERR_SOURCE);
	ck_assert(atomic_load(&server.line->exhausted));
	ck_assert_msg(err.retryable && strstr(err.text, "the line broke"), "%s", err.text);
	ck_assert_uint_eq(files_in(folder), 0);
	atomic_store(&server.line->pass, 0);
	ck_ok(sftp_fetch(path, sftp, &file, &err), &err);
	ck_assert_uint_eq(files_in(folder), 1);
}
END_TEST

START_TEST(a_server_that_falls_silent_is_given_up)
{
	struct folder_file file;
	char path[700];

	snprintf(path, sizeof(path), "%s/large", test_folder());
	put_large(&file);
	atomic_store(&server.line->pass, 300000);
	atomic_store(&server.line->silent, true);
	spec.stop = &server.line->exhausted;
	open_it();
	ck_assert_int_eq(sftp_fetch(path, sftp, &file, &err), -ERR_INTERRUPTED);
	sftp_close(sftp);
	spec.stop = NULL;
	spec.timeout_s = 1;
	open_it();
	ck_assert_int_eq(sftp_fetch(path, sftp, &file, &err), -ERR_SOURCE);
	ck_assert_msg(
		err.retryable && strstr(err.text, "has not answered for 1 s"), "%s", err.text);
	ck_assert(!file_exists(path));
}
END_TEST

START_TEST(nobody_there_passes)
{
	struct folder_list list;
	char url[128];

	test_refusing_url(url, sizeof(url));
	memcpy(url, "sftp", 4);
	spec.url = url;
	open_it();
	ck_assert_int_eq(look(&list), -ERR_SOURCE);
	ck_assert_msg(err.retryable && strstr(err.text, "nobody answers"), "%s", err.text);
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_told)
{
	struct folder_list list;
	char url[256];

	snprintf(url, sizeof(url), "%s/nowhere", server.url);
	spec.url = url;
	open_it();
	ck_assert_int_eq(look(&list), -ERR_SOURCE);
	ck_assert_msg(strstr(err.text, "has no /") && !err.retryable, "%s", err.text);
}
END_TEST

/* ---- listings ---- */

static const struct {
	const char *line;
	const char *name; /* "" = no file of ours, NULL = refused */
	int64_t size;
} lines[] = {
	{ "-rw-r--r--    1 ftp      ftp          1234 Nov 30 12:00 a.csv", "a.csv", 1234 },
	{ "-rw-r--r--    1 ftp      ftp          1234 Nov 30  2025 a.csv", "a.csv", 1234 },
	{ "-rw-r--r-- 1 1001 1001 0 Jan 1 2025  x y ", " x y ", 0 },
	{ "-rw-rw----+ 1 ACME\\Domain Users 7 Dec 12 2025 1 Feb 3 2025 b", "1 Feb 3 2025 b", 7 },
	{ "-rw-r--r-- 1 u g 9223372036854775807 2026-11-30 12:00 a", "a", INT64_MAX },
	{ "drwxr-xr-x    2 ftp      ftp          4096 Nov 30 12:00 done", "", 0 },
	{ "lrwxrwxrwx    1 ftp      ftp             4 Nov 30 12:00 l -> x", "", 0 },
	{ "-rw-r--r-- 1 u g 1 Nov 30 12:00 .a.csv.part", "", 0 },
	{ "-rw-r--r-- 1 u g 1 Nov 30 12:00 ../../home/x/.ssh/authorized_keys", NULL, 0 },
	{ "-rw-r--r-- 1 u g 99999999999999999999 Nov 30 12:00 a", NULL, 0 },
	{ "-rw-r--r-- 1 u g 1 Nov 30 12:00 \xff", "", 0 },
	{ "-rw-r--r-- 1 u g 1 Nov 30 12:00 a\nb", "", 0 },
	{ "-rw-r--r-- 1 u g 1 Nov 30 12:00 a\n", "", 0 },
	{ "drwxr-xr-x 2 u g 9 Nov 30 12:00 a\nb\n-rw-r--r-- 1 u g 1 Nov 30 12:00 c", "c", 1 },
	{ "-rw-r--r-- 1 u g 1 Nov 30 12:00 ", NULL, 0 },
	{ "-rw-r--r-- 1 u g 1 Foo 30 12:00 a", NULL, 0 },
	{ "a.csv", NULL, 0 },
};

START_TEST(lines_of_a_listing_are_read_or_refused)
{
	struct folder_list list;
	char text[512];
	int rc;

	snprintf(text, sizeof(text), "%s\n", lines[_i].line);
	rc = sftp_listing(&list, text, NULL, &err);
	ck_assert_int_eq(rc, lines[_i].name ? 0 : -ERR_SOURCE);
	if (!lines[_i].name)
		return;
	ck_assert_uint_eq(list.count, lines[_i].name[0] ? 1 : 0);
	if (list.count) {
		ck_assert_str_eq(list.files[0].name, lines[_i].name);
		ck_assert_int_eq(list.files[0].size, lines[_i].size);
	}
	folder_list_free(&list);
}
END_TEST

/* The others are read; these are told. */
START_TEST(odd_names_are_told_and_passed_over)
{
	static const char *const names[] = { "b.csv", "a.csv", "d\xe9.csv", "c\nc.csv", "c\td.csv",
		"c\\.csv", ".h\xe9", "x\xe9" };
	struct folder_list list;
	char words[300];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		sftp_server_put(&server, names[i], "no,name\n", 8);
	open_it();
	for (int remote = 0; remote < 2; remote++) {
		if (remote)
			ck_ok(sftp_look(&list, sftp, "*.csv", &err), &err);
		else
			ck_ok(folder_look(&list, server.inbox, "*.csv", &err), &err);
		ck_assert_uint_eq(list.count, 3);
		ck_assert_str_eq(list.files[0].name, "a.csv");
		ck_assert_str_eq(list.files[1].name, "b.csv");
		ck_assert_str_eq(list.files[2].name, "c\\.csv");
		ck_assert_uint_eq(list.odd_count, 3);
		ck_assert_msg(text_equal(list.odd, "d\\xE9.csv") ||
				      text_equal(list.odd, "c\\x0Ac.csv") ||
				      text_equal(list.odd, "c\\x09d.csv"),
			"%s", list.odd);
		folder_odd_words(words, sizeof(words), &list);
		ck_assert_msg(text_starts(words, "3 files are left where they are, like ") &&
				      strstr(words, list.odd),
			"%s", words);
		folder_list_free(&list);
	}
}
END_TEST

Suite *suite_sftp(void)
{
	Suite *suite = suite_create("sftp");
	TCase *at_server = tcase_create("server"), *listing = tcase_create("listing");

	tcase_set_timeout(at_server, 30);
	tcase_add_checked_fixture(at_server, setup, teardown);
	tcase_add_test(at_server, a_key_that_is_not_known_is_told_and_nothing_is_sent);
	tcase_add_test(at_server, a_key_is_accepted_by_its_fingerprint_alone);
	tcase_add_test(at_server, another_key_than_the_known_one_is_refused);
	tcase_add_test(at_server, a_wrong_sign_in_says_what_to_look_at);
	tcase_add_test(at_server, a_key_with_a_passphrase_opens);
	tcase_add_test(at_server, what_is_missing_is_told_before_a_call);
	tcase_add_test(at_server, files_of_any_name_are_listed_fetched_archived_and_deleted);
	tcase_add_test(at_server, odd_names_are_told_and_passed_over);
	tcase_add_test(at_server, the_archive_keeps_both_of_one_name);
	tcase_add_test(at_server, a_file_that_grows_is_not_taken_for_a_whole_one);
	tcase_add_test(at_server, a_line_that_breaks_leaves_no_half_file_and_passes);
	tcase_add_test(at_server, a_server_that_falls_silent_is_given_up);
	tcase_add_test(at_server, nobody_there_passes);
	tcase_add_test(at_server, a_folder_that_is_not_there_is_told);
	suite_add_tcase(suite, at_server);
	tcase_add_loop_test(
		listing, lines_of_a_listing_are_read_or_refused, 0, (int)ARRAY_SIZE(lines));
	suite_add_tcase(suite, listing);
	return suite;
}
