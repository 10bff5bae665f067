/* suites.h — the suites of this folder. */

#ifndef TESTS_MODEL_SUITES_H
#define TESTS_MODEL_SUITES_H

#include "harness/check_main.h"

Suite *suite_address(void);
Suite *suite_connection(void);
Suite *suite_interface(void);
Suite *suite_message(void);
Suite *suite_secret(void);

#endif
