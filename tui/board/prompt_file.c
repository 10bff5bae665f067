/* prompt_file.c — a line a question: its kind, a tab, what was entered; the newest last. */

#include "base/base.h"
#include "tui/board/prompt_file.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "tui/command/mask.h"

#include <unistd.h>

#define FILE_BYTES_MAX (256u << 10)
#define LINE_MAX_BYTES (PROMPT_KIND_MAX + PROMPT_MAX + 2)

struct file_job {
	struct job job;
	const struct home *home; /* borrowed */
	char *path;
	char added[LINE_MAX_BYTES];
	struct text_list lines;
};

static void free_job(struct job *job)
{
	struct file_job *fj = (struct file_job *)job;

	text_list_free(&fj->lines);
	free(fj->path);
	free(fj);
}

/* In a system home each user has one. */
static struct file_job *new_job(const struct board *board)
{
	struct file_job *fj = calloc(1, sizeof(*fj));
	char name[40] = "history";

	if (!fj)
		return NULL;
	if (board->env->home->system)
		snprintf(name, sizeof(name), "history-%u", (unsigned)geteuid());
	fj->job.free = free_job;
	fj->home = board->env->home;
	fj->path = file_join(board->env->home->data, name);
	if (fj->path)
		return fj;
	free_job(&fj->job);
	return NULL;
}

static int read_lines(struct file_job *fj, struct err *err)
{
	struct buf text = BUF_INIT(FILE_BYTES_MAX);
	int rc = file_exists(fj->path) ? file_read(&text, fj->path, err) : 0;
	char *at = rc == 0 && text.len ? (char *)(uintptr_t)buf_str(&text) : NULL;
	char *line;

	while ((line = strsep(&at, "\n"))) {
		if (*line)
			text_list_add(&fj->lines, line);
	}
	buf_free(&text);
	return rc;
}

/* ---- loading ---- */

static int work_load(struct job *job, struct err *err)
{
	return read_lines((struct file_job *)job, err);
}

static void done_load(struct board *board, struct job *job)
{
	const struct file_job *fj = (const struct file_job *)job;

	for (size_t i = 0; i < fj->lines.count; i++) {
		char *tab = strchr(fj->lines.items[i], '\t');

		if (!tab)
			continue;
		*tab = '\0';
		prompt_restore(board, fj->lines.items[i], tab + 1);
	}
}

void prompt_file_load(struct board *board)
{
	struct file_job *fj = new_job(board);

	if (!fj)
		return;
	fj->job.work = work_load;
	fj->job.done = done_load;
	board_post(board, LANE_FILES, &fj->job);
}

/* ---- adding ---- */

static int work_add(struct job *job, struct err *err)
{
	struct file_job *fj = (struct file_job *)job;
	struct buf text = BUF_INIT(FILE_BYTES_MAX);
	size_t first;
	int rc = fj->home->system ? 0 : home_check_owner(fj->home, err);

	if (rc == 0)
		rc = read_lines(fj, err);
	first = fj->lines.count < PROMPT_FILE_LINES ? 0 : fj->lines.count - PROMPT_FILE_LINES + 1;
	for (size_t i = first; i < fj->lines.count; i++) {
		if (!text_equal(fj->lines.items[i], fj->added))
			buf_addf(&text, "%s\n", fj->lines.items[i]);
	}
	buf_addf(&text, "%s\n", fj->added);
	if (rc == 0 && !text.broken)
		rc = file_write(fj->path, buf_str(&text), text.len, 0600, err);
	buf_free(&text);
	return rc;
}

bool prompt_holds_secret(const char *text)
{
	static const char *const words[] = { "secret", "passw", "passphrase", "pwd", "token" };
	struct buf masked = BUF_INIT(4 * PROMPT_MAX);
	struct mask *mask = NULL;
	bool found;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcasestr(text, words[i]))
			return true;
	}
	if (mask_new(&mask, NULL) < 0)
		return true;
	mask_add(&masked, mask, text, strlen(text));
	found = masked.broken || !text_equal(buf_str(&masked), text);
	buf_free(&masked);
	mask_free(mask);
	return found;
}

void prompt_file_add(struct board *board, const char *kind, const char *text)
{
	struct file_job *fj;

	if (board->env->read_only || (kind[0] != ':' && kind[0] != '/') ||
		strpbrk(text, "\t\r\n") || prompt_holds_secret(text))
		return;
	fj = new_job(board);
	if (!fj)
		return;
	snprintf(fj->added, sizeof(fj->added), "%s\t%s", kind, text);
	fj->job.work = work_add;
	fj->job.kept = true;
	board_post(board, LANE_FILES, &fj->job);
}
