/*
 * settings_fakes.c — stands in for the rooms that talk to the store, the org and the source, and
 * for the commands that this program does not test. The linker takes the first definition of a name
 * and is told not to mind the room's own (-z muldefs): it may be linked for another reason.
 */

#include "command/settings_fakes.h"

#include "base/base.h"
#include "base/text.h"
#include "ping/checklist.h"
#include "source/reader.h"
#include "store/filter.h"
#include "tui/command/command.h"
#include "tui/command/store_write.h"

struct fakes fakes;

void fakes_step(const char *name, enum verdict verdict, const char *detail)
{
	struct ping_step *step = &fakes.salesforce.steps[fakes.salesforce.count++];

	text_copy(step->name, sizeof(step->name), name);
	text_copy(step->detail, sizeof(step->detail), detail);
	step->verdict = verdict;
	if (verdict == VERDICT_FAIL)
		text_copy(step->remedy, sizeof(step->remedy), "mend it");
}

/* ---- store ---- */

int view_connection(
	struct connection_state *out, struct view *view, const char *connection, struct err *err)
{
	(void)view;
	(void)connection;
	(void)err;
	*out = fakes.state;
	return 0;
}

int store_write(struct command_env *env, store_work *work, void *ctx, struct err *err)
{
	(void)env;
	return work(ctx, NULL, err);
}

int store_org_pin(struct store *store, const char *connection, const char *org_id,
	const char *org_name, bool sandbox, bool accept, struct err *err)
{
	(void)store;
	(void)connection;
	(void)org_name;
	(void)sandbox;
	(void)err;
	text_copy(fakes.pinned, sizeof(fakes.pinned), org_id);
	fakes.accepted = accept;
	return 0;
}

const char *const *filter_terms(void)
{
	static const char *const terms[] = { NULL };

	return terms;
}

/* ---- org ---- */

void ping_config_hash(char out[40], const struct connection *connection, bool agent)
{
	snprintf(out, 40, "%d-%.30s", agent,
		agent ? connection->agent.host : connection->salesforce.domain);
}

void ping_salesforce(struct ping_result *out, const struct connection *connection,
	const struct catalog *catalog, const struct keyring *keyring, const char *pinned_org,
	const atomic_bool *cancel, ping_on_step *on_step, void *ctx)
{
	(void)connection;
	(void)catalog;
	(void)keyring;
	(void)pinned_org;
	(void)cancel;
	(void)on_step;
	(void)ctx;
	fakes.salesforce_pings++;
	*out = fakes.salesforce;
}

int checklist_recall(struct checklist *out, const struct connection *connection,
	const struct catalog *catalog, const char *data_folder, const struct ping_seen *fresh,
	struct err *err)
{
	(void)connection;
	(void)catalog;
	(void)data_folder;
	(void)fresh;
	(void)err;
	memset(out, 0, sizeof(*out));
	return 0;
}

int checklist_tick(struct store *store, const struct connection *connection, const char *item,
	bool done, const char *who, struct err *err)
{
	(void)store;
	(void)connection;
	(void)item;
	(void)done;
	(void)who;
	(void)err;
	return 0;
}

void checklist_evidence(char *out, size_t size, const struct checklist_item *item)
{
	text_copy(out, size, item->detail);
}

const char *item_state_name(enum item_state state)
{
	return state == ITEM_OPEN ? "open" : "known";
}

const char *ping_kind_name(enum ping_kind kind)
{
	return kind == PING_SALESFORCE ? "salesforce" : "agent";
}

const char *ping_kind_title(enum ping_kind kind)
{
	return ping_kind_name(kind);
}

/* ---- source ---- */

int source_odbc_drivers(struct text_list *names, struct err *err)
{
	(void)err;
	text_list_add(names, "SQLite3");
	return 0;
}

static struct preview_row preview_rows[2];
static struct column preview_column = { .name = "order_no", .type = COLUMN_TEXT };
static char *preview_cells[2];

int process_preview(struct preview **out, const struct process_env *env,
	const struct connection *connection, const struct interface *interface, int limit,
	const atomic_bool *cancel, struct err *err)
{
	static struct preview preview;

	(void)env;
	(void)connection;
	(void)interface;
	(void)cancel;
	(void)err;
	preview_rows[0] = (struct preview_row){ (char *)(uintptr_t) "ORD-1",
		(char *)(uintptr_t) "{\"Order_No__c\":\"ORD-1\"}", NULL };
	preview_rows[1] = (struct preview_row){ (char *)(uintptr_t) "", (char *)(uintptr_t) "{}",
		(char *)(uintptr_t)fakes.preview_problem };
	preview_cells[0] = (char *)(uintptr_t) "ORD-1";
	preview = (struct preview){ &preview_column, 1, preview_rows, limit < 2 ? limit : 2,
		preview_cells, (char *)(uintptr_t)fakes.preview_note };
	*out = &preview;
	return 0;
}

void preview_free(struct preview *preview)
{
	(void)preview;
}

const char *column_type_name(enum column_type type)
{
	(void)type;
	return "text";
}

/* ---- other commands ---- */

#define NONE                                                                                       \
	{                                                                                          \
		NULL, NULL, NULL, NULL, 0, 0, NULL, false                                          \
	}
const struct command ping_commands[] = { NONE };
const struct command run_commands[] = { NONE };
const struct command message_commands[] = { NONE };
const struct command agent_commands[] = { NONE };
const struct command schedule_commands[] = { NONE };
const struct command practice_commands[] = { NONE };
const struct command demo_commands[] = { NONE };
