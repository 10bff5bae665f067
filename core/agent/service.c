/* service.c — readiness and watchdog for systemd, where its library was there to be built against.
 */

#include "base/base.h"
#include "agent/service.h"
#include "base/clock.h"

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#else
#define sd_notify(unset, state) ((void)(state))
#define sd_watchdog_enabled(unset, us) (*(us) = 0, 0)
#endif

void service_ready(void)
{
	sd_notify(0, "READY=1");
}

void service_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void service_alive(void)
{
	static int64_t told; /* of the one thread that runs the loop */
	int64_t now = clock_mono();
	uint64_t patience_us;

	if (sd_watchdog_enabled(0, &patience_us) <= 0 ||
		(told && now - told < (int64_t)(patience_us / 4000)))
		return;
	told = now;
	sd_notify(0, "WATCHDOG=1");
}
