/*
 * checklist.h — the set-up of Salesforce as a list of things to do, in the order of the tutorial,
 * each with its menu path and what is known of it. It stands beside the pings because what is known
 * is read off their steps; core/setup writes files and asks nobody.
 *
 * A thing is proven or refuted by the newest ping that tells of it; within one ping a failure
 * outweighs. Where Salesforce answers several causes alike, each of them is suspect. What no ping
 * tells of can be ticked off by hand; a tick is for one org or one address and ends with it.
 */

#ifndef PING_CHECKLIST_H
#define PING_CHECKLIST_H

#include "ping/ping_record.h"

#define CHECKLIST_MAX 24

enum item_state {
	ITEM_OPEN,
	ITEM_TICKED, /* by a person; no ping tells of it */
	ITEM_PROVEN,
	ITEM_SUSPECT, /* one of several things that a failure may come from */
	ITEM_REFUTED,
	ITEM_NOT_NEEDED, /* Salesforce does not call this agent */
};

struct checklist_item {
	const char *id; /* stable, for scripts: "run_as_user" */
	const char *title;
	const char *path; /* where to click, for the connection's kind of app */
	char todo[400];	  /* what to do there */
	bool in_package;  /* `agentboard package` has it */
	enum item_state state;
	enum ping_kind by;  /* the ping, when a ping decided */
	int64_t time;	    /* ms UTC, of that ping or of the tick */
	char detail[256];   /* the step's own words, or who ticked it */
	char remedy_id[64]; /* REFUTED and SUSPECT */
	char remedy[512];
};

struct checklist {
	struct checklist_item items[CHECKLIST_MAX];
	int count;
	/* The newest failure that is about none of them: the line, a proxy, a limit. name "" =
	 * none. */
	struct ping_step elsewhere;
	enum ping_kind elsewhere_by;
};

/* What a ping of one kind saw, and when; result NULL = there was none. */
struct ping_seen {
	const struct ping_result *result; /* borrowed */
	int64_t time;			  /* ms UTC */
	bool stale;			  /* settings changed since: it tells nothing any more */
	bool interfaces_stale;		  /* interfaces did */
};

void checklist_judge(struct checklist *out, const struct connection *connection,
	const struct ping_seen seen[PING_KINDS], const struct tick *ticks, int tick_count);

/*
 * The same from what the store of `data_folder` keeps; without a store nothing is known. `fresh`
 * (PING_KINDS of them, may be NULL): pings that are not in the store; each takes the place of the
 * one that is.
 */
int checklist_recall(struct checklist *out, const struct connection *connection,
	const struct catalog *catalog, const char *data_folder, const struct ping_seen *fresh,
	struct err *err);

/*
 * Within a transaction of the caller's: `who` says that an item is done, or no longer. ERR_USAGE
 * names the items there are.
 */
int checklist_tick(struct store *store, const struct connection *connection, const char *item,
	bool done, const char *who, struct err *err);

const char *item_state_name(enum item_state state); /* "not needed" */

/* Where its state comes from, for people: "Ping Salesforce Connection, 2026-11-23 12:01:44: user
 * api@acme.example"; "" when nobody knows. */
void checklist_evidence(char *out, size_t size, const struct checklist_item *item);

#endif
