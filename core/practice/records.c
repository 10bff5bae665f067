/* records.c — record blocks, hash tables over external ids, and an undo list for all-or-none. */

#include "base/base.h"
#include "practice/records.h"

#define INDEXES_MAX 4
#define SLOT_GONE UINT32_MAX

/* Open addressing; a slot holds a record number and its key's hash. Equal keys may stand several
 * times: an external id need not be unique. */
struct index {
	int field;
	bool fold; /* upper and lower case are one */
	struct slot {
		uint32_t number; /* 0 = free */
		uint32_t hash;
	} * slots;
	uint32_t size, used; /* size is a power of two; used counts SLOT_GONE too */
};

struct store {
	struct record **items; /* by number - 1 */
	uint64_t count, cap;
	int64_t alive;
	struct index indexes[INDEXES_MAX];
	int index_count;
};

struct undo {
	const struct schema_object *object;
	uint64_t number;
	struct record *before; /* NULL = it did not exist */
};

struct records {
	struct store *stores; /* by object index */
	int store_count;
	int depth; /* of begins */
	struct undo *undos;
	size_t undo_count, undo_cap;
};

int records_new(struct records **out, const struct schema *schema, struct err *err)
{
	struct records *records = calloc(1, sizeof(*records));

	*out = NULL;
	if (!records)
		return err_nomem(err);
	records->stores = calloc((size_t)schema->object_count, sizeof(*records->stores));
	if (!records->stores) {
		free(records);
		return err_nomem(err);
	}
	records->store_count = schema->object_count;
	for (int i = 0; i < schema->object_count; i++) {
		const struct schema_object *object = &schema->objects[i];
		struct store *store = &records->stores[i];

		for (int f = 0; f < object->field_count && store->index_count < INDEXES_MAX; f++) {
			unsigned flags = object->fields[f].flags;

			if (flags & (SCHEMA_UNIQUE | SCHEMA_EXTERNAL))
				store->indexes[store->index_count++] = (struct index){ .field = f,
					.fold = !(flags & SCHEMA_CASE_SENSITIVE) };
		}
	}
	*out = records;
	return 0;
}

void records_free(struct records *records)
{
	if (!records)
		return;
	for (int i = 0; i < records->store_count; i++) {
		struct store *store = &records->stores[i];

		for (uint64_t n = 0; n < store->count; n++)
			free(store->items[n]);
		for (int x = 0; x < store->index_count; x++)
			free(store->indexes[x].slots);
		free(store->items);
	}
	free(records->undos);
	free(records->stores);
	free(records);
}

/* ---- one record's block ---- */

static uint32_t read_length(const char **at)
{
	uint32_t value = 0;
	unsigned char c;
	int shift = 0;

	do {
		c = (unsigned char)*(*at)++;
		value |= (uint32_t)(c & 0x7f) << shift;
		shift += 7;
	} while (c & 0x80);
	return value;
}

static char *write_length(char *to, uint32_t value)
{
	while (value >= 0x80) {
		*to++ = (char)(value | 0x80);
		value >>= 7;
	}
	*to++ = (char)value;
	return to;
}

const char *record_text(const struct record *record, int field, uint32_t *len)
{
	const char *at = record->data;
	const char *end = at + record->len;

	while (at < end) {
		int have = (unsigned char)*at++;
		uint32_t n = read_length(&at);

		if (have == field) {
			*len = n;
			return at;
		}
		at += n;
	}
	*len = 0;
	return NULL;
}

static size_t length_size(uint32_t value)
{
	size_t size = 1;

	while (value >>= 7)
		size++;
	return size;
}

/* `old` (may be NULL) with the cells laid over it. */
static struct record *merge(const struct record *old, const struct cell *cells, int count)
{
	struct cell all[SCHEMA_FIELDS_MAX] = { { 0 } };
	struct record *record;
	size_t size = 0;
	char *to;

	if (old) {
		const char *at = old->data;
		const char *end = at + old->len;

		while (at < end) {
			uint8_t field = (uint8_t)*at++;

			all[field].len = read_length(&at);
			all[field].text = at;
			at += all[field].len;
		}
	}
	for (int i = 0; i < count; i++)
		all[cells[i].field] = cells[i];
	for (int f = 0; f < SCHEMA_FIELDS_MAX; f++) {
		if (all[f].text)
			size += 1 + length_size(all[f].len) + all[f].len;
	}
	record = malloc(sizeof(*record) + size);
	if (!record)
		return NULL;
	to = record->data;
	for (int f = 0; f < SCHEMA_FIELDS_MAX; f++) {
		if (!all[f].text)
			continue;
		*to++ = (char)f;
		to = write_length(to, all[f].len);
		memcpy(to, all[f].text, all[f].len);
		to += all[f].len;
	}
	record->len = (uint32_t)size;
	record->deleted = false;
	return record;
}

/* ---- indexes ---- */

static uint32_t hash_text(const char *text, uint32_t len, bool fold)
{
	uint32_t hash = 2166136261u;

	for (uint32_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (fold && c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + 32);
		hash = (hash ^ c) * 16777619u;
	}
	hash ^= hash >> 15; /* spread into the low bits that choose the slot */
	hash *= 2246822519u;
	return hash ^ hash >> 13;
}

static bool index_grow(struct index *index)
{
	uint32_t size = index->size ? index->size * 2 : 64;
	struct slot *slots = calloc(size, sizeof(*slots));

	if (!slots)
		return false;
	index->used = 0;
	for (uint32_t i = 0; i < index->size; i++) {
		struct slot slot = index->slots[i];
		uint32_t at = slot.hash & (size - 1);

		if (slot.number == 0 || slot.number == SLOT_GONE)
			continue;
		while (slots[at].number)
			at = (at + 1) & (size - 1);
		slots[at] = slot;
		index->used++;
	}
	free(index->slots);
	index->slots = slots;
	index->size = size;
	return true;
}

static bool index_add(struct index *index, const struct record *record, uint64_t number)
{
	uint32_t len;
	const char *text = record_text(record, index->field, &len);
	uint32_t hash;
	uint32_t at;

	if (!text)
		return true;
	if (index->used >= index->size / 4 * 3 && !index_grow(index))
		return false;
	hash = hash_text(text, len, index->fold);
	at = hash & (index->size - 1);
	while (index->slots[at].number)
		at = (at + 1) & (index->size - 1);
	index->slots[at] = (struct slot){ (uint32_t)number, hash };
	index->used++;
	return true;
}

static void index_remove(struct index *index, const struct record *record, uint64_t number)
{
	uint32_t len;
	const char *text = record_text(record, index->field, &len);
	uint32_t at;

	if (!text || !index->size)
		return;
	at = hash_text(text, len, index->fold) & (index->size - 1);
	while (index->slots[at].number && index->slots[at].number != number)
		at = (at + 1) & (index->size - 1);
	if (index->slots[at].number)
		index->slots[at].number = SLOT_GONE;
}

/* The same text in the field before and after: its slot may stay. */
static bool same_key(const struct index *index, const struct record *a, const struct record *b)
{
	uint32_t la;
	uint32_t lb;
	const char *ta = record_text(a, index->field, &la);
	const char *tb = record_text(b, index->field, &lb);

	return ta && tb && la == lb && memcmp(ta, tb, la) == 0;
}

/* Put `record` (NULL = nothing) in the number's place; returns what was there. */
static struct record *replace(struct store *store, uint64_t number, struct record *record)
{
	struct record *old = store->items[number - 1];
	const struct record *was = old && !old->deleted ? old : NULL;
	const struct record *is = record && !record->deleted ? record : NULL;

	for (int i = 0; i < store->index_count; i++) {
		struct index *index = &store->indexes[i];

		if (was && is && same_key(index, was, is))
			continue;
		if (was)
			index_remove(index, was, number);
		if (is)
			index_add(index, is, number);
	}
	store->alive += (is ? 1 : 0) - (was ? 1 : 0);
	store->items[number - 1] = record;
	return old;
}

/* ---- reading ---- */

const struct record *records_get(
	const struct records *records, const struct schema_object *object, uint64_t number)
{
	const struct store *store = &records->stores[object->index];

	return number && number <= store->count ? store->items[number - 1] : NULL;
}

uint64_t records_last(const struct records *records, const struct schema_object *object)
{
	return records->stores[object->index].count;
}

int64_t records_count(const struct records *records, const struct schema_object *object)
{
	return records->stores[object->index].alive;
}

static bool same_text(const char *a, const char *b, uint32_t len, bool fold)
{
	return fold ? strncasecmp(a, b, len) == 0 : memcmp(a, b, len) == 0;
}

uint64_t records_find(const struct records *records, const struct schema_object *object, int field,
	const char *text, uint32_t len, uint64_t after)
{
	const struct store *store = &records->stores[object->index];
	const struct index *index = store->indexes;
	bool passed = after == 0;
	uint32_t hash;

	while (index < store->indexes + store->index_count && index->field != field)
		index++;
	if (index == store->indexes + store->index_count || !index->size)
		return 0;
	hash = hash_text(text, len, index->fold);
	for (uint32_t at = hash & (index->size - 1); index->slots[at].number;
		at = (at + 1) & (index->size - 1)) {
		struct slot slot = index->slots[at];
		uint32_t have_len;
		const char *have;

		if (slot.hash != hash || slot.number == SLOT_GONE)
			continue;
		have = record_text(store->items[slot.number - 1], field, &have_len);
		if (have_len != len || !same_text(have, text, len, index->fold))
			continue;
		if (passed)
			return slot.number;
		passed = slot.number == after;
	}
	return 0;
}

/* ---- writing ---- */

/* Keep what was there until commit, or drop it. */
static void remember(struct records *records, const struct schema_object *object, uint64_t number,
	struct record *before)
{
	if (!records->depth) {
		free(before);
		return;
	}
	if (records->undo_count == records->undo_cap) {
		size_t cap = records->undo_cap ? records->undo_cap * 2 : 256;
		struct undo *undos = realloc(records->undos, cap * sizeof(*undos));

		if (!undos) {
			free(before); /* then this one change outlives a rollback */
			return;
		}
		records->undos = undos;
		records->undo_cap = cap;
	}
	records->undos[records->undo_count++] = (struct undo){ object, number, before };
}

static bool make_room(struct store *store)
{
	uint64_t cap = store->cap ? store->cap + store->cap / 2 : 64;
	struct record **items;

	if (store->count < store->cap)
		return true;
	items = realloc(store->items, (size_t)cap * sizeof(struct record *));
	if (!items)
		return false;
	store->items = items;
	store->cap = cap;
	return true;
}

uint64_t records_put(struct records *records, const struct schema_object *object, uint64_t number,
	const struct cell *cells, int count, int64_t now)
{
	struct store *store = &records->stores[object->index];
	const struct record *old = records_get(records, object, number);
	struct record *record = merge(old, cells, count);

	if (!record)
		return 0;
	record->created = old ? old->created : now;
	record->modified = now;
	if (!number) {
		if (!make_room(store)) {
			free(record);
			return 0;
		}
		store->items[store->count] = NULL;
		number = ++store->count;
	}
	remember(records, object, number, replace(store, number, record));
	return number;
}

void records_delete(
	struct records *records, const struct schema_object *object, uint64_t number, int64_t now)
{
	struct store *store = &records->stores[object->index];
	const struct record *old = records_get(records, object, number);
	struct record *record = old && !old->deleted ? merge(old, NULL, 0) : NULL;

	if (!record)
		return;
	record->created = old->created;
	record->modified = now;
	record->deleted = true;
	remember(records, object, number, replace(store, number, record));
}

size_t records_begin(struct records *records)
{
	records->depth++;
	return records->undo_count;
}

void records_commit(struct records *records)
{
	if (--records->depth > 0)
		return;
	for (size_t i = 0; i < records->undo_count; i++)
		free(records->undos[i].before);
	records->undo_count = 0;
}

void records_rollback(struct records *records, size_t mark)
{
	while (records->undo_count > mark) {
		struct undo *undo = &records->undos[--records->undo_count];

		free(replace(&records->stores[undo->object->index], undo->number, undo->before));
	}
	records->depth--;
}
