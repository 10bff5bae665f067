/* first_private.h — shared by first_interface.c (the page and its keys) and first_jobs.c (source
 * and org). */

#ifndef BOARD_FIRST_PRIVATE_H
#define BOARD_FIRST_PRIVATE_H

#include "process/propose.h"
#include "process/survey.h"
#include "tui/board/first_interface.h"
#include "tui/widget/table.h"

/* What is chosen; each needs an answer of source or org first. */
enum first_stage { FIRST_TABLE, FIRST_OBJECT, FIRST_MAPPING };

struct first_page {
	struct connection connection;
	enum first_stage stage;
	struct survey *survey;	   /* the source's tables; NULL until they were told */
	struct text_list objects;  /* the org's */
	struct proposal *proposal; /* for `interface` */
	struct interface interface;
	bool saved;
	struct err err; /* why the stage's answer did not come */
	struct first_job *job;

	struct table table;
	int *rows; /* places in the stage's list, by row of the table; owned */
	char filter[64];
};

/* Ask for what the stage chooses from; what was asked before is dropped. */
void first_ask(struct board *board);
void first_stop(struct first_page *page);

/* The answer is there: list it. */
void first_list(struct board *board);

#endif
