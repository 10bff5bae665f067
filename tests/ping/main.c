/* Tests of core/ping. */

#include "ping/suites.h"

TEST_MAIN(suite_salesforce_ping, suite_agent_ping)
