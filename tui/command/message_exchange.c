/* message_exchange.c — the request of an attempt and its answer, for scripts and for readers. */

#include "base/base.h"
#include "process/exchange.h"
#include "tui/command/message_exchange.h"
#include "tui/command/report_text.h"

static void put_request(struct json *json, const struct exchange *exchange)
{
	json_open(json, '{');
	json_put_text(json, "about", exchange->about);
	json_put_text(json, "method", exchange->method);
	json_put_text(json, "url", exchange->url);
	json_key(json, "headers");
	json_open(json, '[');
	for (size_t i = 0; i < exchange->headers.count; i++)
		json_text(json, exchange->headers.items[i]);
	json_close(json, ']');
	json_put_text(json, "body", exchange->body);
	json_close(json, '}');
}

static void put_response(struct json *json, const struct exchange *exchange)
{
	json_open(json, '{');
	json_put_text(json, "about", exchange->answer_about);
	json_put_text(json, "body", exchange->answer);
	json_close(json, '}');
}

void message_exchange_json(struct json *json, const struct message_detail *detail, int attempt)
{
	struct exchange exchange;
	bool good = exchange_make(&exchange, detail, attempt, NULL) == 0;

	json_key(json, "request");
	if (good)
		put_request(json, &exchange);
	else
		json_null(json);
	json_key(json, "response");
	if (good)
		put_response(json, &exchange);
	else
		json_null(json);
	exchange_free(&exchange);
}

/* Each line of a text, a step to the right. */
static void put_lines(FILE *to, char *text)
{
	char *rest = text;
	char *line;

	while ((line = strsep(&rest, "\n"))) {
		if (!*line && !rest)
			break;
		fputs("      ", to);
		report_text(to, line, 0);
		fputc('\n', to);
	}
	free(text);
}

static void put_part(FILE *to, const char *name, const char *about, char *text)
{
	fprintf(to, "    %s (", name);
	report_text(to, about, 0);
	fputs(")\n", to);
	put_lines(to, text);
}

void message_exchange_lines(FILE *to, const struct message_detail *detail, int attempt)
{
	struct exchange exchange;

	if (exchange_make(&exchange, detail, attempt, NULL) == 0) {
		put_part(to, "request", exchange.about,
			exchange.method ? exchange_request_text(&exchange) : NULL);
		put_part(to, "response", exchange.answer_about,
			exchange.answer ? exchange_answer_text(&exchange) : NULL);
	}
	exchange_free(&exchange);
}
