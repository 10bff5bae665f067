/*
 * mapping_jobs.c — what the mapping editor asks of source and org, and the trials of its lines: all
 * on threads of the worker, since a source may hang and a formula may take its two seconds.
 */

#include "base/base.h"
#include "tui/board/mapping_private.h"

#include "base/text.h"

struct sample_share *sample_hold(struct sample_share *share)
{
	if (share)
		atomic_fetch_add(&share->holders, 1);
	return share;
}

void sample_drop(struct sample_share *share)
{
	if (!share || atomic_fetch_sub(&share->holders, 1) > 1)
		return;
	sample_free(share->sample);
	free(share);
}

/* ---- source and org ---- */

struct sample_job {
	struct job job;
	const struct board_env *env; /* borrowed, as the services are */
	const struct board_services *services;
	struct connection connection;
	struct interface interface;
	struct sample *sample;
};

static int work_sample(struct job *job, struct err *err)
{
	struct sample_job *sj = (struct sample_job *)job;
	struct process_env env = { .home_data = sj->env->home->data,
		.keyring = sj->env->catalog->keyring,
		.reader_program = sj->env->program };

	return sj->services->sample(
		&sj->sample, &env, &sj->connection, &sj->interface, &job->cancel, err);
}

static void free_sample_job(struct job *job)
{
	struct sample_job *sj = (struct sample_job *)job;

	connection_free_fields(&sj->connection);
	interface_free_fields(&sj->interface);
	sample_free(sj->sample);
	free(sj);
}

static void done_sample(struct board *board, struct job *job)
{
	struct sample_job *sj = (struct sample_job *)job;
	struct mapping_page *page = board->mapping;

	if (!page || page->job != sj)
		return;
	page->job = NULL;
	page->err = job->err;
	if (!sj->sample)
		return;
	page->share = calloc(1, sizeof(*page->share));
	if (!page->share) {
		err_nomem(&page->err);
		return;
	}
	page->share->sample = sj->sample;
	sj->sample = NULL;
	sample_hold(page->share);
	mapping_rebuild(page, NULL);
	mapping_try(board);
}

void mapping_fetch(struct board *board)
{
	struct sample_job *sj = calloc(1, sizeof(*sj));
	struct mapping_page *page = board->mapping;

	if (!sj) {
		err_nomem(&page->err);
		return;
	}
	sj->job.work = work_sample;
	sj->job.done = done_sample;
	sj->job.free = free_sample_job;
	sj->env = board->env;
	sj->services = board->services;
	connection_init(&sj->connection);
	interface_init(&sj->interface);
	if (connection_copy(&sj->connection, &page->connection, &page->err) != 0 ||
		interface_copy(&sj->interface, &page->interface, &page->err) != 0) {
		free_sample_job(&sj->job);
		return;
	}
	page->job = sj;
	board_post(board, LANE_SOURCE, &sj->job);
}

/* ---- parents ---- */

struct parent_job {
	struct job job;
	const struct board_env *env; /* borrowed, as the services are */
	const struct board_services *services;
	struct connection connection;
	char lookup[FIELD_NAME_MAX];
	char object[FIELD_NAME_MAX];
	struct describe *describe;
};

static int work_parent(struct job *job, struct err *err)
{
	struct parent_job *pj = (struct parent_job *)job;
	struct process_env env = { .home_data = pj->env->home->data,
		.keyring = pj->env->catalog->keyring,
		.reader_program = pj->env->program };

	return pj->services->describe(
		&pj->describe, &env, &pj->connection, pj->object, &job->cancel, err);
}

static void free_parent_job(struct job *job)
{
	struct parent_job *pj = (struct parent_job *)job;

	connection_free_fields(&pj->connection);
	describe_free(pj->describe);
	free(pj);
}

static void done_parent(struct board *board, struct job *job)
{
	struct parent_job *pj = (struct parent_job *)job;
	struct mapping_page *page = board->mapping;

	if (!page || page->parent_job != pj)
		return;
	page->parent_job = NULL;
	board->notice[0] = '\0';
	if (!pj->describe) {
		board_say(board, STYLE_FAIL, "%s: %s. a types the field: Relationship__r.Key__c",
			pj->object, job->err.text);
		return;
	}
	if (board_page(board) != &mapping_ops || board->asking || board->prompt.on)
		return; /* the person went on to something else */
	mapping_pick_open(board, PICK_KEY, pj->lookup, -1, pj->describe);
	pj->describe = NULL;
}

void mapping_ask_parent(struct board *board, const struct field *lookup)
{
	struct mapping_page *page = board->mapping;
	struct parent_job *pj = page->parent_job ? NULL : calloc(1, sizeof(*pj));

	if (!pj)
		return;
	pj->job.work = work_parent;
	pj->job.done = done_parent;
	pj->job.free = free_parent_job;
	pj->env = board->env;
	pj->services = board->services;
	text_copy(pj->lookup, sizeof(pj->lookup), lookup->name);
	text_copy(pj->object, sizeof(pj->object), lookup->targets.items[0]);
	connection_init(&pj->connection);
	if (connection_copy(&pj->connection, &page->connection, NULL) != 0) {
		free_parent_job(&pj->job);
		return;
	}
	page->parent_job = pj;
	board_say(board, STYLE_BUSY, "Asking Salesforce how %s records are found...", pj->object);
	board_post(board, LANE_SOURCE, &pj->job);
}

void mapping_stop_jobs(struct mapping_page *page)
{
	if (page->job)
		atomic_store(&page->job->job.cancel, true);
	if (page->parent_job)
		atomic_store(&page->parent_job->job.cancel, true);
	page->job = NULL;
	page->parent_job = NULL;
}

/* ---- trials ---- */

struct trial_job {
	struct job job;
	struct trials *owner; /* NULL: nobody waits for it any more */
	struct sample_share *share;
	struct interface interface;
	int row;
	struct trial *list;
	char *whole;
};

static void free_list(struct trial *list, size_t count)
{
	for (size_t i = 0; list && i < count; i++)
		trial_free(&list[i]);
	free(list);
}

static void wipe(struct trials *trials)
{
	free_list(trials->list, trials->count);
	free(trials->whole);
	trials->list = NULL;
	trials->count = 0;
	trials->whole = NULL;
}

static int work_trials(struct job *job, struct err *err)
{
	struct trial_job *tj = (struct trial_job *)job;
	const struct mapping *mapping = &tj->interface.mapping;
	int rc = sample_check(&tj->whole, tj->share->sample, &tj->interface, err);

	for (size_t i = 0; rc == 0 && i < mapping->count && !atomic_load(&job->cancel); i++)
		rc = sample_try(
			&tj->list[i], tj->share->sample, tj->row, &mapping->entries[i], err);
	return rc;
}

static void free_trial_job(struct job *job)
{
	struct trial_job *tj = (struct trial_job *)job;

	free_list(tj->list, tj->interface.mapping.count);
	free(tj->whole);
	interface_free_fields(&tj->interface);
	sample_drop(tj->share);
	free(tj);
}

static void done_trials(struct board *board, struct job *job)
{
	struct trial_job *tj = (struct trial_job *)job;
	struct trials *trials = tj->owner;

	if (!trials)
		return;
	trials->job = trials->next;
	trials->next = NULL;
	if (trials->job) {
		board_post(board, LANE_TRIAL, &trials->job->job);
		return;
	}
	wipe(trials);
	trials->list = tj->list;
	trials->count = tj->interface.mapping.count;
	trials->whole = tj->whole;
	tj->list = NULL;
	tj->whole = NULL;
}

static struct trial_job *new_trial_job(struct trials *owner, struct sample_share *share,
	const struct interface *interface, int row)
{
	struct trial_job *tj = calloc(1, sizeof(*tj));

	if (!tj)
		return NULL;
	tj->job.work = work_trials;
	tj->job.done = done_trials;
	tj->job.free = free_trial_job;
	tj->owner = owner;
	tj->share = sample_hold(share);
	tj->row = row;
	interface_init(&tj->interface);
	if (interface_copy(&tj->interface, interface, NULL) == 0)
		tj->list = calloc(interface->mapping.count + 1, sizeof(*tj->list));
	if (tj->list)
		return tj;
	free_trial_job(&tj->job);
	return NULL;
}

static void drop_waiting(struct trials *trials)
{
	if (trials->next)
		free_trial_job(&trials->next->job);
	trials->next = NULL;
}

void trials_ask(struct board *board, struct trials *trials, struct sample_share *share,
	const struct interface *interface, int row)
{
	struct trial_job *tj = new_trial_job(trials, share, interface, row);

	wipe(trials);
	drop_waiting(trials);
	if (!tj)
		return;
	if (trials->job) {
		atomic_store(&trials->job->job.cancel, true);
		trials->next = tj;
	} else {
		trials->job = tj;
		board_post(board, LANE_TRIAL, &tj->job);
	}
}

const struct trial *trials_of(const struct trials *trials, int entry)
{
	return entry >= 0 && (size_t)entry < trials->count ? &trials->list[entry] : NULL;
}

void trials_forget(struct trials *trials)
{
	if (trials->job) {
		atomic_store(&trials->job->job.cancel, true);
		trials->job->owner = NULL;
		trials->job = NULL;
	}
	drop_waiting(trials);
	wipe(trials);
}

void mapping_try(struct board *board)
{
	struct mapping_page *page = board->mapping;

	if (page->share)
		trials_ask(board, &page->trials, page->share, &page->interface, page->sample_row);
}
