/*
 * secret.h — passwords and consumer secrets: where they are kept, and how they are opened.
 *
 * In a file a secret is { sealed = "..." } (libsodium secretbox under the home's key file),
 * { env = "VAR" }, { file = "PATH" } or { credential = "NAME" } (systemd's $CREDENTIALS_DIRECTORY).
 * The plain text exists only in memory, between secret_reveal() and secret_wipe().
 */

#ifndef MODEL_SECRET_H
#define MODEL_SECRET_H

#include <stdbool.h>

#include "base/err.h"

enum secret_kind { SECRET_NONE, SECRET_SEALED, SECRET_ENV, SECRET_FILE, SECRET_CREDENTIAL };

struct secret {
	enum secret_kind kind;
	char *ref; /* owned: sealed text, variable, path or credential name; NULL for SECRET_NONE */
};

#define SECRET_MAX 4096 /* bytes of plain text */

struct keyring; /* the key of one home; read-only after opening, safe for all threads */

/*
 * Read the key file (32 random bytes in base64, mode 0600), making it first when `create` and
 * absent. Fails with ERR_CONFIG when others may read the file, or it is not a key; ERR_NOT_FOUND
 * when it is absent and was not to be made.
 */
int keyring_open(struct keyring **out, const char *path, bool create, struct err *err);

/* Is there a key file that this user may not read? Then the agent has to be asked. */
bool keyring_is_closed(const char *path);
void keyring_free(struct keyring *keyring);

/* Turn plain text into a sealed secret; `out` must be empty, and is owned by the caller. */
int secret_seal(
	struct secret *out, const struct keyring *keyring, const char *plain, struct err *err);

/*
 * The plain text (owned; end it with secret_wipe()). SECRET_NONE gives ERR_CONFIG "... is not set".
 * A trailing newline of a file or credential is not part of the secret.
 */
int secret_reveal(
	char **plain, const struct secret *secret, const struct keyring *keyring, struct err *err);

/* Overwrite and free; NULL is legal. */
void secret_wipe(char *plain);

int secret_copy(struct secret *out, const struct secret *from, struct err *err);
bool secret_equal(const struct secret *a, const struct secret *b);
void secret_free(struct secret *secret);

/* "sealed", "env", "file", "credential", or "" for none. */
const char *secret_kind_name(enum secret_kind kind);

#endif
