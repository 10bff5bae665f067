/* certificate.c — two runs of openssl: a request with the names, then its own signature. */

#include "harness/certificate.h"
#include "harness/check_main.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

static void run(const char *const *argv)
{
	posix_spawn_file_actions_t quiet;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
	ck_assert_int_eq(
		posix_spawnp(&pid, "openssl", &quiet, NULL, (char *const *)argv, environ), 0);
	posix_spawn_file_actions_destroy(&quiet);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "this test needs the openssl command");
}

void certificate_make(const char *folder, const char *subject, const char *san, int days,
	char cert[512], char key[512])
{
	char names[256];
	char request[512];
	char number[16];

	snprintf(cert, 512, "%s/cert.pem", folder);
	snprintf(key, 512, "%s/key.pem", folder);
	snprintf(request, sizeof(request), "%s/request.pem", folder);
	snprintf(names, sizeof(names), "subjectAltName=%s", san);
	snprintf(number, sizeof(number), "%d", days);
	run((const char *const[]){ "openssl", "req", "-newkey", "ec", "-pkeyopt",
		"ec_paramgen_curve:P-256", "-nodes", "-batch", "-subj", subject, "-addext", names,
		"-keyout", key, "-out", request, NULL });
	run((const char *const[]){ "openssl", "x509", "-req", "-in", request, "-signkey", key,
		"-days", number, "-copy_extensions", "copy", "-out", cert, NULL });
}
