/*
 * sftp_server.c — `sshd -i` once for each connection, behind a process that listens, carries the
 * bytes and removes everything when the test lets go of it, also when that failed.
 */

#include "base/base.h"
#include "source/sftp_server.h"
#include "harness/check_main.h"
#include "base/buf.h"
#include "base/file.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const folders[] = { "/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin",
	NULL };

static const struct passwd *server_user(void)
{
	const struct passwd *who = getuid() == 0 ? getpwnam("sshd") : getpwuid(getuid());

	ck_assert_msg(who != NULL, "there is no user to run sshd as: install openssh-server");
	return who;
}

/* ---- the line ---- */

static pid_t start_sshd(const char *sshd, const char *config, const char *log, int end)
{
	pid_t pid = fork();

	if (pid == 0) {
		const struct passwd *who = getuid() == 0 ? getpwnam("sshd") : NULL;
		int errors = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

		if (who && (setgroups(0, NULL) != 0 || setgid(who->pw_gid) != 0 ||
				   setuid(who->pw_uid) != 0))
			_exit(126);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(end, 0);
		dup2(end, 1);
		dup2(errors, 2);
		execl(sshd, sshd, "-i", "-e", "-f", config, (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* Pass on what came on `from`; false at its end. */
static bool pass(int from, int to, int64_t *left)
{
	char bytes[16384];
	ssize_t got = read(from, bytes, sizeof(bytes));

	if (got > 0 && left && *left < got)
		got = *left;
	if (got > 0 && left)
		*left -= got;
	for (ssize_t put = 0, more; put < got; put += more) {
		more = write(to, bytes + put, (size_t)(got - put));
		if (more <= 0)
			return false;
	}
	return got > 0;
}

static _Noreturn void carry(const struct sftp_server *server, const char *sshd, int client)
{
	struct sftp_line *line = server->line;
	char config[128], log[128];
	int64_t left = atomic_load(&line->pass);
	bool counted = left > 0;
	int ends[2];
	pid_t pid;

	if (!counted)
		left = INT64_MAX;
	snprintf(config, sizeof(config), "%s/sshd_config", server->server.folder);
	snprintf(log, sizeof(log), "%s/log", server->server.folder);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		_exit(1);
	pid = start_sshd(sshd, config, log, ends[1]);
	close(ends[1]);
	for (;;) {
		struct pollfd fds[2] = { { client, POLLIN, 0 },
			{ left ? ends[0] : -1, POLLIN, 0 } };

		if (poll(fds, 2, -1) < 0 || (fds[0].revents && !pass(client, ends[0], NULL)) ||
			(fds[1].revents && !pass(ends[0], client, &left)))
			break;
		if (left == 0 && !atomic_exchange(&line->exhausted, true) &&
			!atomic_load(&line->silent))
			break;
	}
	kill(pid, SIGKILL);
	_exit(0);
}

static _Noreturn void listen_on(const struct sftp_server *server, const char *sshd, int socket)
{
	struct pollfd fds[2] = { { socket, POLLIN, 0 }, { server->server.line, POLLIN, 0 } };

	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	setsid();
	while (poll(fds, 2, -1) > 0 && !fds[1].revents) {
		int client = accept4(socket, NULL, NULL, SOCK_CLOEXEC);

		atomic_fetch_add(&server->line->connections, 1);
		if (client >= 0 && fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			signal(SIGCHLD, SIG_DFL);
			carry(server, sshd, client);
		}
		close(client);
	}
	server_remove(&server->server);
	_exit(0);
}

/* ---- setting up ---- */

static void make_key(char *path, size_t size, const struct sftp_server *server, const char *name,
	const char *passphrase)
{
	char keygen[256];
	int status;
	pid_t pid;

	server_need(keygen, folders, "ssh-keygen", "openssh-client");
	snprintf(path, size, "%s/%s", server->server.folder, name);
	pid = fork();
	if (pid == 0) {
		execl(keygen, keygen, "-q", "-t", "ed25519", "-a", "1", "-N", passphrase, "-C",
			"test", "-f", path, (char *)NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

static void write_text(const struct sftp_server *server, const char *name, const char *text)
{
	struct err err = ERR_INIT;
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", server->server.folder, name);
	ck_ok(file_write(path, text, strlen(text), 0644, &err), &err);
}

static void read_text(struct buf *out, const char *path, const char *ending)
{
	struct err err = ERR_INIT;
	char whole[128];

	snprintf(whole, sizeof(whole), "%s%s", path, ending);
	ck_ok(file_read(out, whole, &err), &err);
}

static void read_fingerprint(struct sftp_server *server, const char *host_key)
{
	char command[256], line[256] = "", *at;
	FILE *keygen;

	snprintf(command, sizeof(command), "ssh-keygen -lf '%s'", host_key);
	keygen = popen(command, "r");
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), keygen));
	pclose(keygen);
	at = strstr(line, "SHA256:");
	ck_assert_ptr_nonnull(at);
	snprintf(server->fingerprint, sizeof(server->fingerprint), "%.*s", (int)strcspn(at, " "),
		at);
}

static void write_files(struct sftp_server *server)
{
	const char *folder = server->server.folder;
	struct buf text = BUF_INIT(1u << 16), config = BUF_INIT(1u << 16);
	char host_key[96];

	make_key(host_key, sizeof(host_key), server, "host", "");
	make_key(server->key, sizeof(server->key), server, "key", "");
	make_key(server->locked_key, sizeof(server->locked_key), server, "locked", SFTP_PASSPHRASE);
	make_key(server->other_key, sizeof(server->other_key), server, "other", "");
	read_fingerprint(server, host_key);
	buf_addf(&text, "[127.0.0.1]:%d ", server->port);
	read_text(&text, host_key, ".pub");
	snprintf(server->known_hosts, sizeof(server->known_hosts), "%s/known_hosts", folder);
	write_text(server, "known_hosts", buf_str(&text));
	buf_reset(&text);
	read_text(&text, server->key, ".pub");
	read_text(&text, server->locked_key, ".pub");
	write_text(server, "authorized", buf_str(&text));
	buf_addf(&config,
		"HostKey %s\nAuthorizedKeysFile %s/authorized\nStrictModes no\nUsePAM no\n"
		"PasswordAuthentication yes\nPidFile none\nUseDNS no\nLogLevel INFO\n"
		"Subsystem sftp internal-sftp\nForceCommand internal-sftp\n",
		host_key, folder);
	write_text(server, "sshd_config", buf_str(&config));
	buf_free(&text);
	buf_free(&config);
	if (getuid() == 0)
		ck_assert_int_eq(chown(host_key, server_user()->pw_uid, (gid_t)-1), 0);
}

static int listen_somewhere(int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
	ck_assert_int_eq(listen(fd, 16), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

void sftp_server_start(struct sftp_server *server)
{
	char sshd[256];
	int line[2], fd;

	*server = (struct sftp_server){ .server = { .folder = "/tmp/agentboard-server-XXXXXX" } };
	server_need(sshd, folders, "sshd", "openssh-server");
	ck_assert_ptr_nonnull(mkdtemp(server->server.folder));
	server->line = mmap(NULL, sizeof(*server->line), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(server->line != MAP_FAILED);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line), 0);
	fd = listen_somewhere(&server->port);
	signal(SIGPIPE, SIG_IGN);
	server->server.line = line[1];
	server->server.keeper = fork();
	if (server->server.keeper == 0) {
		close(line[0]);
		listen_on(server, sshd, fd);
	}
	close(fd);
	close(line[1]);
	server->server.line = line[0];
	server->user = server_user()->pw_name;
	write_files(server);
	snprintf(server->inbox, sizeof(server->inbox), "%s/in", server->server.folder);
	snprintf(server->url, sizeof(server->url), "sftp://127.0.0.1:%d%s", server->port,
		server->inbox);
	ck_assert_int_eq(mkdir(server->inbox, 0755), 0);
	for (int i = 0; getuid() == 0 && i < 2; i++)
		ck_assert_int_eq(chown(i ? server->inbox : server->server.folder,
					 server_user()->pw_uid, (gid_t)-1),
			0);
}

void sftp_server_stop(struct sftp_server *server)
{
	server_stop(&server->server);
	if (server->line)
		munmap(server->line, sizeof(*server->line));
	server->line = NULL;
}

void sftp_server_put(
	const struct sftp_server *server, const char *name, const void *bytes, size_t len)
{
	struct err err = ERR_INIT;
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", server->inbox, name);
	ck_ok(file_write(path, bytes, len, 0644, &err), &err);
}
