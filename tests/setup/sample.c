/* sample.c — the connection "orders-prod" of the documentation, and what flows over it. */

#include "setup/sample.h"

#include "base/base.h"

void sample_interface(struct interface *out, const char *name, const char *object,
	enum operation operation, const char *external_id, const char *const *fields)
{
	interface_init(out);
	out->name = text_dup(name);
	out->object = text_dup(object);
	out->operation = operation;
	out->external_id = text_dup(external_id);
	for (; *fields; fields++)
		mapping_add(&out->mapping, *fields, MAPPING_COLUMN, "column", NULL_KEEP, NULL);
}

void sample_fill(struct sample *sample)
{
	static const char *const accounts[] = { "Ext_Id__c", "Name", "BillingStreet", "BillingCity",
		"Phone", "Parent.Ext_Id__c", NULL };
	static const char *const lines[] = { "Order_No__c", "Name", "Price__c",
		"Account__r.Ext_Id__c", "Warehouse__r.Code__c", "OwnerId", NULL };
	static const char *const contacts[] = { "Id", NULL };
	static const char *const tasks[] = { "Subject", "Status", "WhatId", NULL };
	struct connection *connection = &sample->connection;

	connection_init(connection);
	connection->name = text_dup("orders-prod");
	connection->description = text_dup("ERP orders & \"<returns>\" of O'Neill");
	connection->agent.host = text_dup("https://agent.acme.example");
	connection->agent.username = text_dup("skyvva");
	connection->agent.password = (struct secret){ SECRET_ENV, text_dup("AGENT_PASSWORD") };
	connection->salesforce.domain = text_dup("https://acme.my.salesforce.com");
	connection->salesforce.consumer_key = text_dup("3MVG9-marker-key");
	connection->salesforce.consumer_secret =
		(struct secret){ SECRET_SEALED, text_dup("marker-sealed-secret") };
	sample_interface(&sample->interfaces[0], "accounts", "Account", OPERATION_UPSERT,
		"Ext_Id__c", accounts);
	sample_interface(&sample->interfaces[1], "order-lines", "Order_Line__c", OPERATION_UPSERT,
		"Order_No__c", lines);
	sample_interface(&sample->interfaces[2], "old-contacts", "Contact", OPERATION_DELETE, NULL,
		contacts);
	sample_interface(&sample->interfaces[3], "tasks", "Task", OPERATION_INSERT, NULL, tasks);
	for (int i = 0; i < SAMPLE_INTERFACES; i++)
		sample->list[i] = &sample->interfaces[i];
}

void setup_sample_free(struct sample *sample)
{
	connection_free_fields(&sample->connection);
	for (int i = 0; i < SAMPLE_INTERFACES; i++)
		interface_free_fields(&sample->interfaces[i]);
}
