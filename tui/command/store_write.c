/* store_write.c — one transaction of a command, or of a job of the board. */

#include "base/base.h"
#include "tui/command/store_write.h"

int home_store_write(const struct home *home, store_work *work, void *ctx, struct err *err)
{
	struct store *store = NULL;
	int rc = home_make(home, err);

	if (rc == 0)
		rc = store_open(&store, home->data, err);
	if (rc < 0)
		return rc;
	rc = store_begin(store, err);
	if (rc == 0) {
		rc = work(ctx, store, err);
		if (rc == 0)
			rc = store_commit(store, err);
		if (rc < 0)
			store_rollback(store);
	}
	store_close(store);
	return rc;
}

int store_write(struct command_env *env, store_work *work, void *ctx, struct err *err)
{
	return home_store_write(env->home, work, ctx, err);
}
