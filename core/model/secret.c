/*
 * secret.c — sealing secrets, and opening them wherever they are kept.
 * Every buffer that held a plain text is wiped before it is let go.
 */

#include "base/base.h"
#include "model/secret.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "model/keyring.h"

#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

/* Sealed text: this mark, then base64 of nonce and box. The plain text is padded so that the length
 * of a password does not show in a file that lives in git. */
#define SEALED_MARK "v1."
#define NONCE crypto_secretbox_NONCEBYTES
#define MAC crypto_secretbox_MACBYTES
#define PAD_BLOCK 32
#define PADDED_MAX (SECRET_MAX + PAD_BLOCK)
#define BOX_MAX (NONCE + MAC + PADDED_MAX)

static const char *const kind_names[] = {
	[SECRET_NONE] = "",
	[SECRET_SEALED] = "sealed",
	[SECRET_ENV] = "env",
	[SECRET_FILE] = "file",
	[SECRET_CREDENTIAL] = "credential",
};

const char *secret_kind_name(enum secret_kind kind)
{
	return (size_t)kind < ARRAY_SIZE(kind_names) ? kind_names[kind] : "";
}

int secret_seal(
	struct secret *out, const struct keyring *keyring, const char *plain, struct err *err)
{
	unsigned char padded[PADDED_MAX];
	unsigned char box[BOX_MAX];
	size_t len = strlen(plain);
	size_t padded_len = 0;
	size_t text_size;
	char *text = NULL;

	if (!keyring)
		return err_set(
			err, ERR_CONFIG, "the home's key file is not open: nothing can be sealed");
	if (len == 0)
		return err_set(err, ERR_USAGE, "an empty secret cannot be sealed");
	if (len > SECRET_MAX)
		return err_set(err, ERR_LIMIT, "the secret is larger than %d bytes", SECRET_MAX);
	memcpy(padded, plain, len);
	sodium_pad(&padded_len, padded, len, PAD_BLOCK, sizeof(padded));
	randombytes_buf(box, NONCE);
	crypto_secretbox_easy(box + NONCE, padded, padded_len, box, keyring_key(keyring));
	sodium_memzero(padded, sizeof(padded));

	text_size =
		strlen(SEALED_MARK) + sodium_base64_encoded_len(NONCE + MAC + padded_len, BASE64);
	text = malloc(text_size);
	if (!text)
		return err_nomem(err);
	memcpy(text, SEALED_MARK, strlen(SEALED_MARK));
	sodium_bin2base64(text + strlen(SEALED_MARK), text_size - strlen(SEALED_MARK), box,
		NONCE + MAC + padded_len, BASE64);
	*out = (struct secret){ SECRET_SEALED, text };
	return 0;
}

/* Fresh memory with `len` bytes and a NUL. */
static int hand_out(char **plain, const char *from, size_t len, struct err *err)
{
	char *copy = malloc(len + 1);

	if (!copy)
		return err_nomem(err);
	memcpy(copy, from, len);
	copy[len] = '\0';
	*plain = copy;
	return 0;
}

static int reveal_sealed(
	char **plain, const char *text, const struct keyring *keyring, struct err *err)
{
	unsigned char box[BOX_MAX];
	unsigned char padded[PADDED_MAX];
	size_t box_len = 0;
	size_t len = 0;
	int rc;

	if (!keyring)
		return err_set(err, ERR_CONFIG,
			"it is sealed, and this user cannot open the home's key file: "
			"run as the agent's user");
	if (!text_starts(text, SEALED_MARK) ||
		sodium_base642bin(box, sizeof(box), text + strlen(SEALED_MARK),
			strlen(text + strlen(SEALED_MARK)), NULL, &box_len, NULL, BASE64) != 0 ||
		box_len < NONCE + MAC + PAD_BLOCK)
		return err_set(
			err, ERR_CONFIG, "its sealed text is damaged: enter the secret once more");
	if (crypto_secretbox_open_easy(
		    padded, box + NONCE, box_len - NONCE, box, keyring_key(keyring)) != 0 ||
		sodium_unpad(&len, padded, box_len - NONCE - MAC, PAD_BLOCK) != 0) {
		sodium_memzero(padded, sizeof(padded));
		return err_set(err, ERR_CONFIG,
			"it was sealed under another key file, or was changed: "
			"enter the secret once more");
	}
	rc = hand_out(plain, (const char *)padded, len, err);
	sodium_memzero(padded, sizeof(padded));
	return rc;
}

static int reveal_env(char **plain, const char *name, struct err *err)
{
	const char *value = getenv(name);

	if (text_empty(value))
		return err_set(err, ERR_CONFIG,
			"the environment variable %s is not set for this process", name);
	if (strlen(value) > SECRET_MAX)
		return err_set(err, ERR_CONFIG,
			"the environment variable %s is larger than %d bytes", name, SECRET_MAX);
	return hand_out(plain, value, strlen(value), err);
}

/* A line end, and one byte to see that the file is too long. */
#define FILE_ROOM (SECRET_MAX + 3)

/* The bytes of a regular file, as many as fit. A pipe or device could make us wait for ever. */
static int read_regular(char *text, size_t *len, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got = 1;
	struct stat st;
	int rc = 0;

	if (fd < 0)
		return err_set_errno(
			err, ERR_CONFIG, errno, "could not open the secret's file %s", path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(err, ERR_CONFIG, "%s is not a regular file", path);
	}
	*len = 0;
	while (got != 0 && *len < FILE_ROOM) {
		got = read(fd, text + *len, FILE_ROOM - *len);
		if (got < 0 && errno != EINTR) {
			rc = err_set_errno(err, ERR_CONFIG, errno, "could not read %s", path);
			break;
		}
		*len += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	return rc;
}

/* The one line that a file must hold, without its line end. */
static int hand_out_line(
	char **plain, const char *text, size_t len, const char *path, struct err *err)
{
	if (len && text[len - 1] == '\n')
		len--;
	if (len && text[len - 1] == '\r')
		len--;
	if (len == 0)
		return err_set(err, ERR_CONFIG, "%s is empty", path);
	if (len > SECRET_MAX)
		return err_set(err, ERR_CONFIG, "%s is larger than %d bytes", path, SECRET_MAX);
	if (memchr(text, '\0', len) || memchr(text, '\n', len))
		return err_set(err, ERR_CONFIG, "%s must hold one line of text", path);
	return hand_out(plain, text, len, err);
}

static int reveal_file(char **plain, const char *path, struct err *err)
{
	char text[FILE_ROOM];
	size_t len = 0;
	int rc = read_regular(text, &len, path, err);

	if (rc == 0)
		rc = hand_out_line(plain, text, len, path, err);
	sodium_memzero(text, sizeof(text));
	return rc;
}

static int reveal_credential(char **plain, const char *name, struct err *err)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	char *path;
	int rc;

	if (text_empty(dir))
		return err_set(err, ERR_CONFIG,
			"it is the systemd credential %s, and this process was given none: "
			"add LoadCredential=%s:PATH to the unit",
			name, name);
	if (strchr(name, '/') || name[0] == '.')
		return err_set(err, ERR_CONFIG, "\"%s\" is no name of a systemd credential", name);
	path = file_join(dir, name);
	if (!path)
		return err_nomem(err);
	rc = reveal_file(plain, path, err);
	free(path);
	return rc;
}

int secret_reveal(
	char **plain, const struct secret *secret, const struct keyring *keyring, struct err *err)
{
	if (secret->kind == SECRET_NONE || text_empty(secret->ref))
		return err_set(err, ERR_CONFIG, "the secret is not set");
	switch (secret->kind) {
	case SECRET_SEALED:
		return reveal_sealed(plain, secret->ref, keyring, err);
	case SECRET_ENV:
		return reveal_env(plain, secret->ref, err);
	case SECRET_FILE:
		return reveal_file(plain, secret->ref, err);
	default:
		return reveal_credential(plain, secret->ref, err);
	}
}

void secret_wipe(char *plain)
{
	if (!plain)
		return;
	sodium_memzero(plain, strlen(plain));
	free(plain);
}

int secret_copy(struct secret *out, const struct secret *from, struct err *err)
{
	char *ref = text_dup(from->ref);

	if (from->ref && !ref)
		return err_nomem(err);
	secret_free(out);
	*out = (struct secret){ from->kind, ref };
	return 0;
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	return a->kind == b->kind && text_equal(a->ref, b->ref);
}

void secret_free(struct secret *secret)
{
	if (!secret)
		return;
	free(secret->ref);
	*secret = (struct secret){ SECRET_NONE, NULL };
}
