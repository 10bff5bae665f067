/*
 * client.c — the client's life, blocking calls and many requests in flight, over one curl multi
 * handle. What one request is made of is in client_transfer.c, what became of it in
 * client_verdict.c.
 */

#include "base/base.h"
#include "base/clock.h"
#include "http/client.h"
#include "http/client_transfer.h"

#include <signal.h>

/* A blocking call looks at its cancel flag this often. */
#define CANCEL_LOOK_MS 100

#define CONNECTIONS_KEPT 16

#define PEEK_MS 10000

void http_global_init(void)
{
	/* With CURLOPT_NOSIGNAL, needed in threads, curl leaves SIGPIPE to us; TLS writes raise it.
	 */
	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

const char *http_client_version(void)
{
	return curl_version();
}

void http_answer_init(struct http_answer *answer)
{
	*answer = (struct http_answer){ .retry_after_ms = -1 };
	answer->timing = (struct http_timing){ -1, -1, -1, -1, -1 };
	buf_init(&answer->body, SIZE_MAX / 2);
}

void http_answer_free(struct http_answer *answer)
{
	if (answer)
		buf_free(&answer->body);
}

int http_client_new(struct http_client **out, const struct http_options *options, struct err *err)
{
	struct http_client *client = calloc(1, sizeof(*client));

	*out = NULL;
	if (!client)
		return err_nomem(err);
	client->multi = curl_multi_init();
	if (!client->multi) {
		free(client);
		return err_nomem(err);
	}
	if (options)
		client->options = *options;
	atomic_init(&client->woken, false);
	curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
	*out = client;
	return 0;
}

static void free_list(struct transfer *list)
{
	while (list) {
		struct transfer *next = list->next;

		transfer_free(list);
		list = next;
	}
}

void http_client_free(struct http_client *client)
{
	if (!client)
		return;
	http_abort_all(client);
	free_list(client->idle);
	curl_multi_cleanup(client->multi);
	free(client);
}

/* ---- the three lists ---- */

static void push(struct transfer **list, struct transfer *transfer)
{
	transfer->next = *list;
	*list = transfer;
}

/* At the end, so that answers are delivered in the order they came. */
static void append(struct transfer **list, struct transfer *transfer)
{
	while (*list)
		list = &(*list)->next;
	transfer->next = NULL;
	*list = transfer;
}

static bool take_out(struct transfer **list, struct transfer *transfer)
{
	for (; *list; list = &(*list)->next) {
		if (*list == transfer) {
			*list = transfer->next;
			transfer->next = NULL;
			return true;
		}
	}
	return false;
}

static int count(const struct transfer *list)
{
	int n = 0;

	for (; list; list = list->next)
		n++;
	return n;
}

static int launch(struct transfer **out, struct http_client *client,
	const struct http_request *request, bool peek, struct err *err)
{
	struct transfer *transfer = client->idle;
	int rc;

	*out = NULL;
	if (transfer)
		take_out(&client->idle, transfer);
	else
		transfer = transfer_new();
	if (!transfer)
		return err_nomem(err);
	rc = transfer_prepare(transfer, client, request, err);
	if (rc == 0 && peek)
		transfer_only_peek(transfer);
	if (rc == 0 && curl_multi_add_handle(client->multi, transfer->easy) != CURLM_OK)
		rc = err_nomem(err);
	if (rc) {
		transfer_free(transfer);
		return rc;
	}
	push(&client->running, transfer);
	*out = transfer;
	return 0;
}

/* Let curl work; what it finished is judged and moved over. */
static void work(struct http_client *client)
{
	int running;
	int left;
	CURLMsg *msg;

	curl_multi_perform(client->multi, &running);
	while ((msg = curl_multi_info_read(client->multi, &left))) {
		struct transfer *transfer = NULL;
		CURLcode code = msg->data.result; /* msg dies with the next multi call */
		CURL *easy = msg->easy_handle;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
		transfer_judge(transfer, code);
		curl_multi_remove_handle(client->multi, easy);
		take_out(&client->running, transfer);
		append(&client->finished, transfer);
	}
}

static void give_up(struct http_client *client, struct transfer *transfer)
{
	transfer_judge_aborted(transfer);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* Else a name look-up that hangs would hold us until the resolver gives up. */
	curl_easy_setopt(transfer->easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	curl_multi_remove_handle(client->multi, transfer->easy);
	take_out(&client->running, transfer);
}

/* ---- blocking ---- */

static int call(struct http_client *client, const struct http_request *request, bool peek,
	struct http_answer *answer, const atomic_bool *cancel, struct err *err)
{
	struct transfer *transfer;
	int rc;

	http_answer_free(answer);
	http_answer_init(answer);
	rc = launch(&transfer, client, request, peek, &answer->err);
	if (rc)
		return err_copy(err, &answer->err);
	for (;;) {
		work(client);
		if (take_out(&client->finished, transfer))
			break;
		if (cancel && atomic_load(cancel)) {
			give_up(client, transfer);
			break;
		}
		curl_multi_poll(client->multi, NULL, 0, CANCEL_LOOK_MS, NULL);
	}
	*answer = transfer->answer;
	http_answer_init(&transfer->answer);
	push(&client->idle, transfer);
	return err_copy(err, &answer->err);
}

int http_call(struct http_client *client, const struct http_request *request,
	struct http_answer *answer, const atomic_bool *cancel, struct err *err)
{
	return call(client, request, false, answer, cancel, err);
}

int http_peek_certificate(struct http_client *client, const char *url, struct http_answer *answer,
	const atomic_bool *cancel, struct err *err)
{
	struct http_request request = { .method = "GET", .url = url, .timeout_ms = PEEK_MS };

	call(client, &request, true, answer, cancel, NULL);
	if (answer->certificate_issuer[0])
		return 0;
	return err_set(err, ERR_NET, "the server showed no certificate");
}

/* ---- many in flight ---- */

int http_start(struct http_client *client, const struct http_request *request, http_done *done,
	void *ctx, struct err *err)
{
	struct transfer *transfer;
	int rc = launch(&transfer, client, request, false, err);

	if (rc)
		return rc;
	transfer->done = done;
	transfer->ctx = ctx;
	return 0;
}

/* The callback may start new requests: the lists are in order before it runs. */
static void deliver(struct http_client *client, struct transfer *transfer)
{
	transfer->done(transfer->ctx, &transfer->answer);
	http_answer_free(&transfer->answer);
	push(&client->idle, transfer);
}

static bool deliver_finished(struct http_client *client)
{
	bool any = false;

	while (client->finished) {
		struct transfer *transfer = client->finished;

		take_out(&client->finished, transfer);
		deliver(client, transfer);
		any = true;
	}
	return any;
}

int http_turn(struct http_client *client, int64_t wait_ms)
{
	work(client);
	if (!deliver_finished(client)) {
		if (atomic_exchange(&client->woken, false))
			wait_ms = 0;
		if (wait_ms > 0)
			curl_multi_poll(client->multi, NULL, 0,
				wait_ms < INT32_MAX ? (int)wait_ms : INT32_MAX, NULL);
		work(client);
		deliver_finished(client);
	}
	atomic_store(&client->woken, false);
	return count(client->running) + count(client->finished);
}

void http_wake(struct http_client *client)
{
	/* The flag serves those whose wake-up is swallowed by a blocking call of the same client.
	 */
	atomic_store(&client->woken, true);
	curl_multi_wakeup(client->multi);
}

void http_abort_all(struct http_client *client)
{
	deliver_finished(client);
	while (client->running) {
		struct transfer *transfer = client->running;

		give_up(client, transfer);
		deliver(client, transfer);
	}
}
