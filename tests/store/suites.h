/* suites.h — the suites of this folder. */

#ifndef TESTS_STORE_SUITES_H
#define TESTS_STORE_SUITES_H

#include "harness/check_main.h"

Suite *suite_operator(void);
Suite *suite_send(void);
Suite *suite_store(void);
Suite *suite_window(void);
Suite *suite_health(void);

#endif
