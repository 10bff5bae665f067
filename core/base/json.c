/* json.c — a JSON writer onto a buffer; the escape loop copies runs, since request bodies pass
 * through it. */

#include "base/base.h"
#include "base/json.h"
#include "base/text.h"

#include <math.h>

static void before_value(struct json *json)
{
	if (json->comma)
		buf_add_char(json->out, ',');
	json->comma = true;
}

void json_open(struct json *json, char bracket)
{
	before_value(json);
	buf_add_char(json->out, bracket);
	json->comma = false;
}

void json_close(struct json *json, char bracket)
{
	buf_add_char(json->out, bracket);
	json->comma = true;
}

void json_key(struct json *json, const char *key)
{
	before_value(json);
	json_escape(json->out, key, strlen(key));
	buf_add_char(json->out, ':');
	json->comma = false;
}

void json_bytes(struct json *json, const char *text, size_t len)
{
	before_value(json);
	json_escape(json->out, text, len);
}

void json_text(struct json *json, const char *text)
{
	if (text)
		json_bytes(json, text, strlen(text));
	else
		json_null(json);
}

void json_int(struct json *json, int64_t value)
{
	before_value(json);
	buf_addf(json->out, "%" PRId64, value);
}

void json_real(struct json *json, double value)
{
	if (!isfinite(value)) {
		json_null(json);
		return;
	}
	before_value(json);
	buf_addf(json->out, "%.15g", value);
}

void json_bool(struct json *json, bool value)
{
	before_value(json);
	buf_add_str(json->out, value ? "true" : "false");
}

void json_null(struct json *json)
{
	before_value(json);
	buf_add_str(json->out, "null");
}

void json_raw(struct json *json, const char *text, size_t len)
{
	before_value(json);
	buf_add(json->out, text, len);
}

void json_put_text(struct json *json, const char *key, const char *text)
{
	json_key(json, key);
	json_text(json, text);
}

void json_put_int(struct json *json, const char *key, int64_t value)
{
	json_key(json, key);
	json_int(json, value);
}

void json_put_real(struct json *json, const char *key, double value)
{
	json_key(json, key);
	json_real(json, value);
}

void json_put_bool(struct json *json, const char *key, bool value)
{
	json_key(json, key);
	json_bool(json, value);
}

static bool plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\' && c != 0x7f;
}

#define EIGHT(c) (UINT64_C(0x0101010101010101) * (c))

/* The highest bit of every byte that is 0, and perhaps of one behind such a byte. */
static uint64_t zeros(uint64_t bytes)
{
	return (bytes - EIGHT(1)) & ~bytes & EIGHT(0x80);
}

static bool eight_plain(const char *text)
{
	uint64_t bytes;

	memcpy(&bytes, text, sizeof(bytes));
	return !((((bytes - EIGHT(0x20)) | bytes) & EIGHT(0x80)) | zeros(bytes ^ EIGHT('"')) |
		 zeros(bytes ^ EIGHT('\\')) | zeros(bytes ^ EIGHT(0x7f)));
}

/* How many bytes in front stand for themselves. */
static size_t plain_prefix(const char *text, size_t len)
{
	size_t at = 0;

	while (len - at >= sizeof(uint64_t) && eight_plain(text + at))
		at += sizeof(uint64_t);
	while (at < len && plain((unsigned char)text[at]))
		at++;
	return at;
}

static void escape_control(struct buf *out, unsigned char c)
{
	static const char letters[] = "btn_fr"; /* for 8..13; vertical tab has no letter */

	if (c == '"' || c == '\\') {
		buf_add_char(out, '\\');
		buf_add_char(out, (char)c);
	} else if (c >= 8 && c <= 13 && c != 11) {
		buf_add_char(out, '\\');
		buf_add_char(out, letters[c - 8]);
	} else {
		buf_addf(out, "\\u%04x", c);
	}
}

void json_escape(struct buf *out, const char *text, size_t len)
{
	size_t at = plain_prefix(text, len);
	char *room = buf_room(out, at + 2);

	if (!room)
		return;
	room[0] = room[at + 1] = '"';
	if (at)
		memcpy(room + 1, text, at);
	if (at == len) { /* as of most texts */
		buf_grew(out, at + 2);
		return;
	}
	buf_grew(out, at + 1);
	while (at < len) {
		unsigned char c = (unsigned char)text[at];
		size_t run = at;

		if (c < 0x80) {
			escape_control(out, c);
			at++;
		} else {
			while (run < len && (unsigned char)text[run] >= 0x80)
				run++;
			run = text_utf8_prefix(text + at, run - at);
			buf_add(out, text + at, run);
			if (!run)
				buf_add_str(out, "\xef\xbf\xbd");
			at += run ? run : 1;
		}
		run = plain_prefix(text + at, len - at);
		buf_add(out, text + at, run);
		at += run;
	}
	buf_add_char(out, '"');
}
