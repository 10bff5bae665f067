/* walk.h — steps of a walk through the wizard that more than one file takes, by keys alone. */

#ifndef TESTS_SCREENS_WALK_H
#define TESTS_SCREENS_WALK_H

#include "screens/fixture.h"

#define WALK_SECRET "s3cret-of-the-app"

/* From the empty board into step 2 of a new connection "new-orders". */
void walk_destination(struct fixture *fx);

/* It is saved, as a draft or not, and its secret is in the clear neither in the file nor on the
 * screen. */
void walk_check_saved(struct fixture *fx, bool draft);

#endif
