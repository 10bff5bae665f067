/* run_panel.c — the line that tells how a run stands, in the Interface tab and over the monitor. */

#include "base/base.h"
#include "tui/board/run_panel.h"

#include "tui/board/words.h"
#include "tui/widget/gauge.h"

#define BAR_COLS_MIN 14
#define BAR_COLS_MAX 31

static bool under_way(const struct run_info *run)
{
	return run->state == RUN_READING || run->state == RUN_SENDING;
}

/* Written from the right end: counts first, since they matter most. */
static int tail_words(char *out, size_t size, const struct run_info *run)
{
	const struct run_counts *c = &run->counts;
	char ok[WORDS_MAX];
	char failed[WORDS_MAX];
	char pending[WORDS_MAX];
	char number[WORDS_MAX];
	char eta[WORDS_MAX];
	size_t used;

	used = (size_t)snprintf(out, size, "ok %s  failed %s  pending %s",
		words_count(ok, c->completed), words_count(failed, c->failed),
		words_count(pending, c->pending));
	if (c->unknown && used < size)
		used += (size_t)snprintf(
			out + used, size - used, "  unknown %s", words_count(number, c->unknown));
	if (under_way(run) && used < size)
		used += (size_t)snprintf(out + used, size - used, "  %s/s",
			words_count(number, (int64_t)run->rows_per_second));
	if (under_way(run) && run_eta(run) >= 0 && used < size)
		used += (size_t)snprintf(
			out + used, size - used, "  ETA %s", words_duration(eta, run_eta(run)));
	return (int)used;
}

static int head_words(char *out, size_t size, const struct run_info *run)
{
	char rows[WORDS_MAX];

	return snprintf(out, size, "Run %" PRId64 " %s  %s rows  %s%s", run->id, run->interface,
		words_count(rows, run->counts.read), run->dry_run ? "dry run, " : "",
		run_state_name(run->state));
}

void run_panel_draw(struct screen *screen, int y, int x, int cols, const struct run_info *run)
{
	char head[256];
	char tail[256];
	int head_cols = head_words(head, sizeof(head), run);
	int tail_cols = tail_words(tail, sizeof(tail), run);
	int bar = cols - head_cols - tail_cols - 4;
	int style = run->counts.failed ? STYLE_FAIL : run->counts.unknown ? STYLE_WARN : STYLE_TEXT;

	x += screen_text(screen, y, x, cols - tail_cols - 2, STYLE_STRONG, head) + 2;
	if (bar > BAR_COLS_MAX)
		bar = BAR_COLS_MAX;
	if (bar >= BAR_COLS_MIN && under_way(run)) {
		gauge_draw(screen, y, x, bar, run_percent(run));
		x += bar + 2;
	}
	screen_text(screen, y, x, tail_cols, style, tail);
}
