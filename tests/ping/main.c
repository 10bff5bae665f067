/* Tests of core/ping. */

#include "ping/suites.h"

TEST_MAIN(suite_salesforce_ping, suite_agent_ping, suite_trouble, suite_agent_trouble,
	suite_right_org, suite_interfaces, suite_return_ping, suite_kept, suite_checklist)
