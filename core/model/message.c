/*
 * message.c — names of states and events, and the transition table: for every state, event and
 * actor either the state that follows or a sentence that says why not.
 */

#include "base/base.h"
#include "base/text.h"
#include "model/message.h"

static const char *const status_names[MESSAGE_STATUS_COUNT] = {
	[MESSAGE_NEW] = "New",
	[MESSAGE_PROCESSING] = "Processing",
	[MESSAGE_PENDING] = "Pending",
	[MESSAGE_COMPLETED] = "Completed",
	[MESSAGE_FAILED] = "Failed",
	[MESSAGE_UNKNOWN] = "Unknown",
	[MESSAGE_CANCELLED] = "Cancelled",
};

static const char *const run_names[RUN_STATE_COUNT] = {
	[RUN_QUEUED] = "Queued",
	[RUN_READING] = "Reading",
	[RUN_SENDING] = "Sending",
	[RUN_PAUSED] = "Paused",
	[RUN_STOPPED] = "Stopped",
	[RUN_DONE] = "Done",
	[RUN_CANCELLED] = "Cancelled",
};

#define RUN (1u << ACTOR_RUN)
#define OPERATOR (1u << ACTOR_OPERATOR)
#define RECONCILER (1u << ACTOR_RECONCILER)

static const char *const actor_names[] = {
	[ACTOR_RUN] = "a run",
	[ACTOR_OPERATOR] = "an operator",
	[ACTOR_RECONCILER] = "the check by key",
};

/* What an event is called, and who may cause it at all. */
static const struct {
	const char *name;
	unsigned actors;
} events[MESSAGE_EVENT_COUNT] = {
	[EVENT_SEND] = { "send", RUN },
	[EVENT_SUCCEED] = { "succeed", RUN },
	[EVENT_FAIL] = { "fail", RUN },
	[EVENT_RETRY] = { "retry", RUN },
	[EVENT_LOSE] = { "lose", RUN },
	[EVENT_CANCEL] = { "cancel", RUN | OPERATOR },
	[EVENT_REPROCESS] = { "reprocess", OPERATOR },
	[EVENT_FORCE] = { "reprocess --force", OPERATOR },
	[EVENT_RESOLVE_COMPLETED] = { "resolve as completed", OPERATOR | RECONCILER },
	[EVENT_RESOLVE_NOT_SENT] = { "resolve as not sent", OPERATOR | RECONCILER },
	[EVENT_REJECT] = { "reject", RUN },
};

/* The state that follows for `actors`, and what the others are told. */
struct cell {
	enum message_status to;
	unsigned actors;
	const char *why;
};

#define TO(name)                                                                                   \
	{                                                                                          \
		MESSAGE_##name, RUN | OPERATOR | RECONCILER, NULL                                  \
	}
#define TO_ONLY(name, actors, text)                                                                \
	{                                                                                          \
		MESSAGE_##name, (actors), (text)                                                   \
	}
#define NO(text)                                                                                   \
	{                                                                                          \
		MESSAGE_NEW, 0, (text)                                                             \
	}

#define NOT_UNDER_WAY NO("no request of it is under way, so there is no answer to record")
#define UNDER_WAY NO("its request is under way: wait for the answer")
#define NOT_UNKNOWN NO("its outcome is known, so there is nothing to resolve")
#define SETTLE_FIRST NO("settle it with `message resolve`, or use --force")
#define REPROCESS_FIRST NO("only `message reprocess` makes it ready to be sent again")
#define WAITS_ALREADY NO("it is going to be sent anyway")
#define IS_IN_SALESFORCE NO("Salesforce has it; run the interface again to send the row anew")

static const struct cell table[MESSAGE_STATUS_COUNT][MESSAGE_EVENT_COUNT] = {
	[MESSAGE_NEW] = {
		[EVENT_SEND] = TO(PROCESSING),
		[EVENT_SUCCEED] = NOT_UNDER_WAY,
		[EVENT_FAIL] = NOT_UNDER_WAY,
		[EVENT_RETRY] = TO(PENDING),
		[EVENT_LOSE] = NOT_UNDER_WAY,
		[EVENT_CANCEL] = TO(CANCELLED),
		[EVENT_REPROCESS] = WAITS_ALREADY,
		[EVENT_FORCE] = WAITS_ALREADY,
		[EVENT_RESOLVE_COMPLETED] = NOT_UNKNOWN,
		[EVENT_RESOLVE_NOT_SENT] = NOT_UNKNOWN,
		[EVENT_REJECT] = TO(FAILED),
	},
	[MESSAGE_PROCESSING] = {
		[EVENT_SEND] = NO("a request of it is under way already"),
		[EVENT_SUCCEED] = TO(COMPLETED),
		[EVENT_FAIL] = TO(FAILED),
		[EVENT_RETRY] = TO(PENDING),
		[EVENT_LOSE] = TO(UNKNOWN),
		[EVENT_CANCEL] = UNDER_WAY,
		[EVENT_REPROCESS] = UNDER_WAY,
		[EVENT_FORCE] = UNDER_WAY,
		[EVENT_RESOLVE_COMPLETED] = UNDER_WAY,
		[EVENT_RESOLVE_NOT_SENT] = UNDER_WAY,
		[EVENT_REJECT] = UNDER_WAY,
	},
	[MESSAGE_PENDING] = {
		[EVENT_SEND] = TO(PROCESSING),
		[EVENT_SUCCEED] = NOT_UNDER_WAY,
		[EVENT_FAIL] = NOT_UNDER_WAY,
		[EVENT_RETRY] = TO(PENDING),
		[EVENT_LOSE] = NOT_UNDER_WAY,
		[EVENT_CANCEL] = TO(CANCELLED),
		[EVENT_REPROCESS] = TO(PENDING),
		[EVENT_FORCE] = TO(PENDING),
		[EVENT_RESOLVE_COMPLETED] = NOT_UNKNOWN,
		[EVENT_RESOLVE_NOT_SENT] = NOT_UNKNOWN,
		[EVENT_REJECT] = TO(FAILED),
	},
	[MESSAGE_COMPLETED] = {
		[EVENT_SEND] = IS_IN_SALESFORCE,
		[EVENT_SUCCEED] = NOT_UNDER_WAY,
		[EVENT_FAIL] = NOT_UNDER_WAY,
		[EVENT_RETRY] = NOT_UNDER_WAY,
		[EVENT_LOSE] = NOT_UNDER_WAY,
		[EVENT_CANCEL] = NO("Salesforce has it; cancelling would take nothing back"),
		[EVENT_REPROCESS] = IS_IN_SALESFORCE,
		[EVENT_FORCE] = IS_IN_SALESFORCE,
		[EVENT_RESOLVE_COMPLETED] = NOT_UNKNOWN,
		[EVENT_RESOLVE_NOT_SENT] = NOT_UNKNOWN,
		[EVENT_REJECT] = IS_IN_SALESFORCE,
	},
	[MESSAGE_FAILED] = {
		[EVENT_SEND] = REPROCESS_FIRST,
		[EVENT_SUCCEED] = NOT_UNDER_WAY,
		[EVENT_FAIL] = NOT_UNDER_WAY,
		[EVENT_RETRY] = REPROCESS_FIRST,
		[EVENT_LOSE] = NOT_UNDER_WAY,
		[EVENT_CANCEL] = TO_ONLY(CANCELLED, OPERATOR,
			"nothing of it is going to be sent; only a person may give it up"),
		[EVENT_REPROCESS] = TO(PENDING),
		[EVENT_FORCE] = TO(PENDING),
		[EVENT_RESOLVE_COMPLETED] = TO_ONLY(COMPLETED, OPERATOR,
			"only a person may say that the record was made by hand meanwhile"),
		[EVENT_RESOLVE_NOT_SENT] = NOT_UNKNOWN,
		[EVENT_REJECT] = NO("it has failed already"),
	},
	[MESSAGE_UNKNOWN] = {
		[EVENT_SEND] = SETTLE_FIRST,
		[EVENT_SUCCEED] = NO("its answer was lost; what is found later is told by `message resolve`"),
		[EVENT_FAIL] = NO("its answer was lost; what is found later is told by `message resolve`"),
		[EVENT_RETRY] = SETTLE_FIRST,
		[EVENT_LOSE] = NO("its answer is lost already"),
		[EVENT_CANCEL] = NO("Salesforce may have it: settle it with `message resolve`"),
		[EVENT_REPROCESS] = SETTLE_FIRST,
		[EVENT_FORCE] = TO(PENDING),
		[EVENT_RESOLVE_COMPLETED] = TO(COMPLETED),
		[EVENT_RESOLVE_NOT_SENT] = TO(PENDING),
		[EVENT_REJECT] = SETTLE_FIRST,
	},
	[MESSAGE_CANCELLED] = {
		[EVENT_SEND] = REPROCESS_FIRST,
		[EVENT_SUCCEED] = NOT_UNDER_WAY,
		[EVENT_FAIL] = NOT_UNDER_WAY,
		[EVENT_RETRY] = REPROCESS_FIRST,
		[EVENT_LOSE] = NOT_UNDER_WAY,
		[EVENT_CANCEL] = NO("it is cancelled already"),
		[EVENT_REPROCESS] = TO(PENDING),
		[EVENT_FORCE] = TO(PENDING),
		[EVENT_RESOLVE_COMPLETED] = NOT_UNKNOWN,
		[EVENT_RESOLVE_NOT_SENT] = NOT_UNKNOWN,
		[EVENT_REJECT] = NO("it is cancelled already"),
	},
};

int message_next(enum message_status *to, enum message_status from, enum message_event event,
	enum actor actor, struct err *err)
{
	const struct cell *cell = &table[from][event];

	if (!(events[event].actors & 1u << actor))
		return err_set(err, ERR_USAGE, "it is %s: \"%s\" is not for %s to do",
			status_names[from], events[event].name, actor_names[actor]);
	if (!(cell->actors & 1u << actor))
		return err_set(err, ERR_USAGE, "it is %s: %s", status_names[from], cell->why);
	*to = cell->to;
	return 0;
}

static bool parse_name(int *index, const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++) {
		if (text_equal_fold(names[i], name)) {
			*index = i;
			return true;
		}
	}
	return false;
}

const char *message_status_name(enum message_status status)
{
	return status_names[status];
}

bool message_status_parse(enum message_status *status, const char *name)
{
	int index;

	if (!parse_name(&index, status_names, MESSAGE_STATUS_COUNT, name))
		return false;
	*status = (enum message_status)index;
	return true;
}

const char *message_event_name(enum message_event event)
{
	return events[event].name;
}

bool message_status_open(enum message_status status)
{
	return status == MESSAGE_NEW || status == MESSAGE_PROCESSING || status == MESSAGE_PENDING ||
	       status == MESSAGE_UNKNOWN;
}

int message_may_edit(enum message_status status, struct err *err)
{
	if (status == MESSAGE_COMPLETED)
		return err_set(err, ERR_USAGE,
			"it is Completed: its payload can no longer be edited. Change the row in "
			"the "
			"source and process it again");
	if (status == MESSAGE_PROCESSING)
		return err_set(err, ERR_USAGE,
			"it is Processing: its payload can no longer be edited. Wait for the org's "
			"answer");
	return 0;
}

const char *run_state_name(enum run_state state)
{
	return run_names[state];
}

bool run_state_parse(enum run_state *state, const char *name)
{
	int index;

	if (!parse_name(&index, run_names, RUN_STATE_COUNT, name))
		return false;
	*state = (enum run_state)index;
	return true;
}

bool run_state_final(enum run_state state)
{
	return state == RUN_STOPPED || state == RUN_DONE || state == RUN_CANCELLED;
}

bool run_counts_add_up(const struct run_counts *counts)
{
	return counts->read == counts->completed + counts->failed + counts->pending +
				       counts->unknown + counts->cancelled + counts->held +
				       counts->skipped;
}

void record_id_suffix(char suffix[4], const char *id15)
{
	for (int group = 0; group < 3; group++) {
		unsigned bits = 0;

		/* without a branch: the case of an id's letters cannot be foreseen */
		for (int i = 0; i < 5; i++)
			bits |= (unsigned)((unsigned char)(id15[group * 5 + i] - 'A') < 26) << i;
		suffix[group] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits];
	}
	suffix[3] = '\0';
}
