/* form.c — values, focus and keys of a form; form_draw.c shows it. */

#include "base/base.h"
#include "tui/widget/form.h"

#include "base/text.h"
#include "tui/widget/keys.h"

#define FIELD_MAX_DEFAULT 255

void form_init(struct form *form, const struct field_spec *specs, int count, void *ctx)
{
	memset(form, 0, sizeof(*form));
	form->specs = specs;
	form->count = count < FORM_FIELDS_MAX ? count : FORM_FIELDS_MAX;
	form->ctx = ctx;
	for (int i = 0; i < form->count; i++) {
		size_t max = specs[i].max ? specs[i].max : FIELD_MAX_DEFAULT;

		line_init(&form->fields[i].line, max, specs[i].kind == FIELD_LINES);
		form->fields[i].choices = specs[i].choices;
	}
	form_focus(form, 0);
}

void form_free(struct form *form)
{
	for (int i = 0; i < form->count; i++)
		line_free(&form->fields[i].line);
	form->count = 0;
}

bool form_shown(const struct form *form, int field)
{
	return !form->specs[field].shown || form->specs[field].shown(form);
}

static bool focusable(const struct form *form, int field)
{
	enum field_kind kind = form->specs[field].kind;

	return kind != FIELD_NOTE && kind != FIELD_SPACE && form_shown(form, field);
}

/* The next field in direction `step` that can take the cursor, or -1. */
static int next_field(const struct form *form, int from, int step)
{
	for (int i = from; i >= 0 && i < form->count; i += step) {
		if (focusable(form, i))
			return i;
	}
	return -1;
}

bool form_types_text(const struct form *form)
{
	enum field_kind kind = form->specs[form->focus].kind;

	return form->pasting || kind == FIELD_TEXT || kind == FIELD_SECRET ||
	       kind == FIELD_NUMBER || kind == FIELD_LINES;
}

void form_focus(struct form *form, int field)
{
	int to = next_field(form, field, 1);

	if (to < 0)
		to = next_field(form, field, -1);
	if (to >= 0)
		form->focus = to;
}

/* Not onto itself: at an end the cursor stays. */
static bool move_focus(struct form *form, int step)
{
	int to = next_field(form, form->focus + step, step);

	if (to < 0)
		return false;
	form->fields[form->focus].peek = false;
	form->focus = to;
	return true;
}

const char *form_text(const struct form *form, int field)
{
	return line_text(&form->fields[field].line);
}

void form_set_text(struct form *form, int field, const char *text)
{
	line_set(&form->fields[field].line, text);
}

void form_set_number(struct form *form, int field, int64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, value);
	form_set_text(form, field, text);
}

bool form_number(int64_t *value, const struct form *form, int field, int64_t min, int64_t max,
	int64_t otherwise)
{
	if (line_empty(&form->fields[field].line)) {
		*value = otherwise;
		return true;
	}
	return text_int(value, form_text(form, field), min, max);
}

void form_set_label(struct form *form, int field, const char *label)
{
	text_copy(form->fields[field].label, sizeof(form->fields[field].label), label);
}

void form_set_kept(struct form *form, int field, const char *text)
{
	text_copy(form->fields[field].kept, sizeof(form->fields[field].kept), text);
}

const char *form_choice(const struct form *form, int field)
{
	const struct field_state *f = &form->fields[field];

	return f->choices && f->choices[0] ? f->choices[f->choice] : "";
}

void form_set_choices(struct form *form, int field, const char *const *choices)
{
	struct field_state *f = &form->fields[field];
	const char *before = form_choice(form, field);
	int chosen = 0;

	for (int i = 0; choices && choices[i]; i++) {
		if (text_equal(choices[i], before))
			chosen = i;
	}
	f->choices = choices;
	f->choice = chosen;
}

void form_fail(struct form *form, int field, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(form->fields[field].error, sizeof(form->fields[field].error), fmt, args);
	va_end(args);
	form_focus(form, field);
}

void form_clear_errors(struct form *form)
{
	for (int i = 0; i < form->count; i++)
		form->fields[i].error[0] = '\0';
}

int form_find(const struct form *form, const char *key)
{
	for (int i = 0; i < form->count; i++) {
		if (form->specs[i].key && text_equal(form->specs[i].key, key) &&
			form_shown(form, i))
			return i;
	}
	return -1;
}

const char *form_help(const struct form *form, bool *wrong)
{
	const struct field_state *field = &form->fields[form->focus];
	const char *help = form->specs[form->focus].help;

	*wrong = field->error[0] != '\0';
	if (*wrong)
		return field->error;
	return help ? help : "";
}

static bool change_choice(struct field_state *field, int step, bool around)
{
	int count = 0;
	int to = field->choice + step;

	while (field->choices && field->choices[count])
		count++;
	if (!count || field->off)
		return false;
	if (around)
		to = (to + count) % count;
	if (to < 0 || to >= count || to == field->choice)
		return false;
	field->choice = to;
	return true;
}

static enum form_event choice_key(struct form *form, struct field_state *field, int key)
{
	switch (key) {
	case K_LEFT:
	case 'h':
		return change_choice(field, -1, false) ? FORM_CHANGED : FORM_MOVED;
	case K_RIGHT:
	case 'l':
		return change_choice(field, 1, false) ? FORM_CHANGED : FORM_MOVED;
	case ' ':
		return change_choice(field, 1, true) ? FORM_CHANGED : FORM_MOVED;
	case K_ENTER:
		move_focus(form, 1);
		return FORM_MOVED;
	default:
		return FORM_IGNORED;
	}
}

static enum form_event check_key(struct form *form, struct field_state *field, int key)
{
	if (key == K_ENTER) {
		move_focus(form, 1);
		return FORM_MOVED;
	}
	if (key != ' ' || field->off)
		return FORM_IGNORED;
	field->checked = !field->checked;
	return FORM_CHANGED;
}

static bool is_button(const struct form *form, int field)
{
	return field >= 0 && field < form->count && form->specs[field].kind == FIELD_BUTTON;
}

static enum form_event button_key(struct form *form, struct field_state *field, int key)
{
	switch (key) {
	case K_ENTER:
	case ' ':
		return field->off ? FORM_IGNORED : FORM_PRESSED;
	case K_LEFT:
	case 'h':
		if (is_button(form, next_field(form, form->focus - 1, -1)))
			move_focus(form, -1);
		return FORM_MOVED;
	case K_RIGHT:
	case 'l':
		if (is_button(form, next_field(form, form->focus + 1, 1)))
			move_focus(form, 1);
		return FORM_MOVED;
	default:
		return FORM_IGNORED;
	}
}

static enum form_event text_key(struct form *form, struct field_state *field, int key)
{
	size_t len = field->line.text.len;
	enum field_kind kind = form->specs[form->focus].kind;

	if (key == K_ENTER && kind != FIELD_LINES) {
		move_focus(form, 1);
		return FORM_MOVED;
	}
	if (key == K_F(2) && kind == FIELD_SECRET) {
		field->peek = !field->peek;
		return FORM_MOVED;
	}
	if (field->off || (kind == FIELD_NUMBER && key >= ' ' && key < K_UP && key != K_BACKSPACE &&
				  (key < '0' || key > '9')))
		return FORM_IGNORED;
	if (!line_key(&field->line, key))
		return FORM_IGNORED;
	if (field->line.text.len == len)
		return FORM_MOVED;
	field->error[0] = '\0';
	return FORM_CHANGED;
}

static enum form_event field_key(struct form *form, int key)
{
	struct field_state *field = &form->fields[form->focus];

	switch (form->specs[form->focus].kind) {
	case FIELD_CHOICE:
		return choice_key(form, field, key);
	case FIELD_CHECK:
		return check_key(form, field, key);
	case FIELD_BUTTON:
		return button_key(form, field, key);
	case FIELD_NOTE:
	case FIELD_SPACE:
		return FORM_IGNORED;
	default:
		return text_key(form, field, key);
	}
}

/* Out of a row of buttons, past its other buttons. */
static bool leave_field(struct form *form, int step)
{
	int from = form->focus;

	if (is_button(form, from)) {
		int to = from;

		while (is_button(form, next_field(form, to + step, step)))
			to = next_field(form, to + step, step);
		form->focus = to;
		if (move_focus(form, step))
			return true;
		form->focus = from;
		return false;
	}
	return move_focus(form, step);
}

/* Pasted text goes into the field as it is; a new line in it does not press anything. */
static enum form_event paste_key(struct form *form, int key)
{
	struct field_state *field = &form->fields[form->focus];
	enum field_kind kind = form->specs[form->focus].kind;

	if (key == K_PASTE_BEGIN || key == K_PASTE_END) {
		form->pasting = key == K_PASTE_BEGIN;
		return FORM_MOVED;
	}
	if (field->off || kind == FIELD_CHOICE || kind == FIELD_CHECK || kind == FIELD_BUTTON)
		return FORM_MOVED;
	line_insert(&field->line, key);
	field->error[0] = '\0';
	return FORM_CHANGED;
}

enum form_event form_key(struct form *form, int key)
{
	enum form_event event;

	if (form->pasting || key == K_PASTE_BEGIN || key == K_PASTE_END)
		return paste_key(form, key);
	event = field_key(form, key);
	if (event != FORM_IGNORED)
		return event;
	switch (key) {
	case K_TAB:
		return move_focus(form, 1) ? FORM_MOVED : FORM_IGNORED;
	case K_BACKTAB:
		return move_focus(form, -1) ? FORM_MOVED : FORM_IGNORED;
	case K_DOWN:
	case K_PAGE_DOWN:
		return leave_field(form, 1) ? FORM_MOVED : FORM_IGNORED;
	case K_UP:
	case K_PAGE_UP:
		return leave_field(form, -1) ? FORM_MOVED : FORM_IGNORED;
	case K_ESC:
		return FORM_BACK;
	default:
		return FORM_IGNORED;
	}
}
