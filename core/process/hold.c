/* hold.c — two tables over hashes, filled from the store before reading starts. */

#include "base/base.h"
#include "process/hold.h"
#include "process/key_map.h"
#include "store/watermark.h"

#define OPEN                                                                                       \
	(-1) /* the value of a key with an open message; others: the hash of the failed row        \
	      */

struct hold {
	enum operation operation;
	enum key_kind kind;
	struct key_map sent;	/* key -> hash of the row that Completed last, 0 = it did not */
	bool failed_too;	/* rows that failed before are read again */
	struct key_map held;	/* key -> OPEN, or hash of the row that failed */
	struct key_map stored;	/* identity of a stored row -> how often */
	struct key_map earlier; /* the same of earlier runs that read the same rows */
};

/*
 * What makes a row the same as one that was stored. For Insert the key alone, since a second record
 * would be a double; otherwise key and content, so that a row that changed meanwhile is sent.
 */
static uint64_t identity(const struct hold *hold, uint64_t key, uint64_t row)
{
	uint64_t hash = key;

	if (hold->operation != OPERATION_INSERT || !key)
		hash = (key ^ row) * UINT64_C(0x9e3779b97f4a7c15) + row;
	return hash ? hash : 1;
}

static int add_open_key(
	void *ctx, const char *key, bool open, uint64_t failed_hash, struct err *err)
{
	struct hold *hold = ctx;
	int64_t *value;

	if (!open && hold->failed_too)
		return 0;
	value = key_map_put(&hold->held, key_hash(key, hold->kind));
	if (!value)
		return err_nomem(err);
	if (*value != OPEN)
		*value = open ? OPEN : (int64_t)failed_hash;
	return 0;
}

static int count_row(
	struct hold *hold, struct key_map *rows, const char *key, uint64_t hash, struct err *err)
{
	uint64_t key_part = *key ? key_hash(key, hold->kind) : 0;
	int64_t *count = key_map_put(rows, identity(hold, key_part, hash));

	if (!count)
		return err_nomem(err);
	++*count;
	return 0;
}

static int add_stored_row(
	void *ctx, const char *key, uint64_t hash, enum message_status status, struct err *err)
{
	struct hold *hold = ctx;

	(void)status;
	return count_row(hold, &hold->stored, key, hash, err);
}

/* What failed is read again where it was told to; what was cancelled was never sent. */
static int add_earlier_row(
	void *ctx, const char *key, uint64_t hash, enum message_status status, struct err *err)
{
	struct hold *hold = ctx;

	if (status != MESSAGE_COMPLETED)
		return 0;
	return count_row(hold, &hold->earlier, key, hash, err);
}

int hold_new(struct hold **out, struct view *view, const struct run_info *info, enum key_kind kind,
	bool again, struct err *err)
{
	struct hold *hold = calloc(1, sizeof(*hold));
	int rc;

	if (!hold)
		return err_nomem(err);
	hold->operation = info->operation;
	hold->kind = kind;
	hold->failed_too = info->again;
	rc = view_open_keys(view, info->interface, info->id, add_open_key, hold, err);
	if (!rc && again)
		rc = view_stored_rows(view, info->id, add_stored_row, hold, err);
	if (rc) {
		hold_free(hold);
		return rc;
	}
	*out = hold;
	return 0;
}

int hold_add_earlier(struct hold *hold, struct view *view, int64_t run, struct err *err)
{
	return view_stored_rows(view, run, add_earlier_row, hold, err);
}

static int add_sent_row(void *ctx, const char *key, uint64_t hash, bool sent_so, struct err *err)
{
	struct hold *hold = ctx;
	uint64_t key_part = key_hash(key, hold->kind);
	int64_t *value;

	if (key_map_get(&hold->sent, key_part))
		return 0; /* a younger row of the key was there */
	if (hold->sent.count >= HOLD_SENT_MAX)
		return 1;
	value = key_map_put(&hold->sent, key_part);
	if (!value)
		return err_nomem(err);
	*value = sent_so ? (int64_t)hash : 0;
	return 0;
}

int hold_add_sent(struct hold *hold, struct view *view, const struct run_info *info,
	uint64_t mapping, struct err *err)
{
	return view_last_rows(view, info->interface, info->id, mapping, add_sent_row, hold, err);
}

void hold_free(struct hold *hold)
{
	if (!hold)
		return;
	key_map_free(&hold->held);
	key_map_free(&hold->stored);
	key_map_free(&hold->earlier);
	key_map_free(&hold->sent);
	free(hold);
}

/* Is there one left of the rows counted in `rows`? */
static bool take_one(struct key_map *rows, const struct hold *hold, uint64_t key, uint64_t row)
{
	int64_t *count = rows->count ? key_map_get(rows, identity(hold, key, row)) : NULL;

	return count && (*count)-- > 0;
}

/* The next row of the key in this reading is another one, and compared with nothing. */
static bool is_sent(struct hold *hold, uint64_t key, uint64_t row)
{
	int64_t *value = key && hold->sent.count ? key_map_get(&hold->sent, key) : NULL;
	bool same = value && *value && *value == (int64_t)row;

	if (value)
		*value = 0;
	return same;
}

enum hold_verdict hold_check(struct hold *hold, uint64_t key, uint64_t row)
{
	int64_t *value;

	if (take_one(&hold->stored, hold, key, row))
		return HOLD_PASSED;
	value = key && hold->held.count ? key_map_get(&hold->held, key) : NULL;
	if (value && (*value == OPEN || *value == (int64_t)row))
		return HOLD_HELD;
	if (is_sent(hold, key, row))
		return HOLD_SKIPPED;
	return take_one(&hold->earlier, hold, key, row) ? HOLD_SKIPPED : HOLD_STORE;
}
