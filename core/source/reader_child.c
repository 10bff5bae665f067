/*
 * reader_child.c — what runs in the child process: the spec comes as one JSON object on standard
 * input (it holds a password, so it is wiped), frames leave on what was standard output.
 */

#include "base/base.h"
#include "source/reader.h"
#include "source/frame.h"
#include "source/odbc.h"
#include "source/odbc_update.h"
#include "base/clock.h"
#include "base/text.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <sqlite3.h>
#include <sys/prctl.h>
#include <unistd.h>

#define SPEC_MAX (1u << 20)
#define FLUSH_MS 100 /* a slow query's rows do not wait for a full batch longer than this */

struct child_spec {
	struct buf text;
	struct json_object *root;
	const char *odbc, *query;
	struct file_spec files; /* its items are NULL for a database */
	int64_t limit_rows;
	int timeout_s;
	int places; /* of a statement that is run for rows that come; -1 = a query */
};

/* Die with the parent, leave no core with a password in it, let no driver print into the frames. */
static int settle_in(int *frames)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	setlocale(LC_CTYPE, "C.UTF-8"); /* drivers that convert do so to the locale's encoding */
	*frames = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (null < 0 || *frames < 0)
		return -1;
	dup2(null, STDOUT_FILENO);
	close(null);
	return 0;
}

/*
 * The SQLite library behind SQLite's driver is our own. This process has one thread that calls it:
 * without locks around every value and every piece of memory, such a source costs a fifth less.
 */
static void unlock_sqlite(void)
{
	sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int read_spec_text(struct buf *text, struct err *err)
{
	while (!text->len || text->data[text->len - 1] != '\0') {
		char *room = buf_room(text, 4096);
		ssize_t got = room ? read(STDIN_FILENO, room, 4096) : 0;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set_errno(err, ERR_SOURCE, errno, "reading the spec");
		if (got == 0)
			break;
		buf_grew(text, (size_t)got);
	}
	return buf_check(text, "the reader's spec", err);
}

static const char *text_member(struct json_object *root, const char *name)
{
	return json_object_get_string(json_object_object_get(root, name));
}

static int read_spec(struct child_spec *spec, struct err *err)
{
	struct json_object *places, *files;
	bool tables;
	int rc = read_spec_text(&spec->text, err);

	if (rc)
		return rc;
	spec->root = json_tokener_parse(buf_str(&spec->text));
	spec->odbc = text_member(spec->root, "odbc");
	spec->query = text_member(spec->root, "query");
	tables = json_object_get_boolean(json_object_object_get(spec->root, "tables"));
	if (!(spec->odbc && (spec->query || tables)) &&
		!(json_object_object_get_ex(spec->root, "files", &files) &&
			file_spec_get(&spec->files, files)))
		return err_set(
			err, ERR_USAGE, "`agentboard reader` is started by Agentboard itself");
	if (getppid() != json_object_get_int(json_object_object_get(spec->root, "parent")))
		return err_set(err, ERR_INTERRUPTED, "the parent died before it could be watched");
	spec->limit_rows = json_object_get_int64(json_object_object_get(spec->root, "limit"));
	spec->timeout_s = json_object_get_int(json_object_object_get(spec->root, "timeout"));
	spec->places = -1;
	if (json_object_object_get_ex(spec->root, "places", &places))
		spec->places = json_object_get_int(places);
	return 0;
}

static void forget_spec(struct child_spec *spec)
{
	if (spec->odbc)
		sodium_memzero((char *)spec->odbc, strlen(spec->odbc));
	file_spec_free(&spec->files);
	json_object_put(spec->root);
	buf_wipe(&spec->text);
}

static int send_frame(int fd, const struct buf *frame, struct err *err)
{
	size_t at = 0;
	int rc = buf_check(frame, "a frame of the reader", err);

	while (!rc && at < frame->len) {
		ssize_t put = write(fd, frame->data + at, frame->len - at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			rc = err_set_errno(err, ERR_INTERRUPTED, errno, "the parent went away");
		else
			at += (size_t)put;
	}
	return rc;
}

/* Send the rows that are in `frame` and begin the next. */
static int flush_rows(int fd, struct buf *frame, struct err *err)
{
	int rc = 0;

	frame_end(frame);
	if (frame->len > FRAME_HEAD)
		rc = send_frame(fd, frame, err);
	frame_begin(frame, FRAME_ROWS);
	return rc;
}

/* The next row of whatever is read; the contract of odbc_next(). */
typedef int next_row(const struct cell **cells, void *source, struct err *err);

static int send_rows(int fd, next_row *next, void *source, int count, int64_t limit,
	struct buf *frame, struct err *err)
{
	const struct cell *cells;
	int64_t flushed = clock_mono();
	int more = 1;
	int rc = 0;

	frame_begin(frame, FRAME_ROWS);
	for (int64_t rows = 0; !rc && (!limit || rows < limit); rows++) {
		more = next(&cells, source, err);
		if (more <= 0)
			break;
		frame_row(frame, cells, count);
		if (frame->len >= FRAME_BATCH || clock_mono() - flushed >= FLUSH_MS) {
			rc = flush_rows(fd, frame, err);
			flushed = clock_mono();
		}
	}
	if (!rc)
		rc = flush_rows(fd, frame, more < 0 ? NULL : err);
	return more < 0 ? more : rc;
}

static int send_all(int fd, next_row *next, void *source, const struct column *columns, int count,
	int64_t limit, struct buf *frame, struct err *err)
{
	int rc;

	frame_columns(frame, columns, count);
	rc = send_frame(fd, frame, err);
	if (!rc)
		rc = send_rows(fd, next, source, count, limit, frame, err);
	if (rc)
		return rc;
	frame_begin(frame, FRAME_END);
	frame_end(frame);
	return send_frame(fd, frame, err);
}

static int next_of_odbc(const struct cell **cells, void *source, struct err *err)
{
	return odbc_next(cells, source, err);
}

static int next_of_files(const struct cell **cells, void *source, struct err *err)
{
	return file_source_next(cells, source, err);
}

static int serve_files(int fd, const struct child_spec *spec, struct buf *frame, struct err *err)
{
	struct file_source *source = NULL;
	const struct column *columns;
	int count;
	int rc = file_source_open(&source, &spec->files, err);

	if (rc)
		return rc;
	columns = file_source_columns(source, &count);
	rc = send_all(fd, next_of_files, source, columns, count, spec->limit_rows, frame, err);
	file_source_close(source);
	return rc;
}

static int serve(int fd, const struct child_spec *spec, struct buf *frame, struct err *err)
{
	struct odbc_source *source = NULL;
	const struct column *columns;
	int count;
	struct odbc_query query = { .sql = spec->query,
		.timeout_s = spec->timeout_s,
		.page_by = text_member(spec->root, "page_by"),
		.mark = text_member(spec->root, "mark"),
		.mark_type = (enum column_type)json_object_get_int(
			json_object_object_get(spec->root, "mark_type")) };
	int rc;

	if (spec->files.items)
		return serve_files(fd, spec, frame, err);
	rc = odbc_open(&source, spec->odbc, &query, err);
	if (rc)
		return rc;
	columns = odbc_columns(source, &count);
	rc = send_all(fd, next_of_odbc, source, columns, count, spec->limit_rows, frame, err);
	odbc_close(source);
	return rc;
}

/* ---- writing back ---- */

/* Exactly so many bytes of standard input; 0 at its end, which is where the parent is done. */
static int read_bytes(char *to, size_t len)
{
	size_t at = 0;

	while (at < len) {
		ssize_t got = read(STDIN_FILENO, to + at, len - at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return 0;
		at += (size_t)got;
	}
	return 1;
}

/* The next batch of rows: 1, or 0 at the end. */
static int read_batch(struct buf *batch, struct err *err)
{
	char head[FRAME_HEAD];
	enum frame_kind kind;
	uint32_t len;
	char *room;

	if (!read_bytes(head, sizeof(head)))
		return 0;
	if (!frame_head(&kind, &len, head) || kind != FRAME_ROWS)
		return err_set(err, ERR_SOURCE, "the batch of rows is none");
	buf_reset(batch);
	room = len ? buf_room(batch, len) : NULL;
	if (!room)
		return err_nomem(err);
	if (!read_bytes(room, len))
		return 0;
	buf_grew(batch, len);
	return 1;
}

/* Run one batch, whose rows lie in `batch`, and tell what they did. */
static int update_batch(int fd, struct odbc_update *update, const struct buf *batch, int places,
	struct buf *frame, struct err *err)
{
	struct frame_cursor cursor = { batch->data, batch->data + batch->len };
	struct odbc_updated *results = calloc(UPDATE_ROWS_MAX, sizeof(*results));
	struct cell *cells = calloc((size_t)UPDATE_ROWS_MAX * (size_t)(places + 1), sizeof(*cells));
	const char *row;
	size_t len;
	int count = 0;
	int rc = results && cells ? 0 : err_nomem(err);

	while (!rc && count < UPDATE_ROWS_MAX &&
		frame_read_row(
			cells + (size_t)count * (size_t)places, places, &row, &len, &cursor) > 0)
		count++;
	if (!rc)
		rc = odbc_update_run(results, update, cells, count, err);
	frame_begin(frame, FRAME_UPDATED);
	for (int i = 0; !rc && i < count; i++)
		frame_updated(frame, results[i].rows, results[i].text);
	frame_end(frame);
	if (!rc)
		rc = send_frame(fd, frame, err);
	free(results);
	free(cells);
	return rc;
}

static int serve_updates(int fd, const struct child_spec *spec, struct buf *frame, struct err *err)
{
	struct buf batch = BUF_INIT(FRAME_MAX);
	struct odbc_update *update = NULL;
	int rc = odbc_update_open(
		&update, spec->odbc, spec->query, spec->places, spec->timeout_s, err);

	frame_begin(frame, FRAME_READY);
	frame_end(frame);
	if (!rc)
		rc = send_frame(fd, frame, err);
	while (!rc && (rc = read_batch(&batch, err)) > 0)
		rc = update_batch(fd, update, &batch, spec->places, frame, err);
	odbc_update_close(update);
	buf_free(&batch);
	return rc;
}

int reader_child_main(void)
{
	struct child_spec spec = { .text = BUF_INIT(SPEC_MAX) };
	struct buf frame = BUF_INIT(FRAME_MAX + FRAME_HEAD);
	struct err err = ERR_INIT;
	int frames = -1;
	int rc;

	if (isatty(STDIN_FILENO)) {
		fputs("agentboard reader: started by Agentboard itself, with a spec on its "
		      "standard "
		      "input\n",
			stderr);
		return err_exit_code(ERR_USAGE);
	}
	if (settle_in(&frames))
		return EXIT_FAILURE;
	unlock_sqlite();
	rc = read_spec(&spec, &err);
	if (!rc)
		rc = spec.places < 0 ? serve(frames, &spec, &frame, &err)
				     : serve_updates(frames, &spec, &frame, &err);
	if (rc && err.kind != ERR_INTERRUPTED) {
		frame_error(&frame, &err);
		send_frame(frames, &frame, NULL);
	}
	forget_spec(&spec);
	buf_free(&frame);
	close(frames);
	return err_exit_code(err.kind);
}
