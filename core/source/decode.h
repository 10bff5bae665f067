/*
 * decode.h — a file as UTF-8, piece by piece, whatever its encoding (internal to core/source, in
 * the reader child).
 */

#ifndef SOURCE_DECODE_H
#define SOURCE_DECODE_H

#include <stddef.h>

#include "base/err.h"

struct decode;

/*
 * A byte order mark decides; without one `encodings` does: one name that iconv knows, or several
 * with commas between them, of which the first counts that the whole file is valid in (the last is
 * not tried). NULL = UTF-8. Fails with ERR_SOURCE, or ERR_CONFIG for a name that nobody knows.
 */
int decode_open(struct decode **out, const char *path, const char *encodings, struct err *err);
void decode_close(struct decode *decode);

/*
 * The next piece, borrowed until the next call: 1, 0 at the end, or negative. Bytes that mean
 * nothing in the file's encoding come as bytes that are no UTF-8, so that their value is found bad.
 */
int decode_next(const char **data, size_t *len, struct decode *decode, struct err *err);

/* The name of the encoding that was found. */
const char *decode_encoding(const struct decode *decode);

#endif
