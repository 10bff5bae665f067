/* composite.c — several requests in one: composite (with references) and batch. */

#include "base/base.h"
#include "practice/call.h"
#include "base/text.h"
#include "practice/write.h"

#define REQUESTS_MAX 25
#define ANSWER_MAX (16u << 20)

/* ---- one inner request ---- */

struct inner {
	const char *reference;
	struct call call;
	struct buf out, headers;
};

static void inner_init(struct inner *inner, struct call *outer)
{
	*inner = (struct inner){ .reference = "" };
	buf_init(&inner->out, ANSWER_MAX);
	buf_init(&inner->headers, 4096);
	inner->call = (struct call){ .org = outer->org,
		.arena = outer->arena,
		.number = outer->number,
		.version = "",
		.status = 200,
		.out = &inner->out,
		.headers = &inner->headers };
}

static void inner_free(struct inner *inner)
{
	buf_free(&inner->out);
	buf_free(&inner->headers);
}

static bool allowed_method(const char *method)
{
	static const char *const methods[] = { "GET", "POST", "PATCH", "PUT", "DELETE" };

	for (size_t i = 0; method && i < ARRAY_SIZE(methods); i++) {
		if (strcmp(method, methods[i]) == 0)
			return true;
	}
	return false;
}

static bool is_list(struct call *call, const struct jnode *list, const char *name)
{
	if (!list || list->kind != JARRAY) {
		call_fail(call, 400, "JSON_PARSER_ERROR",
			"The request body needs an array of \"%s\"", name);
		return false;
	}
	if (list->count > REQUESTS_MAX) {
		call_fail(call, 400, "LIMIT_EXCEEDED",
			"The batch request exceeded the limit of %d requests", REQUESTS_MAX);
		return false;
	}
	return true;
}

/* ---- references: @{refAccount.id} ---- */

/* "id" or "records[0].Id" in an earlier answer; NULL when it leads nowhere. */
static const struct jnode *walk(const struct jnode *node, const char *path, size_t len)
{
	while (node && len) {
		size_t n = 0;
		char key[64];

		while (n < len && path[n] != '.' && path[n] != '[')
			n++;
		if (path[0] == '[') {
			long index = strtol(path + 1, NULL, 10);

			n = strcspn(path, "]") + 1;
			node = node->kind == JARRAY ? node->child : NULL;
			while (node && index-- > 0)
				node = node->next;
		} else {
			snprintf(key, sizeof(key), "%.*s", (int)n, path);
			node = jtree_get(node, key);
		}
		n = n < len ? n : len;
		path += n;
		len -= n;
		if (len && *path == '.') {
			path++;
			len--;
		}
	}
	return node;
}

static const struct jnode *find_reference(
	struct call *outer, const struct inner *done, int count, const char *text, size_t len)
{
	size_t name = 0;
	struct jtree tree;
	char message[JTREE_MESSAGE];

	while (name < len && text[name] != '.' && text[name] != '[')
		name++;
	for (int i = 0; i < count; i++) {
		if (strlen(done[i].reference) != name ||
			strncmp(done[i].reference, text, name) != 0)
			continue;
		if (done[i].call.status >= 300 ||
			!jtree_parse(&tree, outer->arena, buf_str(&done[i].out), done[i].out.len,
				message))
			return NULL;
		name += name < len && text[name] == '.';
		return walk(tree.root, text + name, len - name);
	}
	return NULL;
}

/* Copy `text` with the references filled in; NULL (and the call failed) when one leads nowhere. */
static const char *fill_in(struct call *outer, struct inner *inner, const struct inner *done,
	int count, const char *text, size_t len)
{
	struct buf filled = BUF_INIT(ANSWER_MAX);
	const char *end = text + len;
	const char *copy = NULL;

	while (text < end) {
		const char *open = memmem(text, (size_t)(end - text), "@{", 2);
		const char *close = open ? memchr(open, '}', (size_t)(end - open)) : NULL;
		const struct jnode *value;

		if (!close) {
			buf_add(&filled, text, (size_t)(end - text));
			break;
		}
		buf_add(&filled, text, (size_t)(open - text));
		value = find_reference(outer, done, count, open + 2, (size_t)(close - open) - 2);
		if (!value || !value->text) {
			call_fail(&inner->call, 400, "PROCESSING_HALTED",
				"Invalid reference specified. No value for %.*s found",
				(int)(close - open) - 2, open + 2);
			goto cleanup;
		}
		buf_add(&filled, value->text, value->len);
		text = close + 1;
	}
	copy = filled.broken ? NULL : arena_text(outer->arena, buf_str(&filled), filled.len);
cleanup:
	buf_free(&filled);
	return copy;
}

/* ---- composite ---- */

static void run_one(struct call *outer, struct inner *inner, const struct inner *done, int count,
	const struct jnode *request)
{
	const struct jnode *body = jtree_get(request, "body");
	const char *url = jtree_string(request, "url");
	const char *reference = jtree_string(request, "referenceId");

	inner->reference = reference ? reference : "";
	inner->call.method = jtree_string(request, "method");
	if (!url || !reference || !allowed_method(inner->call.method)) {
		call_fail(&inner->call, 400, "INVALID_INPUT",
			"a subrequest needs method, url and referenceId");
		return;
	}
	url = fill_in(outer, inner, done, count, url, strlen(url));
	if (!url)
		return;
	if (body) {
		inner->call.body = fill_in(outer, inner, done, count, outer->json.body + body->from,
			body->at - body->from);
		if (!inner->call.body)
			return;
		inner->call.body_len = strlen(inner->call.body);
	}
	call_run_inner(&inner->call, url);
}

static void halt(struct inner *inner)
{
	call_fail(&inner->call, 400, "PROCESSING_HALTED",
		"The transaction was rolled back since another operation in the same transaction "
		"failed.");
}

static void put_inner(struct json *json, const struct inner *inner)
{
	const char *location = strstr(buf_str(&inner->headers), "Location: ");

	json_open(json, '{');
	json_key(json, "body");
	if (inner->out.len)
		json_raw(json, buf_str(&inner->out), inner->out.len);
	else
		json_null(json);
	json_key(json, "httpHeaders");
	json_open(json, '{');
	if (location) {
		location += strlen("Location: ");
		json_key(json, "Location");
		json_bytes(json, location, strcspn(location, "\n"));
	}
	json_close(json, '}');
	json_put_int(json, "httpStatusCode", inner->call.status);
	json_put_text(json, "referenceId", inner->reference);
	json_close(json, '}');
}

static void composite(struct call *call)
{
	const struct jnode *list = jtree_get(call->json.root, "compositeRequest");
	bool all_or_none = jtree_is_true(jtree_get(call->json.root, "allOrNone"));
	struct json json = JSON_INIT(call->out);
	struct inner *inners;
	struct write guard;
	int failed = -1;
	int count = 0;

	if (!is_list(call, list, "compositeRequest"))
		return;
	inners = arena_alloc(call->arena, (list->count + 1) * sizeof(*inners));
	if (!inners || !write_begin(&guard, call->org, call->arena, 0, all_or_none)) {
		call_fail(call, 500, "UNKNOWN_EXCEPTION", "out of memory");
		return;
	}
	for (const struct jnode *request = list->child; request; request = request->next) {
		inner_init(&inners[count], call);
		if (all_or_none && failed >= 0) {
			const char *reference = jtree_string(request, "referenceId");

			inners[count].reference = reference ? reference : "";
		} else {
			run_one(call, &inners[count], inners, count, request);
		}
		if (failed < 0 && inners[count].call.status >= 300)
			failed = count;
		count++;
	}
	write_end(&guard, failed < 0);
	json_open(&json, '{');
	json_key(&json, "compositeResponse");
	json_open(&json, '[');
	for (int i = 0; i < count; i++) {
		if (all_or_none && failed >= 0 && i != failed)
			halt(&inners[i]);
		put_inner(&json, &inners[i]);
		inner_free(&inners[i]);
	}
	json_close(&json, ']');
	json_close(&json, '}');
}

/* ---- batch ---- */

static void batch(struct call *call)
{
	const struct jnode *list = jtree_get(call->json.root, "batchRequests");
	bool halt_on_error = jtree_is_true(jtree_get(call->json.root, "haltOnError"));
	struct buf results = BUF_INIT(ANSWER_MAX);
	struct json json = JSON_INIT(&results);
	bool failed = false;

	if (!is_list(call, list, "batchRequests"))
		return;
	for (const struct jnode *request = list->child; request; request = request->next) {
		const struct jnode *body = jtree_get(request, "richInput");
		const char *url = jtree_string(request, "url");
		struct inner inner;

		inner_init(&inner, call);
		inner.call.method = jtree_string(request, "method");
		if (body) {
			inner.call.body = call->json.body + body->from;
			inner.call.body_len = body->at - body->from;
		}
		if (failed && halt_on_error)
			call_fail(&inner.call, 412, "BATCH_PROCESSING_HALTED",
				"Batch processing halted per request");
		else if (!url || !allowed_method(inner.call.method))
			call_fail(&inner.call, 400, "INVALID_INPUT",
				"a subrequest needs method and url");
		else
			call_run_inner(&inner.call,
				text_starts(url, "/services")
					? url
					: arena_printf(call->arena, "/services/data/%s", url));
		failed = failed || inner.call.status >= 300;
		json_open(&json, '{');
		json_put_int(&json, "statusCode", inner.call.status);
		json_key(&json, "result");
		if (inner.out.len)
			json_raw(&json, buf_str(&inner.out), inner.out.len);
		else
			json_null(&json);
		json_close(&json, '}');
		inner_free(&inner);
	}
	buf_addf(call->out, "{\"hasErrors\":%s,\"results\":[%s]}", failed ? "true" : "false",
		buf_str(&results));
	buf_free(&results);
}

const struct route composite_routes[] = {
	{ "POST", "services/data/v{}/composite", composite, ROUTE_JSON },
	{ "POST", "services/data/v{}/composite/batch", batch, ROUTE_JSON },
	{ NULL, NULL, NULL, 0 },
};
