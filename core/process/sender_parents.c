/*
 * sender_parents.c — packets in flight at the same time share no parent that a save locks: one that
 * would, is parked. It keeps its rows' keys meanwhile, so that nothing overtakes them.
 */

#include "base/base.h"
#include "process/sender_private.h"
#include "process/gate.h"
#include "base/clock.h"

#define VALUE_MAX 256 /* bytes that tell parents apart */

void sender_parents_init(struct sender *sender)
{
	const struct sender_spec *spec = &sender->spec;

	sender->lock_count =
		parent_fields(sender->lock_fields, &spec->interface->mapping, spec->describe);
	for (int i = 0; i < sender->lock_count; i++) {
		const struct parent_field *field = &sender->lock_fields[i];
		const struct text_list *targets = &field->lookup->targets;
		char what[160];

		snprintf(what, sizeof(what), "%.80s.%.70s",
			targets->count == 1 ? targets->items[0] : field->lookup->name,
			field->inner ? field->inner : "Id");
		sender->lock_scopes[i] = key_gate_scope(spec->org_id, what);
	}
}

/* The parents of the flight's rows, row by row. */
static int list_parents(uint64_t *parents, const struct sender *sender, const struct flight *flight)
{
	const struct packet_out *packet = &flight->packet;
	char text[VALUE_MAX];
	const char *value;
	size_t len;
	int count = 0;

	for (int i = 0; i < flight->count * sender->lock_count; i++) {
		int position = flight->positions[i / sender->lock_count];
		int which = i % sender->lock_count;
		const struct parent_field *field = &sender->lock_fields[which];

		if (!collection_record_parent(packet->records[position],
			    packet->record_lens[position], field->member, field->inner, &value,
			    &len))
			continue;
		snprintf(text, sizeof(text), "%.*s", (int)(len < VALUE_MAX ? len : VALUE_MAX),
			value);
		parents[count++] = key_gate_hash(sender->lock_scopes[which],
			key_hash(text, field->inner ? KEY_FOLDED : KEY_ID));
	}
	return count;
}

bool sender_parents_enter(struct sender *sender, const struct flight *flight)
{
	uint64_t parents[PACKET_ROWS_MAX * PARENT_FIELDS_MAX];
	int count = sender->lock_count ? list_parents(parents, sender, flight) : 0;

	return !count ||
	       key_gate_enter(sender->spec.env->gate, flight->packet.packet, parents, count);
}

bool sender_parents_open(const struct sender *sender, const struct flight *flight)
{
	return key_gate_open_for(sender->spec.env->gate, flight->packet.packet);
}

void sender_parents_leave(const struct sender *sender, const struct flight *flight)
{
	if (sender->lock_count)
		key_gate_left(sender->spec.env->gate, flight->packet.packet);
}
