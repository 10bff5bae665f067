/* store_write.c — one transaction of a command. */

#include "base/base.h"
#include "tui/command/store_write.h"

int store_write(struct command_env *env, store_work *work, void *ctx, struct err *err)
{
	struct store *store = NULL;
	int rc = home_make(env->home, err);

	if (rc == 0)
		rc = store_open(&store, env->home->data, err);
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
