/* home.c — finds the folders of a home (argument, system, XDG) and makes them. */

#include "base/base.h"
#include "config/home.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

#define SYSTEM_CONFIG "/etc/agentboard"
#define SYSTEM_DATA "/var/lib/agentboard"

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* $HOME, or what the system knows of this user; NULL when neither. */
static const char *user_folder(void)
{
	const char *home = getenv("HOME");
	const struct passwd *user;

	if (home && home[0] == '/')
		return home;
	user = getpwuid(getuid());
	return user && user->pw_dir && user->pw_dir[0] == '/' ? user->pw_dir : NULL;
}

/* "$VARIABLE/agentboard", or "~/FALLBACK/agentboard". The XDG base directory specification says
 * that a relative path in these variables is to be ignored. */
static int xdg_folder(char **out, const char *variable, const char *fallback, struct err *err)
{
	const char *base = getenv(variable);
	const char *user = user_folder();

	if (base && base[0] == '/')
		*out = file_join(base, "agentboard");
	else if (!user)
		return err_set(err, ERR_CONFIG,
			"this user has no home folder: set HOME, or name a place with --home DIR");
	else if (asprintf(out, "%s/%s/agentboard", user, fallback) < 0)
		*out = NULL;
	return *out ? 0 : err_nomem(err);
}

/* A full path without a slash at its end, for children may run in another folder. */
static int full_path(char **out, const char *dir, struct err *err)
{
	char here[4096];
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	if (dir[0] == '/') {
		*out = strndup(dir, len);
	} else {
		if (!getcwd(here, sizeof(here)))
			return err_set_errno(
				err, ERR_CONFIG, errno, "could not tell the current folder");
		if (asprintf(out, "%s/%.*s", strcmp(here, "/") == 0 ? "" : here, (int)len, dir) < 0)
			*out = NULL;
	}
	return *out ? 0 : err_nomem(err);
}

static int find_folders(struct home *home, const char *dir, const char *system_config,
	const char *system_data, struct err *err)
{
	int rc;

	if (dir) {
		if (!*dir)
			return err_set(err, ERR_USAGE, "--home needs a folder");
		rc = full_path(&home->argument, dir, err);
		if (rc < 0)
			return rc;
		home->config = text_dup(home->argument);
		home->data = file_join(home->argument, "data");
		return home->config && home->data ? 0 : err_nomem(err);
	}
	if (is_folder(system_config)) {
		home->system = true;
		home->config = text_dup(system_config);
		home->data = text_dup(system_data);
		return home->config && home->data ? 0 : err_nomem(err);
	}
	rc = xdg_folder(&home->config, "XDG_CONFIG_HOME", ".config", err);
	return rc < 0 ? rc : xdg_folder(&home->data, "XDG_DATA_HOME", ".local/share", err);
}

static int find_paths(struct home *home, struct err *err)
{
	const struct {
		char **path;
		const char *folder, *name;
	} paths[] = {
		{ &home->connections, home->config, "connections.d" },
		{ &home->interfaces, home->config, "interfaces.d" },
		{ &home->agent_cfg, home->config, "agent.cfg" },
		{ &home->key, home->data, "key" },
		{ &home->socket, home->data, "agent.sock" },
		{ &home->log, home->data, "agent.log" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		*paths[i].path = file_join(paths[i].folder, paths[i].name);
		if (!*paths[i].path)
			return err_nomem(err);
	}
	return 0;
}

int home_find_beside(struct home **out, const char *dir, const char *system_config,
	const char *system_data, struct err *err)
{
	struct home *home = calloc(1, sizeof(*home));
	int rc;

	if (!home)
		return err_nomem(err);
	rc = find_folders(home, dir, system_config, system_data, err);
	if (rc == 0)
		rc = find_paths(home, err);
	if (rc < 0) {
		home_free(home);
		return rc;
	}
	home->folder_mode = home->system ? 0750 : 0700;
	home->file_mode = home->system ? 0660 : 0600;
	*out = home;
	return 0;
}

int home_find(struct home **out, const char *dir, struct err *err)
{
	return home_find_beside(out, dir, SYSTEM_CONFIG, SYSTEM_DATA, err);
}

int home_make(const struct home *home, struct err *err)
{
	const char *const folders[] = { home->connections, home->interfaces, home->data };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		int rc = file_mkdirs(folders[i], home->folder_mode, err);

		if (rc < 0)
			return rc;
		if (!is_folder(folders[i]))
			return err_set(
				err, ERR_CONFIG, "%s is no folder: move it away", folders[i]);
	}
	return 0;
}

int home_check_owner(const struct home *home, struct err *err)
{
	const struct passwd *owner;
	struct stat st;
	char number[24];

	if ((stat(home->data, &st) != 0 && stat(home->config, &st) != 0) || st.st_uid == geteuid())
		return 0;
	owner = getpwuid(st.st_uid);
	snprintf(number, sizeof(number), "user %ju", (uintmax_t)st.st_uid);
	return err_set(err, ERR_CONFIG,
		"this home belongs to %s, and so does its agent: start it as that user%s",
		owner ? owner->pw_name : number,
		home->system ? ", with `systemctl start agentboard`" : "");
}

void home_free(struct home *home)
{
	if (!home)
		return;
	free(home->config);
	free(home->data);
	free(home->connections);
	free(home->interfaces);
	free(home->agent_cfg);
	free(home->key);
	free(home->socket);
	free(home->log);
	free(home->argument);
	free(home);
}
