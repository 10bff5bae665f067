/* suites.h — the suites of this folder. */

#ifndef TESTS_CONFIG_SUITES_H
#define TESTS_CONFIG_SUITES_H

#include "harness/check_main.h"

Suite *suite_home(void);

#endif
