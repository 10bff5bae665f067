/*
 * apex.c — the Apex class of the set-up package as the org runs it: a call-out to the agent, made
 * for real, and what Salesforce would tell of it. Missing class or access answer as documented for
 * Apex REST; exceptions speak System.CalloutException's words.
 */

#include "base/base.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "http/client.h"
#include "practice/call.h"
#include "practice/inside.h"

#define CALLOUT_MS 10000
#define SEEN_MAX 1000 /* characters of the answer that the class passes on */

static bool refused_before(struct call *call)
{
	const struct mistake *mistake = mistake_at(call->org, MISTAKE_APEX);

	if (mistake)
		call_fail(call, mistake->status, mistake->code, "%s", mistake->text);
	return mistake != NULL;
}

static void put_exception(struct json *json, const char *message)
{
	json_put_bool(json, "reached", false);
	json_put_text(json, "exception", "System.CalloutException");
	json_put_text(json, "message", message);
}

/* What Salesforce's own words would be for a call that broke at this step. */
static void put_broken(struct json *json, const char *host, const struct http_answer *answer)
{
	char unknown[300];

	snprintf(unknown, sizeof(unknown), "Unknown host: %s", host);
	switch (answer->failed_step) {
	case HTTP_STEP_NAME:
		put_exception(json, unknown);
		break;
	case HTTP_STEP_CONNECT:
		put_exception(json, "Connection refused (Connection refused)");
		break;
	case HTTP_STEP_TLS:
		put_exception(json, "PKIX path building failed: unable to find valid certification "
				    "path to requested target");
		break;
	default:
		put_exception(json, "Read timed out");
	}
}

static void put_answer(struct json *json, const struct http_answer *answer)
{
	char body[SEEN_MAX + 1];

	text_copy(body, sizeof(body), buf_str(&answer->body));
	json_put_bool(json, "reached", true);
	json_put_int(json, "status", answer->status);
	json_put_text(json, "body", body);
}

static void call_out(struct json *json, const struct jnode *target)
{
	struct http_options options = { .connect_timeout_ms = CALLOUT_MS };
	char url[600];
	struct http_request request = { .method = "GET",
		.url = url,
		.username = jtree_string(target, "username"),
		.password = jtree_string(target, "password"),
		.timeout_ms = CALLOUT_MS,
		.answer_max = 1u << 20,
		.no_network_proxy = true };
	struct http_client *client = NULL;
	struct http_answer answer;
	struct err err = ERR_INIT;

	snprintf(url, sizeof(url), "%s/ping", jtree_string(target, "url"));
	http_answer_init(&answer);
	if (http_client_new(&client, &options, &err) < 0)
		put_exception(json, err.text);
	else if (http_call(client, &request, &answer, NULL, &err) < 0)
		put_broken(json, jtree_string(target, "url"), &answer);
	else
		put_answer(json, &answer);
	http_client_free(client);
	http_answer_free(&answer);
}

/* Behind the lock: a call-out may take its ten seconds, and the agent may be of this process. */
static void call_agent(struct call *call)
{
	const struct mistake *mistake = mistake_at(call->org, MISTAKE_CALLOUT);
	int64_t began = clock_mono();
	struct json json = JSON_INIT(call->out);

	json_open(&json, '{');
	if (mistake)
		put_exception(&json, mistake->text);
	else
		call_out(&json, call->json.root);
	json_put_int(&json, "ms", clock_mono() - began);
	json_close(&json, '}');
}

static void ping(struct call *call)
{
	const struct jnode *target = call->json.root;

	if (refused_before(call))
		return;
	if (!jtree_string(target, "url") || !jtree_string(target, "username") ||
		!jtree_string(target, "password")) {
		call->status = 400;
		buf_add_str(call->out, "{\"error\":\"send a JSON object with url, username and "
				       "password\"}");
		return;
	}
	call->behind = call_agent;
}

const struct route apex_routes[] = {
	{ "POST", "services/apexrest/agentboard/ping", ping, ROUTE_JSON | ROUTE_NO_VERSION },
	{ NULL, NULL, NULL, 0 },
};
