/* config_hash.c — a fingerprint of the settings a ping depends on, so that a stored verdict can be
 * told stale. */

#include "base/base.h"
#include "base/text.h"
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

static void add_agent(crypto_generichash_state *state, const struct agent_access *a)
{
	add(state, a->host);
	add_number(state, a->port);
	add(state, a->username);
	add_secret(state, &a->password);
	add_number(state, a->allow_clear_text);
}

static void add_salesforce(crypto_generichash_state *state, const struct salesforce_access *s)
{
	add(state, s->grant_type);
	add_number(state, s->environment);
	add(state, s->domain);
	add_number(state, s->app);
	add(state, s->consumer_key);
	add_secret(state, &s->consumer_secret);
	add_number(state, s->client_auth);
	add(state, s->api_version);
	add(state, s->ca_file);
	add(state, s->proxy.url);
	add(state, s->proxy.username);
	add_secret(state, &s->proxy.password);
	add(state, s->proxy.no_proxy);
}

static void end(char out[40], crypto_generichash_state *state)
{
	unsigned char hash[HASH_BYTES];

	crypto_generichash_final(state, hash, sizeof(hash));
	sodium_bin2hex(out, 40, hash, sizeof(hash));
}

void ping_settings_hash(char out[40], const struct connection *connection, enum ping_kind kind)
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
	if (kind != PING_SALESFORCE)
		add_agent(&state, &connection->agent);
	if (kind != PING_AGENT)
		add_salesforce(&state, &connection->salesforce);
	end(out, &state);
}

void ping_config_hash(char out[40], const struct connection *connection, bool agent)
{
	ping_settings_hash(out, connection, agent ? PING_AGENT : PING_SALESFORCE);
}

static void add_interface(crypto_generichash_state *state, const struct interface *interface)
{
	add(state, interface->name);
	add(state, interface->object);
	add_number(state, interface->operation);
	add(state, interface->external_id);
	add_number(state, interface->unique_key_assumed);
	for (size_t i = 0; i < interface->mapping.count; i++)
		add(state, interface->mapping.entries[i].field);
}

void ping_interfaces_hash(
	char out[40], const struct connection *connection, const struct catalog *catalog)
{
	struct text_list names = { NULL, 0 };
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
	if (catalog && catalog->interfaces(catalog->self, &names, NULL) == 0) {
		for (size_t i = 0; i < names.count; i++) {
			struct interface interface;

			interface_init(&interface);
			if (catalog->interface(catalog->self, &interface, names.items[i], NULL) ==
					0 &&
				text_equal(interface.connection, connection->name))
				add_interface(&state, &interface);
			interface_free_fields(&interface);
		}
	}
	text_list_free(&names);
	end(out, &state);
}
