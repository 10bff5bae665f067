/* Tests of queue.h: order, back-pressure, closing. */

#include "base/suites.h"

#include "base/queue.h"

#include <pthread.h>

#define ITEMS 10000

static void *produce(void *arg)
{
	for (intptr_t i = 1; i <= ITEMS; i++)
		queue_put(arg, (void *)i);
	queue_close(arg);
	return NULL;
}

START_TEST(hands_everything_over_in_order)
{
	struct queue *queue = queue_new(3);
	pthread_t thread;
	intptr_t expected = 1;
	void *item;

	ck_assert_int_eq(pthread_create(&thread, NULL, produce, queue), 0);
	while ((item = queue_take(queue, -1)))
		ck_assert_int_eq((intptr_t)item, expected++);
	ck_assert_int_eq(expected, ITEMS + 1);
	pthread_join(thread, NULL);
	queue_free(queue);
}
END_TEST

START_TEST(takes_what_is_left_after_closing_and_refuses_more)
{
	struct queue *queue = queue_new(3);
	int one = 1;

	ck_assert(queue_put(queue, &one));
	queue_close(queue);
	ck_assert(!queue_put(queue, &one));
	ck_assert_ptr_eq(queue_take(queue, 0), &one);
	ck_assert_ptr_null(queue_take(queue, -1));
	queue_free(queue);
}
END_TEST

START_TEST(gives_up_waiting_in_time)
{
	struct queue *queue = queue_new(1);

	ck_assert_ptr_null(queue_take(queue, 10));
	queue_free(queue);
}
END_TEST

Suite *suite_queue(void)
{
	Suite *suite = suite_create("base/queue");
	TCase *tc = tcase_create("queue");

	tcase_add_test(tc, hands_everything_over_in_order);
	tcase_add_test(tc, takes_what_is_left_after_closing_and_refuses_more);
	tcase_add_test(tc, gives_up_waiting_in_time);
	suite_add_tcase(suite, tc);
	return suite;
}
