/* log_read.c — reading the log's files: from their end at first, then as they grow. */

#include "base/base.h"
#include "base/log_read.h"
#include "base/buf.h"
#include "base/log.h"

#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_MAX (16 << 20) /* of one file: above the size at which it is rotated */

/* The word at `at` of a line of ours: 0 time, 1 level, 2 run=N. */
static void field(char *out, size_t size, const char *line, int at)
{
	size_t len;

	for (; at > 0 && *line; at--) {
		line += strcspn(line, " ");
		line += *line == ' ';
	}
	len = strcspn(line, " ");
	snprintf(out, size, "%.*s", (int)(len < size ? len : size - 1), line);
}

static bool word_passes(const char *line, const char *word)
{
	enum log_level wanted;
	enum log_level is;
	char text[64];
	char run[64];

	if (strncmp(word, "run:", 4) == 0) {
		field(text, sizeof(text), line, 2);
		snprintf(run, sizeof(run), "run=%s", word + 4);
		return strcmp(text, run) == 0;
	}
	if (strncmp(word, "level:", 6) == 0 && log_level_parse(&wanted, word + 6)) {
		field(text, sizeof(text), line, 1);
		return log_level_parse(&is, text) && is <= wanted;
	}
	return strcasestr(line, word) != NULL;
}

bool log_line_passes(const char *line, const char *filter)
{
	char copy[512];
	char *rest = copy;
	char *word;

	if (text_empty(filter))
		return true;
	text_copy(copy, sizeof(copy), filter);
	while ((word = strsep(&rest, " \t")) != NULL) {
		bool inverted = word[0] == '!' && word[1];

		if (*word && word_passes(line, word + inverted) == inverted)
			return false;
	}
	return true;
}

/* Whole lines of `text` that pass; returns how many bytes they and the others took. */
static size_t take_lines(struct text_list *lines, char *text, const char *filter, bool *ok)
{
	char *start = text;
	char *end;

	while ((end = strchr(text, '\n')) != NULL) {
		*end = '\0';
		if (log_line_passes(text, filter) && !text_list_add(lines, text))
			*ok = false;
		text = end + 1;
	}
	return (size_t)(text - start);
}

static void drop_first(struct text_list *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(lines->items[i]);
	memmove(lines->items, lines->items + count, (lines->count - count) * sizeof(*lines->items));
	lines->count -= count;
}

/* Lines of the file from *at on; *at moves behind the last whole one. */
static int read_from(
	struct text_list *lines, int fd, off_t *at, off_t size, const char *filter, struct err *err)
{
	struct buf text = BUF_INIT(PIECE_MAX + 1);
	bool ok = true;
	ssize_t got;
	char *room;
	int rc;

	if (size - *at > PIECE_MAX)
		*at = size - PIECE_MAX;
	room = buf_room(&text, (size_t)(size - *at));
	if (room && size > *at) {
		got = pread(fd, room, (size_t)(size - *at), *at);
		if (got > 0)
			buf_grew(&text, (size_t)got);
	}
	rc = buf_check(&text, "the log", err);
	if (rc == 0 && text.len)
		*at += (off_t)take_lines(lines, text.data, filter, &ok);
	buf_free(&text);
	return rc < 0 || ok ? rc : err_nomem(err);
}

static int read_rotated(
	struct text_list *lines, const char *path, const char *filter, struct err *err)
{
	char old[4096];
	struct stat st;
	off_t at = 0;
	int rc = 0;
	int fd;

	snprintf(old, sizeof(old), "%s.1", path);
	fd = open(old, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (fstat(fd, &st) == 0)
		rc = read_from(lines, fd, &at, st.st_size, filter, err);
	close(fd);
	return rc;
}

int log_read(struct text_list *lines, struct log_reader *reader, const char *filter, int max,
	struct err *err)
{
	int fd = open(reader->path, O_RDONLY | O_CLOEXEC);
	bool first = reader->inode == 0;
	struct stat st;
	int rc = 0;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) != 0) {
		rc = err_set_errno(
			err, ERR_CONFIG, errno, "could not read the log %s", reader->path);
		goto cleanup;
	}
	if (first && st.st_size < PIECE_MAX / 4)
		rc = read_rotated(lines, reader->path, filter, err);
	if (st.st_ino != reader->inode || st.st_size < reader->at)
		reader->at = 0; /* another file has its name */
	reader->inode = st.st_ino;
	if (rc == 0)
		rc = read_from(lines, fd, &reader->at, st.st_size, filter, err);
	if (first && lines->count > (size_t)max)
		drop_first(lines, lines->count - (size_t)max);
cleanup:
	if (fd >= 0)
		close(fd);
	return rc;
}
