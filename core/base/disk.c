/* disk.c — the only place that asks a file system for its room. */

#include "base/base.h"
#include "base/disk.h"

#include <stdatomic.h>
#include <sys/statvfs.h>

static _Atomic int64_t pretended = -1;
static atomic_int asks_before;

int disk_room(struct disk_room *room, const char *folder, struct err *err)
{
	int64_t bytes = atomic_load(&pretended);
	struct statvfs st;

	if (statvfs(folder, &st) != 0)
		return err_set_errno(err, ERR_STORE, errno, "could not look at %s", folder);
	if (bytes >= 0 && atomic_load(&asks_before) > 0 && atomic_fetch_sub(&asks_before, 1) > 0)
		bytes = -1;
	room->bytes = bytes >= 0 ? bytes : (int64_t)st.f_bavail * (int64_t)st.f_frsize;
	room->files = st.f_files > 0 ? (int64_t)st.f_favail : INT64_MAX;
	return 0;
}

void disk_pretend(int64_t bytes, int asks)
{
	atomic_store(&asks_before, asks);
	atomic_store(&pretended, bytes);
}
