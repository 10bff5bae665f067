/* Tests of core/store. */

#include "store/suites.h"

TEST_MAIN(suite_health, suite_operator, suite_send, suite_store, suite_window)
