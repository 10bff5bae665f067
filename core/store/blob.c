/* blob.c — how the rows of a packet lie in its blobs; sizes are the point, and checked reading. */

#include "base/base.h"
#include "base/text.h"
#include "store/blob.h"

#include <endian.h>

static void add_u16(struct buf *out, size_t value)
{
	uint16_t le = htole16((uint16_t)value);

	buf_add(out, &le, sizeof(le));
}

static uint32_t read_u32(const void *data)
{
	uint32_t le;

	memcpy(&le, data, sizeof(le));
	return le32toh(le);
}

uint64_t blob_u64(const void *data)
{
	uint64_t le;

	memcpy(&le, data, sizeof(le));
	return le64toh(le);
}

static int damaged(const char *what, struct err *err)
{
	return err_set(
		err, ERR_STORE, "the store is damaged: the %s of a packet do not fit it", what);
}

/* ---- row sets ---- */

void row_set_add(struct row_set *set, int position)
{
	set->bits[position / 64] |= 1ull << position % 64;
}

bool row_set_has(const struct row_set *set, int position)
{
	return set->bits[position / 64] >> position % 64 & 1;
}

int row_set_count(const struct row_set *set)
{
	int count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(set->bits); i++)
		count += __builtin_popcountll(set->bits[i]);
	return count;
}

void blob_set_write(unsigned char out[BLOB_SET_LEN], const struct row_set *set)
{
	for (size_t i = 0; i < ARRAY_SIZE(set->bits); i++) {
		uint64_t le = htole64(set->bits[i]);

		memcpy(out + i * sizeof(le), &le, sizeof(le));
	}
}

void blob_set_read(struct row_set *set, const void *data, size_t len)
{
	*set = (struct row_set){ { 0 } };
	if (!data || len != BLOB_SET_LEN)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(set->bits); i++)
		set->bits[i] = blob_u64((const char *)data + i * 8);
}

/* ---- keys, records, source rows ---- */

void blob_keys_write(struct buf *out, const struct row_in *rows, int count)
{
	for (int i = 0; i < count; i++)
		buf_add(out, rows[i].key, strlen(rows[i].key) + 1);
}

void blob_records_write(struct buf *out, const struct row_in *rows, int count)
{
	uint32_t lens[PACKET_ROWS_MAX] = { 0 };

	for (int i = 0; i < count; i++)
		lens[i] = htole32((uint32_t)rows[i].record_len);
	buf_add(out, lens, (size_t)count * sizeof(lens[0]));
	for (int i = 0; i < count; i++)
		buf_add(out, rows[i].record, rows[i].record_len);
}

void blob_sources_write(struct buf *out, const struct row_in *rows, int count)
{
	uint64_t hashes[PACKET_ROWS_MAX] = { 0 };
	uint32_t lens[PACKET_ROWS_MAX] = { 0 };

	for (int i = 0; i < count; i++) {
		hashes[i] = htole64(rows[i].hash);
		lens[i] = htole32((uint32_t)rows[i].source_len);
	}
	buf_add(out, hashes, (size_t)count * sizeof(hashes[0]));
	buf_add(out, lens, (size_t)count * sizeof(lens[0]));
	for (int i = 0; i < count; i++)
		buf_add(out, rows[i].source, rows[i].source_len);
}

int blob_keys_read(
	const char *keys[PACKET_ROWS_MAX], const void *data, size_t len, int rows, struct err *err)
{
	const char *at = data;
	const char *end = at + len;

	for (int i = 0; i < rows; i++) {
		const char *nul = at < end ? memchr(at, '\0', (size_t)(end - at)) : NULL;

		if (!nul)
			return damaged("keys", err);
		keys[i] = at;
		at = nul + 1;
	}
	return 0;
}

/* Lengths at `data`, then what they measure. */
static int read_slices(struct slice *slices, const char *data, size_t len, int rows,
	const char *what, struct err *err)
{
	size_t at = (size_t)rows * 4;

	if (len < at)
		return damaged(what, err);
	for (int i = 0; i < rows; i++) {
		uint32_t size = read_u32(data + (size_t)i * 4);

		if (size > len - at)
			return damaged(what, err);
		slices[i] = (struct slice){ data + at, size };
		at += size;
	}
	return 0;
}

int blob_records_read(struct slice records[PACKET_ROWS_MAX], const void *data, size_t len, int rows,
	struct err *err)
{
	return read_slices(records, data, len, rows, "records", err);
}

int blob_sources_read(struct slice sources[PACKET_ROWS_MAX], const void *data, size_t len, int rows,
	struct err *err)
{
	size_t hashes = (size_t)rows * 8;

	if (len < hashes)
		return damaged("source rows", err);
	return read_slices(
		sources, (const char *)data + hashes, len - hashes, rows, "source rows", err);
}

/* ---- results ---- */

/*
 * Layout: u8 number of successes; if any: u8 kept length of an id (bit 7: 15 characters are kept,
 * the suffix is made again), u8 length of what all ids begin with, that, one bit a success for
 * "created", the rest of every id. Then entries up to the end, one for neighbours that share their
 * words: u8 number of rows, their positions, u8 event, u8 length and code, u16 length and text,
 * u16 length and fields. The successes are the rows that no entry names.
 */
#define SUFFIX 0x80
#define TEXT_MAX 4000
#define FIELDS_MAX 1000

void blob_id_suffix(char suffix[4], const char *id15)
{
	for (int group = 0; group < 3; group++) {
		int bits = 0;

		for (int i = 0; i < 5; i++) {
			if (id15[group * 5 + i] >= 'A' && id15[group * 5 + i] <= 'Z')
				bits |= 1 << i;
		}
		suffix[group] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits];
	}
	suffix[3] = '\0';
}

/* Can 18 characters be made again from the first 15? */
static bool has_suffix(const char *id)
{
	char suffix[4];

	if (strnlen(id, 19) != 18)
		return false;
	blob_id_suffix(suffix, id);
	return memcmp(suffix, id + 15, 3) == 0;
}

static void write_ids(struct buf *out, const struct row_result *const *results, int count)
{
	const struct row_result *done[PACKET_ROWS_MAX];
	unsigned char created[(PACKET_ROWS_MAX + 7) / 8] = { 0 };
	unsigned char kept = 15 | SUFFIX;
	size_t shared;
	int n = 0;

	for (int i = 0; i < count; i++) {
		if (results[i]->event != EVENT_SUCCEED)
			continue;
		if (results[i]->created)
			created[n / 8] |= (unsigned char)(1u << n % 8);
		if (!has_suffix(results[i]->salesforce_id))
			kept = 18;
		done[n++] = results[i];
	}
	buf_add_char(out, (char)n);
	if (n == 0)
		return;
	shared = kept & ~SUFFIX & 0xff;
	for (int i = 1; i < n; i++) {
		while (memcmp(done[0]->salesforce_id, done[i]->salesforce_id, shared) != 0)
			shared--;
	}
	buf_add_char(out, (char)kept);
	buf_add_char(out, (char)shared);
	buf_add(out, done[0]->salesforce_id, shared);
	buf_add(out, created, (size_t)(n + 7) / 8);
	for (int i = 0; i < n; i++)
		buf_add(out, done[i]->salesforce_id + shared, (kept & ~SUFFIX & 0xff) - shared);
}

static size_t capped(const char *text, size_t max)
{
	size_t len = text ? strnlen(text, max) : 0;

	return len < max ? len : text_utf8_prefix(text, len);
}

static bool same_words(const struct row_result *a, const struct row_result *b)
{
	return a->event == b->event && strcmp(a->code, b->code) == 0 &&
	       text_equal(a->text, b->text) && text_equal(a->fields, b->fields);
}

static void write_entry(
	struct buf *out, const unsigned char *positions, int count, const struct row_result *result)
{
	size_t code = strnlen(result->code, sizeof(result->code) - 1);
	size_t text = capped(result->text, TEXT_MAX);
	size_t fields = capped(result->fields, FIELDS_MAX);

	buf_add_char(out, (char)count);
	buf_add(out, positions, (size_t)count);
	buf_add_char(out, (char)result->event);
	buf_add_char(out, (char)code);
	buf_add(out, result->code, code);
	add_u16(out, text);
	buf_add(out, result->text, text);
	add_u16(out, fields);
	buf_add(out, result->fields, fields);
}

void blob_result_write(struct buf *out, const struct row_result *const *results, int count)
{
	unsigned char positions[PACKET_ROWS_MAX];
	const struct row_result *group = NULL;
	int members = 0;

	write_ids(out, results, count);
	for (int i = 0; i < count; i++) {
		if (results[i]->event == EVENT_SUCCEED)
			continue;
		if (group && !same_words(group, results[i])) {
			write_entry(out, positions, members, group);
			members = 0;
		}
		group = results[i];
		positions[members++] = (unsigned char)results[i]->position;
	}
	if (group)
		write_entry(out, positions, members, group);
}

/* A walk over bytes that were checked for nothing yet. */
struct cursor {
	const unsigned char *at, *end;
	bool broken;
};

static const unsigned char *take(struct cursor *cursor, size_t len)
{
	const unsigned char *at = cursor->at;

	if (cursor->broken || (size_t)(cursor->end - at) < len) {
		cursor->broken = true;
		return NULL;
	}
	cursor->at += len;
	return at;
}

static size_t take_u8(struct cursor *cursor)
{
	const unsigned char *at = take(cursor, 1);

	return at ? at[0] : 0;
}

static size_t take_u16(struct cursor *cursor)
{
	const unsigned char *at = take(cursor, 2);

	return at ? (size_t)at[0] | (size_t)at[1] << 8 : 0;
}

static struct slice take_slice(struct cursor *cursor, size_t len)
{
	const unsigned char *at = take(cursor, len);

	return (struct slice){ at ? (const char *)at : "", at ? (uint32_t)len : 0 };
}

/* The header of the ids, and where they are. */
struct ids {
	size_t count, kept, shared;
	bool suffix;
	const unsigned char *start, *created, *rest;
};

static void take_ids(struct ids *ids, struct cursor *cursor)
{
	size_t kept;

	memset(ids, 0, sizeof(*ids));
	ids->count = take_u8(cursor);
	if (ids->count == 0)
		return;
	kept = take_u8(cursor);
	ids->suffix = kept & SUFFIX;
	ids->kept = kept & (SUFFIX - 1);
	ids->shared = take_u8(cursor);
	if (ids->count > PACKET_ROWS_MAX || ids->kept != (ids->suffix ? 15u : 18u) ||
		ids->shared > ids->kept) {
		cursor->broken = true;
		return;
	}
	ids->start = take(cursor, ids->shared);
	ids->created = take(cursor, (ids->count + 7) / 8);
	ids->rest = take(cursor, ids->count * (ids->kept - ids->shared));
}

static void read_id(char id[19], const struct ids *ids, size_t index)
{
	size_t own = ids->kept - ids->shared;

	memcpy(id, ids->start, ids->shared);
	memcpy(id + ids->shared, ids->rest + index * own, own);
	id[ids->kept] = '\0';
	if (ids->suffix)
		blob_id_suffix(id + 15, id);
}

/* The next entry's words, and its positions. */
static void take_entry(struct result_row *row, struct slice *positions, struct cursor *cursor)
{
	size_t event;

	*positions = take_slice(cursor, take_u8(cursor));
	event = take_u8(cursor);
	row->code = take_slice(cursor, take_u8(cursor));
	row->text = take_slice(cursor, take_u16(cursor));
	row->fields = take_slice(cursor, take_u16(cursor));
	row->event = (enum message_event)event;
	if (event >= MESSAGE_EVENT_COUNT)
		cursor->broken = true;
}

static bool names(struct slice positions, int position)
{
	return positions.len && memchr(positions.data, position, positions.len);
}

/* The rows of `set` that no entry names must be as many as there are ids. */
static bool find_successes(
	struct row_set *out, const struct row_set *set, size_t ids, struct cursor entries)
{
	struct result_row row;
	struct slice positions;

	*out = *set;
	while (entries.at < entries.end && !entries.broken) {
		take_entry(&row, &positions, &entries);
		for (uint32_t i = 0; i < positions.len; i++) {
			unsigned char position = (unsigned char)positions.data[i];

			out->bits[position / 64] &= ~(1ull << position % 64);
		}
	}
	return !entries.broken && (size_t)row_set_count(out) == ids;
}

/* How many rows of `set` come before `position`. */
static size_t rank(const struct row_set *set, int position)
{
	size_t count = 0;

	for (int i = 0; i < position / 64; i++)
		count += (size_t)__builtin_popcountll(set->bits[i]);
	if (position % 64)
		count += (size_t)__builtin_popcountll(
			set->bits[position / 64] & ((1ull << position % 64) - 1));
	return count;
}

int blob_result_read(struct result_row *out, const void *data, size_t len,
	const struct row_set *set, int position, struct err *err)
{
	struct cursor cursor = { data, (const unsigned char *)data + len, false };
	struct row_set succeeded;
	struct slice positions;
	struct ids ids;

	memset(out, 0, sizeof(*out));
	take_ids(&ids, &cursor);
	if (cursor.broken || !find_successes(&succeeded, set, ids.count, cursor))
		return damaged("results", err);
	if (row_set_has(&succeeded, position)) {
		size_t index = rank(&succeeded, position);

		out->event = EVENT_SUCCEED;
		out->created = ids.created[index / 8] >> index % 8 & 1;
		read_id(out->salesforce_id, &ids, index);
		out->code = out->text = out->fields = (struct slice){ "", 0 };
		return 0;
	}
	while (cursor.at < cursor.end) {
		take_entry(out, &positions, &cursor);
		if (names(positions, position))
			return 0;
	}
	return err_set(err, ERR_NOT_FOUND, "this attempt did not carry that row");
}

int blob_result_ids(struct result_ids *out, const void *data, size_t len, const struct row_set *set,
	struct err *err)
{
	struct cursor cursor = { data, (const unsigned char *)data + len, false };
	struct ids ids;
	size_t index = 0;

	memset(&out->created, 0, sizeof(out->created));
	take_ids(&ids, &cursor);
	if (cursor.broken || !find_successes(&out->succeeded, set, ids.count, cursor))
		return damaged("results", err);
	for (int i = 0; i < PACKET_ROWS_MAX; i++) {
		if (!row_set_has(&out->succeeded, i))
			continue;
		read_id(out->ids[i], &ids, index);
		if (ids.created[index / 8] >> index % 8 & 1)
			row_set_add(&out->created, i);
		index++;
	}
	return 0;
}
