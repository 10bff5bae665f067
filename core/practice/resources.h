/* resources.h — which API versions the practice org serves. */

#ifndef PRACTICE_RESOURCES_H
#define PRACTICE_RESOURCES_H

#include <stdbool.h>

struct practice;

bool resources_serves_version(const struct practice *org, int version);

#endif
