/* filter_private.h — a parsed filter, for those who search with it (internal to core/store). */

#ifndef STORE_FILTER_PRIVATE_H
#define STORE_FILTER_PRIVATE_H

#include <stdatomic.h>
#include <stddef.h>

#include "store/filter.h"

/* In the order in which a packet is asked: what is cheap to know first. */
enum term_kind {
	TERM_STATUS,
	TERM_RUN,
	TERM_MESSAGE,
	TERM_INTERFACE,
	TERM_CONNECTION,
	TERM_INTEGRATION,
	TERM_OBJECT,
	TERM_SINCE,
	TERM_BEFORE,
	TERM_CODE,
	TERM_FIELD,
	TERM_COMMENT,
	TERM_LIKE,
	TERM_IS,
	TERM_KEY,
	TERM_ID,
	TERM_TEXT,
};

enum property { IS_CREATED, IS_UPDATED, IS_EDITED, IS_SUPERSEDED, IS_RETRIED };

/* One of the values of a term, as the kind of the term needs it. */
struct term_value {
	char *text;	     /* as typed, without quotes */
	char *folded;	     /* in lower case; like: its form, see cause.h */
	const char *literal; /* the longest part of `folded` without wildcards ... */
	size_t literal_len;  /* ... 0 = none: it may match anything */
	bool wild;	     /* has * or ? */
	int64_t first, last; /* numbers: a range */
};

struct term {
	enum term_kind kind;
	bool inverted;
	unsigned mask; /* statuses or properties, as bits */
	int64_t time;  /* since and before: ms UTC */
	struct term_value *values;
	int count;
};

struct filter {
	atomic_int users;
	struct term *terms; /* sorted by kind */
	int count;
	char *text;
};

/* Does the value match the whole text? Case is ignored. */
bool term_value_matches(const struct term_value *value, const char *text);
bool term_matches_any(const struct term *term, const char *text);

/* The one term of that kind which is not inverted, or NULL. */
const struct term *filter_term(const struct filter *filter, enum term_kind kind);

/* ASCII letters in lower case; the length stays. `to` may be `from`. */
void fold_bytes(char *to, const char *from, size_t len);

#endif
