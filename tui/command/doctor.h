/* doctor.h — what the checks of `doctor` share; for this folder. */

#ifndef COMMAND_DOCTOR_H
#define COMMAND_DOCTOR_H

#include "ping/ping.h"
#include "tui/command/command.h"
#include "tui/command/mask.h"

/* What one check found. */
struct finding {
	enum verdict verdict;		     /* OK, WARN or FAIL */
	enum err_kind kind;		     /* of a FAIL, for the exit code */
	char connection[MODEL_NAME_MAX + 1]; /* "" = this machine, this home */
	char name[64];
	char detail[384];
	char action[512]; /* what to do; "" when all is well */
};

struct doctor {
	struct command_env *env;
	struct text_list names;	       /* connections to look at */
	struct connection *connection; /* the one that is looked at, or NULL */
	struct mask *mask;
	int64_t disk_floor; /* of agent.cfg, or the default where that cannot be read */
	bool deep;
	bool databases; /* a connection reads a database */
	bool schedules; /* an interface has a schedule */
	bool closed;	/* the key is another user's: sealed secrets are not for this one */
	struct finding *findings;
	size_t count;
	size_t told; /* of them printed */
	bool failed; /* out of memory: the findings are not all */
};

/* Add a finding; `action` may be NULL when it is OK. Secrets are masked here. */
void doctor_tell(struct doctor *doctor, enum verdict verdict, enum err_kind kind, const char *name,
	const char *action, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* doctor_machine.c */
void doctor_versions(struct doctor *doctor);
void doctor_clock(struct doctor *doctor);
void doctor_odbc(struct doctor *doctor);
void doctor_disk(struct doctor *doctor);

/* doctor_home.c */
void doctor_modes(struct doctor *doctor);
void doctor_files(struct doctor *doctor);
void doctor_key(struct doctor *doctor);
void doctor_store(struct doctor *doctor);
void doctor_agent(struct doctor *doctor);

/*
 * Do secrets of doctor->connection below `group` ("salesforce.") open for the agent's user alone?
 * Then says that `name` was not tried.
 */
bool doctor_is_closed(struct doctor *doctor, const char *group, const char *name);

/* doctor_connection.c: of doctor->connection */
void doctor_source(struct doctor *doctor);
void doctor_proxy(struct doctor *doctor);
void doctor_org_clock(struct doctor *doctor);
void doctor_salesforce(struct doctor *doctor);
void doctor_runs(struct doctor *doctor);

/* doctor_bundle.c: everything a helper far away needs, in one text; no payloads, no secrets. */
int doctor_bundle(const struct doctor *doctor, const char *path, struct err *err);

/* The library versions, one "name version" a line. */
void doctor_library_versions(struct buf *out);

#endif
