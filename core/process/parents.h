/*
 * parents.h — a row whose parent the org does not know waits while that parent is still on its way:
 * as an open message of whatever interface that upserts it in the same org (internal to
 * core/process). Once nobody delivers the parent any more, it is tried once more at once and fails,
 * saying which message it waited for. One thread.
 */

#ifndef PROCESS_PARENTS_H
#define PROCESS_PARENTS_H

#include "process/sender.h"

struct parents;

#define PARENT_WAITED_FOR "waits for its parent, which is on its way: "

/* The parents that the mapping of `spec` names by an external ID ("Account__r.Ext_Id__c"). */
int parents_new(struct parents **out, const struct sender_spec *spec, struct err *err);
void parents_free(struct parents *parents); /* NULL is legal */

/*
 * Row `position` of `packet` was refused with `text`, where the org names the key that it does not
 * know. Is that a parent of the row which has an open message, in a run that sends it without a
 * person's help? True as well when the store cannot say: then nothing is given up.
 */
bool parents_open(struct parents *parents, struct view *view, const struct packet_out *packet,
	int position, const char *text);

/* Such a row waits: remember it for parents_settled(). */
void parents_watch(
	struct parents *parents, const struct packet_out *packet, int position, const char *text);

/*
 * The same for a row that fails: `words` gets `text`, and the message of that parent with what to
 * do. False: the parent has no message that would help.
 */
bool parents_stuck(char *words, size_t size, struct parents *parents, struct view *view,
	const struct packet_out *packet, int position, const char *text);

/* Rows of the packet have their answer: what is remembered of them is out of date. */
void parents_answered(struct parents *parents, int64_t packet, const struct row_set *rows);

/*
 * A packet and rows of it that need not wait any longer: their parents are no longer on their way.
 * They are forgotten. False when there are none; looked for once a second.
 */
bool parents_settled(
	int64_t *packet, struct row_set *rows, struct parents *parents, struct view *view);

#endif
