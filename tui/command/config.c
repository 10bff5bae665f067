/* config.c — `config check`: every file of the home, every problem as FILE:LINE: TEXT. */

#include "base/base.h"
#include "tui/command/command.h"

#include "config/files.h"

struct telling {
	struct command_env *env;
	struct json json;
};

/* "path:12: words" in three; the path may hold colons of its own, and no problem's words begin
 * with digits and a colon. */
static void split(const char *text, size_t *path_len, int64_t *line, const char **words)
{
	const char *colon = text;

	*path_len = 0;
	*line = 0;
	*words = text;
	while ((colon = strchr(colon, ':')) != NULL) {
		size_t digits = strspn(colon + 1, "0123456789");

		if (digits > 0 && digits < 10 && strncmp(colon + 1 + digits, ": ", 2) == 0) {
			*path_len = (size_t)(colon - text);
			*line = strtol(colon + 1, NULL, 10);
			*words = colon + 1 + digits + 2;
			return;
		}
		colon++;
	}
}

static void tell(void *ctx, const struct err *err)
{
	struct telling *telling = ctx;
	size_t path_len;
	int64_t line;
	const char *words;

	if (!telling->env->json) {
		fprintf(telling->env->out, "%s\n", err->text);
		return;
	}
	split(err->text, &path_len, &line, &words);
	json_open(&telling->json, '{');
	json_key(&telling->json, "file");
	json_bytes(&telling->json, err->text, path_len);
	json_put_int(&telling->json, "line", line);
	json_put_text(&telling->json, "text", words);
	json_close(&telling->json, '}');
}

static int config_check(struct command_env *env, const struct arguments *args)
{
	struct buf text = BUF_INIT(64u << 20);
	struct telling telling = { env, JSON_INIT(&text) };
	struct err err = ERR_INIT;
	int problems;

	(void)args;
	json_open(&telling.json, '{');
	json_key(&telling.json, "problems");
	json_open(&telling.json, '[');
	problems = files_check(env->home, tell, &telling, &err);
	json_close(&telling.json, ']');
	json_put_bool(&telling.json, "ok", problems == 0);
	json_close(&telling.json, '}');
	if (problems >= 0 && env->json)
		command_print_json(env, &text);
	else if (problems == 0)
		fprintf(env->out, "%s: no problem\n", env->home->config);
	buf_free(&text);
	if (problems < 0)
		return command_fail(env, &err);
	return problems ? err_exit_code(ERR_CONFIG) : 0;
}

const struct command config_commands[] = {
	{ "config check", "", "Look through every file for mistakes", NULL, 0, 0, config_check,
		false },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL, false },
};
