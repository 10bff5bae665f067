/* preview_private.h — shared by preview.c (the list of rows) and preview_row.c (one of them). */

#ifndef BOARD_PREVIEW_PRIVATE_H
#define BOARD_PREVIEW_PRIVATE_H

#include "process/process.h"
#include "tui/board/preview.h"
#include "tui/widget/pager.h"
#include "tui/widget/table.h"

/* What one field of the record would be sent. */
struct sent_field {
	char name[164]; /* "Account__r.Ext_Id__c" */
	char *value;	/* owned; JSON, cut where it is very long */
	const struct field *field;
	bool failed;
};

struct preview_page {
	struct table table;
	char interface[65];
	struct preview *preview; /* owned; NULL while it is read */
	struct err err;
	struct preview_job *job;

	/* The row that is taken apart. */
	int shown; /* -1: none */
	struct sent_field *sent;
	int sent_count;
	struct table fields;
	struct pager pager; /* while its page is open */
	bool paging;
};

/* Take the row at the cursor apart, unless it is already. */
void preview_take_apart(struct board *board);
void preview_forget_row(struct preview_page *page);

void preview_init_fields(struct board *board);

/* The row at the cursor: its verdict, then field by field. */
void preview_draw_row(struct board *board, struct area area);

/* The verdict in words, with its style. */
int preview_verdict(char *out, size_t size, const struct preview_row *row);

/* All of the row, on a page of its own. */
void preview_row_open(struct board *board);

#endif
