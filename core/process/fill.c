/* fill.c — packets are chosen by the hash of the parent: nothing about parents is remembered. */

#include "base/base.h"
#include "process/fill.h"
#include "process/disk_guard.h"
#include "base/clock.h"
#include "base/crash_point.h"
#include "base/queue.h"

#define ON_THE_WAY 5		    /* packets with the writer, beside those being filled */
#define FAMILY_SHARE 4		    /* a full packet gives up a quarter of its rows at most */
#define PACKET_AGE_MS INT64_C(2000) /* a slow source's rows wait no longer for a full packet */

struct packet {
	struct fill *fill;
	struct pack pack;
};

struct fill {
	struct fill_spec spec;
	struct packet pool[ON_THE_WAY + FILL_BINS_MAX];
	int pool_count;
	struct queue *idle;		    /* of packets */
	struct packet *bins[FILL_BINS_MAX]; /* being filled */
	int count;
	bool has_parents;
};

/* ---- to the writer and back ---- */

/* On the writer's thread. */
static int apply_packet(void *ctx, struct store *store, struct err *err)
{
	const struct packet *packet = ctx;

	return pack_store(&packet->pack, store, packet->fill->spec.claim, err);
}

/* On the writer's thread. */
static void packet_done(void *ctx, int rc, const struct err *err)
{
	struct packet *packet = ctx;
	struct fill *fill = packet->fill;

	fill->spec.stored(fill->spec.ctx, rc, err);
	queue_put(fill->idle, packet);
}

static struct packet *fresh_packet(struct fill *fill)
{
	struct packet *packet = queue_take(fill->idle, -1);

	pack_clear(&packet->pack);
	return packet;
}

static int post_packet(struct packet *packet, struct err *err)
{
	const struct process_env *env = packet->fill->spec.env;
	int rc;

	CRASH_POINT(PACKET_READ);
	rc = disk_guard_look(env->disk, env->home_data, err);
	if (!rc)
		rc = writer_post(env->writer, apply_packet, packet_done, packet, err);
	CRASH_POINT(PACKET_POSTED);
	return rc;
}

/* ---- the beginning ---- */

static void add_packet(struct fill *fill)
{
	struct packet *packet = &fill->pool[fill->pool_count++];

	packet->fill = fill;
	pack_init(&packet->pack);
	queue_put(fill->idle, packet);
}

int fill_new(struct fill **out, const struct fill_spec *spec, struct err *err)
{
	struct fill *fill = calloc(1, sizeof(*fill));

	if (fill)
		fill->idle = queue_new(ARRAY_SIZE(fill->pool));
	if (!fill || !fill->idle) {
		free(fill);
		return err_nomem(err);
	}
	fill->spec = *spec;
	for (int i = 0; i <= ON_THE_WAY; i++)
		add_packet(fill);
	fill->bins[fill->count++] = fresh_packet(fill);
	*out = fill;
	return 0;
}

void fill_free(struct fill *fill)
{
	if (!fill)
		return;
	for (int i = 0; i < fill->pool_count; i++)
		pack_free_fields(&fill->pool[i].pack);
	queue_free(fill->idle);
	free(fill);
}

void fill_by_parent(struct fill *fill, int bins)
{
	fill->has_parents = true;
	while (fill->count < bins) {
		add_packet(fill);
		fill->bins[fill->count++] = fresh_packet(fill);
	}
}

/* ---- rows ---- */

static bool has_all_rows(const struct fill *fill, const struct pack *pack)
{
	return pack->count >= fill->spec.rows;
}

static int flush_bin(struct fill *fill, int bin, struct err *err)
{
	int rc = 0;

	if (!fill->bins[bin]->pack.count)
		return 0;
	rc = post_packet(fill->bins[bin], err);
	if (!rc)
		fill->bins[bin] = fresh_packet(fill);
	return rc;
}

/*
 * The packet is full, and a row of `parent` comes: which rows of that parent go with it into the
 * next packet? Those that came just before it, unless they fill this one alone. Where several
 * packets are filled, those further back as well, as long as this one stays nearly full: a parent
 * with more rows than that is in several packets anyway.
 */
static int family_from(const struct fill *fill, const struct pack *pack, uint64_t parent)
{
	int tail = parent ? pack_tail_of(pack, parent) : pack->count;
	int all = pack_count_of(pack, parent, 0);

	if (fill->count > 1 && all > pack->count - tail)
		return all * FAMILY_SHARE <= pack->count ? 0 : pack->count;
	return tail ? tail : pack->count;
}

static int flush_full(struct fill *fill, int bin, uint64_t parent, struct err *err)
{
	struct packet *packet = fill->bins[bin];
	int from = family_from(fill, &packet->pack, parent);
	struct packet *next;
	int rc;

	if (from == packet->pack.count)
		return flush_bin(fill, bin, err);
	next = fresh_packet(fill);
	pack_move_of(&next->pack, &packet->pack, parent, from);
	fill->bins[bin] = next;
	rc = post_packet(packet, err);
	if (rc)
		queue_put(fill->idle, packet); /* its rows are read again by the next look */
	return rc;
}

int fill_pack(struct pack **out, struct fill *fill, uint64_t parent, struct err *err)
{
	int bin = fill->count > 1 ? (int)(parent % (uint64_t)fill->count) : 0;
	int rc = 0;

	if (has_all_rows(fill, &fill->bins[bin]->pack))
		rc = flush_full(fill, bin, parent, err);
	*out = &fill->bins[bin]->pack;
	return rc;
}

int fill_key(struct fill *fill, struct pack *pack, uint64_t key, struct err *err)
{
	bool again = false;
	int rc = 0;

	for (int i = 0; i < fill->count && !rc; i++) {
		struct pack *other = &fill->bins[i]->pack;

		if (other == pack)
			again = pack_has(pack, key);
		if (other == pack ? again : pack_knows(other, key))
			rc = flush_bin(fill, i, err);
	}
	return rc ? rc : again;
}

/* Where rows have parents, the row behind the last one decides where a full packet ends. */
int fill_look(struct fill *fill, const struct pack *pack, struct err *err)
{
	int64_t now = clock_mono();

	for (int i = 0; i < fill->count; i++) {
		const struct pack *bin = &fill->bins[i]->pack;

		if (bin->count && now - bin->begun >= PACKET_AGE_MS)
			return fill_flush(fill, err);
		if (bin == pack &&
			(pack_is_large(pack) || (has_all_rows(fill, pack) && !fill->has_parents)))
			return flush_bin(fill, i, err);
	}
	return 0;
}

/* ---- the end ---- */

/* Packets that are full in part only go together. */
int fill_flush(struct fill *fill, struct err *err)
{
	int into = 0;
	int rc = 0;

	for (int i = 1; i < fill->count && !rc; i++) {
		struct pack *pack = &fill->bins[into]->pack;
		struct pack *other = &fill->bins[i]->pack;

		if (pack->count + other->count <= fill->spec.rows && !pack_is_large(pack)) {
			pack_join(pack, other);
			pack_clear(other);
		} else {
			rc = flush_bin(fill, into, err);
			into = i;
		}
	}
	return rc ? rc : flush_bin(fill, into, err);
}

void fill_drain(struct fill *fill)
{
	for (int i = fill->count; i < fill->pool_count; i++)
		queue_take(fill->idle, -1);
}
