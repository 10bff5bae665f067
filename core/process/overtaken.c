/* overtaken.c — see the header. */

#include "base/base.h"
#include "process/overtaken.h"

/* What an Insert makes is known to its own interface alone, by its row_key. */
uint64_t overtaken_space(const struct run_info *info)
{
	bool inserts = info->operation == OPERATION_INSERT;
	char words[200];

	snprintf(words, sizeof(words), "%s %.180s", inserts ? "rows of" : "by",
		inserts ? info->interface : info->external_id);
	return key_hash(words, KEY_FOLDED);
}

static int apply_begun(void *ctx, struct store *store, struct err *err)
{
	const struct sender_spec *spec = ctx;

	return store_supersede_begun(store, spec->claim, spec->kind != KEY_FOLDED, err);
}

int overtaken_mark(const struct sender_spec *spec, struct err *err)
{
	struct sender_spec copy = *spec;

	return writer_call(spec->env->writer, apply_begun, &copy, err);
}

bool overtaken_row(
	struct backlog *backlog, const struct packet_out *packet, int position, uint64_t hash)
{
	return !row_set_has(&packet->overtaken, position) &&
	       backlog_overtaken(backlog, hash, MESSAGE_ID(packet->packet, position));
}

struct cancelling {
	const struct sender_spec *spec;
	int64_t packet;
	const struct row_set *rows;
};

static int apply_cancel(void *ctx, struct store *store, struct err *err)
{
	const struct cancelling *cancelling = ctx;

	return store_overtaken(
		store, cancelling->spec->claim, cancelling->packet, cancelling->rows, err);
}

int overtaken_cancel(
	const struct sender_spec *spec, int64_t packet, const struct row_set *rows, struct err *err)
{
	struct cancelling cancelling = { spec, packet, rows };

	return writer_call(spec->env->writer, apply_cancel, &cancelling, err);
}
