/* Tests of core/store. */

#include "store/suites.h"

TEST_MAIN(suite_store, suite_window, suite_health)
