/* Tests of the rules that an org's administrators add: they strike the rows that break them alone.
 */

#include "practice/suites.h"

#include "base/text.h"
#include "practice/partner.h"

#include <pthread.h>

#define LINE(no, quantity)                                                                         \
	"{\"Name\":\"x\",\"Order_No__c\":\"" no "\",\"Quantity__c\":" quantity "}"
#define LINES "composite/sobjects/Order_Line__c/Order_No__c"
#define ACCOUNT(name) "{\"Name\":\"" name "\"}"
#define REFUSED "*\"FIELD_CUSTOM_VALIDATION_EXCEPTION\"*"

START_TEST(validation_rule_refuses_what_breaks_it)
{
	static const struct exchange exchanges[] = {
		{ "POST", "sobjects/Order_Line__c", LINE("O-1", "1"), 201, "*" },
		{ "POST", "sobjects/Order_Line__c", LINE("O-2", "-1"), 400, REFUSED },
		{ "PATCH", "sobjects/Order_Line__c/Order_No__c/O-1", "{\"Name\":\"y\"}", 200, "*" },
		{ "PATCH", "sobjects/Order_Line__c/Order_No__c/O-1", "{\"Quantity__c\":-0.5}", 400,
			REFUSED },
		{ "POST", "sobjects/Account", ACCOUNT("a"), 201, "*" },
	};
	struct partner partner;

	partner_open_with(&partner, "negative-quantity");
	partner_expect_all(&partner, exchanges);
	ck_assert_int_eq(practice_record_count(partner.org, "Order_Line__c"), 1);
	partner_close(&partner);
}
END_TEST

START_TEST(duplicate_rule_stops_copies_unless_they_are_allowed)
{
	static const struct exchange exchanges[] = {
		{ "POST", "sobjects/Account", ACCOUNT("Acme"), 201, "*" },
		{ "POST", "sobjects/Account", ACCOUNT("Other"), 201, "*" },
		{ "POST", "sobjects/Account", ACCOUNT("ACME"), 400, "*\"DUPLICATES_DETECTED\"*" },
	};
	static const struct exchange allowed = { "POST", "sobjects/Account", ACCOUNT("ACME"), 201,
		"*" };
	struct partner partner;

	partner_open_with(&partner, "duplicate-accounts");
	partner_expect_all(&partner, exchanges);
	partner.extra_header = "Sforce-Duplicate-Rule-Header: allowSave=true";
	partner_expect(&partner, &allowed);
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), 3);
	partner_close(&partner);
}
END_TEST

/* ---- locks ---- */

#define CLIENTS 4
#define CALLS 30
#define ROWS 100

struct client {
	pthread_t thread;
	struct practice *org;
	const char *token;
	int number;
	int parents; /* 1: all clients share it */
	int locked;
};

static int count(const char *text, const char *part)
{
	int found = 0;

	while ((text = strstr(text, part))) {
		found++;
		text += strlen(part);
	}
	return found;
}

static void *write_children(void *arg)
{
	struct client *client = arg;
	struct partner partner;

	partner_join(&partner, client->org, client->token);
	for (int call = 0; call < CALLS; call++) {
		struct buf body = BUF_INIT(1 << 20);

		buf_add_str(&body, "{\"records\":[");
		for (int row = 0; row < ROWS; row++)
			buf_addf(&body,
				"%s{\"attributes\":{\"type\":\"Order_Line__c\"},\"Order_No__c\":"
				"\"%d-%d-%d\",\"Name\":\"x\",\"Account__r\":{\"Ext_Id__c\":\"P-%"
				"d\"}}",
				row ? "," : "", client->number, call, row,
				client->number % client->parents);
		buf_add_str(&body, "]}");
		partner_call(&partner, "PATCH", LINES, buf_str(&body));
		client->locked += count(buf_str(&partner.body), "\"UNABLE_TO_LOCK_ROW\"");
		buf_free(&body);
	}
	partner_leave(&partner);
	return NULL;
}

static int write_by(int clients, int parents)
{
	struct client list[CLIENTS];
	struct partner partner;
	int locked = 0;

	partner_open_with(&partner, "parent-locks");
	for (int i = 0; i < parents; i++) {
		char account[100];

		snprintf(account, sizeof(account), "{\"Name\":\"p\",\"Ext_Id__c\":\"P-%d\"}", i);
		partner_call(&partner, "POST", "sobjects/Account", account);
	}
	for (int i = 0; i < clients; i++) {
		list[i] = (struct client){
			.org = partner.org, .token = partner.token, .number = i, .parents = parents
		};
		ck_assert_int_eq(
			pthread_create(&list[i].thread, NULL, write_children, &list[i]), 0);
	}
	for (int i = 0; i < clients; i++) {
		pthread_join(list[i].thread, NULL);
		locked += list[i].locked;
	}
	ck_assert_int_eq(practice_record_count(partner.org, "Order_Line__c"),
		clients * CALLS * ROWS - locked);
	partner_close(&partner);
	return locked;
}

START_TEST(requests_that_meet_at_a_parent_lock_each_other_out)
{
	ck_assert_int_eq(write_by(1, 1), 0);		 /* one behind the other */
	ck_assert_int_eq(write_by(CLIENTS, CLIENTS), 0); /* each with a parent of its own */
	ck_assert_int_gt(write_by(CLIENTS, 1), 0);
}
END_TEST

Suite *suite_rules(void)
{
	Suite *suite = suite_create("practice/rules");
	TCase *tc = tcase_create("rules");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, validation_rule_refuses_what_breaks_it);
	tcase_add_test(tc, duplicate_rule_stops_copies_unless_they_are_allowed);
	tcase_add_test(tc, requests_that_meet_at_a_parent_lock_each_other_out);
	suite_add_tcase(suite, tc);
	return suite;
}
