/* Tests of core/base. */

#include "base/suites.h"

TEST_MAIN(suite_err, suite_log, suite_log_read, suite_buf, suite_text, suite_json, suite_clock,
	suite_file, suite_queue, suite_cron)
