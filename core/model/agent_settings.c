/* agent_settings.c — the service's settings at their defaults. */

#include "base/base.h"
#include "model/agent_settings.h"

#include "base/text.h"
#include "model/connection.h"

void agent_settings_init(struct agent_settings *settings)
{
	*settings = (struct agent_settings){
		.listen = text_dup("127.0.0.1"),
		.port = AGENT_PORT_DEFAULT,
		.username = text_dup(AGENT_DEFAULT_USERNAME),
		.parallel_runs = 4,
		.log_level = text_dup("info"),
	};
}

void agent_settings_free_fields(struct agent_settings *settings)
{
	if (!settings)
		return;
	free(settings->listen);
	free(settings->username);
	free(settings->password_hash);
	free(settings->tls_cert);
	free(settings->tls_key);
	free(settings->log_level);
	*settings = (struct agent_settings){ 0 };
}
