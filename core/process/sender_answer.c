/* sender_answer.c — from an answer to what becomes of each row; retry.c knows what passes. */

#include "base/base.h"
#include "process/sender_private.h"
#include "base/clock.h"

static int64_t message_of(const struct flight *flight, int index)
{
	return MESSAGE_ID(flight->packet.packet, flight->positions[index]);
}

bool sender_was_sent(struct sender *sender, const struct flight *flight, int index)
{
	return row_set_has(&flight->packet.tried, flight->positions[index]) &&
	       !backlog_row(sender->backlog, message_of(flight, index)).unsent;
}

/* Remember a row that was sent in vain; without memory it is merely treated as new. */
static void remember(
	struct sender *sender, const struct flight *flight, int index, int tries, int together)
{
	struct row_memory memory = backlog_row(sender->backlog, message_of(flight, index));

	memory.tries += tries;
	memory.unsent = !flight_has_left(flight, index) && !sender_was_sent(sender, flight, index);
	if (together)
		memory.together = together;
	backlog_set_row(sender->backlog, message_of(flight, index), memory, NULL);
}

static void remember_all(struct sender *sender, const struct flight *flight, int together)
{
	for (int i = 0; i < flight->count; i++)
		remember(sender, flight, i, 0, together);
}

/* ---- the request as a whole ---- */

/* Something is wrong with the org or the way to it: everybody waits, then one tries first. */
static int64_t trouble(struct sender *sender, const struct request_verdict *verdict)
{
	int64_t delay;

	sender->troubles++;
	if (verdict->fewer) {
		sender->parallel = sender->parallel > 1 ? sender->parallel / 2 : 1;
		sender->good_answers = 0;
	}
	delay = retry_delay(verdict->pace, sender->troubles, verdict->retry_after_ms);
	if (clock_now() + delay > sender->paused_until)
		sender->paused_until = clock_now() + delay;
	return sender->paused_until;
}

static void all_again(
	struct sender *sender, struct flight *flight, const struct err *why, int64_t next_try)
{
	remember_all(sender, flight, 0);
	flight_all(flight, EVENT_RETRY, why, next_try);
}

static void lost(
	struct sender *sender, struct flight *flight, const struct request_verdict *verdict)
{
	int64_t next_try = trouble(sender, verdict);
	struct err why = verdict->err;

	if (sender->may_repeat) {
		all_again(sender, flight, &why, next_try);
		return;
	}
	err_prefix(&why, "sent, but the answer was lost");
	flight_all(flight, EVENT_LOSE, &why, 0);
	for (int i = 0; i < flight->count; i++) {
		if (flight_has_left(flight, i))
			continue;
		remember(sender, flight, i, 0, 0);
		flight->results[i].event = EVENT_RETRY;
		flight->results[i].next_try = next_try;
	}
}

/* Halves, and the halves of these, until the row that spoils its request stands alone. */
static void split(struct sender *sender, struct flight *flight, const struct err *why)
{
	if (flight->count == 1) {
		flight_all(flight, EVENT_FAIL, why, 0);
		return;
	}
	remember_all(sender, flight, (flight->count + 1) / 2);
	flight_all(flight, EVENT_RETRY, why, clock_now());
}

static void stop(
	struct sender *sender, struct flight *flight, const struct request_verdict *verdict)
{
	all_again(sender, flight, &verdict->err, clock_now());
	sender_stop(sender, verdict->stop_state, &verdict->err);
}

void sender_unsent(
	struct sender *sender, struct flight *flight, const struct err *why, int64_t next_try)
{
	all_again(sender, flight, why, next_try);
}

void sender_not_asked(
	struct sender *sender, struct flight *flight, const struct request_verdict *verdict)
{
	switch (verdict->class) {
	case REQUEST_SPLIT:
		split(sender, flight, &verdict->err);
		break;
	case REQUEST_RENEW: /* new tokens were tried, and they are no better */
	case REQUEST_STOP:
		stop(sender, flight, verdict);
		break;
	default:
		all_again(sender, flight, &verdict->err, trouble(sender, verdict));
	}
}

void sender_unmade(struct sender *sender, struct flight *flight, const struct err *why)
{
	struct request_verdict verdict = { .err = *why };

	retry_unmade(&verdict);
	switch (verdict.class) {
	case REQUEST_SPLIT:
		split(sender, flight, why);
		break;
	case REQUEST_AGAIN:
		all_again(sender, flight, why, trouble(sender, &verdict));
		break;
	default:
		stop(sender, flight, &verdict);
	}
}

/* ---- row by row ---- */

/* `halt` rows in a row that fail with one code: it is not the rows. */
static void count_failure(struct sender *sender, const struct row_result *result)
{
	struct err why = ERR_INIT;

	if (result->event == EVENT_SUCCEED) {
		sender->failures = 0;
		return;
	}
	if (result->event != EVENT_FAIL)
		return;
	if (!text_equal(sender->failure_code, result->code))
		sender->failures = 0;
	text_copy(sender->failure_code, sizeof(sender->failure_code), result->code);
	if (++sender->failures < sender->spec.interface->halt)
		return;
	err_set(&why, ERR_REFUSED, "halted: %d rows in a row failed with %s: %s", sender->failures,
		result->code, result->text ? result->text : "");
	text_copy(why.code, sizeof(why.code), result->code);
	sender_stop(sender, RUN_STOPPED, &why);
}

static void row_again(
	struct sender *sender, struct flight *flight, int index, const struct retry_pace *pace)
{
	struct row_result *result = &flight->results[index];
	int tries = backlog_row(sender->backlog, message_of(flight, index)).tries + 1;
	char words[512];

	if (pace->tries && tries >= pace->tries) {
		snprintf(words, sizeof(words), "%.400s (given up after %d tries)",
			result->text ? result->text : "", tries);
		result->event = EVENT_FAIL;
		result->text = flight_words(flight, words);
		return;
	}
	remember(sender, flight, index, 1, 0);
	result->event = EVENT_RETRY;
	result->next_try = clock_now() + retry_delay(pace, tries, 0);
}

static void row_stop(struct sender *sender, struct flight *flight, int index)
{
	struct row_result *result = &flight->results[index];
	struct err why = ERR_INIT;

	err_set(&why, ERR_LIMIT, "%s: %s", result->code, result->text ? result->text : "");
	text_copy(why.code, sizeof(why.code), result->code);
	remember(sender, flight, index, 0, 0);
	result->event = EVENT_RETRY;
	result->next_try = clock_now();
	sender_stop(sender, RUN_STOPPED, &why);
}

/* What its failure means for a row: a missing parent may be on its way. */
static enum row_class class_of(
	const struct retry_pace **pace, struct sender *sender, struct flight *flight, int index)
{
	const struct collection_result *row = &flight->answer.rows[index];
	int position = flight->positions[index];
	enum row_class class = retry_row(pace, row->code, row->text, sender->spec.info->operation,
		sender_was_sent(sender, flight, index));

	if (class == ROW_PARENT &&
		!parents_open(sender->parents, sender->view, &flight->packet, position, row->text))
		return ROW_FAIL;
	return class;
}

/* It is tried again until its parent has come to an end, and from time to time alone. */
static void row_waits(
	struct sender *sender, struct flight *flight, int index, const struct retry_pace *pace)
{
	struct row_result *result = &flight->results[index];
	char words[512];

	parents_watch(sender->parents, &flight->packet, result->position, result->text);
	snprintf(
		words, sizeof(words), PARENT_WAITED_FOR "%.400s", result->text ? result->text : "");
	result->text = flight_words(flight, words);
	row_again(sender, flight, index, pace);
}

/* Where its parent does not come by itself, the row says which message that is. */
static void row_fails(struct sender *sender, struct flight *flight, int index)
{
	struct row_result *result = &flight->results[index];
	const struct retry_pace *pace;
	char words[900];

	result->event = EVENT_FAIL;
	if (retry_row(&pace, result->code, result->text, sender->spec.info->operation, false) ==
			ROW_PARENT &&
		parents_stuck(words, sizeof(words), sender->parents, sender->view, &flight->packet,
			result->position, result->text))
		result->text = flight_words(flight, words);
}

static void row_failed(struct sender *sender, struct flight *flight, int index, bool others_pass)
{
	struct row_result *result = &flight->results[index];
	const struct retry_pace *pace;

	switch (class_of(&pace, sender, flight, index)) {
	case ROW_PARENT:
		row_waits(sender, flight, index, pace);
		break;
	case ROW_AGAIN:
		row_again(sender, flight, index, pace);
		break;
	case ROW_SPLIT:
		result->event = flight->count > 1 ? EVENT_RETRY : EVENT_FAIL;
		result->next_try = clock_now();
		if (flight->count > 1)
			remember(sender, flight, index, 0, (flight->count + 1) / 2);
		break;
	case ROW_GONE:
		result->event = EVENT_SUCCEED;
		if (text_equal(result->code, RETRY_NOT_FOUND))
			result->text = "not there any more: an earlier try deleted it";
		break;
	case ROW_UNDONE:
		result->event = others_pass ? EVENT_RETRY : EVENT_FAIL;
		result->next_try = clock_now();
		if (others_pass)
			remember(sender, flight, index, 0, 0);
		break;
	case ROW_NEXT:
		remember(sender, flight, index, 0, 0);
		result->event = EVENT_RETRY;
		result->code[0] = '\0';
		result->next_try = clock_now();
		break;
	case ROW_STOP:
		row_stop(sender, flight, index);
		break;
	default:
		row_fails(sender, flight, index);
	}
}

/* Were rows rolled back only because of others that will pass later? */
static bool all_pass_later(struct sender *sender, struct flight *flight)
{
	const struct retry_pace *pace;

	for (int i = 0; i < flight->answer.count; i++)
		if (!flight->answer.rows[i].success &&
			class_of(&pace, sender, flight, i) == ROW_FAIL)
			return false;
	return true;
}

static void answer_row(struct sender *sender, struct flight *flight, int index, bool others_pass)
{
	const struct collection_result *row = &flight->answer.rows[index];
	struct row_result *result = &flight->results[index];

	*result = (struct row_result){ .position = flight->positions[index],
		.event = EVENT_SUCCEED,
		.created = row->created || flight->creates,
		.text = row->text,
		.fields = row->fields };
	text_copy(result->salesforce_id, sizeof(result->salesforce_id), row->id);
	text_copy(result->code, sizeof(result->code), row->code);
	if (!row->success) {
		result->answer = row->answer;
		result->unsent = !flight_has_left(flight, index);
		row_failed(sender, flight, index, others_pass);
	}
	count_failure(sender, result);
}

/* ---- on_error = Stop ---- */

/* The first row that failed for good, or -1. */
static int first_failed(const struct flight *flight)
{
	for (int i = 0; i < flight->count; i++)
		if (flight->results[i].event == EVENT_FAIL &&
			!text_equal(flight->results[i].code, "ALL_OR_NONE_OPERATION_ROLLED_BACK"))
			return i;
	return -1;
}

/* Nothing may overtake a row that waits: the rows that were rolled back wait as long as it does. */
static void wait_together(struct flight *flight)
{
	int64_t next_try = 0;

	for (int i = 0; i < flight->count; i++)
		if (flight->results[i].event == EVENT_RETRY &&
			flight->results[i].next_try > next_try)
			next_try = flight->results[i].next_try;
	for (int i = 0; i < flight->count; i++)
		if (flight->results[i].event == EVENT_RETRY)
			flight->results[i].next_try = next_try;
}

/*
 * All or nothing, in order: what came before the first failed row is sent again, what is behind it
 * waits until somebody has settled that row.
 */
static void hold_behind(struct sender *sender, struct flight *flight)
{
	int failed = first_failed(flight);
	const struct row_result *culprit = &flight->results[failed < 0 ? 0 : failed];
	const char *key = flight->packet.keys[culprit->position];
	char words[256];

	if (failed < 0) {
		wait_together(flight);
		return;
	}
	snprintf(words, sizeof(words), "held behind %.200s", key);
	for (int i = 0; i < flight->count; i++) {
		struct row_result *result = &flight->results[i];

		if (i == failed || result->event == EVENT_SUCCEED)
			continue;
		remember(sender, flight, i, 0, 0);
		result->event = EVENT_RETRY;
		result->code[0] = '\0';
		result->text = i > failed ? flight_words(flight, words)
					  : "rolled back because of a row behind it";
		result->next_try = clock_now();
	}
	sender->stop_before = message_of(flight, failed);
	err_set(&sender->err, ERR_UNFINISHED, "stopped behind %s: %s: %s", key, culprit->code,
		culprit->text ? culprit->text : "");
	text_copy(sender->err.code, sizeof(sender->err.code), culprit->code);
}

/* ---- all together ---- */

void sender_answer_rows(struct sender *sender, struct flight *flight)
{
	bool others_pass;

	parents_answered(sender->parents, flight->packet.packet, &flight->rows);
	others_pass = all_pass_later(sender, flight);
	sender->troubles = 0;
	sender->dead_tokens = 0;
	sender->moved_at = clock_mono();
	if (++sender->good_answers >= 20 && sender->parallel < sender->parallel_max) {
		sender->parallel++;
		sender->good_answers = 0;
	}
	for (int i = 0; i < flight->count; i++)
		answer_row(sender, flight, i, others_pass);
	if (sender->spec.interface->on_error == ON_ERROR_STOP)
		hold_behind(sender, flight);
}

void sender_answer(struct sender *sender, struct flight *flight, const struct http_answer *answer)
{
	struct request_verdict verdict;

	retry_request(&verdict, answer);
	flight->http_status = answer->status;
	flight->left = answer->reach != HTTP_NOT_SENT;
	if (verdict.class == REQUEST_ROWS &&
		collection_results_parse(&flight->answer, buf_str(&answer->body), answer->body.len,
			flight->sent_count, &verdict.err))
		/* It was executed, but which row became what is not to be guessed. */
		retry_unreadable(&verdict);
	if (verdict.class != REQUEST_ROWS)
		flight_hear(flight, answer);
	switch (verdict.class) {
	case REQUEST_ROWS:
		sender_spread(sender, flight);
		sender_answer_rows(sender, flight);
		break;
	case REQUEST_AGAIN:
		all_again(sender, flight, &verdict.err, trouble(sender, &verdict));
		break;
	case REQUEST_LOST:
		lost(sender, flight, &verdict);
		break;
	case REQUEST_SPLIT:
		split(sender, flight, &verdict.err);
		break;
	case REQUEST_RENEW: /* new tokens were tried, and they are no better */
		verdict.stop_state = RUN_PAUSED;
		/* fall through */
	case REQUEST_STOP:
		stop(sender, flight, &verdict);
		break;
	}
}
