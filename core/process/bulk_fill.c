/* bulk_fill.c — which rows go in the next job: the rules of order are those of the Collections
 * sender, a key at most once and nothing behind a row that waits. */

#include "base/base.h"
#include "process/bulk_private.h"
#include "process/gate.h"
#include "process/overtaken.h"
#include "base/clock.h"

uint64_t bulk_key_hash(const struct bulk *bulk, const char *key)
{
	return *key ? key_gate_hash(bulk->scope, key_hash(key, bulk->spec.kind)) : 0;
}

void bulk_empty(struct bulk *bulk)
{
	for (int i = 0; i < bulk->part_count; i++)
		free(bulk->parts[i].ids);
	bulk->part_count = 0;
	bulk->rows = bulk->fresh = 0;
	bulk->bytes = 0;
	bulk->job = 0;
	bulk->id[0] = '\0';
	bulk_sheet_free(bulk->sheet);
	bulk->sheet = NULL;
	bulk_match_free(bulk->match);
	bulk->match = NULL;
}

/* Keep the Ids of the chosen rows, in their order. */
static int keep_ids(struct bulk_part *part, const struct bulk *bulk, struct err *err)
{
	part->ids = calloc((size_t)row_set_count(&part->rows), sizeof(*part->ids));
	if (!part->ids)
		return err_nomem(err);
	for (int i = 0, at = 0; i < PACKET_ROWS_MAX; i++)
		if (row_set_has(&part->rows, i))
			memcpy(part->ids[at++], bulk->ids.ids[i], sizeof(part->ids[0]));
	return 0;
}

static int add_part(struct bulk *bulk, int64_t packet, const struct row_set *rows, struct err *err)
{
	struct bulk_part *part;

	if (bulk->part_count == bulk->part_room) {
		int room = bulk->part_room ? bulk->part_room * 2 : 64;
		struct bulk_part *bigger =
			reallocarray(bulk->parts, (size_t)room, sizeof(*bulk->parts));

		if (!bigger)
			return err_nomem(err);
		bulk->parts = bigger;
		bulk->part_room = room;
	}
	part = &bulk->parts[bulk->part_count++];
	*part = (struct bulk_part){ .packet = packet, .rows = *rows };
	return bulk->looks_up ? keep_ids(part, bulk, err) : 0;
}

int bulk_read_row(struct bulk_sheet *sheet, const struct bulk_part *part,
	const struct packet_out *packet, int position, const char **why, struct err *err)
{
	int at = 0;

	for (int i = 0; part->ids && i < position; i++)
		at += row_set_has(&part->rows, i);
	if (part->ids)
		bulk_sheet_give_id(sheet, part->ids[at]);
	return bulk_sheet_read(
		sheet, packet->records[position], packet->record_lens[position], false, why, err);
}

/* ---- Ids ---- */

static int ask_ids(void *ctx, struct bulk *bulk, struct err *err)
{
	int *first = ctx;
	int rc = 0;

	while (!rc && *first < bulk->ids.count) {
		int count = bulk->ids.count - *first;

		rc = lookup_keys(&bulk->lookup, bulk->spec.org, bulk->ids.keys + *first, &count,
			&bulk->answer, row_ids_found, &bulk->ids, err);
		if (!rc)
			*first += count;
	}
	return rc;
}

/* Of all rows of the packet, due or not. What cannot be asked for goes by Collections. */
static int find_ids(struct bulk *bulk, const struct packet_out *packet, struct err *err)
{
	int first = 0;

	row_ids_clear(&bulk->ids);
	for (int i = 0; i < packet->rows; i++)
		row_ids_add(&bulk->ids, &bulk->lookup, packet->records[i], packet->record_lens[i]);
	switch (bulk_ask_patiently(bulk, ask_ids, &first, true, err)) {
	case BULK_ENDED:
		return -(int)err->kind;
	case BULK_DONE:
		return 0;
	default:
		row_ids_clear(&bulk->ids);
		memset(bulk->ids.hits, 0, sizeof(bulk->ids.hits));
		err_clear(err);
		return 0;
	}
}

enum choice { CHOSEN, PASSED_OVER, OVERTAKEN, JOB_FULL };

/* A row that cannot go in this job keeps its place: later rows of its key wait behind it. */
static enum choice leave(struct bulk *bulk, uint64_t hash, int64_t message)
{
	backlog_keep(bulk->backlog, hash, message);
	return PASSED_OVER;
}

/*
 * What is to be mapped anew is few rows, from an operator's hand. What he edited meanwhile goes by
 * Collections, too: there it is held against what the jobs of this run have completed.
 */
static bool is_from_operator(const struct bulk *bulk, const struct packet_out *packet, int position)
{
	return row_set_has(&packet->remap, position) ||
	       (bulk->carried && row_set_has(&packet->edited, position));
}

static int choose_row(enum choice *choice, struct bulk *bulk, const struct packet_out *packet,
	int position, struct err *err)
{
	int64_t message = MESSAGE_ID(packet->packet, position);
	uint64_t hash = bulk_key_hash(bulk, packet->keys[position]);
	size_t bytes;
	const char *why;
	int rc;

	*choice = PASSED_OVER;
	if (!row_set_has(&packet->due, position)) {
		if (!row_set_has(&packet->waiting, position))
			backlog_forget(bulk->backlog, hash, message);
		return 0;
	}
	if (!backlog_admit(bulk->backlog, hash, message))
		return 0;
	if (overtaken_row(bulk->backlog, packet, position, hash)) {
		backlog_withdraw(bulk->backlog, hash, message);
		*choice = OVERTAKEN;
		return 0;
	}
	/* What the org refused for now is tried again in smaller company. */
	if (backlog_row(bulk->backlog, message).tries || is_from_operator(bulk, packet, position)) {
		*choice = leave(bulk, hash, message);
		return 0;
	}
	/* What has no record, or several, fails by Collections. */
	if (bulk->looks_up && bulk->ids.hits[position] != 1) {
		*choice = leave(bulk, hash, message);
		return 0;
	}
	if (bulk->looks_up)
		bulk_sheet_give_id(bulk->sheet, bulk->ids.ids[position]);
	rc = bulk_sheet_read(bulk->sheet, packet->records[position], packet->record_lens[position],
		true, &why, err);
	if (rc) {
		*choice = leave(bulk, hash, message);
		return rc < 0 ? rc : 0;
	}
	bytes = bulk->bytes + bulk_sheet_row_bytes(bulk->sheet);
	if (bulk->rows && bytes + (size_t)(bulk->rows + 2) * bulk_sheet_columns(bulk->sheet) >
				  BULK_JOB_BYTES - 32000 /* the header */) {
		backlog_withdraw(bulk->backlog, hash, message);
		*choice = JOB_FULL;
		return 0;
	}
	backlog_keep(bulk->backlog, hash, message);
	bulk->bytes = bytes;
	bulk->rows++;
	bulk->fresh += !row_set_has(&packet->tried, position);
	*choice = CHOSEN;
	return 0;
}

/* True in *full when the job takes no more; the packet is then looked at again for the next. */
static int choose_rows(
	bool *full, struct bulk *bulk, const struct packet_out *packet, struct err *err)
{
	struct row_set rows = { { 0 } };
	struct row_set overtaken = { { 0 } };
	int count = 0;
	int rc = 0;

	for (int i = 0; i < packet->rows && !*full && rc == 0; i++) {
		enum choice choice;

		rc = choose_row(&choice, bulk, packet, i, err);
		if (choice == CHOSEN) {
			row_set_add(&rows, i);
			count++;
		}
		if (choice == OVERTAKEN)
			row_set_add(&overtaken, i);
		*full = choice == JOB_FULL;
	}
	if (!*full)
		bulk->cursor = packet->packet;
	if (rc == 0 && row_set_count(&overtaken))
		rc = overtaken_cancel(&bulk->spec, packet->packet, &overtaken, err);
	return rc == 0 && count ? add_part(bulk, packet->packet, &rows, err) : rc;
}

int bulk_fill(struct bulk *bulk, struct err *err)
{
	const struct run_info *info = bulk->spec.info;
	bool full = false;
	int rc;

	bulk_empty(bulk);
	bulk->cursor = 0;
	rc = bulk_sheet_new(&bulk->sheet, info->operation, &bulk->keys, err);
	while (rc == 0 && !full && bulk->rows + PACKET_ROWS_MAX <= BULK_JOB_ROWS &&
		bulk->part_count < BULK_JOB_PACKETS && !backlog_full(bulk->backlog)) {
		struct packet_out packet;

		rc = bulk_check_ends(bulk, err);
		if (rc == 0)
			rc = view_packet_due(&packet, bulk->view, info->id, bulk->cursor,
				clock_now(), NULL, err);
		if (rc)
			break;
		if (bulk->looks_up)
			rc = find_ids(bulk, &packet, err);
		if (rc == 0)
			rc = choose_rows(&full, bulk, &packet, err);
		packet_out_free(&packet);
	}
	if (rc == -ERR_NOT_FOUND) {
		err_clear(err);
		rc = 0;
	}
	/* A few rows that were sent before are no reason for a job. */
	if (rc == 0 && !bulk->fresh && !bulk->anew && bulk->rows <= bulk->spec.interface->threshold)
		bulk_empty(bulk);
	return rc;
}
