/* Tests of the practice org under several clients at once, as a sender with packets in flight is.
 */

#include "practice/suites.h"

#include "base/text.h"
#include "practice/partner.h"

#include <pthread.h>

#define CLIENTS 4
#define CALLS 25
#define ROWS 20

struct client {
	pthread_t thread;
	struct practice *org;
	const char *token;
	int number, failures;
};

/* Every client writes the same keys, each call other ones. */
static void *upsert_keys(void *arg)
{
	struct client *client = arg;
	struct partner partner;

	partner_join(&partner, client->org, client->token);
	for (int call = 0; call < CALLS; call++) {
		struct buf body = BUF_INIT(1 << 20);

		buf_add_str(&body, "{\"records\":[");
		for (int row = 0; row < ROWS; row++)
			buf_addf(&body,
				"%s{\"attributes\":{\"type\":\"Account\"},\"Ext_Id__c\":\"K-%d\","
				"\"Name\":"
				"\"client %d\"}",
				row ? "," : "", call * ROWS + row, client->number);
		buf_add_str(&body, "]}");
		partner_call(
			&partner, "PATCH", "composite/sobjects/Account/Ext_Id__c", buf_str(&body));
		client->failures += partner.status != 200 ||
				    strstr(buf_str(&partner.body), "\"success\":false") != NULL;
		buf_free(&body);
	}
	partner_leave(&partner);
	return NULL;
}

START_TEST(many_clients_make_each_record_once)
{
	struct client clients[CLIENTS];
	struct partner partner;

	partner_open(&partner, NULL);
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] =
			(struct client){ .org = partner.org, .token = partner.token, .number = i };
		ck_assert_int_eq(
			pthread_create(&clients[i].thread, NULL, upsert_keys, &clients[i]), 0);
	}
	for (int i = 0; i < CLIENTS; i++) {
		pthread_join(clients[i].thread, NULL);
		ck_assert_int_eq(clients[i].failures, 0);
	}
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), CALLS * ROWS);
	ck_assert_int_eq(
		practice_request_count(partner.org, "/composite/sobjects"), CLIENTS * CALLS);
	partner_close(&partner);
}
END_TEST

Suite *suite_parallel(void)
{
	Suite *suite = suite_create("practice/parallel");
	TCase *tc = tcase_create("parallel");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, many_clients_make_each_record_once);
	suite_add_tcase(suite, tc);
	return suite;
}
