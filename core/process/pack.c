/* pack.c — rows on their way into the store, a packet at a time. */

#include "base/base.h"
#include "process/pack.h"
#include "base/clock.h"

#define LARGE (4u << 20) /* bytes */
#define KEEP (1u << 20)	 /* memory beyond this is given back after its packet */

void pack_init(struct pack *pack)
{
	buf_init(&pack->data, PACK_MAX);
}

void pack_free_fields(struct pack *pack)
{
	buf_free(&pack->data);
	key_map_free(&pack->keys);
}

void pack_clear(struct pack *pack)
{
	if (pack->data.cap > KEEP)
		buf_free(&pack->data);
	buf_reset(&pack->data);
	key_map_clear(&pack->keys);
	pack->count = 0;
}

bool pack_has(struct pack *pack, uint64_t key)
{
	int64_t *seen = key ? key_map_put(&pack->keys, key) : NULL;

	return seen && (*seen)++ > 0;
}

int pack_take(struct pack *pack, const struct pack_row *begun, const char *key, const char *source,
	size_t source_len, const struct err *problem, struct err *err)
{
	struct pack_row *row = &pack->rows[pack->count];
	struct buf *data = &pack->data;

	*row = *begun;
	row->record_len = data->len - row->record;
	row->key_text = data->len;
	buf_add(data, key, strlen(key) + 1);
	row->source = data->len;
	row->source_len = source_len;
	buf_add(data, source, source_len);
	if (problem) {
		row->rejected = true;
		row->reject = data->len;
		buf_addf(data, "%s: %s", problem->code, problem->text);
		buf_add_char(data, '\0');
	}
	if (!pack->count++)
		pack->begun = clock_mono();
	return buf_check(data, "a packet", err);
}

bool pack_is_large(const struct pack *pack)
{
	return pack->data.len >= LARGE;
}

bool pack_knows(const struct pack *pack, uint64_t key)
{
	return key && key_map_get(&pack->keys, key);
}

int pack_count_of(const struct pack *pack, uint64_t parent, int from)
{
	int count = 0;

	for (int i = from; parent && i < pack->count; i++)
		count += pack->rows[i].parent == parent;
	return count;
}

int pack_tail_of(const struct pack *pack, uint64_t parent)
{
	int first = pack->count;

	while (first > 0 && pack->rows[first - 1].parent == parent)
		first--;
	return first;
}

static size_t copy_part(struct buf *to, const char *part, size_t len)
{
	size_t at = to->len;

	buf_add(to, part, len);
	return at;
}

static void copy_row(struct pack *to, const struct pack *from, const struct pack_row *row)
{
	const char *data = buf_str(&from->data);
	struct pack_row *copy = &to->rows[to->count];

	*copy = *row;
	copy->record = copy_part(&to->data, data + row->record, row->record_len);
	copy->key_text =
		copy_part(&to->data, data + row->key_text, strlen(data + row->key_text) + 1);
	copy->source = copy_part(&to->data, data + row->source, row->source_len);
	if (row->rejected)
		copy->reject =
			copy_part(&to->data, data + row->reject, strlen(data + row->reject) + 1);
	if (!to->count++ || from->begun < to->begun)
		to->begun = from->begun;
	pack_has(to, row->key);
}

void pack_move_of(struct pack *to, struct pack *pack, uint64_t parent, int from)
{
	int kept = from;

	for (int i = from; i < pack->count; i++) {
		if (pack->rows[i].parent == parent)
			copy_row(to, pack, &pack->rows[i]);
		else
			pack->rows[kept++] = pack->rows[i];
	}
	pack->count = kept;
}

static int compare_order(const void *a, const void *b)
{
	const struct pack_row *left = a, *right = b;

	return (left->order > right->order) - (left->order < right->order);
}

void pack_join(struct pack *to, struct pack *from)
{
	for (int i = 0; i < from->count; i++)
		copy_row(to, from, &from->rows[i]);
	from->count = 0;
	qsort(to->rows, (size_t)to->count, sizeof(to->rows[0]), compare_order);
}

int pack_store(const struct pack *pack, struct store *store, const struct run_claim *claim,
	struct err *err)
{
	const char *data = buf_str(&pack->data);
	struct row_in rows[PACKET_ROWS_MAX];
	int64_t id;

	for (int i = 0; i < pack->count; i++) {
		const struct pack_row *row = &pack->rows[i];

		rows[i] = (struct row_in){ .key = data + row->key_text,
			.source = data + row->source,
			.source_len = row->source_len,
			.record = data + row->record,
			.record_len = row->record_len,
			.hash = row->hash,
			.reject = row->rejected ? data + row->reject : NULL };
	}
	return store_packet_add(&id, store, claim, rows, pack->count, err);
}
