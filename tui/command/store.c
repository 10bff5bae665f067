/* store.c — what is done to the store as a whole: prune. */

#include "base/base.h"
#include "base/clock.h"
#include "base/crash_point.h"
#include "store/prune.h"
#include "store/view.h"
#include "tui/command/command.h"
#include "tui/command/store_write.h"

#define DAYS_DEFAULT 30
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static const struct option_spec prune_options[] = {
	{ "--older-than", OPTION_NUMBER, "DAYS", "days since they completed (default 30)" },
	{ "--dry-run", OPTION_FLAG, NULL, "tell how many, remove none" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

struct pruning {
	int64_t before, removed;
};

static int apply_prune(void *ctx, struct store *store, struct err *err)
{
	struct pruning *pruning = ctx;

	return store_prune(&pruning->removed, store, pruning->before, PRUNE_TURN, err);
}

/* Turn by turn, so that a live agent's runs are not held up. */
static int prune_all(int64_t *removed, struct command_env *env, int64_t before, struct err *err)
{
	struct pruning pruning = { .before = before };
	int rc;

	do {
		rc = store_write(env, apply_prune, &pruning, err);
		CRASH_POINT(PRUNED);
		*removed += pruning.removed;
	} while (rc == 0 && pruning.removed && !atomic_load(command_interrupt()));
	return rc;
}

static int count_all(int64_t *messages, struct command_env *env, int64_t before, struct err *err)
{
	struct view *view = NULL;
	int rc = view_open(&view, env->home->data, err);

	if (rc == 0)
		rc = view_prunable(messages, view, before, err);
	view_close(view);
	return rc;
}

static int store_prune_command(struct command_env *env, const struct arguments *args)
{
	bool dry = argument_flag(args, "--dry-run");
	int64_t days = argument_number(args, "--older-than", DAYS_DEFAULT);
	int64_t before = clock_now() - (days < 36500 ? days : 36500) * DAY_MS;
	struct buf text = BUF_INIT(4096);
	struct json json = JSON_INIT(&text);
	struct err err = ERR_INIT;
	int64_t messages = 0;
	int rc = dry ? count_all(&messages, env, before, &err)
		     : prune_all(&messages, env, before, &err);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return command_fail(env, &err);
	json_open(&json, '{');
	json_put_bool(&json, "dry_run", dry);
	json_put_int(&json, "older_than_days", days);
	json_put_int(&json, "messages", messages);
	json_close(&json, '}');
	if (env->json)
		command_print_json(env, &text);
	else
		fprintf(env->out, "%" PRId64 " completed messages older than %" PRId64 " days %s\n",
			messages, days, dry ? "would be removed" : "were removed");
	buf_free(&text);
	return 0;
}

const struct command store_commands[] = {
	{ "store prune", "[--older-than DAYS] [--dry-run]",
		"Remove messages that completed long ago", prune_options, 0, 0, store_prune_command,
		true },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL, false },
};
