/*
 * sftp_transfer.c — one errand at a time over one kept connection. libcurl's own time limits end
 * with the sign-in, or count a whole transfer; what counts here is silence, so the loop is ours.
 */

#include "base/base.h"
#include "source/sftp_private.h"
#include "base/clock.h"
#include "base/text.h"

#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#define SILENCE_DEFAULT_S 60
#define CONNECT_MS 30000L
#define LOOK_MS 100
#define KEY_MAX 4096 /* bytes of a server's public key */

/* ---- the server's key ---- */

static const char *key_kind(enum curl_khtype type)
{
	switch (type) {
	case CURLKHTYPE_RSA:
		return "rsa";
	case CURLKHTYPE_ECDSA:
		return "ecdsa";
	case CURLKHTYPE_ED25519:
		return "ed25519";
	default:
		return "";
	}
}

/* The bytes of a key; some builds of libcurl give it as base64. */
static size_t key_bytes(unsigned char raw[KEY_MAX], const struct curl_khkey *key)
{
	size_t len = key->len;

	if (!len && sodium_base642bin(raw, KEY_MAX, key->key, strlen(key->key), NULL, &len, NULL,
			    sodium_base64_VARIANT_ORIGINAL) != 0)
		return 0;
	if (key->len && key->len <= KEY_MAX)
		memcpy(raw, key->key, key->len);
	return len <= KEY_MAX ? len : 0;
}

/* As ssh-keygen -l prints it: "ed25519 SHA256:...". */
static void fingerprint(
	char *out, size_t size, enum curl_khtype type, const unsigned char *raw, size_t len)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char text[64];

	crypto_hash_sha256(hash, raw, len);
	sodium_bin2base64(
		text, sizeof(text), hash, sizeof(hash), sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	snprintf(out, size, "%s SHA256:%s", key_kind(type), text);
}

/* "[host]:port ssh-ed25519 AAAA...": a key begins with its type's name (RFC 4253, 6.6). */
static void host_line(struct sftp *sftp, const unsigned char *raw, size_t len)
{
	size_t type = len > 4 ? (size_t)raw[2] << 8 | raw[3] : 0;
	char text[KEY_MAX * 4 / 3 + 8];

	buf_reset(&sftp->host_line);
	if (!type || type > len - 4)
		return;
	sodium_bin2base64(text, sizeof(text), raw, len, sodium_base64_VARIANT_ORIGINAL);
	if (sftp->port == 22)
		buf_addf(&sftp->host_line, "%s ", sftp->host);
	else
		buf_addf(&sftp->host_line, "[%s]:%d ", sftp->host, sftp->port);
	buf_addf(&sftp->host_line, "%.*s %s\n", (int)type, (const char *)raw + 4, text);
}

static int on_host_key(CURL *easy, const struct curl_khkey *known, const struct curl_khkey *found,
	enum curl_khmatch match, void *ctx)
{
	struct sftp *sftp = ctx;
	unsigned char raw[KEY_MAX];
	size_t len = key_bytes(raw, found);

	(void)easy;
	(void)known;
	fingerprint(sftp->host_key, sizeof(sftp->host_key), found->keytype, raw, len);
	sftp->host_known = match == CURLKHMATCH_OK;
	if (sftp->host_known)
		return CURLKHSTAT_FINE;
	host_line(sftp, raw, len);
	sftp->host_key_differs = match == CURLKHMATCH_MISMATCH;
	return CURLKHSTAT_REJECT;
}

/* ---- bytes ---- */

static size_t on_bytes(char *data, size_t size, size_t n, void *ctx)
{
	struct sftp *sftp = ctx;
	const struct sftp_errand *errand = sftp->errand;
	size_t left = size * n;

	sftp->heard = clock_mono();
	if (errand->out) {
		buf_add(errand->out, data, left);
		return errand->out->broken ? 0 : left;
	}
	while (left) {
		ssize_t put = write(errand->fd, data, left);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0) {
			sftp->file_errno = errno;
			return 0;
		}
		data += put;
		left -= (size_t)put;
	}
	return size * n;
}

/* ---- silence ---- */

static int watch(struct sftp *sftp, struct err *err)
{
	int64_t silence =
		(sftp->spec->timeout_s ? sftp->spec->timeout_s : SILENCE_DEFAULT_S) * INT64_C(1000);

	if (sftp->spec->stop && atomic_load(sftp->spec->stop))
		return err_set(err, ERR_INTERRUPTED, "reading was stopped");
	if (clock_mono() - sftp->heard <= silence)
		return 0;
	err_set(err, ERR_SOURCE, "%s: %s has not answered for %" PRId64 " seconds",
		sftp->errand->purpose, sftp->place, silence / 1000);
	if (err)
		err->retryable = true;
	return -ERR_SOURCE;
}

/* ---- the line ---- */

static int on_line(void *ctx, curl_socket_t line, curlsocktype purpose)
{
	struct sftp *sftp = ctx;

	(void)purpose;
	sftp->line = line;
	return CURL_SOCKOPT_OK;
}

static int on_line_closed(void *ctx, curl_socket_t line)
{
	struct sftp *sftp = ctx;

	if (sftp->line == line)
		sftp->line = CURL_SOCKET_BAD;
	return close(line);
}

/*
 * libcurl would take leave of the server and wait for its answer; nobody waits for that, and when
 * it gives up itself it loses memory.
 */
static void hang_up(struct sftp *sftp)
{
	if (sftp->line != CURL_SOCKET_BAD)
		shutdown(sftp->line, SHUT_RDWR);
}

/* libcurl asks also where it waits by itself, closing a file. */
static int on_progress(
	void *ctx, curl_off_t total, curl_off_t now, curl_off_t upload, curl_off_t uploaded)
{
	struct sftp *sftp = ctx;

	(void)total;
	(void)now;
	(void)upload;
	(void)uploaded;
	if (watch(sftp, NULL) == 0)
		return 0;
	hang_up(sftp);
	return 1;
}

/* ---- one errand ---- */

static void set_connection(struct sftp *sftp)
{
	const struct sftp_spec *spec = sftp->spec;
	CURL *easy = sftp->easy;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "sftp");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)CURLPROTO_SFTP);
#endif
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
		spec->timeout_s ? spec->timeout_s * 1000L : CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_USERNAME, spec->username);
	if (spec->key_file) {
		curl_easy_setopt(easy, CURLOPT_SSH_AUTH_TYPES, (long)CURLSSH_AUTH_PUBLICKEY);
		curl_easy_setopt(easy, CURLOPT_SSH_PRIVATE_KEYFILE, spec->key_file);
		curl_easy_setopt(easy, CURLOPT_KEYPASSWD, spec->password ? spec->password : "");
	} else {
		curl_easy_setopt(easy, CURLOPT_SSH_AUTH_TYPES,
			(long)(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD));
		curl_easy_setopt(easy, CURLOPT_PASSWORD, spec->password ? spec->password : "");
	}
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_line);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, sftp);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_line_closed);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, sftp);
	curl_easy_setopt(easy, CURLOPT_SSH_KNOWNHOSTS, sftp->known_hosts);
	curl_easy_setopt(easy, CURLOPT_SSH_KEYFUNCTION, on_host_key);
	curl_easy_setopt(easy, CURLOPT_SSH_KEYDATA, sftp);
}

static int set_errand(struct sftp *sftp, struct curl_slist **orders, struct err *err)
{
	const struct sftp_errand *errand = sftp->errand;
	char *url = sftp_url(sftp, errand->path, errand->folder);
	CURL *easy = sftp->easy;

	*orders = errand->order ? curl_slist_append(NULL, errand->order) : NULL;
	if (!url || (errand->order && !*orders)) {
		free(url);
		return err_nomem(err);
	}
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_QUOTE, *orders);
	curl_easy_setopt(easy, CURLOPT_NOBODY, errand->body ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_FILETIME, errand->folder ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, sftp);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, sftp->words);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, sftp);
	free(url);
	return 0;
}

static int drive(struct sftp *sftp, CURLcode *code, struct err *err)
{
	CURLMsg *message;
	int running = 1, left;
	int rc = 0;

	*code = CURLE_OK;
	while (!rc && running) {
		if (curl_multi_perform(sftp->multi, &running) != CURLM_OK)
			return err_set(err, ERR_SOURCE, "libcurl could not go on");
		if (running && curl_multi_poll(sftp->multi, NULL, 0, LOOK_MS, NULL) != CURLM_OK)
			return err_set(err, ERR_SOURCE, "libcurl could not go on");
		if (running)
			rc = watch(sftp, err);
	}
	while ((message = curl_multi_info_read(sftp->multi, &left)))
		if (message->msg == CURLMSG_DONE)
			*code = message->data.result;
	if (*code == CURLE_ABORTED_BY_CALLBACK)
		rc = watch(sftp, err);
	if (rc)
		hang_up(sftp);
	return rc;
}

int sftp_run(struct sftp *sftp, const struct sftp_errand *errand, struct err *err)
{
	struct curl_slist *orders = NULL;
	CURLcode code = CURLE_OK;
	int rc;

	sftp->errand = errand;
	sftp->heard = clock_mono();
	sftp->words[0] = '\0';
	sftp->host_key[0] = '\0';
	sftp->file_errno = 0;
	curl_easy_reset(sftp->easy); /* keeps the connection */
	set_connection(sftp);
	rc = set_errand(sftp, &orders, err);
	if (!rc && curl_multi_add_handle(sftp->multi, sftp->easy) != CURLM_OK)
		rc = err_nomem(err);
	if (!rc) {
		rc = drive(sftp, &code, err);
		curl_multi_remove_handle(sftp->multi, sftp->easy);
	}
	curl_slist_free_all(orders);
	return !rc && code != CURLE_OK ? sftp_verdict(sftp, code, err) : rc;
}
