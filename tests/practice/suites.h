/* suites.h — the suites of this folder. */

#ifndef TESTS_PRACTICE_SUITES_H
#define TESTS_PRACTICE_SUITES_H

#include "harness/check_main.h"

Suite *suite_parts(void);
Suite *suite_oauth(void);
Suite *suite_mistakes(void);
Suite *suite_resources(void);
Suite *suite_single(void);
Suite *suite_collections(void);
Suite *suite_composite(void);
Suite *suite_query(void);
Suite *suite_bulk(void);
Suite *suite_faults(void);
Suite *suite_journal(void);
Suite *suite_parallel(void);
Suite *suite_mutants(void);
Suite *suite_remedies(void);
Suite *suite_rules(void);
Suite *suite_command(void);

#endif
