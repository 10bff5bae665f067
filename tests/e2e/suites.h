/* suites.h — the suites of this folder. */

#ifndef TESTS_E2E_SUITES_H
#define TESTS_E2E_SUITES_H

#include "harness/check_main.h"

Suite *suite_e2e_ping(void);
Suite *suite_e2e_process(void);
Suite *suite_e2e_messages(void);
Suite *suite_e2e_agent(void);
Suite *suite_e2e_service(void);
Suite *suite_e2e_demo(void);
Suite *suite_e2e_files(void);
Suite *suite_e2e_incremental(void);
Suite *suite_e2e_secrets(void);

#endif
