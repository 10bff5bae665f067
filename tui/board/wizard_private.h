/* wizard_private.h — shared by the wizard's files: wizard.c (steps and keys), wizard_draw.c,
 * wizard_forms.c (forms and connection), wizard_draft.c (what was typed, on disk), wizard_jobs.c
 * and wizard_package.c (what takes time). */

#ifndef BOARD_WIZARD_PRIVATE_H
#define BOARD_WIZARD_PRIVATE_H

#include "base/text.h"
#include "tui/board/ping_job.h"
#include "tui/board/wizard.h"

#define DATA_SOURCE "DSN="

enum wizard_step { STEP_DESTINATION, STEP_AGENT, STEP_SALESFORCE, STEP_SAVE, STEP_COUNT };

/* Fields by step. */
enum {
	DEST_NAME,
	DEST_DESCRIPTION,
	DEST_TYPE,
	DEST_SPACE,
	DEST_BY,
	DEST_DRIVER, /* or a data source of odbc.ini: "DSN=erp" */
	DEST_DATABASE,
	DEST_SERVER,
	DEST_ODBC,
	DEST_PLACE,
	DEST_FOLDER,
	DEST_URL,
	DEST_USERNAME,
	DEST_PASSWORD,
	DEST_KEY_FILE,
	DEST_KNOWN_HOSTS,
	DEST_PATTERN,
	DEST_FORMAT,
	DEST_AFTER,
	DEST_ARCHIVE,
	DEST_SPACE_2,
	DEST_CONTINUE,
	DEST_LEAVE,
};
enum {
	AGENT_CALLED,
	AGENT_HOST,
	AGENT_PORT,
	AGENT_USERNAME,
	AGENT_PASSWORD,
	AGENT_REMOTE_SITE,
	AGENT_LISTEN,
	AGENT_SPACE,
	AGENT_PING,
	AGENT_CHANGE_PASSWORD,
	AGENT_BACK,
	AGENT_CONTINUE,
};
enum {
	SF_GRANT,
	SF_ENVIRONMENT,
	SF_APP,
	SF_DOMAIN,
	SF_KEY,
	SF_SECRET,
	SF_SPACE,
	SF_PING,
	SF_BACK,
	SF_CONTINUE,
};
enum { SAVE_SAVE, SAVE_UNCHECKED, SAVE_BACK };

/* A typed secret is sealed once, not at each look: its sealed form takes part in comparisons. */
struct typed_secret {
	struct secret sealed;
	bool stale; /* the field changed since */
};
enum { SECRET_DATABASE, SECRET_AGENT, SECRET_CONSUMER, SECRET_COUNT };

/* What the test of the source in step 1 found. */
struct source_test {
	bool asked;	 /* there is one to be shown */
	bool stale;	 /* what it was about changed since */
	struct job *job; /* while it runs; the worker's */
	struct err err;
	char words[100]; /* how many there are, "" when it failed */
	char names[800]; /* the first of them */
};

struct wizard {
	bool editing;	   /* a connection that exists: its name stays */
	bool touched;	   /* something was typed that is not saved */
	bool unwritten;	   /* ... and not in the draft's file either */
	bool write_failed; /* the last try to keep it there did */
	bool went_on;	   /* it began with a draft */
	int ticks;	   /* of the board's clock since the draft was written */
	bool saving;
	bool draft; /* it is saved as one */
	enum wizard_step step;
	struct form forms[STEP_COUNT];
	struct connection base; /* what the forms do not ask for is kept from here */
	struct typed_secret secrets[SECRET_COUNT];
	bool settings_known;   /* the agent's settings were read */
	bool default_password; /* ... and it still has the tutorial's */
	bool listens_here;     /* ... and it listens on loopback alone */
	struct text_list drivers;
	const char **driver_choices; /* NULL-terminated, into `drivers` */
	struct source_test source;
	int steps_back; /* lines the steps of the ping are scrolled back */
	unsigned id;	/* answers that come late belong to another one */
};

/* ---- wizard_forms.c ---- */

void wizard_init_forms(struct wizard *wizard);
void wizard_free_forms(struct wizard *wizard);

/* Fill the forms from wizard->base. */
void wizard_load(struct wizard *wizard);

/* User and password belong to the database or to the SFTP server: say so. */
void wizard_label_fields(struct wizard *wizard);

/*
 * Make the connection that the forms describe (into an initialised `out`). Fails where a secret
 * cannot be sealed; err.code names the field's key.
 */
int wizard_build(struct connection *out, struct wizard *wizard, const struct keyring *keyring,
	struct err *err);

/* The same for a draft: what cannot be kept yet, as a secret without a keyring, is left out. */
int wizard_build_draft(struct connection *out, struct wizard *wizard, const struct keyring *keyring,
	struct err *err);

/* ---- wizard_check.c ---- */

enum wizard_check {
	CHECK_FINE,
	CHECK_WRONG,	  /* the form says what is wrong */
	CHECK_CLEAR_TEXT, /* plain HTTP to another machine: that wants a typed yes */
};

/* Is what was asked for up to this step complete and right? */
enum wizard_check wizard_check_step(struct board *board, enum wizard_step step);

/* Put an error of the model where its field is; false when no step has that field. */
bool wizard_show_error(struct wizard *wizard, const struct err *err);

/* ---- wizard_jobs.c ---- */

/* Read the agent's settings and the ODBC drivers. */
void wizard_look_around(struct board *board);

/* Ask for a new password for the agent, and keep it on both sides. */
void wizard_change_password(struct board *board);

/* ---- wizard_source.c ---- */

/* Ask the source what there is, on a worker; one that still runs for the same is left alone. */
void wizard_test_source(struct board *board);

/* Its answer is not waited for any more. */
void wizard_stop_source(struct wizard *wizard);

void wizard_draw_source(struct board *board, struct area area);

/* ---- wizard_package.c ---- */

/* Ask for a folder, and write the set-up package there. */
void wizard_package(struct board *board);

/* ---- wizard_draft.c ---- */

/* Remove the draft's file. */
void wizard_drop_draft(struct board *board);

/* ---- wizard.c ---- */

/*
 * Have the draft `connection` as what was typed and not saved, unless something was typed by now. A
 * wizard that is open and untouched gives way, and it is asked. True: it waits to be told about.
 */
bool wizard_take_draft(struct board *board, const struct connection *connection, bool editing);

enum ping_state { PING_NONE, PING_RUNNING, PING_STALE, PING_FAILED, PING_GREEN };

/* How one of the two pings stands for what is typed now. */
enum ping_state wizard_ping_state(struct board *board, bool agent);

/* ---- wizard_draw.c ---- */

void wizard_draw(struct board *board, struct area area);

#endif
