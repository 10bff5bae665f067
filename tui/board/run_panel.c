/* run_panel.c — the line that tells how a run stands, in the Interface tab and over the monitor. */

#include "base/base.h"
#include "tui/board/run_panel.h"

#include "base/text.h"
#include "tui/board/words.h"
#include "tui/widget/gauge.h"

#define BAR_COLS_MIN 14
#define BAR_COLS_MAX 31
/* From here on all of it has room in one line. */
#define ONE_LINE_COLS 112
/* What the counts take in it. */
#define COUNTS_COLS 44
#define GAP 2

static bool under_way(const struct run_info *run)
{
	return run->state == RUN_READING || run->state == RUN_SENDING;
}

#define PARTS 7

struct part {
	char text[WORDS_MAX + 16];
	int style;
};

/* The counts that are told of a run, each in the style of what it counts; returns how many. */
static int list_parts(struct part out[PARTS], const struct run_info *run)
{
	const struct {
		const char *word;
		int64_t count;
		int style;
		bool always;
	} all[PARTS] = {
		{ "ok", run->counts.completed, STYLE_OK, true },
		{ "failed", run->counts.failed, STYLE_FAIL, true },
		{ "pending", run->counts.pending, STYLE_TEXT, true },
		{ "unknown", run->counts.unknown, STYLE_WARN, false },
		{ "cancelled", run->counts.cancelled, STYLE_WARN, false },
		{ "held", run->counts.held, STYLE_QUIET, false },
		{ "skipped", run->counts.skipped, STYLE_QUIET, false },
	};
	char number[WORDS_MAX];
	int count = 0;

	for (int i = 0; i < PARTS; i++) {
		if (!all[i].always && !all[i].count)
			continue;
		out[count].style = all[i].count ? all[i].style : STYLE_QUIET;
		snprintf(out[count].text, sizeof(out[count].text), "%s %s", all[i].word,
			words_count(number, all[i].count));
		count++;
	}
	return count;
}

/* Returns the columns used. */
static int draw_counts(struct screen *screen, int y, int x, int cols, const struct run_info *run)
{
	struct part parts[PARTS];
	int count = list_parts(parts, run);
	int used = 0;

	for (int i = 0; i < count; i++)
		used += screen_text(
				screen, y, x + used, cols - used, parts[i].style, parts[i].text) +
			GAP;
	return used;
}

static int counts_cols(const struct run_info *run)
{
	struct part parts[PARTS];
	int count = list_parts(parts, run);
	int cols = -GAP;

	for (int i = 0; i < count; i++)
		cols += (int)strlen(parts[i].text) + GAP;
	return cols;
}

static void pace_words(char *out, size_t size, const struct run_info *run)
{
	char rate[WORDS_MAX];
	char eta[WORDS_MAX];

	out[0] = '\0';
	if (!under_way(run))
		return;
	if (!run->owner_pid) {
		text_copy(out, size, WORDS_NOBODY_CARRIES);
		return;
	}
	words_count(rate, (int64_t)run->rows_per_second);
	if (run_eta(run) >= 0)
		snprintf(out, size, "%s/s  ETA %s", rate, words_duration(eta, run_eta(run)));
	else
		snprintf(out, size, "%s/s", rate);
}

static void head_words(char *out, size_t size, const struct run_info *run)
{
	char rows[WORDS_MAX];

	snprintf(out, size, "Run %" PRId64 " %s  %s rows%s%s%s", run->id, run->interface,
		words_count(rows, run->counts.read), run->dry_run ? "  dry run" : "",
		run->state == RUN_SENDING ? "" : "  ",
		run->state == RUN_SENDING ? "" : run_state_name(run->state));
}

int run_panel_rows(int cols, const struct run_info *run)
{
	char head[256];

	if (under_way(run))
		return cols < ONE_LINE_COLS ? 2 : 1;
	head_words(head, sizeof(head), run);
	return (int)strlen(head) + GAP + counts_cols(run) > cols ? 2 : 1;
}

void run_panel_draw(struct screen *screen, int y, int x, int cols, const struct run_info *run)
{
	char head[256];
	char pace[80];
	int end = x + cols;
	bool two = run_panel_rows(cols, run) == 2;
	int bar;

	head_words(head, sizeof(head), run);
	pace_words(pace, sizeof(pace), run);
	x += screen_text(
		     screen, y, x, cols - (two ? (int)strlen(pace) + GAP : 0), STYLE_STRONG, head) +
	     GAP;
	bar = end - x - (int)strlen(pace) - GAP - (two ? 0 : COUNTS_COLS);
	if (bar > BAR_COLS_MAX)
		bar = BAR_COLS_MAX;
	if (bar >= BAR_COLS_MIN && under_way(run)) {
		gauge_draw(screen, y, x, bar, run_percent(run));
		x += bar + GAP;
	} else if (under_way(run) && run_percent(run) >= 0) {
		x += screen_printf(screen, y, x, end - x, STYLE_TEXT, "%d%%", run_percent(run)) +
		     GAP;
	}
	if (two)
		draw_counts(screen, y + 1, end - cols + 2, cols - 2, run);
	else
		x += draw_counts(screen, y, x, end - x, run);
	screen_text(screen, y, x, end - x, STYLE_TEXT, pace);
}
