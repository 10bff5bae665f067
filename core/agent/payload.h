/* payload.h — changing fields of a stored payload (internal to core/agent). */

#ifndef AGENT_PAYLOAD_H
#define AGENT_PAYLOAD_H

#include "base/err.h"

/*
 * `record` with `sets` applied (see struct edit_request), as a string the caller frees. `key_field`
 * (NULL = none) is what says which record is meant: it cannot be changed. ERR_USAGE names the
 * wrong setting.
 */
int payload_edit(char **out, const char *record, const char *const *sets, const char *key_field,
	struct err *err);

#endif
