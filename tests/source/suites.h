/* suites.h — the suites of this folder. */

#ifndef TESTS_SOURCE_SUITES_H
#define TESTS_SOURCE_SUITES_H

#include "harness/check_main.h"

Suite *suite_row(void);
Suite *suite_frame(void);
Suite *suite_odbc(void);
Suite *suite_reader(void);
Suite *suite_places(void);
Suite *suite_updater(void);
Suite *suite_source_files(void);
Suite *suite_databases(void);
Suite *suite_sftp(void);

#endif
