/* Tests of files as a source: what a record is, what is broken, where the rest goes on. */

#include "source/suites.h"
#include "source/file_source.h"
#include "base/buf.h"
#include "base/file.h"

static const char *written(const char *name, const void *bytes, size_t len)
{
	static char paths[4][600];
	static unsigned used;
	char *path = paths[used++ % ARRAY_SIZE(paths)];
	struct err err = ERR_INIT;

	snprintf(path, sizeof(paths[0]), "%s/%s", test_folder(), name);
	ck_ok(file_write(path, bytes, len, 0600, &err), &err);
	return path;
}

/* Every row of `source` as text: cells with a bar behind each, "~" for NULL, bad ones as "!why". */
static void read_all(struct buf *out, const struct file_spec *spec)
{
	struct file_source *source = NULL;
	const struct cell *cells;
	struct err err = ERR_INIT;
	int count, rc;

	ck_ok(file_source_open(&source, spec, &err), &err);
	file_source_columns(source, &count);
	while ((rc = file_source_next(&cells, source, &err)) > 0) {
		for (int i = 0; i < count; i++) {
			if (i == count - 2)
				continue; /* the file's name */
			if (cells[i].bad && i < count - 1)
				buf_addf(out, "!%s", cells[i].bad);
			else if (!cells[i].text)
				buf_add_str(out, "~");
			else
				buf_add(out, cells[i].text, cells[i].len);
			buf_add_char(out, '|');
		}
		if (cells[count - 1].bad)
			buf_addf(out, "!%s", cells[count - 1].bad);
		buf_add_char(out, '\n');
	}
	ck_ok(rc, &err);
	file_source_close(source);
}

static const struct {
	enum file_format format;
	char delimiter;
	const char *encoding;
	const char *bytes;
	size_t len;
	const char *rows; /* a part of what must come out */
} cases[] = {
#define CASE(format, delimiter, encoding, bytes, rows)                                             \
	{                                                                                          \
		format, delimiter, encoding, bytes, sizeof(bytes) - 1, rows                        \
	}
	CASE(FILE_CSV, ',', NULL, "a,b\n1,2\n", "1|2|2|\n"),
	CASE(FILE_CSV, ',', NULL, "a,b\r\n1,2", "1|2|2|\n"), /* no end of line at the end */
	CASE(FILE_CSV, ',', NULL, "a,b\r1,2\r3,4\r", "1|2|2|\n3|4|3|\n"),
	CASE(FILE_CSV, ',', NULL, "\n\na,b\n\n1,2\n", "1|2|5|\n"),
	CASE(FILE_CSV, ',', NULL, "a,b\n,\"\"\n", "~||2|\n"), /* NULL and the empty text */
	CASE(FILE_CSV, ',', NULL, "a,b\n 1 ,\"x\"\"y\nz\"\n3,4\n", " 1 |x\"y\nz|2|\n3|4|4|\n"),
	CASE(FILE_CSV, ';', NULL, "a;b\n1,5;2\n", "1,5|2|2|\n"),
	CASE(FILE_CSV, '\t', NULL, "a\tb\n1\t2\n", "1|2|2|\n"),
	CASE(FILE_CSV, ',', NULL, "a,b\n1,2,3\n4,5\n",
		"~|~|2|!line 2: 3 values, where the header names 2 columns\n4|5|3|\n"),
	CASE(FILE_CSV, ',', NULL, "a,b\n1,x\"y\n4,5\n", "~|~|2|!line 2: a quote stands"),
	CASE(FILE_CSV, ',', NULL, "a,b\n1,x\"y\n4,5\n", "where none may be"),
	CASE(FILE_CSV, ',', NULL, "a,b\n1,x\"y\n4,5\n", "\n4|5|3|\n"),
	CASE(FILE_CSV, ',', NULL, "a,b\n0,0\n1,\"x\n4,5\n6,7\n",
		"0|0|2|\n~|~|3|!a quote that was opened here is never closed"),
	CASE(FILE_CSV, ',', NULL, "a,b\n1,\"x\n4,\"5\"\n6,7\n",
		"~|~|2|!a quote that was opened here does not close"),
	CASE(FILE_CSV, ',', NULL, "a,a\n1,2\n", "!the header, which names the columns, names a"),
	CASE(FILE_CSV, ',', NULL, "a,\n1,2\n", "leaves a name empty (column 2)"),
	CASE(FILE_CSV, ',', NULL, "a,b\n1,\xff\n", "1|!the value is not UTF-8"),
	CASE(FILE_CSV, ',', NULL, "a,b\n1,x\0y\n", "1|!the value holds a NUL byte"),
	CASE(FILE_CSV, ',', "ISO-8859-1", "a,b\n\xe4,\xff\n", "\xc3\xa4|\xc3\xbf|2|\n"),
	CASE(FILE_CSV, ',', "UTF-8, ISO-8859-1", "a,b\n\xe4,1\n", "\xc3\xa4|1|2|\n"),
	CASE(FILE_CSV, ',', "UTF-8, ISO-8859-1", "a,b\n\xc3\xa4,1\n", "\xc3\xa4|1|2|\n"),
	CASE(FILE_CSV, ',', "ISO-8859-1",
		"\xef\xbb\xbf"
		"a,b\n\xc3\xa4,1\n",
		"\xc3\xa4|1|2|\n"), /* the mark decides */
	CASE(FILE_CSV, ',', NULL,
		"\xff\xfe"
		"a\0,\0b\0\n\0"
		"1\0,\0\xe4\0\n\0",
		"1|\xc3\xa4|2|\n"),
	CASE(FILE_CSV, ',', NULL,
		"\xfe\xff\0a\0,\0b\0\n\0"
		"1\0,\xd8\0\0\n",
		"1|!the value is not"),
	CASE(FILE_CSV, ',', NULL, "", ""),
	CASE(FILE_JSON_LINES, 0, NULL, "{\"a\":1,\"b\":\"x\"}\n\n{\"b\":null,\"a\":true}\n",
		"1|x|1|\ntrue|~|3|\n"),
	CASE(FILE_JSON_LINES, 0, NULL, "{\"a\":1}\n{\"a\":\n{\"a\":3}\n", "\n3|3|\n"),
	CASE(FILE_JSON_LINES, 0, NULL, "{\"a\":1}\n{\"a\":\n{\"a\":3}\n",
		"~|2|!line 2: the line ends"),
	CASE(FILE_JSON_LINES, 0, NULL, "{\"a\":1} x\n[1]\n", "1|!line 1: something follows"),
	CASE(FILE_JSON_LINES, 0, NULL, "[1]\n{\"a\":1.50}\n", "1.50|2|\n"), /* its own digits */
	CASE(FILE_JSON_LINES, 0, NULL, "{\"a\":99999999999999999999}\n", "!the number is beyond"),
	CASE(FILE_JSON_LINES, 0, NULL, "{\"a\":{\"b\":[1,2]}}\n", "{\"b\":[1,2]}|1|\n"),
	CASE(FILE_JSON_LINES, 0, NULL, "{\"a\":\"x\\u0000y\"}\n", "!the value holds a NUL"),
	CASE(FILE_JSON, 0, NULL, "[{\"a\":1},\n{\"a\":2}]\n", "1|1|\n2|2|\n"),
	CASE(FILE_JSON, 0, NULL, " [ ]", ""),
	CASE(FILE_JSON, 0, NULL, "[{\"a\":1},\n{\"a\" 2},{\"a\":3}]\n", "1|1|\n~|2|!"),
	CASE(FILE_JSON, 0, NULL, "[{\"a\":1},\n{\"a\":2}", "1|1|\n2|2|\n~|2|!the file ends"),
	CASE(FILE_JSON, 0, NULL, "{\"a\":1}", "!the file does not begin with ["),
	CASE(FILE_JSON, 0, NULL, "[1,{\"a\":2}]", "~|1|!line 1: is no object {...}\n2|1|\n"),
};

START_TEST(records_are_read_and_broken_ones_are_told)
{
	struct file_item item = { written("f", cases[_i].bytes, cases[_i].len), "f" };
	struct file_spec spec = { .format = cases[_i].format,
		.delimiter = cases[_i].delimiter,
		.encoding = cases[_i].encoding,
		.items = &item,
		.count = 1 };
	struct buf rows = BUF_INIT(1u << 20);

	read_all(&rows, &spec);
	ck_assert_msg(strstr(buf_str(&rows), cases[_i].rows) != NULL, "case %d:\n%s\nand not\n%s",
		_i, buf_str(&rows), cases[_i].rows);
	if (!*cases[_i].rows)
		ck_assert_str_eq(buf_str(&rows), "");
	buf_free(&rows);
}
END_TEST

/* Pieces of 64 KB are no borders: neither for lines, nor for characters, nor for what is counted.
 */
START_TEST(borders_of_pieces_are_not_seen)
{
	struct buf text = BUF_INIT(16u << 20), rows = BUF_INIT(32u << 20);
	static const char *const encodings[] = { "UTF-8", "UTF-8, ISO-8859-1" };
	struct file_item item;
	struct file_spec spec = {
		.format = FILE_CSV, .delimiter = ',', .items = &item, .count = 1
	};
	char last[64];

	buf_add_str(&text, "a,b\n");
	for (int i = 0; i < 60000; i++)
		buf_addf(&text, "%d,\xe2\x82\xac\xc3\xa4%s\n", i, i % 7 ? "" : "xyz");
	item = (struct file_item){ written("big", text.data, text.len), "big" };
	spec.encoding = encodings[_i];
	read_all(&rows, &spec);
	ck_assert_ptr_null(strchr(buf_str(&rows), '!'));
	snprintf(last, sizeof(last), "59999|\xe2\x82\xac\xc3\xa4|60001|\n");
	ck_assert_str_eq(buf_str(&rows) + rows.len - strlen(last), last);
	buf_free(&text);
	buf_free(&rows);
}
END_TEST

START_TEST(columns_are_those_of_all_files)
{
	struct file_item items[] = { { written("1", "a,b\n1,2\n", 8), "1" },
		{ written("2", "c,A\n3,4\n", 8), "2" }, { written("3", "c\n5\n", 4), "3" } };
	struct file_spec spec = {
		.format = FILE_CSV, .delimiter = ',', .items = items, .count = ARRAY_SIZE(items)
	};
	struct buf rows = BUF_INIT(1u << 20);

	ck_assert(text_list_add(&spec.wanted, "A"));
	read_all(&rows, &spec);
	ck_assert_str_eq(buf_str(&rows), "1|2|~|2|\n4|~|3|2|\n~|~|~|1|!the file has no column A, "
					 "which the mapping needs: it is not read\n");
	text_list_free(&spec.wanted);
	buf_free(&rows);
}
END_TEST

START_TEST(an_unknown_encoding_is_told)
{
	struct file_item item = { written("f", "a\n1\n", 4), "f" };
	struct file_spec spec = { .format = FILE_CSV,
		.delimiter = ',',
		.encoding = "UTF-9",
		.items = &item,
		.count = 1 };
	struct file_source *source = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(file_source_open(&source, &spec, &err), -ERR_CONFIG);
	ck_assert(strstr(err.text, "UTF-9"));
}
END_TEST

Suite *suite_source_files(void)
{
	Suite *suite = suite_create("source files");
	TCase *tcase = tcase_create("files");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(
		tcase, records_are_read_and_broken_ones_are_told, 0, (int)ARRAY_SIZE(cases));
	tcase_add_loop_test(tcase, borders_of_pieces_are_not_seen, 0, 2);
	tcase_add_test(tcase, columns_are_those_of_all_files);
	tcase_add_test(tcase, an_unknown_encoding_is_told);
	suite_add_tcase(suite, tcase);
	return suite;
}
