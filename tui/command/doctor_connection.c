/* doctor_connection.c — one connection: where its rows come from, and the way to its org. */

#include "base/base.h"
#include "model/address.h"
#include "process/process.h"
#include "process/survey.h"
#include "source/reader.h"
#include "store/view.h"
#include "tui/command/doctor.h"

#include <strings.h>
#include <unistd.h>

#include "base/clock.h"

/* ---- source ---- */

static bool has_fold(const struct text_list *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcasecmp(names->items[i], name) == 0)
			return true;
	}
	return false;
}

/* False after telling that there is none of that name. */
static bool look_for_name(struct doctor *doctor, const char *what, const char *name,
	int (*list)(struct text_list *names, struct err *err), const char *action)
{
	struct text_list names = { NULL, 0 };
	struct err err = ERR_INIT;
	bool there = list(&names, &err) == 0 && has_fold(&names, name);

	text_list_free(&names);
	if (!there)
		doctor_tell(doctor, VERDICT_FAIL, ERR_SOURCE, "source", action,
			"there is no %s %s on this machine", what, name);
	return there;
}

/* Is there what source.odbc names? Where not, connecting would tell less. */
static bool look_at_driver(struct doctor *doctor, const char *odbc)
{
	char name[256];

	if (process_odbc_attribute(name, sizeof(name), odbc, "Driver")) {
		if (name[0] != '/')
			return look_for_name(doctor, "ODBC driver", name, source_odbc_drivers,
				"install it, or write a name that `odbcinst -q -d` lists");
		if (access(name, R_OK) == 0)
			return true;
		doctor_tell(doctor, VERDICT_FAIL, ERR_SOURCE, "source",
			"install the driver, or correct source.odbc",
			"could not read the ODBC driver %s: %s", name, strerror(errno));
		return false;
	}
	if (process_odbc_attribute(name, sizeof(name), odbc, "DSN"))
		return look_for_name(doctor, "data source", name, source_odbc_data_sources,
			"add it to odbc.ini, or write a name that `odbcinst -q -s` lists");
	return true;
}

/* Connect, and see what is there. `where` is told in front of the answer; it may be "". */
static void survey(struct doctor *doctor, const char *where)
{
	struct process_env process = { .home_data = doctor->env->home->data,
		.keyring = doctor->env->keyring,
		.reader_program = doctor->env->program };
	struct survey *found = NULL;
	struct err err = ERR_INIT;
	char words[100];

	if (doctor_is_closed(doctor, "source.", "source"))
		return;
	if (process_survey(&found, &process, doctor->connection, NULL, command_interrupt(), &err) ==
		0) {
		survey_words(words, sizeof(words), found);
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "source", NULL, "%s%s%s", where,
			*where ? ": " : "", words);
	} else {
		doctor_tell(doctor, VERDICT_FAIL, err.kind, "source", survey_advice(&err), "%s",
			err.text);
	}
	survey_free(found);
}

static void look_at_folder(struct doctor *doctor, const struct source_access *source)
{
	bool moves = !text_empty(source->after) && strcmp(source->after, "keep") != 0;

	if (access(source->folder, R_OK | X_OK | (moves ? W_OK : 0)) == 0)
		doctor_tell(
			doctor, VERDICT_OK, ERR_NONE, "source", NULL, "folder %s", source->folder);
	else
		doctor_tell(doctor, VERDICT_FAIL, ERR_SOURCE, "source",
			moves ? "give the agent's user read and write permission there"
			      : "give the agent's user read permission there",
			"folder %s: %s", source->folder, strerror(errno));
	if (moves && strcmp(source->after, "archive") == 0 && !text_empty(source->archive) &&
		access(source->archive, W_OK | X_OK) != 0)
		doctor_tell(doctor, VERDICT_FAIL, ERR_SOURCE, "source",
			"make it, and give the agent's user write permission there",
			"archive %s: %s", source->archive, strerror(errno));
}

void doctor_source(struct doctor *doctor)
{
	const struct source_access *source = &doctor->connection->source;

	if (doctor->connection->type == CONNECTION_AGENT_DATABASE && !text_empty(source->odbc)) {
		if (look_at_driver(doctor, source->odbc))
			survey(doctor, "");
	} else if (doctor->connection->type == CONNECTION_AGENT_FILE &&
		   !text_empty(source->folder)) {
		look_at_folder(doctor, source);
	} else if (doctor->connection->type == CONNECTION_AGENT_FILE && !text_empty(source->url)) {
		survey(doctor, source->url);
	}
}

/* ---- proxy ---- */

void doctor_proxy(struct doctor *doctor)
{
	/* In the order in which they count, for https. */
	static const char *const variables[] = { "https_proxy", "HTTPS_PROXY", "all_proxy",
		"ALL_PROXY" };
	const struct salesforce_access *salesforce = &doctor->connection->salesforce;
	const char *url = salesforce->proxy.url;
	const char *from = "salesforce.proxy.url";
	struct address address;

	for (size_t i = 0; text_empty(url) && i < ARRAY_SIZE(variables); i++) {
		url = getenv(variables[i]);
		from = variables[i];
	}
	if (text_empty(url) || model_is_loopback(salesforce->domain ? salesforce->domain : ""))
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "proxy", NULL, "none");
	else if (!address_parse(&address, url))
		doctor_tell(doctor, VERDICT_FAIL, ERR_CONFIG, "proxy",
			"write it like http://proxy.acme.example:3128", "%s is no address", from);
	else
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "proxy", NULL, "%s:%d, from %s",
			address.host, address.port, from);
}

/* ---- the org's clock against ours ---- */

#define SKEW_OK_MS 30000
#define SKEW_WARN_MS 600000

static void tell_skew(struct doctor *doctor, int64_t skew)
{
	static const char action[] = "set the clock of this machine, and let it be kept: "
				     "timedatectl set-ntp true";
	int64_t seconds = (skew < 0 ? -skew : skew) / 1000;
	const char *side = skew < 0 ? "ahead of" : "behind";

	if (skew >= -SKEW_OK_MS && skew <= SKEW_OK_MS)
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "clock", NULL, "that of the org agrees");
	else if (skew >= -SKEW_WARN_MS && skew <= SKEW_WARN_MS)
		doctor_tell(doctor, VERDICT_WARN, ERR_NONE, "clock", action,
			"%" PRId64 " s %s the org's", seconds, side);
	else
		doctor_tell(doctor, VERDICT_FAIL, ERR_CONFIG, "clock", action,
			"%" PRId64 " s %s the org's", seconds, side);
}

/* The list of versions is the one page that needs no token. Where nobody answers the ping tells. */
void doctor_org_clock(struct doctor *doctor)
{
	const struct connection *connection = doctor->connection;
	struct http_answer answer;
	struct org *org = NULL;
	char url[512];
	int64_t before;

	http_answer_init(&answer);
	if (org_new(&org, connection, doctor->env->keyring, NULL, command_interrupt(), NULL) == 0) {
		struct http_request request = { .method = "GET",
			.url = url,
			.timeout_ms = 10000,
			.no_network_proxy = model_is_loopback(connection->salesforce.domain) };

		snprintf(url, sizeof(url), "%s%sservices/data/", connection->salesforce.domain,
			connection->salesforce.domain[strlen(connection->salesforce.domain) - 1] ==
					'/'
				? ""
				: "/");
		before = clock_now();
		if (http_call(org_http(org), &request, &answer, command_interrupt(), NULL) == 0 &&
			answer.date)
			tell_skew(doctor, answer.date - (before + clock_now()) / 2);
	}
	org_free(org);
	http_answer_free(&answer);
}

/* ---- the ping, step by step ---- */

struct following {
	struct doctor *doctor;
	int told;
};

static void on_step(void *ctx, const struct ping_result *result)
{
	struct following *following = ctx;

	for (; following->told < result->count; following->told++) {
		const struct ping_step *step = &result->steps[following->told];

		if (step->verdict != VERDICT_NOT_REACHED)
			doctor_tell(following->doctor, step->verdict, result->kind, step->name,
				step->remedy, "%s", step->detail);
	}
}

/* The org that this connection belongs to, "" when none was seen yet. */
static void pinned_org(char out[19], const struct doctor *doctor)
{
	struct connection_state state = { 0 };
	struct view *view = NULL;

	out[0] = '\0';
	if (view_open(&view, doctor->env->home->data, NULL) == 0 &&
		view_connection(&state, view, doctor->connection->name, NULL) == 0)
		text_copy(out, 19, state.org_id);
	view_close(view);
}

void doctor_salesforce(struct doctor *doctor)
{
	struct following following = { doctor, 0 };
	struct ping_result *result;
	char org[19];

	if (doctor_is_closed(doctor, "salesforce.", "salesforce"))
		return;
	result = calloc(1, sizeof(*result));
	if (!result) {
		doctor->failed = true;
		return;
	}
	pinned_org(org, doctor);
	ping_salesforce(result, doctor->connection, &doctor->env->catalog, doctor->env->keyring,
		org, command_interrupt(), on_step, &following);
	on_step(&following, result);
	free(result);
}

/* ---- what its runs wait for ---- */

static void tell_brake(struct doctor *doctor, const struct brake_state *brake, struct err *why)
{
	static const char held[] = "agentboard connection release NAME, when it may go on";
	static const char blocked[] = "mend what its org refused, then agentboard ping salesforce "
				      "NAME";

	brake_refusal(brake, doctor->connection->name, why);
	if (brake->brake == BRAKE_HELD)
		doctor_tell(doctor, VERDICT_WARN, ERR_NONE, "runs", held, "%s", why->text);
	else
		doctor_tell(doctor, VERDICT_FAIL, ERR_REFUSED, "runs", blocked, "%s", why->text);
}

/* Rows that are in Salesforce, and of which the source does not know it yet. */
static void tell_unwritten(struct doctor *doctor, struct view *view, const char *interface)
{
	struct run_info *runs = NULL;
	int count = 0;

	if (view_unwritten_runs(&runs, &count, view, interface, NULL) == 0)
		for (int i = 0; i < count; i++)
			doctor_tell(doctor, VERDICT_WARN, ERR_NONE, "write-back",
				"mend the cause, then agentboard run resume R",
				"%s: %" PRId64 " rows of run %" PRId64
				" are not written back into the source%s%s",
				interface, runs[i].write_back.open, runs[i].id,
				runs[i].write_back.note[0] ? ": " : "", runs[i].write_back.note);
	free(runs);
}

void doctor_runs(struct doctor *doctor)
{
	const struct catalog *catalog = &doctor->env->catalog;
	struct text_list names = { NULL, 0 };
	struct err why = ERR_INIT;
	struct brake_state brake;
	struct view *view = NULL;

	if (view_open(&view, doctor->env->home->data, NULL) < 0)
		return; /* nothing ran yet, or doctor_store() told it */
	if (view_brake(&brake, view, doctor->connection->name, NULL) == 0 &&
		brake.brake != BRAKE_ACTIVE)
		tell_brake(doctor, &brake, &why);
	if (catalog->interfaces(catalog->self, &names, NULL) < 0)
		names.count = 0;
	for (size_t i = 0; i < names.count; i++) {
		struct interface interface;

		interface_init(&interface);
		if (catalog->interface(catalog->self, &interface, names.items[i], NULL) == 0 &&
			text_equal(interface.connection, doctor->connection->name))
			tell_unwritten(doctor, view, names.items[i]);
		interface_free_fields(&interface);
	}
	text_list_free(&names);
	view_close(view);
}
