/* settings_fakes.h — the store, the org and the source, as far as these commands look at them. */

#ifndef TESTS_COMMAND_SETTINGS_FAKES_H
#define TESTS_COMMAND_SETTINGS_FAKES_H

#include "ping/ping.h"
#include "process/process.h"
#include "store/view.h"

struct fakes {
	struct connection_state state; /* what the store knows of every connection */
	struct ping_result salesforce; /* what a Ping Salesforce Connection gives */
	int salesforce_pings;
	char pinned[19]; /* what was pinned last */
	bool accepted;
	const char *preview_problem; /* of the second of two rows */
	const char *preview_note;
};

extern struct fakes fakes;

void fakes_step(const char *name, enum verdict verdict, const char *detail);

#endif
