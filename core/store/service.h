/*
 * service.h — what the store keeps for the agent as a service: the calls it took, and counts for
 * monitoring. Schedules are in schedules.h.
 */

#ifndef STORE_SERVICE_H
#define STORE_SERVICE_H

#include <stdint.h>

#include "base/err.h"
#include "model/message.h"
#include "store/store.h"
#include "store/view.h"

/* ---- calls ---- */

#define CALL_KEY_MAX 255
#define CALL_KEPT_MS (INT64_C(30) * 24 * 3600 * 1000)

/*
 * The run that a call with this Idempotency-Key started, 0 = none within the last 30 days.
 * `request` is a fingerprint of what was asked for; ERR_EXISTS when the key came with another one.
 */
int store_call_find(
	int64_t *run, struct store *store, const char *key, const char *request, struct err *err);
int view_call(
	int64_t *run, struct view *view, const char *key, const char *request, struct err *err);

/* In the transaction that creates the run; keys older than 30 days are dropped on the way. */
int store_call_add(
	struct store *store, const char *key, const char *request, int64_t run, struct err *err);

/* ---- counts ---- */

/* All runs of one interface that are in the store, dry ones excepted. */
struct interface_counts {
	char interface[65];
	int64_t runs[RUN_STATE_COUNT];
	struct run_counts rows;
	int64_t calls;
	int64_t last_done; /* ms UTC of the last run that ended Done, 0 = none */
};

/* By name. Caller frees *out. */
int view_interface_counts(
	struct interface_counts **out, int *count, struct view *view, struct err *err);

/* What an interface has to send: New, Processing and Pending messages, dry runs excepted. */
struct backlog_state {
	char interface[65];
	int64_t messages;
	int64_t since; /* ms UTC: when the oldest of them was read */
};

/* Interfaces that have any, by name. Caller frees *out. */
int view_backlogs(struct backlog_state **out, int *count, struct view *view, struct err *err);

/* The API allowance of a connection as its org told it last. */
struct api_budget {
	char connection[65];
	int64_t used, allowed, at;
};

/* Connections whose org told any, by name. Caller frees *out. */
int view_api_budgets(struct api_budget **out, int *count, struct view *view, struct err *err);

#endif
