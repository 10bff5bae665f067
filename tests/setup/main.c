/* Tests of core/setup. Called with the word "reader", this program is the reader child, so that the
 * tests need no built agentboard. */

#include "setup/suites.h"
#include "source/reader.h"

const char *test_program;

int main(int argc, char **argv)
{
	static suite_maker *const makers[] = { suite_template, suite_permission, suite_package,
		suite_package_write, suite_package_command, suite_mask, suite_doctor };

	if (argc > 1 && !strcmp(argv[1], "reader"))
		return reader_child_main();
	test_program = argv[0];
	return check_main(makers, ARRAY_SIZE(makers));
}
