/* run_watch.c — which runs are waited for, and what is said when one is over. */

#include "base/base.h"
#include "tui/board/run_watch.h"

#include "tui/board/words.h"

static void let_go(struct board *board, int place)
{
	board->watched_count--;
	memmove(&board->watched[place], &board->watched[place + 1],
		(size_t)(board->watched_count - place) * sizeof(*board->watched));
}

void run_watch(struct board *board, int64_t run, bool started)
{
	if (!run)
		return;
	for (int i = 0; i < board->watched_count; i++) {
		if (board->watched[i].run == run)
			return;
	}
	if (board->watched_count == WATCHED_MAX)
		let_go(board, 0);
	board->watched[board->watched_count++] = (struct watched_run){ run, started };
	board_look(board);
}

void run_watch_look(const struct board *board, struct feed_request *request)
{
	if (board->watched_count)
		request->parts |= FEED_WATCHED;
	for (int i = 0; i < board->watched_count; i++)
		request->watched[i] = board->watched[i].run;
}

static void tell(struct board *board, const struct run_info *run)
{
	char result[256];
	int style;

	if (!board->bell)
		return;
	run_result(result, sizeof(result), run, &style);
	board_say(board, style, "Run %" PRId64 " of %s ended: %s", run->id, run->interface, result);
	screen_bell(board->screen);
}

void run_watch_take(struct board *board, const struct feed_news *news)
{
	for (int i = 0; i < WATCHED_MAX; i++) {
		const struct run_info *run = &news->watched[i];

		for (int w = 0; run->id && w < board->watched_count; w++) {
			struct watched_run *watched = &board->watched[w];

			if (watched->run != run->id)
				continue;
			if (!run_state_final(run->state)) {
				watched->under_way = true;
				break;
			}
			if (watched->under_way)
				tell(board, run);
			let_go(board, w);
			break;
		}
	}
}

void run_watch_do_toggle(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	board->bell = !board->bell;
	board_say(board, STYLE_TEXT,
		board->bell ? "The bell is on: it rings when a run that you started or opened ends"
			    : "The bell is off");
}
