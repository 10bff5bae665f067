/*
 * sender.c — the loop of the sending half. A packet's way: looked up in the store, its rows
 * admitted by the key gate, its attempt recorded (writer), its request in the air (curl), its
 * results recorded (writer), its keys let go of. Each step is one function below, in this order.
 */

#include "base/base.h"
#include "process/sender_private.h"
#include "process/gate.h"
#include "process/overtaken.h"
#include "base/clock.h"
#include "base/crash_point.h"

#include <sodium.h>

#define DEAD_TOKENS_MAX 2
#define TURN_MS INT64_C(2000)  /* longest sleep: everything that matters wakes the loop */
#define LIFE_MS INT64_C(20000) /* a run without answers says so often that it lives */
#define AHEAD 8		       /* attempts on record beyond the requests in the air */
#define MANY_BYTES (2u << 20)  /* flights whose packets are larger than this are few */
#define FEW_EXTRA 3
#define LAST_ANSWERS_MS INT64_C(20000) /* how long answers are awaited once the run is to end */

bool sender_needs_all(const struct interface *interface, enum operation operation)
{
	return interface->on_error == ON_ERROR_STOP ||
	       (operation == OPERATION_INSERT && interface->row_key.count == 0);
}

/* An Upsert that could double by two requests at once is no more parallel than what is in order. */
bool sender_one_by_one(const struct interface *interface, enum operation operation)
{
	return interface->on_error == ON_ERROR_STOP ||
	       (operation == OPERATION_UPSERT &&
		       !retry_may_repeat(operation, interface->unique_key_assumed));
}

void sender_stop(struct sender *sender, enum run_state state, const struct err *why)
{
	if (sender->stopped)
		return;
	sender->stopped = true;
	sender->end.state = state;
	sender->err = *why;
	sender->rc = -(int)why->kind;
}

static void wake_sender(void *ctx)
{
	http_wake(ctx);
}

/* Give a flight up: its rows do not leave, or nobody will hear what became of them. */
static void let_go(struct sender *sender, struct flight *flight)
{
	for (int i = 0; i < flight->count; i++)
		backlog_withdraw(sender->backlog, flight->hashes[i],
			MESSAGE_ID(flight->packet.packet, flight->positions[i]));
	sender_parents_leave(sender, flight);
	flight_clear(flight);
}

/* ---- the mailbox ---- */

/* On the writer's thread: a job of this flight is done. */
static void post_back(void *ctx, int rc, const struct err *err)
{
	struct flight *flight = ctx;
	struct sender *sender = flight->sender;

	flight->rc = rc;
	if (rc)
		err_copy(&flight->err, err);
	pthread_mutex_lock(&sender->lock);
	flight->next_posted = sender->posted;
	sender->posted = flight;
	/* Under the lock: behind it, the sender may have ended already. One knock is enough. */
	if (!flight->next_posted)
		http_wake(sender->http);
	pthread_mutex_unlock(&sender->lock);
}

static void give_to_writer(
	struct sender *sender, struct flight *flight, writer_apply *apply, enum flight_stage stage)
{
	struct err err = ERR_INIT;

	flight->stage = stage;
	if (writer_post(sender->spec.env->writer, apply, post_back, flight, &err)) {
		/* The store is closed: what was sent is settled by the next owner. */
		sender_stop(sender, RUN_SENDING, &err);
		let_go(sender, flight);
	}
}

/* ---- 1. its attempt ---- */

static int apply_begin(void *ctx, struct store *store, struct err *err)
{
	struct flight *flight = ctx;

	return store_attempt_begin(&flight->attempt, store, flight->sender->spec.claim,
		flight->packet.packet, &flight->rows, flight->request_id, err);
}

static void make_request_id(char id[40], int64_t run)
{
	unsigned char random[8];

	randombytes_buf(random, sizeof(random));
	snprintf(id, 40, "%" PRId64 "-%02x%02x%02x%02x%02x%02x%02x%02x", run, random[0], random[1],
		random[2], random[3], random[4], random[5], random[6], random[7]);
}

static int count_stage(const struct sender *sender, enum flight_stage stage)
{
	int count = 0;

	for (int i = 0; i < FLIGHTS_MAX; i++)
		count += sender->flights[i].stage == stage;
	return count;
}

static bool are_large(const struct sender *sender)
{
	size_t bytes = 0;

	for (int i = 0; i < FLIGHTS_MAX; i++)
		bytes += sender->flights[i].packet.bytes;
	return bytes > MANY_BYTES;
}

static struct flight *idle_flight(struct sender *sender)
{
	int parked = count_stage(sender, FLIGHT_PARKED);
	int extra = are_large(sender) ? FEW_EXTRA : FLIGHTS_EXTRA;

	/* What is parked takes no place away from what flies. */
	for (int i = 0; i < sender->parallel + extra + parked; i++)
		if (sender->flights[i].stage == FLIGHT_IDLE)
			return parked < sender->parallel_max ? &sender->flights[i] : NULL;
	return NULL;
}

static bool in_flight(const struct sender *sender)
{
	return count_stage(sender, FLIGHT_IDLE) < FLIGHTS_MAX;
}

/*
 * Attempts that are recorded ahead share their commits. Of an Insert there is one: after a crash
 * each row of an attempt on record is Unknown.
 */
static int allowed_outward(const struct sender *sender)
{
	if (sender->troubles || sender->one_by_one)
		return 1;
	if (!sender->may_repeat || are_large(sender))
		return sender->parallel + 1;
	return sender->parallel + AHEAD;
}

/* Is there room for one more on its way out: in the air, or about to be? */
static bool has_room(const struct sender *sender)
{
	return count_stage(sender, FLIGHT_BEGINNING) + count_stage(sender, FLIGHT_READY) +
		       count_stage(sender, FLIGHT_FLYING) <
	       allowed_outward(sender);
}

static bool may_begin(const struct sender *sender)
{
	if (sender->in_order && in_flight(sender))
		return false; /* what waits of it is known once it is recorded */
	return !sender->stopped && clock_now() >= sender->paused_until && has_room(sender);
}

static void send_off(struct sender *sender, struct flight *flight)
{
	make_request_id(flight->request_id, sender->spec.info->id);
	give_to_writer(sender, flight, apply_begin, FLIGHT_BEGINNING);
}

/* Send one packet on its way; false when there is none. */
static bool begin_flight(struct sender *sender)
{
	struct flight *flight = idle_flight(sender);

	if (!flight || !may_begin(sender))
		return false;
	if (!sender_look_again(sender, flight) && !sender_look_ahead(sender, flight))
		return false;
	if (!sender_map_anew(sender, flight))
		return false;
	if (flight->packet.next_due)
		backlog_visit(
			sender->backlog, flight->packet.packet, flight->packet.next_due, NULL);
	if (sender_choose_rows(sender, flight)) {
		if (sender_parents_enter(sender, flight))
			send_off(sender, flight);
		else
			flight->stage = FLIGHT_PARKED;
		return true;
	}
	flight_clear(flight);
	return true;
}

/* An operator was faster with one of the rows, or the org is in trouble: look at the packet again.
 */
static void look_anew(struct sender *sender, struct flight *flight)
{
	backlog_visit(sender->backlog, flight->packet.packet, 0, NULL);
	let_go(sender, flight);
}

/* Nothing that waits for parents keeps others from them while it could not leave anyway. */
static void unpark(struct sender *sender)
{
	bool waits = sender->stopped || clock_now() < sender->paused_until;

	for (int i = 0; i < FLIGHTS_MAX; i++) {
		struct flight *flight = &sender->flights[i];

		if (flight->stage != FLIGHT_PARKED)
			continue;
		if (waits)
			look_anew(sender, flight);
		else if (has_room(sender) && sender_parents_open(sender, flight))
			send_off(sender, flight);
	}
}

/* ---- 2. its request ---- */

static int apply_record(void *ctx, struct store *store, struct err *err)
{
	struct flight *flight = ctx;
	const struct run_claim *claim = flight->sender->spec.claim;
	struct run_change change = RUN_CHANGE_NONE;
	int rc = store_attempt_done(store, claim, flight->attempt, flight->http_status,
		flight->note[0] ? flight->note : NULL, flight->results, flight->count, err);

	if (!rc && flight->calls) {
		change.calls_add = flight->calls;
		rc = store_run_update(store, claim, &change, err);
	}
	return rc;
}

void sender_record(struct sender *sender, struct flight *flight)
{
	sender_parents_leave(sender, flight);
	/* The count of calls is written along from time to time: it is not worth a statement each.
	 */
	if (clock_mono() - sender->recorded_at > 1000) {
		flight->calls = sender->calls;
		sender->calls = 0;
		sender->recorded_at = clock_mono();
	}
	give_to_writer(sender, flight, apply_record, FLIGHT_RECORDING);
}

/*
 * A token that is too old is renewed, whichever requests carried it; tokens that die one behind the
 * other, without a good answer between them, are no matter of age.
 */
static bool may_renew(struct sender *sender, const char *token)
{
	uint64_t hash = key_hash(token, KEY_EXACT);

	if (hash != sender->dead_token) {
		sender->dead_token = hash;
		sender->dead_tokens++;
	}
	return sender->dead_tokens <= DEAD_TOKENS_MAX;
}

bool sender_heard(struct sender *sender, struct flight *flight, const struct http_answer *answer)
{
	if (answer->reach != HTTP_NOT_SENT)
		sender->calls++;
	org_learn(sender->spec.org, answer);
	if (!salesforce_session_expired(answer) || !may_renew(sender, flight->prepared.token))
		return true;
	org_token_expire(sender->spec.org, flight->prepared.token);
	flight->stage = FLIGHT_READY;
	return false;
}

/* On this thread, inside http_turn(). */
static void answered(void *ctx, struct http_answer *answer)
{
	struct flight *flight = ctx;
	struct sender *sender = flight->sender;

	CRASH_POINT(ANSWER_RECEIVED);
	if (!sender_heard(sender, flight, answer))
		return;
	sender_answer(sender, flight, answer);
	sender_record(sender, flight);
}

int sender_start(struct sender *sender, struct flight *flight, const struct org_request *request,
	http_done *done, struct err *err)
{
	int rc;

	org_prepared_free(&flight->prepared);
	rc = org_prepare(&flight->prepared, sender->spec.org, request, err);
	sender->end.token_refused |= rc == -ERR_REFUSED;
	if (!rc && !text_equal(org_id(sender->spec.org), sender->spec.org_id))
		rc = err_set(err, ERR_REFUSED,
			"the new token is for the org %s, not %s: nothing is sent to another org",
			org_id(sender->spec.org), sender->spec.org_id);
	if (!rc)
		rc = http_start(sender->http, &flight->prepared.request, done, flight, err);
	if (!rc)
		flight->stage = FLIGHT_FLYING;
	return rc;
}

static void start_request(struct sender *sender, struct flight *flight)
{
	struct http_header headers[ENVELOPE_HEADERS];
	const struct run_info *info = sender->spec.info;
	struct collection_call call = { .object = info->object,
		.operation = info->operation,
		.external_id = info->external_id,
		.all_or_none = sender->envelope.all_or_none };
	struct org_request request = { .method = NULL };
	struct err err = ERR_INIT;
	int rc;

	if (sender->envelope.looks_up && !flight->ids_known)
		sender_ask_ids(sender, flight);
	if (flight->stage != FLIGHT_READY)
		return;
	if (!sender_choose_sent(sender, flight)) {
		sender_record(sender, flight);
		return;
	}
	envelope_headers(&request, headers, &sender->envelope);
	if (flight->by_id)
		call.operation = OPERATION_UPDATE;
	else if (flight->creates)
		call.operation = OPERATION_INSERT;
	rc = flight_build(flight, &call, &request.method, &err);
	if (!rc) {
		request.path = buf_str(&flight->path);
		request.body = flight->body.len ? flight->body.data : NULL;
		request.body_len = flight->body.len;
		rc = sender_start(sender, flight, &request, answered, &err);
	}
	if (rc) {
		sender_unmade(sender, flight, &err);
		sender_record(sender, flight);
	}
}

/* Its attempt is recorded, and now it is not to leave: its rows wait. */
static void call_back(struct sender *sender, struct flight *flight)
{
	struct err why = ERR_INIT;

	err_set(&why, ERR_INTERRUPTED, "not sent: %s",
		sender->stopped ? "the run ended" : "an earlier request met trouble");
	sender_unsent(sender, flight, &why, sender->stopped ? clock_now() : sender->paused_until);
	sender_record(sender, flight);
}

static void start_requests(struct sender *sender)
{
	int flying = count_stage(sender, FLIGHT_FLYING);

	for (int i = 0; i < FLIGHTS_MAX; i++) {
		struct flight *flight = &sender->flights[i];

		if (flight->stage != FLIGHT_READY)
			continue;
		if (sender->stopped || clock_now() < sender->paused_until) {
			call_back(sender, flight);
		} else if (flying < sender->parallel) {
			start_request(sender, flight);
			flying += flight->stage == FLIGHT_FLYING;
		}
	}
}

/* ---- 3. its results are durable ---- */

static void settle_rows(struct sender *sender, struct flight *flight)
{
	int64_t packet = flight->packet.packet;
	int64_t again = INT64_MAX;

	for (int i = 0; i < flight->count; i++) {
		const struct row_result *result = &flight->results[i];

		if (result->event != EVENT_RETRY) {
			backlog_settle(sender->backlog, flight->hashes[i],
				MESSAGE_ID(packet, result->position), result->event);
			continue;
		}
		backlog_keep(
			sender->backlog, flight->hashes[i], MESSAGE_ID(packet, result->position));
		if (result->next_try < again)
			again = result->next_try;
	}
	if (flight->rest_due)
		again = 0;
	if (again != INT64_MAX)
		backlog_visit(sender->backlog, packet, again, NULL);
}

static void take_back(struct sender *sender, struct flight *flight)
{
	bool beginning = flight->stage == FLIGHT_BEGINNING;

	if (flight->rc && beginning && flight->err.kind == ERR_UNFINISHED &&
		flight->err.retryable) {
		look_anew(sender, flight);
	} else if (flight->rc) {
		/* Disk full, or another process took the run over: what is recorded stays true. */
		sender_stop(sender, disk_is_reason(&flight->err) ? RUN_PAUSED : RUN_SENDING,
			&flight->err);
		let_go(sender, flight);
	} else if (beginning) {
		CRASH_POINT(ATTEMPT_RECORDED);
		flight->stage = FLIGHT_READY;
	} else {
		CRASH_POINT(ANSWER_RECORDED);
		settle_rows(sender, flight);
		flight_clear(flight);
	}
}

static void open_mailbox(struct sender *sender)
{
	struct flight *flight, *next;

	pthread_mutex_lock(&sender->lock);
	flight = sender->posted;
	sender->posted = NULL;
	pthread_mutex_unlock(&sender->lock);
	for (; flight; flight = next) {
		next = flight->next_posted;
		take_back(sender, flight);
	}
}

/* ---- the end, and how long to sleep ---- */

/* Packets from an operator's hand that are taken up at once. */
#define STRAYS 64

/* What waits that this loop knows nothing of, after what an operator sent again was held against
 * what has completed meanwhile. ERR_NOT_FOUND when nothing is due. */
static int take_strays(struct sender *sender, struct err *err)
{
	int64_t run = sender->spec.info->id;
	int64_t strays[STRAYS];
	struct packet_out packet;
	int count = 0;
	int64_t after = 0;
	int rc = 0;

	while (rc == 0 && count < STRAYS) {
		rc = view_packet_due(&packet, sender->view, run, after, clock_now(),
			count ? NULL : &sender->stray_due, err);
		if (rc == 0)
			after = strays[count++] = packet.packet;
		packet_out_free(&packet);
	}
	if (count == 0 || (rc && rc != -ERR_NOT_FOUND))
		return rc;
	rc = overtaken_mark(&sender->spec, err);
	for (int i = 0; rc == 0 && i < count; i++)
		rc = backlog_visit(sender->backlog, strays[i], 0, err);
	return rc;
}

/* Nothing waits that this loop knows of; has the store something? True when it has nothing. */
static bool all_done(struct sender *sender)
{
	struct err *err = &sender->flights[0].err;
	int rc = take_strays(sender, err);

	if (rc && rc != -ERR_NOT_FOUND)
		sender_stop(sender, RUN_SENDING, err);
	err_clear(err);
	return rc == -ERR_NOT_FOUND && sender->stray_due == 0;
}

/* When something is due that nobody will wake us for; INT64_MAX = never. */
static int64_t next_time(const struct sender *sender)
{
	int64_t next = backlog_next_time(sender->backlog);

	if (sender->stray_due && sender->stray_due < next)
		next = sender->stray_due;
	/* Rows that were not looked at wait, too, while the org is in trouble. */
	if (next == INT64_MAX && !sender->at_end && sender->paused_until > clock_now())
		next = sender->paused_until;
	if (next != INT64_MAX && next < sender->paused_until)
		next = sender->paused_until;
	return next;
}

/* Rows wait for their next try: is that longer than we may wait? */
static void check_patience(struct sender *sender)
{
	int64_t next = next_time(sender);
	int64_t patience = sender->moved_at + sender->spec.wait_ms - clock_mono();
	struct err why = ERR_INIT;
	char when[CLOCK_TEXT_MAX];

	if (next == INT64_MAX || next <= clock_now() || next - clock_now() <= patience)
		return;
	err_set(&why, ERR_UNFINISHED, "messages wait for their next try at %s",
		clock_local_full(when, next));
	why.retryable = true;
	sender_stop(sender, RUN_PAUSED, &why);
}

/* Is there nothing left to do but wait, or nothing at all? True = the loop is over. */
static bool is_over(struct sender *sender)
{
	struct intake *intake = sender->spec.intake;

	sender->more_came = false;
	if (in_flight(sender))
		return false;
	if (sender->stopped)
		return true;
	if (intake && !intake_over(intake))
		return false;
	if (!sender_may_send(sender))
		return true; /* reading failed, and nothing is to be sent without the rest */
	if (sender->stop_before && sender_at_stop(sender) &&
		backlog_next_time(sender->backlog) == INT64_MAX) {
		sender_stop(sender, RUN_STOPPED, &sender->err);
		return true;
	}
	sender->more_came = intake && intake_more(intake, &sender->seen);
	if (sender->more_came)
		sender->at_end = false;
	if (sender->at_end && backlog_next_time(sender->backlog) == INT64_MAX &&
		!backlog_blocked(sender->backlog) && all_done(sender))
		return true;
	check_patience(sender);
	return sender->stopped;
}

static int64_t sleep_ms(const struct sender *sender)
{
	int64_t ms = next_time(sender);

	if (sender->more_came)
		return 0;
	/* What is due and has no room is woken by the next answer. */
	ms = ms == INT64_MAX || !has_room(sender) ? TURN_MS : ms - clock_now();
	if (sender->paused_until > clock_now() && sender->paused_until - clock_now() < ms)
		ms = sender->paused_until - clock_now();
	return ms < 0 ? 0 : ms > TURN_MS ? TURN_MS : ms;
}

static int apply_life(void *ctx, struct store *store, struct err *err)
{
	const struct sender *sender = ctx;
	struct run_change change = RUN_CHANGE_NONE;

	change.calls_add = sender->calls;
	return store_run_update(store, sender->spec.claim, &change, err);
}

static void show_life(struct sender *sender)
{
	struct err err = ERR_INIT;

	sender->recorded_at = clock_mono();
	if (writer_call(sender->spec.env->writer, apply_life, sender, &err))
		sender_stop(sender, RUN_SENDING, &err);
	else
		sender->calls = 0;
}

/* The run is to end early: at the first sight nothing new leaves, later nothing is awaited. */
static void heed_watch(struct sender *sender, int64_t *deadline)
{
	struct err why = ERR_INIT;

	if (!atomic_load(watch_ends(sender->spec.watch)))
		return;
	if (!*deadline) {
		*deadline = clock_mono() + LAST_ANSWERS_MS;
		err_set(&why, ERR_INTERRUPTED, "%s",
			watch_cancelled(sender->spec.watch) ? "cancelled" : "stopped");
		sender_stop(sender,
			watch_cancelled(sender->spec.watch) ? RUN_CANCELLED : RUN_SENDING, &why);
		if (sender->spec.intake)
			intake_stop(sender->spec.intake);
	} else if (clock_mono() >= *deadline) {
		http_abort_all(sender->http);
	}
}

struct sooner {
	const struct run_claim *claim;
	int64_t packet;
	struct row_set rows;
};

static int apply_sooner(void *ctx, struct store *store, struct err *err)
{
	const struct sooner *sooner = ctx;

	return store_rows_due(store, sooner->claim, sooner->packet, &sooner->rows, err);
}

/* Rows that waited for parents go when these have come to their end, not at their next try. */
static void wake_children(struct sender *sender)
{
	struct sooner sooner = { .claim = sender->spec.claim };
	struct err err = ERR_INIT;

	while (!sender->stopped &&
		parents_settled(&sooner.packet, &sooner.rows, sender->parents, sender->view)) {
		if (writer_call(sender->spec.env->writer, apply_sooner, &sooner, &err))
			sender_stop(sender, RUN_SENDING, &err);
		else
			backlog_visit(sender->backlog, sooner.packet, 0, NULL);
	}
}

static void loop(struct sender *sender)
{
	int64_t deadline = 0;

	for (;;) {
		heed_watch(sender, &deadline);
		sender_heed_guards(sender);
		open_mailbox(sender);
		start_requests(sender);
		unpark(sender);
		wake_children(sender);
		while (sender_may_send(sender) && begin_flight(sender))
			;
		if (is_over(sender))
			break;
		if (clock_mono() - sender->recorded_at > LIFE_MS)
			show_life(sender);
		if (http_turn(sender->http, sleep_ms(sender)) > 0)
			CRASH_POINT(REQUEST_LEFT);
	}
}

/* ---- beginning and end ---- */

static int wait_row(void *ctx, int64_t message, const char *key, int64_t next_try, struct err *err)
{
	struct sender *sender = ctx;
	uint64_t hash = *key ? key_gate_hash(sender->scope, key_hash(key, sender->spec.kind)) : 0;

	/* It keeps its place: later rows of its key wait behind it. */
	if (backlog_admit(sender->backlog, hash, message))
		backlog_keep(sender->backlog, hash, message);
	return backlog_visit(sender->backlog, MESSAGE_PACKET(message), next_try, err);
}

static int prepare(struct sender *sender, const struct sender_spec *spec, struct err *err)
{
	const struct remap_spec remap = { .env = spec->env,
		.claim = spec->claim,
		.info = spec->info,
		.connection = spec->connection,
		.interface = spec->interface,
		.describe = spec->describe };
	int rc;

	sender->spec = *spec;
	sender->http = org_http(spec->org);
	sender->scope = key_gate_scope(org_id(spec->org), spec->info->object);
	sender->may_repeat =
		retry_may_repeat(spec->info->operation, spec->interface->unique_key_assumed);
	sender->in_order = spec->interface->on_error == ON_ERROR_STOP;
	envelope_init(&sender->envelope, spec->interface);
	sender->one_by_one = sender_one_by_one(spec->interface, spec->info->operation);
	sender->parallel_max = sender->one_by_one ? 1 : spec->interface->parallel;
	sender->parallel = sender->parallel_max;
	sender->calls = spec->calls;
	sender->moved_at = clock_mono();
	pthread_mutex_init(&sender->lock, NULL);
	for (int i = 0; i < FLIGHTS_MAX; i++) {
		sender->flights[i].sender = sender;
		buf_init(&sender->flights[i].path, 32 * 1024);
		buf_init(&sender->flights[i].body, 256u << 20);
	}
	sender_parents_init(sender);
	rc = view_open(&sender->view, spec->env->home_data, err);
	if (!rc && sender->envelope.looks_up)
		rc = lookup_init(&sender->lookup, spec->info->object, spec->interface->external_id,
			spec->describe, err);
	if (!rc)
		rc = remap_new(&sender->remap, &remap, err);
	if (!rc)
		rc = parents_new(&sender->parents, &sender->spec, err);
	if (!rc)
		rc = backlog_new(&sender->backlog, spec->env->gate, overtaken_space(spec->info),
			wake_sender, sender->http, err);
	if (!rc)
		rc = overtaken_mark(spec, err);
	if (!rc)
		rc = view_waiting_rows(
			sender->view, spec->info->id, clock_now(), wait_row, sender, err);
	return rc;
}

static void finish(struct sender *sender)
{
	backlog_free(sender->backlog);
	view_close(sender->view);
	remap_free(sender->remap);
	parents_free(sender->parents);
	for (int i = 0; i < FLIGHTS_MAX; i++)
		flight_free(&sender->flights[i]);
	pthread_mutex_destroy(&sender->lock);
	free(sender);
}

int sender_run(struct sender_end *end, const struct sender_spec *spec, struct err *err)
{
	struct sender *sender = calloc(1, sizeof(*sender));
	int rc;

	*end = (struct sender_end){ .state = RUN_SENDING };
	if (!sender)
		return err_nomem(err);
	rc = prepare(sender, spec, err);
	if (!rc) {
		sender->end.state = RUN_DONE;
		watch_on_end(spec->watch, wake_sender, sender->http);
		loop(sender);
		watch_on_end(spec->watch, NULL, NULL);
		if (sender->calls)
			show_life(sender);
		*end = sender->end;
		rc = sender->rc;
		if (rc)
			err_copy(err, &sender->err);
	}
	finish(sender);
	return rc;
}
