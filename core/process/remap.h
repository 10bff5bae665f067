/*
 * remap.h — rows that a person sends again are mapped anew, from the source row in the store by
 * today's mapping (internal to core/process). On the run's thread, before anything of them leaves.
 */

#ifndef PROCESS_REMAP_H
#define PROCESS_REMAP_H

#include "process/process.h"

struct remap_spec {
	const struct process_env *env;
	const struct run_claim *claim;
	const struct run_info *info;
	const struct connection *connection;
	const struct interface *interface;
	const struct describe *describe;
};

struct remap;

/* Everything in `spec` is borrowed until remap_free(). */
int remap_new(struct remap **out, const struct remap_spec *spec, struct err *err);
void remap_free(struct remap *remap);

/*
 * Map the rows that `packet->remap` names and store what came of it: a new payload, or a Failed row
 * that says what today's mapping has against it. The packet is then to be loaded again.
 */
int remap_packet(
	struct remap *remap, struct view *view, const struct packet_out *packet, struct err *err);

#endif
