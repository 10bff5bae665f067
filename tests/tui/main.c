/* Tests of tui/widget and of the parts of tui/board that need no terminal. */

#include "tests/tui/suites.h"

#include <locale.h>

int main(void)
{
	static suite_maker *const makers[] = { suite_glyph, suite_line, suite_form, suite_theme,
		suite_words, suite_worker, suite_feed };

	setlocale(LC_CTYPE, "C.UTF-8"); /* wcwidth() knows nothing without */
	return check_main(makers, ARRAY_SIZE(makers));
}
