/* gather.c — messages as lines of the monitor, with their texts in one piece of memory. */

#include "base/base.h"
#include "base/text.h"
#include "store/gather.h"

#define TEXTS_MAX (256u << 20)

void gather_init(struct gather *gather)
{
	memset(gather, 0, sizeof(*gather));
	buf_init(&gather->texts, TEXTS_MAX);
}

void gather_free(struct gather *gather)
{
	free(gather->messages);
	free(gather->offsets);
	buf_free(&gather->texts);
	gather_init(gather);
}

static int make_room(struct gather *gather, struct err *err)
{
	int room = gather->room ? gather->room * 2 : 32;
	struct message *messages;
	struct text_offsets *offsets;

	if (gather->count < gather->room)
		return 0;
	messages = realloc(gather->messages, (size_t)room * sizeof(*messages));
	if (messages)
		gather->messages = messages;
	offsets = realloc(gather->offsets, (size_t)room * sizeof(*offsets));
	if (offsets)
		gather->offsets = offsets;
	if (!messages || !offsets)
		return err_nomem(err);
	gather->room = room;
	return 0;
}

static size_t keep(struct gather *gather, const char *text)
{
	size_t at = gather->texts.len;

	buf_add(&gather->texts, text ? text : "", text ? strlen(text) + 1 : 1);
	return at;
}

/* What only a row of its own has ... */
static void fill_own(struct message *msg, struct text_offsets *at, struct gather *gather,
	const struct scan *scan, int position)
{
	const struct row_detail *detail = &scan->packet.details[position];
	const char *words = scan->view->words.data;

	msg->time = detail->time;
	msg->created = detail->created;
	msg->edited = detail->edited;
	text_copy(msg->salesforce_id, sizeof(msg->salesforce_id), detail->salesforce_id);
	at->code = keep(gather, words + detail->code);
	at->comment = keep(gather, words + detail->comment);
	at->fields = keep(gather, words + detail->fields);
}

/* ... and what the base rows share, or the result of their attempt knows. */
static void fill_base(struct message *msg, struct text_offsets *at, struct gather *gather,
	const struct scan *scan, int position)
{
	const struct packet *packet = &scan->packet.head;
	const struct result_ids *ids = &scan->packet.ids;

	msg->time = packet->base_time;
	if (row_set_has(&ids->succeeded, position)) {
		msg->created = row_set_has(&ids->created, position);
		text_copy(msg->salesforce_id, sizeof(msg->salesforce_id), ids->ids[position]);
	}
	at->code = keep(gather, packet->code);
	at->comment = keep(gather, packet->comment);
	at->fields = keep(gather, NULL);
}

const char *message_outcome(const struct message *msg)
{
	return msg->created ? "created" : msg->repeated ? "created or updated" : "updated";
}

static enum write_back write_back_of(const struct packet *packet, int position)
{
	struct row_set open = packet_unwritten(packet);

	if (row_set_has(&open, position))
		return WRITE_BACK_OPEN;
	if (row_set_has(&packet->unmatched, position))
		return WRITE_BACK_UNMATCHED;
	return row_set_has(&packet->written, position) ? WRITE_BACK_DONE : WRITE_BACK_NONE;
}

int gather_add(struct gather *gather, struct scan *scan, int position, struct err *err)
{
	const struct scan_packet *current = &scan->packet;
	const struct packet_row *row = packet_row(&current->head, position);
	struct text_offsets *at;
	struct message *msg;
	int rc = make_room(gather, err);

	if (rc == 0)
		rc = scan_keys(scan, err);
	if (rc == 0)
		rc = scan_details(scan, err);
	if (rc == 0)
		rc = scan_ids(scan, err);
	if (rc != 0)
		return rc;
	msg = &gather->messages[gather->count];
	at = &gather->offsets[gather->count];
	memset(msg, 0, sizeof(*msg));
	msg->id = MESSAGE_ID(current->head.id, position);
	msg->run = current->head.run;
	msg->status = row->status;
	msg->attempts = row->attempts;
	msg->repeated = current->run->upserts && row->attempts > 1;
	msg->next_try = row->next_try;
	msg->superseded = row_set_has(&current->head.superseded, position);
	msg->write_back = write_back_of(&current->head, position);
	at->interface = keep(gather, current->run->interface);
	at->key = keep(gather, current->keys[position]);
	if (row_set_has(&current->head.own, position))
		fill_own(msg, at, gather, scan, position);
	else
		fill_base(msg, at, gather, scan, position);
	gather->count++;
	return buf_check(&gather->texts, "a window", err);
}

void gather_reverse(struct gather *gather)
{
	for (int i = 0, j = gather->count - 1; i < j; i++, j--) {
		struct message msg = gather->messages[i];
		struct text_offsets at = gather->offsets[i];

		gather->messages[i] = gather->messages[j];
		gather->offsets[i] = gather->offsets[j];
		gather->messages[j] = msg;
		gather->offsets[j] = at;
	}
}

int gather_finish(
	struct message **messages, void **arena, int *count, struct gather *gather, struct err *err)
{
	char *texts = buf_detach(&gather->texts);

	if (!texts)
		return err_nomem(err);
	for (int i = 0; i < gather->count; i++) {
		const struct text_offsets *at = &gather->offsets[i];
		struct message *msg = &gather->messages[i];

		msg->interface = texts + at->interface;
		msg->key = texts + at->key;
		msg->code = texts + at->code;
		msg->comment = texts + at->comment;
		msg->fields = texts + at->fields;
	}
	*messages = gather->messages;
	*arena = texts;
	*count = gather->count;
	gather->messages = NULL;
	gather_free(gather);
	return 0;
}
