/* queue.h — a bounded queue of pointers between threads: one lock, no copies. */

#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue;

/* Room for `capacity` items; NULL when out of memory. */
struct queue *queue_new(size_t capacity);

/* Items still inside are the caller's to drain first. */
void queue_free(struct queue *queue);

/* Wait for room and put; false once the queue is closed (the item stays the caller's). */
bool queue_put(struct queue *queue, void *item);

/* Wait up to `timeout_ms` (negative = for ever) for an item; NULL on time-out, or when closed and
 * empty. */
void *queue_take(struct queue *queue, int64_t timeout_ms);

/* Nobody can put any more; takers get what is left, then NULL. Wakes everybody. */
void queue_close(struct queue *queue);

bool queue_closed(struct queue *queue);
size_t queue_length(struct queue *queue);

#endif
