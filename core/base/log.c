/* log.c — structured log lines with rotation; one lock, one write() a line and place. */

#include "base/base.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROTATE_AT (8 << 20)

static const char *const level_names[] = { "error", "warn", "info", "debug" };
static const int priorities[] = { 3, 4, 6, 7 }; /* syslog's, in the same order */

static struct {
	pthread_mutex_t lock;
	int fd;	      /* -1 = closed */
	bool journal; /* standard error, too */
	enum log_level level;
	int64_t missing; /* lines that could not be written since the last one that could */
	int why;	 /* the errno of that */
	bool torn;	 /* the last thing written is half a line */
	char path[4096];
} the_log = { PTHREAD_MUTEX_INITIALIZER, -1, false, LOG_LEVEL_INFO, 0, 0, false, "" };

static int open_file(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

/* Is standard error the journal's socket that systemd told of (systemd.exec(5))? Whoever was
 * started from a service with another standard error has the variable, too. */
static bool is_journal(void)
{
	const char *told = getenv("JOURNAL_STREAM");
	char is[64];
	struct stat st;

	if (!told || fstat(STDERR_FILENO, &st) != 0)
		return false;
	snprintf(is, sizeof(is), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return text_equal(told, is);
}

int log_open(const char *path, enum log_level level, struct err *err)
{
	int rc = 0;

	log_close();
	pthread_mutex_lock(&the_log.lock);
	the_log.level = level;
	the_log.missing = 0;
	the_log.torn = false;
	the_log.journal = strcmp(path, "-") != 0 && is_journal();
	text_copy(the_log.path, sizeof(the_log.path), path);
	the_log.fd =
		strcmp(path, "-") == 0 ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) : open_file(path);
	if (the_log.fd < 0)
		rc = err_set_errno(err, ERR_CONFIG, errno, "could not open the log %s", path);
	pthread_mutex_unlock(&the_log.lock);
	return rc;
}

bool log_level_parse(enum log_level *level, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(level_names); i++) {
		if (text_equal(name, level_names[i])) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

void log_set_level(enum log_level level)
{
	pthread_mutex_lock(&the_log.lock);
	the_log.level = level;
	pthread_mutex_unlock(&the_log.lock);
}

void log_close(void)
{
	pthread_mutex_lock(&the_log.lock);
	if (the_log.fd >= 0)
		close(the_log.fd);
	the_log.fd = -1;
	pthread_mutex_unlock(&the_log.lock);
}

/* The new file is there before the old one goes: without room for it, nothing moves. */
static void rotate(void)
{
	char old[sizeof(the_log.path) + 2];
	char new[sizeof(the_log.path) + 4];
	struct stat st;
	int fd;

	if (strcmp(the_log.path, "-") == 0 || fstat(the_log.fd, &st) != 0 || st.st_size < ROTATE_AT)
		return;
	snprintf(old, sizeof(old), "%s.1", the_log.path);
	snprintf(new, sizeof(new), "%s.new", the_log.path);
	fd = open_file(new);
	if (fd < 0)
		return;
	if (rename(the_log.path, old) != 0 || rename(new, the_log.path) != 0) {
		close(fd);
		unlink(new);
		return;
	}
	close(the_log.fd);
	the_log.fd = fd;
}

/* A line with its end; false when it is not there, or not whole. */
static bool put(const char *line, size_t len)
{
	ssize_t done;

	if (the_log.torn && write(the_log.fd, "\n", 1) != 1)
		return false;
	the_log.torn = false;
	done = write(the_log.fd, line, len);
	if (done == (ssize_t)len)
		return true;
	the_log.torn = done > 0;
	the_log.why = done < 0 ? errno : ENOSPC;
	return false;
}

/* There is room again, it seems: first of all, what is missing. */
static bool tell_missing(void)
{
	char line[200];
	char when[CLOCK_TEXT_MAX];
	int len;

	if (!the_log.missing)
		return true;
	len = snprintf(line, sizeof(line), "%s warn run=0 %" PRId64 " lines are missing here: %s\n",
		clock_iso(when, clock_now()), the_log.missing, strerror(the_log.why));
	if (!put(line, (size_t)len))
		return false;
	the_log.missing = 0;
	return true;
}

/* `line` begins with the time. */
static void tell_journal(enum log_level level, const char *line)
{
	char text[1040];
	int len = snprintf(text, sizeof(text), "<%d>%s", priorities[level], strchr(line, ' ') + 1);

	if (write(STDERR_FILENO, text, (size_t)len) < 0 && errno == EPIPE)
		the_log.journal = false; /* nobody reads it any more */
}

void log_line(enum log_level level, int64_t run, const char *fmt, ...)
{
	char line[1024];
	char when[CLOCK_TEXT_MAX];
	size_t used;
	va_list ap;

	pthread_mutex_lock(&the_log.lock);
	if (the_log.fd < 0 || level > the_log.level) {
		pthread_mutex_unlock(&the_log.lock);
		return;
	}
	used = (size_t)snprintf(line, sizeof(line), "%s %s run=%" PRId64 " ",
		clock_iso(when, clock_now()), level_names[level], run);
	va_start(ap, fmt);
	vsnprintf(line + used, sizeof(line) - used - 2, fmt, ap);
	va_end(ap);
	for (char *c = line; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	}
	used = strlen(line);
	line[used++] = '\n';
	line[used] = '\0';
	if (the_log.journal)
		tell_journal(level, line);
	if (tell_missing() && put(line, used))
		rotate();
	else
		the_log.missing++;
	pthread_mutex_unlock(&the_log.lock);
}
