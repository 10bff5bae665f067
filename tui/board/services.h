/*
 * services.h — what the board asks of other rooms on its worker threads, as one table: the real
 * functions, or those of a test that wants a ping to hang or an agent to be down.
 */

#ifndef BOARD_SERVICES_H
#define BOARD_SERVICES_H

#include "agent/agent.h"
#include "base/text.h"
#include "ping/ping.h"
#include "process/process.h"
#include "process/propose.h"
#include "process/sample.h"
#include "process/survey.h"

struct board_services {
	void (*ping_agent)(struct ping_result *out, const struct connection *connection,
		const struct keyring *keyring, const atomic_bool *cancel, ping_on_step *on_step,
		void *ctx);
	void (*ping_agent_from_salesforce)(struct ping_result *out,
		const struct connection *connection, const struct keyring *keyring,
		const atomic_bool *cancel, ping_on_step *on_step, void *ctx);
	void (*ping_salesforce)(struct ping_result *out, const struct connection *connection,
		const struct catalog *catalog, const struct keyring *keyring,
		const char *pinned_org, const atomic_bool *cancel, ping_on_step *on_step,
		void *ctx);
	int (*agent_status)(struct agent_status *out, const char *socket_path, struct err *err);
	int (*agent_process)(struct process_reply *out, const char *socket_path,
		const struct process_request *request, struct err *err);
	int (*agent_cancel)(const char *socket_path, int64_t run, const char *who, struct err *err);
	int (*agent_resume)(const char *socket_path, int64_t run, const char *who, struct err *err);
	int (*agent_messages)(struct messages_reply *out, const char *socket_path,
		const struct messages_request *request, struct err *err);
	int (*agent_edit)(
		const char *socket_path, const struct edit_request *request, struct err *err);
	int (*agent_ping)(struct ping_reply *out, const char *socket_path,
		const struct ping_request *request, const atomic_bool *cancel, struct err *err);
	int (*agent_spawn)(
		const char *program, const char *home, const char *socket_path, struct err *err);
	int (*preview)(struct preview **out, const struct process_env *env,
		const struct connection *connection, const struct interface *interface, int limit,
		const atomic_bool *cancel, struct err *err);
	int (*describe)(struct describe **out, const struct process_env *env,
		const struct connection *connection, const char *object, const atomic_bool *cancel,
		struct err *err);
	int (*sample)(struct sample **out, const struct process_env *env,
		const struct connection *connection, const struct interface *interface,
		const atomic_bool *cancel, struct err *err);
	int (*survey)(struct survey **out, const struct process_env *env,
		const struct connection *connection, const char *table, const atomic_bool *cancel,
		struct err *err);
	int (*objects)(struct text_list *names, const struct process_env *env,
		const struct connection *connection, const atomic_bool *cancel, struct err *err);
	int (*propose)(struct proposal **out, const struct process_env *env,
		const struct connection *connection, const struct interface *interface,
		const atomic_bool *cancel, struct err *err);
	int (*odbc_drivers)(struct text_list *names, struct err *err);
	int (*odbc_data_sources)(struct text_list *names, struct err *err);
};

extern const struct board_services board_services_real;

#endif
