/* Tests of core/store. */

#include "store/suites.h"

TEST_MAIN(suite_blob, suite_brake, suite_cause, suite_crash, suite_filter, suite_health, suite_job,
	suite_known, suite_open, suite_operator, suite_power, suite_send, suite_store,
	suite_traffic, suite_wal_file, suite_walk, suite_window, suite_writer)
