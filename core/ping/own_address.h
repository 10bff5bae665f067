/* own_address.h — private to this folder: may a host be this very machine, seen from outside? */

#ifndef PING_OWN_ADDRESS_H
#define PING_OWN_ADDRESS_H

#include <stdbool.h>

/*
 * True when `host` (name or address) is an address of one of this machine's interfaces, or a public
 * one while this machine has none of its own: it then stands behind a router that translates, as
 * cloud machines do, and the address may be its own on the other side. Asks the name server.
 */
bool own_address_possible(const char *host);

#endif
