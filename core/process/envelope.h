/*
 * envelope.h — what all requests of a run have in common beside its object and operation: the
 * address, and what the interface wants of the org (internal to core/process). The sender goes by
 * it, and it is kept with the run, so that what was sent can be told later, whatever became of the
 * interface.
 */

#ifndef PROCESS_ENVELOPE_H
#define PROCESS_ENVELOPE_H

#include "base/buf.h"
#include "model/interface.h"
#include "salesforce/org.h"

struct envelope {
	char *address; /* owned: "https://acme.my.salesforce.com/services/data/v66.0" */
	bool all_or_none;
	bool auto_assign, allow_duplicates;
	bool looks_up;	   /* Ids are asked for before rows leave */
	bool may_go_by_id; /* rows of an Upsert that have their Ids are updated */
};

/* All but the address, which is NULL. */
void envelope_init(struct envelope *envelope, const struct interface *interface);
void envelope_free(struct envelope *envelope);

/* As a text for the store, and back: ERR_PROTOCOL when it is none. */
#define ENVELOPE_TEXT_MAX 4096
int envelope_write(struct buf *out, const struct envelope *envelope, struct err *err);
int envelope_read(struct envelope *out, const char *text, struct err *err);

/* Give a request to Collections its headers, which must live as long as it. */
#define ENVELOPE_HEADERS 3
void envelope_headers(struct org_request *request, struct http_header headers[ENVELOPE_HEADERS],
	const struct envelope *envelope);

#endif
