/*
 * overtaken.h — rows that must not be sent any more, since another run has completed a younger
 * message of their key meanwhile (internal to core/process): the store knows of those before this
 * run sends, the key gate of those since.
 */

#ifndef PROCESS_OVERTAKEN_H
#define PROCESS_OVERTAKEN_H

#include "process/backlog.h"
#include "process/sender.h"

/* The space of the run's keys in the gate: in which runs do they mean the same records? */
uint64_t overtaken_space(const struct run_info *info);

/* Mark what was overtaken up to now: once the run has its backlog, and when rows come from an
 * operator's hand. */
int overtaken_mark(const struct sender_spec *spec, struct err *err);

/* Was this row, which has its key now, overtaken? Not one that a person sends all the same. */
bool overtaken_row(
	struct backlog *backlog, const struct packet_out *packet, int position, uint64_t hash);

/* These rows are not sent: the store cancels and marks them. */
int overtaken_cancel(const struct sender_spec *spec, int64_t packet, const struct row_set *rows,
	struct err *err);

#endif
