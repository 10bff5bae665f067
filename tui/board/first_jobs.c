/* first_jobs.c — asking the source for its tables, the org for its objects, and both for a mapping.
 */

#include "base/base.h"
#include "tui/board/first_private.h"

struct first_job {
	struct job job;
	const struct board_env *env; /* borrowed, as the services are */
	const struct board_services *services;
	enum first_stage stage;
	struct connection connection;
	struct interface interface;
	struct survey *survey;
	struct text_list objects;
	struct proposal *proposal;
};

static void free_job(struct job *job)
{
	struct first_job *fj = (struct first_job *)job;

	connection_free_fields(&fj->connection);
	interface_free_fields(&fj->interface);
	survey_free(fj->survey);
	text_list_free(&fj->objects);
	proposal_free(fj->proposal);
	free(fj);
}

static int work(struct job *job, struct err *err)
{
	struct first_job *fj = (struct first_job *)job;
	struct process_env env = { .home_data = fj->env->home->data,
		.keyring = fj->env->catalog->keyring,
		.reader_program = fj->env->program };
	int rc;

	switch (fj->stage) {
	case FIRST_TABLE:
		return fj->services->survey(
			&fj->survey, &env, &fj->connection, NULL, &job->cancel, err);
	case FIRST_OBJECT:
		return fj->services->objects(
			&fj->objects, &env, &fj->connection, &job->cancel, err);
	default:
		rc = fj->services->propose(
			&fj->proposal, &env, &fj->connection, &fj->interface, &job->cancel, err);
		return rc ? rc : proposal_apply(&fj->interface, fj->proposal, err);
	}
}

static void done(struct board *board, struct job *job)
{
	struct first_job *fj = (struct first_job *)job;
	struct first_page *page = board->first;

	if (!page || page->job != fj)
		return;
	page->job = NULL;
	page->err = job->err;
	if (job->rc)
		return;
	switch (fj->stage) {
	case FIRST_TABLE:
		page->survey = fj->survey;
		fj->survey = NULL;
		break;
	case FIRST_OBJECT:
		text_list_free(&page->objects);
		page->objects = fj->objects;
		fj->objects = (struct text_list){ NULL, 0 };
		break;
	default:
		proposal_free(page->proposal);
		page->proposal = fj->proposal;
		fj->proposal = NULL;
		interface_free_fields(&page->interface);
		page->interface = fj->interface;
		interface_init(&fj->interface);
		break;
	}
	first_list(board);
}

void first_ask(struct board *board)
{
	struct first_page *page = board->first;
	struct first_job *fj = calloc(1, sizeof(*fj));

	first_stop(page);
	err_clear(&page->err);
	if (!fj)
		return;
	fj->job.work = work;
	fj->job.done = done;
	fj->job.free = free_job;
	fj->env = board->env;
	fj->services = board->services;
	fj->stage = page->stage;
	connection_init(&fj->connection);
	interface_init(&fj->interface);
	if (connection_copy(&fj->connection, &page->connection, &page->err) != 0 ||
		interface_copy(&fj->interface, &page->interface, &page->err) != 0) {
		free_job(&fj->job);
		return;
	}
	page->job = fj;
	board_post(board, LANE_SOURCE, &fj->job);
}

void first_stop(struct first_page *page)
{
	if (page->job)
		atomic_store(&page->job->job.cancel, true);
	page->job = NULL;
}
