/* services.c — the real functions behind the board's worker. */

#include "base/base.h"
#include "tui/board/services.h"

#include "process/sample.h"
#include "source/reader.h"

const struct board_services board_services_real = {
	.ping_agent = ping_agent,
	.ping_agent_from_salesforce = ping_agent_from_salesforce,
	.ping_salesforce = ping_salesforce,
	.agent_status = agent_client_status,
	.agent_process = agent_client_process,
	.agent_cancel = agent_client_cancel,
	.agent_resume = agent_client_resume,
	.agent_messages = agent_client_messages,
	.agent_edit = agent_client_edit,
	.agent_ping = agent_client_ping,
	.agent_spawn = agent_spawn,
	.preview = process_preview,
	.describe = process_describe,
	.sample = process_sample,
	.survey = process_survey,
	.objects = process_objects,
	.propose = process_propose,
	.odbc_drivers = source_odbc_drivers,
	.odbc_data_sources = source_odbc_data_sources,
};
