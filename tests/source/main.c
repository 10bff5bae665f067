/* Tests of core/source. Called with the word "reader", this program is the reader child, so that
 * the tests need no built agentboard. */

#include "source/suites.h"
#include "source/reader.h"

int main(int argc, char **argv)
{
	static suite_maker *const makers[] = { suite_row, suite_frame, suite_odbc, suite_reader,
		suite_places, suite_updater, suite_source_files, suite_databases, suite_sftp };

	if (argc > 1 && !strcmp(argv[1], "reader"))
		return reader_child_main();
	return check_main(makers, ARRAY_SIZE(makers));
}
