/* catalog_job.h — saving and removing connections and interfaces, on the worker's file lane. */

#ifndef BOARD_CATALOG_JOB_H
#define BOARD_CATALOG_JOB_H

#include <stdbool.h>

#include "model/connection.h"
#include "model/interface.h"
#include "ping/ping.h"

struct board;

/* Runs on the board's thread once the file is written, or was not (err->kind set). */
typedef void catalog_saved(struct board *board, const char *name, const struct err *err);

/*
 * Save a copy. `agent` and `salesforce` (may be NULL) are ping results of these very settings that
 * go to the store with it. `fresh`: refuse with ERR_EXISTS when the name is taken.
 */
void catalog_save_connection(struct board *board, const struct connection *connection, bool fresh,
	const struct ping_result *agent, const struct ping_result *salesforce,
	catalog_saved *saved);

void catalog_save_interface(
	struct board *board, const struct interface *interface, bool fresh, catalog_saved *saved);

/* Bring into the file what differs between the two: what others changed meanwhile stays. */
void catalog_update_interface(struct board *board, const struct interface *before,
	const struct interface *after, catalog_saved *saved);

/* Remove and say so. */
void catalog_remove(struct board *board, const char *name, bool connection);

#endif
