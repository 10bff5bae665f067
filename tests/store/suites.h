/* suites.h — the suites of this folder. */

#ifndef TESTS_STORE_SUITES_H
#define TESTS_STORE_SUITES_H

#include "harness/check_main.h"

Suite *suite_blob(void);
Suite *suite_crash(void);
Suite *suite_filter(void);
Suite *suite_health(void);
Suite *suite_job(void);
Suite *suite_known(void);
Suite *suite_brake(void);
Suite *suite_cause(void);
Suite *suite_open(void);
Suite *suite_operator(void);
Suite *suite_power(void);
Suite *suite_send(void);
Suite *suite_store(void);
Suite *suite_traffic(void);
Suite *suite_wal_file(void);
Suite *suite_walk(void);
Suite *suite_window(void);
Suite *suite_writer(void);

#endif
