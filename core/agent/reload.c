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

struct reload {
	struct agent *agent;
	char *path; /* agent.cfg */
	agent_load_settings *load;
	void *ctx;
	struct stamp config, cert, key;

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
	const struct agent_settings *settings = &reload->agent->settings;
	struct stamp now[] = { stamp_of(reload->path), stamp_of(settings->tls_cert),
		stamp_of(settings->tls_key) };
	struct stamp *const before[] = { &reload->config, &reload->cert, &reload->key };
	bool changed = false;

	for (size_t i = 0; i < ARRAY_SIZE(now); i++) {
		changed = changed || !same_stamp(&now[i], before[i]);
		*before[i] = now[i];
	}
	return changed;
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
	reload->path = text_dup(options->settings_path);
	restamp(reload);
	return reload;
}

void reload_free(struct reload *reload)
{
	if (!reload)
		return;
	pthread_mutex_destroy(&reload->lock);
	free(reload->path);
	free(reload);
}

static void set_problem(struct reload *reload, const char *text)
{
	pthread_mutex_lock(&reload->lock);
	text_copy(reload->problem, sizeof(reload->problem), text);
	pthread_mutex_unlock(&reload->lock);
}

static bool same_files(const struct agent_settings *a, const struct agent_settings *b)
{
	return text_equal(a->tls_cert, b->tls_cert) && text_equal(a->tls_key, b->tls_key);
}

void reload_look(struct reload *reload, bool always)
{
	struct agent_settings settings;
	struct err err = ERR_INIT;
	bool other_files;
	int rc;

	if (!reload || (!restamp(reload) && !always))
		return;
	agent_settings_init(&settings);
	rc = reload->load(reload->ctx, &settings, &err);
	other_files = rc == 0 && !same_files(&settings, &reload->agent->settings);
	if (rc == 0)
		rc = agent_apply_settings(reload->agent, &settings, &err);
	agent_settings_free_fields(&settings);
	set_problem(reload, rc < 0 ? err.text : "");
	if (rc < 0)
		log_line(LOG_LEVEL_ERROR, 0, "%s; what was in force before stays", err.text);
	else
		log_line(LOG_LEVEL_INFO, 0, "the agent's settings were taken anew");
	if (rc == 0 && other_files)
		restamp(reload); /* else what was written since is seen at the next look */
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
