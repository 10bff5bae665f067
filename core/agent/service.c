/* service.c — readiness and watchdog for systemd. */

#include "base/base.h"
#include "agent/service.h"
#include "base/clock.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * One datagram to $NOTIFY_SOCKET, as sd_notify(3) describes it: so little that the unit shall not
 * depend on a library having been there when the program was built.
 */
static void tell(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = path ? strlen(path) : 0;
	socklen_t size;
	int fd;

	if (!len || len >= sizeof(to.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, len);
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, size);
	close(fd);
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
