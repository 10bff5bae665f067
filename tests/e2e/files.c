/* End to end: rows out of files, each accounted for by file and line. */

#include "base/base.h"
#include "e2e/suites.h"

#include "base/file.h"
#include "base/text.h"
#include "e2e/world.h"
#include "source/sftp_server.h"

#include <dirent.h>
#include <fcntl.h>
#include <iconv.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

static struct world world;
static char inbox[600], archive[600];
static struct sftp_server sftp; /* its port 0: the inbox is local */

static void put_bytes(const char *name, const void *bytes, size_t len)
{
	struct err err = ERR_INIT;
	char path[800];

	snprintf(path, sizeof(path), "%s/%s", inbox, name);
	ck_ok(file_write(path, bytes, len, 0644, &err), &err);
}

static void put_file(const char *name, const char *text)
{
	put_bytes(name, text, strlen(text));
}

/* `mark` stands in front, as the encoding's byte order mark. */
static void put_encoded(const char *name, const char *text, const char *encoding, const char *mark)
{
	char bytes[8192];
	char *in = (char *)(uintptr_t)text, *out = bytes + strlen(mark);
	size_t in_left = strlen(text), out_left = sizeof(bytes) - strlen(mark);
	iconv_t conv = iconv_open(encoding, "UTF-8");

	memcpy(bytes, mark, strlen(mark));
	ck_assert(conv != (iconv_t)-1);
	ck_assert(iconv(conv, &in, &in_left, &out, &out_left) != (size_t)-1);
	iconv_close(conv);
	put_bytes(name, bytes, (size_t)(out - bytes));
}

static int files_in(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int count = 0;

	while (dir && (entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return count;
}

static bool lies_in(const char *folder, const char *name)
{
	char path[900];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return file_exists(path);
}

/* Where the files are: four settings. */
static void say_where(char said[4][700])
{
	bool remote = sftp.port != 0;

	snprintf(inbox, sizeof(inbox), "%s/in", remote ? sftp.server.folder : world.home);
	snprintf(archive, sizeof(archive), "%s/done", remote ? sftp.server.folder : world.home);
	snprintf(said[0], 700, remote ? "source.url=%s" : "source.folder=%s",
		remote ? sftp.url : inbox);
	snprintf(said[1], 700, "source.username=%s", remote ? sftp.user : "");
	snprintf(said[2], 700, "source.key_file=%s", sftp.key);
	snprintf(said[3], 700, "source.known_hosts=%s", sftp.known_hosts);
	ck_assert(remote || mkdir(inbox, 0700) == 0);
}

/* Connection "in" over the inbox and interface "people" to Account; more settings by `set`. */
static void open_inbox(const char *const *set)
{
	char domain[128], where[4][700];

	world_open(&world, NULL, NULL);
	say_where(where);
	snprintf(domain, sizeof(domain), "salesforce.domain=%s", practice_url(world.practice));
	ck_run(0, &world, "connection", "add", "in", "--set", "type=Agent File", "--set", domain,
		"--set", "salesforce.consumer_key=" PRACTICE_CONSUMER_KEY, "--secret",
		"salesforce.consumer_secret=env:E2E_SECRET", "--set", where[0], "--set", where[1],
		"--set", where[2], "--set", where[3], "--set", "source.settle=0");
	for (; *set; set++)
		ck_run(0, &world, "connection", "add", "in", "--replace", "--set", *set);
	ck_run(0, &world, "interface", "add", "people", "--set", "connection=in", "--set",
		"object=Account", "--set", "external_id=Ext_Id__c", "--map", "Ext_Id__c=no",
		"--map", "Name=name");
}

static void to_archive(void)
{
	char set[700];

	snprintf(set, sizeof(set), "source.archive=%s", archive);
	ck_run(0, &world, "connection", "add", "in", "--replace", "--set", set, "--set",
		"source.after=archive");
}

static void teardown(void)
{
	world_close(&world);
	sftp_server_stop(&sftp);
	sftp.port = 0;
}

static void check_counts(int64_t completed, int64_t failed)
{
	ck_assert_int_eq(world_number("runs.0.completed"), completed);
	ck_assert_int_eq(world_number("runs.0.failed"), failed);
	ck_assert_int_eq(world_number("runs.0.read"), completed + failed);
}

static const struct {
	const char *encoding, *mark;
} encodings[] = {
	{ "UTF-8", "" },
	{ "UTF-8", "\xef\xbb\xbf" },
	{ "ISO-8859-1", "" },
	{ "UTF-16LE", "\xff\xfe" },
	{ "UTF-16BE", "\xfe\xff" },
};

/* Over SFTP nothing tells that a file is open: it is seen to grow. */
struct growth {
	int fd;
	atomic_bool enough;
};

static void *grow(void *arg)
{
	struct growth *growth = arg;

	while (!atomic_load(&growth->enough)) {
		ck_assert_int_eq(write(growth->fd, "o", 1), 1);
		usleep(20000);
	}
	return NULL;
}

/* Locally and over SFTP. */
START_TEST(twenty_files_in_five_encodings_arrive_but_for_what_is_broken)
{
	static const char *const set[] = { "source.encoding=UTF-8, ISO-8859-1",
		"source.pattern=*.csv", NULL };
	char name[64], path[800];
	struct growth growth = { .fd = -1 };
	pthread_t writer;

	if (_i)
		sftp_server_start(&sftp);
	open_inbox(set);
	to_archive();
	for (int i = 0; i < 16; i++) {
		char text[256];

		snprintf(name, sizeof(name), "f%02d.csv", i);
		snprintf(text, sizeof(text),
			"no,name\r\nF%02d-1,Zo\xc3\xab %d\r\nF%02d-2,\"M\xc3\xbcller, "
			"\"\"%d\"\"\"\r\n",
			i, i, i, i);
		put_encoded(name, text, encodings[i % 5].encoding, encodings[i % 5].mark);
	}
	put_file("g1.csv", "no,name\nG1-1,one\nG1-2,two,three\nG1-3,four\n");
	put_file("g2.csv", "no,name\nG2-1,one\nG2-2,\"never closed\nG2-3,four\nG2-4,five\n");
	put_file("g3.csv", "no,nome\nG3-1,one\n");
	put_file("other.txt", "not for us");
	snprintf(path, sizeof(path), "%s/h.csv", inbox);
	growth.fd = open(path, O_WRONLY | O_CREAT, 0644);
	ck_assert_int_eq(
		write(growth.fd, "no,name,more\nH-1,one,o", 22), 22); /* nobody maps more */

	ck_run(1, &world, "interface", "preview", "people", "--limit", "100", "--json");
	ck_assert(strstr(world_json("rows.33.problem"), "BROKEN_RECORD: line 3: 3 values"));
	if (_i) {
		ck_run(0, &world, "connection", "add", "in", "--replace", "--set",
			"source.settle=1");
		ck_assert_int_eq(pthread_create(&writer, NULL, grow, &growth), 0);
	}
	ck_run(1, &world, "process", "people", "--json");
	check_counts(16 * 2 + 3, 3);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 35);
	ck_assert_int_eq(files_in(archive), 19);
	ck_assert(lies_in(inbox, "h.csv") && lies_in(inbox, "other.txt"));
	ck_run(0, &world, "message", "list", "status:failed", "--json");
	ck_assert_str_eq(world_json("messages.0.key"), "g1.csv:3");
	ck_assert_str_eq(world_json("messages.0.code"), "BROKEN_RECORD");
	ck_assert(strstr(world_json("messages.0.comment"), "3 values, where the header names 2"));
	ck_assert_str_eq(world_json("messages.1.key"), "g2.csv:3");
	ck_assert(strstr(world_json("messages.1.comment"), "never closed"));
	ck_assert_str_eq(world_json("messages.2.key"), "g3.csv:1");
	ck_assert(strstr(world_json("messages.2.comment"), "no column name"));
	ck_run(0, &world, "message", "list", "key:F07-2", "--json");
	ck_assert_str_eq(world_json("messages.0.status"), "Completed");
	text_copy(name, sizeof(name), world_json("messages.0.id"));
	ck_run(0, &world, "message", "show", name, "--json");
	ck_assert_str_eq(world_json("message.file"), "f07.csv");
	ck_assert_int_eq(world_number("message.line"), 3);
	ck_run(0, &world, "run", "show", "1", "--json");
	ck_assert(strstr(world_json("run.reason"), "h.csv is not complete yet"));

	/* Nothing is left for a second run; then the last file is complete. */
	ck_run(0, &world, "process", "people", "--json");
	check_counts(0, 0);
	atomic_store(&growth.enough, true);
	if (_i) {
		pthread_join(writer, NULL);
		ck_run(0, &world, "connection", "add", "in", "--replace", "--set",
			"source.settle=0");
	}
	ck_assert_int_eq(write(growth.fd, "ne\n", 3), 3);
	close(growth.fd);
	ck_run(0, &world, "process", "people", "--json");
	check_counts(1, 0);
	ck_assert_int_eq(files_in(archive), 20);
	if (!_i)
		return;
	snprintf(path, sizeof(path), "%s/data/spool/people", world.home);
	ck_assert_int_eq(files_in(path), 0);
}
END_TEST

/* Which is also a test of the source. */
START_TEST(a_source_tells_what_it_has)
{
	static const char *const set[] = { "source.pattern=*.csv", NULL };
	char hosts[700];

	sftp_server_start(&sftp);
	open_inbox(set);
	world_customers(&world, 1);
	world_sql(&world, "CREATE VIEW v AS SELECT * FROM t");
	put_file("b.csv", "no\n");
	put_file("a.csv", "no,name\n");
	put_file("a.txt", "");
	ck_run(0, &world, "connection", "source", "in", "--json");
	ck_assert_str_eq(world_json("files.0.name"), "a.csv");
	ck_assert_int_eq(world_number("files.0.size"), 8);
	ck_assert_str_eq(world_json("files.1.name"), "b.csv");
	ck_run(2, &world, "connection", "source", "in", "a.csv");
	snprintf(hosts, sizeof(hosts), "source.known_hosts=%s/ssh/hosts", world.home);
	ck_run(0, &world, "connection", "add", "in", "--replace", "--set", hosts);
	ck_run(6, &world, "connection", "source", "in", "--json");
	ck_assert(strstr(world_json("error.text"), sftp.fingerprint));
	ck_run(0, &world, "connection", "accept-host", "in", sftp.fingerprint, "--json");
	ck_run(0, &world, "connection", "source", "in");
	ck_assert(strstr(world_run(&world, "doctor", "in", NULL)->out, "answers: 2 files"));

	world_connection(&world);
	ck_run(0, &world, "connection", "source", "erp", "--json");
	ck_assert_str_eq(world_json("tables.0.name"), "t");
	ck_assert_str_eq(world_json("tables.0.type"), "table");
	ck_assert_str_eq(world_json("tables.1.type"), "view");
	ck_run(0, &world, "connection", "source", "erp", "t", "--json");
	ck_assert_str_eq(world_json("columns.1.name"), "name");
	ck_assert_str_eq(world_json("columns.1.type"), "text");
	ck_run(6, &world, "connection", "source", "erp", "nowhere", "--json");
	ck_assert(strstr(world_json("error.text"), "nowhere"));
}
END_TEST

START_TEST(a_run_whose_line_was_cut_is_made_good_by_the_next)
{
	static const char *const set[] = { NULL };
	struct buf text = BUF_INIT(1u << 20);
	char spool[700];

	sftp_server_start(&sftp);
	open_inbox(set);
	to_archive();
	buf_add_str(&text, "no,name\n");
	for (int i = 0; i < 200; i++)
		buf_addf(&text, "A-%d,%01000d\n", i, i);
	put_bytes("a.csv", text.data, text.len);
	buf_free(&text);
	ck_run(0, &world, "interface", "add", "people", "--replace", "--set", "operation=Insert",
		"--set", "external_id=", "--map", "Name=no");
	atomic_store(&sftp.line->pass, 100000);
	ck_run(6, &world, "process", "people", "--json");
	check_counts(0, 0);
	ck_assert(strstr(world_json("runs.0.reason"), "the line broke"));
	snprintf(spool, sizeof(spool), "%s/data/spool/people", world.home);
	ck_assert_int_eq(files_in(spool), 0);
	atomic_store(&sftp.line->pass, 0);
	ck_run(0, &world, "process", "people", "--json");
	check_counts(200, 0);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 200);
	ck_assert(!lies_in(inbox, "a.csv") && lies_in(archive, "a.csv"));
}
END_TEST

START_TEST(a_file_delivered_again_is_read_only_when_told_to)
{
	static const char *const set[] = { NULL };

	open_inbox(set);
	to_archive();
	put_file("a.csv", "no,name\nA-1,one\n");
	ck_run(0, &world, "process", "people", "--json");
	check_counts(1, 0);
	put_file("a.csv", "no,name\nA-1,one\n");
	ck_run(0, &world, "process", "people", "--json");
	check_counts(0, 0);
	ck_run(0, &world, "run", "show", "2", "--json");
	ck_assert(strstr(world_json("run.reason"), "a.csv: done in run 1"));
	ck_assert(lies_in(inbox, "a.csv"));
	ck_run(0, &world, "process", "people", "--again", "--json");
	check_counts(1, 0);
	ck_assert(!lies_in(inbox, "a.csv"));
	/* Another content under the same name is another file; the archive keeps all of them. */
	put_file("a.csv", "no,name\nA-1,two\n");
	ck_run(0, &world, "process", "people", "--json");
	check_counts(1, 0);
	ck_assert_int_eq(files_in(archive), 3);
}
END_TEST

START_TEST(inserts_of_a_cut_or_cancelled_run_are_not_doubled)
{
	static const char *const set[] = { NULL };

	open_inbox(set);
	ck_run(0, &world, "interface", "add", "people", "--replace", "--set", "operation=Insert",
		"--set", "external_id=");
	put_file("a.csv", "no,name\nA-1,one\nA-2,two\nA-3,three\n");
	ck_run(0, &world, "process", "people", "--limit", "2", "--json");
	check_counts(2, 0);
	ck_run(0, &world, "message", "list", "--json");
	ck_assert_str_eq(world_json("messages.0.key"), "a.csv:2");
	ck_run(0, &world, "process", "people", "--json");
	ck_assert_int_eq(world_number("runs.0.skipped"), 2);
	ck_assert_int_eq(world_number("runs.0.completed"), 1);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 3);
	ck_assert(lies_in(inbox, "a.csv")); /* kept, and known */
	ck_run(0, &world, "process", "people", "--json");
	check_counts(0, 0);
}
END_TEST

START_TEST(a_marker_says_that_its_file_is_complete)
{
	static const char *const set[] = { "source.marker=.ok", "source.pattern=*.csv", NULL };

	open_inbox(set);
	to_archive();
	put_file("a.csv", "no,name\nA-1,one\n");
	put_file("b.csv", "no,name\nB-1,one\n");
	put_file("b.csv.ok", "");
	ck_run(0, &world, "process", "people", "--json");
	check_counts(1, 0);
	ck_assert(lies_in(inbox, "a.csv") && !lies_in(inbox, "b.csv"));
	ck_assert(!lies_in(inbox, "b.csv.ok"));
}
END_TEST

/* One file with an odd name is told; the others arrive, from this machine and from a server. */
START_TEST(a_file_with_an_odd_name_stops_no_other)
{
	static const char *const set[] = { "source.pattern=*.csv", NULL };

	if (_i)
		sftp_server_start(&sftp);
	open_inbox(set);
	to_archive();
	put_file("a.csv", "no,name\nA-1,one\n");
	put_file("b\xe9.csv", "no,name\nB-1,one\n");
	put_file("c\nc.csv", "no,name\nC-1,one\n");
	ck_run(0, &world, "connection", "source", "in", "--json");
	ck_assert_str_eq(world_json("files.0.name"), "a.csv");
	ck_assert(text_starts(world_json("note"), "2 files are left where they are, like "));
	ck_run(0, &world, "process", "people", "--json");
	check_counts(1, 0);
	ck_run(0, &world, "run", "show", "1", "--json");
	ck_assert_msg(strstr(world_json("run.reason"), "2 files are left where they are"), "%s",
		world_json("run.reason"));
	ck_assert(lies_in(inbox, "b\xe9.csv") && lies_in(inbox, "c\nc.csv"));
	ck_assert(lies_in(archive, "a.csv"));
}
END_TEST

static const struct {
	const char *name, *format, *text;
	int completed, failed;
} kinds[] = {
	{ "a.tsv", "tsv", "no\tname\nA-1\tone\n", 1, 0 },
	{ "a.jsonl", "jsonl",
		"{\"no\":\"A-1\",\"name\":\"one\"}\n{\"no\":\n{\"name\":\"t\",\"no\":2}\n", 2, 1 },
	{ "a.json", "json",
		"[{\"no\":\"A-1\",\"name\":\"one\"},\n {\"no\":\"A-2\",\"name\":\"\\u00e4\"}]", 2,
		0 },
	{ "b.json", "json", "[{\"no\":\"A-1\",\"name\":\"one\"},\n {\"no\" \"A-2\"}, {\"no\":3}]",
		1, 1 },
};

START_TEST(each_format_arrives)
{
	char format[64];
	const char *set[] = { format, NULL };

	snprintf(format, sizeof(format), "source.format=%s", kinds[_i].format);
	open_inbox(set);
	put_file(kinds[_i].name, kinds[_i].text);
	ck_run(kinds[_i].failed ? 1 : 0, &world, "process", "people", "--json");
	check_counts(kinds[_i].completed, kinds[_i].failed);
}
END_TEST

/* The reader and the sender die in the middle; the next start goes on with the same file. */
START_TEST(a_killed_run_goes_on_without_loss_or_doubling)
{
	static const char *const set[] = { NULL };
	struct buf text = BUF_INIT(1u << 22);
	pid_t pid;

	open_inbox(set);
	to_archive();
	ck_run(0, &world, "interface", "add", "people", "--replace", "--set", "operation=Insert",
		"--set", "external_id=", "--set", "packet=20", "--set", "parallel=1");
	buf_add_str(&text, "no,name\n");
	for (int i = 0; i < 20000; i++)
		buf_addf(&text, "A-%d,Customer %d\n", i, i);
	put_bytes("a.csv", text.data, text.len);
	buf_free(&text);
	pid = world_spawn(&world, "process", "people", NULL);
	while (practice_record_count(world.practice, "Account") < 500)
		usleep(1000);
	kill(pid, SIGKILL);
	world_wait(pid);
	ck_assert(lies_in(inbox, "a.csv"));
	world_run(&world, "run", "resume", "1", "--json", NULL);
	ck_run(0, &world, "run", "show", "1", "--json");
	ck_assert_int_eq(world_number("run.read"), 20000);
	/* What was under way at the kill may be there or not: it is Unknown, and never sent again.
	 */
	ck_assert_int_ge(
		practice_record_count(world.practice, "Account"), world_number("run.completed"));
	ck_assert_int_le(practice_record_count(world.practice, "Account"),
		world_number("run.completed") + world_number("run.unknown"));
	ck_assert_int_ge(world_number("run.completed"), 20000 - 200);
	ck_assert(!lies_in(inbox, "a.csv") && lies_in(archive, "a.csv"));
}
END_TEST

Suite *suite_e2e_files(void)
{
	Suite *suite = suite_create("e2e files");
	TCase *tcase = tcase_create("files");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_loop_test(
		tcase, twenty_files_in_five_encodings_arrive_but_for_what_is_broken, 0, 2);
	tcase_add_test(tcase, a_source_tells_what_it_has);
	tcase_add_test(tcase, a_run_whose_line_was_cut_is_made_good_by_the_next);
	tcase_add_test(tcase, a_file_delivered_again_is_read_only_when_told_to);
	tcase_add_test(tcase, inserts_of_a_cut_or_cancelled_run_are_not_doubled);
	tcase_add_test(tcase, a_marker_says_that_its_file_is_complete);
	tcase_add_loop_test(tcase, a_file_with_an_odd_name_stops_no_other, 0, 2);
	tcase_add_loop_test(tcase, each_format_arrives, 0, (int)ARRAY_SIZE(kinds));
	tcase_add_test(tcase, a_killed_run_goes_on_without_loss_or_doubling);
	suite_add_tcase(suite, tcase);
	return suite;
}
