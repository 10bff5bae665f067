/* suites.h — the suites of this folder. */

#ifndef TESTS_PROCESS_SUITES_H
#define TESTS_PROCESS_SUITES_H

#include "harness/check_main.h"

Suite *suite_field_value(void);
Suite *suite_zone(void);
Suite *suite_key(void);
Suite *suite_mapper(void);
Suite *suite_odbc_string(void);

#endif
