/* agent_settings.h — the settings of the service, as agent.cfg holds them. Strings are owned. */

#ifndef MODEL_AGENT_SETTINGS_H
#define MODEL_AGENT_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

#define AGENT_DEFAULT_USERNAME "skyvva"
#define AGENT_DISK_FLOOR (INT64_C(512) << 20)
#define AGENT_DEFAULT_PASSWORD "skyvva@12!" /* the tutorial's; never accepted beyond loopback */

struct agent_settings {
	char *listen;	     /* default "127.0.0.1" */
	int port;	     /* default AGENT_PORT_DEFAULT; 0 = any */
	char *username;	     /* default AGENT_DEFAULT_USERNAME */
	char *password_hash; /* Argon2id; NULL = the tutorial's default password is still in force
			      */
	char *tls_cert, *tls_key;
	char *alert; /* command that is told of trouble, by JSON on standard input; NULL = none */
	int retention_days; /* completed messages older than this are removed; 0 = never; 30 */
	int backlog_hours;  /* messages that wait longer are told; 0 = never; 24 */
	int64_t disk_floor; /* bytes free on the store's disk below which runs pause; 0 = never */
	int parallel_runs;  /* default 4 */
	struct text_list schedules; /* of integrations: "ERP: at 06:30" */
	/* Who sees /health and, with the credential, /metrics: "loopback" (default) or "everyone".
	 */
	char *monitoring;
	struct {
		int connections, connections_per_address; /* at once; 256 and 32 */
		int header, body;			  /* bytes; 16384 each */
		int request_timeout; /* seconds for a request to come in whole; 30 */
		int waiting;	     /* runs that wait before calls are turned away; 100 */
	} limits;
	char *log_level; /* "info" */
	struct {
		bool mouse, bell; /* on from the start */
	} board;
};

/* Every default in place; a string is NULL only when memory ran out. */
void agent_settings_init(struct agent_settings *settings);
/* Fills `out`, initialised or not; free its fields also after a failure. */
int agent_settings_copy(
	struct agent_settings *out, const struct agent_settings *from, struct err *err);
void agent_settings_free_fields(struct agent_settings *settings);

/* One of `schedules`: "ERP: at 06:30 weekdays; missed skip". */
struct agent_schedule {
	const char *name, *text; /* of the integration; what cron_parse() takes */
	bool skip_missed;
};

/* Cuts `line` apart, which the parts are borrowed from. ERR_CONFIG says how it is to read. */
int agent_schedule_read(struct agent_schedule *out, char *line, struct err *err);

/* What each value by itself does not show. ERR_CONFIG with the key as its code. */
int agent_settings_check(const struct agent_settings *settings, struct err *err);

#endif
