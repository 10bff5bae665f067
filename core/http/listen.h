/* listen.h — listening sockets for the server: an address and port, or a path in the file system.
 */

#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include "base/err.h"

/*
 * Bind and listen. `address` is numeric ("127.0.0.1", "::", "0.0.0.0"), `port` may be 0 for any;
 * `bound_port` tells the real one. Fails with ERR_EXISTS when the port is taken, else ERR_CONFIG.
 */
int listen_tcp(int *fd, int *bound_port, const char *address, int port, struct err *err);

/*
 * Bind and listen at `path`, mode 0660. A socket that nobody serves any more is replaced; one that
 * somebody serves, or anything that is no socket, is ERR_EXISTS.
 */
int listen_unix(int *fd, const char *path, struct err *err);

#endif
