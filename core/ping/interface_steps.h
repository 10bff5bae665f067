/* interface_steps.h — private to this folder: may the API user do what an interface wants? */

#ifndef PING_INTERFACE_STEPS_H
#define PING_INTERFACE_STEPS_H

#include "ping/steps.h"

/*
 * For each interface of the connection: is its object there with the permission its operation
 * needs, are the mapped fields visible and writeable, is the external ID one? Two steps each.
 */
void interface_steps(struct steps *steps, const struct connection *connection,
	const struct catalog *catalog, struct org *org);

#endif
