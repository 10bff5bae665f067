/* keyring.h — the key of one home, for secret.c alone; everybody else sees it through secret.h. */

#ifndef MODEL_KEYRING_H
#define MODEL_KEYRING_H

#include "model/secret.h"

/* crypto_secretbox_KEYBYTES bytes, borrowed. */
const unsigned char *keyring_key(const struct keyring *keyring);

#endif
