/* words.h — numbers, times and states as people read them. */

#ifndef BOARD_WORDS_H
#define BOARD_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "model/message.h"
#include "store/view.h"

#define WORDS_MAX 32
/* Of a run under way whose process is gone. */
#define WORDS_NOBODY_CARRIES "waits for the agent"

/* "88,120"; returns `out`. */
char *words_count(char out[WORDS_MAX], int64_t count);

/* "10s", "3m20s", "2h05m". */
char *words_duration(char out[WORDS_MAX], int64_t seconds);

/* "12:00:11" today, "22 Nov" this year, "Nov 2025" before; returns `out`. */
char *words_when(char out[WORDS_MAX], int64_t ms);

/* How far a run is: 0 to 100, or -1 while the number of rows is not known. */
int run_percent(const struct run_info *run);

/* Seconds it will still take at its present rate, or -1. */
int64_t run_eta(const struct run_info *run);

/* "1,204 ok", "3 failed 1,201 ok", "41% 5,120/s 10s", "Paused: ..."; the style in *style. */
char *run_result(char *out, size_t size, const struct run_info *run, int *style);

/* What keeps a connection from sending, on one line: "Held by anna: month end"; "" = nothing does.
 */
char *brake_words(char *out, size_t size, const struct connection_state *state, int *style);

/* "12:00:11", "sending", "" = never. */
char *run_when(char *out, size_t size, const struct run_info *run);

int status_style(enum message_status status);

#endif
