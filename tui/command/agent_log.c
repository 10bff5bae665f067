/* agent_log.c — `agent log`: the agent's own lines, filtered and followed. */

#include "base/base.h"
#include "tui/command/agent_log.h"

#include "base/clock.h"
#include "base/log_read.h"

#define LINES_DEFAULT 200
#define LINES_MAX 1000000
#define LOOK_EVERY_MS 300

/* One object a line while following, else the lines of one document. */
static void print_followed(struct command_env *env, const struct text_list *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		struct buf text = BUF_INIT(65536);
		struct json json = JSON_INIT(&text);

		json_open(&json, '{');
		json_put_text(&json, "line", lines->items[i]);
		json_close(&json, '}');
		fprintf(env->out, "%s\n", env->json ? buf_str(&text) : lines->items[i]);
		buf_free(&text);
	}
	fflush(env->out);
}

static void print_document(struct command_env *env, const struct text_list *lines)
{
	struct buf text = BUF_INIT(256u << 20);
	struct json json = JSON_INIT(&text);

	json_open(&json, '{');
	json_key(&json, "lines");
	json_open(&json, '[');
	for (size_t i = 0; i < lines->count; i++)
		json_text(&json, lines->items[i]);
	json_close(&json, ']');
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

/* The filter's words, joined as they were typed. */
static void join(char *out, size_t size, const struct text_list *words)
{
	size_t used = 0;

	*out = '\0';
	for (size_t i = 0; i < words->count && used < size; i++)
		used += (size_t)snprintf(
			out + used, size - used, "%s%s", i ? " " : "", words->items[i]);
}

int agent_log_command(struct command_env *env, const struct arguments *args)
{
	bool follow = argument_flag(args, "--follow");
	int64_t max = argument_number(args, "--limit", LINES_DEFAULT);
	const atomic_bool *stop = follow ? command_interrupt() : NULL;
	struct log_reader reader = { .path = env->home->log };
	struct text_list lines = { NULL, 0 };
	struct err err = ERR_INIT;
	char filter[512];
	int rc;

	join(filter, sizeof(filter), &args->words);
	do {
		rc = log_read(
			&lines, &reader, filter, (int)(max < LINES_MAX ? max : LINES_MAX), &err);
		if (rc == 0 && env->json && !follow)
			print_document(env, &lines);
		else if (rc == 0)
			print_followed(env, &lines);
		text_list_free(&lines);
		if (follow && !atomic_load(stop))
			clock_sleep(LOOK_EVERY_MS);
	} while (rc == 0 && follow && !atomic_load(stop) && !ferror(env->out));
	return rc < 0 ? command_fail(env, &err) : 0;
}

const struct option_spec agent_log_options[] = {
	{ "--follow", OPTION_FLAG, NULL, "go on as lines are added" },
	{ "--limit", OPTION_NUMBER, "K", "at most K lines, the last ones (default 200)" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};
