/*
 * keyring.c — the key file of a home: made once, readable by its owner alone.
 * The key lives in libsodium's guarded memory, which is locked and kept out of core dumps.
 */

#include "base/base.h"
#include "model/keyring.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define KEY_BYTES crypto_secretbox_KEYBYTES
#define KEY_TEXT_MAX 64

struct keyring {
	unsigned char *key; /* KEY_BYTES in sodium_malloc() memory */
};

const unsigned char *keyring_key(const struct keyring *keyring)
{
	return keyring->key;
}

static int make_folder_of(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	int rc;

	if (!slash || slash == path)
		return 0;
	folder = strndup(path, (size_t)(slash - path));
	if (!folder)
		return err_nomem(err);
	rc = file_mkdirs(folder, 0700, err);
	free(folder);
	return rc;
}

/* One line of base64. Of two processes that make a key at once one wins, and both read its key. */
static int make_key_file(const char *path, struct err *err)
{
	unsigned char key[KEY_BYTES];
	char text[KEY_TEXT_MAX];
	int rc = make_folder_of(path, err);
	size_t len;

	if (rc < 0)
		return rc;
	randombytes_buf(key, sizeof(key));
	sodium_bin2base64(text, sizeof(text) - 1, key, sizeof(key), BASE64);
	len = strlen(text);
	text[len++] = '\n';
	rc = file_create(path, text, len, 0600, err);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(text, sizeof(text));
	if (rc == -ERR_EXISTS) {
		err_clear(err);
		rc = 0;
	}
	return rc;
}

static int check_mode(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set_errno(err, ERR_CONFIG, errno, "could not look at %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_CONFIG, "the key file %s is not a regular file", path);
	if (st.st_mode & 077)
		return err_set(err, ERR_CONFIG,
			"others may read the key file %s (mode %04o): run `chmod 600` on it, and "
			"if "
			"it may have been read, enter the secrets once more under a new key",
			path, (unsigned)(st.st_mode & 07777));
	return 0;
}

/* The whole file is base64 of exactly one key, with or without a line end. */
static int read_key(unsigned char *key, int fd, const char *path, struct err *err)
{
	char text[KEY_TEXT_MAX * 2];
	size_t key_len = 0;
	ssize_t len = read(fd, text, sizeof(text));
	bool good;

	if (len < 0)
		return err_set_errno(
			err, ERR_CONFIG, errno, "could not read the key file %s", path);
	while (len > 0 && strchr("\r\n ", text[len - 1]))
		len--;
	good = sodium_base642bin(key, KEY_BYTES, text, (size_t)len, NULL, &key_len, NULL, BASE64) ==
		       0 &&
	       key_len == KEY_BYTES;
	sodium_memzero(text, sizeof(text));
	if (!good)
		return err_set(err, ERR_CONFIG,
			"%s is not a key file: restore it from a backup, or remove it and enter "
			"the "
			"secrets once more",
			path);
	return 0;
}

static int open_key_file(int *out, const char *path, bool create, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 && errno == ENOENT && create) {
		int rc = make_key_file(path, err);

		if (rc < 0)
			return rc;
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	}
	if (fd < 0 && errno == ENOENT)
		return err_set(err, ERR_NOT_FOUND,
			"there is no key file %s: no secret was sealed in this home yet", path);
	if (fd < 0 && errno == EACCES)
		return err_set(err, ERR_CONFIG,
			"this user may not read the key file %s: only the agent's user opens "
			"secrets",
			path);
	if (fd < 0)
		return err_set_errno(
			err, ERR_CONFIG, errno, "could not open the key file %s", path);
	*out = fd;
	return 0;
}

int keyring_open(struct keyring **out, const char *path, bool create, struct err *err)
{
	struct keyring *keyring = NULL;
	int fd = -1;
	int rc;

	if (sodium_init() < 0)
		return err_set(err, ERR_CONFIG, "libsodium could not be started");
	rc = open_key_file(&fd, path, create, err);
	if (rc < 0)
		return rc;
	rc = check_mode(fd, path, err);
	if (rc < 0)
		goto cleanup;
	keyring = calloc(1, sizeof(*keyring));
	if (keyring)
		keyring->key = sodium_malloc(KEY_BYTES);
	if (!keyring || !keyring->key) {
		rc = err_nomem(err);
		goto cleanup;
	}
	rc = read_key(keyring->key, fd, path, err);
	if (rc < 0)
		goto cleanup;
	sodium_mprotect_readonly(keyring->key);
	*out = keyring;
	keyring = NULL;
cleanup:
	close(fd);
	keyring_free(keyring);
	return rc;
}

bool keyring_is_closed(const char *path)
{
	return access(path, R_OK) != 0 && errno == EACCES;
}

void keyring_free(struct keyring *keyring)
{
	if (!keyring)
		return;
	sodium_free(keyring->key);
	free(keyring);
}
