/* crash_point.c — the points' names, and the death at one of them. */

#include "base/base.h"
#include "base/crash_point.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#define CRASH_POINT_NAME(id, name) name,
static const char *const names[] = { CRASH_POINT_LIST(CRASH_POINT_NAME) };

static int wanted = -1;
static atomic_int left; /* passings up to the deadly one */

const char *crash_point_name(enum crash_point point)
{
	return names[point];
}

static void read_environment(void)
{
	const char *text = getenv("AGENTBOARD_CRASH_POINT");
	size_t len = text ? strcspn(text, ":") : 0;

	if (!len)
		return;
	for (int i = 0; i < CRASH_POINT_COUNT; i++)
		if (strlen(names[i]) == len && strncmp(names[i], text, len) == 0)
			wanted = i;
	if (wanted < 0) {
		fprintf(stderr, "AGENTBOARD_CRASH_POINT=%s: no such point\n", text);
		abort();
	}
	atomic_store(&left, text[len] ? (int)strtol(text + len + 1, NULL, 10) : 1);
}

void crash_point_pass(enum crash_point point)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, read_environment);
	if ((int)point == wanted && atomic_fetch_sub(&left, 1) == 1)
		kill(getpid(), SIGKILL);
}
