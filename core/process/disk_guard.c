/* disk_guard.c — see disk_guard.h. */

#include "base/base.h"
#include "process/disk_guard.h"
#include "base/disk.h"
#include "base/text.h"
#include "store/store.h"

#define CODE_FLOOR "DISK_FLOOR"

int disk_guard_look(struct disk_guard *guard, const char *folder, struct err *why)
{
	char is[TEXT_SIZE_MAX], wanted[TEXT_SIZE_MAX];
	int64_t floor = guard ? atomic_load(&guard->floor) : 0;
	struct disk_room room;
	int rc;

	if (!floor || disk_room(&room, folder, NULL)) {
		if (guard)
			atomic_store(&guard->low, false);
		return 0;
	}
	if (room.bytes >= floor && (!atomic_load(&guard->low) || room.bytes - floor >= floor / 8)) {
		atomic_store(&guard->low, false);
		return 0;
	}
	atomic_store(&guard->low, true);
	rc = err_set(why, ERR_STORE,
		"the disk is nearly full: %s are free, and disk_floor in agent.cfg is %s; it goes "
		"on by itself when there is room",
		text_size_about(is, room.bytes), text_size_exact(wanted, floor));
	if (why) {
		why->retryable = true;
		text_copy(why->code, sizeof(why->code), CODE_FLOOR);
	}
	return rc;
}

bool disk_is_reason(const struct err *why)
{
	return text_equal(why->code, CODE_FLOOR) || text_equal(why->code, STORE_CODE_DISK_FULL);
}
