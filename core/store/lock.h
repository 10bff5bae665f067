/*
 * lock.h — who owns a run: open-file-description locks on single bytes of DIR/store.lock (internal
 * to core/store). They die with their process and stay with one that is stopped.
 */

#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define LOCK_OPENING 0 /* this byte: the store is being made or migrated; byte R: run R */

/*
 * Lock one byte of DIR/store.lock for writing; *fd keeps it until it is closed. ERR_UNFINISHED
 * (no text) when another one has it and `wait` is false.
 */
int lock_take(int *fd, const char *dir, int64_t byte, bool wait, struct err *err);

/* A file descriptor to ask lock_is_held() with; -1 when nobody ever locked anything. */
int lock_look(const char *dir);
bool lock_is_held(int fd, int64_t byte);

/* ERR_STORE when DIR is on a network file system, where neither locks nor WAL can be trusted. */
int lock_check_place(const char *dir, struct err *err);

/* "NFS" for the f_type of statfs(2), NULL for a local file system. */
const char *lock_network_name(unsigned long f_type);

#endif
