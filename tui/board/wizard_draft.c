/*
 * wizard_draft.c — what was typed and not saved, on disk: a file like a connection's that need not
 * be complete, under data because it is nobody else's business. A line that drops or a board that
 * is killed then costs the last seconds of typing at most.
 */

#include "base/base.h"
#include "tui/board/wizard_private.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "config/files.h"

/* The largest draft; the fields of the forms end long before. */
#define DRAFT_MAX (1u << 20)
/* Ticks of the board's clock between two writes while somebody types. */
#define KEEP_TICKS 2

struct draft_job {
	struct job job;
	char *paths[DRAFT_KINDS];
	const struct home *home;       /* borrowed, as ... */
	const struct catalog *catalog; /* ... this */
	struct draft_slot *slot;       /* owned: the one that was taken */
	struct connection connection;
	int kind;
	bool found;
	unsigned wizard;
};

static void free_draft(struct job *job)
{
	struct draft_job *dj = (struct draft_job *)job;

	for (int i = 0; i < DRAFT_KINDS; i++)
		free(dj->paths[i]);
	connection_free_fields(&dj->connection);
	draft_slot_free(dj->slot);
	free(dj);
}

static struct draft_job *new_job(const struct board *board)
{
	struct draft_job *dj = board->env->read_only ? NULL : calloc(1, sizeof(*dj));

	if (!dj)
		return NULL;
	connection_init(&dj->connection);
	dj->job.free = free_draft;
	dj->home = board->env->home;
	dj->catalog = board->env->catalog;
	return dj;
}

static bool name_files(struct draft_job *dj, const struct draft_slot *slot)
{
	for (int i = 0; i < DRAFT_KINDS; i++)
		dj->paths[i] = draft_slot_path(dj->home, slot->number, i);
	return dj->paths[DRAFT_NEW] && dj->paths[DRAFT_EDIT];
}

/* One that is about the files of our slot; NULL, too, when none was taken so far. */
static struct draft_job *file_job(const struct board *board)
{
	struct draft_job *dj = board->draft ? new_job(board) : NULL;

	if (!dj || name_files(dj, board->draft))
		return dj;
	free_draft(&dj->job);
	return NULL;
}

/* ---- writing ---- */

static int work_write(struct job *job, struct err *err)
{
	struct draft_job *dj = (struct draft_job *)job;
	const char *path = dj->paths[dj->kind];
	struct buf text = BUF_INIT(DRAFT_MAX);
	struct connection again;
	int rc = files_write_connection(&text, &dj->connection, err);

	/* One that could not be read would be kept in vain. */
	connection_init(&again);
	if (rc == 0)
		rc = files_parse_connection(&again, buf_str(&text), path, err);
	connection_free_fields(&again);
	if (rc == 0)
		rc = file_write(path, buf_str(&text), text.len, 0600, err);
	if (rc == 0)
		unlink(dj->paths[dj->kind == DRAFT_NEW ? DRAFT_EDIT : DRAFT_NEW]);
	buf_free(&text);
	return rc;
}

static void done_write(struct board *board, struct job *job)
{
	struct draft_job *dj = (struct draft_job *)job;
	struct wizard *wizard = board->wizard;

	if (!wizard || wizard->id != dj->wizard)
		return;
	if (job->rc && !wizard->write_failed)
		board_say(board, STYLE_WARN, "Not kept on disk: %s", job->err.text);
	wizard->write_failed = job->rc != 0;
	wizard->unwritten |= job->rc != 0;
}

void wizard_keep(struct board *board)
{
	struct wizard *wizard = board->wizard;
	struct err err = ERR_INIT;
	struct draft_job *dj;

	dj = wizard && wizard->unwritten ? file_job(board) : NULL;
	if (!dj)
		return;
	wizard->unwritten = false;
	wizard->ticks = 0;
	dj->job.work = work_write;
	dj->job.done = done_write;
	dj->job.kept = true;
	dj->kind = wizard->editing ? DRAFT_EDIT : DRAFT_NEW;
	dj->wizard = wizard->id;
	if (wizard_build_draft(&dj->connection, wizard, board->env->catalog->keyring, &err) == 0) {
		board_post(board, LANE_FILES, &dj->job);
	} else {
		dj->job.rc = err_copy(&dj->job.err, &err);
		done_write(board, &dj->job);
		free_draft(&dj->job);
	}
}

void wizard_tick(struct board *board)
{
	struct wizard *wizard = board->wizard;

	if (wizard && wizard->unwritten && ++wizard->ticks >= KEEP_TICKS)
		wizard_keep(board);
}

static int work_drop(struct job *job, struct err *err)
{
	struct draft_job *dj = (struct draft_job *)job;
	int rc = 0;

	for (int i = 0; i < DRAFT_KINDS; i++) {
		if (unlink(dj->paths[i]) != 0 && errno != ENOENT)
			rc = err_set_errno(
				err, ERR_CONFIG, errno, "could not remove %s", dj->paths[i]);
	}
	return rc;
}

static void done_drop(struct board *board, struct job *job)
{
	if (job->rc)
		board_say(board, STYLE_WARN, "%s", job->err.text);
}

void wizard_drop_draft(struct board *board)
{
	struct draft_job *dj = file_job(board);

	if (!dj)
		return;
	dj->job.work = work_drop;
	dj->job.done = done_drop;
	dj->job.kept = true;
	board_post(board, LANE_FILES, &dj->job);
}

/* ---- what an earlier board left ---- */

static int read_draft(struct draft_job *dj, int kind, struct err *err)
{
	struct buf text = BUF_INIT(DRAFT_MAX);
	int rc = file_read(&text, dj->paths[kind], err);

	if (rc == 0)
		rc = files_parse_connection(&dj->connection, buf_str(&text), dj->paths[kind], err);
	buf_free(&text);
	return rc;
}

/* A connection that was removed meanwhile would be made anew. */
static bool still_there(const struct draft_job *dj)
{
	struct text_list names = { NULL, 0 };
	bool there = dj->catalog->connections(dj->catalog->self, &names, NULL) == 0 &&
		     text_list_has(&names, dj->connection.name);

	text_list_free(&names);
	return there;
}

static int work_read(struct job *job, struct err *err)
{
	struct draft_job *dj = (struct draft_job *)job;
	int rc = draft_slot_take(&dj->slot, dj->home, err);

	if (rc)
		return rc;
	if (!name_files(dj, dj->slot))
		return err_nomem(err);
	for (int kind = 0; kind < DRAFT_KINDS && !dj->found; kind++) {
		if (!file_exists(dj->paths[kind]))
			continue;
		rc = read_draft(dj, kind, err);
		if (rc)
			return rc;
		dj->found = true;
		dj->kind = kind;
	}
	if (dj->found && dj->kind == DRAFT_EDIT && !still_there(dj))
		dj->kind = DRAFT_NEW;
	return 0;
}

static void done_read(struct board *board, struct job *job)
{
	struct draft_job *dj = (struct draft_job *)job;
	char text[256];

	board->draft = dj->slot;
	dj->slot = NULL;
	if (job->rc)
		board_say(board, STYLE_WARN, "%s%s", board->draft ? "A draft is left out: " : "",
			job->err.text);
	else if (board->draft->others && !dj->found)
		board_say(board, STYLE_WARN,
			"Another board of yours has begun a connection: what is typed here is kept "
			"beside it");
	if (dj->found && wizard_take_draft(board, &dj->connection, dj->kind == DRAFT_EDIT) &&
		wizard_unsaved(text, sizeof(text), board))
		board_say(board, STYLE_WARN, "%s n goes on", text);
}

void wizard_look_for_draft(struct board *board)
{
	struct draft_job *dj = new_job(board);

	if (!dj)
		return;
	dj->job.work = work_read;
	dj->job.done = done_read;
	board_post(board, LANE_FILES, &dj->job);
}

/* ---- what the end of the board means ---- */

const char *wizard_fate(const struct board *board)
{
	const struct wizard *wizard = board->wizard;

	if (board->env->read_only)
		return " It would be lost: this board was started with --read-only.";
	if (wizard->write_failed || !board->draft)
		return " It could not be kept on disk and would be lost; 'Save unchecked' in the "
		       "wizard's last step tries again.";
	if (!board->env->catalog->keyring)
		return " It is kept, but without the secrets typed: this home's key cannot be read "
		       "here. n goes on with it at the next start.";
	return " It is kept; n goes on with it at the next start.";
}
