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
	struct err err = ERR_INIT;

	ck_assert_int_lt(wire_read_process(&got, nonsense[_i], strlen(nonsense[_i]), &err), 0);
	ck_assert_int_lt(wire_read_reply(&reply, nonsense[_i], strlen(nonsense[_i]), &err), 0);
	ck_assert_int_eq(wire_read_error(nonsense[_i], strlen(nonsense[_i]), &err), -ERR_PROTOCOL);
}
END_TEST

Suite *suite_wire(void)
{
	Suite *suite = suite_create("wire");
	TCase *tcase = tcase_create("wire");

	tcase_add_test(tcase, a_request_arrives_as_it_was_sent);
	tcase_add_test(tcase, an_error_keeps_its_kind_code_and_words);
	tcase_add_test(tcase, the_state_of_a_run_arrives_with_its_error);
	tcase_add_loop_test(tcase, nonsense_is_refused_not_guessed, 0, (int)ARRAY_SIZE(nonsense));
	suite_add_tcase(suite, tcase);
	return suite;
}
