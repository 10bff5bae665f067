/*
 * pager.h — a text to read: passages with a label in front of each, wrapped, scrolled by line. Help
 * and the detail of a message are this.
 */

#ifndef WIDGET_PAGER_H
#define WIDGET_PAGER_H

#include <stdbool.h>

#include "base/buf.h"
#include "tui/widget/screen.h"

#define PAGER_PASSAGES_MAX 256

struct pager {
	struct buf text;
	struct {
		char label[40];
		int style;
		size_t from; /* in `text`, terminated */
	} passages[PAGER_PASSAGES_MAX];
	int count;
	int label_cols;
	int skip;	/* lines scrolled away */
	int rows, page; /* from the last drawing */
};

void pager_init(struct pager *pager, int label_cols);
void pager_free(struct pager *pager);

/* Empty it; the place one had scrolled to stays. */
void pager_reset(struct pager *pager);

/* A passage; without text it is an empty line. */
void pager_add(struct pager *pager, const char *label, int style, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Motions; false for other keys. */
bool pager_key(struct pager *pager, int key);

void pager_draw(struct pager *pager, struct screen *screen, struct area area);

#endif
