/*
 * ping.h — the two pings, each a list of named steps with verdict, time, detail and remedy.
 * They run on the caller's thread; `on_step` is called after each step, so that a screen can
 * follow.
 */

#ifndef PING_PING_H
#define PING_PING_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/err.h"
#include "model/catalog.h"
#include "salesforce/org.h"
#include "salesforce/remedy.h"

/* From here to the agent, the same from Salesforce's side, and from here to Salesforce. */
enum ping_kind { PING_AGENT, PING_AGENT_FROM_SALESFORCE, PING_SALESFORCE };
#define PING_KINDS 3

const char *ping_kind_name(enum ping_kind kind);  /* "agent-from-salesforce", as stored */
const char *ping_kind_title(enum ping_kind kind); /* "Ping Agent Connection from Salesforce" */

/* The numbers are stored: only ever append. */
enum verdict { VERDICT_OK, VERDICT_FAIL, VERDICT_WARN, VERDICT_NOT_REACHED };

const char *ping_verdict_name(enum verdict verdict); /* "not reached", as in --json */

struct ping_step {
	char name[48]; /* "name resolves", "TCP", "TLS", "access token", ... */
	enum verdict verdict;
	double ms;
	char detail[256];
	char remedy_id[64]; /* "" when fine */
	char remedy[512];
};

#define PING_STEPS_MAX 64

struct ping_result {
	bool ok; /* no step failed (warnings are fine) */
	int count;
	struct ping_step steps[PING_STEPS_MAX];
	enum err_kind kind; /* of the first failure, for the exit code */
	/* Salesforce ping: what was learned */
	char org_id[19];
	char org_name[128];
	bool org_known, sandbox;
	char username[256];
	char api_version[16];
	int64_t api_used, api_allowed; /* 0 = unknown */
	char interfaces[40];	       /* ping_interfaces_hash() of those it looked at; "" = none */
	char parents[2048]; /* lines "Object.Relationship__r=Parent__c", of those that mappings name
			     */
};

typedef void ping_on_step(void *ctx, const struct ping_result *result);

/* Name, TCP, TLS where https, HTTP, credential, "is it really our agent". Up to 10 s a step. */
void ping_agent(struct ping_result *out, const struct connection *connection,
	const struct keyring *keyring, const atomic_bool *cancel, ping_on_step *on_step, void *ctx);

/*
 * The same from the other side: the Apex class of the set-up package (core/setup/template) calls
 * the agent and tells what Salesforce saw. The agent's password goes to the org in that one call.
 */
void ping_agent_from_salesforce(struct ping_result *out, const struct connection *connection,
	const struct keyring *keyring, const atomic_bool *cancel, ping_on_step *on_step, void *ctx);

/*
 * Name, TCP, TLS, token, API version, user, limits left, and for each interface of the connection
 * (from `catalog`, may be NULL) the object's permission and the mapped fields' visibility.
 * `pinned_org` ("" = none): another org's token fails the step "org".
 */
void ping_salesforce(struct ping_result *out, const struct connection *connection,
	const struct catalog *catalog, const struct keyring *keyring, const char *pinned_org,
	const atomic_bool *cancel, ping_on_step *on_step, void *ctx);

/* Hash of the settings a ping depends on: a stored verdict with another hash is stale. */
void ping_config_hash(char out[40], const struct connection *connection, bool agent);

/* The same of all that this kind of ping depends on: the one from Salesforce needs both ways. */
void ping_settings_hash(char out[40], const struct connection *connection, enum ping_kind kind);

/* Hash of what the Salesforce ping asks of the connection's interfaces: objects, operations and
 * fields. */
void ping_interfaces_hash(
	char out[40], const struct connection *connection, const struct catalog *catalog);

#endif
