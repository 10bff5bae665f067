/* store_write.h — the commands' short writes to the home's store: open, one transaction, close. */

#ifndef COMMAND_STORE_WRITE_H
#define COMMAND_STORE_WRITE_H

#include "store/store.h"
#include "tui/command/command.h"

typedef int store_work(void *ctx, struct store *store, struct err *err);

/* All of `work` is durable, or nothing. Makes the home and its store where there is none. */
int store_write(struct command_env *env, store_work *work, void *ctx, struct err *err);
int home_store_write(const struct home *home, store_work *work, void *ctx, struct err *err);

#endif
