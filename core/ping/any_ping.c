/* any_ping.c — a ping by its kind, against the org that the store knows. */

#include "base/base.h"
#include "ping/ping_record.h"

void ping_of_kind(struct ping_result *out, enum ping_kind kind, const struct ping_wish *wish,
	ping_on_step *on_step, void *ctx)
{
	const struct connection *connection = wish->connection;
	const struct keyring *keyring = wish->catalog->keyring;
	char pinned[19];

	switch (kind) {
	case PING_AGENT:
		ping_agent(out, connection, keyring, wish->cancel, on_step, ctx);
		break;
	case PING_AGENT_FROM_SALESFORCE:
		ping_agent_from_salesforce(out, connection, keyring, wish->cancel, on_step, ctx);
		break;
	case PING_SALESFORCE:
		ping_pinned_org(pinned, wish->data_folder, connection->name);
		ping_salesforce(out, connection, wish->catalog, keyring, pinned, wish->cancel,
			on_step, ctx);
		break;
	}
}
