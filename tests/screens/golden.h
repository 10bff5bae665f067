/*
 * golden.h — screens compared with what they looked like when somebody last looked at them and
 * said yes: tests/screens/golden/NAME.txt. UPDATE_GOLDEN=1 writes them anew.
 */

#ifndef SCREENS_GOLDEN_H
#define SCREENS_GOLDEN_H

#include "screens/pty.h"

/*
 * Waits until the screen is the golden one; fails with both on standard error when it does not
 * become so. What follows `hide` in a line is not compared.
 */
void golden_check(struct pty *pty, const char *name, const char *hide);

#endif
