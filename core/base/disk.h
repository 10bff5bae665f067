/* disk.h — how much room is left on a disk. Tests put their own number in its place. */

#ifndef BASE_DISK_H
#define BASE_DISK_H

#include <stdint.h>

#include "base/err.h"

struct disk_room {
	int64_t bytes; /* that this user may still write */
	int64_t files; /* that may still be made; INT64_MAX = the file system has no such limit */
};

/* Of the file system that `folder` lies on. Fails with ERR_STORE. */
int disk_room(struct disk_room *room, const char *folder, struct err *err);

/*
 * For tests: once disk_room() was asked `asks` times, every disk has `bytes` free; a negative
 * number of bytes brings the real ones back.
 */
void disk_pretend(int64_t bytes, int asks);

#endif
