/* journal.c — request log and ledger: JSON lines, one write a request. */

#include "base/base.h"
#include "practice/journal.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

#include <fcntl.h>
#include <unistd.h>

#define BODY_LOGGED_MAX (256u << 10)
#define LINES_MAX (64u << 20)
#define PATHS_MAX 1024
#define MASK "***"

struct path_count {
	char *path;
	int64_t count;
};

struct journal {
	int log_fd, ledger_fd; /* -1 = none */
	struct buf ledger;     /* of the request under way */
	struct buf line;
	struct path_count *paths;
	size_t path_count;
};

static int open_file(int *fd, const char *path, struct err *err)
{
	if (!path)
		return 0;
	*fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	return *fd < 0 ? err_set_errno(err, ERR_CONFIG, errno, "could not write %s", path) : 0;
}

int journal_open(struct journal **out, const char *request_log, const char *ledger, struct err *err)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	int rc;

	*out = NULL;
	if (!journal)
		return err_nomem(err);
	journal->log_fd = journal->ledger_fd = -1;
	buf_init(&journal->ledger, LINES_MAX);
	buf_init(&journal->line, LINES_MAX);
	rc = open_file(&journal->log_fd, request_log, err);
	if (rc == 0)
		rc = open_file(&journal->ledger_fd, ledger, err);
	if (rc < 0) {
		journal_close(journal);
		return rc;
	}
	*out = journal;
	return 0;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->log_fd >= 0)
		close(journal->log_fd);
	if (journal->ledger_fd >= 0)
		close(journal->ledger_fd);
	for (size_t i = 0; i < journal->path_count; i++)
		free(journal->paths[i].path);
	free(journal->paths);
	buf_free(&journal->ledger);
	buf_free(&journal->line);
	free(journal);
}

bool journal_has_ledger(const struct journal *journal)
{
	return journal->ledger_fd >= 0;
}

struct buf *journal_ledger(struct journal *journal)
{
	return &journal->ledger;
}

/* Appending whole lines with one write keeps them whole for whoever reads along. */
static void flush(int fd, struct buf *lines)
{
	const char *at = buf_str(lines);
	size_t left = lines->len;

	while (fd >= 0 && left) {
		ssize_t done = write(fd, at, left);

		if (done < 0 && errno != EINTR)
			break;
		if (done > 0) {
			at += done;
			left -= (size_t)done;
		}
	}
	buf_reset(lines);
}

static struct path_count *find_path(struct journal *journal, const char *path, size_t len)
{
	for (size_t i = 0; i < journal->path_count; i++) {
		if (strncmp(journal->paths[i].path, path, len) == 0 &&
			journal->paths[i].path[len] == '\0')
			return &journal->paths[i];
	}
	return NULL;
}

static struct path_count *add_path(struct journal *journal, const char *path, size_t len)
{
	struct path_count *paths =
		realloc(journal->paths, (journal->path_count + 1) * sizeof(*paths));
	char *copy = strndup(path, len);

	if (paths)
		journal->paths = paths;
	if (!paths || !copy) {
		free(copy);
		return NULL;
	}
	paths[journal->path_count] = (struct path_count){ copy, 0 };
	return &paths[journal->path_count++];
}

/* Ids make every path another one: when there are too many, count in the path above. */
static void count_path(struct journal *journal, const char *target)
{
	size_t len = strcspn(target, "?");
	struct path_count *found = find_path(journal, target, len);

	if (!found && journal->path_count < PATHS_MAX)
		found = add_path(journal, target, len);
	while (!found && len > 1) {
		while (len > 1 && target[len - 1] != '/')
			len--;
		found = find_path(journal, target, --len);
	}
	if (found)
		found->count++;
}

int64_t journal_count(const struct journal *journal, const char *path_part)
{
	int64_t count = 0;

	for (size_t i = 0; i < journal->path_count; i++) {
		if (strstr(journal->paths[i].path, path_part))
			count += journal->paths[i].count;
	}
	return count;
}

/* A form or query with the values of these parameters masked. */
static void add_masked(struct buf *out, const char *text, size_t len)
{
	static const char *const secrets[] = {
		"client_secret=", "token=", "assertion=", "password=", "code="
	};
	size_t at = 0;

	while (at < len) {
		size_t hit = 0;
		bool fresh = at == 0 || strchr("&?_ ", text[at - 1]);

		for (size_t i = 0; fresh && !hit && i < ARRAY_SIZE(secrets); i++) {
			size_t n = strlen(secrets[i]);

			if (len - at > n && strncmp(text + at, secrets[i], n) == 0)
				hit = n;
		}
		if (!hit) {
			buf_add_char(out, text[at++]);
			continue;
		}
		buf_add(out, text + at, hit);
		buf_add_str(out, MASK);
		at += hit;
		while (at < len && text[at] != '&' && text[at] != ' ')
			at++;
	}
}

static void put_bytes(struct json *json, const char *key, const char *text, size_t len)
{
	json_key(json, key);
	json_bytes(json, text, len);
}

static void put_masked(struct json *json, const char *key, const char *text, size_t len)
{
	struct buf clean = BUF_INIT(LINES_MAX);

	add_masked(&clean, text, len);
	put_bytes(json, key, buf_str(&clean), clean.len);
	buf_wipe(&clean);
}

/* Headers that a test may want to see. Of Authorization only the scheme is written. */
static void put_headers(struct json *json, const struct http_incoming *in)
{
	static const char *const names[] = { "Accept", "Accept-Encoding", "Authorization",
		"Content-Type", "Content-Length", "Transfer-Encoding", "Expect",
		"Sforce-Auto-Assign", "Sforce-Call-Options", "Sforce-Duplicate-Rule-Header",
		"Sforce-Query-Options", "User-Agent" };

	json_key(json, "headers");
	json_open(json, '{');
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = http_incoming_header(in, names[i]);
		char scheme[64];

		if (!value)
			continue;
		if (strcmp(names[i], "Authorization") == 0) {
			snprintf(scheme, sizeof(scheme), "%.*s " MASK, (int)strcspn(value, " "),
				strchr(value, ' ') ? value : "");
			value = scheme;
		}
		json_put_text(json, names[i], value);
	}
	json_close(json, '}');
}

static void add_line(struct buf *out, const struct journal_entry *entry)
{
	const struct http_incoming *in = entry->in;
	struct json json = JSON_INIT(out);
	char time[CLOCK_TEXT_MAX];

	json_open(&json, '{');
	json_put_int(&json, "request", entry->number);
	json_put_text(&json, "time", clock_iso(time, clock_now()));
	json_put_text(&json, "method", in->method);
	put_masked(&json, "path", in->target, strlen(in->target));
	json_put_int(&json, "status", entry->status);
	json_put_int(&json, "body_bytes", (int64_t)in->body_len);
	json_put_int(&json, "answer_bytes", (int64_t)entry->answer_len);
	json_put_int(&json, "us", entry->us);
	if (entry->fault)
		json_put_text(&json, "fault", entry->fault);
	put_headers(&json, in);
	if (in->body_len <= BODY_LOGGED_MAX && strstr(in->target, "/oauth2/"))
		put_masked(&json, "body", in->body, in->body_len);
	else if (in->body_len <= BODY_LOGGED_MAX)
		put_bytes(&json, "body", in->body, in->body_len);
	json_close(&json, '}');
	buf_add_char(out, '\n');
}

void journal_flush_ledger(struct journal *journal)
{
	flush(journal->ledger_fd, &journal->ledger);
}

void journal_request(struct journal *journal, const struct journal_entry *entry)
{
	journal_flush_ledger(journal);
	count_path(journal, entry->in->target);
	if (journal->log_fd < 0)
		return;
	add_line(&journal->line, entry);
	flush(journal->log_fd, &journal->line);
}
