/* interface_watermark.c — how far an interface has read its source: shown, set, forgotten. */

#include "base/base.h"
#include "tui/command/settings.h"

#include "base/clock.h"
#include "process/mark.h"
#include "tui/command/grid.h"
#include "tui/command/store_write.h"

struct setting {
	const char *interface;
	struct watermark mark;
	bool clear;
};

static int apply(void *ctx, struct store *store, struct err *err)
{
	const struct setting *setting = ctx;

	return setting->clear ? store_watermark_clear(store, setting->interface, err)
			      : store_watermark(store, setting->interface, &setting->mark, err);
}

/* False when there is none, or no store yet. */
static bool find(struct watermark *mark, struct command_env *env, const char *interface)
{
	struct view *view = NULL;
	bool found = view_open(&view, env->home->data, NULL) == 0 &&
		     view_watermark(mark, view, interface, NULL) == 0;

	view_close(view);
	return found;
}

void interface_watermark_line(struct command_env *env, const char *interface)
{
	struct watermark mark;
	char when[CLOCK_TEXT_MAX], text[400];

	if (!find(&mark, env, interface))
		return;
	if (mark.run)
		snprintf(text, sizeof(text), "%s, by run %" PRId64 " at %s", mark.value, mark.run,
			clock_local_full(when, mark.changed));
	else
		snprintf(text, sizeof(text), "%s, set by hand at %s", mark.value,
			clock_local_full(when, mark.changed));
	grid_pair(env->out, 20, "(read up to)", text);
}

static int check(const struct interface *interface, const char *value, struct err *err)
{
	if (text_empty(interface->watermark_column))
		return err_set(err, ERR_USAGE, "%s has no watermark: set watermark.column first",
			interface->name);
	if (value && (!*value || strlen(value) >= sizeof(((struct watermark *)0)->value)))
		return err_set(err, ERR_USAGE, "--set takes a value of 1 to %zu bytes",
			sizeof(((struct watermark *)0)->value) - 1);
	return 0;
}

static int show(struct command_env *env, const char *interface)
{
	struct watermark mark;
	bool found = find(&mark, env, interface);
	struct buf text = BUF_INIT(1 << 16);
	struct json json = JSON_INIT(&text);
	char when[CLOCK_TEXT_MAX];

	if (!env->json) {
		if (found)
			interface_watermark_line(env, interface);
		else
			fprintf(env->out,
				"%s has no watermark yet: the next reading is an initial "
				"one\n",
				interface);
		return 0;
	}
	json_open(&json, '{');
	json_key(&json, "watermark");
	if (found) {
		json_open(&json, '{');
		json_put_text(&json, "interface", interface);
		json_put_text(&json, "column", mark.column);
		json_put_text(&json, "value", mark.value);
		json_put_int(&json, "run", mark.run);
		json_put_text(&json, "changed", clock_iso(when, mark.changed));
		json_close(&json, '}');
	} else {
		json_null(&json);
	}
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
	return 0;
}

int command_interface_watermark(struct command_env *env, const struct arguments *args)
{
	const char *value = argument_text(args, "--set");
	struct setting setting = { .interface = args->words.items[0],
		.clear = argument_flag(args, "--clear") };
	struct interface interface;
	struct err err = ERR_INIT;
	int rc;

	interface_init(&interface);
	rc = settings_interface(env, &interface, setting.interface, &err);
	if (!rc)
		rc = check(&interface, value, &err);
	if (!rc && value && setting.clear)
		rc = err_set(&err, ERR_USAGE, "--set and --clear exclude each other");
	if (!rc && value) {
		text_copy(setting.mark.value, sizeof(setting.mark.value), value);
		text_copy(setting.mark.column, sizeof(setting.mark.column),
			interface.watermark_column);
		setting.mark.type = (int)mark_type_of(value);
	}
	if (!rc && (value || setting.clear))
		rc = store_write(env, apply, &setting, &err);
	interface_free_fields(&interface);
	return rc ? command_fail(env, &err) : show(env, setting.interface);
}
