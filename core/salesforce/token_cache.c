/*
 * token_cache.c — the tokens of this process. Any thread may use it; one lock guards it, and it is
 * never held while a request is under way.
 */

#include "base/base.h"
#include "base/text.h"
#include "salesforce/token.h"

#include <pthread.h>

#define CANCEL_LOOK_MS 100

struct entry {
	struct entry *next;
	char *key;
	struct token token; /* text NULL = none */
	bool fetching;
	uint64_t fetches;   /* how many ended */
	struct err failure; /* how the last one ended; kind ERR_NONE = well */
};

struct token_cache {
	pthread_mutex_t lock;
	pthread_cond_t fetched;
	struct entry *entries;
};

struct token_cache *token_cache_new(void)
{
	struct token_cache *cache = calloc(1, sizeof(*cache));
	pthread_condattr_t attr;

	if (!cache)
		return NULL;
	pthread_mutex_init(&cache->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&cache->fetched, &attr);
	pthread_condattr_destroy(&attr);
	return cache;
}

void token_cache_free(struct token_cache *cache)
{
	if (!cache)
		return;
	while (cache->entries) {
		struct entry *entry = cache->entries;

		cache->entries = entry->next;
		token_free_fields(&entry->token);
		free(entry->key);
		free(entry);
	}
	pthread_cond_destroy(&cache->fetched);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

static struct entry *find(struct token_cache *cache, const char *key)
{
	struct entry *entry;

	for (entry = cache->entries; entry; entry = entry->next) {
		if (strcmp(entry->key, key) == 0)
			return entry;
	}
	return NULL;
}

static struct entry *find_or_add(struct token_cache *cache, const char *key)
{
	struct entry *entry = find(cache, key);

	if (entry)
		return entry;
	entry = calloc(1, sizeof(*entry));
	if (entry)
		entry->key = strdup(key);
	if (!entry || !entry->key) {
		free(entry);
		return NULL;
	}
	entry->next = cache->entries;
	cache->entries = entry;
	return entry;
}

static int copy_token(struct token *to, const struct token *from, struct err *err)
{
	*to = *from;
	to->text = strdup(from->text);
	to->instance_url = strdup(from->instance_url);
	if (to->text && to->instance_url)
		return 0;
	token_free_fields(to);
	return err_nomem(err);
}

static void wait_a_little(struct token_cache *cache)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += CANCEL_LOOK_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&cache->fetched, &cache->lock, &until);
}

/* The lock is released for the request itself. */
static void fetch_now(struct token_cache *cache, struct entry *entry, token_fetch *fetch, void *ctx)
{
	struct token fresh = { 0 };
	struct err failure = ERR_INIT;

	entry->fetching = true;
	pthread_mutex_unlock(&cache->lock);
	if (fetch(&fresh, ctx, &failure) < 0 && failure.kind == ERR_NONE)
		err_set(&failure, ERR_PROTOCOL, "no token came");
	pthread_mutex_lock(&cache->lock);
	entry->fetching = false;
	entry->fetches++;
	entry->failure = failure;
	token_free_fields(&entry->token);
	entry->token = fresh;
	pthread_cond_broadcast(&cache->fetched);
}

/* Under the lock: wait for, or carry out, the fetch that gives `entry` its token. */
static int obtain(struct token_cache *cache, struct entry *entry, token_fetch *fetch, void *ctx,
	const atomic_bool *cancel, struct err *err)
{
	while (!entry->token.text) {
		uint64_t seen = entry->fetches;

		if (cancel && atomic_load(cancel))
			return err_set(err, ERR_INTERRUPTED, "cancelled");
		if (!entry->fetching) {
			fetch_now(cache, entry, fetch, ctx);
			if (entry->failure.kind)
				return err_copy(err, &entry->failure);
			continue;
		}
		while (entry->fetching && entry->fetches == seen &&
			!(cancel && atomic_load(cancel)))
			wait_a_little(cache);
		/* Somebody else's Ctrl-C is not our failure: fetch it ourselves then. */
		if (entry->fetches != seen && entry->failure.kind != ERR_NONE &&
			entry->failure.kind != ERR_INTERRUPTED)
			return err_copy(err, &entry->failure);
	}
	return 0;
}

int token_cache_get(struct token *out, struct token_cache *cache, const char *key,
	token_fetch *fetch, void *ctx, const atomic_bool *cancel, struct err *err)
{
	struct entry *entry;
	int rc;

	*out = (struct token){ 0 };
	pthread_mutex_lock(&cache->lock);
	entry = find_or_add(cache, key);
	rc = entry ? obtain(cache, entry, fetch, ctx, cancel, err) : err_nomem(err);
	if (rc == 0)
		rc = copy_token(out, &entry->token, err);
	pthread_mutex_unlock(&cache->lock);
	return rc;
}

void token_cache_expire(struct token_cache *cache, const char *key, const char *used)
{
	struct entry *entry;

	pthread_mutex_lock(&cache->lock);
	entry = find(cache, key);
	if (entry && used && text_equal(entry->token.text, used))
		token_free_fields(&entry->token);
	pthread_mutex_unlock(&cache->lock);
}
