/* suites.h — the suites of this folder. */

#ifndef TESTS_SALESFORCE_SUITES_H
#define TESTS_SALESFORCE_SUITES_H

#include "harness/check_main.h"

Suite *suite_bulk(void);
Suite *suite_bulk_sheet(void);
Suite *suite_collections(void);
Suite *suite_results(void);
Suite *suite_describe(void);
Suite *suite_error(void);
Suite *suite_org(void);
Suite *suite_remedy(void);

#endif
