/* updater.c — batches out, results in, over the pipes of a reader child that was told to write. */

#include "base/base.h"
#include "source/updater.h"
#include "source/frame.h"
#include "source/reader_private.h"

struct updater {
	struct reader *child;
	int places;
	struct buf frame; /* of one batch */
};

/* The next frame, which must be of this kind. */
static int await(struct updater *updater, enum frame_kind kind, struct frame_cursor **cursor,
	struct err *err)
{
	struct err told = ERR_INIT;
	enum frame_kind got;
	int rc = reader_frame(&got, cursor, updater->child, err);

	if (rc)
		return rc;
	if (got == FRAME_ERROR && frame_read_error(&told, *cursor))
		return err_copy(err, &told);
	return got == kind ? 0 : reader_malformed(updater->child, err);
}

int updater_start(struct updater **out, const struct updater_spec *spec, struct err *err)
{
	struct reader_spec child = { .program = spec->program,
		.odbc = spec->odbc,
		.query = spec->sql,
		.timeout_s = spec->timeout_s };
	struct updater *updater = calloc(1, sizeof(*updater));
	struct frame_cursor *cursor;
	int rc;

	if (!updater)
		return err_nomem(err);
	buf_init(&updater->frame, FRAME_MAX);
	updater->places = spec->places;
	rc = reader_start_places(&updater->child, &child, spec->places, err);
	if (!rc)
		rc = await(updater, FRAME_READY, &cursor, err);
	if (rc) {
		updater_free(updater);
		return rc;
	}
	*out = updater;
	return 0;
}

int updater_run(struct updated *results, struct updater *updater, const struct cell *cells,
	int count, struct err *err)
{
	struct frame_cursor *cursor;
	int rc;

	frame_begin(&updater->frame, FRAME_ROWS);
	for (int i = 0; i < count; i++)
		frame_row(&updater->frame, cells + (size_t)i * (size_t)updater->places,
			updater->places);
	frame_end(&updater->frame);
	rc = buf_check(&updater->frame, "a batch of rows to write back", err);
	if (!rc)
		rc = reader_tell(updater->child, &updater->frame, err);
	if (!rc)
		rc = await(updater, FRAME_UPDATED, &cursor, err);
	for (int i = 0; !rc && i < count; i++)
		if (!frame_read_updated(&results[i].rows, &results[i].text, cursor))
			rc = reader_malformed(updater->child, err);
	return rc;
}

void updater_stop(struct updater *updater)
{
	reader_stop(updater->child);
}

void updater_free(struct updater *updater)
{
	if (!updater)
		return;
	reader_free(updater->child);
	buf_free(&updater->frame);
	free(updater);
}
