/* million.h — a home whose store holds many messages, made through the store's own writer. */

#ifndef BENCH_MILLION_H
#define BENCH_MILLION_H

#include <stdint.h>

/* Every so many rows one is refused; all others are Completed. */
#define MILLION_FAIL_EVERY 997

/* Make HOME: two connections' files, five interfaces, ten runs over ten days with `messages` in
 * all. The last run ended a moment ago. */
void million_make(const char *home, int64_t messages);

/* Another run: `rows_per_second` are read and sent for `seconds`. Call it in a process of its own.
 */
void million_go_on(const char *home, int rows_per_second, int seconds);

#endif
