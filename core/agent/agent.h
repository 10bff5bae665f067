/*
 * agent.h — the service: it owns the runs, answers the ping on its port, and serves boards and
 * commands on agent.sock in its home. One agent a home, guarded by a lock.
 */

#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "model/agent_settings.h"
#include "model/catalog.h"
#include "model/message.h"
#include "ping/ping.h"
#include "process/process.h"

/* Argon2id at 8 MiB; `hash` is owned by the caller. ERR_USAGE: empty, or the tutorial's default. */
int agent_password_hash(char **hash, const char *password, struct err *err);

/* Read agent.cfg into settings that hold the defaults. */
typedef int agent_load_settings(void *ctx, struct agent_settings *out, struct err *err);

struct agent_options {
	const char *home_config, *home_data;
	const struct catalog *catalog;
	const struct agent_settings *settings;
	const char *socket_path; /* agent.sock */
	/* NULL = this very program, even when its file was replaced by a newer one meanwhile. */
	const char *reader_program;
	bool listen; /* open the port and run the schedules; false = carry runs only (`process`) */
	bool take_leftovers; /* resume open runs at start */
	/* To take agent.cfg anew while it is up; NULL = it is read once, by the caller. */
	agent_load_settings *load_settings;
	void *load_ctx;
	const char *settings_path;
};

struct agent;
struct schedule_state;

/*
 * Take the home's lock, open the store, start writer, carrier and servers. ERR_UNFINISHED when an
 * agent of this home is up (the text names its pid).
 */
int agent_new(struct agent **out, const struct agent_options *options, struct err *err);

/* Graceful: nothing new is sent, up to 20 s for answers, what is still missing is recorded. */
void agent_free(struct agent *agent);

/*
 * Until *stop is true, or somebody asked over the socket. Changed files are brought in force
 * within a second, all of them at once when *reload becomes true (it is set back; may be NULL).
 * ERR_STORE when the home's folders or its store vanished.
 */
int agent_loop(struct agent *agent, const atomic_bool *stop, atomic_bool *reload, struct err *err);

/*
 * Might an agent with these settings listen where they say? ERR_CONFIG for an address that is none,
 * and for one beyond this machine while everybody knows the password. Takes as long as a sign-in.
 */
int agent_check_exposure(const struct agent_settings *settings, struct err *err);

int agent_port(const struct agent *agent); /* the real one; 0 when it does not listen */

/* Names are never asked of the network: what the system knows of a user, else "uid 1004". */
void agent_user_name(char *out, size_t size, uid_t uid);

/* ---- the same verbs in this process and over the socket ---- */

struct process_request {
	const char *const *interfaces; /* NULL-terminated */
	int64_t limit_rows;
	bool initial, dry_run;
	bool again;	 /* read files that were processed before */
	int64_t wait_ms; /* for retries that become due */
	const char *trigger;
	const char *who;
	const char *confirm; /* typed org name, or NULL */
	bool detached;	     /* nobody stays to watch: the runs must outlive their first owner */
	/* NULL, or an Idempotency-Key and a fingerprint of the request it came with: a second
	 * request with the same key gives the run of the first. */
	const char *call_key, *call_request;
	/* NULL, or the schedule whose time this is, as it is to be recorded in the transaction that
	 * creates its runs: no end of the program can come between the two. Its run is filled in.
	 */
	struct schedule_state *schedule;
};

/* err.code of agent_process() when the org's name must be typed. */
#define AGENT_CODE_CONFIRM "CONFIRM"

#define PROCESS_RUNS_MAX 64

struct process_reply {
	int64_t runs[PROCESS_RUNS_MAX]; /* created, in sequence order */
	int count;
	bool repeated; /* nothing was created: these runs are those of an earlier call */
};

/*
 * Queue runs on an agent of this process: one an interface, in sequence order, behind what earlier
 * runs of the same interfaces have left to do (those are taken up too, and named behind the new
 * ones). A run that read nothing, and that nobody carries, gives its place to the new one instead.
 * ERR_USAGE when many rows would go to production and `confirm` is not the org's name: the
 * text says what to type. ERR_CONFIG for what the interface's own checks find.
 */
int agent_process(struct process_reply *out, struct agent *agent,
	const struct process_request *request, struct err *err);

/* Both return at once; the run's owner sees to it. Cancel asks any owner, whichever process. */
int agent_cancel(struct agent *agent, int64_t run, const char *who, struct err *err);
int agent_resume(struct agent *agent, int64_t run, const char *who, struct err *err);

/* ---- what a person does to messages ---- */

#define MESSAGES_BATCH_MAX 1000

struct messages_request {
	/* CANCEL, REPROCESS, FORCE, RESOLVE_COMPLETED or RESOLVE_NOT_SENT */
	enum message_event event;
	const int64_t *messages; /* in any order */
	int count;
	const char *salesforce_id; /* of RESOLVE_COMPLETED, NULL = not told */
	int64_t total;		   /* how many are meant in all, for the production guard */
	const char *confirm;	   /* typed org name, or NULL */
	int64_t wait_ms;	   /* for retries of the runs that go on */
	const char *who;
};

/* What became of one of them. */
struct message_answer {
	int64_t message, run;	    /* run 0: there is no such message */
	enum message_status status; /* now */
	char *reason;		    /* NULL = done; owned by the reply */
};

struct messages_reply {
	struct message_answer *answers; /* ascending, each message once */
	int count;
};

/*
 * All of one batch in one transaction; what a message refuses is its answer, not a failure. Runs
 * that have to send again are carried on: by this agent, at once. So are runs that stopped in
 * order, once nothing of them is Failed. ERR_USAGE: too many, or the org's name is to be typed.
 */
int agent_messages(struct messages_reply *out, struct agent *agent,
	const struct messages_request *request, struct err *err);
void messages_reply_free(struct messages_reply *reply);

#define EDIT_SETS_MAX 1000

struct edit_request {
	int64_t message;
	/*
	 * "Field=text", "Parent__r.Field=text" or "Field=json:..."; NULL-terminated. A text takes
	 * the kind of the value it replaces where it can (number, true, false).
	 */
	const char *const *sets;
	const char *who;
};

/* Change a message's payload; ERR_USAGE when it cannot be changed (any more), or not like that. */
int agent_edit(struct agent *agent, const struct edit_request *request, struct err *err);
/* `kind` as in store/schedules.h. ERR_NOT_FOUND when there is no such schedule. */
int agent_pause_schedule(struct agent *agent, int kind, const char *name, bool pause,
	const char *who, struct err *err);

/* The same in a home where no agent is up. */
int agent_pause_schedule_alone(const char *home_data, int kind, const char *name, bool pause,
	const char *who, struct err *err);

/* ---- errands: what takes the agent's secrets, for who may not open them ---- */

struct ping_request {
	const char *connection; /* as it is in its file now */
	enum ping_kind kind;
	bool record; /* keep the verdict */
	const char *who;
};

struct ping_reply {
	struct ping_result result;
	struct err kept; /* why the verdict could not be kept; kind ERR_NONE = it is, or need not */
};

/*
 * Carry out a ping on the caller's thread; it ends early when the agent stops, or after two
 * minutes. A failed step is no failure of this. ERR_NOT_FOUND: no such connection; ERR_UNFINISHED:
 * the agent is stopping, or has as many errands as it takes at once.
 */
int agent_ping(struct ping_reply *out, struct agent *agent, const struct ping_request *request,
	struct err *err);

struct preview_request {
	const char *interface; /* as it is in its file now, and its connection */
	int limit;	       /* rows, 1 to ERRAND_ROWS_MAX */
	const char *who;
};

#define ERRAND_ROWS_MAX 1000

/* process_preview() on the same terms as agent_ping(); free it with preview_free(). */
int agent_preview(struct preview **out, struct agent *agent, const struct preview_request *request,
	struct err *err);

/* How the carrying of one run stands. */
enum carry_state {
	CARRY_NONE,    /* not this agent's: never given to it, or long ended */
	CARRY_WAITING, /* for its turn */
	CARRY_RUNNING,
	CARRY_RESTING, /* its time to wait is over and rows are Pending; a live agent goes on later
			*/
	CARRY_ENDED,
};

struct agent_run {
	enum carry_state state;
	struct err result; /* RESTING, ENDED: what the last carrying ended with */
};

void agent_run_state(struct agent_run *out, struct agent *agent, int64_t run);

/* Has somebody asked over the socket that it stop? For owners that do not agent_loop(). */
bool agent_stop_asked(struct agent *agent);

/* Does it hold runs, not ended, that were asked for with `detached`? */
bool agent_has_detached(struct agent *agent);

#define AGENT_TOLD_MAX 8

struct agent_status {
	bool up;
	int64_t pid, since;
	char listen[64];
	int port;
	int queued, running;
	char next[64];	 /* "12:15:00 order-lines", for people; "" = nothing is scheduled */
	int64_t next_at; /* ms UTC */
	int problem_count, alarm_count;	    /* may be more than are told */
	char problems[AGENT_TOLD_MAX][256]; /* files that are not in force as they stand */
	char alarms[AGENT_TOLD_MAX]
		   [256]; /* schedules that should have run, and did not; the disk */
};

/* Over the socket. ERR_NET when no agent answers there. */
int agent_client_status(struct agent_status *out, const char *socket_path, struct err *err);
int agent_client_process(struct process_reply *out, const char *socket_path,
	const struct process_request *request, struct err *err);
int agent_client_run(struct agent_run *out, const char *socket_path, int64_t run, struct err *err);
int agent_client_cancel(const char *socket_path, int64_t run, const char *who, struct err *err);
int agent_client_resume(const char *socket_path, int64_t run, const char *who, struct err *err);
int agent_client_messages(struct messages_reply *out, const char *socket_path,
	const struct messages_request *request, struct err *err);
int agent_client_edit(const char *socket_path, const struct edit_request *request, struct err *err);
int agent_client_pause_schedule(const char *socket_path, int kind, const char *name, bool pause,
	const char *who, struct err *err);
/* The steps come all at once. `cancel` (may be NULL) ends the waiting: ERR_INTERRUPTED. */
int agent_client_ping(struct ping_reply *out, const char *socket_path,
	const struct ping_request *request, const atomic_bool *cancel, struct err *err);
/* The same, and what the org said of its fields stays there: `describe` is NULL. */
int agent_client_preview(struct preview **out, const char *socket_path,
	const struct preview_request *request, const atomic_bool *cancel, struct err *err);
int agent_client_stop(const char *socket_path, struct err *err);

/*
 * Start a detached `agentboard --home H agent run` and wait until it answers (up to 15 s). When it
 * ends instead, the error is what it said. `home` NULL = the default home.
 */
int agent_spawn(const char *program, const char *home, const char *socket_path, struct err *err);

/* "anna (ssh 10.0.0.7)" for the user of this process. */
void agent_who(char *out, size_t size);

#endif
