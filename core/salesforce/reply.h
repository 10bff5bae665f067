/*
 * reply.h — private to this folder: reading the org's JSON. Everything that arrives is suspect: it
 * may be an edge proxy's HTML, half a body, the wrong type, nested without end.
 */

#ifndef SALESFORCE_REPLY_H
#define SALESFORCE_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "http/client.h"

#include <json-c/json.h>

/* Objects and arrays inside each other; the deepest answer we know (a duplicate rule's) has 10. */
#define REPLY_DEPTH_MAX 32

/*
 * Exactly one JSON value and nothing behind it; json_object_put() it. ERR_PROTOCOL says in what way
 * `what` ("the version list") was none: empty, HTML, cut off, not JSON.
 */
int reply_parse(
	struct json_object **out, const char *body, size_t len, const char *what, struct err *err);

/* The same, and it must be of `type`. */
int reply_parse_as(struct json_object **out, enum json_type type, const char *body, size_t len,
	const char *what, struct err *err);

bool reply_is_html(const char *body, size_t len);

/* A member of an object by key and type, or NULL. */
struct json_object *reply_member(struct json_object *object, const char *key, enum json_type type);

/* A text member, or NULL; borrowed. */
const char *reply_text(struct json_object *object, const char *key);

bool reply_bool(struct json_object *object, const char *key);
int64_t reply_int(struct json_object *object, const char *key, int64_t otherwise);

/* Copy onto one line: control bytes become blanks, runs of blanks one, cut where UTF-8 allows. */
void reply_one_line(char *to, size_t size, const char *from);

/* A record id as the API gives it: 15 or 18 letters and digits. */
bool reply_is_id(const char *text, size_t len);

#endif
