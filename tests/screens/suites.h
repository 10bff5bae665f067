/* suites.h — the suites of this folder. */

#ifndef TESTS_SCREENS_SUITES_H
#define TESTS_SCREENS_SUITES_H

#include "harness/check_main.h"

Suite *suite_gallery(void);
Suite *suite_keys(void);
Suite *suite_wizard(void);
Suite *suite_draft(void);
Suite *suite_terminal(void);
Suite *suite_mapping(void);
Suite *suite_hostile(void);
Suite *suite_bell(void);
Suite *suite_mouse(void);
Suite *suite_prompts(void);
Suite *suite_process(void);
Suite *suite_verbs(void);
Suite *suite_checklist(void);
Suite *suite_first_interface(void);
Suite *suite_settings(void);
Suite *suite_story(void);

#endif
