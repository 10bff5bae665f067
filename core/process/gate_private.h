/* gate_private.h — what gate.c and gate_parents.c share (internal to core/process). */

#ifndef PROCESS_GATE_PRIVATE_H
#define PROCESS_GATE_PRIVATE_H

#include <pthread.h>

#include "process/gate.h"
#include "process/key_map.h"

struct gate_packet;

struct key_gate {
	pthread_mutex_t lock;
	struct key_map keys;	  /* hash -> message << 1 | WANTED */
	struct key_map completed; /* key in its space -> the youngest message */
	struct gate_member *members;
	struct gate_packet *packets; /* with parents, in the order they came */
};

/* Under the lock. */
void key_gate_wake(struct key_gate *gate);

/* Forget all packets. */
void key_gate_free_packets(struct key_gate *gate);

#endif
