/* suites.h — the suites of this folder. */

#ifndef TESTS_SETUP_SUITES_H
#define TESTS_SETUP_SUITES_H

#include "harness/check_main.h"

/* This program by its own path: what /proc/self/exe names may be a tool that runs it. */
extern const char *test_program;

Suite *suite_template(void);
Suite *suite_permission(void);
Suite *suite_package(void);
Suite *suite_package_write(void);
Suite *suite_package_command(void);
Suite *suite_mask(void);
Suite *suite_doctor(void);

#endif
