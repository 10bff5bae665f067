/*
 * retry.h — what an answer means for the rows that were sent: the only place that knows which
 * failures pass. Two tables, one for requests as a whole, one for single rows (REST API guide,
 * "Status Codes and Error Responses"; SOAP API guide, "StatusCode").
 */

#ifndef PROCESS_RETRY_H
#define PROCESS_RETRY_H

#include <stdint.h>

#include "base/err.h"
#include "http/client.h"
#include "model/interface.h"
#include "model/message.h"

/* What became of a request as a whole. */
enum request_class {
	REQUEST_ROWS,  /* executed: every row has its own result */
	REQUEST_AGAIN, /* not executed: the same may be sent later */
	REQUEST_LOST,  /* unknown: it left, and no answer tells what became of it */
	REQUEST_RENEW, /* not executed: the token is too old */
	REQUEST_SPLIT, /* not executed: one row spoils it, or it is too large */
	REQUEST_STOP,  /* not executed, and no other request of the run would be; the run rests, its
			  rows go as soon as it goes on */
};

/* How long to wait: `first_ms`, doubled with each try up to `cap_ms`, a quarter more or less. */
struct retry_pace {
	int64_t first_ms, cap_ms;
	int tries; /* after so many the row fails; 0 = never */
};

struct request_verdict {
	enum request_class class;
	const struct retry_pace *pace; /* of AGAIN and LOST */
	int64_t retry_after_ms;	       /* asked for by the org; 0 = not */
	enum run_state stop_state; /* of STOP: Paused passes by itself, Stopped needs a person */
	bool fewer;		   /* too many requests at once */
	struct err err;		   /* what is told of it; none for ROWS */
};

void retry_request(struct request_verdict *verdict, const struct http_answer *answer);

/* The request could not be made: `verdict->err` says why. */
void retry_unmade(struct request_verdict *verdict);

/* The answer said 200 and cannot be read: what became of the rows is unknown. */
void retry_unreadable(struct request_verdict *verdict);

/* The code of a row whose record the look-up of its Id did not find. */
#define RETRY_NOT_FOUND "NOT_FOUND"

/* The code of a row that has to go in another request than those around it. */
#define RETRY_APART "SENT_APART"

/* What a row's own failure means. */
enum row_class {
	ROW_FAIL,   /* for good */
	ROW_AGAIN,  /* it may pass later */
	ROW_PARENT, /* its parent is not there: it may pass if that is on its way */
	ROW_SPLIT,  /* it may pass in a smaller request */
	ROW_GONE,   /* deleted already: what a repeated delete wants */
	ROW_UNDONE, /* nothing wrong with it: rolled back because of another row of its request */
	ROW_NEXT,   /* nothing wrong with it: it goes in the next request */
	ROW_STOP,   /* it may pass later, but first a person has to act: the run stops */
};

/* `tried`: the row was sent before, so that the first of its requests may have been executed. */
enum row_class retry_row(const struct retry_pace **pace, const char *code, const char *text,
	enum operation operation, bool tried);

/* Milliseconds to wait before try number `tries` (1 = the first repetition). */
int64_t retry_delay(const struct retry_pace *pace, int tries, int64_t retry_after_ms);

/* For tests: from now on waits are so many times shorter, in this process. */
void retry_hurry(int64_t times);

/* When the answer of a request is lost, may it be sent again without doubling anything? */
bool retry_may_repeat(enum operation operation, bool unique_key_assumed);

#endif
