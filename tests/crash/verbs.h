/*
 * verbs.h — the crash matrix of what persons, schedules and upkeep do: the program dies in a verb,
 * the verb is said once more, and then all of it is done, nothing is doubled, and the record of who
 * did what is that of what was done.
 */

#ifndef TESTS_CRASH_VERBS_H
#define TESTS_CRASH_VERBS_H

#include "harness/check_main.h"

/* `brief` = a few of the rounds, once each; `report` = a file descriptor: a line of each round that
 * held. */
void verbs_choose(bool brief, int report);
int verbs_count(void);
void verbs_mark(bool *placed); /* ... which points its rounds pass, by their number */

Suite *suite_crash_verbs(void);

#endif
