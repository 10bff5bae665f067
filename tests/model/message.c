/* Tests of message.h: the transition table says something about everything, and the right thing. */

#include "model/suites.h"

#include "model/message.h"

#define N MESSAGE_NEW
#define P MESSAGE_PROCESSING
#define W MESSAGE_PENDING
#define C MESSAGE_COMPLETED
#define F MESSAGE_FAILED
#define U MESSAGE_UNKNOWN
#define X MESSAGE_CANCELLED

/* Every allowed change; whatever is not here must be refused. */
static const struct {
	enum message_status from;
	enum message_event event;
	enum actor actor;
	enum message_status to;
} allowed[] = {
	{ N, EVENT_SEND, ACTOR_RUN, P },
	{ W, EVENT_SEND, ACTOR_RUN, P },
	{ P, EVENT_SUCCEED, ACTOR_RUN, C },
	{ P, EVENT_FAIL, ACTOR_RUN, F },
	{ P, EVENT_RETRY, ACTOR_RUN, W },
	{ P, EVENT_LOSE, ACTOR_RUN, U },
	{ N, EVENT_RETRY, ACTOR_RUN, W },
	{ W, EVENT_RETRY, ACTOR_RUN, W },
	{ N, EVENT_REJECT, ACTOR_RUN, F },
	{ W, EVENT_REJECT, ACTOR_RUN, F },
	{ N, EVENT_CANCEL, ACTOR_RUN, X },
	{ W, EVENT_CANCEL, ACTOR_RUN, X },
	{ N, EVENT_CANCEL, ACTOR_OPERATOR, X },
	{ W, EVENT_CANCEL, ACTOR_OPERATOR, X },
	{ F, EVENT_CANCEL, ACTOR_OPERATOR, X },
	{ W, EVENT_REPROCESS, ACTOR_OPERATOR, W },
	{ F, EVENT_REPROCESS, ACTOR_OPERATOR, W },
	{ X, EVENT_REPROCESS, ACTOR_OPERATOR, W },
	{ W, EVENT_FORCE, ACTOR_OPERATOR, W },
	{ F, EVENT_FORCE, ACTOR_OPERATOR, W },
	{ X, EVENT_FORCE, ACTOR_OPERATOR, W },
	{ U, EVENT_FORCE, ACTOR_OPERATOR, W },
	{ U, EVENT_RESOLVE_COMPLETED, ACTOR_OPERATOR, C },
	{ U, EVENT_RESOLVE_COMPLETED, ACTOR_RECONCILER, C },
	{ F, EVENT_RESOLVE_COMPLETED, ACTOR_OPERATOR, C },
	{ U, EVENT_RESOLVE_NOT_SENT, ACTOR_OPERATOR, W },
	{ U, EVENT_RESOLVE_NOT_SENT, ACTOR_RECONCILER, W },
};

static int find_allowed(int from, int event, int actor)
{
	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++) {
		if ((int)allowed[i].from == from && (int)allowed[i].event == event &&
			(int)allowed[i].actor == actor)
			return (int)allowed[i].to;
	}
	return -1;
}

START_TEST(every_change_has_a_target_or_a_sentence)
{
	for (int event = 0; event < MESSAGE_EVENT_COUNT; event++) {
		for (int actor = ACTOR_RUN; actor <= ACTOR_RECONCILER; actor++) {
			enum message_status to = (enum message_status)99;
			struct err err = ERR_INIT;
			int rc = message_next(&to, (enum message_status)_i,
				(enum message_event)event, (enum actor)actor, &err);
			int expected = find_allowed(_i, event, actor);

			if (expected >= 0) {
				ck_assert_msg(rc == 0, "%s", err.text);
				ck_assert_int_eq((int)to, expected);
				continue;
			}
			ck_assert_msg(rc == -ERR_USAGE, "%d, %s, %d must be refused", _i,
				message_event_name((enum message_event)event), actor);
			ck_assert_int_eq((int)to, 99);
			ck_assert_msg(strlen(err.text) > 20, "no reason: %s", err.text);
			ck_assert_ptr_nonnull(
				strstr(err.text, message_status_name((enum message_status)_i)));
		}
	}
}
END_TEST

START_TEST(a_completed_message_never_changes)
{
	for (int event = 0; event < MESSAGE_EVENT_COUNT; event++) {
		for (int actor = ACTOR_RUN; actor <= ACTOR_RECONCILER; actor++)
			ck_assert_int_eq(find_allowed(MESSAGE_COMPLETED, event, actor), -1);
	}
}
END_TEST

START_TEST(what_is_with_the_org_or_done_is_not_edited)
{
	for (int status = 0; status < MESSAGE_STATUS_COUNT; status++) {
		struct err err = ERR_INIT;
		bool fixed = status == MESSAGE_PROCESSING || status == MESSAGE_COMPLETED;

		ck_assert_int_eq(message_may_edit((enum message_status)status, &err),
			fixed ? -ERR_USAGE : 0);
		ck_assert_int_eq(strstr(err.text, "can no longer be edited. ") != NULL, fixed);
	}
}
END_TEST

START_TEST(unknown_is_never_sent_without_a_word_from_outside)
{
	enum message_status to;
	struct err err = ERR_INIT;

	ck_assert_int_lt(
		message_next(&to, MESSAGE_UNKNOWN, EVENT_REPROCESS, ACTOR_OPERATOR, &err), 0);
	ck_assert_str_eq(
		err.text, "it is Unknown: settle it with `message resolve`, or use --force");
	for (int event = 0; event < MESSAGE_EVENT_COUNT; event++)
		ck_assert_int_lt(message_next(&to, MESSAGE_UNKNOWN, (enum message_event)event,
					 ACTOR_RUN, NULL),
			0);
}
END_TEST

START_TEST(names_are_read_as_they_are_written)
{
	for (int i = 0; i < MESSAGE_STATUS_COUNT; i++) {
		enum message_status status = (enum message_status)99;

		ck_assert(
			message_status_parse(&status, message_status_name((enum message_status)i)));
		ck_assert_int_eq((int)status, i);
	}
	for (int i = 0; i < RUN_STATE_COUNT; i++) {
		enum run_state state = (enum run_state)99;

		ck_assert(run_state_parse(&state, run_state_name((enum run_state)i)));
		ck_assert_int_eq((int)state, i);
	}
	ck_assert(message_status_parse(&(enum message_status){ 0 }, "fAILED"));
	ck_assert(!message_status_parse(&(enum message_status){ 0 }, "Faild"));
}
END_TEST

START_TEST(counts_that_lose_a_row_do_not_add_up)
{
	struct run_counts counts = { 28, 1, 2, 3, 4, 5, 6, 7 };

	ck_assert(run_counts_add_up(&counts));
	counts.skipped--;
	ck_assert(!run_counts_add_up(&counts));
}
END_TEST

Suite *suite_message(void)
{
	Suite *suite = suite_create("model/message");
	TCase *tc = tcase_create("message");

	tcase_add_loop_test(tc, every_change_has_a_target_or_a_sentence, 0, MESSAGE_STATUS_COUNT);
	tcase_add_test(tc, a_completed_message_never_changes);
	tcase_add_test(tc, what_is_with_the_org_or_done_is_not_edited);
	tcase_add_test(tc, unknown_is_never_sent_without_a_word_from_outside);
	tcase_add_test(tc, names_are_read_as_they_are_written);
	tcase_add_test(tc, counts_that_lose_a_row_do_not_add_up);
	suite_add_tcase(suite, tc);
	return suite;
}
