/* reader_private.h — the reader child as the updater uses it (internal to core/source). */

#ifndef SOURCE_READER_PRIVATE_H
#define SOURCE_READER_PRIVATE_H

#include "source/frame.h"
#include "source/reader.h"

/* Start a child that runs spec->query, with so many places, for the rows it is told. */
int reader_start_places(
	struct reader **out, const struct reader_spec *spec, int places, struct err *err);

/* Send it a frame of rows. A child that is gone is told by the next reader_frame(). */
int reader_tell(struct reader *reader, const struct buf *frame, struct err *err);

/* Wait for its next frame; `cursor` is over its bytes until the next call. */
int reader_frame(enum frame_kind *kind, struct frame_cursor **cursor, struct reader *reader,
	struct err *err);

/* What it sent is no frame that could be meant: end it. ERR_SOURCE. */
int reader_malformed(struct reader *reader, struct err *err);

#endif
