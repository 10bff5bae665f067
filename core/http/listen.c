/* listen.c — listening sockets: made here and not by libmicrohttpd, so that a taken port, a stale
 * socket or a bad address is told in words. */

#include "base/base.h"
#include "http/listen.h"
#include "base/text.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 128

static int bound_to(int fd)
{
	struct sockaddr_storage addr = { 0 };
	socklen_t len = sizeof(addr);
	char port[8];
	int64_t number = 0;

	if (getsockname(fd, (struct sockaddr *)&addr, &len) == 0 &&
		getnameinfo((struct sockaddr *)&addr, len, NULL, 0, port, sizeof(port),
			NI_NUMERICSERV) == 0)
		text_int(&number, port, 0, 65535);
	return (int)number;
}

static int open_tcp(const struct addrinfo *where, const char *address, int port, struct err *err)
{
	int on = 1;
	int rc;
	int fd = socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_set_errno(err, ERR_CONFIG, errno, "could not open a socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, where->ai_addr, where->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	rc = err_set_errno(err, errno == EADDRINUSE ? ERR_EXISTS : ERR_CONFIG, errno,
		"could not listen on %s port %d", address, port);
	close(fd);
	return rc;
}

int listen_tcp(int *fd, int *bound_port, const char *address, int port, struct err *err)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char service[8];
	int got;

	snprintf(service, sizeof(service), "%d", port);
	if (port < 0 || port > 65535 || getaddrinfo(address, service, &hints, &found) != 0)
		return err_set(err, ERR_CONFIG,
			"cannot listen on %s port %d: give a numeric address such as 0.0.0.0 and a "
			"port from 0 to 65535",
			address, port);
	got = open_tcp(found, address, port, err);
	freeaddrinfo(found);
	if (got < 0)
		return got;
	*fd = got;
	*bound_port = bound_to(got);
	return 0;
}

/* Remove what a server that is gone left at the path. */
static int clear_stale(const struct sockaddr_un *addr, struct err *err)
{
	struct stat st;
	int fd;
	int rc;

	if (lstat(addr->sun_path, &st) != 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, ERR_EXISTS, "%s is in the way and is no socket: remove it",
			addr->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_set_errno(err, ERR_CONFIG, errno, "could not open a socket");
	rc = connect(fd, (const struct sockaddr *)addr, sizeof(*addr));
	close(fd);
	if (rc == 0 || errno != ECONNREFUSED)
		return err_set(
			err, ERR_EXISTS, "another program already listens at %s", addr->sun_path);
	if (unlink(addr->sun_path) != 0)
		return err_set_errno(err, ERR_CONFIG, errno,
			"could not replace the stale socket %s", addr->sun_path);
	return 0;
}

int listen_unix(int *fd, const char *path, struct err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int got;
	int rc;

	if (!text_copy(addr.sun_path, sizeof(addr.sun_path), path))
		return err_set(err, ERR_CONFIG,
			"the socket path %s is longer than the system's %zu bytes", path,
			sizeof(addr.sun_path) - 1);
	rc = clear_stale(&addr, err);
	if (rc < 0)
		return rc;
	got = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (got < 0)
		return err_set_errno(err, ERR_CONFIG, errno, "could not open a socket");
	/* fchmod before bind: at no moment may others connect. */
	if (fchmod(got, 0660) != 0 || bind(got, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
		chmod(path, 0660) != 0 || listen(got, BACKLOG) != 0) {
		rc = err_set_errno(err, ERR_CONFIG, errno, "could not listen at %s", path);
		close(got);
		return rc;
	}
	*fd = got;
	return 0;
}
