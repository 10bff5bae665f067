/*
 * bulk_job.c — one job's way, from the store's first word of it to its results. Up to the stored
 * UploadComplete nothing was executed, whatever happens; behind it the job is only asked.
 */

#include "base/base.h"
#include "process/bulk_private.h"
#include "base/clock.h"
#include "base/crash_point.h"
#include "base/text.h"
#include "salesforce/remedy.h"

#include <ctype.h>
#include <sodium.h>

#define PARTS_A_TURN 64 /* attempts that begin in one commit */
#define POLL_FIRST_MS INT64_C(100)
#define POLL_STEP_MS INT64_C(20) /* at least, between two looks */
#define POLL_CAP_MS INT64_C(60000)
#define CANCEL_WAIT_MS INT64_C(180000) /* for an aborted job to be over */
#define TROUBLES_MAX 5

static const struct retry_pace pace_job = { 5000, 300000, 0 };

/* ---- in the store ---- */

struct step {
	struct bulk *bulk;
	struct job_change change;
	int first; /* of the parts that begin */
	int64_t rows;
	enum message_event event;
};

static int apply_new(void *ctx, struct store *store, struct err *err)
{
	struct bulk *bulk = ctx;

	return store_job_begin(&bulk->job, store, bulk->spec.claim, bulk->parts[0].packet,
		bulk->parts[bulk->part_count - 1].packet, err);
}

static int apply_change(void *ctx, struct store *store, struct err *err)
{
	struct step *step = ctx;

	return store_job_update(store, step->bulk->spec.claim, step->bulk->job, &step->change, err);
}

static int record_state(struct bulk *bulk, const char *state, const char *note, struct err *err)
{
	struct step step = { .bulk = bulk, .change = { NULL, state, -1, -1, note } };

	return bulk_store(bulk, apply_change, &step, err);
}

static int record_info(struct bulk *bulk, const struct bulk_info *info, struct err *err)
{
	struct step step = { .bulk = bulk,
		.change = { info->id, bulk_state_word(info->state), info->processed, info->failed,
			info->error[0] ? info->error : NULL } };

	return bulk_store(bulk, apply_change, &step, err);
}

static int apply_attempts(void *ctx, struct store *store, struct err *err)
{
	struct step *step = ctx;
	struct bulk *bulk = step->bulk;
	int rc = 0;

	for (int i = step->first; i < bulk->part_count && i < step->first + PARTS_A_TURN && !rc;
		i++)
		rc = store_job_attempt(store, bulk->spec.claim, bulk->job, bulk->parts[i].packet,
			&bulk->parts[i].rows, err);
	return rc;
}

static int record_attempts(struct bulk *bulk, struct err *err)
{
	int rc = 0;

	for (int i = 0; i < bulk->part_count && rc == 0; i += PARTS_A_TURN) {
		struct step step = { .bulk = bulk, .first = i };

		rc = bulk_check_ends(bulk, err);
		if (rc == 0)
			rc = bulk_store(bulk, apply_attempts, &step, err);
		CRASH_POINT(JOB_ATTEMPTS_PART);
	}
	return rc;
}

static int apply_settle(void *ctx, struct store *store, struct err *err)
{
	struct step *step = ctx;
	const struct run_claim *claim = step->bulk->spec.claim;
	int rc = store_job_settle(
		&step->rows, store, claim, step->bulk->job, step->event, step->change.note, err);

	return rc ? rc : store_job_update(store, claim, step->bulk->job, &step->change, err);
}

int bulk_settle_all(struct bulk *bulk, enum message_event event, const char *state,
	const char *note, struct err *err)
{
	struct step step = {
		.bulk = bulk, .change = { NULL, state, -1, -1, note }, .event = event
	};

	return bulk_store(bulk, apply_settle, &step, err);
}

/* ---- calls ---- */

static int call_create(void *ctx, struct bulk *bulk, struct err *err)
{
	const struct run_info *info = bulk->spec.info;
	struct bulk_spec spec = { info->object, info->operation, info->external_id };

	return bulk_create(ctx, bulk->spec.org, &spec, &bulk->answer, err);
}

static int call_close(void *ctx, struct bulk *bulk, struct err *err)
{
	return bulk_move(ctx, bulk->spec.org, bulk->id, BULK_UPLOAD_COMPLETE, &bulk->answer, err);
}

static int call_abort(void *ctx, struct bulk *bulk, struct err *err)
{
	return bulk_move(ctx, bulk->spec.org, bulk->id, BULK_ABORTED, &bulk->answer, err);
}

static int call_ask(void *ctx, struct bulk *bulk, struct err *err)
{
	return bulk_ask(ctx, bulk->spec.org, bulk->id, &bulk->answer, err);
}

/* ---- the upload: from the store, packet by packet ---- */

struct upload {
	struct bulk *bulk;
	size_t total;
	struct buf text;
	size_t taken; /* of `text` */
	int part;     /* next one to be written */
	struct err err;
};

static int write_part(struct upload *upload)
{
	struct bulk *bulk = upload->bulk;
	const struct bulk_part *part = &bulk->parts[upload->part++];
	struct packet_out packet;
	const char *why = NULL;
	int rc = view_packet(&packet, bulk->view, part->packet, clock_now(), &upload->err);

	for (int i = 0; rc == 0 && i < packet.rows; i++) {
		if (!row_set_has(&part->rows, i))
			continue;
		rc = bulk_read_row(bulk->sheet, part, &packet, i, &why, &upload->err);
		if (rc)
			break;
		bulk_sheet_write_row(&upload->text, bulk->sheet);
		rc = bulk_match_add(bulk->match, bulk_sheet_key(bulk->sheet),
			bulk_sheet_content(bulk->sheet), &upload->err);
	}
	if (rc > 0)
		rc = err_set(&upload->err, ERR_STORE, "a stored row changed on its way: %s", why);
	packet_out_free(&packet);
	bulk_show_life(bulk);
	CRASH_POINT(UPLOAD_PART);
	return rc ? rc : buf_check(&upload->text, "a packet as CSV", &upload->err);
}

/* From the first row: what tells them again is noted as they leave. */
static int begin_upload(struct upload *upload)
{
	struct bulk *bulk = upload->bulk;

	buf_reset(&upload->text);
	upload->taken = 0;
	upload->part = 0;
	bulk_sheet_write_header(&upload->text, bulk->sheet);
	bulk_match_free(bulk->match);
	return bulk_match_new(&bulk->match, bulk->spec.env->home_data, bulk->rows, &upload->err);
}

static size_t give(void *ctx, size_t offset, char *to, size_t size)
{
	struct upload *upload = ctx;
	size_t left;

	if (offset == 0 && begin_upload(upload))
		return 0;
	while (upload->taken == upload->text.len) {
		buf_reset(&upload->text);
		upload->taken = 0;
		if (upload->part == upload->bulk->part_count || write_part(upload))
			return 0;
	}
	left = upload->text.len - upload->taken;
	size = size < left ? size : left;
	memcpy(to, upload->text.data + upload->taken, size);
	upload->taken += size;
	return size;
}

static int call_upload(void *ctx, struct bulk *bulk, struct err *err)
{
	struct upload *upload = ctx;
	int rc = bulk_upload(
		bulk->spec.org, bulk->id, upload->total, give, upload, &bulk->answer, err);

	return rc && upload->err.kind ? err_copy(err, &upload->err) : rc;
}

static enum bulk_answer upload_rows(struct bulk *bulk, struct err *err)
{
	struct upload upload = { .bulk = bulk };
	struct buf header = BUF_INIT(64000);
	enum bulk_answer what;

	bulk_sheet_write_header(&header, bulk->sheet);
	upload.total =
		header.len + bulk->bytes + (size_t)bulk->rows * bulk_sheet_columns(bulk->sheet);
	buf_free(&header);
	buf_init(&upload.text, 256u << 20);
	what = bulk_ask_patiently(bulk, call_upload, &upload, false, err);
	buf_free(&upload.text);
	return what;
}

/* ---- jobs that come to nothing ---- */

/* Nothing was executed: the rows wait for another job. */
static int give_back(struct bulk *bulk, const char *why, struct err *err)
{
	struct bulk_info info;
	struct err ignored = ERR_INIT;
	char note[200];

	/* A job that is left open ends by itself after a day; aborting it is a courtesy. */
	org_set_cancel(bulk->spec.org, NULL);
	if (bulk->id[0]) {
		call_abort(&info, bulk, &ignored);
		bulk->calls++;
	}
	org_set_cancel(bulk->spec.org, watch_ends(bulk->spec.watch));
	bulk->anew = true;
	snprintf(note, sizeof(note), "not sent: %s", why);
	return bulk_settle_all(bulk, EVENT_RETRY, bulk_state_word(BULK_ABORTED), note, err);
}

/* Another job is made, but not at once, and not for ever. */
static int pause_after(struct bulk *bulk, const struct err *why, struct err *err)
{
	int64_t delay = retry_delay(&pace_job, ++bulk->troubles, 0);
	struct err reason = *why;

	if (bulk->over)
		return err_copy(err, &bulk->why);
	if (bulk->troubles < TROUBLES_MAX &&
		clock_mono() + delay <= bulk->moved_at + bulk->spec.wait_ms)
		return bulk_sleep(bulk, delay, err);
	reason.kind = ERR_UNFINISHED;
	reason.retryable = true;
	bulk_end(bulk, RUN_PAUSED, &reason);
	return err_copy(err, &reason);
}

/* The org refuses the job itself: so it would the next one. */
static int refuse(struct bulk *bulk, const struct err *why, struct err *err)
{
	struct err reason = *why;

	reason.kind = ERR_REFUSED;
	bulk_end(bulk, RUN_STOPPED, &reason);
	return err_copy(err, &reason);
}

static int give_up(struct bulk *bulk, enum bulk_answer what, const struct err *why, struct err *err)
{
	int rc = give_back(bulk, why->text[0] ? why->text : "the run ended", err);

	if (rc)
		return rc;
	if (what == BULK_REFUSED)
		return refuse(bulk, why, err);
	if (what == BULK_ENDED)
		return err_copy(err, why);
	return pause_after(bulk, why, err);
}

/* ---- results ---- */

/* The org forgot the job (after 7 days), or somebody deleted it. */
static int job_is_gone(struct bulk *bulk, struct err *err)
{
	char note[200];

	snprintf(note, sizeof(note),
		"bulk job %s is gone from the org: what became of the row is not known", bulk->id);
	return bulk_settle_all(
		bulk, bulk->may_repeat ? EVENT_RETRY : EVENT_LOSE, "Aborted", note, err);
}

/* Failed as a whole, in words that say what to do. */
static void describe_failure(struct err *why, struct bulk *bulk, const struct bulk_info *info)
{
	const struct remedy *remedy;
	size_t len = strcspn(info->error, " :");

	err_set(why, ERR_REFUSED, "bulk job %s failed: %.300s", bulk->id,
		info->error[0] ? info->error : "the org does not say why");
	for (size_t i = 0; i < len && i + 1 < sizeof(why->code); i++) {
		why->code[i] = (char)toupper((unsigned char)info->error[i]);
		why->code[i + 1] = '\0';
	}
	remedy = remedy_for_row(why->code, info->error);
	if (remedy) {
		size_t used = strlen(why->text);

		snprintf(why->text + used, sizeof(why->text) - used, ". %s", remedy->action);
	}
}

/* A job that is over, and recorded: what does it mean for the run? */
static int conclude(struct bulk *bulk, const struct bulk_info *info, struct err *err)
{
	struct err why = ERR_INIT;

	if (bulk->over)
		return err_copy(err, &bulk->why);
	if (info->state == BULK_JOB_COMPLETE) {
		bulk->troubles = 0;
		bulk->anew = false;
		bulk->moved_at = clock_mono();
		return bulk_check_ends(bulk, err);
	}
	if (watch_cancelled(bulk->spec.watch))
		return bulk_check_ends(bulk, err);
	if (info->state == BULK_ABORTED) {
		err_set(&why, ERR_REFUSED,
			"bulk job %s was aborted in Salesforce: the rows that it had not processed "
			"wait; `agentboard run resume` sends them",
			bulk->id);
		return refuse(bulk, &why, err);
	}
	bulk->anew = true;
	describe_failure(&why, bulk, info);
	if (bulk_error_is_final(info->error))
		return refuse(bulk, &why, err);
	return pause_after(bulk, &why, err);
}

/*
 * The result files of a Delete tell rows by their Ids, which were looked up by an earlier owner of
 * the run. What is not there any more when it is looked up again was deleted.
 */
static bool forgot_ids(const struct bulk *bulk)
{
	return bulk->looks_up && bulk->spec.info->operation == OPERATION_DELETE &&
	       !bulk->part_count;
}

static int take_results(struct bulk *bulk, const struct bulk_info *info, struct err *err)
{
	int rc = record_info(bulk, info, err);

	CRASH_POINT(JOB_OVER);
	/* Not one row was looked at: the file or its header was refused. */
	if (rc == 0 && info->state == BULK_FAILED && info->processed == 0)
		rc = bulk_settle_all(bulk, EVENT_RETRY, bulk_state_word(info->state),
			info->error[0] ? info->error : "the job failed", err);
	else if (rc == 0 && forgot_ids(bulk))
		rc = bulk_settle_all(bulk, EVENT_RETRY, bulk_state_word(info->state),
			"deleted, or not, by a job of an earlier process: looked up anew", err);
	else if (rc == 0)
		rc = bulk_record(bulk, info, err);
	if (rc == -ERR_NOT_FOUND)
		return job_is_gone(bulk, err);
	return rc ? rc : conclude(bulk, info, err);
}

/* ---- polling ---- */

/*
 * A job will need what the last one of the run did, or less for fewer rows: the first look is a
 * little before. Of the first job nothing is known.
 */
static int64_t first_delay(const struct bulk *bulk)
{
	int64_t delay = bulk->last_ms * 3 / 4;

	if (bulk->rows < bulk->last_rows)
		delay = delay * bulk->rows / bulk->last_rows;
	return delay < POLL_FIRST_MS ? POLL_FIRST_MS : delay < POLL_CAP_MS ? delay : POLL_CAP_MS;
}

/* When the rest will be done at the pace so far, but not after twice the time that has passed. */
static int64_t next_delay(const struct bulk *bulk, const struct bulk_info *info, int64_t passed)
{
	int64_t least = passed / 8 > POLL_STEP_MS ? passed / 8 : POLL_STEP_MS;
	int64_t delay = passed;

	if (info->processed > 0 && info->processed <= bulk->rows)
		delay = passed * (bulk->rows - info->processed) / info->processed;
	delay = delay > passed ? passed : delay < least ? least : delay;
	return delay < POLL_CAP_MS ? delay : POLL_CAP_MS;
}

static int64_t jitter(int64_t delay)
{
	return delay + (int64_t)randombytes_uniform((uint32_t)(delay / 5 + 1)) - delay / 10;
}

/* One look; 1 = it is not over yet. */
static int look(struct bulk_info *info, struct bulk *bulk, struct err *err)
{
	switch (bulk_ask_patiently(bulk, call_ask, info, true, err)) {
	case BULK_DONE:
		break;
	case BULK_GONE:
		return -ERR_NOT_FOUND;
	case BULK_REFUSED:
		return refuse(bulk, err, err);
	default:
		return -(int)err->kind;
	}
	if (bulk_state_final(info->state))
		return 0;
	/* The word that it is complete did not arrive. */
	if (info->state == BULK_OPEN &&
		bulk_ask_patiently(bulk, call_close, info, true, err) == BULK_ENDED)
		return -(int)err->kind;
	return 1;
}

static int poll_until(struct bulk_info *info, struct bulk *bulk, int64_t until, struct err *err)
{
	int64_t begun = clock_mono();
	int64_t delay = first_delay(bulk);
	int64_t processed = 0;
	int rc = 0;

	for (;;) {
		if (until) /* a cancel waits for this: nothing else interrupts it */
			clock_sleep(delay < 1000 ? delay : 1000);
		else
			rc = bulk_sleep(bulk, jitter(delay), err);
		if (rc == 0)
			rc = look(info, bulk, err);
		if (rc == 0) {
			bulk->last_ms = clock_mono() - begun;
			bulk->last_rows = bulk->rows;
		}
		if (rc <= 0)
			return rc;
		if (info->processed != processed) {
			processed = info->processed;
			rc = record_info(bulk, info, err);
			if (rc)
				return rc;
		}
		if (until && clock_mono() > until)
			return err_set(err, ERR_NET, "bulk job %s is not over yet", bulk->id);
		rc = 0;
		delay = next_delay(bulk, info, clock_mono() - begun);
	}
}

/* Cancelled in mid-job: what the org has done is kept, the rest never happens. */
static int cancel_job(struct bulk *bulk, struct err *err)
{
	struct bulk_info info = { .state = BULK_OPEN };
	struct err ignored = ERR_INIT;
	int rc;

	org_set_cancel(bulk->spec.org, NULL);
	call_abort(&info, bulk, &ignored); /* refused when it is over already */
	bulk->calls++;
	rc = bulk_state_final(info.state)
		     ? 0
		     : poll_until(&info, bulk, clock_mono() + CANCEL_WAIT_MS, err);
	if (rc == 0)
		rc = take_results(bulk, &info, err);
	else if (rc == -ERR_NOT_FOUND)
		rc = job_is_gone(bulk, err);
	org_set_cancel(bulk->spec.org, watch_ends(bulk->spec.watch));
	if (rc == 0)
		return bulk_check_ends(bulk, err);
	if (rc == -ERR_INTERRUPTED || bulk->over)
		return rc;
	err_prefix(err, "the cancel waits for bulk job %s", bulk->id);
	bulk_end(bulk, RUN_PAUSED, err);
	return rc;
}

/* From UploadComplete to the results. */
static int await(struct bulk *bulk, struct err *err)
{
	struct bulk_info info;
	int rc = watch_cancelled(bulk->spec.watch) ? err_set(err, ERR_INTERRUPTED, "cancelled")
						   : poll_until(&info, bulk, 0, err);

	if (rc == -ERR_INTERRUPTED && watch_cancelled(bulk->spec.watch))
		return cancel_job(bulk, err);
	if (rc == -ERR_NOT_FOUND)
		return job_is_gone(bulk, err);
	return rc ? rc : take_results(bulk, &info, err);
}

/* ---- the whole way ---- */

static int create(struct bulk *bulk, struct err *err)
{
	struct err why = ERR_INIT;
	struct bulk_info info;
	enum bulk_answer what = bulk_ask_patiently(bulk, call_create, &info, true, &why);
	int rc;

	if (what != BULK_DONE) {
		rc = give_up(bulk, what == BULK_GONE ? BULK_REFUSED : what, &why, err);
		return rc ? rc : 1;
	}
	text_copy(bulk->id, sizeof(bulk->id), info.id);
	CRASH_POINT(JOB_CREATED);
	rc = record_info(bulk, &info, err);
	CRASH_POINT(JOB_ID_STORED);
	return rc;
}

/* 1 = the job came to nothing, and the rows wait for another one. */
static int send(struct bulk *bulk, struct err *err)
{
	struct err why = ERR_INIT;
	enum bulk_answer what;
	int rc = create(bulk, err);

	if (rc)
		return rc;
	rc = record_attempts(bulk, &why);
	if (rc == -ERR_STORE)
		return err_copy(err, &why);
	CRASH_POINT(JOB_ATTEMPTS);
	/* An operator was faster with a row, or the run is to end. */
	what = rc == 0 ? upload_rows(bulk, &why) : rc == -ERR_INTERRUPTED ? BULK_ENDED : BULK_LOST;
	if (what != BULK_DONE) {
		rc = give_up(bulk, what == BULK_GONE ? BULK_LOST : what, &why, err);
		return rc ? rc : 1;
	}
	CRASH_POINT(UPLOADED);
	rc = record_state(bulk, bulk_state_word(BULK_UPLOAD_COMPLETE), NULL, err);
	CRASH_POINT(UPLOAD_STORED);
	return rc;
}

int bulk_carry(struct bulk *bulk, struct err *err)
{
	struct bulk_info info;
	int rc;

	bulk->moved_at = clock_mono();
	rc = bulk_store(bulk, apply_new, bulk, err);
	CRASH_POINT(JOB_STORED);
	if (rc == 0)
		rc = send(bulk, err);
	if (rc)
		return rc > 0 ? 0 : rc;
	/* However this ends, the look that follows tells where the job is. */
	if (bulk_ask_patiently(bulk, call_close, &info, true, err) == BULK_ENDED && bulk->over)
		return err_copy(err, &bulk->why);
	CRASH_POINT(UPLOAD_COMPLETE);
	return await(bulk, err);
}

int bulk_finish(struct bulk *bulk, const struct job_info *job, struct err *err)
{
	enum bulk_state state;
	bool sent = bulk_state_parse(&state, job->state) && state != BULK_OPEN;

	bulk_empty(bulk);
	bulk->job = job->id;
	text_copy(bulk->id, sizeof(bulk->id), job->salesforce_id);
	CRASH_POINT(JOB_TAKEN);
	if (!sent)
		return give_back(bulk, "the agent ended before the upload was complete", err);
	return await(bulk, err);
}
