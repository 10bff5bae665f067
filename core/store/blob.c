/* blob.c — how the rows of a packet lie in its blobs; sizes are the point, and checked reading. */

#include "base/base.h"
#include "store/blob.h"

#include <endian.h>

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

int blob_damaged(const char *what, struct err *err)
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
			return blob_damaged("keys", err);
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
		return blob_damaged(what, err);
	for (int i = 0; i < rows; i++) {
		uint32_t size = read_u32(data + (size_t)i * 4);

		if (size > len - at)
			return blob_damaged(what, err);
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
		return blob_damaged("source rows", err);
	return read_slices(
		sources, (const char *)data + hashes, len - hashes, rows, "source rows", err);
}
