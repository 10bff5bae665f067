/* feed.c — the thread that reads for the board. feed_fetch.c has the queries. */

#include "base/base.h"
#include "tui/board/feed_private.h"

#include "base/text.h"

#include <sys/eventfd.h>

/* The pause between two looks at the store's version. */
#define LOOK_MS 100
/* The catalog's files, and a store that is not there yet, are looked at in every n-th look only. */
#define SLOW_LOOKS 10

static void wait_for(struct feed *feed, int ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += ms * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_cond_timedwait(&feed->changed, &feed->lock, &until);
}

static void deliver_traffic(struct feed_news *slot, const struct feed_news *news)
{
	if (news->parts & FEED_NEWER) {
		slot->newer = news->newer;
		slot->newer_exact = news->newer_exact;
	}
	if (news->parts & FEED_CAUSES) {
		slot->causes = news->causes;
		slot->cause_count = news->cause_count;
	}
	if (news->parts & FEED_BACKLOG) {
		slot->backlog = news->backlog;
		slot->backlog_count = news->backlog_count;
	}
	if (news->parts & FEED_RATES)
		memcpy(slot->rates, news->rates, sizeof(slot->rates));
	if (news->parts & FEED_WATCHED)
		memcpy(slot->watched, news->watched, sizeof(slot->watched));
}

/* Put parts where the board takes them; what it did not take yet is replaced. */
static void deliver(struct feed *feed, struct feed_news *news)
{
	struct feed_news *slot = &feed->slot;

	pthread_mutex_lock(&feed->lock);
	if (news->parts & FEED_CATALOG) { /* what stood in the order of the old one goes with it */
		feed_news_free(slot, slot->parts & (FEED_STATES | FEED_LAST));
		slot->parts &= ~(unsigned)(FEED_STATES | FEED_LAST);
	}
	feed_news_free(slot, slot->parts & news->parts);
	if (news->parts & FEED_CATALOG)
		slot->catalog = news->catalog;
	if (news->parts & FEED_STATES)
		slot->states = news->states;
	if (news->parts & FEED_LAST) {
		slot->last_runs = news->last_runs;
		slot->schedules = news->schedules;
		slot->schedule_count = news->schedule_count;
	}
	if (news->parts & FEED_RUN)
		slot->run = news->run;
	if (news->parts & FEED_WINDOW) {
		slot->window = news->window;
		slot->searched = news->searched;
		slot->too_many = news->too_many;
	}
	deliver_traffic(slot, news);
	if (news->parts & FEED_DETAIL) {
		slot->detail = news->detail;
		slot->audit = news->audit;
		slot->audit_count = news->audit_count;
	}
	if (news->parts & FEED_HISTORY) {
		slot->history = news->history;
		slot->history_count = news->history_count;
	}
	slot->err = news->err;
	slot->parts |= news->parts;
	slot->generation = news->generation;
	feed->fresh = true;
	pthread_mutex_unlock(&feed->lock);
	eventfd_write(feed->options.wake, 1);
}

/* What to do next; false at the end. */
static bool next_turn(struct feed *feed, struct feed_turn *turn)
{
	bool stop;

	pthread_mutex_lock(&feed->lock);
	if (!feed->stop && !feed->asked && !feed->search.on)
		wait_for(feed, LOOK_MS);
	stop = feed->stop;
	atomic_store(&feed->interrupt, stop);
	turn->asked = feed->asked;
	turn->all = feed->all;
	turn->request = feed->request;
	turn->generation = feed->generation;
	feed->asked = false;
	feed->all = false;
	pthread_mutex_unlock(&feed->lock);
	turn->slow = turn->all || feed->looks++ % SLOW_LOOKS == 0;
	return !stop; /* not the flag: a new look may have raised that already */
}

static void *feed_main(void *arg)
{
	struct feed *feed = arg;
	struct feed_turn turn;

	while (next_turn(feed, &turn)) {
		struct feed_news news = { .generation = turn.generation };
		bool tell = feed_fetch(feed, &turn, &news);

		if (tell)
			deliver(feed, &news);
		else
			feed_news_free(&news, news.parts);
	}
	feed_forget(feed);
	return NULL;
}

int feed_start(struct feed **out, const struct feed_options *options, struct err *err)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	*out = NULL;
	if (!feed)
		return err_nomem(err);
	feed->options = *options;
	pthread_mutex_init(&feed->lock, NULL);
	pthread_cond_init(&feed->changed, NULL);
	feed->asked = true;
	feed->all = true;
	if (pthread_create(&feed->thread, NULL, feed_main, feed) != 0) {
		free(feed);
		return err_set(err, ERR_NOMEM, "No thread could be started");
	}
	*out = feed;
	return 0;
}

void feed_stop(struct feed *feed)
{
	if (!feed)
		return;
	pthread_mutex_lock(&feed->lock);
	feed->stop = true;
	atomic_store(&feed->interrupt, true);
	pthread_cond_signal(&feed->changed);
	pthread_mutex_unlock(&feed->lock);
	pthread_join(feed->thread, NULL);
	feed_news_free(&feed->slot, feed->slot.parts);
	pthread_cond_destroy(&feed->changed);
	pthread_mutex_destroy(&feed->lock);
	free(feed);
}

uint64_t feed_look(struct feed *feed, const struct feed_request *request)
{
	uint64_t generation;

	pthread_mutex_lock(&feed->lock);
	feed->request = *request;
	generation = ++feed->generation;
	feed->asked = true;
	atomic_store(&feed->interrupt, true); /* a long search for the old request ends here */
	pthread_cond_signal(&feed->changed);
	pthread_mutex_unlock(&feed->lock);
	return generation;
}

void feed_refresh(struct feed *feed)
{
	pthread_mutex_lock(&feed->lock);
	feed->asked = true;
	feed->all = true;
	pthread_cond_signal(&feed->changed);
	pthread_mutex_unlock(&feed->lock);
}

bool feed_take(struct feed *feed, struct feed_news *out)
{
	bool fresh;

	pthread_mutex_lock(&feed->lock);
	fresh = feed->fresh;
	if (fresh) {
		*out = feed->slot;
		memset(&feed->slot, 0, sizeof(feed->slot));
		feed->fresh = false;
	}
	pthread_mutex_unlock(&feed->lock);
	return fresh;
}
