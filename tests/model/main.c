/* Tests of core/model. */

#include "model/suites.h"

TEST_MAIN(suite_address, suite_connection, suite_interface, suite_message, suite_secret)
