/* sftp_verdict.c — why an errand at an SFTP server failed, and what to do about it. */

#include "base/base.h"
#include "source/sftp_private.h"
#include "base/text.h"

static int unknown_host(struct sftp *sftp, struct err *err)
{
	const char *blank = strchr(sftp->host_key, ' ');

	if (sftp->host_key_differs)
		return err_set(err, ERR_SOURCE,
			"%s shows another key (%s) than %s knows: nothing was sent. Ask its owner "
			"whether the server was set up anew; only then remove the old line there "
			"and accept the new key",
			sftp->place, sftp->host_key, sftp->known_hosts);
	return err_set(err, ERR_SOURCE,
		"the key of %s is not in %s: %s. When its owner confirms that fingerprint: "
		"agentboard connection accept-host %s %s",
		sftp->place, sftp->known_hosts, sftp->host_key,
		sftp->spec->name ? sftp->spec->name : "NAME", blank ? blank + 1 : "");
}

static int refused(struct sftp *sftp, struct err *err)
{
	const struct sftp_spec *spec = sftp->spec;

	if (spec->key_file)
		return err_set(err, ERR_SOURCE,
			"%s did not let %s in with the key %s: does source.password hold its "
			"passphrase, and has the server the public half in authorized_keys? An RSA "
			"key needs libssh2 1.11",
			sftp->place, spec->username, spec->key_file);
	return err_set(err, ERR_SOURCE,
		"%s did not let %s in with that password: check source.username and "
		"source.password, or set source.key_file when it wants a key",
		sftp->place, spec->username);
}

/* Those that pass by themselves. */
static const struct {
	CURLcode code;
	const char *words;
} passing[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, "the name is not known to DNS" },
	{ CURLE_COULDNT_CONNECT, "nobody answers there" },
	{ CURLE_OPERATION_TIMEDOUT, "it did not answer in time" },
	{ CURLE_SEND_ERROR, "the line broke" },
	{ CURLE_RECV_ERROR, "the line broke" },
	{ CURLE_GOT_NOTHING, "the line broke" },
	{ CURLE_PARTIAL_FILE, "the line broke" },
};

static int passes(struct sftp *sftp, const char *words, struct err *err)
{
	err_set(err, ERR_SOURCE, "%s: %s: %s%s%.150s", sftp->errand->purpose, sftp->place, words,
		*sftp->words ? ": " : "", sftp->words);
	if (err)
		err->retryable = true;
	return -ERR_SOURCE;
}

static int missing(struct sftp *sftp, struct err *err)
{
	err_set(err, ERR_SOURCE, "%s: %s has no %s", sftp->errand->purpose, sftp->place,
		sftp->errand->path);
	if (err)
		text_copy(err->code, sizeof(err->code), "missing");
	return -ERR_SOURCE;
}

int sftp_verdict(struct sftp *sftp, CURLcode code, struct err *err)
{
	const struct sftp_errand *errand = sftp->errand;

	for (size_t i = 0; i < ARRAY_SIZE(passing); i++)
		if (passing[i].code == code)
			return passes(sftp, passing[i].words, err);
	if (code == CURLE_SSH && !sftp->words[0]) /* what it says of a line cut in a transfer */
		return passes(sftp, "the line broke", err);
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
		return unknown_host(sftp, err);
	case CURLE_LOGIN_DENIED:
		return refused(sftp, err);
	case CURLE_REMOTE_FILE_NOT_FOUND:
		return missing(sftp, err);
	case CURLE_REMOTE_ACCESS_DENIED:
		return err_set(err, ERR_SOURCE, "%s: %s does not give %s access to %s",
			errand->purpose, sftp->place, sftp->spec->username, errand->path);
	case CURLE_WRITE_ERROR:
		if (sftp->file_errno)
			return err_set_errno(err, ERR_SOURCE, sftp->file_errno,
				"%s: writing the copy", errand->purpose);
		return err_set(err, ERR_SOURCE, "%s: its answer is too long", errand->purpose);
	case CURLE_UNSUPPORTED_PROTOCOL:
		return err_set(err, ERR_SOURCE,
			"the libcurl of this machine speaks no SFTP: install one that does");
	case CURLE_OUT_OF_MEMORY:
		return err_nomem(err);
	default:
		if (strstr(sftp->words,
			    "exchange encryption keys")) /* libssh2's LIBSSH2_ERROR_KEX_FAILURE */
			return err_set(err, ERR_SOURCE,
				"%s: no way of encrypting is common to both sides: if %s knows it "
				"by an "
				"RSA key, which libssh2 before 1.11 uses in a way that servers no "
				"longer "
				"accept, put its ed25519 key there",
				sftp->place, sftp->known_hosts);
		return err_set(err, ERR_SOURCE, "%s: %s: %.200s", errand->purpose, sftp->place,
			sftp->words[0] ? sftp->words : curl_easy_strerror(code));
	}
}
