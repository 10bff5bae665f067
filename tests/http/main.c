/* Tests of core/http. */

#include "http/suites.h"

TEST_MAIN(suite_client, suite_client_way, suite_server)
