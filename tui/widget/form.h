/*
 * form.h — pages and dialogs that a person fills in. The fields are a static table; the form holds
 * what was typed, and forgets nothing until it is freed (secrets are wiped then).
 */

#ifndef WIDGET_FORM_H
#define WIDGET_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/widget/line.h"
#include "tui/widget/screen.h"

#define FORM_FIELDS_MAX 40

struct form;

enum field_kind {
	FIELD_TEXT,
	FIELD_SECRET,
	FIELD_NUMBER,
	FIELD_CHOICE,
	FIELD_CHECK,
	FIELD_LINES,  /* several lines */
	FIELD_BUTTON, /* buttons that follow each other stand in one row */
	FIELD_NOTE,   /* shown, not edited */
	FIELD_SPACE,  /* an empty line */
};

struct field_spec {
	enum field_kind kind;
	const char *key; /* what the files call it, to find it by an error's code */
	const char *label;
	const char *help;			/* shown while the cursor is here; NULL = none */
	const char *const *choices;		/* NULL-terminated */
	size_t max;				/* bytes; 0 = 255 */
	int rows;				/* FIELD_LINES */
	bool (*shown)(const struct form *form); /* NULL = always */
};

struct field_state {
	struct line line;
	const char *const *choices; /* borrowed */
	int choice;
	bool checked;
	bool peek;	 /* a secret is readable for now */
	bool off;	 /* cannot be changed or pressed now */
	char label[64];	 /* "" = the spec's */
	char kept[64];	 /* shown while nothing was typed: "unchanged" */
	char error[256]; /* "" = fine */
};

struct form {
	const struct field_spec *specs; /* borrowed */
	int count;
	int focus;
	int scroll;
	bool pasting;
	struct field_state fields[FORM_FIELDS_MAX];
	void *ctx; /* for `shown` */
};

enum form_event {
	FORM_IGNORED, /* the key means nothing here */
	FORM_MOVED,
	FORM_CHANGED, /* the focused field's value changed */
	FORM_PRESSED, /* the focused button was pressed */
	FORM_BACK,    /* Esc */
};

void form_init(struct form *form, const struct field_spec *specs, int count, void *ctx);
void form_free(struct form *form);

enum form_event form_key(struct form *form, int key);

/* Do letters go into the focused field? */
bool form_types_text(const struct form *form);

void form_focus(struct form *form, int field);
bool form_shown(const struct form *form, int field);

const char *form_text(const struct form *form, int field);
void form_set_text(struct form *form, int field, const char *text);
void form_set_number(struct form *form, int field, int64_t value);
/* The number typed; `otherwise` when empty; false when it is none within the bounds. */
bool form_number(int64_t *value, const struct form *form, int field, int64_t min, int64_t max,
	int64_t otherwise);
void form_set_label(struct form *form, int field, const char *label);
/* What an untouched field stands for. */
void form_set_kept(struct form *form, int field, const char *text);
/* Replace the choices; keeps the chosen one by its word where it can. */
void form_set_choices(struct form *form, int field, const char *const *choices);
/* The chosen word, or "". */
const char *form_choice(const struct form *form, int field);

/* Say what is wrong with a field and go there. */
void form_fail(struct form *form, int field, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void form_clear_errors(struct form *form);

/* The shown field of this key, or -1. */
int form_find(const struct form *form, const char *key);

/* The help or the error of the focused field; *wrong says which of them. */
const char *form_help(const struct form *form, bool *wrong);

/* Lines it takes when nothing is cut off. */
int form_rows(const struct form *form, int cols);
void form_draw(struct form *form, struct screen *screen, struct area area, bool on);

#endif
