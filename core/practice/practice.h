/*
 * practice.h — the practice org: a Salesforce look-alike on loopback for newcomers, rehearsals and
 * tests. It is a faithful partner, not a stub: bodies, codes and headers follow the API guides.
 */

#ifndef PRACTICE_PRACTICE_H
#define PRACTICE_PRACTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

/* The app and user every practice org knows. */
#define PRACTICE_CONSUMER_KEY "3MVG9practice.Agentboard.Consumer.Key"
#define PRACTICE_CONSUMER_SECRET "practice-secret-0123456789"
#define PRACTICE_USERNAME "agent@practice.example"

struct practice_options {
	int port;		       /* 0 = any */
	const char *request_log;       /* file: one JSON line a request; NULL = none */
	const char *ledger;	       /* file: one JSON line an accepted write; NULL = none */
	struct text_list misconfigure; /* names from practice_misconfigurations() */
	struct text_list faults;       /* "503=0.1", ... */
	uint64_t seed;		       /* for faults */
	int64_t latency_ms;	       /* added to each answer */
	int64_t bulk_delay_ms;	       /* a bulk job waits so long before each of its states */
	int64_t api_allowed; /* calls; what is beyond is refused. 0 = 15,000, tolerated beyond */
};

struct practice;

int practice_start(struct practice **out, const struct practice_options *options, struct err *err);
void practice_stop(struct practice *practice);

int practice_port(const struct practice *practice);
const char *practice_url(const struct practice *practice); /* "http://127.0.0.1:PORT" */

/*
 * For tests in the same process; each is safe while the org serves. Over the wire the same is
 * GET /practice, POST /practice/faults, /practice/misconfigure and /practice/expire.
 */
int64_t practice_record_count(struct practice *practice, const char *object);
int64_t practice_request_count(struct practice *practice, const char *path_part);
void practice_expire_session(struct practice *practice);
/* "503=0.1"; ERR_USAGE when there is no such fault. */
int practice_set_fault(struct practice *practice, const char *fault, struct err *err);

struct practice_misconfiguration {
	const char *name;      /* "no-run-as-user" */
	const char *what;      /* what is wrong, for --help */
	const char *remedy_id; /* which remedy a ping must name */
};
const struct practice_misconfiguration *practice_misconfigurations(
	void); /* ends with name == NULL */

#endif
