/* steps.c — the list of steps: verdict, time, detail, and the remedy of what failed. */

#include "base/base.h"
#include "ping/steps.h"
#include "base/clock.h"
#include "base/text.h"

void steps_start(struct steps *steps, struct ping_result *out, enum app_kind app,
	ping_on_step *on_step, void *ctx)
{
	*out = (struct ping_result){ .ok = true };
	*steps = (struct steps){ .out = out, .on_step = on_step, .ctx = ctx, .app = app };
	steps_begin(steps);
}

void steps_begin(struct steps *steps)
{
	steps->started_us = clock_mono_us();
}

bool steps_full(const struct steps *steps)
{
	return steps->out->count >= PING_STEPS_MAX;
}

/* The next step's place; NULL when the list is full (its verdict still counts). */
static struct ping_step *add(struct steps *steps, const char *name, enum verdict verdict, double ms)
{
	struct ping_step *step;

	if (steps_full(steps))
		return NULL;
	step = &steps->out->steps[steps->out->count++];
	*step = (struct ping_step){ .verdict = verdict };
	text_copy(step->name, sizeof(step->name), name);
	step->ms = ms >= 0 ? ms : (double)(clock_mono_us() - steps->started_us) / 1000.0;
	return step;
}

static void tell(struct steps *steps)
{
	if (steps->on_step)
		steps->on_step(steps->ctx, steps->out);
	steps_begin(steps);
}

/* What others wrote may hold anything; a step is one clean line. */
static void clean(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = ' ';
	}
}

void steps_set_remedy(struct ping_step *step, const struct remedy *remedy)
{
	text_copy(step->remedy_id, sizeof(step->remedy_id), remedy->id);
	snprintf(step->remedy, sizeof(step->remedy), "%s. %s", remedy->cause, remedy->action);
}

/* What a step found, what to do about it (`remedy` may be NULL), and it is told. `step` is NULL
 * when there was no room for one more. */
static void finish(struct steps *steps, struct ping_step *step, const struct remedy *remedy,
	const char *fmt, va_list ap) __attribute__((format(printf, 4, 0)));

static void finish(struct steps *steps, struct ping_step *step, const struct remedy *remedy,
	const char *fmt, va_list ap)
{
	if (step) {
		vsnprintf(step->detail, sizeof(step->detail), fmt, ap);
		clean(step->detail);
		if (remedy)
			steps_set_remedy(step, remedy);
	}
	tell(steps);
}

void steps_ok(struct steps *steps, const char *name, double ms, const char *fmt, ...)
{
	struct ping_step *step = add(steps, name, VERDICT_OK, ms);
	va_list ap;

	va_start(ap, fmt);
	finish(steps, step, NULL, fmt, ap);
	va_end(ap);
}

void steps_warn(struct steps *steps, const char *name, const char *remedy_id, const char *fmt, ...)
{
	struct ping_step *step = add(steps, name, VERDICT_WARN, -1);
	const struct remedy *remedy = remedy_id ? remedy_by_id(remedy_id, steps->app) : NULL;
	va_list ap;

	va_start(ap, fmt);
	finish(steps, step, remedy, fmt, ap);
	va_end(ap);
}

static struct ping_step *add_failure(struct steps *steps, const char *name, enum err_kind kind)
{
	if (steps->out->ok)
		steps->out->kind = kind;
	steps->out->ok = false;
	return add(steps, name, VERDICT_FAIL, -1);
}

void steps_fail(struct steps *steps, const char *name, enum err_kind kind, const char *remedy_id,
	const char *fmt, ...)
{
	struct ping_step *step = add_failure(steps, name, kind);
	const struct remedy *remedy = remedy_by_id(remedy_id, steps->app);
	va_list ap;

	va_start(ap, fmt);
	finish(steps, step, remedy, fmt, ap);
	va_end(ap);
}

void steps_fail_err(struct steps *steps, const char *name, const struct err *err,
	const struct http_answer *answer)
{
	struct ping_step *step = add_failure(steps, name, err->kind);
	struct symptom symptom = { .step = steps->agent ? "agent" : name,
		.code = err->code[0] ? err->code : NULL,
		.description = err->text,
		.http_status = answer ? answer->status : 0,
		.answer = answer,
		.app = steps->app };

	if (step) {
		text_copy(step->detail, sizeof(step->detail), err->text);
		clean(step->detail);
		if (err->kind != ERR_INTERRUPTED)
			steps_set_remedy(step, remedy_find(&symptom));
	}
	tell(steps);
}

void steps_fail_secret(struct steps *steps, const struct err *err)
{
	steps_fail(steps, "settings", err->kind,
		err->code[0] ? "settings.value" : "settings.secret", "%s", err->text);
}

void steps_not_reached(struct steps *steps, const char *const *names)
{
	for (; *names; names++)
		add(steps, *names, VERDICT_NOT_REACHED, 0);
	tell(steps);
}

/* ---- what one request tells of its way ---- */

static void tell_certificate(struct steps *steps, const struct http_answer *answer, double ms)
{
	char until[CLOCK_TEXT_MAX];

	if (!answer->certificate_until) {
		steps_ok(steps, "TLS", ms, "certificate verified");
		return;
	}
	clock_iso(until, answer->certificate_until);
	until[10] = '\0'; /* the date is enough */
	if (answer->certificate_until - clock_now() < 14 * 86400000LL)
		steps_warn(steps, "TLS", NULL, "certificate ends on %s: have it renewed", until);
	else
		steps_ok(steps, "TLS", ms, "certificate valid until %s", until);
}

static double span(double from, double to)
{
	return to >= 0 && from >= 0 && to > from ? to - from : 0;
}

struct way {
	const char *name;
	enum http_step step;
	double from, to; /* ms since the start of the request */
	const char *detail;
};

/* True when it failed here; what lies behind is told as not reached. */
static bool failed_here(struct steps *steps, const struct way *way, size_t i, size_t count,
	const struct http_answer *answer, const struct err *err)
{
	const char *rest[8] = { NULL };
	size_t left = 0;

	if (answer->reach == HTTP_ANSWERED || answer->failed_step != way[i].step)
		return false;
	steps_fail_err(steps, way[i].name, err, answer);
	while (++i < count && left + 1 < ARRAY_SIZE(rest))
		rest[left++] = way[i].name;
	steps_not_reached(steps, rest);
	return true;
}

bool steps_transport(struct steps *steps, const char *host, bool https,
	const struct http_answer *answer, const struct err *err)
{
	const struct http_timing *t = &answer->timing;
	const struct way straight[] = {
		{ "name resolves", HTTP_STEP_NAME, 0, t->name_ms, host },
		{ "TCP", HTTP_STEP_CONNECT, t->name_ms, t->connect_ms, answer->peer_address },
		{ "TLS", HTTP_STEP_TLS, t->connect_ms, t->tls_ms, NULL },
	};
	const struct way by_proxy[] = {
		{ "proxy", HTTP_STEP_PROXY, 0, t->connect_ms, answer->peer_address },
		{ "TLS", HTTP_STEP_TLS, t->connect_ms, t->tls_ms, NULL },
	};
	bool proxy = answer->via_proxy &&
		     (answer->reach == HTTP_ANSWERED || answer->failed_step != HTTP_STEP_NAME);
	const struct way *way = proxy ? by_proxy : straight;
	size_t count = (proxy ? ARRAY_SIZE(by_proxy) : ARRAY_SIZE(straight)) - (https ? 0 : 1);

	for (size_t i = 0; i < count; i++) {
		if (failed_here(steps, way, i, count, answer, err))
			return false;
		if (way[i].step == HTTP_STEP_TLS)
			tell_certificate(steps, answer, span(way[i].from, way[i].to));
		else
			steps_ok(steps, way[i].name, span(way[i].from, way[i].to), "%s",
				way[i].detail);
	}
	return true;
}

/* ---- settings that are wrong before any call ---- */

struct first_problem {
	const char *prefix;
	struct err err;
};

static void keep_first(void *ctx, const struct err *err)
{
	struct first_problem *first = ctx;

	if (!first->err.kind && text_starts(err->code, first->prefix))
		first->err = *err;
}

/* A host that Salesforce itself would refuse is told as that refusal. */
static bool is_wrong_host(const struct err *err, const char *domain)
{
	return strcmp(err->code, "salesforce.domain") == 0 && domain &&
	       strstr(domain, ".salesforce.com") && !strstr(domain, ".my.salesforce.com");
}

bool steps_settings(struct steps *steps, const struct connection *connection, const char *prefix)
{
	struct first_problem first = { .prefix = prefix, .err = ERR_INIT };
	const char *remedy_id = "settings.value";
	enum err_kind kind = ERR_CONFIG;

	connection_check_all(connection, keep_first, &first);
	if (!first.err.kind)
		return true;
	if (is_wrong_host(&first.err, connection->salesforce.domain)) {
		remedy_id = "oauth.wrong_host";
		kind = ERR_REFUSED;
	} else if (strcmp(first.err.code, "agent.allow_clear_text") == 0) {
		remedy_id = "agent.clear_text";
	}
	steps_fail(steps, "settings", kind, remedy_id, "%s", first.err.text);
	return false;
}
