/* actors.h — pings, agent and preview as the board sees them, played by the test. */

#ifndef SCREENS_ACTORS_H
#define SCREENS_ACTORS_H

#include "screens/fixture.h"

const struct board_services *actors_of(const struct fixture *fx);

#endif
