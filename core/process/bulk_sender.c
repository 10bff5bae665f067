/* bulk_sender.c — the loop of the sending half by Bulk: wait for rows, fill a job, carry it. */

#include "base/base.h"
#include "process/bulk_private.h"
#include "process/bulk_mode.h"
#include "process/gate.h"
#include "process/overtaken.h"
#include "base/clock.h"

#define TURN_MS INT64_C(2000)
#define LIFE_MS INT64_C(20000)

int bulk_end(struct bulk *bulk, enum run_state state, const struct err *why)
{
	if (!bulk->over) {
		bulk->over = true;
		bulk->end.state = state;
		bulk->why = *why;
	}
	return -(int)bulk->why.kind;
}

/* ---- the store ---- */

struct deed {
	struct bulk *bulk;
	writer_apply *apply; /* NULL = a mere sign of life */
	void *ctx;
};

static int apply_deed(void *ctx, struct store *store, struct err *err)
{
	const struct deed *deed = ctx;
	struct run_change change = RUN_CHANGE_NONE;
	int rc = deed->apply ? deed->apply(deed->ctx, store, err) : 0;

	change.calls_add = deed->bulk->calls;
	return rc ? rc : store_run_update(store, deed->bulk->spec.claim, &change, err);
}

int bulk_store(struct bulk *bulk, writer_apply *apply, void *ctx, struct err *err)
{
	struct deed deed = { bulk, apply, ctx };
	int rc = writer_call(bulk->spec.env->writer, apply_deed, &deed, err);

	if (rc == 0) {
		bulk->calls = 0;
		bulk->recorded_at = clock_mono();
	}
	return rc;
}

void bulk_show_life(struct bulk *bulk)
{
	struct err err = ERR_INIT;

	if (clock_mono() - bulk->recorded_at < LIFE_MS)
		return;
	bulk->recorded_at = clock_mono();
	if (bulk_store(bulk, NULL, NULL, &err))
		bulk_end(bulk, RUN_SENDING, &err);
}

/* ---- waiting ---- */

int bulk_check_ends(struct bulk *bulk, struct err *err)
{
	if (!atomic_load(watch_ends(bulk->spec.watch)))
		return 0;
	return err_set(err, ERR_INTERRUPTED, "%s",
		watch_cancelled(bulk->spec.watch) ? "cancelled" : "stopped");
}

int bulk_sleep(struct bulk *bulk, int64_t ms, struct err *err)
{
	int64_t until = clock_mono() + ms;
	int rc;

	for (;;) {
		int64_t left = until - clock_mono();

		rc = bulk_check_ends(bulk, err);
		if (rc || left <= 0)
			return rc;
		bulk_show_life(bulk);
		if (bulk->over)
			return err_copy(err, &bulk->why);
		http_turn(bulk->http, left < TURN_MS ? left : TURN_MS);
	}
}

/* Is there a job's worth of rows, or all there will be? */
static int rows_are_here(bool *here, struct bulk *bulk, struct err *err)
{
	struct intake *intake = bulk->spec.intake;
	struct run_info info;
	int rc;

	*here = !intake || intake_over(intake);
	if (*here)
		return 0;
	rc = view_run(&info, bulk->view, bulk->spec.info->id, err);
	*here = !rc && info.counts.pending >= BULK_JOB_ROWS;
	return rc;
}

static int wait_for_rows(struct bulk *bulk, struct err *err)
{
	struct intake *intake = bulk->spec.intake;
	int64_t seen = 0;
	bool here;
	int rc;

	while ((rc = rows_are_here(&here, bulk, err)) == 0 && !here) {
		/* The next packet wakes; looking at the counts for each would be too often. */
		if (!intake_more(intake, &seen))
			http_turn(bulk->http, TURN_MS);
		rc = bulk_sleep(bulk, 20, err);
		if (rc)
			return rc;
	}
	return rc;
}

/* ---- jobs of an earlier owner ---- */

static bool is_unfinished(const struct job_info *job)
{
	enum bulk_state state;

	return job->open || !bulk_state_parse(&state, job->state) || !bulk_state_final(state);
}

int bulk_unfinished(bool *unfinished, struct view *view, int64_t run, struct err *err)
{
	struct job_info *jobs;
	int count;
	int rc = view_jobs(&jobs, &count, view, run, err);

	*unfinished = false;
	for (int i = 0; rc == 0 && i < count; i++)
		*unfinished = *unfinished || is_unfinished(&jobs[i]);
	free(jobs);
	return rc;
}

static int finish_old_jobs(struct bulk *bulk, struct err *err)
{
	struct job_info *jobs;
	int count;
	int rc = view_jobs(&jobs, &count, bulk->view, bulk->spec.info->id, err);

	for (int i = 0; rc == 0 && i < count && !bulk->over; i++)
		if (is_unfinished(&jobs[i]))
			rc = bulk_finish(bulk, &jobs[i], err);
	free(jobs);
	return rc;
}

/* ---- beginning and end ---- */

static void wake(void *ctx)
{
	http_wake(ctx);
}

static int wait_row(void *ctx, int64_t message, const char *key, int64_t next_try, struct err *err)
{
	struct bulk *bulk = ctx;
	uint64_t hash = bulk_key_hash(bulk, key);

	(void)next_try;
	(void)err;
	if (backlog_admit(bulk->backlog, hash, message))
		backlog_keep(bulk->backlog, hash, message);
	return 0;
}

static int prepare(struct bulk *bulk, const struct sender_spec *spec, struct err *err)
{
	int rc;

	bulk->spec = *spec;
	bulk->http = org_http(spec->org);
	bulk->scope = key_gate_scope(spec->org_id, spec->info->object);
	bulk->may_repeat =
		retry_may_repeat(spec->info->operation, spec->interface->unique_key_assumed);
	bulk->calls = spec->calls;
	bulk->moved_at = clock_mono();
	org_expect(spec->org, spec->org_id);
	bulk->looks_up = interface_looks_up(spec->interface);
	rc = bulk_keys(&bulk->keys, spec->interface, err);
	if (!rc && bulk->looks_up)
		rc = lookup_init(&bulk->lookup, spec->info->object, spec->interface->external_id,
			spec->describe, err);
	if (!rc)
		rc = view_open(&bulk->view, spec->env->home_data, err);
	if (!rc)
		rc = parents_new(&bulk->parents, &bulk->spec, err);
	if (!rc)
		rc = backlog_new(&bulk->backlog, spec->env->gate, overtaken_space(spec->info), wake,
			bulk->http, err);
	if (!rc)
		rc = overtaken_mark(spec, err);
	if (!rc)
		rc = view_waiting_rows(
			bulk->view, spec->info->id, clock_now(), wait_row, bulk, err);
	return rc;
}

static void finish(struct bulk *bulk)
{
	bulk_empty(bulk);
	backlog_free(bulk->backlog);
	parents_free(bulk->parents);
	view_close(bulk->view);
	text_list_free(&bulk->keys);
	http_answer_free(&bulk->answer);
	row_ids_clear(&bulk->ids);
	free(bulk->parts);
	free(bulk);
}

/* Nothing new begins on a connection that is held, beyond the org's budget, or on a full disk. */
static int heed_guards(struct bulk *bulk, struct err *err)
{
	struct err why = ERR_INIT;

	if (!guard_brake(&bulk->spec, bulk->view, &why) &&
		!guard_budget(&bulk->spec, &bulk->warned_of_budget, &why) &&
		!disk_guard_look(bulk->spec.env->disk, bulk->spec.env->home_data, &why))
		return 0;
	bulk_end(bulk, RUN_PAUSED, &why);
	return err_copy(err, &why);
}

static int loop(struct bulk *bulk, struct err *err)
{
	int rc = finish_old_jobs(bulk, err);

	while (rc == 0 && !bulk->over) {
		rc = wait_for_rows(bulk, err);
		if (rc == 0)
			rc = bulk_fill(bulk, err);
		if (rc == 0 && bulk->rows)
			rc = heed_guards(bulk, err);
		if (rc || bulk->rows == 0)
			break;
		bulk->carried = true;
		rc = bulk_carry(bulk, err);
	}
	return rc;
}

/* Interrupted: what state, and nothing more is read. */
static void heed_end(struct bulk *bulk, int rc)
{
	if (rc != -ERR_INTERRUPTED)
		return;
	if (!bulk->over)
		bulk->end.state = watch_cancelled(bulk->spec.watch) ? RUN_CANCELLED : RUN_SENDING;
	if (bulk->spec.intake)
		intake_stop(bulk->spec.intake);
}

int bulk_run(
	struct sender_end *end, int64_t *calls, const struct sender_spec *spec, struct err *err)
{
	struct bulk *bulk = calloc(1, sizeof(*bulk));
	int rc;

	*end = (struct sender_end){ .state = RUN_SENDING };
	if (!bulk)
		return err_nomem(err);
	http_answer_init(&bulk->answer);
	bulk->end = *end;
	rc = prepare(bulk, spec, err);
	if (!rc) {
		watch_on_end(spec->watch, wake, bulk->http);
		rc = loop(bulk, err);
		watch_on_end(spec->watch, NULL, NULL);
		if (bulk->over)
			rc = err_copy(err, &bulk->why);
		heed_end(bulk, rc);
	}
	*end = bulk->end;
	*calls = bulk->calls;
	finish(bulk);
	return rc;
}
