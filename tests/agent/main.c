/* Tests of core/agent. */

#include "agent/suites.h"

TEST_MAIN(suite_guard, suite_listener, suite_calls, suite_schedule, suite_reload, suite_carrier,
	suite_service, suite_timetable, suite_wire, suite_who, suite_janitor, suite_alert,
	suite_errand)
