/*
 * jtree.h — a JSON body as a tree that knows where each value stood. json-c tells no positions, and
 * the org's answers to a wrong value name line and column ("... at [line:11, column:55]").
 */

#ifndef PRACTICE_JTREE_H
#define PRACTICE_JTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "practice/arena.h"

#define JTREE_MESSAGE 256

enum jkind { JNULL, JTRUE, JFALSE, JINT, JREAL, JSTRING, JARRAY, JOBJECT };

struct jnode {
	const char *key;  /* member name, NUL-terminated; NULL in arrays */
	const char *text; /* strings: unescaped, NUL-terminated; numbers: as written, no NUL */
	struct jnode *child, *next;
	uint32_t key_len, len;
	uint32_t from, at; /* its first byte, and the one behind it */
	enum jkind kind;
	uint32_t count; /* of children */
};

struct jtree {
	const char *body; /* as received, borrowed */
	size_t len;
	struct jnode *root;
};

/*
 * Parse into `arena`. False with the org's own words in `message` when the body is not JSON (or
 * nested deeper than 64); the whole body must be one value. Each answer is a function of the bytes.
 */
bool jtree_parse(struct jtree *tree, struct arena *arena, const char *body, size_t len,
	char message[JTREE_MESSAGE]);

/* Member by name (ASCII case ignored, as the org does), or NULL. */
const struct jnode *jtree_get(const struct jnode *object, const char *key);

/* The member's text when it is a string, else NULL. */
const char *jtree_string(const struct jnode *object, const char *key);

bool jtree_is_true(const struct jnode *node);

/* 1-based line and column of a byte. */
void jtree_position(const struct jtree *tree, uint32_t at, int *line, int *column);

#endif
