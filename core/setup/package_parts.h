/* package_parts.h — a package while it is made: what package.c and package_readme.c share. */

#ifndef SETUP_PACKAGE_PARTS_H
#define SETUP_PACKAGE_PARTS_H

#include "setup/package.h"
#include "setup/permission.h"
#include "setup/template.h"

#define PACKAGE_API_VERSION "66.0" /* Spring '26: every org answers it */
#define PACKAGE_FILE_MAX (4u << 20)

/* Which parts of the table are wanted. */
enum package_part {
	PART_ALWAYS = 0,
	PART_APP = 1,  /* the app is made here */
	PART_PING = 2, /* Salesforce calls the agent */
	PART_SITE = 4, /* ... and its address is known */
};

struct package_row {
	const char *path;     /* with @name@ */
	const char *template; /* NULL = made by code */
	enum package_part part;
	const char *type;   /* in package.xml; NULL = belongs to the row before */
	const char *member; /* with @name@ */
	const char *what;   /* for the README */
};

/* Sorted by type; ends with path == NULL. */
extern const struct package_row package_rows[];

struct package_work {
	struct package *package;
	const struct connection *connection;
	const struct package_options *options;
	const struct permissions *permissions;
	unsigned parts; /* enum package_part, ORed */
	char label[96];
	char url[320]; /* where Salesforce calls the agent; "" = nowhere */
};

bool package_wants(const struct package_work *work, const struct package_row *row);

/* Where to sign in: the connection's My Domain, or the general one of its environment. */
const char *package_login_url(const struct connection *connection);

/* The API user's name, or the placeholder. */
const char *package_run_as(const struct package_work *work);

/* Everything a person has to do goes into package->notes. */
int package_add_notes(struct package_work *work, struct err *err);

/* The text of one row's file, and of the three that hold the project together. The project file
 * names the files with placeholders, so it is made behind them. */
int package_component(struct buf *out, const struct package_row *row,
	const struct package_work *work, struct err *err);
int package_manifest(struct buf *out, const struct package_work *work, struct err *err);
int package_project(struct buf *out, const struct package_work *work, struct err *err);
int package_readme(struct buf *out, const struct package_work *work, struct err *err);

#endif
