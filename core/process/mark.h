/*
 * mark.h — reading what is new alone (internal to core/process): where a reading begins, and how
 * far it came. The mark moves in the transaction that ends Reading, never by a limited, cancelled
 * or interrupted run, and never past a row that was held.
 */

#ifndef PROCESS_MARK_H
#define PROCESS_MARK_H

#include "process/process.h"
#include "store/watermark.h"

struct mark {
	bool used;	/* the interface has a watermark */
	bool beginning; /* there is none that counts: read with initial_query */
	int column;	/* of the rows */
	enum column_type type;
	char start[256]; /* the value minus the overlap: what :watermark stands for */
	struct watermark known;
	char highest[256]; /* seen so far; "" = none */
	char held[256];	   /* the lowest that was held; "" = none */
	char note[256];
};

struct mark_wish {
	const struct interface *interface;
	const struct connection *connection;
	const char *org_id; /* NULL: whatever org it is */
	bool initial;
};

/* ERR_CONFIG: there is no mark to begin at, and no initial_query either. */
int mark_open(struct mark *out, struct view *view, const struct mark_wish *wish, struct err *err);

/* Find its column among those of the query. */
int mark_bind(struct mark *mark, const struct interface *interface, const struct column *columns,
	int count, struct err *err);

void mark_see(struct mark *mark, const struct cell *cell, bool held);

/* Where the mark is to stand when the reading is over; false: where it is. */
bool mark_end(
	struct watermark *out, const struct mark *mark, const struct mark_wish *wish, int64_t run);

/* Is `a` below, at or above `b`? Numbers by value. */
int mark_compare(const char *a, const char *b, enum column_type type);

/* `value` minus `overlap` ("5m", "2h", "1d", or a number for numbers). False: that cannot be. */
bool mark_minus(char *out, size_t size, const char *value, const char *overlap);

/* What a value that a person typed is. */
enum column_type mark_type_of(const char *value);

#endif
