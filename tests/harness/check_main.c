/* check_main.c — runs suites, makes and removes scratch folders. */

#include "harness/check_main.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <sys/socket.h>
#include <unistd.h>

#define SANITIZED_FACTOR 6

static char root[256];

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

const char *test_root(void)
{
	return root;
}

const char *test_folder(void)
{
	static char folders[16][320];
	static unsigned used;
	char *folder = folders[used++ % ARRAY_SIZE(folders)];

	snprintf(folder, sizeof(folders[0]), "%s/XXXXXX", root);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	return folder;
}

int test_patience(void)
{
	const char *multiplier = getenv("CK_TIMEOUT_MULTIPLIER");
	int64_t factor = TEST_SANITIZED ? SANITIZED_FACTOR : 1;
	int64_t given;

	if (multiplier && text_int(&given, multiplier, 1, 100) && given > factor)
		factor = given;
	return (int)factor;
}

void test_refusing_url(char *url, size_t size)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* bound, and never listening */

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	snprintf(url, size, "http://127.0.0.1:%d", ntohs(address.sin_port));
}

int check_main(suite_maker *const *makers, size_t count)
{
	const char *tmp = getenv("TMPDIR");
	SRunner *runner = srunner_create(NULL);
	int failed;

	snprintf(root, sizeof(root), "%s/agentboard-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(root))
		return EXIT_FAILURE;
	for (size_t i = 0; i < count; i++)
		srunner_add_suite(runner, makers[i]());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
