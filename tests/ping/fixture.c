/* fixture.c — a connection to a practice org, and a catalog of three interfaces over it. */

#include "ping/fixture.h"

#include "practice/practice.h"

void fixture_connection(struct connection *out, const char *domain)
{
	connection_init(out);
	setenv("TEST_PING_SECRET", PRACTICE_CONSUMER_SECRET, 1);
	text_set(&out->name, "practice");
	text_set(&out->salesforce.grant_type, "client_credentials");
	text_set(&out->salesforce.domain, domain);
	text_set(&out->salesforce.consumer_key, PRACTICE_CONSUMER_KEY);
	out->salesforce.consumer_secret.kind = SECRET_ENV;
	text_set(&out->salesforce.consumer_secret.ref, "TEST_PING_SECRET");
	text_set(&out->source.odbc, "Driver=SQLite3;Database=/nonexistent.db");
}

static int list(void *self, struct text_list *names, struct err *err)
{
	(void)self;
	(void)err;
	text_list_add(names, "accounts");
	text_list_add(names, "order-lines");
	text_list_add(names, "purge");
	return 0;
}

static void map(struct interface *interface, const char *field)
{
	mapping_add(&interface->mapping, field, MAPPING_COLUMN, field, NULL_KEEP, NULL);
}

static int load(void *self, struct interface *out, const char *name, struct err *err)
{
	bool accounts = strcmp(name, "accounts") == 0;

	(void)self;
	(void)err;
	text_set(&out->name, name);
	text_set(&out->connection, "practice");
	if (strcmp(name, "purge") == 0) {
		out->operation = OPERATION_DELETE;
		text_set(&out->object, "Contact");
		map(out, "Id");
		return 0;
	}
	out->operation = OPERATION_UPSERT;
	text_set(&out->object, accounts ? "Account" : "Order_Line__c");
	text_set(&out->external_id, accounts ? "Ext_Id__c" : "Order_No__c");
	map(out, out->external_id);
	map(out, "Name");
	map(out, accounts ? "Phone" : "Price__c");
	return 0;
}

const struct catalog fixture_catalog = { .interfaces = list, .interface = load };

const struct ping_step *fixture_step(const struct ping_result *result, const char *name)
{
	for (int i = 0; i < result->count; i++) {
		if (strcmp(result->steps[i].name, name) == 0)
			return &result->steps[i];
	}
	return NULL;
}

const struct ping_step *fixture_finding(const struct ping_result *result)
{
	const struct ping_step *warning = NULL;

	for (int i = 0; i < result->count; i++) {
		const struct ping_step *step = &result->steps[i];

		if (step->verdict == VERDICT_FAIL)
			return step;
		if (step->verdict == VERDICT_WARN && step->remedy_id[0] && !warning)
			warning = step;
	}
	return warning;
}
