/* checklist_table.h — private to this folder: the things to do, and which steps tell of them. */

#ifndef PING_CHECKLIST_TABLE_H
#define PING_CHECKLIST_TABLE_H

#include "ping/ping.h"

enum {
	ON_AGENT = 1 << PING_AGENT,
	ON_RETURN = 1 << PING_AGENT_FROM_SALESFORCE,
	ON_SALESFORCE = 1 << PING_SALESFORCE,
	ON_ORG = ON_RETURN | ON_SALESFORCE, /* both go to the org */
	ON_BOTH_TO_AGENT = ON_AGENT | ON_RETURN,
};

enum checklist_flags {
	THING_FOR_CALLS = 1, /* needed where Salesforce calls this agent */
	THING_OF_AGENT = 2,  /* a tick is about the agent's address, else about My Domain */
	THING_IN_PACKAGE = 4,
};

struct thing {
	const char *id, *title;
	const char *path[2]; /* by enum app_kind; [1] NULL = the same */
	const char *todo[2];
	int flags; /* enum checklist_flags */
};
extern const struct thing checklist_things[]; /* ended by id == NULL */

/* A step that went well, or a failure that lies behind the thing, proves it. */
struct proof {
	const char *thing;
	int kinds;
	const char *step;      /* its name; with ":" in front the end of it */
	bool each;	       /* every such step has to be well */
	const char *remedy_id; /* instead of `step` */
};
extern const struct proof checklist_proofs[];

struct fault {
	const char *remedy_id;
	int kinds;
	const char *thing;
	bool sure;	   /* else it is one of several */
	const char *words; /* the step's detail begins with them; NULL = any */
};
extern const struct fault checklist_faults[];

#endif
