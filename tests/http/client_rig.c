/* client_rig.c — one client and one answer a test, and the call most tests make. */

#include "harness/check_main.h"

#include "http/client_rig.h"

struct http_client *client;
struct http_answer answer;

void rig_setup(void)
{
	struct err err = ERR_INIT;

	http_global_init();
	ck_ok(http_client_new(&client, &(struct http_options){ .user_agent = "test/1" }, &err),
		&err);
	http_answer_init(&answer);
}

void rig_teardown(void)
{
	http_client_free(client);
	http_answer_free(&answer);
}

const char *url_of(struct wire *wire, const char *path)
{
	static char url[256];

	snprintf(url, sizeof(url), "%s%s", wire_url(wire), path);
	return url;
}

int call(struct wire *wire, const char *method, const char *body, struct err *err)
{
	struct http_request request = {
		.method = method,
		.url = url_of(wire, "/x"),
		.body = body,
		.body_len = body ? strlen(body) : 0,
		.timeout_ms = 10000,
		.no_network_proxy = true,
	};

	return http_call(client, &request, &answer, NULL, err);
}
