/* Tests of core/setup, and of the commands that stand on it. */

#include "setup/suites.h"

TEST_MAIN(suite_template, suite_permission, suite_package, suite_package_write, suite_mask)
