/* golden.c — reading, comparing and rewriting golden screens. */

#include "screens/golden.h"

#include "base/file.h"
#include "base/text.h"
#include "harness/check_main.h"
#include "screens/looks.h"

#include <limits.h>

#define TRIES 500 /* ten seconds */
#define TRY_MS 20
#define QUIET_MS 300
#define FILE_MAX (1u << 20)
#define SCREEN_MAX (1u << 17)

/* A screen: its text, and a letter for what each cell looks like. */
struct shown {
	struct buf text, looks;
};

static void shown_init(struct shown *shown)
{
	buf_init(&shown->text, SCREEN_MAX);
	buf_init(&shown->looks, SCREEN_MAX);
}

static void shown_free(struct shown *shown)
{
	buf_free(&shown->text);
	buf_free(&shown->looks);
}

/* Move to the next line; its length, without the end. */
static size_t next_line(const char **line, const char **at)
{
	size_t len = strcspn(*at, "\n");

	*line = *at;
	*at += len + ((*at)[len] == '\n');
	return len;
}

/* ---- what the screen shows ---- */

/* Columns of a line before `hide`; all where it is not there. */
static int columns_before(const char *line, const char *hide)
{
	const char *end = hide ? strstr(line, hide) : NULL;
	int columns = 0;

	if (!end)
		return INT_MAX;
	for (; line < end; line++)
		columns += ((unsigned char)*line & 0xc0) != 0x80;
	return columns;
}

/* The letters of one row; `expected`: those of the golden screen, NULL = there is none. */
static void add_looks(const struct golden *golden, struct buf *out, struct pty *pty, int row,
	int columns, const char *expected, size_t expected_len)
{
	size_t from = out->len;
	int rows;
	int cols;

	pty_size(pty, &rows, &cols);
	for (int col = 0; col < cols && col < columns; col++) {
		VTermScreenCell cell = pty_cell(pty, row, col);
		char wanted = expected && (size_t)col < expected_len ? expected[col] : ' ';

		buf_add_char(out, golden->depth == THEME_256
					  ? looks_letter(&cell)
					  : looks_letter_at(&cell, golden->depth, wanted));
	}
	while (out->len > from && out->data[out->len - 1] == ' ')
		buf_cut(out, out->len - 1);
}

static void see(struct shown *out, const struct golden *golden, struct pty *pty,
	const struct shown *expected)
{
	const char *looks = expected ? buf_str(&expected->looks) : NULL;
	int rows;
	int cols;

	buf_reset(&out->text);
	buf_reset(&out->looks);
	pty_size(pty, &rows, &cols);
	for (int row = 0; row < rows; row++) {
		const char *line = pty_line(pty, row);
		const char *hidden = golden->hide ? strstr(line, golden->hide) : NULL;
		const char *letters = NULL;
		size_t len = looks ? next_line(&letters, &looks) : 0;

		buf_add(&out->text, line, hidden ? (size_t)(hidden - line) : strlen(line));
		buf_add_char(&out->text, '\n');
		add_looks(golden, &out->looks, pty, row, columns_before(line, golden->hide),
			letters, len);
		buf_add_char(&out->looks, '\n');
	}
}

/* ---- what it should show ---- */

/* A section of the file goes up to the next head or the end. */
static void take_section(
	struct buf *out, const struct golden *golden, const char *what, int cols, int rows)
{
	char head[64];
	const char *at;
	const char *line;
	size_t len;

	buf_reset(out);
	snprintf(head, sizeof(head), "@@ %dx%d %s\n", cols, rows, what);
	at = strstr(buf_str(&golden->file), head);
	ck_assert_msg(at != NULL, "%s has no \"%s\" (make goldens writes it)", golden->path, head);
	at += strlen(head);
	while (*at && !text_starts(at, "@@ ")) {
		len = next_line(&line, &at);
		buf_add(out, line, len);
		buf_add_char(out, '\n');
	}
}

static char ascii_of(const char *sign, size_t len)
{
	for (int i = 0; i < SIGN_COUNT; i++) {
		const char *text = theme_sign((enum sign)i, false);

		if (strlen(text) == len && strncmp(text, sign, len) == 0)
			return *theme_sign((enum sign)i, true);
	}
	return '?';
}

static void make_ascii(struct buf *text)
{
	struct buf out = BUF_INIT(SCREEN_MAX);

	for (const char *at = buf_str(text); *at;) {
		size_t len = 1;

		while (((unsigned char)at[len] & 0xc0) == 0x80)
			len++;
		buf_add_char(&out, len == 1 ? *at : ascii_of(at, len));
		at += len;
	}
	buf_reset(text);
	buf_add(text, out.data, out.len);
	buf_free(&out);
}

/* ---- comparing ---- */

static bool same(const struct shown *one, const struct shown *other)
{
	return strcmp(buf_str(&one->text), buf_str(&other->text)) == 0 &&
	       strcmp(buf_str(&one->looks), buf_str(&other->looks)) == 0;
}

static int show_lines(const char *what, const struct buf *expected, const struct buf *got)
{
	const char *one = buf_str(expected);
	const char *other = buf_str(got);
	int different = 0;

	for (int row = 1; *one || *other; row++) {
		const char *before;
		const char *now;
		size_t len = next_line(&before, &one);
		size_t now_len = next_line(&now, &other);

		if (len == now_len && strncmp(before, now, len) == 0)
			continue;
		fprintf(stderr, "%s of line %d\n-%.*s\n+%.*s\n", what, row, (int)len, before,
			(int)now_len, now);
		different++;
	}
	return different;
}

/* Check keeps only short messages: the lines go to standard error, the message says where. */
static void show_difference(
	const struct golden *golden, const struct shown *expected, const struct shown *got)
{
	int lines = show_lines("text", &expected->text, &got->text) +
		    show_lines("looks", &expected->looks, &got->looks);

	fprintf(stderr, "the whole screen:\n%s", buf_str(&got->text));
	ck_abort_msg("%d lines differ from %s (make goldens rewrites it)", lines, golden->path);
}

static void add_section(
	struct golden *golden, const char *what, int cols, int rows, const struct buf *content)
{
	buf_addf(&golden->file, "@@ %dx%d %s\n", cols, rows, what);
	buf_add(&golden->file, content->data, content->len);
}

bool golden_open(struct golden *golden, const char *name, bool ascii, enum theme_depth depth)
{
	struct err err = ERR_INIT;

	memset(golden, 0, sizeof(*golden));
	golden->updating = !text_empty(getenv("UPDATE_GOLDEN"));
	if (golden->updating && (ascii || depth != THEME_256))
		return false;
	golden->ascii = ascii;
	golden->depth = depth;
	buf_init(&golden->file, FILE_MAX);
	snprintf(
		golden->path, sizeof(golden->path), "%s/screens/golden/%s.txt", TEST_SOURCES, name);
	if (!golden->updating)
		ck_ok(file_read(&golden->file, golden->path, &err), &err);
	return true;
}

void golden_check(struct golden *golden, struct pty *pty)
{
	struct shown expected;
	struct shown got;
	int rows;
	int cols;

	pty_size(pty, &rows, &cols);
	shown_init(&expected);
	shown_init(&got);
	if (golden->updating) {
		pty_settle(pty, QUIET_MS);
		see(&got, golden, pty, NULL);
		add_section(golden, "text", cols, rows, &got.text);
		add_section(golden, "looks", cols, rows, &got.looks);
	} else {
		take_section(&expected.text, golden, "text", cols, rows);
		take_section(&expected.looks, golden, "looks", cols, rows);
		if (golden->ascii)
			make_ascii(&expected.text);
		see(&got, golden, pty, &expected);
		for (int i = 0; !same(&expected, &got) && i < TRIES * pty_patience(); i++) {
			pty_listen(pty, TRY_MS);
			see(&got, golden, pty, &expected);
		}
		if (!same(&expected, &got))
			show_difference(golden, &expected, &got);
	}
	shown_free(&expected);
	shown_free(&got);
}

void golden_close(struct golden *golden)
{
	struct err err = ERR_INIT;

	if (golden->updating)
		ck_ok(file_write(
			      golden->path, buf_str(&golden->file), golden->file.len, 0644, &err),
			&err);
	buf_free(&golden->file);
}
