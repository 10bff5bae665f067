/* dashboard.c — the one glance: what is wrong anywhere, by the feed's last runs and states. */

#include "base/base.h"
#include "tui/board/dashboard.h"

#include "base/clock.h"
#include "base/text.h"
#include "tui/board/words.h"

#define GAP 2

/* In the order in which they are told; from RUNNING on nothing is wrong. */
enum { NO_AGENT, BLOCKED, HELD, LATE, STUCK, FAILED, UNKNOWN, HELD_BACK, RUNNING, KINDS };

static const struct {
	const char *word;
	int style;
} kinds[KINDS] = {
	[NO_AGENT] = { "no agent", STYLE_FAIL },
	[BLOCKED] = { "blocked", STYLE_FAIL },
	[HELD] = { "held", STYLE_WARN },
	[LATE] = { "late", STYLE_FAIL },
	[STUCK] = { "stopped", STYLE_WARN },
	[FAILED] = { "failed", STYLE_FAIL },
	[UNKNOWN] = { "unknown", STYLE_WARN },
	[HELD_BACK] = { "held back", STYLE_WARN },
	[RUNNING] = { "running", STYLE_BUSY },
};

static void count_run(int64_t counts[KINDS], const struct run_info *run)
{
	bool active = run->state == RUN_READING || run->state == RUN_SENDING;
	bool stuck = active && (!run->owner_pid || !run->responding);

	if (!run->id)
		return;
	counts[STUCK] += stuck || run->state == RUN_PAUSED || run->state == RUN_STOPPED;
	counts[RUNNING] += active && !stuck;
	counts[FAILED] += run->counts.failed;
	counts[UNKNOWN] += run->counts.unknown;
	counts[HELD_BACK] += run->counts.held; /* their messages of earlier runs are not done */
}

static void count_all(int64_t counts[KINDS], const struct board *board)
{
	const struct catalog_model *catalog = board->catalog;
	int64_t now = clock_now();
	char why[512];

	counts[NO_AGENT] = board->agent_known && !board->agent.up;
	for (int i = 0; board->states && i < catalog->connection_count; i++) {
		counts[BLOCKED] += board->states[i].brake.brake == BRAKE_BLOCKED;
		counts[HELD] += board->states[i].brake.brake == BRAKE_HELD;
	}
	for (int i = 0; i < board->schedule_count; i++)
		counts[LATE] += schedule_alarm(why, sizeof(why), &board->schedules[i], now);
	for (int i = 0; i < catalog->interface_count; i++)
		count_run(counts, &board->last_runs[i]);
}

struct word {
	char text[WORDS_MAX + 16];
	int style;
};

/* *wrong: how many of them are bad news, which come first. */
static int list_words(struct word words[KINDS + 1], int *wrong, const int64_t counts[KINDS])
{
	char number[WORDS_MAX];
	int count = 0;

	for (int i = 0; i < KINDS; i++) {
		if (i == RUNNING) {
			*wrong = count;
			if (count == 0)
				words[count++] = (struct word){ "all well", STYLE_OK };
		}
		if (!counts[i])
			continue;
		words[count].style = kinds[i].style;
		if (i == NO_AGENT)
			text_copy(words[count].text, sizeof(words[count].text), kinds[i].word);
		else
			snprintf(words[count].text, sizeof(words[count].text), "%s %s",
				words_count(number, counts[i]), kinds[i].word);
		count++;
	}
	return count;
}

/* Columns of the first `shown` of them, and of " +2" for bad news that is left out. */
static int cols_of(const struct word *words, int wrong, int shown)
{
	int cols = -GAP;

	for (int i = 0; i < shown; i++)
		cols += GAP + (int)strlen(words[i].text);
	return wrong > shown ? cols + (int)strlen(" +9") : cols;
}

void dashboard_draw(struct board *board, int y, int right, int cols)
{
	struct word words[KINDS + 1];
	int64_t counts[KINDS] = { 0 };
	int wrong = 0;
	int shown;
	int x;

	if (!board->agent_known || !board->last_runs || !board->catalog ||
		!board->catalog->interface_count)
		return;
	count_all(counts, board);
	shown = list_words(words, &wrong, counts);
	while (shown > 1 && cols_of(words, wrong, shown) > cols)
		shown--;
	if (cols_of(words, wrong, shown) > cols)
		wrong = shown; /* no room even for how much more there is */
	x = right - cols_of(words, wrong, shown);
	if (x < right - cols)
		x = right - cols;
	for (int i = 0; i < shown; i++)
		x += (i ? GAP : 0) + screen_text(board->screen, y, x + (i ? GAP : 0), right - x,
					     words[i].style, words[i].text);
	if (wrong > shown)
		screen_printf(board->screen, y, x, right - x, STYLE_QUIET, " +%d", wrong - shown);
}
