/*
 * mouse.c — what is clicked on says what it is (zone.h); the rest is pressing keys, so that a click
 * does nothing that a hand on the keyboard could not do.
 */

#include "base/base.h"
#include "tui/board/mouse.h"

#include "base/clock.h"
#include "tui/board/crumbs.h"
#include "tui/widget/table.h"
#include "tui/widget/zone.h"

#define WHEEL_STEPS 3
#define DOUBLE_CLICK_MS 400

/* The cursor goes to the row by its own keys, so that its page knows; true when it is there. */
static bool select_row(struct board *board, const struct zone *zone, int y)
{
	struct table *table = zone->of;
	int64_t row = table->top + (y - zone->area.y);
	int64_t steps;

	if (row >= table->count)
		return false;
	if (zone->value != K_NONE)
		board_key(board, zone->value);
	steps = row - table->cursor;
	for (int64_t i = 0; i < (steps < 0 ? -steps : steps); i++)
		board_key(board, steps < 0 ? K_UP : K_DOWN);
	return true;
}

/* A field gets the cursor; a button is pressed, a box ticked. */
static void click_field(struct board *board, const struct zone *zone)
{
	struct form *form = zone->of;

	form->fields[form->focus].peek = false;
	form_focus(form, zone->value);
	if (form->focus != zone->value)
		return;
	if (form->specs[zone->value].kind == FIELD_BUTTON)
		board_key(board, K_ENTER);
	else if (form->specs[zone->value].kind == FIELD_CHECK)
		board_key(board, ' ');
}

static void click(struct board *board, struct mouse_event event)
{
	const struct zone *at = zone_at(board->screen, event.y, event.x);
	struct zone zone;
	bool twice;

	if (!at)
		return;
	zone = *at; /* what it leads to may be drawn before this is over */
	twice = event.y == board->clicked_y && board->clicked_at &&
		clock_mono() - board->clicked_at <= DOUBLE_CLICK_MS;
	board->clicked_at = 0;
	switch (zone.kind) {
	case ZONE_KEY:
		board_key(board, zone.value);
		break;
	case ZONE_TAB:
		board_show_tab(board, zone.value);
		break;
	case ZONE_PLACE:
		crumbs_go(board, zone.value);
		break;
	case ZONE_FIELD:
		click_field(board, &zone);
		break;
	case ZONE_TABLE:
		if (!select_row(board, &zone, event.y))
			break;
		if (twice) {
			board_key(board, K_ENTER);
			break;
		}
		board->clicked_at = clock_mono();
		board->clicked_y = event.y;
		break;
	}
}

/* As so many moves up or down; a prompt would take them for its history. */
static void turn_wheel(struct board *board, int key)
{
	if (board->prompt.on && !board->asking)
		return;
	for (int i = 0; i < WHEEL_STEPS; i++)
		board_key(board, key);
}

void mouse_take(struct board *board, bool stale)
{
	struct mouse_event event = screen_mouse_event(board->screen);

	if (event.kind == MOUSE_WHEEL_UP)
		turn_wheel(board, K_UP);
	else if (event.kind == MOUSE_WHEEL_DOWN)
		turn_wheel(board, K_DOWN);
	if (event.kind != MOUSE_PRESS)
		return;
	if (stale)
		frame_draw(board);
	click(board, event);
}

void mouse_do_toggle(void *ctx, const char *argument)
{
	struct board *board = ctx;
	bool on = !screen_mouse(board->screen);

	(void)argument;
	if (screen_set_mouse(board->screen, on))
		board_say(board, STYLE_TEXT,
			on ? "The mouse is on; most terminals still select while Shift is held"
			   : "The mouse is off");
	else
		board_say(board, STYLE_WARN, "This terminal is not known to have a mouse");
}
