/*
 * credential.c — HTTP Basic against an Argon2id hash.
 *
 * Checking costs 8 MiB and some 10 ms on purpose, so one check runs at a time and a header that
 * was right is remembered by its keyed hash: Salesforce, which sends the same one each time, costs
 * nothing and never waits behind somebody who guesses. Guesses of one address are checked once a
 * second; what comes faster is turned away unchecked, and holds no thread meanwhile.
 */

#include "base/base.h"
#include "agent/credential.h"
#include "agent/agent.h"
#include "base/clock.h"
#include "base/text.h"

#include <pthread.h>
#include <sodium.h>

#define ARGON_MEMORY (8u << 20)
#define ARGON_PASSES 3
#define PASSWORD_MAX 1024
#define HASH_BYTES 32
#define CALLERS_MAX 64
#define CHECKS_MAX 5	     /* slow checks an address has in hand ... */
#define CHECK_EVERY_MS 1000L /* ... and how soon it gets a new one */

/* An address that came with an unknown header lately. */
struct caller {
	char peer[64];
	int64_t checks_ms;
	int64_t last; /* clock_mono() */
};

struct credential {
	char *username;
	char *hash;
	bool is_default;
	unsigned char key[HASH_BYTES]; /* of this process, for remembered headers */

	pthread_mutex_t argon; /* one check at a time */
	pthread_mutex_t lock;  /* guards the rest */
	unsigned char right[HASH_BYTES];
	bool have_right;
	struct caller callers[CALLERS_MAX];
};

static int hash_password(char **hash, const char *password, struct err *err)
{
	char text[crypto_pwhash_STRBYTES];

	*hash = NULL;
	if (sodium_init() < 0 ||
		crypto_pwhash_str_alg(text, password, strlen(password), ARGON_PASSES, ARGON_MEMORY,
			crypto_pwhash_ALG_ARGON2ID13) != 0)
		return err_nomem(err);
	*hash = strdup(text);
	return *hash ? 0 : err_nomem(err);
}

int agent_password_hash(char **hash, const char *password, struct err *err)
{
	*hash = NULL;
	if (text_empty(password))
		return err_set(err, ERR_USAGE, "the password is empty");
	if (strlen(password) > PASSWORD_MAX)
		return err_set(
			err, ERR_USAGE, "the password is longer than %d bytes", PASSWORD_MAX);
	if (strcmp(password, AGENT_DEFAULT_PASSWORD) == 0)
		return err_set(err, ERR_USAGE,
			"that is the default password which everybody knows: choose another");
	return hash_password(hash, password, err);
}

int credential_new(struct credential **out, const struct agent_settings *settings, struct err *err)
{
	struct credential *credential = calloc(1, sizeof(*credential));
	const char *hash = settings->password_hash;
	int rc = 0;

	*out = NULL;
	if (!credential || sodium_init() < 0) {
		free(credential);
		return err_nomem(err);
	}
	pthread_mutex_init(&credential->argon, NULL);
	pthread_mutex_init(&credential->lock, NULL);
	randombytes_buf(credential->key, sizeof(credential->key));
	credential->username =
		text_dup(settings->username ? settings->username : AGENT_DEFAULT_USERNAME);
	if (text_empty(hash))
		rc = hash_password(&credential->hash, AGENT_DEFAULT_PASSWORD, err);
	else
		credential->hash = text_dup(hash);
	if (rc == 0 && (!credential->username || !credential->hash))
		rc = err_nomem(err);
	if (rc == 0 && !text_starts(credential->hash, "$argon2"))
		rc = err_set(err, ERR_CONFIG,
			"password_hash in agent.cfg is no Argon2 hash: set the password with "
			"`agentboard agent password`");
	if (rc < 0) {
		credential_free(credential);
		return rc;
	}
	credential->is_default = crypto_pwhash_str_verify(credential->hash, AGENT_DEFAULT_PASSWORD,
					 strlen(AGENT_DEFAULT_PASSWORD)) == 0;
	*out = credential;
	return 0;
}

void credential_free(struct credential *credential)
{
	if (!credential)
		return;
	pthread_mutex_destroy(&credential->argon);
	pthread_mutex_destroy(&credential->lock);
	free(credential->username);
	free(credential->hash);
	sodium_memzero(credential, sizeof(*credential));
	free(credential);
}

bool credential_is_default(const struct credential *credential)
{
	return credential->is_default;
}

static void hash_header(
	unsigned char out[HASH_BYTES], const struct credential *credential, const char *header)
{
	crypto_generichash(out, HASH_BYTES, (const unsigned char *)header, strlen(header),
		credential->key, sizeof(credential->key));
}

static bool remembered(struct credential *credential, const unsigned char hash[HASH_BYTES])
{
	bool same;

	pthread_mutex_lock(&credential->lock);
	same = credential->have_right && sodium_memcmp(credential->right, hash, HASH_BYTES) == 0;
	pthread_mutex_unlock(&credential->lock);
	return same;
}

static void remember(struct credential *credential, const unsigned char hash[HASH_BYTES])
{
	pthread_mutex_lock(&credential->lock);
	memcpy(credential->right, hash, HASH_BYTES);
	credential->have_right = true;
	pthread_mutex_unlock(&credential->lock);
}

/* Without telling by its time how much of the beginning was right. */
static bool same_text(const struct credential *credential, const char *a, const char *b)
{
	unsigned char hash_a[HASH_BYTES];
	unsigned char hash_b[HASH_BYTES];

	hash_header(hash_a, credential, a);
	hash_header(hash_b, credential, b);
	return sodium_memcmp(hash_a, hash_b, HASH_BYTES) == 0;
}

/* The slow check. The password is checked whatever the name, so that time tells nothing. */
static bool verify(struct credential *credential, const struct http_incoming *in)
{
	char *username = NULL;
	char *password = NULL;
	bool name_ok;
	bool password_ok;

	if (!http_incoming_basic(in, &username, &password))
		return false;
	name_ok = same_text(credential, username, credential->username);
	pthread_mutex_lock(&credential->argon);
	password_ok = crypto_pwhash_str_verify(credential->hash, password, strlen(password)) == 0;
	pthread_mutex_unlock(&credential->argon);
	free(username);
	secret_wipe(password);
	return name_ok && password_ok;
}

/* The address' entry; an unknown one takes the place of the one that guessed longest ago. */
static struct caller *find_caller(struct credential *credential, const char *peer)
{
	struct caller *oldest = &credential->callers[0];

	for (size_t i = 0; i < CALLERS_MAX; i++) {
		struct caller *caller = &credential->callers[i];

		if (strcmp(caller->peer, peer) == 0)
			return caller;
		if (caller->last < oldest->last)
			oldest = caller;
	}
	*oldest = (struct caller){ .checks_ms = CHECKS_MAX * CHECK_EVERY_MS };
	text_copy(oldest->peer, sizeof(oldest->peer), peer);
	return oldest;
}

/* May this address have a slow check? One is had back each second. */
static bool take_check(struct credential *credential, const char *peer)
{
	int64_t now = clock_mono();
	struct caller *caller;
	bool may;

	pthread_mutex_lock(&credential->lock);
	caller = find_caller(credential, peer);
	caller->checks_ms += caller->last ? now - caller->last : 0;
	if (caller->checks_ms > CHECKS_MAX * CHECK_EVERY_MS)
		caller->checks_ms = CHECKS_MAX * CHECK_EVERY_MS;
	caller->last = now;
	may = caller->checks_ms >= CHECK_EVERY_MS;
	if (may)
		caller->checks_ms -= CHECK_EVERY_MS;
	pthread_mutex_unlock(&credential->lock);
	return may;
}

static void give_back_check(struct credential *credential, const char *peer)
{
	pthread_mutex_lock(&credential->lock);
	find_caller(credential, peer)->checks_ms += CHECK_EVERY_MS;
	pthread_mutex_unlock(&credential->lock);
}

enum credential_verdict credential_check(
	struct credential *credential, const struct http_incoming *in)
{
	const char *header = http_incoming_header(in, "Authorization");
	unsigned char hash[HASH_BYTES];

	if (!header)
		return CREDENTIAL_MISSING; /* asking what is wanted is no guess */
	hash_header(hash, credential, header);
	if (remembered(credential, hash))
		return CREDENTIAL_RIGHT;
	if (!take_check(credential, in->peer))
		return CREDENTIAL_WAIT;
	if (!verify(credential, in))
		return CREDENTIAL_WRONG;
	remember(credential, hash);
	give_back_check(credential, in->peer);
	return CREDENTIAL_RIGHT;
}
