/* trivia.h — blanks, comments and strings of a libconfig text; for scan.c, whose header has the
 * rest. */

#ifndef CONFIG_TRIVIA_H
#define CONFIG_TRIVIA_H

#include <stdbool.h>
#include <stddef.h>

bool trivia_is_blank(char c);

/* Behind the comment that starts at `at`; `at` itself when none does; len + 1 when it never ends.
 */
size_t trivia_comment_end(const char *text, size_t len, size_t at);

/* Behind the string that starts at `at`; len + 1 when it never ends. */
size_t trivia_string_end(const char *text, size_t len, size_t at);

#endif
