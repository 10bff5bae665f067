/* End-to-end tests: the built program against a practice org. */

#include "base/base.h"
#include "e2e/suites.h"

TEST_MAIN(suite_e2e_ping, suite_e2e_process, suite_e2e_messages, suite_e2e_agent, suite_e2e_service,
	suite_e2e_demo, suite_e2e_files, suite_e2e_incremental, suite_e2e_secrets)
