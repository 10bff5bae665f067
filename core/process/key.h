/*
 * key.h — business keys as the org compares them, and 64-bit hashes of keys and rows.
 *
 * 64 bits of SipHash stand for a key in memory: should two keys of one run ever share them, one row
 * waits for the other, nothing worse.
 */

#ifndef PROCESS_KEY_H
#define PROCESS_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the org compares the values of a key field. */
enum key_kind {
	KEY_FOLDED, /* case does not matter: text fields unless they say otherwise */
	KEY_EXACT,  /* "case sensitive" external IDs, and numbers */
	KEY_ID,	    /* Salesforce Ids: the first 15 characters, case matters */
};

/* Of `key` without blanks around it; never 0. */
uint64_t key_hash(const char *key, enum key_kind kind);

/* Of a source row, the same for ever: it is stored. */
uint64_t row_hash(const char *row, size_t len);

#endif
