/* Tests of config. */

#include "config/suites.h"

TEST_MAIN(suite_home, suite_files, suite_keys, suite_edit, suite_roundtrip, suite_catalog)
