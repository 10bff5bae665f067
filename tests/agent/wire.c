/* Tests of wire.h: what one end writes the other reads, and nonsense is told. */

#include "base/base.h"
#include "agent/suites.h"

#include "agent/wire.h"

START_TEST(a_request_arrives_as_it_was_sent)
{
	const char *names[] = { "accounts", "order-lines", NULL };
	struct process_request sent = { .interfaces = names,
		.limit_rows = 50,
		.initial = true,
		.dry_run = true,
		.wait_ms = 60000,
		.trigger = "manual",
		.who = "anna (ssh 10.0.0.7)",
		.confirm = "ACME \"Prod\" \xc3\xa4",
		.detached = true };
	struct buf text = BUF_INIT(65536);
	struct wire_process got;
	struct err err = ERR_INIT;

	wire_write_process(&text, &sent);
	ck_ok(wire_read_process(&got, buf_str(&text), text.len, &err), &err);
	ck_assert_str_eq(got.request.interfaces[0], "accounts");
	ck_assert_str_eq(got.request.interfaces[1], "order-lines");
	ck_assert_ptr_null(got.request.interfaces[2]);
	ck_assert_int_eq(got.request.limit_rows, 50);
	ck_assert(got.request.initial && got.request.dry_run && got.request.detached);
	ck_assert_int_eq(got.request.wait_ms, 60000);
	ck_assert_str_eq(got.request.who, sent.who);
	ck_assert_str_eq(got.request.confirm, sent.confirm);
	wire_process_free(&got);
	buf_free(&text);
}
END_TEST

START_TEST(a_ping_arrives_as_it_was_told)
{
	struct ping_reply sent = { .kept = ERR_INIT };
	struct ping_reply got;
	struct ping_result *result = &sent.result;
	struct buf text = BUF_INIT(65536);
	struct err err = ERR_INIT;

	*result = (struct ping_result){ .count = 4,
		.kind = ERR_NET,
		.org_id = "00DPr0000000001MAA",
		.org_name = "ACME \"Prod\"",
		.org_known = true,
		.sandbox = true,
		.username = "anna@acme.example",
		.api_version = "v62.0",
		.api_used = 7,
		.api_allowed = 15000,
		.interfaces = "abc" };
	for (int i = 0; i < result->count; i++)
		result->steps[i] = (struct ping_step){ .name = "access token",
			.verdict = (enum verdict)i,
			.ms = 0.5 + i,
			.detail = "said \"no\"",
			.remedy_id = "oauth.grant",
			.remedy = "Do this" };
	err_set(&sent.kept, ERR_STORE, "the disk is full");
	wire_write_pinged(&text, &sent);
	ck_ok(wire_read_pinged(&got, buf_str(&text), text.len, &err), &err);
	ck_assert_int_eq(got.result.count, result->count);
	for (int i = 0; i < result->count; i++) {
		const struct ping_step *step = &got.result.steps[i];

		ck_assert_str_eq(step->name, "access token");
		ck_assert_int_eq(step->verdict, i);
		ck_assert_double_eq_tol(step->ms, 0.5 + i, 0.001);
		ck_assert_str_eq(step->detail, "said \"no\"");
		ck_assert_str_eq(step->remedy_id, "oauth.grant");
		ck_assert_str_eq(step->remedy, "Do this");
	}
	ck_assert(!got.result.ok && got.result.org_known && got.result.sandbox);
	ck_assert_int_eq(got.result.kind, ERR_NET);
	ck_assert_str_eq(got.result.org_id, result->org_id);
	ck_assert_str_eq(got.result.org_name, result->org_name);
	ck_assert_str_eq(got.result.username, result->username);
	ck_assert_str_eq(got.result.api_version, result->api_version);
	ck_assert_int_eq(got.result.api_used, 7);
	ck_assert_int_eq(got.result.api_allowed, 15000);
	ck_assert_str_eq(got.result.interfaces, "abc");
	ck_assert_int_eq(got.kept.kind, ERR_STORE);
	ck_assert_str_eq(got.kept.text, "the disk is full");
	buf_free(&text);
}
END_TEST

START_TEST(an_error_keeps_its_kind_code_and_words)
{
	struct buf text = BUF_INIT(65536);
	struct err err = ERR_INIT;

	for (int kind = ERR_USAGE; kind <= ERR_NOMEM; kind++) {
		struct err sent = ERR_INIT;

		err_set(&sent, (enum err_kind)kind, "it failed: \"%d\"", kind);
		text_copy(sent.code, sizeof(sent.code), "CODE_1");
		sent.retryable = true;
		buf_reset(&text);
		wire_write_error(&text, &sent);
		ck_assert_int_eq(wire_read_error(buf_str(&text), text.len, &err), -kind);
		ck_assert_str_eq(err.text, sent.text);
		ck_assert_str_eq(err.code, "CODE_1");
		ck_assert(err.retryable);
	}
	buf_free(&text);
}
END_TEST

START_TEST(the_state_of_a_run_arrives_with_its_error)
{
	struct agent_run sent = { .state = CARRY_RESTING };
	struct agent_run got;
	struct buf text = BUF_INIT(65536);
	struct err err = ERR_INIT;

	err_set(&sent.result, ERR_LIMIT, "daily limit");
	wire_write_run(&text, &sent);
	ck_ok(wire_read_run(&got, buf_str(&text), text.len, &err), &err);
	ck_assert_int_eq(got.state, CARRY_RESTING);
	ck_assert_int_eq(got.result.kind, ERR_LIMIT);
	buf_reset(&text);
	sent = (struct agent_run){ .state = CARRY_ENDED };
	wire_write_run(&text, &sent);
	ck_ok(wire_read_run(&got, buf_str(&text), text.len, &err), &err);
	ck_assert_int_eq(got.state, CARRY_ENDED);
	ck_assert_int_eq(got.result.kind, ERR_NONE);
	buf_free(&text);
}
END_TEST

START_TEST(what_is_done_to_messages_arrives_as_it_was_sent)
{
	const int64_t numbers[] = { 256, INT64_C(9007199254740993) };
	struct messages_request sent = { .event = EVENT_RESOLVE_COMPLETED,
		.messages = numbers,
		.count = 2,
		.salesforce_id = "001000000000001AAA",
		.total = 1234567,
		.confirm = "ACME",
		.wait_ms = 5000,
		.who = "anna" };
	struct message_answer answers[] = {
		{ 256, 7, MESSAGE_PENDING, NULL },
		{ 257, 0, MESSAGE_NEW, (char *)(uintptr_t) "there is \"no\" message" },
	};
	struct messages_reply reply = { answers, 2 };
	struct messages_reply got_reply;
	struct wire_messages got;
	struct buf text = BUF_INIT(65536);
	struct err err = ERR_INIT;

	wire_write_messages(&text, &sent);
	ck_ok(wire_read_messages(&got, buf_str(&text), text.len, &err), &err);
	ck_assert_int_eq(got.request.event, EVENT_RESOLVE_COMPLETED);
	ck_assert_int_eq(got.request.count, 2);
	ck_assert(got.request.messages[1] == numbers[1]);
	ck_assert_str_eq(got.request.salesforce_id, sent.salesforce_id);
	ck_assert_int_eq(got.request.total, 1234567);
	ck_assert_str_eq(got.request.confirm, "ACME");
	ck_assert_int_eq(got.request.wait_ms, 5000);
	wire_messages_free(&got);
	buf_reset(&text);
	wire_write_answers(&text, &reply);
	ck_ok(wire_read_answers(&got_reply, buf_str(&text), text.len, &err), &err);
	ck_assert_int_eq(got_reply.count, 2);
	ck_assert_int_eq(got_reply.answers[0].run, 7);
	ck_assert_int_eq(got_reply.answers[0].status, MESSAGE_PENDING);
	ck_assert_ptr_null(got_reply.answers[0].reason);
	ck_assert_str_eq(got_reply.answers[1].reason, answers[1].reason);
	messages_reply_free(&got_reply);
	buf_free(&text);
}
END_TEST

START_TEST(an_edit_arrives_as_it_was_sent)
{
	const char *sets[] = { "Name=a=b", "Price__c=json:null", NULL };
	struct edit_request sent = { .message = 77, .sets = sets, .who = "anna" };
	struct wire_edit got;
	struct buf text = BUF_INIT(65536);
	struct err err = ERR_INIT;

	wire_write_edit(&text, &sent);
	ck_ok(wire_read_edit(&got, buf_str(&text), text.len, &err), &err);
	ck_assert_int_eq(got.request.message, 77);
	ck_assert_str_eq(got.request.sets[0], "Name=a=b");
	ck_assert_str_eq(got.request.sets[1], "Price__c=json:null");
	ck_assert_ptr_null(got.request.sets[2]);
	wire_edit_free(&got);
	buf_free(&text);
}
END_TEST

static const char *const nonsense[] = {
	"",
	"no json",
	"[]",
	"\"text\"",
	"{",
	"{\"interfaces\":\"a\"}",
	"{\"interfaces\":[]}",
	"{\"interfaces\":[1]}",
	"{\"interfaces\":[[[[[[[[[[[[]]]]]]]]]]]]}",
};

START_TEST(nonsense_is_refused_not_guessed)
{
	struct wire_process got;
	struct process_reply reply;
	struct wire_messages messages;
	struct messages_reply answers;
	struct wire_edit edit;
	struct err err = ERR_INIT;

	ck_assert_int_lt(wire_read_process(&got, nonsense[_i], strlen(nonsense[_i]), &err), 0);
	ck_assert_int_lt(wire_read_reply(&reply, nonsense[_i], strlen(nonsense[_i]), &err), 0);
	ck_assert_int_lt(
		wire_read_messages(&messages, nonsense[_i], strlen(nonsense[_i]), &err), 0);
	ck_assert_int_lt(wire_read_answers(&answers, nonsense[_i], strlen(nonsense[_i]), &err), 0);
	ck_assert_int_lt(wire_read_edit(&edit, nonsense[_i], strlen(nonsense[_i]), &err), 0);
	ck_assert_int_eq(wire_read_error(nonsense[_i], strlen(nonsense[_i]), &err), -ERR_PROTOCOL);
}
END_TEST

Suite *suite_wire(void)
{
	Suite *suite = suite_create("wire");
	TCase *tcase = tcase_create("wire");

	tcase_add_test(tcase, a_request_arrives_as_it_was_sent);
	tcase_add_test(tcase, what_is_done_to_messages_arrives_as_it_was_sent);
	tcase_add_test(tcase, an_edit_arrives_as_it_was_sent);
	tcase_add_test(tcase, a_ping_arrives_as_it_was_told);
	tcase_add_test(tcase, an_error_keeps_its_kind_code_and_words);
	tcase_add_test(tcase, the_state_of_a_run_arrives_with_its_error);
	tcase_add_loop_test(tcase, nonsense_is_refused_not_guessed, 0, (int)ARRAY_SIZE(nonsense));
	suite_add_tcase(suite, tcase);
	return suite;
}
