/* bulk_match.c — rows by key in one flat table, their lines beside them, and words in a file. */

#include "base/base.h"
#include "process/bulk_match.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#define SLOTS_MIN 64 /* a power of two, as every number of them */
#define BUFFER (64u << 10)

struct row {
	uint64_t key;
	uint32_t content;
	uint8_t verdict; /* enum bulk_verdict */
	bool created;
	bool odd; /* it got two lines, or one of another content: none is believed */
	union {
		char id[18];
		unsigned char words[8]; /* where they begin in the file */
	} u;
};

struct bulk_match {
	struct row *rows;
	uint32_t *slots; /* by key: number of the row + 1; 0 = free */
	size_t mask;	 /* number of slots - 1 */
	size_t count, room;
	int missing;
	int odd;
	char what[200]; /* about the first odd line */
	int fd;		/* of the words */
	struct buf words;
	uint64_t written; /* bytes before those in `words` */
	struct buf back;  /* words of the row that was asked for */
};

void bulk_match_free(struct bulk_match *match)
{
	if (!match)
		return;
	if (match->fd >= 0)
		close(match->fd);
	buf_free(&match->words);
	buf_free(&match->back);
	free(match->rows);
	free(match->slots);
	free(match);
}

/* ---- rows ---- */

/* There are at least twice as many slots as rows. */
static uint32_t *slot_of(const struct bulk_match *match, uint64_t key)
{
	size_t at = (size_t)(key >> 7) & match->mask;

	while (match->slots[at] && match->rows[match->slots[at] - 1].key != key)
		at = (at + 1) & match->mask;
	return &match->slots[at];
}

static int make_room(struct bulk_match *match, size_t rows, struct err *err)
{
	size_t slots = SLOTS_MIN;

	while (slots < rows * 2)
		slots *= 2;
	match->rows = calloc(rows + 1, sizeof(*match->rows));
	match->slots = calloc(slots, sizeof(*match->slots));
	match->room = rows;
	match->mask = slots - 1;
	return match->rows && match->slots ? 0 : err_nomem(err);
}

int bulk_match_new(struct bulk_match **out, const char *folder, int rows, struct err *err)
{
	struct bulk_match *match = calloc(1, sizeof(*match));
	int rc = 0;

	*out = NULL;
	if (!match)
		return err_nomem(err);
	buf_init(&match->words, 8u << 20);
	buf_init(&match->back, 8u << 20);
	match->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (match->fd < 0) { /* not every file system can */
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/results-XXXXXX", folder);
		match->fd = mkostemp(path, O_CLOEXEC);
		if (match->fd >= 0)
			unlink(path);
	}
	if (match->fd < 0)
		rc = err_set_errno(err, ERR_STORE, errno, "no room for results in %s", folder);
	if (!rc)
		rc = make_room(match, (size_t)rows, err);
	if (rc)
		bulk_match_free(match);
	else
		*out = match;
	return rc;
}

int bulk_match_add(struct bulk_match *match, uint64_t key, uint32_t content, struct err *err)
{
	uint32_t *slot = slot_of(match, key);

	if (match->count == match->room)
		return err_set(err, ERR_USAGE, "a bulk job holds more than %zu rows", match->room);
	if (*slot)
		return err_set(err, ERR_USAGE, "a bulk job holds a key twice");
	match->rows[match->count] = (struct row){ .key = key, .content = content };
	*slot = (uint32_t)++match->count;
	match->missing++;
	return 0;
}

int bulk_match_rows(const struct bulk_match *match)
{
	return (int)match->count;
}

int bulk_match_missing(const struct bulk_match *match)
{
	return match->missing;
}

int bulk_match_odd(const struct bulk_match *match, const char **what)
{
	*what = match->what;
	return match->odd;
}

void bulk_match_forget(struct bulk_match *match)
{
	for (size_t i = 0; i < match->count; i++) {
		match->rows[i].verdict = BULK_ROW_MISSING;
		match->rows[i].odd = false;
	}
	match->missing = (int)match->count;
	match->odd = 0;
	match->what[0] = '\0';
	match->written = 0;
	buf_reset(&match->words);
}

/* ---- words ---- */

struct words_head {
	uint32_t code, text, fields, error; /* lengths; each with a NUL behind it */
};

static int flush_words(struct bulk_match *match, struct err *err)
{
	const char *at = buf_str(&match->words);
	size_t left = match->words.len;

	while (left) {
		ssize_t done = pwrite(match->fd, at, left, (off_t)match->written);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return err_set_errno(
				err, ERR_STORE, errno, "results could not be kept on disk");
		at += done;
		left -= (size_t)done;
		match->written += (uint64_t)done;
	}
	buf_reset(&match->words);
	return 0;
}

static int keep_words(
	struct row *row, struct bulk_match *match, const struct bulk_line *line, struct err *err)
{
	struct words_head head = { (uint32_t)strlen(line->code), (uint32_t)strlen(line->text),
		(uint32_t)strlen(line->fields),
		(uint32_t)strnlen(line->error ? line->error : "", ORG_SAID_MAX) };
	uint64_t start = match->written + match->words.len;

	memcpy(row->u.words, &start, sizeof(start));
	buf_add(&match->words, &head, sizeof(head));
	buf_add(&match->words, line->code, head.code + 1);
	buf_add(&match->words, line->text, head.text + 1);
	buf_add(&match->words, line->fields, head.fields + 1);
	buf_add(&match->words, line->error, head.error);
	buf_add_char(&match->words, '\0');
	if (match->words.broken)
		return buf_check(&match->words, "the words about a row", err);
	return match->words.len < BUFFER ? 0 : flush_words(match, err);
}

static int read_back(struct bulk_match *match, void *to, size_t len, uint64_t at, struct err *err)
{
	ssize_t got = pread(match->fd, to, len, (off_t)at);

	if (got < 0 || (size_t)got != len)
		return err_set_errno(
			err, ERR_STORE, got < 0 ? errno : EIO, "results could not be read back");
	return 0;
}

static int load_words(
	struct bulk_row *out, struct bulk_match *match, const struct row *row, struct err *err)
{
	struct words_head head;
	uint64_t start;
	size_t len;
	char *to;
	int rc = match->words.len ? flush_words(match, err) : 0;

	memcpy(&start, row->u.words, sizeof(start));
	if (!rc)
		rc = read_back(match, &head, sizeof(head), start, err);
	if (rc)
		return rc;
	len = (size_t)head.code + head.text + head.fields + head.error + 4;
	buf_reset(&match->back);
	to = buf_room(&match->back, len);
	if (!to)
		return buf_check(&match->back, "the words about a row", err);
	rc = read_back(match, to, len, start + sizeof(head), err);
	if (rc)
		return rc;
	snprintf(out->code, sizeof(out->code), "%s", to);
	out->text = to + head.code + 1;
	out->fields = out->text + head.text + 1;
	out->error = out->fields + head.fields + 1;
	return 0;
}

/* ---- lines ---- */

static void note_odd(struct bulk_match *match, const struct bulk_line *line, const char *why)
{
	if (match->odd++ == 0)
		snprintf(match->what, sizeof(match->what), "a line of the file %s %s%s%s",
			bulk_file_name(line->file), why, line->id[0] ? ": " : "", line->id);
}

/* The row keeps no line at all: which of them is true is not to be guessed. */
static void doubt(struct bulk_match *match, struct row *row)
{
	if (row->verdict != BULK_ROW_MISSING)
		match->missing++;
	row->verdict = BULK_ROW_MISSING;
	row->odd = true;
}

int bulk_match_take(struct bulk_match *match, struct bulk_sheet *sheet,
	const struct bulk_line *line, struct err *err)
{
	static const enum bulk_verdict verdicts[] = {
		[BULK_FILE_SUCCESSFUL] = BULK_ROW_SUCCEEDED,
		[BULK_FILE_FAILED] = BULK_ROW_FAILED,
		[BULK_FILE_UNPROCESSED] = BULK_ROW_UNPROCESSED,
	};
	uint32_t found = *slot_of(match, bulk_sheet_key(sheet));
	struct row *row = found ? &match->rows[found - 1] : NULL;

	if (!row) {
		note_odd(match, line, "has a key that was not sent");
		return 0;
	}
	if (row->content != bulk_sheet_content(sheet)) {
		note_odd(match, line, "differs from the row that was sent");
		doubt(match, row);
		return 0;
	}
	if (row->verdict != BULK_ROW_MISSING || row->odd) {
		note_odd(match, line, "is the second one for its row");
		doubt(match, row);
		return 0;
	}
	match->missing--;
	row->verdict = (uint8_t)verdicts[line->file];
	row->created = line->created;
	if (line->file == BULK_FILE_FAILED)
		return keep_words(row, match, line, err);
	memset(row->u.id, 0, sizeof(row->u.id));
	memcpy(row->u.id, line->id, strnlen(line->id, sizeof(row->u.id)));
	return 0;
}

int bulk_match_row(struct bulk_row *out, struct bulk_match *match, int index, struct err *err)
{
	const struct row *row = &match->rows[index];

	*out = (struct bulk_row){ .verdict = (enum bulk_verdict)row->verdict,
		.created = row->created,
		.text = "",
		.fields = "",
		.error = "" };
	if (out->verdict == BULK_ROW_FAILED)
		return load_words(out, match, row, err);
	if (out->verdict == BULK_ROW_SUCCEEDED)
		memcpy(out->id, row->u.id, sizeof(row->u.id));
	return 0;
}
