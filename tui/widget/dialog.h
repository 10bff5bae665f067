/*
 * dialog.h — a box over the screen that asks one thing: a title, a text, a form whose last fields
 * are its buttons. Confirmations, typed confirmations, messages and small forms are all this.
 */

#ifndef WIDGET_DIALOG_H
#define WIDGET_DIALOG_H

#include <stdbool.h>

#include "tui/widget/form.h"
#include "tui/widget/screen.h"

struct dialog {
	char title[96];
	char *text; /* owned, wrapped when drawn */
	struct form form;
	int yes;		       /* index of the button that says yes */
	char expected[128];	       /* typed confirmation: what field 0 must say; "" = none */
	bool (*ready)(struct form *f); /* NULL, or may `yes` be pressed now? */
	int skip;		       /* first line of the text shown, when it is long */
	int text_rows, text_page;      /* from the last drawing */
};

enum dialog_event { DIALOG_OPEN, DIALOG_YES, DIALOG_NO, DIALOG_OTHER };

/*
 * `specs` are the fields, buttons included; `yes` is the index of the one that says yes (Enter on
 * it, or `y` while no text is being typed); any other button, Esc or `n` says no, but a button
 * between `yes` and the last one is DIALOG_OTHER (dialog->form.focus tells which).
 */
void dialog_init(struct dialog *dialog, const char *title, const char *text,
	const struct field_spec *specs, int count, int yes, void *ctx);

/* One button. */
void dialog_message(struct dialog *dialog, const char *title, const char *text);

/* Two buttons, the cursor on No. */
void dialog_confirm(struct dialog *dialog, const char *title, const char *text, const char *yes);

/* The button opens once `expected` was typed, letter by letter. */
void dialog_typed(struct dialog *dialog, const char *title, const char *text, const char *expected,
	const char *yes);

/* Another text while it is shown; whether its button may be pressed is looked at anew. */
void dialog_set_text(struct dialog *dialog, const char *text);

void dialog_free(struct dialog *dialog);

enum dialog_event dialog_key(struct dialog *dialog, int key);
void dialog_draw(struct dialog *dialog, struct screen *screen);

#endif
