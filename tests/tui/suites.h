/* suites.h — the suites of this folder. */

#ifndef TESTS_TUI_SUITES_H
#define TESTS_TUI_SUITES_H

#include "harness/check_main.h"

Suite *suite_glyph(void);
Suite *suite_line(void);
Suite *suite_form(void);
Suite *suite_theme(void);
Suite *suite_words(void);
Suite *suite_worker(void);
Suite *suite_feed(void);

#endif
