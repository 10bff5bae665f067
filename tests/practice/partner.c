/* partner.c — a practice org and its client. */

#include "harness/check_main.h"

#include "practice/partner.h"

#include "base/text.h"

static size_t collect(char *data, size_t size, size_t n, void *ctx)
{
	buf_add(ctx, data, size * n);
	return size * n;
}

void partner_join(struct partner *partner, struct practice *org, const char *token)
{
	partner->org = org;
	partner->curl = curl_easy_init();
	text_copy(partner->token, sizeof(partner->token), token);
	partner->extra_header = NULL;
	partner->content_type = NULL;
	buf_init(&partner->body, 64 << 20);
	buf_init(&partner->headers, 1 << 16);
}

void partner_leave(struct partner *partner)
{
	curl_easy_cleanup(partner->curl);
	buf_free(&partner->body);
	buf_free(&partner->headers);
}

void partner_open(struct partner *partner, const struct practice_options *options)
{
	static const struct practice_options plain;
	struct err err = ERR_INIT;

	partner_join(partner, NULL, "");
	ck_ok(practice_start(&partner->org, options ? options : &plain, &err), &err);
	partner_take_token(partner);
}

void partner_open_with(struct partner *partner, const char *misconfiguration)
{
	struct practice_options options = { 0 };

	text_list_add(&options.misconfigure, misconfiguration);
	partner_open(partner, &options);
	text_list_free(&options.misconfigure);
}

void partner_open_logged(struct partner *partner)
{
	const char *folder = test_folder();
	struct practice_options options = { .request_log = partner->request_log,
		.ledger = partner->ledger };

	snprintf(partner->request_log, sizeof(partner->request_log), "%s/requests", folder);
	snprintf(partner->ledger, sizeof(partner->ledger), "%s/ledger", folder);
	partner_open(partner, &options);
}

void partner_close(struct partner *partner)
{
	partner_leave(partner);
	practice_stop(partner->org);
}

static void perform(struct partner *partner, const char *method, const char *url, const char *body,
	struct curl_slist *headers)
{
	CURL *curl = partner->curl;

	buf_reset(&partner->body);
	buf_reset(&partner->headers);
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	/* on a reused connection that dies libcurl would send the request again by itself */
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &partner->body);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &partner->headers);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	if (body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	partner->code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &partner->status);
}

void partner_call(struct partner *partner, const char *method, const char *path, const char *body)
{
	struct curl_slist *headers = NULL;
	char authorization[200];
	char type[200];
	char *url;

	ck_assert_int_gt(asprintf(&url, "%s%s%s", practice_url(partner->org),
				 path[0] == '/' ? "" : "/services/data/v66.0/", path),
		0);
	snprintf(authorization, sizeof(authorization), "Authorization: Bearer %s", partner->token);
	headers = curl_slist_append(headers, authorization);
	snprintf(type, sizeof(type), "Content-Type: %s",
		partner->content_type ? partner->content_type : "application/json; charset=UTF-8");
	headers = curl_slist_append(headers, type);
	headers = curl_slist_append(headers, "Expect:");
	if (partner->extra_header)
		headers = curl_slist_append(headers, partner->extra_header);
	perform(partner, method, url, body, headers);
	curl_slist_free_all(headers);
	free(url);
}

void partner_form(struct partner *partner, const char *path, const char *form)
{
	char url[200];

	snprintf(url, sizeof(url), "%s%s", practice_url(partner->org), path);
	perform(partner, "POST", url, form, NULL);
}

void partner_take_token(struct partner *partner)
{
	const char *at;

	partner_form(partner, "/services/oauth2/token", GOOD_FORM);
	at = strstr(buf_str(&partner->body), "\"access_token\":\"");
	if (!at)
		return;
	at += strlen("\"access_token\":\"");
	snprintf(partner->token, sizeof(partner->token), "%.*s", (int)strcspn(at, "\""), at);
}

void partner_expect_answer(const struct partner *partner, int status, const char *answer)
{
	const char *body = buf_str(&partner->body);

	ck_assert_msg(partner->status == status && text_match(answer ? answer : "", body, false),
		"expected %d %s\n     got %ld %s", status, answer ? answer : "", partner->status,
		body);
}

void partner_expect(struct partner *partner, const struct exchange *exchange)
{
	partner_call(partner, exchange->method, exchange->path, exchange->body);
	ck_assert_msg(partner->status == exchange->status &&
			      text_match(exchange->answer ? exchange->answer : "",
				      buf_str(&partner->body), false),
		"%s %s %s\nexpected %d %s\n     got %ld %s", exchange->method, exchange->path,
		exchange->body ? exchange->body : "", exchange->status,
		exchange->answer ? exchange->answer : "", partner->status, buf_str(&partner->body));
}
