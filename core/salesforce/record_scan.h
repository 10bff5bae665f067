/*
 * record_scan.h — private to this folder: one pass over a stored record, a JSON object that the
 * mapper or a person wrote. No JSON library touches the rows on their way out.
 */

#ifndef SALESFORCE_RECORD_SCAN_H
#define SALESFORCE_RECORD_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct record_scan {
	const char *at, *end;
};

/* The next character behind blanks, without and with taking it; 0 at the end. */
char record_peek(struct record_scan *scan);
bool record_take(struct record_scan *scan, char c);

/* A string; what is between its quotes, escapes untouched. */
bool record_string(struct record_scan *scan, const char **text, size_t *len);

/* A bare word: a number, true, false, null. */
bool record_word(struct record_scan *scan, const char **text, size_t *len);

/* Any value. */
bool record_skip(struct record_scan *scan);

#endif
