/*
 * client_transfer.c — one request as curl options: verified TLS, no redirects, HTTP/1.1, a capped
 * answer, and a body that libcurl cannot send twice.
 */

#include "base/base.h"
#include "base/text.h"
#include "http/client_transfer.h"

#define ANSWER_MAX_DEFAULT (8 << 20)
#define TIMEOUT_DEFAULT 120000
#define CONNECT_DEFAULT 15000
#define UPLOAD_CHUNK (128 << 10)
#define RECEIVE_CHUNK (64 << 10)
#define CONNECTION_IDLE_MAX                                                                        \
	20 /* s; the younger a reused connection, the rarer it is a dead one                       \
	    */

struct transfer *transfer_new(void)
{
	struct transfer *transfer = calloc(1, sizeof(*transfer));

	if (!transfer)
		return NULL;
	transfer->easy = curl_easy_init();
	if (!transfer->easy) {
		free(transfer);
		return NULL;
	}
	http_answer_init(&transfer->answer);
	return transfer;
}

void transfer_free(struct transfer *transfer)
{
	if (!transfer)
		return;
	curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->headers);
	curl_slist_free_all(transfer->connect_to);
	http_answer_free(&transfer->answer);
	free(transfer->url);
	free(transfer);
}

/* ---- curl's callbacks, on the thread that drives the client ---- */

static size_t on_body_wanted(char *to, size_t size, size_t n, void *arg)
{
	struct transfer *transfer = arg;
	size_t left = transfer->body_len - transfer->handed_out;
	size_t len = size * n < left ? size * n : left;

	if (len && transfer->read) {
		len = transfer->read(transfer->read_ctx, transfer->handed_out, to, len);
		if (len == 0)
			return CURL_READFUNC_ABORT;
	} else if (len)
		memcpy(to, transfer->body + transfer->handed_out, len);
	transfer->handed_out += len;
	return len;
}

/*
 * curl rewinds the body to repeat a request by itself when a reused connection turns out dead.
 * Nobody knows then whether the org executed the first one, so that is not for curl to decide.
 */
static int on_rewind(void *arg, curl_off_t offset, int origin)
{
	struct transfer *transfer = arg;

	if (transfer->handed_out == 0 && offset == 0 && origin == SEEK_SET)
		return CURL_SEEKFUNC_OK;
	transfer->repeat_refused = true;
	return CURL_SEEKFUNC_FAIL;
}

/*
 * A connection is ready and the request is about to leave. The second time it is a repetition of
 * curl's own; a DELETE, whose ids are in the URL, has no body whose rewinding could be refused.
 */
static int on_issue(void *arg, char *peer, char *local, int peer_port, int local_port)
{
	struct transfer *transfer = arg;
	long bytes = 0;

	(void)peer;
	(void)local;
	(void)peer_port;
	(void)local_port;
	curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &bytes);
	if (transfer->issued && !transfer->repeatable && bytes > transfer->bytes_before &&
		(transfer->body_len == 0 || transfer->handed_out)) {
		transfer->repeat_refused = true;
		return CURL_PREREQFUNC_ABORT;
	}
	if (!transfer->issued)
		transfer->bytes_before = bytes;
	transfer->issued = true;
	return CURL_PREREQFUNC_OK;
}

static size_t on_answer_body(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *transfer = arg;
	long status = 0;

	if (transfer->write)
		curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status / 100 == 2)
		return transfer->write(transfer->write_ctx, data, size * n) ? size * n : 0;
	buf_add(&transfer->answer.body, data, size * n);
	return transfer->answer.body.broken ? 0 : size * n;
}

static size_t on_answer_header(char *line, size_t size, size_t n, void *arg)
{
	struct transfer *transfer = arg;

	transfer_take_header(&transfer->answer, line, size * n);
	return size * n;
}

/* ---- options ---- */

static void set_rules(CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	/* One request a connection: with HTTP/2 one broken line would lose several answers. */
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)CONNECTION_IDLE_MAX);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_CHUNK);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_CHUNK);
}

static void set_callbacks(struct transfer *transfer)
{
	CURL *easy = transfer->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_body_wanted);
	curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_rewind);
	curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_issue);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_answer_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
}

static void set_route(struct transfer *transfer, const struct http_options *options, bool no_proxy)
{
	CURL *easy = transfer->easy;

	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
		(long)(options->connect_timeout_ms ? options->connect_timeout_ms
						   : CONNECT_DEFAULT));
	if (options->ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
	transfer->proxy = NULL;
	if (options->unix_socket || no_proxy) {
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
		if (options->unix_socket)
			curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, options->unix_socket);
		return;
	}
	transfer->proxy = transfer_proxy(options, transfer->url, transfer->https);
	if (options->proxy_url)
		curl_easy_setopt(easy, CURLOPT_PROXY, options->proxy_url);
	if (options->no_proxy)
		curl_easy_setopt(easy, CURLOPT_NOPROXY, options->no_proxy);
	if (options->proxy_username) {
		/*
		 * A proxy that is to choose the method must first refuse a request; that is fine
		 * for CONNECT, but would cost a plain request its body.
		 */
		curl_easy_setopt(easy, CURLOPT_PROXYAUTH,
			(long)(transfer->https ? CURLAUTH_ANY : CURLAUTH_BASIC));
		curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, options->proxy_username);
		curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD,
			options->proxy_password ? options->proxy_password : "");
	}
}

static int set_connect_to(struct transfer *transfer, const char *address, struct err *err)
{
	char line[300];

	curl_slist_free_all(transfer->connect_to);
	transfer->connect_to = NULL;
	if (!address)
		return 0;
	snprintf(line, sizeof(line), "::%s:", address); /* any host and port: there, same port */
	transfer->connect_to = curl_slist_append(NULL, line);
	if (!transfer->connect_to)
		return err_nomem(err);
	curl_easy_setopt(transfer->easy, CURLOPT_CONNECT_TO, transfer->connect_to);
	return 0;
}

/*
 * A body always travels as an upload with a stated length: no chunks, no copy inside curl
 * (CURLOPT_POSTFIELDS could be rewound without asking us).
 */
static void set_method(struct transfer *transfer, const struct http_request *request)
{
	CURL *easy = transfer->easy;
	const char *method = request->method;

	if (request->body || request->read || strcmp(method, "POST") == 0 ||
		strcmp(method, "PATCH") == 0 || strcmp(method, "PUT") == 0) {
		curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)transfer->body_len);
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
	} else if (strcmp(method, "HEAD") == 0) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	} else if (strcmp(method, "GET") == 0) {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	} else {
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
	}
}

static bool add_header(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer)
		*list = longer;
	return longer != NULL;
}

static int set_headers(
	struct transfer *transfer, const struct http_request *request, struct err *err)
{
	const struct http_header *header = request->headers;
	bool ok = true;

	curl_slist_free_all(transfer->headers);
	transfer->headers = NULL;
	for (; ok && header && header->name; header++) {
		char *line;

		if (strpbrk(header->name, "\r\n") || strpbrk(header->value, "\r\n"))
			return err_set(err, ERR_USAGE, "the header %s has a line break",
				strpbrk(header->name, "\r\n") ? "name" : header->name);
		ok = asprintf(&line, "%s: %s", header->name, header->value) >= 0;
		if (ok) {
			ok = add_header(&transfer->headers, line);
			memset(line, 0, strlen(line));
			free(line);
		}
	}
	/* No "Expect: 100-continue": it costs a round trip, and edge proxies mishandle it. */
	if (!ok || !add_header(&transfer->headers, "Expect:"))
		return err_nomem(err);
	curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
	return 0;
}

/* Nothing of the last request may show in the next one. */
static void clear(struct transfer *transfer)
{
	curl_easy_reset(transfer->easy);
	transfer->body = NULL;
	transfer->body_len = transfer->handed_out = 0;
	transfer->issued = transfer->repeat_refused = false;
	transfer->bytes_before = 0;
	transfer->error[0] = '\0';
	transfer->done = NULL;
	transfer->ctx = NULL;
	http_answer_free(&transfer->answer);
	http_answer_init(&transfer->answer);
}

int transfer_prepare(struct transfer *transfer, const struct http_client *client,
	const struct http_request *request, struct err *err)
{
	const struct http_options *options = &client->options;
	CURL *easy = transfer->easy;
	int rc;

	clear(transfer);
	if (!text_set(&transfer->url, request->url))
		return err_nomem(err);
	transfer->https = text_starts(request->url, "https:");
	transfer->repeatable =
		strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
	transfer->body = request->body;
	transfer->read = request->read;
	transfer->read_ctx = request->read_ctx;
	transfer->write = request->write;
	transfer->write_ctx = request->write_ctx;
	transfer->body_len = request->body || request->read ? request->body_len : 0;
	transfer->answer.body.max = request->answer_max ? request->answer_max : ANSWER_MAX_DEFAULT;

	set_rules(easy);
	set_callbacks(transfer);
	set_route(transfer, options, request->no_network_proxy);
	set_method(transfer, request);
	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_USERAGENT,
		options->user_agent ? options->user_agent : "agentboard/" PACKAGE_VERSION);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
		(long)(request->timeout_ms ? request->timeout_ms : TIMEOUT_DEFAULT));
	if (request->stall_ms) {
		curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
		curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)(request->stall_ms / 1000));
	}
	if (request->username) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(easy, CURLOPT_USERNAME, request->username);
		curl_easy_setopt(
			easy, CURLOPT_PASSWORD, request->password ? request->password : "");
	}
	rc = set_connect_to(transfer, request->connect_to, err);
	return rc ? rc : set_headers(transfer, request, err);
}

void transfer_only_peek(struct transfer *transfer)
{
	CURL *easy = transfer->easy;

	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
}
