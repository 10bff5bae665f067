/* Tests of config. */

#include "config/suites.h"

TEST_MAIN(suite_home)
