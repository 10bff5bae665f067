/* parse.h — the text of a file into its struct, by libconfig and a schema. */

#ifndef CONFIG_PARSE_H
#define CONFIG_PARSE_H

#include "config/files.h"
#include "config/schema.h"

/*
 * Fill `thing` (initialised; untouched on failure). ERR_CONFIG says "path:line: ..." of the first
 * problem; every problem is also given to `each` (may be NULL).
 */
int parse_text(void *thing, const struct schema *schema, const char *text, size_t len,
	const char *path, files_problem *each, void *ctx, struct err *err);

#endif
