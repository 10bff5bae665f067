/* remedy.c — finds the remedy of a symptom; all knowledge is in remedy_table.c and remedy_rules.c.
 */

#include "base/base.h"
#include "base/text.h"
#include "salesforce/remedy_table.h"

/* The row of `id`; the second of two for an existing connected app. */
static const struct remedy *by_id(const char *id, enum app_kind app)
{
	const struct remedy *remedy = remedy_table;

	while (remedy->id && strcmp(remedy->id, id) != 0)
		remedy++;
	if (app == APP_CONNECTED && remedy->id && text_equal(remedy[1].id, id))
		remedy++;
	return remedy->id ? remedy : NULL;
}

static bool holds(const char *text, const char *words)
{
	return text && strcasestr(text, words);
}

/* Steps have names for people ("access token", "orders: object"); the last word is what counts. */
static bool ends_with(const char *text, const char *word)
{
	size_t len = text ? strlen(text) : 0;
	size_t word_len = strlen(word);

	return len >= word_len && strcmp(text + len - word_len, word) == 0;
}

static bool matches(const struct remedy_rule *rule, const struct symptom *symptom)
{
	if (rule->step && !ends_with(symptom->step, rule->step))
		return false;
	if (rule->code && !text_equal(rule->code, symptom->code))
		return false;
	if (rule->words && !holds(symptom->description, rule->words))
		return false;
	return rule->status == 0 || rule->status == symptom->http_status;
}

static const char *id_by_rules(const struct remedy_rule *rule, const struct symptom *symptom)
{
	for (; rule->id; rule++) {
		if (matches(rule, symptom))
			return rule->id;
	}
	return NULL;
}

/* Nobody answered: what curl saw. */
static const char *id_by_line(const struct http_answer *answer, bool agent)
{
	const struct remedy_line_rule *rule = remedy_line_rules;

	if (answer->proxy_status == 407)
		return "proxy.auth";
	if (answer->proxy_status && answer->proxy_status / 100 != 2)
		return "proxy.refused";
	for (; rule->id; rule++) {
		if (rule->step != answer->failed_step ||
			(rule->curl_code && rule->curl_code != answer->curl_code) ||
			(rule->os_errno && rule->os_errno != answer->os_errno) ||
			(rule->words && !holds(answer->err.text, rule->words)))
			continue;
		return agent && rule->agent_id ? rule->agent_id : rule->id;
	}
	return NULL;
}

const struct remedy *remedy_find(const struct symptom *symptom)
{
	const struct http_answer *answer = symptom->answer;
	bool agent = symptom->step && text_starts(symptom->step, "agent");
	struct symptom seen = *symptom;
	const char *id = NULL;

	if (answer && answer->reach != HTTP_ANSWERED && answer->err.kind == ERR_NET)
		id = id_by_line(answer, agent);
	if (answer && answer->reach == HTTP_ANSWERED && !seen.http_status)
		seen.http_status = answer->status;
	if (!id)
		id = id_by_rules(remedy_rules, &seen);
	if (!id)
		id = id_by_rules(remedy_row_rules, &seen);
	return by_id(id ? id : "unknown", symptom->app);
}

const struct remedy *remedy_by_id(const char *id, enum app_kind app)
{
	return by_id(id, app);
}

const struct remedy *remedy_for_row(const char *code, const char *text)
{
	struct symptom symptom = { .code = code, .description = text };
	const char *id = text_empty(code) ? NULL : id_by_rules(remedy_row_rules, &symptom);

	return id ? by_id(id, APP_EXTERNAL) : NULL;
}

const struct remedy *remedy_for_code(const char *code)
{
	return remedy_for_row(code, NULL);
}

const struct remedy *remedy_all(void)
{
	return remedy_table;
}
