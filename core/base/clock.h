/* clock.h — the only source of time. Tests put their own clock in its place. */

#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CLOCK_TEXT_MAX 32

/* Milliseconds since 1970-01-01 UTC. May jump when the machine's clock is set. */
int64_t clock_now(void);

/* Milliseconds that only ever go forward; for durations and time-outs. */
int64_t clock_mono(void);

/* Microseconds that only ever go forward; for measurements. */
int64_t clock_mono_us(void);

void clock_sleep(int64_t ms);

/* "2026-11-23T12:04:11.123Z" for a clock_now() value; returns `text`. */
char *clock_iso(char text[CLOCK_TEXT_MAX], int64_t ms);

/* The reverse; also accepts "+00:00", "+0000" and no fraction. Fails with ERR_USAGE. */
int clock_parse_iso(int64_t *ms, const char *text, struct err *err);

/* Local time of day "12:04:11", or the local date "2026-11-20" when it was another day than `now`.
 */
char *clock_local_short(char text[CLOCK_TEXT_MAX], int64_t ms, int64_t now);

/* Local "2026-11-23 12:04:11". */
char *clock_local_full(char text[CLOCK_TEXT_MAX], int64_t ms);

/* For tests: stop both clocks at `ms`; a negative value lets real time run again. */
void clock_freeze(int64_t ms);

#endif
