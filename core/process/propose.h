/*
 * propose.h — a first mapping, found by name: which column of a source fits which field of an
 * object. For `interface propose` and for whatever makes an interface step by step.
 */

#ifndef PROCESS_PROPOSE_H
#define PROCESS_PROPOSE_H

#include "process/process.h"

struct proposal {
	struct mapping mapping; /* in the order of the columns */
	char *external_id;	/* owned; the one unique external ID that is mapped, or NULL */
	struct text_list notes; /* what a person should know: ambiguous names, types that differ */
	struct text_list columns_left;	/* columns that fit no field */
	struct text_list required_left; /* fields that a new record needs and no column fits */
};

/*
 * Match by name: ASCII case, underscores, blanks, hyphens and a final "__c" are ignored; a name
 * that is the same letter by letter goes before one that is not. A field is proposed only when it
 * can be written and could take the column's type. Two columns that fit one field equally well are
 * both left, with a note. The columns that tell a file's name and line are passed over.
 */
int propose_match(struct proposal **out, const struct column *columns, int count,
	const struct describe *describe, struct err *err);
void proposal_free(struct proposal *proposal);

/* Give an interface what is proposed: mapping, key, and Upsert where there is a key, else Insert.
 */
int proposal_apply(struct interface *interface, const struct proposal *proposal, struct err *err);

/* May values of this column go into this field at all? */
bool propose_fits(const struct column *column, const struct field *field);

/*
 * The same, asking source and org. `interface` needs its object and, for a database, its query; its
 * mapping is not looked at. Blocks: ERR_SOURCE, or whatever the org says.
 */
int process_propose(struct proposal **out, const struct process_env *env,
	const struct connection *connection, const struct interface *interface,
	const atomic_bool *cancel, struct err *err);

/*
 * Append the statement that reads a whole table ("sales.orders"). Parts that are no plain names are
 * quoted as standard SQL does.
 */
void propose_table_query(struct buf *out, const char *table);

#endif
