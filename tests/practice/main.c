/* Tests of core/practice. */

#include "practice/suites.h"

TEST_MAIN(suite_parts, suite_oauth, suite_mistakes, suite_resources, suite_single,
	suite_collections, suite_composite, suite_query, suite_bulk, suite_faults, suite_journal,
	suite_parallel, suite_mutants, suite_remedies, suite_rules, suite_command)
