/* payload.h — changing fields of a stored payload (internal to core/agent). */

#ifndef AGENT_PAYLOAD_H
#define AGENT_PAYLOAD_H

#include "base/err.h"
#include "base/text.h"

/*
 * `record` with `sets` applied (see struct edit_request), as a string the caller frees. The fields
 * `keys` say which record is meant: they cannot be changed. ERR_USAGE names the wrong setting.
 */
int payload_edit(char **out, const char *record, const char *const *sets,
	const struct text_list *keys, struct err *err);

#endif
