/* sftp.c — a folder behind SFTP: what its files are called there, and the errands for each call. */

#include "base/base.h"
#include "source/sftp_private.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#define LISTING_MAX (32u << 20)

/* ---- addresses and paths ---- */

static int default_known_hosts(struct sftp *sftp, struct err *err)
{
	char room[4096];
	struct passwd entry, *user = NULL;
	const char *home = getenv("HOME");

	if (text_empty(home) && getpwuid_r(geteuid(), &entry, room, sizeof(room), &user) == 0 &&
		user)
		home = user->pw_dir;
	if (text_empty(home))
		return err_set(err, ERR_CONFIG,
			"source.known_hosts: not set, and this user has no "
			"home folder");
	snprintf(sftp->known_hosts, sizeof(sftp->known_hosts), "%s/.ssh/known_hosts", home);
	return 0;
}

static char *part_of(CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL;

	return curl_url_get(url, part, &text, flags) == CURLUE_OK ? text : NULL;
}

static int take_parts(struct sftp *sftp, CURLU *url, struct err *err)
{
	char *host = part_of(url, CURLUPART_HOST, 0);
	char *port = part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	char *path = part_of(url, CURLUPART_PATH, CURLU_URLDECODE);
	int64_t number = 0;
	int rc = 0;

	if (!host || !port || !path || !text_int(&number, port, 1, 65535) ||
		strlen(path) >= sizeof(sftp->base) / 2 || strlen(host) >= sizeof(sftp->host)) {
		rc = err_set(err, ERR_CONFIG, "source.url: must look like sftp://HOST/FOLDER");
	} else {
		size_t len = strlen(path);
		const char *from = path;

		while (len && path[len - 1] == '/')
			path[--len] = '\0';
		if (text_starts(path, "/~") && (path[2] == '/' || !path[2]))
			from = path[2] ? path + 3 : path + 2;
		text_copy(sftp->base, sizeof(sftp->base), from);
		if (from == path && !*path)
			text_copy(sftp->base, sizeof(sftp->base), "/");
		sftp->port = (int)number;
		snprintf(sftp->server, sizeof(sftp->server), "sftp://%s:%d", host, sftp->port);
		snprintf(sftp->place, sizeof(sftp->place), "%s:%d", host, sftp->port);
		if (host[0] == '[') /* ssh-keyscan wants it bare */
			host[strlen(host) - 1] = '\0';
		text_copy(sftp->host, sizeof(sftp->host), host[0] == '[' ? host + 1 : host);
	}
	curl_free(host);
	curl_free(port);
	curl_free(path);
	return rc;
}

int sftp_address(struct sftp *sftp, struct err *err)
{
	const struct sftp_spec *spec = sftp->spec;
	CURLU *url = curl_url();
	int rc = 0;

	if (!url)
		return err_nomem(err);
	if (!spec->url || curl_url_set(url, CURLUPART_URL, spec->url, 0) != CURLUE_OK)
		rc = err_set(err, ERR_CONFIG, "source.url: must look like sftp://HOST/FOLDER");
	if (!rc)
		rc = take_parts(sftp, url, err);
	if (!rc && spec->known_hosts)
		text_copy(sftp->known_hosts, sizeof(sftp->known_hosts), spec->known_hosts);
	else if (!rc)
		rc = default_known_hosts(sftp, err);
	curl_url_cleanup(url);
	return rc;
}

/* "folder/name"; a relative folder is below the user's own. */
static int join(char path[SFTP_PATH_MAX], const char *folder, const char *name, struct err *err)
{
	const char *slash = !*folder || folder[strlen(folder) - 1] == '/' ? "" : "/";

	if (snprintf(path, SFTP_PATH_MAX, "%s%s%s", folder, slash, name) >= SFTP_PATH_MAX)
		return err_set(err, ERR_SOURCE, "%s: the path is too long", name);
	return 0;
}

static void add_escaped(struct buf *out, CURL *easy, const char *text, size_t len)
{
	char *escaped = curl_easy_escape(easy, text, (int)len);

	buf_add_str(out, escaped ? escaped : "");
	curl_free(escaped);
}

char *sftp_url(struct sftp *sftp, const char *path, bool folder)
{
	struct buf url = BUF_INIT(4 * SFTP_PATH_MAX);

	buf_add_str(&url, sftp->server);
	buf_add_str(&url, path[0] == '/' ? "/" : "/~/");
	path += path[0] == '/';
	while (*path) {
		size_t len = strcspn(path, "/");

		if (len) /* zero would mean all of it */
			add_escaped(&url, sftp->easy, path, len);
		path += len;
		if (*path == '/')
			buf_add_str(&url, "/");
		path += *path == '/';
	}
	if (folder && url.len && url.data[url.len - 1] != '/')
		buf_add_char(&url, '/');
	return buf_detach(&url);
}

/* Paths in orders stand in quotes, in which libcurl takes a backslash as an escape. */
static void add_quoted(struct buf *order, const char *path)
{
	buf_add_str(order, " \"");
	for (; *path; path++) {
		if (strchr("\"'\\", *path))
			buf_add_char(order, '\\');
		buf_add_char(order, *path);
	}
	buf_add_char(order, '"');
}

/* ---- the life of it ---- */

static int check_spec(const struct sftp_spec *spec, struct err *err)
{
	if (text_empty(spec->username))
		return err_set(err, ERR_CONFIG,
			"source.username: not set: enter the user at the SFTP server");
	if (!spec->key_file && text_empty(spec->password))
		return err_set(err, ERR_CONFIG,
			"source.password: not set: enter it, or set source.key_file");
	if (spec->key_file && access(spec->key_file, R_OK) != 0)
		return err_set_errno(err, ERR_CONFIG, errno,
			"source.key_file: %s cannot be read by this user", spec->key_file);
	return 0;
}

int sftp_open(struct sftp **out, const struct sftp_spec *spec, struct err *err)
{
	struct sftp *sftp;
	int rc = check_spec(spec, err);

	*out = NULL;
	if (rc)
		return rc;
	sftp = calloc(1, sizeof(*sftp));
	if (!sftp)
		return err_nomem(err);
	sftp->spec = spec;
	sftp->line = CURL_SOCKET_BAD;
	buf_init(&sftp->host_line, 3 * SFTP_PATH_MAX);
	sftp->easy = curl_easy_init();
	sftp->multi = curl_multi_init();
	rc = sftp->easy && sftp->multi ? sftp_address(sftp, err) : err_nomem(err);
	if (rc) {
		sftp_close(sftp);
		return rc;
	}
	*out = sftp;
	return 0;
}

void sftp_close(struct sftp *sftp)
{
	if (!sftp)
		return;
	curl_easy_cleanup(sftp->easy);
	curl_multi_cleanup(sftp->multi);
	buf_free(&sftp->host_line);
	free(sftp);
}

/* ---- whose server is it? ---- */

/* The file may be a person's own: what is in it stays as it is. */
static int add_known_host(struct sftp *sftp, struct err *err)
{
	struct buf text = BUF_INIT(16u << 20);
	char folder[SFTP_PATH_MAX];
	const char *slash = strrchr(sftp->known_hosts, '/');
	struct stat st;
	int rc = 0;

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - sftp->known_hosts) : 1,
		slash ? sftp->known_hosts : ".");
	if (folder[0])
		rc = file_mkdirs(folder, 0700, err);
	if (!rc && file_exists(sftp->known_hosts))
		rc = file_read(&text, sftp->known_hosts, err);
	if (text.len && text.data[text.len - 1] != '\n')
		buf_add_char(&text, '\n');
	buf_add_str(&text, buf_str(&sftp->host_line));
	if (!rc)
		rc = buf_check(&text, sftp->known_hosts, err);
	if (!rc)
		rc = file_write(sftp->known_hosts, text.data, text.len,
			stat(sftp->known_hosts, &st) == 0 ? st.st_mode & 0777 : 0644, err);
	buf_free(&text);
	return rc;
}

int sftp_accept(
	char key[SFTP_KEY_WORDS], struct sftp *sftp, const char *fingerprint, struct err *err)
{
	struct sftp_errand errand = {
		.path = sftp->base, .folder = true, .purpose = "asking for the server's key"
	};
	struct err why = ERR_INIT;
	const char *blank;
	int rc;

	sftp->host_known = false;
	rc = sftp_run(sftp, &errand, &why);
	text_copy(key, SFTP_KEY_WORDS, sftp->host_key);
	if (sftp->host_known)
		return 1; /* whatever came of the rest */
	blank = strchr(key, ' ');
	if (!blank || !sftp->host_line.len || sftp->host_key_differs || text_empty(fingerprint))
		return rc ? err_copy(err, &why) : 1;
	if (strcmp(blank + 1, fingerprint) != 0)
		return err_set(err, ERR_SOURCE,
			"%s shows the key %s, which is another one: nothing "
			"was accepted",
			sftp->place, key);
	return add_known_host(sftp, err);
}

/* ---- looking ---- */

int sftp_look(struct folder_list *out, struct sftp *sftp, const char *pattern, struct err *err)
{
	struct buf text = BUF_INIT(LISTING_MAX);
	struct sftp_errand errand = { .path = sftp->base,
		.folder = true,
		.body = true,
		.out = &text,
		.purpose = "listing the folder" };
	int rc = sftp_run(sftp, &errand, err);

	*out = (struct folder_list){ NULL, 0 };
	if (!rc && text.data) {
		rc = strlen(text.data) == text.len
			     ? sftp_listing(out, text.data, pattern, err)
			     : err_set(err, ERR_SOURCE, "it lists a name with a NUL byte");
		if (rc)
			err_prefix(err, "the folder %s of %s", sftp->base, sftp->place);
	}
	buf_free(&text);
	return rc;
}

/* What libcurl learned of the file of the errand that just ran. */
static void learn(struct folder_file *file, struct sftp *sftp)
{
	curl_off_t size = -1, seconds = -1;

	curl_easy_getinfo(sftp->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
	curl_easy_getinfo(sftp->easy, CURLINFO_FILETIME_T, &seconds);
	file->size = size < 0 ? 0 : size;
	file->changed = seconds < 0 ? 0 : (int64_t)seconds * INT64_C(1000000000);
}

static int stat_path(struct folder_file *file, struct sftp *sftp, const char *path, struct err *err)
{
	struct err own = ERR_INIT;
	struct sftp_errand errand = { .path = path, .purpose = "looking at a file" };
	int rc = sftp_run(sftp, &errand, &own);

	if (rc && strcmp(own.code, "missing") == 0)
		own.kind = ERR_NOT_FOUND;
	if (rc)
		return err_copy(err, &own);
	learn(file, sftp);
	return 0;
}

int sftp_stat(struct folder_file *file, struct sftp *sftp, struct err *err)
{
	char path[SFTP_PATH_MAX];
	int rc = join(path, sftp->base, file->name, err);

	return rc ? rc : stat_path(file, sftp, path, err);
}

/* ---- fetching ---- */

static int keep_copy(
	int fd, const char *temporary, const char *path, int64_t changed, struct err *err)
{
	struct timespec times[2];

	times[0].tv_sec = times[1].tv_sec = (time_t)(changed / INT64_C(1000000000));
	times[0].tv_nsec = times[1].tv_nsec = (long)(changed % INT64_C(1000000000));
	if (futimens(fd, times) != 0 || rename(temporary, path) != 0)
		return err_set_errno(err, ERR_SOURCE, errno, "writing %s", path);
	return 0;
}

int sftp_fetch(const char *path, struct sftp *sftp, const struct folder_file *file, struct err *err)
{
	char temporary[SFTP_PATH_MAX], remote[SFTP_PATH_MAX];
	struct sftp_errand errand = { .path = remote, .body = true, .purpose = "fetching a file" };
	struct folder_file now = { 0 };
	struct stat st;
	int rc = join(remote, sftp->base, file->name, err);

	if (rc)
		return rc;
	snprintf(temporary, sizeof(temporary), "%.*s.part-XXXXXX",
		(int)(strrchr(path, '/') + 1 - path), path);
	errand.fd = mkostemp(temporary, O_CLOEXEC); /* of mode 0600 */
	if (errand.fd < 0)
		return err_set_errno(err, ERR_SOURCE, errno, "writing %s", temporary);
	rc = sftp_run(sftp, &errand, err);
	if (!rc)
		learn(&now, sftp);
	if (!rc && fstat(errand.fd, &st) != 0)
		rc = err_set_errno(err, ERR_SOURCE, errno, "writing %s", temporary);
	if (!rc && (now.size != file->size || now.changed != file->changed ||
			   st.st_size != file->size))
		rc = err_set(err, ERR_UNFINISHED, "%s changed while it was fetched", file->name);
	if (!rc)
		rc = keep_copy(errand.fd, temporary, path, file->changed, err);
	if (rc)
		unlink(temporary);
	close(errand.fd);
	return rc;
}

/* ---- what becomes of it ---- */

static int order(struct sftp *sftp, const struct buf *words, const char *purpose, struct err *err)
{
	struct sftp_errand errand = {
		.path = sftp->base, .folder = true, .order = buf_str(words), .purpose = purpose
	};
	int rc = buf_check(words, "an order to the server", err);

	return rc ? rc : sftp_run(sftp, &errand, err);
}

static int archive_folder(
	char folder[SFTP_PATH_MAX], struct sftp *sftp, const char *archive, struct err *err)
{
	if (archive[0] == '/' || text_starts(archive, "~/"))
		return join(folder, "", archive[0] == '/' ? archive : archive + 2, err);
	return join(folder, sftp->base, archive, err);
}

/* After an order about `path` failed: is the file gone anyway? */
static bool is_gone(struct sftp *sftp, const char *path)
{
	struct folder_file there = { 0 };

	return stat_path(&there, sftp, path, NULL) == -ERR_NOT_FOUND;
}

/* A path in the archive that is not taken: servers differ in whether a move replaces what is there.
 */
static int free_place(char path[SFTP_PATH_MAX], struct sftp *sftp, const char *folder,
	const char *name, struct err *err)
{
	struct folder_file there = { 0 };
	struct err why = ERR_INIT;
	char other[NAME_MAX + 1 + CLOCK_TEXT_MAX], when[CLOCK_TEXT_MAX];
	int rc = join(path, folder, name, err);

	if (rc)
		return rc;
	rc = stat_path(&there, sftp, path, &why);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc)
		return err_copy(err, &why);
	snprintf(other, sizeof(other), "%s.%s", name, clock_iso(when, clock_now()));
	return join(path, folder, other, err);
}

int sftp_archive(struct sftp *sftp, const char *name, const char *archive, struct err *err)
{
	struct buf words = BUF_INIT(5 * SFTP_PATH_MAX);
	char from[SFTP_PATH_MAX], folder[SFTP_PATH_MAX], to[SFTP_PATH_MAX] = "";
	struct err why = ERR_INIT;
	int rc = join(from, sftp->base, name, err);

	if (!rc)
		rc = archive_folder(folder, sftp, archive, err);
	if (!rc) {
		buf_add_str(&words, "*mkdir"); /* the star: it may be there */
		add_quoted(&words, folder);
		rc = order(sftp, &words, "making the archive", err);
	}
	if (!rc)
		rc = free_place(to, sftp, folder, name, err);
	if (!rc) {
		buf_reset(&words);
		buf_add_str(&words, "rename");
		add_quoted(&words, from);
		add_quoted(&words, to);
		rc = order(sftp, &words, "moving a file to the archive", &why);
	}
	if (why.kind == ERR_SOURCE && !why.retryable)
		rc = is_gone(sftp, from) ? 0
					 : err_set(&why, ERR_SOURCE,
						   "%s could not move %s to %s: the folder must be "
						   "there, on the same disk, "
						   "and %s may write to both",
						   sftp->place, from, to, sftp->spec->username);
	if (rc && why.kind)
		err_copy(err, &why);
	buf_free(&words);
	return rc;
}

int sftp_delete(struct sftp *sftp, const char *name, struct err *err)
{
	struct buf words = BUF_INIT(3 * SFTP_PATH_MAX);
	char path[SFTP_PATH_MAX];
	struct err why = ERR_INIT;
	int rc = join(path, sftp->base, name, err);

	if (rc)
		return rc;
	buf_add_str(&words, "rm");
	add_quoted(&words, path);
	rc = order(sftp, &words, "deleting a file", &why);
	if (rc == -ERR_SOURCE && !why.retryable)
		rc = is_gone(sftp, path) ? 0
					 : err_set(&why, ERR_SOURCE, "%s does not let %s delete %s",
						   sftp->place, sftp->spec->username, path);
	buf_free(&words);
	return rc ? err_copy(err, &why) : 0;
}
