/* suites.h — the suites of this folder. */

#ifndef TESTS_CONFIG_SUITES_H
#define TESTS_CONFIG_SUITES_H

#include "harness/check_main.h"

Suite *suite_home(void);
Suite *suite_files(void);
Suite *suite_keys(void);
Suite *suite_edit(void);
Suite *suite_roundtrip(void);
Suite *suite_catalog(void);

#endif
