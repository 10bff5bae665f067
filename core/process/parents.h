/*
 * parents.h — a row whose parent the org does not know waits while that parent is still on its way:
 * as an open message of whatever interface that upserts it in the same org (internal to
 * core/process). One thread.
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
 * know. Is that a parent of the row which has an open message? True as well when the store cannot
 * say: then nothing is given up.
 */
bool parents_open(struct parents *parents, struct view *view, const struct packet_out *packet,
	int position, const char *text);

#endif
