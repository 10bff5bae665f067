/* random.h — reproducible random models and texts; the seed is told when a test fails. */

#ifndef TESTS_CONFIG_RANDOM_H
#define TESTS_CONFIG_RANDOM_H

#include "base/buf.h"
#include "config/schema.h"

struct random {
	uint64_t state;
};

uint32_t random_below(struct random *r, uint32_t limit); /* 0 .. limit - 1 */

/* Give the value of `key` another one (which may be the same by chance). */
void random_value(
	struct random *r, const struct schema *schema, const struct key *key, void *thing);

/* Every value at random. */
void random_thing(struct random *r, const struct schema *schema, void *thing);

/* Put comments with the marks <1>, <2> ... between the tokens of a valid text; returns how many. */
int random_comments(struct random *r, struct buf *text, int one_in);

/* Change a few bytes: flip, drop, double, swap, insert something of the syntax. */
void random_damage(struct random *r, struct buf *text);

#endif
