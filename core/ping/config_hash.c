/* config_hash.c — a fingerprint of the settings a ping depends on, so that a stored verdict can be
 * told stale. */

#include "base/base.h"
#include "ping/ping.h"

#include <sodium.h>

#define HASH_BYTES 16

/* Length first, so that no two lists of texts look alike. */
static void add(crypto_generichash_state *state, const char *text)
{
	uint64_t len = text ? strlen(text) + 1 : 0;

	crypto_generichash_update(state, (const unsigned char *)&len, sizeof(len));
	if (text)
		crypto_generichash_update(state, (const unsigned char *)text, len);
}

static void add_secret(crypto_generichash_state *state, const struct secret *secret)
{
	add(state, secret_kind_name(secret->kind));
	add(state, secret->ref);
}

static void add_number(crypto_generichash_state *state, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, number);
	add(state, text);
}

void ping_config_hash(char out[40], const struct connection *connection, bool agent)
{
	const struct agent_access *a = &connection->agent;
	const struct salesforce_access *s = &connection->salesforce;
	unsigned char hash[HASH_BYTES];
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	if (agent) {
		add(&state, a->host);
		add_number(&state, a->port);
		add(&state, a->username);
		add_secret(&state, &a->password);
		add_number(&state, a->allow_clear_text);
	} else {
		add(&state, s->grant_type);
		add_number(&state, s->environment);
		add(&state, s->domain);
		add_number(&state, s->app);
		add(&state, s->consumer_key);
		add_secret(&state, &s->consumer_secret);
		add_number(&state, s->client_auth);
		add(&state, s->api_version);
		add(&state, s->ca_file);
		add(&state, s->proxy.url);
		add(&state, s->proxy.username);
		add_secret(&state, &s->proxy.password);
		add(&state, s->proxy.no_proxy);
	}
	crypto_generichash_final(&state, hash, sizeof(hash));
	sodium_bin2hex(out, 40, hash, sizeof(hash));
}
