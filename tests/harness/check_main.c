/* check_main.c — runs suites, makes and removes scratch folders. */

#include "harness/check_main.h"

#include <ftw.h>
#include <unistd.h>

static char root[256];

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
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
