/* suites.h — the suites of this folder. */

#ifndef TESTS_PROCESS_SUITES_H
#define TESTS_PROCESS_SUITES_H

#include "harness/check_main.h"

/* This program, which is the reader child, too (under valgrind /proc/self/exe is another one). */
extern const char *test_program;

Suite *suite_exchange(void);
Suite *suite_field_value(void);
Suite *suite_zone(void);
Suite *suite_key(void);
Suite *suite_formula(void);
Suite *suite_mapper(void);
Suite *suite_propose(void);
Suite *suite_odbc_string(void);
Suite *suite_sample(void);
Suite *suite_run(void);
Suite *suite_run_faults(void);
Suite *suite_run_disk(void);
Suite *suite_memory(void);
Suite *suite_run_parents(void);
Suite *suite_run_payload(void);
Suite *suite_run_again(void);
Suite *suite_run_ends(void);
Suite *suite_gate(void);
Suite *suite_backlog(void);
Suite *suite_bulk_match(void);
Suite *suite_bulk_run(void);
Suite *suite_by_key(void);
Suite *suite_mark(void);
Suite *suite_sources(void);
Suite *suite_retry(void);
Suite *suite_write_back(void);

#endif
