/* rig.h — a connection, its interfaces and a ping of them: what the tests of this folder share.
 */

#ifndef TESTS_PING_RIG_H
#define TESTS_PING_RIG_H

#include "ping/ping.h"

#define INTERFACES_MAX 40

struct rig {
	struct connection connection;
	struct interface interfaces[INTERFACES_MAX];
	size_t interface_count;
	struct catalog catalog; /* over the array above */
	struct ping_result result;
	int told; /* calls of on_step */
};

/* A connection that is whole; `domain` may be NULL. */
void rig_open(struct rig *rig, const char *domain);
void rig_close(struct rig *rig);

/* "Name=col" entries of an interface; returns it for further settings. */
struct interface *rig_interface(struct rig *rig, const char *name, const char *object,
	enum operation operation, const char *external_id, const char *const *fields);

void rig_ping_salesforce(struct rig *rig, const char *pinned);
void rig_ping_agent(struct rig *rig);

/* The step of that name; fails the test when there is none. */
const struct ping_step *rig_step(const struct rig *rig, const char *name);

/* The first step that failed, or warned when none failed; NULL = all is well. */
const struct ping_step *rig_worst(const struct rig *rig);

/* All steps on standard error, for a test that is about to fail. */
void rig_show(const struct rig *rig);

#endif
