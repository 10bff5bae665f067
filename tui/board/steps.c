/* steps.c — the lines of a ping. */

#include "base/base.h"
#include "tui/board/steps.h"

#include "base/text.h"

#define WORD_COLS 6
#define NAME_COLS 24
#define TIME_COLS 9
#define REMEDY_INDENT WORD_COLS

static const struct {
	const char *word;
	enum style style;
} verdicts[] = {
	[VERDICT_OK] = { "OK", STYLE_OK },
	[VERDICT_FAIL] = { "FAIL", STYLE_FAIL },
	[VERDICT_WARN] = { "WARN", STYLE_WARN },
	[VERDICT_NOT_REACHED] = { "..", STYLE_QUIET },
};

static int remedy_lines(
	struct screen *screen, struct area area, const struct ping_step *step, int skip)
{
	struct area text = { area.y, area.x + REMEDY_INDENT, area.rows, area.cols - REMEDY_INDENT };

	if (!step->remedy[0] || step->verdict == VERDICT_OK || step->verdict == VERDICT_NOT_REACHED)
		return 0;
	return screen_paragraph(screen, text, STYLE_TEXT, step->remedy, skip);
}

static int count_remedy(struct screen *screen, int cols, const struct ping_step *step)
{
	return remedy_lines(screen, (struct area){ 0, 0, 0, cols }, step, 0);
}

static void time_words(char *out, size_t size, const struct ping_step *step)
{
	if (step->verdict == VERDICT_NOT_REACHED)
		out[0] = '\0';
	else if (step->ms >= 10000)
		snprintf(out, size, "%.1f s", step->ms / 1000);
	else
		snprintf(out, size, "%.0f ms", step->ms);
}

static void draw_step(struct screen *screen, int y, struct area area, const struct ping_step *step)
{
	int name = area.cols < 70 ? NAME_COLS - 6 : NAME_COLS;
	int detail_x = area.x + WORD_COLS + name + 1;
	bool reached = step->verdict != VERDICT_NOT_REACHED;
	char took[32];

	time_words(took, sizeof(took), step);
	screen_text(screen, y, area.x + 1, WORD_COLS - 1, verdicts[step->verdict].style,
		verdicts[step->verdict].word);
	screen_text(screen, y, area.x + WORD_COLS, name, reached ? STYLE_TEXT : STYLE_QUIET,
		step->name);
	screen_text(screen, y, detail_x, area.x + area.cols - TIME_COLS - 1 - detail_x,
		reached ? STYLE_TEXT : STYLE_QUIET,
		!reached && !step->detail[0] ? "not reached" : step->detail);
	screen_right(screen, y, area.x + area.cols - TIME_COLS, TIME_COLS, STYLE_QUIET, took);
}

/* Lines in all; *last = the line that must be seen, counted from 1. */
static int measure(
	struct screen *screen, int cols, const struct ping_result *result, bool running, int *last)
{
	int lines = 0;
	int failed = 0;

	for (int i = 0; i < result->count; i++) {
		lines += 1 + count_remedy(screen, cols, &result->steps[i]);
		if (!failed && result->steps[i].verdict == VERDICT_FAIL)
			failed = lines;
	}
	if (running)
		lines++;
	*last = failed ? failed : lines;
	return lines;
}

int steps_draw(struct screen *screen, struct area area, const struct ping_result *result,
	bool running, int back)
{
	int last;
	int total = measure(screen, area.cols, result, running, &last);
	int skip = last > area.rows ? last - area.rows : 0;
	int y;

	skip = back > skip ? 0 : skip - back;
	y = area.y - skip;
	for (int i = 0; i < result->count; i++) {
		const struct ping_step *step = &result->steps[i];
		int hidden;

		if (y >= area.y && y < area.y + area.rows)
			draw_step(screen, y, area, step);
		y++;
		hidden = y < area.y ? area.y - y : 0;
		y += remedy_lines(screen,
			(struct area){
				y + hidden, area.x, area.y + area.rows - y - hidden, area.cols },
			step, hidden);
	}
	if (running && y >= area.y && y < area.y + area.rows)
		screen_text(screen, y, area.x + 1, area.cols - 1, STYLE_BUSY, "..   working");
	return total;
}
