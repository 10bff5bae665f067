/* agent_settings.c — the service's settings: their defaults, and what is wrong with them. */

#include "base/base.h"
#include "model/agent_settings.h"

#include "base/cron.h"
#include "base/text.h"
#include "model/connection.h"
#include "model/problem.h"

void agent_settings_init(struct agent_settings *settings)
{
	*settings = (struct agent_settings){
		.listen = text_dup("127.0.0.1"),
		.port = AGENT_PORT_DEFAULT,
		.username = text_dup(AGENT_DEFAULT_USERNAME),
		.retention_days = 30,
		.backlog_hours = 24,
		.disk_floor = AGENT_DISK_FLOOR,
		.parallel_runs = 4,
		.monitoring = text_dup("loopback"),
		.limits = { .connections = 256,
			.connections_per_address = 32,
			.header = 16384,
			.body = 16384,
			.request_timeout = 30,
			.waiting = 100 },
		.log_level = text_dup("info"),
	};
}

int agent_settings_copy(
	struct agent_settings *out, const struct agent_settings *from, struct err *err)
{
	const struct {
		char **to;
		const char *text;
	} texts[] = {
		{ &out->listen, from->listen },
		{ &out->username, from->username },
		{ &out->password_hash, from->password_hash },
		{ &out->tls_cert, from->tls_cert },
		{ &out->tls_key, from->tls_key },
		{ &out->log_level, from->log_level },
		{ &out->monitoring, from->monitoring },
		{ &out->alert, from->alert },
	};
	int rc = 0;

	*out = *from;
	out->schedules = (struct text_list){ NULL, 0 };
	for (size_t i = 0; i < from->schedules.count; i++) {
		if (!text_list_add(&out->schedules, from->schedules.items[i]))
			rc = err_nomem(err);
	}
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		*texts[i].to = text_dup(texts[i].text);
		if (texts[i].text && !*texts[i].to)
			rc = err_nomem(err);
	}
	return rc;
}

void agent_settings_free_fields(struct agent_settings *settings)
{
	if (!settings)
		return;
	free(settings->listen);
	free(settings->username);
	free(settings->password_hash);
	free(settings->tls_cert);
	free(settings->tls_key);
	free(settings->log_level);
	free(settings->monitoring);
	free(settings->alert);
	text_list_free(&settings->schedules);
	*settings = (struct agent_settings){ 0 };
}

int agent_schedule_read(struct agent_schedule *out, char *line, struct err *err)
{
	char *colon = strchr(line, ':');
	char *end = strchr(line, ';');
	const char *missed = "missed once";

	if (!colon || (end && end < colon))
		return err_set(err, ERR_CONFIG, "it reads \"NAME: SCHEDULE\"");
	*colon = '\0';
	if (end) {
		*end = '\0';
		missed = text_trim(end + 1);
	}
	*out = (struct agent_schedule){ .name = text_trim(line),
		.text = text_trim(colon + 1),
		.skip_missed = text_equal(missed, "missed skip") };
	if (text_empty(out->name))
		return err_set(err, ERR_CONFIG, "no integration stands before the :");
	if (!out->skip_missed && !text_equal(missed, "missed once"))
		return err_set(
			err, ERR_CONFIG, "behind the ; stands \"missed skip\" or \"missed once\"");
	return 0;
}

static int check_schedule(const char *line, struct err *err)
{
	struct agent_schedule schedule;
	struct err why = ERR_INIT;
	struct cron cron;
	char *copy = text_dup(line);
	int rc = copy ? agent_schedule_read(&schedule, copy, &why) : err_nomem(&why);

	if (rc == 0)
		rc = cron_parse(&cron, schedule.text, &why);
	free(copy);
	return rc < 0 ? problem(err, "schedules", "\"%s\": %s", line, why.text) : 0;
}

int agent_settings_check(const struct agent_settings *settings, struct err *err)
{
	for (size_t i = 0; i < settings->schedules.count; i++) {
		int rc = check_schedule(settings->schedules.items[i], err);

		if (rc < 0)
			return rc;
	}
	return 0;
}
