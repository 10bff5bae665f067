/*
 * connection.h — a named destination: how Salesforce reaches the agent, how the agent reaches
 * Salesforce, and where rows come from. All strings are owned and may be NULL when not set.
 */

#ifndef MODEL_CONNECTION_H
#define MODEL_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/secret.h"

enum connection_type { CONNECTION_AGENT_DATABASE, CONNECTION_AGENT_FILE };
enum environment { ENVIRONMENT_PRODUCTION, ENVIRONMENT_SANDBOX };
enum app_kind { APP_EXTERNAL, APP_CONNECTED };
enum client_auth {
	CLIENT_AUTH_BODY,
	CLIENT_AUTH_BASIC
}; /* how key and secret travel to the token endpoint */

#define AGENT_PORT_DEFAULT 9055
#define SETTLE_DEFAULT 1  /* seconds */
#define MODEL_NAME_MAX 64 /* letters in the name of a connection, interface or integration */

/* Salesforce -> agent: what Ping Agent Connection uses. */
struct agent_access {
	char *host; /* "http://18.158.217.193", "https://agent.acme.example" or a bare name */
	int port;   /* default AGENT_PORT_DEFAULT */
	char *username;
	struct secret password;
	bool allow_clear_text; /* plain HTTP to other than loopback was accepted in so many words */
	bool called_by_salesforce; /* false = push only: nothing needs to reach the agent from
				      outside */
};

struct proxy_access {
	char *url;
	char *username;
	struct secret password;
	char *no_proxy;
};

/* Agent -> Salesforce. */
struct salesforce_access {
	char *grant_type; /* "client_credentials"; NULL = that */
	enum environment environment;
	char *domain; /* My Domain URL; plain HTTP on loopback alone */
	enum app_kind app;
	char *consumer_key;
	struct secret consumer_secret;
	enum client_auth client_auth; /* default body */
	char *api_version;	      /* "auto" or "66.0"; NULL = "auto" */
	char *ca_file;
	struct proxy_access proxy;
};

struct source_access {
	char *odbc;		/* ODBC connection string (Agent Database) */
	char *username;		/* added as UID */
	struct secret password; /* added as PWD */
	char *time_zone;	/* of zoneless times, e.g. "Europe/Berlin" */
	int query_timeout;	/* seconds, 0 = none */
	char *folder;		/* Agent File: local folder ... */
	char *url;		/* ... or sftp:// */
	char *pattern;		/* "*.csv"; NULL = every file */
	char *format;		/* "csv", "tsv", "jsonl", "json"; NULL = "csv" */
	char *delimiter;	/* one character, or "tab"; NULL = "," for csv */
	char *encoding;		/* NULL = "UTF-8" */
	char *after;		/* "keep", "archive", "delete"; NULL = "keep" */
	char *archive;		/* folder for after = "archive" */
	char *marker;	   /* a file is complete when one of its name and this lies beside it */
	int settle;	   /* seconds between two looks at a file's size; default 1 */
	char *key_file;	   /* SFTP: private key; source.password is its passphrase then */
	char *known_hosts; /* SFTP: NULL = ~/.ssh/known_hosts */
};

struct connection {
	char *name; /* letters, digits, - and _, at most 64; also the file's name */
	char *description;
	enum connection_type type;
	bool draft; /* saved before both pings were green; no schedule uses it */
	struct agent_access agent;
	struct salesforce_access salesforce;
	struct source_access source;
	int api_stop_percent; /* of the org's daily requests: runs pause there; 0 = at its end;
				 default 95 */
	int confirm_rows; /* typed confirmation above this many rows to production; default 1000 */
};

/* Everything at its default, nothing allocated. */
void connection_init(struct connection *connection);
void connection_free_fields(struct connection *connection);

/* Deep copy into an initialised `out`. */
int connection_copy(struct connection *out, const struct connection *from, struct err *err);

/*
 * What can be said without a call: required values, a domain that is no My Domain
 * (login.salesforce.com, a lightning URL, production chosen for a sandbox host), plain HTTP where
 * it is refused, blanks around a key. Fails with ERR_CONFIG; the text starts with the key
 * ("salesforce.domain: ...") and says what to do; err->code is that key alone, for a form that
 * wants to put the cursor there.
 */
int connection_check(const struct connection *connection, struct err *err);

/* The same, telling every problem. Returns how many there were. */
typedef void model_problem(void *ctx, const struct err *err);
int connection_check_all(const struct connection *connection, model_problem *each, void *ctx);

const char *connection_type_name(enum connection_type type); /* "Agent Database" */
const char *environment_name(enum environment environment);  /* "Production" */
const char *app_kind_name(enum app_kind app);		     /* "external" */

const char *client_auth_name(enum client_auth auth); /* "body" */

/*
 * Do its rows go to production? Loopback never is (the practice org); else the org's own word
 * counts (`org_seen`, `sandbox`), and before the first green ping what the settings say.
 */
bool connection_to_production(const struct connection *connection, bool org_seen, bool sandbox);

/* Is `name` fit to name a connection, an interface, an integration? Letters, digits, - and _, at
 * most MODEL_NAME_MAX, not starting with "-". */
bool model_name_ok(const char *name);

/* Does this ODBC string carry a password (PWD=...)? NULL does not. */
bool connection_odbc_has_password(const char *odbc);

/* A URL or bare host that stays on this machine: localhost, 127/8, ::1. */
bool model_is_loopback(const char *url);

#endif
