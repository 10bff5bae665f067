/*
 * credential.h — is a caller of the listener who he says he is? HTTP Basic against one Argon2id
 * hash; safe for all threads.
 */

#ifndef AGENT_CREDENTIAL_H
#define AGENT_CREDENTIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "http/server.h"
#include "model/agent_settings.h"

struct credential;

/* The settings' username and hash; without a hash the tutorial's default password is in force. */
int credential_new(struct credential **out, const struct agent_settings *settings, struct err *err);
void credential_free(struct credential *credential);

/* Does the tutorial's default password open the door? */
bool credential_is_default(const struct credential *credential);

enum credential_verdict {
	CREDENTIAL_RIGHT,
	CREDENTIAL_MISSING,
	CREDENTIAL_WRONG,
	CREDENTIAL_WAIT, /* too many unknown ones from this address: not looked at; ask in a second
			  */
};

/* Look at the request's Authorization header. */
enum credential_verdict credential_check(
	struct credential *credential, const struct http_incoming *in);

#endif
