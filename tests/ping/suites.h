/* suites.h — the suites of this folder. */

#ifndef TESTS_PING_SUITES_H
#define TESTS_PING_SUITES_H

#include "harness/check_main.h"

Suite *suite_salesforce_ping(void);
Suite *suite_agent_ping(void);
Suite *suite_trouble(void);
Suite *suite_agent_trouble(void);
Suite *suite_right_org(void);
Suite *suite_interfaces(void);
Suite *suite_return_ping(void);
Suite *suite_kept(void);
Suite *suite_checklist(void);

#endif
