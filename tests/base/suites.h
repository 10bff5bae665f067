/* suites.h — the suites of this folder. */

#ifndef TESTS_BASE_SUITES_H
#define TESTS_BASE_SUITES_H

#include "harness/check_main.h"

Suite *suite_err(void);
Suite *suite_log(void);
Suite *suite_log_read(void);
Suite *suite_buf(void);
Suite *suite_text(void);
Suite *suite_json(void);
Suite *suite_clock(void);
Suite *suite_file(void);
Suite *suite_queue(void);
Suite *suite_cron(void);

#endif
