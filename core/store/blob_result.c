/* blob_result.c — what the org said of the rows of one attempt: ids without what they share. */

#include "base/base.h"
#include "base/text.h"
#include "model/message.h"
#include "store/blob.h"

#include <endian.h>

/*
 * Layout: u8 number of successes; if any: u8 kept length of an id (bit 7: 15 characters are kept,
 * the suffix is made again), u8 length of what all ids begin with, that, one bit a success for
 * "created", the rest of every id. Then entries up to the end, one for neighbours that share their
 * words: u8 number of rows, their positions, u8 event with the bits below, u8 length and code, u16
 * length and text, u16 length and fields, u16 length and answer where there is one. The successes
 * are the rows that no entry names.
 */
#define SUFFIX 0x80
#define HAS_ANSWER 0x80
#define ANSWER_CUT 0x40
#define UNSENT 0x20
#define EVENT_BITS 0x1f
#define TEXT_MAX 4000
#define FIELDS_MAX 1000

static void add_u16(struct buf *out, size_t value)
{
	uint16_t le = htole16((uint16_t)value);

	buf_add(out, &le, sizeof(le));
}

/* Can 18 characters be made again from the first 15? */
static bool has_suffix(const char *id)
{
	char suffix[4];

	if (strnlen(id, 19) != 18)
		return false;
	record_id_suffix(suffix, id);
	return memcmp(suffix, id + 15, 3) == 0;
}

#define ID_LEN 18

/* The ids of the successes, padded with NULs; those of a well-formed answer keep 15 characters. */
static int collect_ids(char ids[][ID_LEN], unsigned char *created, bool *well_formed,
	const struct row_result *const *results, int count)
{
	int n = 0;

	*well_formed = true;
	for (int i = 0; i < count; i++) {
		const char *id = results[i]->salesforce_id;

		if (results[i]->event != EVENT_SUCCEED)
			continue;
		if (results[i]->created)
			created[n / 8] |= (unsigned char)(1u << n % 8);
		*well_formed = *well_formed && has_suffix(id);
		memset(ids[n], 0, ID_LEN);
		memcpy(ids[n++], id, strnlen(id, ID_LEN));
	}
	return n;
}

static void write_ids(struct buf *out, const struct row_result *const *results, int count)
{
	char ids[PACKET_ROWS_MAX][ID_LEN];
	unsigned char created[(PACKET_ROWS_MAX + 7) / 8] = { 0 };
	bool well_formed;
	int n = collect_ids(ids, created, &well_formed, results, count);
	size_t kept = well_formed ? 15 : ID_LEN;
	size_t shared = kept;

	buf_add_char(out, (char)n);
	if (n == 0)
		return;
	for (int i = 1; i < n; i++) {
		while (memcmp(ids[0], ids[i], shared) != 0)
			shared--;
	}
	buf_add_char(out, (char)(well_formed ? kept | SUFFIX : kept));
	buf_add_char(out, (char)shared);
	buf_add(out, ids[0], shared);
	buf_add(out, created, (size_t)(n + 7) / 8);
	for (int i = 0; i < n; i++)
		buf_add(out, ids[i] + shared, kept - shared);
}

static size_t capped(const char *text, size_t max)
{
	size_t len = text ? strnlen(text, max) : 0;

	return len < max ? len : text_utf8_prefix(text, len);
}

static bool same_words(const struct row_result *a, const struct row_result *b)
{
	return a->event == b->event && a->unsent == b->unsent && strcmp(a->code, b->code) == 0 &&
	       text_equal(a->text, b->text) && text_equal(a->fields, b->fields) &&
	       text_equal(a->answer, b->answer);
}

static unsigned event_bits(const struct row_result *result, size_t answer)
{
	unsigned bits = (unsigned)result->event;

	if (answer)
		bits |= result->answer[answer] ? HAS_ANSWER | ANSWER_CUT : HAS_ANSWER;
	return result->unsent ? bits | UNSENT : bits;
}

static void write_entry(
	struct buf *out, const unsigned char *positions, int count, const struct row_result *result)
{
	size_t code = strnlen(result->code, sizeof(result->code) - 1);
	size_t text = capped(result->text, TEXT_MAX);
	size_t fields = capped(result->fields, FIELDS_MAX);
	size_t answer = capped(result->answer, ROW_ANSWER_MAX);

	buf_add_char(out, (char)count);
	buf_add(out, positions, (size_t)count);
	buf_add_char(out, (char)event_bits(result, answer));
	buf_add_char(out, (char)code);
	buf_add(out, result->code, code);
	add_u16(out, text);
	buf_add(out, result->text, text);
	add_u16(out, fields);
	buf_add(out, result->fields, fields);
	if (!answer)
		return;
	add_u16(out, answer);
	buf_add(out, result->answer, answer);
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
		record_id_suffix(id + 15, id);
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
	row->event = (enum message_event)(event & EVENT_BITS);
	row->unsent = event & UNSENT;
	row->answer_cut = event & ANSWER_CUT;
	row->answer = take_slice(cursor, event & HAS_ANSWER ? take_u16(cursor) : 0);
	if (row->event >= MESSAGE_EVENT_COUNT)
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
		return blob_damaged("results", err);
	if (row_set_has(&succeeded, position)) {
		size_t index = rank(&succeeded, position);

		out->event = EVENT_SUCCEED;
		out->created = ids.created[index / 8] >> index % 8 & 1;
		read_id(out->salesforce_id, &ids, index);
		out->code = out->text = out->fields = out->answer = (struct slice){ "", 0 };
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
		return blob_damaged("results", err);
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
