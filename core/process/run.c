/*
 * run.c — process_run(): claim a run, settle what a dead owner left, read, send, and record how it
 * ended. A new run and a resumed one take the same way; the store says what is left to do.
 */

#include "base/base.h"
#include "process/bulk.h"
#include "process/bulk_mode.h"
#include "process/connect.h"
#include "process/files.h"
#include "process/mark.h"
#include "process/dry_run.h"
#include "process/envelope.h"
#include "process/intake.h"
#include "process/mapper.h"
#include "process/reconcile.h"
#include "process/retry.h"
#include "process/sender.h"
#include "process/write_back.h"
#include "base/clock.h"
#include "base/crash_point.h"
#include "base/log.h"
#include "base/text.h"

struct carry {
	const struct process_env *env;
	const struct connection *connection;
	const struct interface *interface;
	int64_t wait_ms;

	struct run_info info; /* as it was when we claimed it */
	struct run_claim *claim;
	struct watch *watch;
	struct link link;
	struct intake *intake;
	bool jobs;	 /* bulk jobs are under way ... */
	bool cancel_job; /* ... and that is all that is left to do */

	enum run_state state; /* to be recorded; RUN_SENDING = leave it as it is */
	bool drop_rest;	      /* what was stored is not to be sent */
	char reason[256];
};

/* ---- claim, and what a dead owner left ---- */

static int apply_claim(void *ctx, struct store *store, struct err *err)
{
	struct carry *carry = ctx;
	bool repeat = retry_may_repeat(carry->info.operation, carry->interface->unique_key_assumed);
	int64_t rows;
	int rc = store_run_claim(&carry->claim, store, carry->info.id, err);

	if (rc)
		return rc;
	return store_attempts_settle(&rows, store, carry->claim, repeat ? EVENT_RETRY : EVENT_LOSE,
		repeat ? "sent, but the agent ended before the answer came; it is sent again"
		       : "sent, but the agent ended before the answer came: whether Salesforce has "
			 "it is not known",
		err);
}

static int load_info(struct carry *carry, int64_t run, struct err *err)
{
	struct view *view = NULL;
	int rc = view_open(&view, carry->env->home_data, err);

	if (!rc)
		rc = view_run(&carry->info, view, run, err);
	if (!rc)
		rc = bulk_unfinished(&carry->jobs, view, run, err);
	view_close(view);
	return rc;
}

/* ---- what can be said before anything is asked ---- */

/* An interface that was changed since the run began would send its rows as something else. */
static int check_unchanged(const struct carry *carry, struct err *err)
{
	const struct run_info *info = &carry->info;
	const struct interface *now = carry->interface;

	if (text_equal_fold(info->object, now->object) && info->operation == now->operation &&
		text_equal_fold(info->external_id, now->external_id ? now->external_id : ""))
		return 0;
	return err_set(err, ERR_CONFIG,
		"interface %s was changed since run %" PRId64
		" began (%s %s %s): cancel the run and "
		"process the interface again",
		info->interface, info->id, operation_name(info->operation), info->object,
		info->external_id);
}

static int check_interface(const struct carry *carry, struct err *err)
{
	const struct interface *interface = carry->interface;
	int rc = interface_check(interface, err);

	if (!rc)
		rc = check_unchanged(carry, err);
	if (rc)
		return rc;
	if (carry->info.operation == OPERATION_INSERT && interface->row_key.count == 0 &&
		carry->connection->type == CONNECTION_AGENT_DATABASE &&
		text_equal(carry->info.trigger, "schedule"))
		return err_set(err, ERR_CONFIG,
			"row_key: not set: without one Insert runs by hand only, since no "
			"repetition "
			"could be told from a new row");
	return 0;
}

/* In order: nothing is even read while rows of an earlier run wait, or it stopped at one. */
static int check_order(const struct carry *carry, struct err *err)
{
	struct run_info front;
	struct view *view = NULL;
	int rc;

	if (carry->interface->on_error != ON_ERROR_STOP || carry->info.dry_run)
		return 0;
	rc = view_open(&view, carry->env->home_data, err);
	if (!rc)
		rc = view_run_in_front(&front, view, carry->info.interface, carry->info.id, err);
	view_close(view);
	if (rc == -ERR_NOT_FOUND) {
		err_clear(err);
		return 0;
	}
	if (!rc)
		rc = err_set(err, ERR_UNFINISHED,
			"in order, run %" PRId64 " goes first, which is %s: %.150s", front.id,
			run_state_name(front.state), front.reason);
	return rc;
}

/* ---- phases ---- */

static int apply_start(void *ctx, struct store *store, struct err *err)
{
	struct carry *carry = ctx;
	struct run_change change = RUN_CHANGE_NONE;

	change.state = carry->info.reading_done ? RUN_SENDING : RUN_READING;
	change.reason = "";
	if (carry->info.state == RUN_QUEUED)
		change.wants = carry->info.dry_run ? 0 : write_back_ends(carry->interface);
	return store_run_update(store, carry->claim, &change, err);
}

static int open_link(struct carry *carry, struct err *err)
{
	struct connect_spec spec = { .env = carry->env,
		.connection = carry->connection,
		.object = carry->info.object,
		.operation = carry->info.operation,
		.external_id = carry->info.external_id,
		.looks_up = interface_looks_up(carry->interface),
		.unique_key_assumed = carry->interface->unique_key_assumed,
		.ends = carry->cancel_job ? NULL : watch_ends(carry->watch),
		.wait_ms = carry->wait_ms };

	return link_open(&carry->link, &spec, err);
}

struct keeping {
	const struct run_claim *claim;
	struct buf text;
};

static int apply_envelope(void *ctx, struct store *store, struct err *err)
{
	const struct keeping *keeping = ctx;

	return store_run_envelope(store, keeping->claim, buf_str(&keeping->text), err);
}

/* So that whoever looks at a message later is told what it was sent in. */
static int keep_envelope(struct carry *carry, struct err *err)
{
	struct keeping keeping = { carry->claim, BUF_INIT(ENVELOPE_TEXT_MAX) };
	struct envelope envelope;
	int rc;

	if (carry->info.dry_run)
		return 0;
	envelope_init(&envelope, carry->interface);
	rc = org_address(&envelope.address, carry->link.org, "", err);
	if (!rc)
		rc = envelope_write(&keeping.text, &envelope, err);
	if (!rc)
		rc = writer_call(carry->env->writer, apply_envelope, &keeping, err);
	buf_free(&keeping.text);
	envelope_free(&envelope);
	return rc;
}

/* On any thread: the sender has a reason to look. */
static void wake_run(void *ctx)
{
	http_wake(ctx);
}

static int start_reading(struct carry *carry, struct err *err)
{
	struct intake_spec spec = { .env = carry->env,
		.claim = carry->claim,
		.info = &carry->info,
		.connection = carry->connection,
		.interface = carry->interface,
		.describe = carry->link.describe,
		.again = carry->info.state != RUN_QUEUED,
		.org_id = carry->link.org_id,
		.mode = carry->info.mode,
		.ends = watch_ends(carry->watch),
		.wake = wake_run,
		.ctx = org_http(carry->link.org) };

	if (carry->info.reading_done)
		return 0;
	return intake_start(&carry->intake, &spec, err);
}

static int apply_mode(void *ctx, struct store *store, struct err *err)
{
	struct carry *carry = ctx;
	struct run_change change = RUN_CHANGE_NONE;

	change.mode = (int)carry->info.mode;
	change.mode_why = carry->info.mode_why;
	return store_run_update(store, carry->claim, &change, err);
}

/* How the rows go is decided once: a run that goes on keeps to it. */
static int settle_mode(struct carry *carry, struct err *err)
{
	struct mode_spec spec = { .env = carry->env,
		.interface = carry->interface,
		.describe = carry->link.describe,
		.intake = carry->intake,
		.watch = carry->watch,
		.http = org_http(carry->link.org),
		.run = carry->info.id };
	enum transfer_mode mode;
	char why[MODE_WHY_MAX];
	int rc;

	if (carry->info.mode_why[0] || carry->info.dry_run)
		return 0;
	watch_on_end(carry->watch, wake_run, spec.http);
	rc = mode_choose(&mode, why, &spec, err);
	watch_on_end(carry->watch, NULL, NULL);
	if (rc || mode == TRANSFER_AUTO)
		return rc;
	carry->info.mode = mode;
	text_copy(carry->info.mode_why, sizeof(carry->info.mode_why), why);
	rc = writer_call(carry->env->writer, apply_mode, carry, err);
	CRASH_POINT(MODE_CHOSEN);
	return rc;
}

/* The state that a failure leaves behind: Paused passes by itself. */
static enum run_state state_after(const struct err *why)
{
	switch (why->kind) {
	case ERR_NET:
	case ERR_PROTOCOL:
	case ERR_REFUSED:
	case ERR_LIMIT:
	case ERR_UNFINISHED:
		return RUN_PAUSED;
	case ERR_SOURCE:
		return why->retryable ? RUN_PAUSED : RUN_STOPPED;
	case ERR_STORE:
		return disk_is_reason(why) ? RUN_PAUSED : RUN_SENDING;
	case ERR_INTERRUPTED:
	case ERR_NOMEM:
		return RUN_SENDING;
	default:
		return RUN_STOPPED;
	}
}

/* Has the run stored rows, now or in a reading before? */
static bool has_rows(const struct carry *carry)
{
	return carry->info.counts.read > 0 || intake_counts(carry->intake)->rows > 0;
}

/*
 * Reading may have failed while sending went well. A source that cannot be reached passes by
 * itself, unless what was read of it is now dropped: that would not be read again.
 */
static int reading_result(struct carry *carry, struct err *err)
{
	int rc = carry->intake ? intake_result(carry->intake, err) : 0;

	if (rc == -ERR_STORE) {
		carry->state = state_after(err); /* the rest is read by the next look */
	} else if (rc && rc != -ERR_INTERRUPTED) {
		bool whole = sender_needs_all(carry->interface, carry->info.operation);
		bool passes = rc == -ERR_SOURCE && err->retryable && !carry->info.dry_run;

		carry->drop_rest = !carry->info.dry_run && whole && (!passes || has_rows(carry));
		carry->state = passes && !carry->drop_rest ? RUN_PAUSED : RUN_STOPPED;
	}
	return rc;
}

struct calls {
	const struct run_claim *claim;
	int64_t count;
};

static int apply_calls(void *ctx, struct store *store, struct err *err)
{
	const struct calls *calls = ctx;
	struct run_change change = RUN_CHANGE_NONE;

	change.calls_add = calls->count;
	return store_run_update(store, calls->claim, &change, err);
}

static void record_calls(struct carry *carry, int64_t count)
{
	struct calls calls = { carry->claim, count };

	writer_call(carry->env->writer, apply_calls, &calls, NULL);
}

static int send_rows(struct carry *carry, struct err *err)
{
	struct sender_spec spec = { .env = carry->env,
		.claim = carry->claim,
		.info = &carry->info,
		.interface = carry->interface,
		.connection = carry->connection,
		.describe = carry->link.describe,
		.org = carry->link.org,
		.org_id = carry->link.org_id,
		.kind = mapping_key_kind(carry->interface, carry->link.describe),
		.intake = carry->intake,
		.watch = carry->watch,
		.wait_ms = carry->wait_ms,
		.calls = carry->link.calls };
	struct sender_end end = { .state = RUN_SENDING };
	int rc = 0;

	/* Jobs that are under way come to their end, whatever else happens. */
	if (carry->info.mode == TRANSFER_BULK)
		rc = bulk_run(&end, &spec.calls, &spec, err);
	if (!rc)
		rc = sender_run(&end, &spec, err);
	else if (spec.calls)
		record_calls(carry, spec.calls);
	carry->state = end.state;
	if (end.token_refused)
		link_block(carry->env, carry->connection->name, err);
	/* Why reading failed says more than that little was sent. */
	if (!rc || rc == -ERR_UNFINISHED) {
		int read = reading_result(carry, err);

		rc = read ? read : rc;
	}
	return rc;
}

/* ---- write-back ---- */

static struct write_back_spec write_back_spec(struct carry *carry, const atomic_bool *ends)
{
	return (struct write_back_spec){ .env = carry->env,
		.connection = carry->connection,
		.interface = carry->interface,
		.watch = carry->watch,
		.ends = ends };
}

/*
 * What earlier runs left open is written back before anything is read: the source would give those
 * rows again. Rows without a key cannot be told from new ones, so then they must be written first.
 */
static int write_leftovers(struct carry *carry, struct err *err)
{
	struct write_back_spec spec = write_back_spec(carry, watch_ends(carry->watch));
	int64_t open;

	if (carry->info.dry_run || carry->info.reading_done)
		return 0;
	open = write_back_leftovers(&spec, carry->info.id);
	if (!open || carry->info.operation != OPERATION_INSERT ||
		carry->interface->row_key.count > 0)
		return 0;
	err_set(err, ERR_SOURCE,
		"%" PRId64 " rows of earlier runs are in Salesforce and not yet written back, and "
		"without row_key they would be inserted again: see `agentboard run list`",
		open);
	if (err)
		err->retryable = true;
	return -ERR_SOURCE;
}

/* What this run completed, once the cursor is closed. True when nothing of it is left open. */
static int write_back(struct carry *carry, int64_t wait_ms, struct err *err)
{
	bool cancelled = carry->state == RUN_CANCELLED;
	struct write_back_spec spec =
		write_back_spec(carry, cancelled ? NULL : watch_ends(carry->watch));
	struct view *view = NULL;
	struct run_info info;
	int rc = view_open(&view, carry->env->home_data, err);

	if (!rc)
		rc = view_run(&info, view, carry->info.id, err);
	view_close(view);
	if (rc || !info.write_back.open)
		return rc;
	if (cancelled)
		spec.watch = NULL;
	return write_back_patiently(&spec, carry->claim, cancelled ? 0 : wait_ms, err);
}

/* ---- dry run ---- */

static void tell_dry_run(struct carry *carry)
{
	const struct intake_counts *counts = intake_counts(carry->intake);
	const struct dry_run *dry = intake_dry_run(carry->intake);
	int64_t failed = dry ? dry_run_failed(dry) : counts->rejected;
	char would[120] = "";

	if (dry)
		dry_run_words(would, sizeof(would), dry);
	snprintf(carry->reason, sizeof(carry->reason),
		"dry run: %" PRId64 " rows read, %" PRId64 " would be sent%s%s%s, %" PRId64
		" held, %" PRId64 " cannot be sent%s%.70s",
		counts->rows, counts->rows - counts->held - failed, would[0] ? " (" : "", would,
		would[0] ? ")" : "", counts->held, failed, counts->rejected ? ": " : "",
		counts->first_problem);
}

static int read_only(struct carry *carry, struct err *err)
{
	int rc;

	while (!intake_over(carry->intake)) {
		if (atomic_load(watch_ends(carry->watch)))
			intake_stop(carry->intake);
		http_turn(org_http(carry->link.org), 1000);
	}
	tell_dry_run(carry);
	rc = reading_result(carry, err);
	if (!rc)
		carry->state = RUN_DONE;
	return rc;
}

/* ---- the end ---- */

static int apply_end(void *ctx, struct store *store, struct err *err)
{
	struct carry *carry = ctx;
	struct run_change change = RUN_CHANGE_NONE;
	int64_t rows;
	int rc = 0;

	/* Rows that nobody sends are read again from their files by the next run. */
	if (carry->state == RUN_CANCELLED || carry->drop_rest)
		rc = store_source_files_state(store, carry->info.id, SOURCE_FILE_RELEASED, err);
	if (!rc && carry->state == RUN_CANCELLED)
		rc = store_watermark_undo(store, carry->info.id, err);
	if (rc)
		return rc;
	if (carry->state == RUN_CANCELLED)
		rc = store_run_cancel_rest(&rows, store, carry->claim, carry->info.cancel_who, err);
	else if (carry->drop_rest)
		rc = store_run_cancel_rest(&rows, store, carry->claim,
			"the run: reading failed before anything was sent", err);
	if (carry->state != RUN_SENDING)
		change.state = (int)carry->state;
	change.reason = carry->reason;
	if (carry->state == RUN_CANCELLED)
		CRASH_POINT(REST_CANCELLED);
	return rc ? rc : store_run_update(store, carry->claim, &change, err);
}

/* Who asked is known only now. */
static void note_cancel(struct carry *carry)
{
	struct run_info info;
	struct view *view = NULL;

	carry->state = RUN_CANCELLED;
	if (view_open(&view, carry->env->home_data, NULL) == 0 &&
		view_run(&info, view, carry->info.id, NULL) == 0)
		text_copy(carry->info.cancel_who, sizeof(carry->info.cancel_who), info.cancel_who);
	view_close(view);
	snprintf(carry->reason, sizeof(carry->reason), "cancelled by %s",
		carry->info.cancel_who[0] ? carry->info.cancel_who : "its owner");
}

/* Every row is accounted for: so are the files. Before the run is Done, since nobody would come
 * back to it afterwards. */
static void settle_files(struct carry *carry)
{
	struct files_wish wish = { carry->env, carry->connection, carry->interface, &carry->info,
		NULL };
	char trouble[256] = "";
	size_t used = strlen(carry->reason);

	if (carry->connection->type != CONNECTION_AGENT_FILE || carry->info.dry_run)
		return;
	files_settle(trouble, sizeof(trouble), &wish, 0);
	files_settle(trouble, sizeof(trouble), &wish, carry->info.id);
	if (trouble[0])
		snprintf(carry->reason + used, sizeof(carry->reason) - used, "%s%s",
			used ? "; " : "", trouble);
}

/* A run that has sent all is Done once all is written back; until then it is Paused. */
static int conclude_writing(struct carry *carry, int rc, struct err *err)
{
	struct err why = ERR_INIT;
	bool stopping = rc == -ERR_INTERRUPTED && carry->state != RUN_CANCELLED;
	int wrote;

	if (carry->info.dry_run || stopping || rc == -ERR_STORE)
		return rc;
	wrote = write_back(carry, rc ? 0 : carry->wait_ms, &why);
	if (!wrote || rc)
		return rc;
	carry->state = wrote == -ERR_INTERRUPTED || wrote == -ERR_STORE ? RUN_SENDING : RUN_PAUSED;
	if (wrote == -ERR_INTERRUPTED && watch_cancelled(carry->watch))
		note_cancel(carry);
	return err_copy(err, &why);
}

struct dropping {
	const struct run_claim *claim;
	int64_t cursor;
};

#define DROP_TURN 25 /* packets in one transaction */

static int apply_drop(void *ctx, struct store *store, struct err *err)
{
	struct dropping *dropping = ctx;

	return store_payload_drop(&dropping->cursor, store, dropping->claim, DROP_TURN, err);
}

/* Before the run is Done, so that the next owner sees to it when this one dies. */
static int drop_payload(struct carry *carry, struct err *err)
{
	struct dropping dropping = { carry->claim, 0 };
	int rc;

	do {
		rc = atomic_load(watch_ends(carry->watch)) && !watch_cancelled(carry->watch)
			     ? err_set(err, ERR_INTERRUPTED, "stopped")
			     : writer_call(carry->env->writer, apply_drop, &dropping, err);
		CRASH_POINT(PAYLOAD_DROPPED);
	} while (!rc && dropping.cursor);
	return rc;
}

/* It was Done before, and is so afterwards, whatever keeps it from looking for Unknown messages. */
static bool only_looks(const struct carry *carry)
{
	return carry->info.state == RUN_DONE && carry->info.counts.pending == 0 &&
	       carry->info.write_back.open == 0;
}

static int conclude(struct carry *carry, int rc, struct err *err)
{
	struct err failure = ERR_INIT;
	int recorded;

	if (!rc && carry->intake && !carry->info.dry_run)
		text_copy(carry->reason, sizeof(carry->reason), intake_note(carry->intake));
	if (!rc && carry->state == RUN_DONE)
		settle_files(carry);
	intake_free(carry->intake);
	carry->intake = NULL;
	if (carry->watch && watch_cancelled(carry->watch) && rc == -ERR_INTERRUPTED)
		note_cancel(carry);
	rc = conclude_writing(carry, rc, err);
	if (!rc && carry->state == RUN_DONE && !carry->interface->keep_payload &&
		!carry->info.dry_run) {
		rc = drop_payload(carry, err);
		carry->state = rc ? state_after(err) : RUN_DONE;
	}
	if (rc && only_looks(carry)) {
		carry->state = RUN_DONE;
		err_prefix(err, "not looked for what is Unknown");
	}
	if (rc && carry->state != RUN_CANCELLED)
		text_copy(carry->reason, sizeof(carry->reason), err->text);
	link_record_usage(&carry->link, carry->env, carry->connection->name);
	CRASH_POINT(RUN_ENDING);
	recorded = writer_call(carry->env->writer, apply_end, carry, &failure);
	CRASH_POINT(RUN_ENDED);
	if (recorded && !rc)
		return err_copy(err, &failure);
	return rc;
}

/* ---- all together ---- */

/* What earlier runs lost may be found by now: before reading, so that its keys are free. */
static int reconcile(struct carry *carry, struct err *err)
{
	struct reconcile_spec spec = { .env = carry->env,
		.info = &carry->info,
		.interface = carry->interface,
		.org = carry->link.org,
		.ends = watch_ends(carry->watch) };

	int rc = reconcile_unknown(&carry->link.calls, &spec, err);

	/* A field that cannot be asked for settles nothing; it is no reason to send nothing. */
	if (rc == -ERR_USAGE || rc == -ERR_CONFIG || rc == -ERR_PROTOCOL || rc == -ERR_NOT_FOUND) {
		log_line(LOG_LEVEL_WARN, carry->info.id,
			"Unknown messages were not checked by %s: %s",
			carry->interface->reconcile_key, err->text);
		err_clear(err);
		rc = 0;
	}
	return rc;
}

static int get_under_way(struct carry *carry, struct err *err)
{
	int rc = open_link(carry, err);

	if (!rc)
		rc = keep_envelope(carry, err);
	if (!rc && !carry->info.dry_run)
		rc = reconcile(carry, err);
	if (!rc && !carry->info.mode_why[0])
		rc = mode_check(carry->interface, carry->link.describe, err);
	if (!rc && !carry->cancel_job)
		rc = start_reading(carry, err);
	return rc ? rc : settle_mode(carry, err);
}

static int carry_run(struct carry *carry, struct err *err)
{
	int rc = check_interface(carry, err);

	carry->state = RUN_SENDING;
	/* A cancelled run's bulk job is still to be ended. */
	carry->cancel_job = carry->jobs && watch_cancelled(carry->watch);
	if (!rc && atomic_load(watch_ends(carry->watch)) && !carry->cancel_job)
		rc = err_set(err, ERR_INTERRUPTED, "stopped");
	if (!rc && !carry->cancel_job)
		rc = check_order(carry, err);
	if (!rc)
		rc = writer_call(carry->env->writer, apply_start, carry, err);
	CRASH_POINT(RUN_STARTED);
	if (!rc && !carry->cancel_job && !carry->info.dry_run)
		rc = disk_guard_look(carry->env->disk, carry->env->home_data, err);
	if (!rc)
		rc = write_leftovers(carry, err);
	if (!rc && carry->info.reading_done && !carry->info.counts.pending &&
		(!carry->info.counts.unknown || text_empty(carry->interface->reconcile_key))) {
		carry->state = RUN_DONE; /* only its write-back is left: no org is needed */
		return 0;
	}
	if (!rc)
		rc = get_under_way(carry, err);
	if (rc) {
		carry->state = state_after(err);
		return rc;
	}
	return carry->info.dry_run ? read_only(carry, err) : send_rows(carry, err);
}

static void carry_free(struct carry *carry)
{
	intake_free(carry->intake);
	link_free(&carry->link);
	watch_free(carry->watch);
	run_claim_free(carry->claim);
	free(carry);
}

/* A run that is over stays over, unless an operator has made one of its messages wait again. */
static bool is_over(const struct run_info *info, const struct interface *interface)
{
	if (info->state == RUN_DONE && info->write_back.open > 0)
		return false;
	/* What it lost may be found by now. */
	if (info->state == RUN_DONE && info->counts.unknown > 0 &&
		!text_empty(interface->reconcile_key))
		return false;
	return (info->state == RUN_DONE || info->state == RUN_CANCELLED) &&
	       (info->dry_run || info->counts.pending == 0);
}

int process_run(const struct process_env *env, int64_t run, const struct connection *connection,
	const struct interface *interface, struct run_control *control, int64_t wait_ms,
	struct err *err)
{
	struct carry *carry = calloc(1, sizeof(*carry));
	struct err failure = ERR_INIT;
	int rc;

	if (!carry)
		return err_nomem(err);
	carry->env = env;
	carry->connection = connection;
	carry->interface = interface;
	carry->wait_ms = wait_ms;
	rc = load_info(carry, run, &failure);
	if (!rc && !is_over(&carry->info, interface)) {
		rc = writer_call(env->writer, apply_claim, carry, &failure);
		CRASH_POINT(RUN_TAKEN);
		if (!rc)
			rc = load_info(carry, run, &failure); /* what settling changed */
		if (!rc)
			rc = watch_start(&carry->watch, env->home_data, run, control, &failure);
		if (!rc)
			rc = carry_run(carry, &failure);
		if (carry->watch)
			rc = conclude(carry, rc, &failure);
	}
	carry_free(carry);
	if (rc)
		err_copy(err, &failure);
	return rc;
}
