/* buf.c — a growing byte buffer with a stated maximum; see the header for the sticky error. */

#include "base/base.h"
#include "base/buf.h"

#include <sodium.h>

#define BUF_FIRST 256

void buf_init(struct buf *buf, size_t max)
{
	*buf = (struct buf)BUF_INIT(max);
}

void buf_free(struct buf *buf)
{
	if (!buf)
		return;
	free(buf->data);
	buf_init(buf, buf->max);
}

void buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->broken = ERR_NONE;
	if (buf->data)
		buf->data[0] = '\0';
}

void buf_wipe(struct buf *buf)
{
	if (buf && buf->data)
		sodium_memzero(buf->data, buf->cap);
	buf_free(buf);
}

/* Make room for `extra` more bytes and the NUL. */
static bool grow(struct buf *buf, size_t extra)
{
	size_t cap = buf->cap ? buf->cap : BUF_FIRST;
	char *data;

	if (buf->broken)
		return false;
	if (extra > buf->max || buf->len > buf->max - extra) {
		buf->broken = ERR_LIMIT;
		return false;
	}
	while (cap < buf->len + extra + 1)
		cap = cap < SIZE_MAX / 2 ? cap * 2 : buf->len + extra + 1;
	if (cap == buf->cap)
		return true;
	data = realloc(buf->data, cap);
	if (!data) {
		buf->broken = ERR_NOMEM;
		return false;
	}
	buf->data = data;
	buf->cap = cap;
	return true;
}

char *buf_room(struct buf *buf, size_t len)
{
	return grow(buf, len) ? buf->data + buf->len : NULL;
}

void buf_grew(struct buf *buf, size_t len)
{
	if (!buf->data || buf->broken)
		return;
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
	char *room = buf_room(buf, len);

	if (!room)
		return;
	if (len)
		memcpy(room, data, len);
	buf_grew(buf, len);
}

void buf_add_str(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_addf(struct buf *buf, const char *fmt, ...)
{
	va_list ap;
	int need;
	char *room;

	va_start(ap, fmt);
	need = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (need < 0)
		return;
	room = buf_room(buf, (size_t)need);
	if (!room)
		return;
	va_start(ap, fmt);
	vsnprintf(room, (size_t)need + 1, fmt, ap);
	va_end(ap);
	buf_grew(buf, (size_t)need);
}

void buf_cut(struct buf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	buf->len = len;
	buf->data[len] = '\0';
}

const char *buf_str(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

char *buf_detach(struct buf *buf)
{
	char *data;

	if (!buf->data)
		buf_add(buf, "", 0);
	data = buf->broken ? NULL : buf->data;
	if (data)
		buf->data = NULL;
	buf_free(buf);
	return data;
}

int buf_check(const struct buf *buf, const char *what, struct err *err)
{
	switch (buf->broken) {
	case ERR_NONE:
		return 0;
	case ERR_LIMIT:
		return err_set(err, ERR_LIMIT, "%s is larger than %zu bytes", what, buf->max);
	default:
		return err_nomem(err);
	}
}
