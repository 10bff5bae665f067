/* Tests of core/salesforce. */

#include "salesforce/suites.h"

TEST_MAIN(suite_bulk, suite_bulk_sheet, suite_collections, suite_results, suite_describe,
	suite_error, suite_org, suite_remedy)
