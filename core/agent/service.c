/* service.c — readiness and watchdog for systemd. */

#include "base/base.h"
#include "agent/service.h"
#include "base/clock.h"

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

static void tell(const char *state)
{
#ifdef HAVE_SYSTEMD
	sd_notify(0, state);
#else
	(void)state;
#endif
}

void service_ready(void)
{
	tell("READY=1");
}

void service_stopping(void)
{
	tell("STOPPING=1");
}

void service_alive(void)
{
	static int64_t told; /* of the one thread that runs the loop */
	int64_t now = clock_mono();

	if (told && now - told < 1000)
		return;
	told = now;
	tell("WATCHDOG=1");
}
