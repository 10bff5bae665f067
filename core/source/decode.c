/* decode.c — byte order marks, iconv, and the choice between several encodings. */

#include "base/base.h"
#include "source/decode.h"
#include "base/text.h"

#include <fcntl.h>
#include <iconv.h>
#include <unistd.h>

#define PIECE (64 * 1024)
#define OUT_SIZE (4 * PIECE) /* one byte becomes at most three; room for a few more */
#define NAME_SIZE 32

struct decode {
	char encoding[NAME_SIZE];
	int fd;
	iconv_t conv; /* (iconv_t)-1: the bytes are UTF-8 as they are */
	size_t unit;  /* bytes that are passed over where they mean nothing */
	char in[PIECE];
	size_t in_len; /* bytes left over from the last piece */
	char out[OUT_SIZE];
	bool bad; /* something meant nothing */
};

static const struct {
	const char *bytes;
	size_t len;
	const char *encoding;
} marks[] = {
	{ "\xef\xbb\xbf", 3, "UTF-8" },
	{ "\xff\xfe", 2, "UTF-16LE" },
	{ "\xfe\xff", 2, "UTF-16BE" },
};

static bool is_utf8(const char *name)
{
	return text_equal_fold(name, "UTF-8") || text_equal_fold(name, "UTF8");
}

static size_t unit_of(const char *name)
{
	if (strcasestr(name, "UTF-16") || strcasestr(name, "UCS-2"))
		return 2;
	return strcasestr(name, "UTF-32") || strcasestr(name, "UCS-4") ? 4 : 1;
}

static int read_piece(ssize_t *got, struct decode *decode, struct err *err)
{
	do {
		*got = read(decode->fd, decode->in + decode->in_len, PIECE - decode->in_len);
	} while (*got < 0 && errno == EINTR);
	return *got < 0 ? err_set_errno(err, ERR_SOURCE, errno, "reading the file") : 0;
}

static int use_encoding(struct decode *decode, const char *name, struct err *err)
{
	if (decode->conv != (iconv_t)-1)
		iconv_close(decode->conv);
	decode->conv = (iconv_t)-1;
	decode->bad = false;
	text_copy(decode->encoding, sizeof(decode->encoding), name);
	decode->unit = unit_of(name);
	if (is_utf8(name))
		return 0;
	decode->conv = iconv_open("UTF-8", name);
	if (decode->conv != (iconv_t)-1)
		return 0;
	return err_set(err, ERR_CONFIG,
		"source.encoding: there is no encoding \"%s\" on this machine: see `iconv -l`",
		name);
}

static int rewind_to(struct decode *decode, off_t at, struct err *err)
{
	decode->in_len = 0;
	if (lseek(decode->fd, at, SEEK_SET) >= 0)
		return 0;
	return err_set_errno(err, ERR_SOURCE, errno, "going back in the file");
}

static int convert(const char **data, size_t *len, struct decode *decode, bool last)
{
	char *in = decode->in, *out = decode->out;
	size_t in_left = decode->in_len, out_left = OUT_SIZE - 8;

	while (in_left) {
		if (iconv(decode->conv, &in, &in_left, &out, &out_left) != (size_t)-1)
			break;
		if (errno == E2BIG || (errno == EINVAL && !last))
			break;
		/* Nothing that is UTF-8 has this byte: the value that holds it is found bad. */
		decode->bad = true;
		*out++ = (char)0xff;
		out_left = out_left ? out_left - 1 : 0;
		in += decode->unit < in_left ? decode->unit : in_left;
		in_left -= decode->unit < in_left ? decode->unit : in_left;
	}
	memmove(decode->in, in, in_left);
	decode->in_len = in_left;
	*data = decode->out;
	*len = (size_t)(out - decode->out);
	return 1;
}

int decode_next(const char **data, size_t *len, struct decode *decode, struct err *err)
{
	ssize_t got;
	int rc;

	do {
		rc = read_piece(&got, decode, err);
		if (rc)
			return rc;
		if (got == 0 && decode->in_len == 0)
			return 0;
		decode->in_len += (size_t)got;
		if (decode->conv != (iconv_t)-1) {
			convert(data, len, decode, got == 0);
			continue;
		}
		*data = decode->in;
		*len = decode->in_len;
		decode->in_len = 0;
	} while (*len == 0);
	return 1;
}

/* Is the whole file valid in the encoding that is set? From `start` on. */
static int try_whole(bool *valid, struct decode *decode, off_t start, struct err *err)
{
	char tail[4 + PIECE];
	size_t kept = 0;
	const char *data;
	size_t len;
	int rc = 0;

	*valid = true;
	while (*valid && (rc = decode_next(&data, &len, decode, err)) > 0) {
		size_t good;

		if (decode->conv != (iconv_t)-1) {
			*valid = !decode->bad;
			continue;
		}
		/* A character may lie across two pieces: its beginning is looked at again. */
		memcpy(tail + kept, data, len);
		kept += len;
		good = text_utf8_prefix(tail, kept);
		kept -= good;
		*valid = kept < 4;
		memmove(tail, tail + good, *valid ? kept : 0);
	}
	if (*valid && rc == 0)
		*valid = kept == 0;
	return *valid && rc < 0 ? rc : rewind_to(decode, start, err);
}

static int choose(struct decode *decode, const char *encodings, struct err *err)
{
	char list[256];
	char *next = list;
	bool valid = false;
	int rc = 0;

	text_copy(list, sizeof(list), text_empty(encodings) ? "UTF-8" : encodings);
	while (!rc && !valid && next) {
		char *name = strsep(&next, ",");

		rc = use_encoding(decode, text_trim(name), err);
		if (!rc && next)
			rc = try_whole(&valid, decode, 0, err);
	}
	return rc;
}

int decode_open(struct decode **out, const char *path, const char *encodings, struct err *err)
{
	struct decode *decode = calloc(1, sizeof(*decode));
	ssize_t got;
	int rc = 0;

	if (!decode)
		return err_nomem(err);
	decode->conv = (iconv_t)-1;
	decode->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (decode->fd < 0)
		rc = err_set_errno(err, ERR_SOURCE, errno, "%s cannot be read", path);
	if (!rc)
		rc = read_piece(&got, decode, err);
	for (size_t i = 0; !rc && i < ARRAY_SIZE(marks); i++) {
		if (decode->encoding[0] || (size_t)got < marks[i].len ||
			memcmp(decode->in, marks[i].bytes, marks[i].len) != 0)
			continue;
		rc = use_encoding(decode, marks[i].encoding, err);
		if (!rc)
			rc = rewind_to(decode, (off_t)marks[i].len, err);
	}
	if (!rc && !decode->encoding[0]) {
		rc = rewind_to(decode, 0, err);
		if (!rc)
			rc = choose(decode, encodings, err);
	}
	if (rc) {
		decode_close(decode);
		return rc;
	}
	*out = decode;
	return 0;
}

const char *decode_encoding(const struct decode *decode)
{
	return decode->encoding;
}

void decode_close(struct decode *decode)
{
	if (!decode)
		return;
	if (decode->conv != (iconv_t)-1)
		iconv_close(decode->conv);
	if (decode->fd >= 0)
		close(decode->fd);
	free(decode);
}
