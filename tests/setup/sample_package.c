/* sample_package.c — writes the sample connection's project to a folder, for `make check-package`.
 */

#include "setup/sample.h"

#include "base/base.h"

int main(int argc, char **argv)
{
	struct package_options options = { .username = argc > 2 ? argv[2] : NULL };
	struct package *package = NULL;
	struct sample sample;
	struct err err = ERR_INIT;
	int rc;

	if (argc < 2) {
		fprintf(stderr, "usage: sample_package DIR [USERNAME]\n");
		return 2;
	}
	sample_fill(&sample);
	rc = package_make(
		&package, &sample.connection, sample.list, SAMPLE_INTERFACES, &options, &err);
	if (rc == 0)
		rc = package_write(package, argv[1], &err);
	if (rc < 0)
		fprintf(stderr, "sample_package: %s\n", err.text);
	package_free(package);
	setup_sample_free(&sample);
	return rc < 0;
}
