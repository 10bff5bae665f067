/* operator.c — payloads in persons' hands, and the record of who did what. */

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/lock.h"
#include "store/private.h"

#include <json-c/json.h>
#include <unistd.h>

#define RECORD_MAX (16u << 20)

int store_audit(struct store *store, const char *who, const char *action, int64_t run,
	int64_t message, const char *detail, struct err *err)
{
	static const char sql[] = "INSERT INTO audit (time, who, action, run, message, detail)"
				  " VALUES (?, ?, ?, ?, ?, ?)";
	int rc = store_check_writing(store, err);

	if (rc == 0)
		rc = db_run(&store->db, sql,
			BINDS(B_INT(clock_now()), B_TEXT(who ? who : ""), B_TEXT(action),
				B_INT(run), B_INT(message), B_TEXT(detail)),
			err);
	return rc;
}

int store_load_message(int *position, struct store *store, int64_t message, struct err *err)
{
	int rc = store_check_writing(store, err);

	if (rc != 0)
		return rc;
	*position = message > 0 ? MESSAGE_POSITION(message) : PACKET_ROWS_MAX;
	rc = packet_load(&store->packet, &store->db, MESSAGE_PACKET(message), err);
	if (rc == 0 && *position < store->packet.count)
		return 0;
	if (rc == 0 || rc == -ERR_NOT_FOUND)
		rc = err_set(err, ERR_NOT_FOUND, "there is no message %" PRId64, message);
	return rc;
}

/* ---- payloads ---- */

static int check_record(const char *record, struct err *err)
{
	enum json_tokener_error error;
	struct json_object *object;
	bool good;

	if (strlen(record) > RECORD_MAX)
		return err_set(err, ERR_LIMIT, "a payload may have %u bytes", RECORD_MAX);
	object = json_tokener_parse_verbose(record, &error);
	good = json_object_is_type(object, json_type_object);
	json_object_put(object);
	if (error != json_tokener_success)
		return err_set(err, ERR_USAGE, "the payload is not JSON: %s",
			json_tokener_error_desc(error));
	return good ? 0 : err_set(err, ERR_USAGE, "the payload is not a JSON object");
}

/*
 * A sender that loaded the old payload may be about to send it: it holds the run's lock, so what
 * still waits is not edited under its hands.
 */
static int refuse_edit(struct store *store, int position, struct err *err)
{
	enum message_status status = packet_row(&store->packet, position)->status;
	bool held;
	int fd;

	if (message_may_edit(status, err) < 0)
		return -ERR_USAGE;
	if (status != MESSAGE_NEW && status != MESSAGE_PENDING)
		return 0;
	fd = lock_look(store->dir);
	held = lock_is_held(fd, store->packet.run);
	if (fd >= 0)
		close(fd);
	if (!held)
		return 0;
	return err_set(err, ERR_USAGE,
		"it is %s and run %" PRId64 " is under way: cancel the message, edit it, then "
		"reprocess it",
		message_status_name(status), store->packet.run);
}

/* Give the row a row of its own, with `record` in place of the packet's. */
static int set_record(struct store *store, int position, const char *sql, const char *record,
	const struct bind *value, struct err *err)
{
	struct packet *packet = &store->packet;
	struct row_set row = { { 0 } };
	int64_t now = clock_now();
	int rc;

	row_set_add(&row, position);
	rc = packet_split(packet, &store->db, &row, err);
	packet->changed = true; /* its time of change is asked for by `since:` */
	if (rc == 0)
		rc = packet_save(packet, &store->db, now, err);
	if (rc == 0)
		rc = db_run(&store->db, sql,
			BINDS(B_INT(MESSAGE_ID(packet->id, position)), B_TEXT(record), *value,
				B_INT(now)),
			err);
	return rc;
}

int store_message_edit(
	struct store *store, int64_t message, const char *record, const char *who, struct err *err)
{
	static const char sql[] =
		"UPDATE message SET record = ?2, mapping_version = NULL,"
		" edited_by = ?3, edited_at = ?4, time = ?4, remap = 0 WHERE id = ?1";
	struct bind editor = B_TEXT(who ? who : "");
	int position;
	int rc = store_load_message(&position, store, message, err);

	if (rc == 0)
		rc = check_record(record, err);
	if (rc == 0)
		rc = refuse_edit(store, position, err);
	if (rc == 0)
		rc = set_record(store, position, sql, record, &editor, err);
	if (rc == 0)
		return store_audit(store, who, "edit", store->packet.run, message, record, err);
	if (rc == -ERR_USAGE)
		err_prefix(err, "message %" PRId64, message);
	return rc;
}

int store_message_remap(struct store *store, const struct run_claim *claim, int64_t message,
	const char *record, uint64_t mapping_version, struct err *err)
{
	static const char sql[] = "UPDATE message SET record = ?2, mapping_version = ?3, time = ?4,"
				  " remap = 0 WHERE id = ?1 AND edited_at = 0";
	struct bind version = B_INT((int64_t)mapping_version);
	enum message_status to;
	int position;
	int rc = store_check_claim(store, claim, err);

	if (rc == 0)
		rc = store_load_message(&position, store, message, err);
	if (rc == 0 && store->packet.run != claim->run)
		rc = err_set(err, ERR_USAGE, "message %" PRId64 " is not of run %" PRId64, message,
			claim->run);
	if (rc == 0)
		rc = check_record(record, err);
	if (rc == 0)
		rc = message_next(&to, packet_row(&store->packet, position)->status, EVENT_SEND,
			ACTOR_RUN, err);
	if (rc == 0)
		rc = set_record(store, position, sql, record, &version, err);
	return rc;
}

/* Today's mapping refuses the row: it fails here, before anything is sent. */
static int reject_row(struct store *store, int position, const char *why, struct err *err)
{
	struct packet *packet = &store->packet;
	const struct packet_row *row = packet_row(packet, position);
	struct outcome outcome = { .row = *row, .time = clock_now() };
	char code[64];
	int rc = message_next(&outcome.row.status, row->status, EVENT_REJECT, ACTOR_RUN, err);

	outcome.row.next_try = 0;
	outcome.comment = store_split_reject(code, why);
	outcome.code = code;
	return rc ? rc : packet_move_row(packet, &store->db, position, &outcome, err);
}

static int apply_remap(struct store *store, const struct mapped_row *row, uint64_t mapping_version,
	struct err *err)
{
	static const char sql[] =
		"UPDATE message SET record = ?2, mapping_version = ?3, remap = 0 WHERE id = ?1"
		" AND edited_at = 0";
	static const char sql_keep[] = "UPDATE message SET remap = 0 WHERE id = ?1";
	int64_t message = MESSAGE_ID(store->packet.id, row->position);
	enum message_status status = packet_row(&store->packet, row->position)->status;
	int rc = 0;

	if (status != MESSAGE_PENDING && status != MESSAGE_NEW)
		return 0; /* an operator was faster */
	if (row->reject)
		rc = reject_row(store, row->position, row->reject, err);
	if (rc != 0)
		return rc;
	if (!row->record)
		return db_run(&store->db, sql_keep, BINDS(B_INT(message)), err);
	return db_run(&store->db, sql,
		BINDS(B_INT(message), B_TEXT(row->record), B_INT((int64_t)mapping_version)), err);
}

int store_packet_remap(struct store *store, const struct run_claim *claim, int64_t packet,
	const struct mapped_row *rows, int count, uint64_t mapping_version, struct err *err)
{
	int64_t now = clock_now();
	int rc = store_check_claim(store, claim, err);

	if (rc == 0)
		rc = packet_load(&store->packet, &store->db, packet, err);
	if (rc == 0 && store->packet.run != claim->run)
		rc = err_set(err, ERR_USAGE, "packet %" PRId64 " is not of run %" PRId64, packet,
			claim->run);
	for (int i = 0; rc == 0 && i < count; i++)
		rc = apply_remap(store, &rows[i], mapping_version, err);
	return rc ? rc : packet_save(&store->packet, &store->db, now, err);
}
