/* package_notes.c — what a project cannot do by itself and a person has to: for the README and the
 * command's output. */

#include "base/base.h"
#include "setup/package_parts.h"

#include "base/text.h"
#include "model/address.h"

#define NOTE_MAX 1024

static int add(struct package_work *work, struct err *err, const char *id, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static int add(struct package_work *work, struct err *err, const char *id, const char *fmt, ...)
{
	struct package *package = work->package;
	struct package_note *more =
		realloc(package->notes, (package->note_count + 1) * sizeof(*more));
	char text[NOTE_MAX];
	va_list args;

	if (!more)
		return err_nomem(err);
	package->notes = more;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	more += package->note_count;
	*more = (struct package_note){ id, text_dup(text) };
	if (!more->text)
		return err_nomem(err);
	package->note_count++;
	return 0;
}

static int note_run_as(struct package_work *work, struct err *err)
{
	if (work->options->username)
		return 0;
	return add(work, err, "run_as",
		"Set AGENTBOARD_RUN_AS to the API user's name before the three commands: the "
		"project was made without --user.");
}

static int note_existing_app(struct package_work *work, struct err *err)
{
	if (work->connection->salesforce.app != APP_CONNECTED || work->options->permissions_only)
		return 0;
	return add(work, err, "existing_app",
		"The connection uses a connected app that is there already, so none is made. In "
		"Setup > App Manager > the app > Edit enable the client-credentials flow; in "
		"Manage "
		"> Edit Policies choose the API user under Client Credentials Flow > Run As.");
}

static int note_secret(struct package_work *work, struct err *err)
{
	const char *name = work->connection->name;
	char where[160];

	if (work->options->permissions_only)
		return 0;
	if (work->connection->salesforce.app == APP_CONNECTED)
		text_copy(where, sizeof(where),
			"App Manager > the app > View > Manage Consumer Details");
	else
		snprintf(where, sizeof(where),
			"External Client App Manager > %s > Settings > OAuth Settings > Consumer "
			"Key and Secret",
			work->label);
	return add(work, err, "secret",
		"Copy the consumer key and secret from Setup > %s into the connection, on the "
		"board "
		"or with `agentboard connection add %s --replace --set "
		"salesforce.consumer_key=KEY --secret salesforce.consumer_secret=-`. The secret is "
		"in no file here and must not be put into one; nor does the key belong into "
		"version "
		"control, should `sf project retrieve` bring it.",
		where, name);
}

static int note_site(struct package_work *work, struct err *err)
{
	const struct agent_access *agent = &work->connection->agent;

	if (!agent->called_by_salesforce || work->options->permissions_only)
		return 0;
	if (!work->url[0])
		return add(work, err, "agent_host",
			"agent.host is not set, so there is no remote site: set it and make the "
			"project again, or set agent.called_by_salesforce = false when the agent "
			"only pushes.");
	if (model_is_loopback(agent->host))
		return add(work, err, "agent_host",
			"agent.host is this machine itself (%s), which Salesforce cannot call: "
			"enter "
			"the address that is seen from outside and make the project again, or set "
			"agent.called_by_salesforce = false when the agent only pushes.",
			agent->host);
	if (!text_starts(work->url, "https://"))
		return add(work, err, "clear_text",
			"Salesforce would call %s without TLS: the agent's password crosses the "
			"internet readably. Put TLS in front of the agent.",
			work->url);
	return 0;
}

static int note_class(struct package_work *work, struct err *err)
{
	if (!(work->parts & PART_PING) || !work->options->permissions_only)
		return 0;
	return add(work, err, "remote_site",
		"The class AgentboardPing comes along, for the permission set names it; the remote "
		"site that it calls does not.");
}

static int note_objects(struct package_work *work, struct err *err)
{
	const struct permissions *all = work->permissions;
	int rc = 0;

	if (all->object_count == 0)
		return add(work, err, "no_interface",
			"The connection has no interface yet, so the permission set opens no "
			"object: "
			"make the project again with --only permissions once it has.");
	for (size_t i = 0; rc == 0 && i < all->object_count; i++) {
		if (all->objects[i].instead)
			rc = add(work, err, "object", "%s: %s. Give the API user that right.",
				all->objects[i].object, all->objects[i].instead);
	}
	return rc;
}

static int note_parents(struct package_work *work, struct err *err)
{
	const struct permissions *all = work->permissions;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < all->parent_count; i++)
		rc = add(work, err, "parent", "%s: %s.", all->parents[i].what, all->parents[i].why);
	return rc;
}

static int note_ping(struct package_work *work, struct err *err)
{
	return add(work, err, "ping",
		"`agentboard ping salesforce %s` tells whether it all holds, and what is missing.",
		work->connection->name);
}

int package_add_notes(struct package_work *work, struct err *err)
{
	static int (*const notes[])(struct package_work * work, struct err * err) = {
		note_run_as,
		note_existing_app,
		note_secret,
		note_site,
		note_class,
		note_objects,
		note_parents,
		note_ping,
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(notes); i++)
		rc = notes[i](work, err);
	return rc;
}
