/* home_watch.c — the folders are looked for by name, the store is asked of SQLite. */

#include "base/base.h"
#include "agent/home_watch.h"
#include "base/text.h"

#include <sys/stat.h>

struct home_watch {
	char *folders[2]; /* NULL = not watched */
	struct view *view;
};

/* A folder that cannot be looked at for another reason (a slow disk, rights) is not gone. */
static bool is_gone(const char *path)
{
	struct stat st;

	return path && stat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

int home_watch_new(struct home_watch **out, const char *home_config, const char *home_data,
	struct view *view, struct err *err)
{
	const char *const folders[] = { home_data, home_config };
	struct home_watch *watch = calloc(1, sizeof(*watch));

	*out = NULL;
	if (!watch)
		return err_nomem(err);
	watch->view = view;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		if (!folders[i] || is_gone(folders[i]))
			continue;
		watch->folders[i] = text_dup(folders[i]);
		if (!watch->folders[i]) {
			home_watch_free(watch);
			return err_nomem(err);
		}
	}
	*out = watch;
	return 0;
}

void home_watch_free(struct home_watch *watch)
{
	if (!watch)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(watch->folders); i++)
		free(watch->folders[i]);
	free(watch);
}

int home_watch_look(const struct home_watch *watch, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(watch->folders); i++) {
		if (is_gone(watch->folders[i]))
			return err_set(
				err, ERR_STORE, "the home's folder %s is gone", watch->folders[i]);
	}
	if (view_has_moved(watch->view))
		return err_set(err, ERR_STORE,
			"the store in %s was removed, moved or replaced by another file",
			watch->folders[0]);
	return 0;
}
