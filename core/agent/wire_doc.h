/*
 * wire_doc.h — what the readers of agent.sock take out of a JSON document; whatever is missing is a
 * harmless value (internal to core/agent). Texts are borrowed from the document.
 */

#ifndef AGENT_WIRE_DOC_H
#define AGENT_WIRE_DOC_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The document, or NULL with an error. Free with json_object_put(). */
struct json_object *wire_parse(const char *text, size_t len, struct err *err);

const char *wire_text(struct json_object *object, const char *key); /* NULL = no text */
int64_t wire_int(struct json_object *object, const char *key);
bool wire_bool(struct json_object *object, const char *key);
void wire_copy(char *to, size_t size, struct json_object *object, const char *key);

/* The array at `key` with 1 to `max` things; NULL with an error. */
struct json_object *wire_list(
	struct json_object *root, const char *key, size_t max, struct err *err);

/* The array at `key`, which may be empty; NULL when there is none, or more than `max`. */
struct json_object *wire_array(struct json_object *object, const char *key, size_t max);

/* Fill `err` from the object's "error". False when there is none. */
bool wire_error(struct err *err, struct json_object *root);
enum err_kind wire_kind(const char *name); /* unknown = ERR_PROTOCOL */

#endif
