/* Tests of core/setup. */

#include "setup/suites.h"

TEST_MAIN(suite_template, suite_permission, suite_package, suite_package_write,
	suite_package_command, suite_mask, suite_doctor)
