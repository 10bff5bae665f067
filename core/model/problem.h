/* problem.h — how the checks of this folder tell what is wrong: the key, a colon, what to do. */

#ifndef MODEL_PROBLEM_H
#define MODEL_PROBLEM_H

#include "base/err.h"

/* ERR_CONFIG with the text "KEY: ..." and the code KEY. Returns -ERR_CONFIG. */
int problem(struct err *err, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
