/* damage.h — answers as a broken line or a hostile peer may leave them: cut and mutated. */

#ifndef TESTS_SALESFORCE_DAMAGE_H
#define TESTS_SALESFORCE_DAMAGE_H

#include <stddef.h>

typedef void damage_try(const char *text, size_t len, void *ctx);

/*
 * Call `each` with every prefix of `text` and with `rounds` copies that had some bytes replaced,
 * removed, doubled or swapped. The same seed gives the same damage. Each copy is in memory of
 * exactly its size, so that reading past its end is caught by the tools.
 */
void damage(const char *text, size_t len, unsigned rounds, damage_try *each, void *ctx);

#endif
