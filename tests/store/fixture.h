/* fixture.h — a store in a fresh folder with a run, and rows to put into it. */

#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include "harness/check_main.h"

#include "store/store.h"
#include "store/view.h"

struct fixture {
	const char *dir;
	struct store *store;
	struct view *view;
	struct run_claim *claim; /* of `run` */
	int64_t run;
	/* of the runs made from here on */
	bool keep_older, inserts;
	const char *external_id; /* NULL = Order_No__c */
};

/* Opens all, creates and claims a run of interface "orders". */
void fixture_open(struct fixture *fx);
void fixture_close(struct fixture *fx);

/* Another run, claimed. Free the claim. */
int64_t fixture_run(struct fixture *fx, const char *interface, struct run_claim **claim);

/* A committed packet of `count` rows with the keys "PREFIX-00000", ... */
int64_t fixture_packet(struct fixture *fx, const char *prefix, int count);
int64_t fixture_packet_of(
	struct fixture *fx, const struct run_claim *claim, const char *prefix, int count);

/* Begin an attempt over the positions from..to-1, committed. */
int64_t fixture_begin(struct fixture *fx, int64_t packet, int from, int to);

/* Answer it: one letter a row of the attempt: s(ucceed) f(ail) r(etry) l(ose); committed. */
void fixture_done(struct fixture *fx, int64_t attempt, int from, const char *letters);

/* Begin and answer the rows from `from` on. */
void fixture_send(struct fixture *fx, int64_t packet, int from, const char *letters);

/* `count` times the same letter; borrowed until the next call. */
const char *letters(char letter, int count);

/* An operator's event, committed. */
void fixture_event(struct fixture *fx, int64_t message, enum message_event event);

/* Set the state of the fixture's run, committed. */
void fixture_state(struct fixture *fx, const struct run_claim *claim, enum run_state state);

struct run_counts fixture_counts(struct fixture *fx, int64_t run);

/* Counts add up everywhere. */
void fixture_verify(struct fixture *fx);

/* The id that row `position` of every packet gets when it succeeds. */
const char *fixture_salesforce_id(int position);

/* Wrap a verb in a transaction of its own. */
#define ck_commit(fx, call, err)                                                                   \
	do {                                                                                       \
		ck_ok(store_begin((fx)->store, err), err);                                         \
		ck_ok(call, err);                                                                  \
		ck_ok(store_commit((fx)->store, err), err);                                        \
	} while (0)

/* A verb that must fail, in a transaction that is undone. */
#define ck_refused(fx, call, expected, err)                                                        \
	do {                                                                                       \
		ck_ok(store_begin((fx)->store, err), err);                                         \
		ck_assert_int_eq(call, -(int)(expected));                                          \
		store_rollback((fx)->store);                                                       \
	} while (0)

#endif
