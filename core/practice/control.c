/* control.c — switches at run time, for tests and rehearsals: what is on, faults, mistakes, the end
 * of the session. They need no token: the practice org listens on loopback alone. */

#include "base/base.h"
#include "practice/call.h"

static void state(struct call *call)
{
	const struct practice *org = call->org;
	const struct practice_misconfiguration *row = practice_misconfigurations();
	struct buf faults = BUF_INIT(4096);
	struct json json = JSON_INIT(call->out);

	fault_list(&faults, &org->faults);
	json_open(&json, '{');
	json_put_text(&json, "url", org->url);
	json_put_int(&json, "requests", org->requests);
	json_put_int(&json, "api_used", org->api_used);
	json_key(&json, "records");
	json_open(&json, '{');
	for (int i = 0; i < org->schema->object_count; i++)
		json_put_int(&json, org->schema->objects[i].name,
			records_count(org->records, &org->schema->objects[i]));
	json_close(&json, '}');
	json_key(&json, "faults");
	json_raw(&json, buf_str(&faults), faults.len);
	json_key(&json, "misconfigured");
	json_open(&json, '[');
	for (; row->name; row++) {
		if (mistake_named(org, row->name))
			json_text(&json, row->name);
	}
	json_close(&json, ']');
	json_close(&json, '}');
	buf_free(&faults);
}

static bool bad_request(struct call *call, const struct err *err)
{
	call_fail(call, 400, "INVALID_INPUT", "%s", err->text);
	return false;
}

/* {"503": 0.1, "slow": "0.5:2000", "seed": 7}: kinds not named keep their rate. A seed starts the
 * count of chances anew. */
static bool set_fault(struct call *call, struct faults *faults, const struct jnode *member)
{
	struct err err = ERR_INIT;
	char text[96];

	if (!member->text)
		return bad_request(call, &(struct err){ .text = "a rate is a number" });
	snprintf(text, sizeof(text), "%s=%.*s", member->key, (int)member->len, member->text);
	if (strcmp(member->key, "seed") == 0) {
		faults->seed = strtoull(text + strlen("seed="), NULL, 10);
		for (int kind = 0; kind < FAULT_KINDS; kind++)
			faults->kinds[kind].chances = 0;
		return true;
	}
	return fault_set(faults, text, &err) == 0 || bad_request(call, &err);
}

static void set_faults(struct call *call)
{
	struct faults faults = call->org->faults;

	for (const struct jnode *member = call->json.root->child;
		member && call->json.root->kind == JOBJECT; member = member->next) {
		if (!set_fault(call, &faults, member))
			return;
	}
	call->org->faults = faults;
	state(call);
}

/* {"names": ["no-run-as-user", "field-hidden:Account.Phone"]}: these and no others are on. */
static void set_mistakes(struct call *call)
{
	const struct jnode *names = jtree_get(call->json.root, "names");
	struct mistakes mistakes = { { false } };
	struct err err = ERR_INIT;

	if (!names || names->kind != JARRAY) {
		bad_request(call, &(struct err){ .text = "the body needs an array of \"names\"" });
		return;
	}
	schema_reset(call->org->schema);
	call->org->mistakes = mistakes;
	for (const struct jnode *name = names->child; name; name = name->next) {
		if (mistake_set(&call->org->mistakes, call->org->schema,
			    name->kind == JSTRING ? name->text : "", &err) < 0) {
			bad_request(call, &err);
			return;
		}
	}
	state(call);
}

static void expire(struct call *call)
{
	call->org->session.token[0] = '\0';
	call->status = 204;
}

const struct route control_routes[] = {
	{ "GET", "practice", state, ROUTE_OPEN },
	{ "POST", "practice/faults", set_faults, ROUTE_OPEN | ROUTE_JSON },
	{ "POST", "practice/misconfigure", set_mistakes, ROUTE_OPEN | ROUTE_JSON },
	{ "POST", "practice/expire", expire, ROUTE_OPEN },
	{ NULL, NULL, NULL, 0 },
};
