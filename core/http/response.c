/* response.c — bodies of known length, of unknown length, and such as break off (faults). */

#include "base/base.h"
#include "http/response.h"
#include "base/text.h"

#define CUT_PIECE (16u << 10)
#define STREAM_PIECE (16u << 10)

/* A body that ends before its Content-Length: libmicrohttpd then closes the connection. */
struct cut_body {
	char *data;
	size_t len; /* what is sent */
};

static ssize_t cut_read(void *ctx, uint64_t pos, char *to, size_t max)
{
	const struct cut_body *cut = ctx;
	size_t left = pos < cut->len ? cut->len - (size_t)pos : 0;
	size_t part = left < max ? left : max;

	if (!part)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	memcpy(to, cut->data + pos, part);
	return (ssize_t)part;
}

static void cut_free(void *ctx)
{
	struct cut_body *cut = ctx;

	free(cut->data);
	free(cut);
}

static struct MHD_Response *make_cut_response(struct http_outgoing *out)
{
	struct cut_body *cut = calloc(1, sizeof(*cut));
	struct MHD_Response *response;
	size_t whole = out->body.len;

	if (!cut)
		return NULL;
	cut->len = out->truncate_at;
	cut->data = buf_detach(&out->body);
	response = cut->data ? MHD_create_response_from_callback(
				       whole, CUT_PIECE, cut_read, cut, cut_free)
			     : NULL;
	if (!response)
		cut_free(cut);
	return response;
}

/* A body of unknown length. With a cut, half of its first piece is sent and no more. */
struct stream {
	ssize_t (*read)(void *ctx, char *to, size_t max);
	void (*free)(void *ctx);
	void *ctx;
	bool cut;
};

static ssize_t stream_read(void *ctx, uint64_t pos, char *to, size_t max)
{
	const struct stream *stream = ctx;
	ssize_t len = stream->cut && pos ? -1 : stream->read(stream->ctx, to, max);

	if (len < 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (len == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	return stream->cut && len > 1 ? len / 2 : len;
}

static void stream_free(void *ctx)
{
	struct stream *stream = ctx;

	stream->free(stream->ctx);
	free(stream);
}

static struct MHD_Response *make_stream_response(struct http_outgoing *out)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	struct MHD_Response *response = NULL;

	if (stream) {
		*stream = (struct stream){ out->stream, out->stream_free, out->stream_ctx,
			out->truncate_at > 0 };
		response = MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, STREAM_PIECE, stream_read, stream, stream_free);
	}
	if (response)
		out->stream = NULL; /* the response's now */
	else
		free(stream);
	return response;
}

struct MHD_Response *http_response(struct http_outgoing *out)
{
	struct MHD_Response *response;
	size_t len = out->body.len;
	char *data;

	if (out->stream)
		return make_stream_response(out);
	if (out->truncate_at && out->truncate_at < len)
		return make_cut_response(out);
	data = buf_detach(&out->body);
	if (!data)
		return NULL;
	response = MHD_create_response_from_buffer(len, data, MHD_RESPMEM_MUST_FREE);
	if (!response)
		free(data);
	return response;
}

void http_response_headers(struct MHD_Response *response, const struct buf *headers)
{
	const char *line = buf_str(headers);
	const char *end;

	for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		char text[4096];
		char *colon;

		snprintf(text, sizeof(text), "%.*s", (int)(end - line), line);
		colon = strchr(text, ':');
		if (!colon)
			continue;
		*colon = '\0';
		MHD_add_response_header(response, text, text_trim(colon + 1));
	}
}
