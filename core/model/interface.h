/*
 * interface.h — one flow over a connection: query, mapping, sObject, operation, external ID, pace.
 * All strings are owned and may be NULL when not set.
 */

#ifndef MODEL_INTERFACE_H
#define MODEL_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "model/connection.h"

enum operation { OPERATION_INSERT, OPERATION_UPDATE, OPERATION_UPSERT, OPERATION_DELETE };
enum transfer_mode { TRANSFER_AUTO, TRANSFER_COLLECTIONS, TRANSFER_BULK };
enum on_error { ON_ERROR_CONTINUE, ON_ERROR_STOP };
enum missed_policy { MISSED_ONCE, MISSED_SKIP }; /* a time at which no agent was there */
enum null_policy { NULL_KEEP, NULL_CLEAR }; /* a NULL column: leave the field alone, or empty it */

enum mapping_kind { MAPPING_COLUMN, MAPPING_VALUE, MAPPING_FORMULA };

struct mapping_entry {
	char *field; /* "Name", or "Account__r.Ext_Id__c" for a parent by its external ID */
	enum mapping_kind kind;
	char *text;		/* column name, constant, or SQL expression */
	enum null_policy nulls; /* default: the interface's */
};

struct mapping {
	struct mapping_entry *entries; /* owned */
	size_t count;
};

#define PACKET_ROWS_MAX 200 /* records in one call (sObject Collections, REST API guide) */

#define INTERFACE_DEFAULT_THRESHOLD 2000
#define INTERFACE_DEFAULT_PARALLEL 4
#define INTERFACE_DEFAULT_HALT 1000
#define INTERFACE_PARALLEL_MAX 10

struct interface {
	char *name;
	char *description;
	char *connection;  /* name of the connection */
	char *integration; /* name that groups interfaces; they run in sequence order */
	int sequence;
	bool deployed; /* status = "Deployed", the default; Undeployed neither runs nor is scheduled
			*/
	char *object;  /* sObject API name */
	enum operation operation;
	char *external_id;	 /* field API names, comma separated; needed for upsert */
	bool unique_key_assumed; /* unique_key = "assumed" */
	enum transfer_mode mode;
	int threshold; /* Auto: Bulk above this many rows; default 2000 */
	int packet;    /* rows a packet, 1..PACKET_ROWS_MAX */
	int parallel;  /* packets in flight, 1..10 */
	enum on_error on_error;
	enum null_policy nulls;
	char *query;
	char *initial_query;
	char *after_success;
	char *after_failure;
	char *page_by; /* column for reading by key ranges */
	struct text_list row_key;
	struct mapping mapping;
	char *schedule;
	enum missed_policy missed; /* default: caught up once */
	char *watermark_column;
	char *watermark_overlap;
	int halt;	   /* consecutive rows failing with one code stop the run; default 1000 */
	bool supersede;	   /* mark older failed messages of a key when a newer one completes */
	bool keep_payload; /* false: payload and source row of what Completed leave the store */
	bool stop_integration; /* what is behind it in its integration waits unless all is well */
	bool allow_duplicates; /* Sforce-Duplicate-Rule-Header: allowSave=true; default false */
	char *reconcile_key;   /* field by which Unknown messages are looked for; NULL = not */
	bool auto_assign;      /* Sforce-Auto-Assign; default false */
	bool all_or_none;      /* per packet; default false */
};

void interface_init(struct interface *interface);
void interface_free_fields(struct interface *interface);
int interface_copy(struct interface *out, const struct interface *from, struct err *err);

/*
 * What can be said without the org or the source. Fails with ERR_CONFIG; the text starts with the
 * key ("external_id: ...") and says what to do; err->code is that key alone.
 */
int interface_check(const struct interface *interface, struct err *err);

/* The same, telling every problem. Returns how many there were. */
int interface_check_all(const struct interface *interface, model_problem *each, void *ctx);

/* Does it fit the kind of its connection: SQL for a database, none for files? */
int interface_check_source(
	const struct interface *interface, const struct connection *connection, struct err *err);

/*
 * The fields of an external_id ("Region__c, Order_No__c"): what they hold together finds a record.
 * More than KEY_FIELDS_MAX are ERR_CONFIG. The list is the caller's; empty for NULL.
 */
#define KEY_FIELDS_MAX 5
int interface_key_fields(struct text_list *fields, const char *external_id, struct err *err);

/*
 * Are Salesforce Ids looked up by external_id before rows leave? So it is for Update and Delete
 * that map it, and for an Upsert by several fields. Rows whose mapping gives them an Id are not
 * looked up.
 */
bool interface_looks_up(const struct interface *interface);

/* May rows of an Upsert have an Id, by which they then go? */
bool interface_upserts_by_id(const struct interface *interface);

/* Append an entry (texts copied). */
int mapping_add(struct mapping *mapping, const char *field, enum mapping_kind kind,
	const char *text, enum null_policy nulls, struct err *err);
void mapping_free(struct mapping *mapping);
int mapping_copy(struct mapping *out, const struct mapping *from, struct err *err);

/* The entry of `field` (ASCII case ignored, as the org does), or NULL. */
const struct mapping_entry *mapping_find(const struct mapping *mapping, const char *field);

/* The column mapped to `field`, or NULL; a NULL field is legal. */
const char *mapping_column_of(const struct mapping *mapping, const char *field);

/* 64-bit hash of the mapping's content: "the mapping's version" that messages keep. */
uint64_t mapping_version(const struct mapping *mapping);

const char *operation_name(enum operation operation);	 /* "Upsert" */
const char *transfer_mode_name(enum transfer_mode mode); /* "Auto" */
const char *on_error_name(enum on_error on_error);	 /* "Continue" */
const char *null_policy_name(enum null_policy nulls);	 /* "keep" */
const char *mapping_kind_name(enum mapping_kind kind);	 /* "column" */

#endif
