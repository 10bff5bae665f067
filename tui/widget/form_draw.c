/* form_draw.c — a form on the screen: labels in one column, values in the next, buttons in rows. */

#include "base/base.h"
#include "tui/widget/form.h"

#include "base/text.h"
#include "tui/widget/glyph.h"
#include "tui/widget/zone.h"

#define LABEL_COLS_MAX 26
#define VALUE_COLS_MAX 60
#define BUTTON_GAP 2

/* Where each field stands, relative to the first line of the form. */
struct place {
	int y, x, rows;
};

struct layout {
	struct place places[FORM_FIELDS_MAX];
	int value_x;
	int value_cols;
	int rows; /* in all */
};

static const char *label_of(const struct form *form, int field)
{
	const char *own = form->fields[field].label;
	const char *label = form->specs[field].label;

	return own[0] ? own : label ? label : "";
}

static bool in_column(enum field_kind kind)
{
	return kind != FIELD_BUTTON && kind != FIELD_SPACE;
}

static int label_cols(const struct form *form)
{
	int widest = 0;

	for (int i = 0; i < form->count; i++) {
		int cols = glyph_columns(label_of(form, i), false);

		if (in_column(form->specs[i].kind) && form_shown(form, i) && cols > widest)
			widest = cols;
	}
	return widest < LABEL_COLS_MAX ? widest : LABEL_COLS_MAX;
}

static int button_cols(const struct form *form, int field)
{
	return glyph_columns(label_of(form, field), false) + 4;
}

static void lay_out(struct layout *layout, const struct form *form, int cols)
{
	int y = 0;
	int x = 0; /* next place in a row of buttons */

	layout->value_x = label_cols(form) + 3;
	layout->value_cols = cols - layout->value_x - 1;
	if (layout->value_cols > VALUE_COLS_MAX)
		layout->value_cols = VALUE_COLS_MAX;
	for (int i = 0; i < form->count; i++) {
		struct place *place = &layout->places[i];

		if (!form_shown(form, i))
			continue;
		place->rows = form->specs[i].kind == FIELD_LINES ? form->specs[i].rows : 1;
		place->x = 1;
		if (form->specs[i].kind == FIELD_BUTTON) {
			int width = button_cols(form, i);

			if (x && x + width > cols)
				y++, x = 0;
			place->x = x ? x : 1;
			place->y = y;
			x = place->x + width + BUTTON_GAP;
			continue;
		}
		if (x)
			y++, x = 0;
		place->y = y;
		y += place->rows;
	}
	layout->rows = x ? y + 1 : y;
}

int form_rows(const struct form *form, int cols)
{
	struct layout layout;

	lay_out(&layout, form, cols);
	return layout.rows;
}

static int field_style(const struct field_state *field, bool on)
{
	if (field->off)
		return on ? STYLE_FIELD_ON : STYLE_TEXT;
	return on ? STYLE_FIELD_ON : STYLE_FIELD;
}

static void draw_text_field(
	struct form *form, struct screen *screen, int i, struct area area, bool on)
{
	struct field_state *field = &form->fields[i];
	bool secret = form->specs[i].kind == FIELD_SECRET && !field->peek;
	int style = field_style(field, on);

	if (form->specs[i].kind == FIELD_NUMBER && area.cols > 12)
		area.cols = 12;
	if (line_empty(&field->line) && field->kept[0]) {
		screen_padded(screen, area.y, area.x, area.cols, style, field->kept);
		if (on)
			screen_cursor(screen, area.y, area.x);
		return;
	}
	line_draw(&field->line, screen, area.y, area.x, area.cols, style, on, secret);
}

static int radio_cols(const struct field_state *field)
{
	int cols = 0;

	for (int i = 0; field->choices && field->choices[i]; i++)
		cols += glyph_columns(field->choices[i], false) + 6;
	return cols - 2;
}

/* All choices side by side, or where they do not fit the chosen one with its number. */
static void draw_choice(struct form *form, struct screen *screen, int i, struct area area, bool on)
{
	struct field_state *field = &form->fields[i];
	int style = on ? STYLE_FIELD_ON : STYLE_TEXT;
	int count = 0;
	int x = area.x;

	while (field->choices && field->choices[count])
		count++;
	if (on)
		screen_cursor(screen, area.y, area.x + 1);
	if (radio_cols(field) > area.cols || count == 0) {
		screen_printf(screen, area.y, area.x, area.cols, style,
			count ? "< %s >  %d of %d" : "(none)", form_choice(form, i),
			field->choice + 1, count);
		return;
	}
	for (int c = 0; c < count; c++) {
		bool chosen = c == field->choice;

		if (chosen && on)
			screen_cursor(screen, area.y, x + 1);
		x += screen_printf(screen, area.y, x, area.cols, chosen ? style : STYLE_TEXT,
			     "(%c) %s", chosen ? 'o' : ' ', field->choices[c]) +
		     2;
	}
}

static void draw_check(const struct field_state *field, const char *label, struct screen *screen,
	struct area area, bool on)
{
	screen_printf(screen, area.y, area.x, area.cols, on ? STYLE_FIELD_ON : STYLE_TEXT,
		"[%c]%s%s", field->checked ? 'x' : ' ', *label ? " " : "", label);
	if (on)
		screen_cursor(screen, area.y, area.x + 1);
}

static void draw_button(
	const struct form *form, struct screen *screen, int i, int y, int x, bool on)
{
	int style = on ? STYLE_BUTTON_ON : STYLE_BUTTON;
	bool off = form->fields[i].off;

	if (off)
		style = on ? STYLE_BUTTON_ON : STYLE_BUTTON_OFF;
	screen_printf(screen, y, x, button_cols(form, i), style, off ? "( %s )" : "[ %s ]",
		label_of(form, i));
	if (on)
		screen_cursor(screen, y, x + 2);
}

static void draw_value(struct form *form, struct screen *screen, int i, struct area area, bool on)
{
	switch (form->specs[i].kind) {
	case FIELD_CHOICE:
		draw_choice(form, screen, i, area, on);
		break;
	case FIELD_CHECK:
		draw_check(&form->fields[i], form->specs[i].label ? "" : label_of(form, i), screen,
			area, on);
		break;
	case FIELD_NOTE:
		screen_text(screen, area.y, area.x, area.cols, STYLE_TEXT, form_text(form, i));
		break;
	case FIELD_LINES:
		line_draw_rows(
			&form->fields[i].line, screen, area, field_style(&form->fields[i], on), on);
		break;
	default:
		draw_text_field(form, screen, i, area, on);
		break;
	}
}

static void draw_field(struct form *form, struct screen *screen, int i, const struct layout *layout,
	struct area area, bool on)
{
	int y = area.y + layout->places[i].y - form->scroll;
	struct area value = { y, area.x + layout->value_x, layout->places[i].rows,
		layout->value_cols };
	bool wrong = form->fields[i].error[0] != '\0';

	if (y < area.y || y >= area.y + area.rows)
		return;
	if (value.rows > area.y + area.rows - y)
		value.rows = area.y + area.rows - y;
	if (form->specs[i].kind == FIELD_BUTTON) {
		int x = area.x + layout->places[i].x;

		zone_add(screen, (struct area){ y, x, 1, button_cols(form, i) }, ZONE_FIELD, i,
			form);
		draw_button(form, screen, i, y, x, on);
		return;
	}
	if (form->specs[i].kind == FIELD_SPACE)
		return;
	if (wrong)
		screen_text(screen, y, area.x, 1, STYLE_FAIL, "!");
	screen_text(screen, y, area.x + 1, layout->value_x - 2, wrong ? STYLE_FAIL : STYLE_LABEL,
		label_of(form, i));
	if (form->specs[i].kind != FIELD_NOTE)
		zone_add(screen, value, ZONE_FIELD, i, form);
	draw_value(form, screen, i, value, on);
}

static void scroll_to_focus(struct form *form, const struct layout *layout, int rows)
{
	const struct place *place = &layout->places[form->focus];

	if (form->scroll > layout->rows - rows)
		form->scroll = layout->rows - rows;
	if (place->y + place->rows > form->scroll + rows)
		form->scroll = place->y + place->rows - rows;
	if (place->y < form->scroll)
		form->scroll = place->y;
	if (form->scroll < 0)
		form->scroll = 0;
}

/* At the right edge, where no value comes: there is more than these lines show. */
static void draw_marks(const struct form *form, struct screen *screen, const struct layout *layout,
	struct area area)
{
	int x = area.x + area.cols - 1;

	if (area.rows < 2)
		return;
	if (form->scroll > 0)
		screen_sign(screen, area.y, x, 1, STYLE_QUIET, SIGN_ABOVE);
	if (layout->rows - form->scroll > area.rows)
		screen_sign(screen, area.y + area.rows - 1, x, 1, STYLE_QUIET, SIGN_BELOW);
}

void form_draw(struct form *form, struct screen *screen, struct area area, bool on)
{
	struct layout layout;

	if (!form_shown(form, form->focus))
		form_focus(form, form->focus);
	lay_out(&layout, form, area.cols);
	scroll_to_focus(form, &layout, area.rows);
	for (int i = 0; i < form->count; i++) {
		if (i != form->focus && form_shown(form, i))
			draw_field(form, screen, i, &layout, area, false);
	}
	draw_marks(form, screen, &layout, area);
	draw_field(form, screen, form->focus, &layout, area, on);
}
