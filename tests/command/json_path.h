/* json_path.h — one value of a JSON document by its path; apart, for json-c and base/json.h share a
 * name. */

#ifndef TESTS_COMMAND_JSON_PATH_H
#define TESTS_COMMAND_JSON_PATH_H

/* The value at a path like "rows.0.key" as text ("null" for null); borrowed until the next call.
 * Fails the test when `text` is not one document, or has no such member. */
const char *json_path(const char *text, const char *path);

#endif
