/*
 * client_verdict.c — what became of a request: how far it came, where it failed, how long each part
 * took, which certificate the server showed. The outcome classes of every write stand on this.
 */

#include "base/base.h"
#include "base/text.h"
#include "http/client_transfer.h"

#include <ctype.h>
#include <strings.h>

/* ---- headers of the answer ---- */

/* Copy "Name: value\r\n"'s value into `to` when the name is `name`. */
static bool take_value(char *to, size_t size, const char *name, const char *line, size_t len)
{
	size_t name_len = strlen(name);
	size_t kept = 0;

	if (len <= name_len || line[name_len] != ':' || strncasecmp(line, name, name_len) != 0)
		return false;
	for (line += name_len + 1, len -= name_len + 1; len && (*line == ' ' || *line == '\t');)
		line++, len--;
	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	for (; kept < len && kept < size - 1; kept++)
		to[kept] = iscntrl((unsigned char)line[kept]) ? ' ' : line[kept];
	to[kept] = '\0';
	return true;
}

static void take_retry_after(struct http_answer *answer, const char *line, size_t len)
{
	char text[64];
	int64_t seconds;

	/* Seconds only; the date form is used by nobody we know. */
	if (take_value(text, sizeof(text), "Retry-After", line, len) &&
		text_int(&seconds, text, 0, 86400))
		answer->retry_after_ms = seconds * 1000;
}

static void take_date(struct http_answer *answer, const char *line, size_t len)
{
	char text[64];
	time_t date;

	if (!take_value(text, sizeof(text), "Date", line, len))
		return;
	date = curl_getdate(text, NULL);
	answer->date = date > 0 ? (int64_t)date * 1000 : 0;
}

void transfer_take_header(struct http_answer *answer, const char *line, size_t len)
{
	if (len > 5 && strncmp(line, "HTTP/", 5) == 0) {
		/* Another status line: what came before was a 1xx. */
		answer->content_type[0] = answer->limit_info[0] = '\0';
		answer->location[0] = answer->locator[0] = '\0';
		answer->retry_after_ms = -1;
		answer->date = 0;
		return;
	}
	if (take_value(answer->content_type, sizeof(answer->content_type), "Content-Type", line,
		    len) ||
		take_value(answer->limit_info, sizeof(answer->limit_info), "Sforce-Limit-Info",
			line, len) ||
		take_value(answer->location, sizeof(answer->location), "Location", line, len) ||
		take_value(answer->locator, sizeof(answer->locator), "Sforce-Locator", line, len))
		return;
	take_retry_after(answer, line, len);
	take_date(answer, line, len);
}

/* ---- the proxy in force ---- */

static const char *first_set(const char *const *names)
{
	for (; *names; names++) {
		const char *value = getenv(*names);

		if (value && *value)
			return value;
	}
	return NULL;
}

static void host_of(char *host, size_t size, const char *url)
{
	const char *start = strstr(url, "://");
	const char *at;
	size_t len;

	start = start ? start + 3 : url;
	at = strpbrk(start, "@/?#");
	if (at && *at == '@')
		start = at + 1;
	len = strcspn(start, ":/?#");
	snprintf(host, size, "%.*s", (int)(len < size ? len : size - 1), start);
}

/* As curl reads it: names apart by commas or blanks, each the host itself or a parent domain. */
static bool excepted(const char *host, const char *list)
{
	size_t host_len = strlen(host);

	while (*list) {
		size_t len = strcspn(list, ", ");
		const char *name = list;
		size_t name_len = len;

		if (name_len == 1 && *name == '*')
			return true;
		if (name_len && *name == '.')
			name++, name_len--;
		if (name_len && name_len <= host_len &&
			strncasecmp(host + host_len - name_len, name, name_len) == 0 &&
			(name_len == host_len || host[host_len - name_len - 1] == '.'))
			return true;
		list += len;
		list += strspn(list, ", ");
	}
	return false;
}

const char *transfer_proxy(const struct http_options *options, const char *url, bool https)
{
	static const char *const for_https[] = { "https_proxy", "HTTPS_PROXY", "all_proxy",
		"ALL_PROXY", NULL };
	static const char *const for_http[] = { "http_proxy", "all_proxy", "ALL_PROXY", NULL };
	static const char *const exceptions[] = { "no_proxy", "NO_PROXY", NULL };
	const char *proxy = options->proxy_url;
	const char *except = options->no_proxy ? options->no_proxy : first_set(exceptions);
	char host[256];

	if (!proxy)
		proxy = first_set(https ? for_https : for_http);
	if (text_empty(proxy))
		return NULL;
	host_of(host, sizeof(host), url);
	return except && excepted(host, except) ? NULL : proxy;
}

/* ---- timing and certificate ---- */

static double passed_ms(CURL *easy, CURLINFO info, bool reused)
{
	curl_off_t us = 0;

	curl_easy_getinfo(easy, info, &us);
	if (us > 0)
		return (double)us / 1000.0;
	return reused ? 0 : -1;
}

static void judge_timing(struct transfer *transfer)
{
	struct http_timing *timing = &transfer->answer.timing;
	CURL *easy = transfer->easy;
	long connects = 0;
	bool reused;

	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
	reused = transfer->issued && connects == 0;
	timing->name_ms = passed_ms(easy, CURLINFO_NAMELOOKUP_TIME_T, reused);
	timing->connect_ms = passed_ms(easy, CURLINFO_CONNECT_TIME_T, reused);
	timing->tls_ms = transfer->https ? passed_ms(easy, CURLINFO_APPCONNECT_TIME_T, reused) : -1;
	timing->first_byte_ms = passed_ms(easy, CURLINFO_STARTTRANSFER_TIME_T, false);
	timing->total_ms = passed_ms(easy, CURLINFO_TOTAL_TIME_T, false);
}

/* The server's own certificate is the first of the chain. */
static void judge_certificate(struct transfer *transfer)
{
	struct http_answer *answer = &transfer->answer;
	struct curl_certinfo *chain = NULL;

	if (curl_easy_getinfo(transfer->easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain ||
		chain->num_of_certs < 1)
		return;
	for (struct curl_slist *line = chain->certinfo[0]; line; line = line->next) {
		if (text_starts(line->data, "Expire date:")) {
			time_t until = curl_getdate(line->data + 12, NULL);

			answer->certificate_until = until > 0 ? (int64_t)until * 1000 : 0;
		} else if (text_starts(line->data, "Issuer:")) {
			text_copy(answer->certificate_issuer, sizeof(answer->certificate_issuer),
				line->data + 7);
		}
	}
}

/* ---- where it failed ---- */

static const struct {
	CURLcode code;
	enum http_step step;
} steps[] = {
	{ CURLE_COULDNT_RESOLVE_PROXY, HTTP_STEP_PROXY },
	{ CURLE_PROXY, HTTP_STEP_PROXY },
	{ CURLE_COULDNT_RESOLVE_HOST, HTTP_STEP_NAME },
	{ CURLE_COULDNT_CONNECT, HTTP_STEP_CONNECT },
	{ CURLE_SSL_CONNECT_ERROR, HTTP_STEP_TLS },
	{ CURLE_PEER_FAILED_VERIFICATION, HTTP_STEP_TLS },
	{ CURLE_SSL_ENGINE_NOTFOUND, HTTP_STEP_TLS },
	{ CURLE_SSL_ENGINE_SETFAILED, HTTP_STEP_TLS },
	{ CURLE_SSL_CERTPROBLEM, HTTP_STEP_TLS },
	{ CURLE_SSL_CIPHER, HTTP_STEP_TLS },
	{ CURLE_USE_SSL_FAILED, HTTP_STEP_TLS },
	{ CURLE_SSL_ENGINE_INITFAILED, HTTP_STEP_TLS },
	{ CURLE_SSL_CACERT_BADFILE, HTTP_STEP_TLS },
	{ CURLE_SSL_CRL_BADFILE, HTTP_STEP_TLS },
	{ CURLE_SSL_ISSUER_ERROR, HTTP_STEP_TLS },
	{ CURLE_SSL_PINNEDPUBKEYNOTMATCH, HTTP_STEP_TLS },
	{ CURLE_SSL_INVALIDCERTSTATUS, HTTP_STEP_TLS },
};

/* Codes like "timed out" or "reset" say what, not where: the last mark passed says where. */
static enum http_step step_by_progress(const struct transfer *transfer)
{
	const struct http_timing *timing = &transfer->answer.timing;

	if (transfer->issued)
		return HTTP_STEP_TALK;
	if (timing->name_ms < 0)
		return transfer->proxy ? HTTP_STEP_PROXY : HTTP_STEP_NAME;
	if (timing->connect_ms < 0)
		return transfer->proxy ? HTTP_STEP_PROXY : HTTP_STEP_CONNECT;
	return transfer->https ? HTTP_STEP_TLS : HTTP_STEP_TALK;
}

static enum http_step failed_step(const struct transfer *transfer, CURLcode code)
{
	int proxy_status = transfer->answer.proxy_status;

	if (proxy_status && proxy_status / 100 != 2)
		return HTTP_STEP_PROXY;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		if (steps[i].code != code)
			continue;
		return steps[i].step == HTTP_STEP_CONNECT && transfer->proxy ? HTTP_STEP_PROXY
									     : steps[i].step;
	}
	return step_by_progress(transfer);
}

/*
 * A request without its first body byte cannot have been executed, nor one of which the kernel took
 * no byte; everything else may have been.
 */
static enum http_reach unanswered_reach(struct transfer *transfer)
{
	long bytes = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &bytes);
	if (!transfer->issued || bytes <= transfer->bytes_before)
		return HTTP_NOT_SENT;
	if (transfer->body_len && transfer->handed_out == 0)
		return HTTP_NOT_SENT;
	return HTTP_SENT;
}

static void judge_common(struct transfer *transfer)
{
	struct http_answer *answer = &transfer->answer;
	long status = 0;
	long proxy_status = 0;
	long os_errno = 0;
	char *peer = NULL;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
	curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &os_errno);
	curl_easy_getinfo(transfer->easy, CURLINFO_PRIMARY_IP, &peer);
	answer->status = transfer->issued ? (int)status : 0;
	answer->proxy_status = (int)proxy_status;
	answer->via_proxy = transfer->proxy != NULL;
	answer->os_errno = (int)os_errno;
	text_copy(answer->peer_address, sizeof(answer->peer_address), peer ? peer : "");
	judge_timing(transfer);
	judge_certificate(transfer);
}

/* Certificates, a wrong proxy password or a full buffer do not mend themselves. */
static bool worth_repeating(const struct http_answer *answer, CURLcode code)
{
	if (answer->proxy_status == 407 || code == CURLE_WRITE_ERROR)
		return false;
	return code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CACERT_BADFILE &&
	       code != CURLE_URL_MALFORMAT && code != CURLE_UNSUPPORTED_PROTOCOL;
}

static void describe_failure(struct transfer *transfer, CURLcode code)
{
	struct http_answer *answer = &transfer->answer;
	const char *why = transfer->error[0] ? transfer->error : curl_easy_strerror(code);
	char host[256];

	host_of(host, sizeof(host), transfer->url);
	if (answer->body.broken == ERR_LIMIT) {
		err_set(&answer->err, ERR_PROTOCOL, "%s sent an answer larger than %zu bytes", host,
			answer->body.max);
		return;
	}
	if (transfer->repeat_refused)
		why = "the connection broke after the request had left, before an answer came";
	err_set(&answer->err, ERR_NET, "%s: %s", host, why);
	answer->err.retryable = worth_repeating(answer, code);
}

void transfer_judge(struct transfer *transfer, CURLcode code)
{
	struct http_answer *answer = &transfer->answer;

	judge_common(transfer);
	answer->curl_code = (int)code;
	if (code == CURLE_OK && answer->status) {
		answer->reach = HTTP_ANSWERED;
		return;
	}
	answer->reach = unanswered_reach(transfer);
	answer->failed_step = failed_step(transfer, code);
	describe_failure(transfer, code);
}

void transfer_judge_aborted(struct transfer *transfer)
{
	struct http_answer *answer = &transfer->answer;

	judge_common(transfer);
	answer->curl_code = CURLE_ABORTED_BY_CALLBACK;
	answer->reach = unanswered_reach(transfer);
	answer->failed_step = step_by_progress(transfer);
	err_set(&answer->err, ERR_INTERRUPTED, "the request was given up before an answer came");
}
