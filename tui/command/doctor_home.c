/* doctor_home.c — the home: who may look into it, its key, its files, its store, its agent. */

#include "base/base.h"
#include "agent/agent.h"
#include "config/files.h"
#include "store/view.h"
#include "tui/command/doctor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

/* ---- who may look, who may change ---- */

/* What is in the home, and which rights of group and others it must not have. In a system home the
 * group is the agent's own. */
static const struct guarded {
	size_t path; /* offset in struct home */
	mode_t forbidden, forbidden_system;
	enum verdict verdict;
	const char *why;
} guarded[] = {
	{ offsetof(struct home, key), 0077, 0077, VERDICT_FAIL,
		"who reads it opens every sealed secret" },
	{ offsetof(struct home, config), 0022, 0002, VERDICT_FAIL,
		"who changes it sends the secrets elsewhere" },
	{ offsetof(struct home, connections), 0022, 0002, VERDICT_FAIL,
		"who changes it sends the secrets elsewhere" },
	{ offsetof(struct home, interfaces), 0022, 0002, VERDICT_FAIL,
		"who changes it decides what is read and sent" },
	{ offsetof(struct home, agent_cfg), 0022, 0002, VERDICT_FAIL,
		"who changes it opens the agent" },
	{ offsetof(struct home, data), 0022, 0002, VERDICT_FAIL,
		"who changes it replaces store and key" },
	{ offsetof(struct home, data), 0055, 0005, VERDICT_WARN,
		"who looks into it reads the rows that were sent" },
	{ offsetof(struct home, socket), 0007, 0007, VERDICT_FAIL,
		"who reaches it starts and cancels runs" },
	{ offsetof(struct home, log), 0022, 0002, VERDICT_WARN,
		"who changes it hides what happened" },
};

struct looking {
	struct doctor *doctor;
	int looked, told;
};

static void look_at_mode(struct looking *looking, const char *path, const struct guarded *guard)
{
	mode_t forbidden =
		looking->doctor->env->home->system ? guard->forbidden_system : guard->forbidden;
	char action[512];
	struct stat st;

	if (stat(path, &st) != 0)
		return;
	looking->looked++;
	if (st.st_mode & forbidden & 07777) {
		snprintf(action, sizeof(action), "chmod %o %s", st.st_mode & 07777 & ~forbidden,
			path);
		doctor_tell(looking->doctor, guard->verdict, ERR_CONFIG, "file modes", action,
			"%s has mode %04o: %s", path, st.st_mode & 07777, guard->why);
		looking->told++;
	} else if (st.st_uid != geteuid() && st.st_uid != 0 && geteuid() != 0 &&
		   !looking->doctor->env->home->system) {
		snprintf(action, sizeof(action), "work as that user, or: chown %ju %s",
			(uintmax_t)geteuid(), path);
		doctor_tell(looking->doctor, VERDICT_WARN, ERR_NONE, "file modes", action,
			"%s belongs to user %ju, not to this one", path, (uintmax_t)st.st_uid);
		looking->told++;
	}
}

/* Every file of a folder of settings is as dangerous as the folder. */
static void look_at_settings(struct looking *looking, const char *folder,
	const struct text_list *names, const struct guarded *guard)
{
	for (size_t i = 0; i < names->count; i++) {
		char file[MODEL_NAME_MAX + 8];
		char *path;

		snprintf(file, sizeof(file), "%s.cfg", names->items[i]);
		path = file_join(folder, file);
		if (path)
			look_at_mode(looking, path, guard);
		free(path);
	}
}

void doctor_modes(struct doctor *doctor)
{
	static const struct guarded settings = { 0, 0022, 0002, VERDICT_FAIL,
		"who changes it sends the secrets elsewhere" };
	const struct home *home = doctor->env->home;
	const struct catalog *catalog = &doctor->env->catalog;
	struct text_list names = { NULL, 0 };
	struct looking looking = { doctor, 0, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(guarded); i++) {
		const struct guarded *guard = &guarded[i];

		look_at_mode(&looking, *(char *const *)((const char *)home + guard->path), guard);
	}
	if (catalog->connections(catalog->self, &names, NULL) == 0)
		look_at_settings(&looking, home->connections, &names, &settings);
	text_list_free(&names);
	if (catalog->interfaces(catalog->self, &names, NULL) == 0)
		look_at_settings(&looking, home->interfaces, &names, &settings);
	text_list_free(&names);
	if (looking.looked == 0)
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "file modes", NULL,
			"there is nothing in %s yet", home->config);
	else if (looking.told == 0)
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "file modes", NULL,
			"%d files and folders are closed to others", looking.looked);
}

/* ---- key and secrets ---- */

/* Open a secret, and let it go at once. */
static void open_secret(struct doctor *doctor, const char *name, const char *key,
	const struct secret *secret, int *opened)
{
	struct err err = ERR_INIT;
	char *plain = NULL;
	char action[256];

	if (!secret || secret->kind == SECRET_NONE)
		return;
	if (doctor->closed && secret->kind == SECRET_SEALED)
		return;
	if (secret_reveal(&plain, secret, doctor->env->keyring, &err) == 0) {
		(*opened)++;
		secret_wipe(plain);
		return;
	}
	snprintf(action, sizeof(action),
		"enter it once more on the board, or: agentboard connection add %s --replace "
		"--secret %s=-",
		name, key);
	doctor_tell(doctor, VERDICT_FAIL, ERR_CONFIG, "secrets", action, "%s of %s: %s", key, name,
		err.text);
}

static void open_secrets(struct doctor *doctor, const char *name, int *opened)
{
	const struct catalog *catalog = &doctor->env->catalog;
	struct connection connection;

	connection_init(&connection);
	if (catalog->connection(catalog->self, &connection, name, NULL) == 0) {
		for (const char *const *key = files_secret_keys(); *key; key++)
			open_secret(
				doctor, name, *key, files_secret(&connection, *key, NULL), opened);
	}
	connection_free_fields(&connection);
}

bool doctor_is_closed(struct doctor *doctor, const char *group, const char *name)
{
	for (const char *const *key = files_secret_keys(); doctor->closed && *key; key++) {
		const struct secret *secret = files_secret(doctor->connection, *key, NULL);

		if (!text_starts(*key, group) || !secret || secret->kind != SECRET_SEALED)
			continue;
		doctor_tell(doctor, VERDICT_WARN, ERR_NONE, name,
			"run agentboard doctor as that user",
			"not tried: %s opens for the agent's user alone", *key);
		return true;
	}
	return false;
}

/* May this user not read the key because it is another one's? Then that is how it should be. */
static bool is_of_another(const char *key)
{
	struct stat st;

	if (faccessat(AT_FDCWD, key, R_OK, AT_EACCESS) == 0 || errno != EACCES)
		return false;
	return stat(key, &st) != 0 || st.st_uid != geteuid();
}

static void tell_bad_key(struct doctor *doctor, const char *path, const struct err *err)
{
	char action[512] = "bring the key file back from a backup; without it every sealed secret "
			   "must be entered once more";

	doctor->closed = is_of_another(path);
	if (doctor->closed) {
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "key", NULL,
			"%s: only the agent's user opens secrets here", path);
		return;
	}
	if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0 && errno == EACCES)
		snprintf(action, sizeof(action), "chmod 600 %s", path);
	doctor_tell(doctor, VERDICT_FAIL, ERR_CONFIG, "key", action, "%s", err->text);
}

void doctor_key(struct doctor *doctor)
{
	const char *path = doctor->env->home->key;
	struct keyring *keyring = NULL;
	struct err err = ERR_INIT;
	size_t before;
	int opened = 0;
	int rc = keyring_open(&keyring, path, false, &err);

	keyring_free(keyring);
	if (rc == -ERR_NOT_FOUND)
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "key", NULL,
			"there is none yet: nothing was sealed in this home");
	else if (rc < 0)
		tell_bad_key(doctor, path, &err);
	else
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "key", NULL, "%s", path);
	before = doctor->count;
	for (size_t i = 0; i < doctor->names.count; i++)
		open_secrets(doctor, doctor->names.items[i], &opened);
	if (before == doctor->count && opened)
		doctor_tell(
			doctor, VERDICT_OK, ERR_NONE, "secrets", NULL, "%d can be opened", opened);
}

/* ---- files ---- */

static void tell_problem(void *ctx, const struct err *err)
{
	doctor_tell(ctx, VERDICT_FAIL, ERR_CONFIG, "settings",
		"mend the file; agentboard config check looks again", "%s", err->text);
}

void doctor_files(struct doctor *doctor)
{
	struct err err = ERR_INIT;
	int problems = files_check(doctor->env->home, tell_problem, doctor, &err);

	if (problems < 0)
		tell_problem(doctor, &err);
	else if (problems == 0)
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "settings", NULL, "no problem in %s",
			doctor->env->home->config);
}

/* ---- store ---- */

#define CHECK_BYTES_MAX (INT64_C(1) << 30) /* above, looking through it all takes too long */
#define LOG_WARN_BYTES (INT64_C(512) << 20)

static void tell_health(struct doctor *doctor, const struct store_health *health)
{
	char size[TEXT_SIZE_MAX], wal[TEXT_SIZE_MAX];
	int64_t messages = 0;

	for (int i = 0; i < MESSAGE_STATUS_COUNT; i++)
		messages += health->messages[i];
	text_size_about(size, health->bytes);
	text_size_about(wal, health->wal_bytes);
	if (health->damage[0])
		doctor_tell(doctor, VERDICT_FAIL, ERR_STORE, "store",
			"stop the agent, copy the data folder away, and restore store.db from a "
			"backup",
			"the file is damaged: %s", health->damage);
	else if (health->wal_bytes > LOG_WARN_BYTES)
		doctor_tell(doctor, VERDICT_WARN, ERR_NONE, "store",
			"a program keeps a view of the store open: restart boards that were left "
			"open, then the agent",
			"%s, and %s not yet folded into it", size, wal);
	else
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "store", NULL,
			"version %d, %s, %" PRId64 " runs, %" PRId64 " messages; %s",
			health->version, size, health->runs, messages,
			health->checked ? "sound" : "too large to look through without --deep");
	if (health->messages[MESSAGE_UNKNOWN])
		doctor_tell(doctor, VERDICT_WARN, ERR_NONE, "unknown messages",
			"settle them: agentboard message list status:unknown, then message resolve",
			"%" PRId64 " were sent and their answer was lost",
			health->messages[MESSAGE_UNKNOWN]);
}

void doctor_store(struct doctor *doctor)
{
	const char *folder = doctor->env->home->data;
	struct store_health health;
	struct view *view = NULL;
	struct err err = ERR_INIT;
	int rc = view_open(&view, folder, &err);

	if (rc == -ERR_NOT_FOUND) {
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "store", NULL,
			"there is none yet: nothing was processed in this home");
		return;
	}
	if (rc == 0)
		rc = view_health(&health, view, doctor->deep ? INT64_MAX : CHECK_BYTES_MAX, &err);
	if (rc < 0)
		doctor_tell(doctor, VERDICT_FAIL, ERR_STORE, "store",
			"see that this user may read it; a damaged one is restored from a backup",
			"%s", err.text);
	else
		tell_health(doctor, &health);
	view_close(view);
}

/* ---- agent ---- */

void doctor_agent(struct doctor *doctor)
{
	struct agent_status status = { 0 };
	struct err err = ERR_INIT;
	char since[CLOCK_TEXT_MAX];
	int rc = agent_client_status(&status, doctor->env->home->socket, &err);

	if (rc == 0)
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "agent", NULL,
			"up since %s, pid %" PRId64 ", port %d, %d running, %d queued%s%s",
			clock_local_full(since, status.since), status.pid, status.port,
			status.running, status.queued, status.next[0] ? ", next " : "",
			status.next);
	else if (rc == -ERR_NET && !doctor->schedules)
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "agent", NULL,
			"not up; nothing has a schedule, and a Manual Process needs none");
	else if (rc == -ERR_NET)
		doctor_tell(doctor, VERDICT_WARN, ERR_NONE, "agent",
			"start it: agentboard agent start, or systemctl start agentboard",
			"not up, so no schedule runs");
	else
		doctor_tell(doctor, VERDICT_FAIL, err.kind, "agent",
			"look into agent.log, and restart it: agentboard agent stop, then start",
			"%s", err.text);
}
