/*
 * package.h — a Salesforce project for one connection: the app, the API user's permissions, and
 * what Salesforce needs to call the agent, as source files for `sf project deploy start`.
 *
 * Layout and elements: Metadata API developer guide, checked with `sf project convert source`.
 * No file holds a secret. Nothing is asked of the org, so a draft connection will do.
 */

#ifndef SETUP_PACKAGE_H
#define SETUP_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/catalog.h"
#include "model/connection.h"
#include "model/interface.h"

#define PACKAGE_NAME_MAX 41 /* with the NUL: an app's API name has at most 40 letters */
#define PACKAGE_FILES_MAX 24
#define PACKAGE_PATH_MAX 192

/* For the API user's name, where none was given: `sf` replaces it by $AGENTBOARD_RUN_AS. */
#define PACKAGE_RUN_AS_PLACEHOLDER "AGENTBOARD_RUN_AS_USER"

struct package_options {
	const char *username;	     /* of the API user the app runs as; NULL = placeholder */
	const char *contact;	     /* e-mail in the app; NULL = as username */
	bool permissions_only;	     /* no app, no remote site */
	const char *const *required; /* "Object.Field", NULL-terminated; see permission.h */
	const char *parents; /* what the org said of them, see permission.h; NULL = nothing */
};

struct package_file {
	char path[PACKAGE_PATH_MAX]; /* below the project's folder */
	struct buf text;
};

/* What a person has to do or to know. */
struct package_note {
	const char *id; /* stable, for scripts: "secret", "run_as", ... */
	char *text;
};

struct package {
	char *connection;
	char name[PACKAGE_NAME_MAX]; /* API name of app, permission set and remote site */
	struct package_file files[PACKAGE_FILES_MAX];
	int file_count;
	struct package_note *notes;
	size_t note_count;
};

/*
 * Make the project in memory. ERR_USAGE: a user or contact that is no e-mail-like name, or see
 * permissions_derive(). ERR_CONFIG: agent.host is no address, or see permissions_derive().
 */
int package_make(struct package **out, const struct connection *connection,
	const struct interface *const *interfaces, size_t count,
	const struct package_options *options, struct err *err);
void package_free(struct package *package);

/* The same for all interfaces that `catalog` has of the connection, which need not be saved yet. */
int package_of(struct package **out, const struct connection *connection,
	const struct catalog *catalog, const struct package_options *options, struct err *err);

/*
 * Write it to `dir`, which is made when absent. ERR_EXISTS when something is in there that is not
 * a project made for this connection; of such a project only the files of `package` are replaced.
 */
int package_write(const struct package *package, const char *dir, struct err *err);

/*
 * The API name for a connection: Agentboard_ and the name with _ for -. Salesforce compares names
 * without case and knows no -, so a name that is not small letters and digits with single - between
 * gets a number from its exact spelling behind it: no two connections share one.
 */
void package_api_name(char out[PACKAGE_NAME_MAX], const char *connection);

#endif
