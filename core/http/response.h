/* response.h — what a handler filled in, as libmicrohttpd sends it (internal to core/http). */

#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include <microhttpd.h>

#include "http/server.h"

/* Takes the body (or the stream) over; NULL when memory ran out, the stream is then still `out`'s.
 */
struct MHD_Response *http_response(struct http_outgoing *out);

/* "Name: value\n" lines onto the response. */
void http_response_headers(struct MHD_Response *response, const struct buf *headers);

#endif
