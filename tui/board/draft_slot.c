/* draft_slot.c — an OFD lock a board beside its draft; the files are told apart by their names. */

#include "base/base.h"
#include "tui/board/draft_slot.h"

#include "base/file.h"

#include <fcntl.h>
#include <unistd.h>

#define SLOTS 9

static char *path_of(const struct home *home, int number, const char *what, const char *end)
{
	char user[24] = "", board[16] = "";
	char name[96];

	if (home->system)
		snprintf(user, sizeof(user), "-%u", (unsigned)geteuid());
	if (number)
		snprintf(board, sizeof(board), "-b%d", number + 1);
	snprintf(name, sizeof(name), "%s%s%s.%s", what, user, board, end);
	return file_join(home->data, name);
}

char *draft_slot_path(const struct home *home, int number, int kind)
{
	return path_of(home, number, kind == DRAFT_EDIT ? "draft-edit" : "draft", "cfg");
}

static bool has_draft(const struct home *home, int number)
{
	bool found = false;

	for (int kind = 0; kind < DRAFT_KINDS; kind++) {
		char *path = draft_slot_path(home, number, kind);

		found = found || (path && file_exists(path));
		free(path);
	}
	return found;
}

enum taking { TAKEN, BUSY, NO_LOCK };

static enum taking lock(int *fd, const struct home *home, int number)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char *path = path_of(home, number, "draft", "lock");
	bool busy;

	*fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	free(path);
	if (*fd < 0)
		return NO_LOCK;
	if (fcntl(*fd, F_OFD_SETLK, &whole) == 0)
		return TAKEN;
	busy = errno == EAGAIN || errno == EACCES;
	close(*fd);
	*fd = -1;
	return busy ? BUSY : NO_LOCK;
}

/* One of the slots with a draft, or of those without; false: all are other boards'. */
static bool take_one(struct draft_slot *slot, const struct home *home, bool with_draft)
{
	for (int number = 0; number < SLOTS; number++) {
		if (has_draft(home, number) != with_draft)
			continue;
		switch (lock(&slot->fd, home, number)) {
		case BUSY:
			slot->others = slot->others || with_draft;
			break;
		case NO_LOCK: /* what cannot be locked can hardly be written either */
			number = 0;
			/* fall through */
		default:
			slot->number = number;
			return true;
		}
	}
	return false;
}

int draft_slot_take(struct draft_slot **out, const struct home *home, struct err *err)
{
	struct draft_slot *slot = calloc(1, sizeof(*slot));

	*out = NULL;
	if (!slot)
		return err_nomem(err);
	slot->fd = -1;
	if (!take_one(slot, home, true) && !take_one(slot, home, false)) {
		draft_slot_free(slot);
		return err_set(err, ERR_UNFINISHED,
			"%d boards of yours are open: what is typed here is not kept on disk",
			SLOTS);
	}
	*out = slot;
	return 0;
}

void draft_slot_free(struct draft_slot *slot)
{
	if (!slot)
		return;
	if (slot->fd >= 0)
		close(slot->fd);
	free(slot);
}
