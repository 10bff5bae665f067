/* inside.h — the practice org as its own files see it. */

#ifndef PRACTICE_INSIDE_H
#define PRACTICE_INSIDE_H

#include <pthread.h>

#include "http/server.h"
#include "practice/bulk.h"
#include "practice/cursor.h"
#include "practice/fault.h"
#include "practice/journal.h"
#include "practice/mistake.h"
#include "practice/practice.h"
#include "practice/records.h"
#include "practice/rules.h"
#include "practice/sfid.h"

#define PRACTICE_API_ALLOWED 15000 /* as in a Developer Edition */
#define PRACTICE_TOKEN_MAX 128
#define PRACTICE_SESSION_MS (2 * 3600 * 1000)

struct session {
	char token[PRACTICE_TOKEN_MAX]; /* "" = none */
	int64_t issued, until;
};

struct practice {
	struct http_server *server;
	char url[64];
	int64_t latency_ms;

	pthread_mutex_t lock; /* guards all below */
	struct schema *schema;
	struct records *records;
	struct mistakes mistakes;
	struct faults faults;
	struct session session;
	struct cursors cursors;
	struct journal *journal;
	struct bulk bulk;
	struct parent_locks parent_locks;
	int64_t began_us; /* clock_mono_us(): when the call at work came in */
	int64_t requests; /* all, also those that are not API calls */
	int64_t api_used, api_allowed;
	bool api_enforced;
	char organization_id[SFID_SIZE], user_id[SFID_SIZE];
};

#endif
