/*
 * export.c — writes through a view of its own, window by window, into a file that nobody else may
 * read. The name decides the format. The records are those of `agentboard message export`.
 */

#include "base/base.h"
#include "tui/board/export.h"

#include "base/clock.h"
#include "base/text.h"
#include "tui/board/monitor.h"
#include "tui/board/words.h"
#include "tui/command/message_report.h"

#include <fcntl.h>
#include <unistd.h>

#define EXPORT_ROWS 1000

struct export_job {
	struct job job;
	const struct board_env *env; /* borrowed */
	char path[512];
	char filter[512];
	int64_t *marks; /* only these, when there are any; owned */
	size_t mark_count;
	int64_t count;
};

static bool is_json(const char *path)
{
	return text_match("*.json", path, true);
}

/* Customers' rows: for the user alone, and never over a file that is there. */
static int open_new(FILE **out, const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	*out = fd < 0 ? NULL : fdopen(fd, "w");
	if (*out)
		return 0;
	if (fd < 0 && errno == EEXIST)
		return err_set(err, ERR_EXISTS, "%s is there already: choose another name", path);
	if (fd >= 0)
		close(fd);
	return err_set_errno(err, ERR_USAGE, errno, "could not write %s", path);
}

static void write_json(FILE *to, const struct message *msg, bool first)
{
	struct buf text = BUF_INIT(1u << 20);
	struct json json = JSON_INIT(&text);

	message_json(&json, msg);
	fprintf(to, "%s\n%s", first ? "" : ",", buf_str(&text));
	buf_free(&text);
}

static void write_window(struct export_job *ej, FILE *to, const struct message_window *window)
{
	for (int i = 0; i < window->count; i++) {
		if (is_json(ej->path))
			write_json(to, &window->messages[i], ej->count == 0);
		else
			message_csv(to, &window->messages[i]);
		ej->count++;
	}
}

static int write_all(struct export_job *ej, FILE *to, struct view *view,
	const struct filter *filter, struct err *err)
{
	int64_t anchor = 0;
	bool more = true;
	int rc = 0;

	while (more && rc == 0 && !atomic_load(&ej->job.cancel)) {
		struct message_window window = { 0 };

		rc = view_messages(&window, view, filter, WINDOW_AFTER, anchor, EXPORT_ROWS, err);
		if (rc == 0) {
			write_window(ej, to, &window);
			more = window.more_after && window.count > 0;
			anchor = window.count ? window.messages[window.count - 1].id : anchor;
		}
		message_window_free(&window);
	}
	return rc;
}

static int write_marked(struct export_job *ej, FILE *to, struct view *view, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < ej->mark_count && rc == 0 && !atomic_load(&ej->job.cancel); i++) {
		struct message_window window = { 0 };

		rc = view_messages(&window, view, NULL, WINDOW_AFTER, ej->marks[i] - 1, 1, err);
		if (rc == 0 && window.count && window.messages[0].id == ej->marks[i])
			write_window(ej, to, &window);
		message_window_free(&window);
	}
	return rc;
}

static int write_file(
	struct export_job *ej, struct view *view, const struct filter *filter, struct err *err)
{
	FILE *to = NULL;
	int rc = open_new(&to, ej->path, err);

	if (rc)
		return rc;
	if (is_json(ej->path))
		fputs("{\"messages\":[", to);
	else
		message_csv_header(to);
	rc = ej->mark_count ? write_marked(ej, to, view, err)
			    : write_all(ej, to, view, filter, err);
	if (is_json(ej->path))
		fputs("\n]}\n", to);
	if (fclose(to) != 0 && rc == 0)
		rc = err_set_errno(err, ERR_USAGE, errno, "could not write %s", ej->path);
	if (rc)
		unlink(ej->path); /* half of it would look like all of it */
	return rc;
}

static int work(struct job *job, struct err *err)
{
	struct export_job *ej = (struct export_job *)job;
	struct filter *filter = NULL;
	struct view *view = NULL;
	int rc = filter_parse(&filter, ej->filter, clock_now(), NULL, err);

	if (rc == 0)
		rc = view_open(&view, ej->env->home->data, err);
	if (rc == 0)
		rc = write_file(ej, view, filter, err);
	view_close(view);
	filter_free(filter);
	return rc;
}

static void done(struct board *board, struct job *job)
{
	struct export_job *ej = (struct export_job *)job;
	char count[WORDS_MAX];

	if (job->rc)
		board_say(board, STYLE_FAIL, "Not written: %s", job->err.text);
	else
		board_say(board, STYLE_OK, "%s messages written to %s",
			words_count(count, ej->count), ej->path);
}

static void free_job(struct job *job)
{
	free(((struct export_job *)job)->marks);
	free(job);
}

static bool path_entered(struct board *board, const char *path)
{
	struct export_job *ej;

	if (!*path) {
		text_copy(board->prompt.error, sizeof(board->prompt.error),
			"type the name of the file, for example failed.csv");
		return false;
	}
	ej = calloc(1, sizeof(*ej));
	if (!ej)
		return true;
	ej->job.work = work;
	ej->job.done = done;
	ej->job.free = free_job;
	ej->env = board->env;
	text_copy(ej->path, sizeof(ej->path), path);
	text_copy(ej->filter, sizeof(ej->filter), monitor_filter(board));
	if (!monitor_marks(&ej->marks, &ej->mark_count, board)) {
		free(ej);
		return true;
	}
	board_say(board, STYLE_BUSY, "Writing %s...", path);
	board_post(board, LANE_SOURCE, &ej->job);
	return true;
}

void export_ask(struct board *board, const char *path)
{
	if (path)
		path_entered(board, path);
	else
		board_prompt(board, '>', "messages.csv",
			"Write what is marked, or passes the filter, to this file; .json makes it "
			"JSON",
			path_entered);
}
