/* Tests of the board on a terminal. */

#include "screens/suites.h"

TEST_MAIN(suite_gallery, suite_keys, suite_wizard, suite_draft, suite_terminal, suite_hostile,
	suite_process, suite_verbs, suite_settings, suite_mapping, suite_mouse, suite_bell,
	suite_prompts, suite_checklist, suite_story, suite_first_interface)
