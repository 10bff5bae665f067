/* bulk_call.c — one call about a job, repeated as the table of retry.h has it. */

#include "base/base.h"
#include "process/bulk_private.h"
#include "base/clock.h"
#include "base/text.h"

/* Not made at all: no token, no connection, another org. */
static enum bulk_answer unmade(struct bulk *bulk, int rc, const struct err *err)
{
	struct request_verdict verdict = { .err = *err };

	if (rc == -ERR_INTERRUPTED)
		return BULK_ENDED;
	bulk->end.token_refused |= rc == -ERR_REFUSED;
	retry_unmade(&verdict);
	bulk_end(bulk, verdict.class == REQUEST_STOP ? verdict.stop_state : RUN_STOPPED, err);
	return BULK_ENDED;
}

/* Wait before the next try, unless that is longer than the run may wait. */
static bool wait(struct bulk *bulk, const struct request_verdict *verdict, int tries)
{
	int64_t delay = retry_delay(verdict->pace, tries, verdict->retry_after_ms);
	struct err err = ERR_INIT;

	if (clock_mono() + delay > bulk->moved_at + bulk->spec.wait_ms) {
		err = verdict->err;
		if (err.kind != ERR_NET && err.kind != ERR_LIMIT)
			err.kind = ERR_NET;
		bulk_end(bulk, RUN_PAUSED, &err);
		return false;
	}
	return bulk_sleep(bulk, delay, &err) == 0;
}

/* The verdict on a call that failed; BULK_DONE = once more. */
static enum bulk_answer judge(
	struct bulk *bulk, int rc, bool repeat, int tries, const struct err *err)
{
	const struct http_answer *answer = &bulk->answer;
	struct request_verdict verdict;

	if (rc == -ERR_INTERRUPTED)
		return repeat				? BULK_ENDED
		       : answer->reach == HTTP_NOT_SENT ? BULK_ENDED
							: BULK_LOST;
	if (rc == -ERR_STORE || rc == -ERR_NOMEM) {
		bulk_end(bulk, RUN_SENDING, err);
		return BULK_ENDED;
	}
	if (answer->reach != HTTP_ANSWERED && !answer->err.kind)
		return unmade(bulk, rc, err);
	if (rc == -ERR_NOT_FOUND)
		return BULK_GONE;
	retry_request(&verdict, answer);
	if (verdict.class == REQUEST_ROWS) { /* 2xx, and nothing that can be read */
		retry_unreadable(&verdict);
		verdict.err = *err;
	}
	switch (verdict.class) {
	case REQUEST_LOST:
		if (!repeat)
			return BULK_LOST;
		/* fall through */
	case REQUEST_AGAIN:
		return wait(bulk, &verdict, tries) ? BULK_DONE : BULK_ENDED;
	case REQUEST_SPLIT:
		return BULK_REFUSED;
	case REQUEST_RENEW: /* a new token was no better, or was refused */
		bulk->end.token_refused |=
			rc == -ERR_REFUSED && !text_equal(err->code, "INVALID_SESSION_ID");
		bulk_end(bulk, RUN_PAUSED, err);
		return BULK_ENDED;
	default:
		if (verdict.stop_state == RUN_STOPPED)
			return BULK_REFUSED;
		bulk_end(bulk, verdict.stop_state, err);
		return BULK_ENDED;
	}
}

enum bulk_answer bulk_ask_patiently(
	struct bulk *bulk, bulk_call *call, void *ctx, bool repeat, struct err *err)
{
	for (int tries = 1;; tries++) {
		enum bulk_answer what;
		int rc;

		err_clear(err);
		rc = call(ctx, bulk, err);
		if (bulk->answer.reach != HTTP_NOT_SENT)
			bulk->calls++;
		if (rc == 0) {
			bulk->moved_at = clock_mono();
			return BULK_DONE;
		}
		what = judge(bulk, rc, repeat, tries, err);
		if (what == BULK_ENDED) {
			if (bulk->over)
				err_copy(err, &bulk->why);
			else
				err_set(err, ERR_INTERRUPTED, "stopped");
		}
		if (what != BULK_DONE)
			return what;
	}
}
