/* Tests of gate.c and key_map.c: one message a key, and nobody waits for nothing. */

#include "process/suites.h"
#include "process/gate.h"
#include "process/key_map.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>

static void count_wake(void *ctx)
{
	atomic_fetch_add((atomic_int *)ctx, 1);
}

START_TEST(key_belongs_to_one_message)
{
	struct key_gate *gate = key_gate_new();

	ck_assert(key_gate_take(gate, 7, 100));
	ck_assert(key_gate_take(gate, 7, 100));
	ck_assert(!key_gate_take(gate, 7, 200));
	ck_assert(key_gate_take(gate, 8, 200));
	key_gate_release(gate, 7, 200); /* not its own */
	ck_assert(!key_gate_take(gate, 7, 200));
	ck_assert(key_gate_want(gate, 7));
	key_gate_release(gate, 7, 100);
	ck_assert(!key_gate_want(gate, 7));
	ck_assert(key_gate_take(gate, 7, 200));
	key_gate_free(gate);
}
END_TEST

/* given two runs that mean the same records, and one that does not / when a key completes in one /
 * then what is older of it was overtaken in the other, until the first has gone */
START_TEST(older_message_of_another_run_is_overtaken)
{
	struct key_gate *gate = key_gate_new();
	struct gate_member one = { .wake = count_wake, .space = 1 };
	struct gate_member two = { .wake = count_wake, .space = 1 };
	struct gate_member stranger = { .wake = count_wake, .space = 2 };

	key_gate_join(gate, &one);
	key_gate_completed(gate, &one, 7, 200); /* nobody to remember it for */
	key_gate_join(gate, &two);
	key_gate_join(gate, &stranger);
	ck_assert(!key_gate_overtaken(gate, &two, 7, 100));
	key_gate_completed(gate, &one, 7, 200);
	key_gate_completed(gate, &one, 7, 150);
	ck_assert(key_gate_overtaken(gate, &two, 7, 199));
	ck_assert(!key_gate_overtaken(gate, &two, 7, 201));
	ck_assert(!key_gate_overtaken(gate, &two, 8, 100));
	ck_assert(!key_gate_overtaken(gate, &stranger, 7, 100));
	key_gate_leave(gate, &one);
	ck_assert(!key_gate_overtaken(gate, &two, 7, 100)); /* the store has it now */
	key_gate_free(gate);
}
END_TEST

START_TEST(release_wakes_only_where_somebody_was_refused)
{
	struct key_gate *gate = key_gate_new();
	atomic_int wakes = 0;
	struct gate_member member = { .wake = count_wake, .ctx = &wakes };

	key_gate_join(gate, &member);
	key_gate_take(gate, 7, 100);
	key_gate_release(gate, 7, 100);
	ck_assert_int_eq(atomic_load(&wakes), 0);
	key_gate_take(gate, 7, 100);
	key_gate_take(gate, 7, 200);
	key_gate_release(gate, 7, 100);
	ck_assert_int_eq(atomic_load(&wakes), 1);
	key_gate_take(gate, 7, 100);
	ck_assert(key_gate_want(gate, 7)); /* looked, found it taken, and sleeps again */
	key_gate_release(gate, 7, 100);
	ck_assert_int_eq(atomic_load(&wakes), 2);
	key_gate_leave(gate, &member);
	key_gate_take(gate, 7, 100);
	key_gate_take(gate, 7, 200);
	key_gate_release(gate, 7, 100);
	ck_assert_int_eq(atomic_load(&wakes), 2);
	key_gate_free(gate);
}
END_TEST

static bool enter(struct key_gate *gate, int64_t packet, uint64_t a, uint64_t b)
{
	uint64_t parents[] = { a, b };

	return key_gate_enter(gate, packet, parents, 2);
}

START_TEST(packets_that_share_a_parent_go_one_behind_the_other)
{
	struct key_gate *gate = key_gate_new();
	atomic_int wakes = 0;
	struct gate_member member = { .wake = count_wake, .ctx = &wakes };

	key_gate_join(gate, &member);
	ck_assert(enter(gate, 1, 30, 10));
	ck_assert(!enter(gate, 2, 10, 20));
	ck_assert(enter(gate, 3, 40, 40));
	ck_assert(!enter(gate, 4, 20, 50)); /* not past the one that waits for 10 */
	key_gate_left(gate, 3);
	ck_assert_int_eq(atomic_load(&wakes), 0);
	key_gate_left(gate, 9); /* never came */
	ck_assert(!key_gate_open_for(gate, 2));
	key_gate_left(gate, 1);
	ck_assert_int_eq(atomic_load(&wakes), 1);
	ck_assert(key_gate_open_for(gate, 2));
	ck_assert(!key_gate_open_for(gate, 4));
	key_gate_left(gate, 2);
	ck_assert_int_eq(atomic_load(&wakes), 2);
	ck_assert(key_gate_open_for(gate, 4));
	key_gate_leave(gate, &member);
	key_gate_free(gate); /* with one that did not leave */
}
END_TEST

struct holder {
	struct key_gate *gate;
	int64_t message;
	atomic_int *inside;
	atomic_bool *crowded;
};

static void *hold_often(void *ctx)
{
	struct holder *holder = ctx;

	for (int i = 0; i < 20000; i++) {
		if (!key_gate_take(holder->gate, 7, holder->message))
			continue;
		if (atomic_fetch_add(holder->inside, 1) > 0)
			atomic_store(holder->crowded, true);
		atomic_fetch_sub(holder->inside, 1);
		key_gate_release(holder->gate, 7, holder->message);
	}
	return NULL;
}

START_TEST(threads_never_hold_a_key_together)
{
	struct key_gate *gate = key_gate_new();
	atomic_int inside = 0;
	atomic_bool crowded = false;
	struct holder holders[4];
	pthread_t threads[4];

	for (int i = 0; i < 4; i++) {
		holders[i] = (struct holder){ gate, i + 1, &inside, &crowded };
		ck_assert_int_eq(pthread_create(&threads[i], NULL, hold_often, &holders[i]), 0);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	ck_assert(!atomic_load(&crowded));
	key_gate_free(gate);
}
END_TEST

/* A random walk beside a plain array: what is put is found, what is deleted is not. */
START_TEST(map_keeps_what_is_put)
{
	struct key_map map = KEY_MAP_INIT;
	int64_t plain[512] = { 0 };

	for (int step = 0; step < 200000; step++) {
		uint32_t slot = randombytes_uniform(512);
		uint64_t hash = (uint64_t)(slot % 64 + 1) << (slot / 64); /* many share a home */
		int64_t *value;

		hash += (uint64_t)slot << 32;
		if (randombytes_uniform(3) == 0) {
			key_map_delete(&map, hash);
			plain[slot] = 0;
		} else {
			value = key_map_put(&map, hash);
			ck_assert_ptr_nonnull(value);
			*value = plain[slot] = step + 1;
		}
		slot = randombytes_uniform(512);
		hash = ((uint64_t)(slot % 64 + 1) << (slot / 64)) + ((uint64_t)slot << 32);
		value = key_map_get(&map, hash);
		if ((value ? *value : 0) != plain[slot])
			ck_abort_msg("step %d", step);
	}
	key_map_clear(&map);
	ck_assert_ptr_null(key_map_get(&map, 1));
	key_map_free(&map);
}
END_TEST

Suite *suite_gate(void)
{
	Suite *suite = suite_create("gate");
	TCase *tc = tcase_create("gate");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, key_belongs_to_one_message);
	tcase_add_test(tc, older_message_of_another_run_is_overtaken);
	tcase_add_test(tc, packets_that_share_a_parent_go_one_behind_the_other);
	tcase_add_test(tc, release_wakes_only_where_somebody_was_refused);
	tcase_add_test(tc, threads_never_hold_a_key_together);
	tcase_add_test(tc, map_keeps_what_is_put);
	suite_add_tcase(suite, tc);
	return suite;
}
