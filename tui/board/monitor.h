/* monitor.h — what other pages need of the Message Monitor. */

#ifndef BOARD_MONITOR_H
#define BOARD_MONITOR_H

#include "tui/board/state.h"

/* The feed's window comes over. */
void monitor_take(struct board *board, struct feed_news *news);

/* And how many came behind what is shown. */
void monitor_take_newer(struct board *board, const struct feed_news *news);

/* The filter in force, "" = none. */
const char *monitor_filter(const struct board *board);

/* The codes of the messages that are loaded, each once. */
void monitor_shown_codes(struct text_list *codes, const struct board *board);

/*
 * What the causes look into: the filter without the words of F for Failed and Unknown. Superseded
 * ones are left out, by the filter's own word, unless it speaks of them or of states itself.
 */
void monitor_filter_of_causes(char *out, size_t size, const char *filter);

/* A copy of the numbers of those marked by hand, ascending; none when `*` marked all that pass the
 * filter. Caller frees; false when out of memory. */
bool monitor_marks(int64_t **marks, size_t *count, const struct board *board);

/* Which messages were marked is forgotten: what was wanted of them is done. */
void monitor_unmark(struct board *board);

#endif
