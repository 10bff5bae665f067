/* Tests of feed.h: the reader outlives whatever it is asked for. */

#include "tests/tui/suites.h"

#include "base/clock.h"
#include "tui/board/feed.h"

#include <sys/eventfd.h>
#include <unistd.h>

#define LOOKS 200000
#define PATIENCE_MS 20000

static int no_names(void *self, struct text_list *names, struct err *err)
{
	(void)self;
	(void)names;
	(void)err;
	return 0;
}

static uint64_t no_version(void *self)
{
	(void)self;
	return 1;
}

static const struct catalog empty = {
	.connections = no_names,
	.interfaces = no_names,
	.version = no_version,
};

static bool answered(struct feed *feed, unsigned part, uint64_t generation)
{
	int64_t until = clock_mono() + PATIENCE_MS;
	bool found = false;

	while (!found && clock_mono() < until) {
		struct feed_news news;

		if (!feed_take(feed, &news)) {
			clock_sleep(1);
			continue;
		}
		found = news.parts & part && news.generation == generation;
		feed_news_free(&news, news.parts);
	}
	return found;
}

START_TEST(no_look_at_an_unlucky_moment_ends_the_reader)
{
	struct feed_request request = { .parts = FEED_LAST };
	struct feed_options options = { .data = test_folder(), .catalog = &empty };
	uint64_t generation = 0;
	struct err err = ERR_INIT;
	struct feed *feed;

	options.wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ck_ok(feed_start(&feed, &options, &err), &err);
	for (int i = 0; i < LOOKS; i++)
		generation = feed_look(feed, &request);
	feed_refresh(feed);
	ck_assert_msg(answered(feed, FEED_CATALOG, generation), "the feed is silent");
	feed_stop(feed);
	close(options.wake);
}
END_TEST

Suite *suite_feed(void)
{
	Suite *suite = suite_create("tui/feed");
	TCase *tcase = tcase_create("feed");

	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, no_look_at_an_unlucky_moment_ends_the_reader);
	suite_add_tcase(suite, tcase);
	return suite;
}
