/* suites.h — the suites of this folder. */

#ifndef TESTS_AGENT_SUITES_H
#define TESTS_AGENT_SUITES_H

#include "harness/check_main.h"

Suite *suite_guard(void);
Suite *suite_listener(void);
Suite *suite_calls(void);
Suite *suite_schedule(void);
Suite *suite_reload(void);
Suite *suite_carrier(void);
Suite *suite_service(void);
Suite *suite_wire(void);
Suite *suite_errand(void);
Suite *suite_timetable(void);
Suite *suite_who(void);
Suite *suite_alert(void);
Suite *suite_janitor(void);

#endif
