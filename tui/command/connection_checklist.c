/* connection_checklist.c — the set-up of Salesforce as a list: what is proven, refuted, ticked. */

#include "base/base.h"
#include "tui/command/settings.h"

#include "agent/agent.h"
#include "base/clock.h"
#include "ping/checklist.h"
#include "tui/command/grid.h"
#include "tui/command/store_write.h"

const struct option_spec connection_checklist_options[] = {
	{ "--tick", OPTION_MANY, "ITEM", "a person says that this is done" },
	{ "--untick", OPTION_MANY, "ITEM", "... and no longer" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

/* ---- ticks ---- */

struct ticking {
	const struct connection *connection;
	const struct arguments *args;
	char who[RUN_WHO_MAX];
};

static int apply(struct ticking *ticking, struct store *store, const char *option, bool done,
	struct err *err)
{
	const char *item;
	int rc = 0;

	for (int i = 0; rc == 0 && (item = argument_many(ticking->args, option, i)); i++)
		rc = checklist_tick(store, ticking->connection, item, done, ticking->who, err);
	return rc;
}

static int apply_all(void *ctx, struct store *store, struct err *err)
{
	int rc = apply(ctx, store, "--tick", true, err);

	return rc ? rc : apply(ctx, store, "--untick", false, err);
}

static int tick_off(struct command_env *env, const struct connection *connection,
	const struct arguments *args, struct err *err)
{
	struct ticking ticking = { .connection = connection, .args = args };

	if (!argument_many(args, "--tick", 0) && !argument_many(args, "--untick", 0))
		return 0;
	if (env->read_only)
		return err_set(err, ERR_USAGE, "--read-only: nothing is ticked");
	agent_who(ticking.who, sizeof(ticking.who));
	return store_write(env, apply_all, &ticking, err);
}

/* ---- for programs ---- */

static void json_item(struct json *json, const struct checklist_item *item)
{
	bool pinged = item->state == ITEM_PROVEN || item->state == ITEM_SUSPECT ||
		      item->state == ITEM_REFUTED;
	char time[CLOCK_TEXT_MAX];

	json_open(json, '{');
	json_put_text(json, "id", item->id);
	json_put_text(json, "title", item->title);
	json_put_text(json, "state", item_state_name(item->state));
	json_put_text(json, "ping", pinged ? ping_kind_name(item->by) : NULL);
	json_put_text(json, "who", item->state == ITEM_TICKED ? item->detail : NULL);
	json_put_text(json, "time", item->time ? clock_iso(time, item->time) : NULL);
	json_put_text(json, "detail", pinged ? item->detail : NULL);
	json_put_text(json, "remedy_id", item->remedy_id);
	json_put_text(json, "remedy", item->remedy);
	json_put_text(json, "path", item->path);
	json_put_text(json, "todo", item->todo);
	json_put_bool(json, "in_package", item->in_package);
	json_close(json, '}');
}

static void print_json(
	struct command_env *env, const struct connection *connection, const struct checklist *list)
{
	const struct ping_step *elsewhere = &list->elsewhere;
	struct buf text = BUF_INIT(1u << 20);
	struct json json = JSON_INIT(&text);

	json_open(&json, '{');
	json_key(&json, "checklist");
	json_open(&json, '{');
	json_put_text(&json, "connection", connection->name);
	json_put_text(&json, "app", app_kind_name(connection->salesforce.app));
	json_key(&json, "items");
	json_open(&json, '[');
	for (int i = 0; i < list->count; i++)
		json_item(&json, &list->items[i]);
	json_close(&json, ']');
	json_key(&json, "elsewhere");
	if (elsewhere->name[0]) {
		json_open(&json, '{');
		json_put_text(&json, "ping", ping_kind_name(list->elsewhere_by));
		json_put_text(&json, "step", elsewhere->name);
		json_put_text(&json, "detail", elsewhere->detail);
		json_put_text(&json, "remedy_id", elsewhere->remedy_id);
		json_put_text(&json, "remedy", elsewhere->remedy);
		json_close(&json, '}');
	} else {
		json_null(&json);
	}
	json_close(&json, '}');
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

/* ---- for people ---- */

#define STATE_WIDTH 12

static void print_item(struct command_env *env, const struct checklist_item *item)
{
	char line[700];
	char evidence[500];

	snprintf(line, sizeof(line), "%s (%s)", item->title, item->id);
	grid_pair(env->out, STATE_WIDTH, item_state_name(item->state), line);
	checklist_evidence(evidence, sizeof(evidence), item);
	if (evidence[0])
		grid_pair(env->out, STATE_WIDTH, "", evidence);
	if (item->remedy[0]) {
		grid_pair(env->out, STATE_WIDTH, "", item->remedy);
	} else if (item->state == ITEM_OPEN) {
		snprintf(line, sizeof(line), "%s: %s%s", item->path, item->todo,
			item->in_package ? " (`agentboard package` has it)" : "");
		grid_pair(env->out, STATE_WIDTH, "", line);
	}
}

static void print_lines(
	struct command_env *env, const struct connection *connection, const struct checklist *list)
{
	char line[900];

	fprintf(env->out, "Set-up of Salesforce for %s, with %s\n", connection->name,
		connection->salesforce.app == APP_EXTERNAL ? "an External Client App"
							   : "an existing connected app");
	if (list->elsewhere.name[0]) {
		snprintf(line, sizeof(line), "%s stopped at \"%s\": %s. %s",
			ping_kind_title(list->elsewhere_by), list->elsewhere.name,
			list->elsewhere.detail, list->elsewhere.remedy);
		grid_pair(env->out, STATE_WIDTH, "first", line);
	}
	for (int i = 0; i < list->count; i++)
		print_item(env, &list->items[i]);
}

int command_connection_checklist(struct command_env *env, const struct arguments *args)
{
	struct checklist *list = calloc(1, sizeof(*list));
	struct connection connection;
	struct err err = ERR_INIT;
	int code = 0;
	int rc = list ? 0 : err_nomem(&err);

	connection_init(&connection);
	if (rc == 0)
		rc = settings_connection(env, &connection, args->words.items[0], &err);
	if (rc == 0)
		rc = tick_off(env, &connection, args, &err);
	if (rc == 0)
		rc = checklist_recall(
			list, &connection, &env->catalog, env->home->data, NULL, &err);
	if (rc < 0)
		code = command_fail(env, &err);
	else if (env->json)
		print_json(env, &connection, list);
	else
		print_lines(env, &connection, list);
	connection_free_fields(&connection);
	free(list);
	return code;
}
