/* suites.h — the suites of this folder. */

#ifndef TESTS_HTTP_SUITES_H
#define TESTS_HTTP_SUITES_H

#include "harness/check_main.h"

Suite *suite_client(void);
Suite *suite_client_way(void);
Suite *suite_server(void);

#endif
