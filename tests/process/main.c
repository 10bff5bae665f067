/* Tests of core/process. Called with the word "reader", this program is the reader child, so that
 * the tests need no built agentboard. */

#include "process/stage.h"
#include "process/suites.h"
#include "source/reader.h"

const char *test_program;

int main(int argc, char **argv)
{
	static suite_maker *const makers[] = { suite_exchange, suite_field_value, suite_zone,
		suite_key, suite_mapper, suite_odbc_string, suite_run, suite_run_faults,
		suite_run_disk, suite_memory, suite_run_parents, suite_run_payload, suite_run_again,
		suite_run_ends, suite_gate, suite_formula, suite_backlog, suite_retry,
		suite_write_back, suite_propose, suite_sample, suite_bulk_match, suite_bulk_run,
		suite_by_key, suite_mark, suite_sources };

	if (argc > 1 && !strcmp(argv[1], "reader"))
		return reader_child_main();
	test_program = argv[0];
	/* With too few words it must not become a run of all tests, which would start it again. */
	if (argc > 1 && !strcmp(argv[1], "carry"))
		return argc > 7 ? stage_child_main(argv + 2) : EXIT_FAILURE;
	return check_main(makers, ARRAY_SIZE(makers));
}
