/*
 * reader.c — the parent's end of the reader child: start it, take its frames apart, say in words
 * how it ended. One thread reads; reader_stop() may come from any.
 */

#include "base/base.h"
#include "source/reader.h"
#include "source/frame.h"
#include "source/reader_private.h"
#include "source/reader_environment.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIPE_SIZE (256 * 1024)
#define READ_PIECE (128 * 1024)
#define REAP_MS 2000 /* a killed child that does not go (dead disk below it) is left behind */

struct reader {
	int frames;  /* the pipe's end */
	int told;    /* where a child that writes back hears of rows; -1 = it only reads */
	int places;  /* of its statement */
	int stopped; /* eventfd: wakes a waiting reader_next() */
	int timeout_s;
	bool files; /* it reads files, no database */
	atomic_bool stop;

	pthread_mutex_t lock; /* guards pid: it is not signalled once it was reaped */
	pid_t pid;	      /* 0 = reaped */

	struct column *columns;
	int count;
	struct cell *cells;

	struct buf in;	  /* bytes from the pipe */
	size_t used;	  /* of which this many were taken */
	size_t frame_len; /* bytes of the frame that `cursor` is in, 0 = none */
	struct frame_cursor cursor;
	bool ended;
};

/* ---- starting ---- */

static void put_files(struct json *json, const struct file_spec *spec)
{
	json_open(json, '{');
	json_put_int(json, "format", spec->format);
	json_put_int(json, "delimiter", (unsigned char)spec->delimiter);
	json_put_text(json, "encoding", spec->encoding ? spec->encoding : "UTF-8");
	json_put_bool(json, "strict", spec->strict);
	json_key(json, "wanted");
	json_open(json, '[');
	for (size_t i = 0; i < spec->wanted.count; i++)
		json_text(json, spec->wanted.items[i]);
	json_close(json, ']');
	json_key(json, "items");
	json_open(json, '[');
	for (size_t i = 0; i < spec->count; i++) {
		json_text(json, spec->items[i].path);
		json_text(json, spec->items[i].name);
	}
	json_close(json, ']');
	json_close(json, '}');
}

static void spec_json(struct buf *out, const struct reader *reader, const struct reader_spec *spec)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_put_int(&json, "parent", getpid());
	if (spec->files) {
		json_key(&json, "files");
		put_files(&json, spec->files);
	} else {
		json_put_text(&json, "odbc", spec->odbc);
		json_put_text(&json, "query", spec->query);
		json_put_bool(&json, "tables", spec->tables);
		json_put_text(&json, "page_by", spec->page_by);
		json_put_text(&json, "mark", spec->mark);
		json_put_int(&json, "mark_type", spec->mark_type);
	}
	json_put_int(&json, "limit", spec->limit_rows);
	json_put_int(&json, "timeout", spec->timeout_s);
	if (reader->places >= 0)
		json_put_int(&json, "places", reader->places);
	json_close(&json, '}');
	buf_add_char(out, '\0'); /* a child that writes back hears more behind it */
}

/* A child that dies early must not end us by SIGPIPE, hence a socket and MSG_NOSIGNAL. */
static void send_all(int fd, const struct buf *bytes)
{
	for (size_t at = 0; at < bytes->len;) {
		ssize_t put = send(fd, bytes->data + at, bytes->len - at, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return; /* the end of the child tells the rest */
		at += (size_t)put;
	}
}

static int spawn(pid_t *pid, const char *program, int in, int out, struct err *err)
{
	char name[] = "agentboard", verb[] = "reader";
	char *argv[] = { name, verb, NULL };
	char **environment = reader_environment(environ);
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int rc;

	if (!environment)
		return err_nomem(err);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	posix_spawnattr_init(&attributes);
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setpgroup(&attributes, 0); /* Ctrl-C at the terminal is not for the child */
	posix_spawnattr_setflags(&attributes,
		POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	rc = posix_spawn(pid, program, &files, &attributes, argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	free(environment);
	return rc ? err_set_errno(err, ERR_SOURCE, rc, "the reader %s did not start", program) : 0;
}

/* Start the child on fresh pipes and hand it the spec. */
static int start_child(struct reader *reader, const struct reader_spec *spec, struct err *err)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };
	struct buf text = BUF_INIT(FRAME_MAX);
	int rc;

	spec_json(&text, reader, spec);
	rc = buf_check(&text, "the reader's spec", err);
	if (!rc &&
		(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) || pipe2(out, O_CLOEXEC)))
		rc = err_set_errno(err, ERR_SOURCE, errno, "the reader's pipes");
	if (!rc)
		rc = spawn(&reader->pid, spec->program ? spec->program : "/proc/self/exe", in[1],
			out[1], err);
	if (!rc) {
		fcntl(out[0], F_SETPIPE_SZ, PIPE_SIZE);
		reader->frames = out[0];
		out[0] = -1;
		close(in[1]);
		in[1] = -1;
		send_all(in[0], &text);
		if (reader->places >= 0) {
			reader->told = in[0];
			in[0] = -1;
		}
	}
	for (int i = 0; i < 2; i++) {
		if (in[i] >= 0)
			close(in[i]);
		if (out[i] >= 0)
			close(out[i]);
	}
	buf_wipe(&text);
	return rc;
}

int reader_start_places(
	struct reader **out, const struct reader_spec *spec, int places, struct err *err)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int rc = 0;

	if (!reader)
		return err_nomem(err);
	pthread_mutex_init(&reader->lock, NULL);
	buf_init(&reader->in, FRAME_MAX + FRAME_HEAD + READ_PIECE);
	reader->timeout_s = spec->timeout_s;
	reader->files = spec->files != NULL;
	reader->frames = reader->told = -1;
	reader->places = places;
	reader->stopped = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (reader->stopped < 0)
		rc = err_set_errno(err, ERR_SOURCE, errno, "eventfd");
	if (!rc)
		rc = start_child(reader, spec, err);
	if (rc) {
		reader_free(reader);
		return rc;
	}
	*out = reader;
	return 0;
}

int reader_start(struct reader **out, const struct reader_spec *spec, struct err *err)
{
	return reader_start_places(out, spec, -1, err);
}

/* ---- ending ---- */

static void kill_child(struct reader *reader)
{
	pthread_mutex_lock(&reader->lock);
	if (reader->pid > 0)
		kill(reader->pid, SIGKILL);
	pthread_mutex_unlock(&reader->lock);
}

/* Wait up to `wait_ms` for the child's end; false when it still runs. */
static bool reap(struct reader *reader, int *status, int64_t wait_ms)
{
	int64_t until = clock_mono() + wait_ms;
	pid_t gone = 0;

	*status = 0;
	while (reader->pid > 0) {
		pthread_mutex_lock(&reader->lock);
		gone = waitpid(reader->pid, status, WNOHANG);
		if (gone != 0)
			reader->pid = 0;
		pthread_mutex_unlock(&reader->lock);
		if (gone != 0 || clock_mono() >= until)
			break;
		clock_sleep(1);
	}
	return reader->pid == 0;
}

void reader_stop(struct reader *reader)
{
	uint64_t one = 1;
	ssize_t put;

	atomic_store(&reader->stop, true);
	kill_child(reader);
	put = write(reader->stopped, &one, sizeof(one));
	(void)put; /* a full counter wakes as well */
}

int reader_pid(struct reader *reader)
{
	int pid;

	pthread_mutex_lock(&reader->lock);
	pid = reader->pid;
	pthread_mutex_unlock(&reader->lock);
	return pid;
}

void reader_free(struct reader *reader)
{
	int status;

	if (!reader)
		return;
	if (reader->frames >= 0)
		close(reader->frames);
	if (reader->told >= 0)
		close(reader->told);
	kill_child(reader);
	reap(reader, &status, REAP_MS);
	if (reader->stopped >= 0)
		close(reader->stopped);
	pthread_mutex_destroy(&reader->lock);
	free(reader->columns);
	free(reader->cells);
	buf_free(&reader->in);
	free(reader);
}

/* The pipe ended without FRAME_END: say what became of the child. */
static int explain_end(struct reader *reader, struct err *err)
{
	int status;

	if (atomic_load(&reader->stop))
		return err_set(err, ERR_INTERRUPTED, "reading was stopped");
	if (!reap(reader, &status, REAP_MS))
		return err_set(err, ERR_SOURCE, "the reader closed its pipe without a word");
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		err_set(err, ERR_SOURCE,
			"the reader was killed from outside (signal 9): perhaps memory ran out");
	else if (WIFSIGNALED(status))
		err_set(err, ERR_SOURCE, "%s crashed in the reader: signal %d (%s)",
			reader->files ? "reading the files" : "the database driver",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		err_set(err, ERR_SOURCE, "the reader ended too early, with code %d",
			WEXITSTATUS(status));
	if (err)
		err->retryable = true;
	return -ERR_SOURCE;
}

int reader_malformed(struct reader *reader, struct err *err)
{
	kill_child(reader);
	return err_set(err, ERR_SOURCE,
		"the reader sent something that is no frame: the database driver may have damaged "
		"it");
}

static int timed_out(struct reader *reader, struct err *err)
{
	kill_child(reader);
	if (reader->places >= 0)
		err_set(err, ERR_SOURCE,
			"the database gave no answer for %d s, so writing back was ended",
			reader->timeout_s);
	else
		err_set(err, ERR_SOURCE,
			"the database gave no row for %d s, so the reader was ended: raise "
			"source.query_timeout if the query needs longer",
			reader->timeout_s);
	if (err)
		err->retryable = true;
	return -ERR_SOURCE;
}

/* ---- reading ---- */

/* Wait for bytes or the pipe's end, until `deadline` (0 = for ever). */
static int wait_readable(struct reader *reader, int64_t deadline, struct err *err)
{
	struct pollfd fds[2] = {
		{ .fd = reader->frames, .events = POLLIN },
		{ .fd = reader->stopped, .events = POLLIN },
	};

	for (;;) {
		int64_t left = deadline ? deadline - clock_mono() : -1;
		int ready;

		if (atomic_load(&reader->stop))
			return err_set(err, ERR_INTERRUPTED, "reading was stopped");
		if (deadline && left <= 0)
			return timed_out(reader, err);
		ready = poll(fds, ARRAY_SIZE(fds), left > INT32_MAX ? INT32_MAX : (int)left);
		if (ready > 0 && fds[0].revents)
			return 0;
		if (ready < 0 && errno != EINTR)
			return err_set_errno(err, ERR_SOURCE, errno, "waiting for the reader");
	}
}

/* Make at least `want` bytes available behind `used`. */
static int fill(struct reader *reader, size_t want, int64_t deadline, struct err *err)
{
	if (reader->used) {
		memmove(reader->in.data, reader->in.data + reader->used,
			reader->in.len - reader->used);
		buf_cut(&reader->in, reader->in.len - reader->used);
		reader->used = 0;
	}
	while (reader->in.len < want) {
		char *room = buf_room(&reader->in, READ_PIECE);
		ssize_t got;
		int rc = wait_readable(reader, deadline, err);

		if (rc)
			return rc;
		if (!room)
			return buf_check(&reader->in, "a frame of the reader", err);
		got = read(reader->frames, room, READ_PIECE);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return explain_end(reader, err);
		buf_grew(&reader->in, (size_t)got);
	}
	return 0;
}

/* Bring the next frame in and put the cursor over it. */
static int next_frame(enum frame_kind *kind, struct reader *reader, struct err *err)
{
	int64_t deadline = reader->timeout_s ? clock_mono() + reader->timeout_s * INT64_C(1000) : 0;
	uint32_t len;
	int rc;

	reader->used += reader->frame_len;
	reader->frame_len = 0;
	if (reader->in.len - reader->used < FRAME_HEAD) {
		rc = fill(reader, FRAME_HEAD, deadline, err);
		if (rc)
			return rc;
	}
	if (!frame_head(kind, &len, reader->in.data + reader->used))
		return reader_malformed(reader, err);
	if (reader->in.len - reader->used < FRAME_HEAD + len) {
		rc = fill(reader, FRAME_HEAD + len, deadline, err);
		if (rc)
			return rc;
	}
	reader->frame_len = FRAME_HEAD + len;
	reader->cursor.at = reader->in.data + reader->used + FRAME_HEAD;
	reader->cursor.end = reader->cursor.at + len;
	return 0;
}

static int take_error(struct reader *reader, struct err *err)
{
	struct err told = ERR_INIT;

	if (!frame_read_error(&told, &reader->cursor))
		return reader_malformed(reader, err);
	return err_copy(err, &told);
}

static int take_columns(struct reader *reader, struct err *err)
{
	enum frame_kind kind;
	int rc = next_frame(&kind, reader, err);

	if (rc)
		return rc;
	if (kind == FRAME_ERROR)
		return take_error(reader, err);
	if (kind != FRAME_COLUMNS ||
		!frame_read_columns(&reader->columns, &reader->count, &reader->cursor))
		return reader_malformed(reader, err);
	reader->cursor.at = reader->cursor.end;
	reader->cells = calloc((size_t)reader->count, sizeof(*reader->cells));
	return reader->cells ? 0 : err_nomem(err);
}

int reader_tell(struct reader *reader, const struct buf *frame, struct err *err)
{
	if (atomic_load(&reader->stop))
		return err_set(err, ERR_INTERRUPTED, "writing back was stopped");
	send_all(reader->told, frame);
	return 0;
}

int reader_frame(
	enum frame_kind *kind, struct frame_cursor **cursor, struct reader *reader, struct err *err)
{
	*cursor = &reader->cursor;
	return next_frame(kind, reader, err);
}

int reader_columns(
	const struct column **columns, int *count, struct reader *reader, struct err *err)
{
	int rc = reader->cells ? 0 : take_columns(reader, err);

	if (rc)
		return rc;
	*columns = reader->columns;
	*count = reader->count;
	return 0;
}

int reader_next(const struct cell **cells, const char **row, size_t *row_len, struct reader *reader,
	struct err *err)
{
	enum frame_kind kind;
	int rc = reader->cells ? 0 : take_columns(reader, err);

	while (!rc && !reader->ended) {
		rc = frame_read_row(reader->cells, reader->count, row, row_len, &reader->cursor);
		*cells = reader->cells;
		if (rc > 0)
			return 1;
		if (rc < 0)
			return reader_malformed(reader, err);
		rc = next_frame(&kind, reader, err);
		if (rc)
			break;
		if (kind == FRAME_ERROR)
			return take_error(reader, err);
		if (kind != FRAME_ROWS &&
			(kind != FRAME_END || reader->cursor.at < reader->cursor.end))
			return reader_malformed(reader, err);
		reader->ended = kind == FRAME_END;
	}
	return rc;
}
