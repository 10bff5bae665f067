/* reload.c — sees that agent.cfg or a certificate changed, and hands the new settings round. */

#include "base/base.h"
#include "agent/reload.h"
#include "agent/internal.h"
#include "base/log.h"
#include "base/text.h"

#include <sys/stat.h>

/* What a write to a file cannot leave as it was. */
struct stamp {
	ino_t inode;
	off_t size;
	struct timespec changed;
};

enum { CONFIG, CERT, KEY, FILES };

struct reload {
	struct agent *agent;
	agent_load_settings *load;
	void *ctx;
	struct {
		char *path;
		struct stamp stamp;
	} files[FILES]; /* agent.cfg, and what it names, be that in force or not */

	pthread_mutex_t lock; /* guards the rest */
	char problem[512];
};

static struct stamp stamp_of(const char *path)
{
	struct stamp stamp;
	struct stat st;

	memset(&stamp, 0, sizeof(stamp));
	if (path && stat(path, &st) == 0) {
		stamp.inode = st.st_ino;
		stamp.size = st.st_size;
		stamp.changed = st.st_mtim;
	}
	return stamp;
}

static bool same_stamp(const struct stamp *a, const struct stamp *b)
{
	return a->inode == b->inode && a->size == b->size &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

/* Remember how the files look; true when any looked otherwise before. */
static bool restamp(struct reload *reload)
{
	bool changed = false;

	for (size_t i = 0; i < FILES; i++) {
		struct stamp now = stamp_of(reload->files[i].path);

		changed = changed || !same_stamp(&now, &reload->files[i].stamp);
		reload->files[i].stamp = now;
	}
	return changed;
}

/* Other files are to be looked at from here on: as they are before they are read. */
static void watch(struct reload *reload, const struct agent_settings *settings)
{
	text_set(&reload->files[CERT].path, settings->tls_cert);
	text_set(&reload->files[KEY].path, settings->tls_key);
	restamp(reload);
}

struct reload *reload_new(struct agent *agent, const struct agent_options *options)
{
	struct reload *reload = options->load_settings ? calloc(1, sizeof(*reload)) : NULL;

	if (!reload)
		return NULL;
	pthread_mutex_init(&reload->lock, NULL);
	reload->agent = agent;
	reload->load = options->load_settings;
	reload->ctx = options->load_ctx;
	text_set(&reload->files[CONFIG].path, options->settings_path);
	watch(reload, &agent->settings);
	return reload;
}

void reload_free(struct reload *reload)
{
	if (!reload)
		return;
	pthread_mutex_destroy(&reload->lock);
	for (size_t i = 0; i < FILES; i++)
		free(reload->files[i].path);
	free(reload);
}

static void set_problem(struct reload *reload, const char *text)
{
	pthread_mutex_lock(&reload->lock);
	text_copy(reload->problem, sizeof(reload->problem), text);
	pthread_mutex_unlock(&reload->lock);
}

void reload_look(struct reload *reload, bool always)
{
	struct agent_settings settings;
	struct err err = ERR_INIT;
	int rc;

	if (!reload || (!restamp(reload) && !always))
		return;
	agent_settings_init(&settings);
	rc = reload->load(reload->ctx, &settings, &err);
	if (rc == 0)
		watch(reload, &settings);
	if (rc == 0)
		rc = agent_apply_settings(reload->agent, &settings, &err);
	agent_settings_free_fields(&settings);
	set_problem(reload, rc < 0 ? err.text : "");
	if (rc < 0)
		log_line(LOG_LEVEL_ERROR, 0, "%s; what was in force before stays", err.text);
	else
		log_line(LOG_LEVEL_INFO, 0, "the agent's settings were taken anew");
}

void reload_problem(struct reload *reload, char *out, size_t size)
{
	*out = '\0';
	if (!reload)
		return;
	pthread_mutex_lock(&reload->lock);
	text_copy(out, size, reload->problem);
	pthread_mutex_unlock(&reload->lock);
}
