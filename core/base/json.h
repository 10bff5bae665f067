/*
 * json.h — a JSON writer onto a buffer. It places the commas; the caller keeps the nesting right.
 * Used for request bodies, answers and `--json`; reading JSON is json-c's work.
 */

#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct json {
	struct buf *out; /* borrowed */
	bool comma;	 /* the next value needs a comma before it */
};

#define JSON_INIT(buffer)                                                                          \
	{                                                                                          \
		(buffer), false                                                                    \
	}

void json_open(struct json *json, char bracket);  /* '{' or '[' */
void json_close(struct json *json, char bracket); /* '}' or ']' */
void json_key(struct json *json, const char *key);
void json_text(struct json *json, const char *text); /* NULL is written as null */
void json_bytes(struct json *json, const char *text, size_t len);
void json_int(struct json *json, int64_t value);
void json_real(struct json *json, double value); /* NaN and infinities are written as null */
void json_bool(struct json *json, bool value);
void json_null(struct json *json);
void json_raw(struct json *json, const char *text, size_t len); /* is JSON already */

/* key and value at once */
void json_put_text(struct json *json, const char *key, const char *text);
void json_put_int(struct json *json, const char *key, int64_t value);
void json_put_real(struct json *json, const char *key, double value);
void json_put_bool(struct json *json, const char *key, bool value);

/* A quoted, escaped string; bytes that are not UTF-8 become U+FFFD. */
void json_escape(struct buf *out, const char *text, size_t len);

#endif
