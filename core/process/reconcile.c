/* reconcile.c — Unknown messages of an interface, packet by packet, against the org. */

#include "base/base.h"
#include "process/reconcile.h"
#include "process/key_map.h"
#include "base/clock.h"
#include "base/text.h"

#include <json-c/json.h>

#define CHUNK 50		       /* values in one query: its address stays short */
#define CLOCKS_APART_MS INT64_C(60000) /* the org's clock may be so far behind ours */
#define VALUE_MAX 255
#define QUERY_MAX (64u << 10)

/* One message to be checked. */
struct suspect {
	int position;
	int64_t since;
	char value[VALUE_MAX + 1];
	bool is_number;
	int hits;
	char id[19];
};

struct reconcile {
	struct reconcile_spec spec;
	struct view *view;
	struct key_map seen; /* values of all Unknown messages: how many have each */
	struct unknown_packet unknown;
	struct packet_out packet;
	struct suspect suspects[PACKET_ROWS_MAX];
	int count;
	int64_t calls;

	/* for the writer's thread */
	const struct suspect *settled;
	char words[256];
	struct err refused;
};

/* As the org compares: without a difference of case. */
static uint64_t value_hash(const char *value)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		hash = (hash ^ (c >= 'A' && c <= 'Z' ? c | 0x20u : c)) * 0x100000001b3u;
	}
	return hash ? hash : 1;
}

/* The value to look for in a stored payload; false when there is none that can be asked for. */
static bool read_value(struct suspect *suspect, const char *record, size_t len, const char *field)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object =
		tokener ? json_tokener_parse_ex(tokener, record, (int)len) : NULL;
	struct json_object *value = NULL;
	bool good = false;

	suspect->value[0] = '\0';
	if (json_object_is_type(object, json_type_object)) {
		json_object_object_foreach(object, key, item)
		{
			if (text_equal_fold(key, field))
				value = item;
		}
	}
	if (value) {
		const char *text = json_object_get_string(value);

		suspect->is_number = json_object_is_type(value, json_type_int) ||
				     json_object_is_type(value, json_type_double);
		good = (suspect->is_number || json_object_is_type(value, json_type_string)) &&
		       *text && strlen(text) <= VALUE_MAX;
		for (const char *c = text; good && *c; c++)
			good = (unsigned char)*c >= ' ';
		if (good)
			text_copy(suspect->value, sizeof(suspect->value), text);
	}
	json_object_put(object);
	json_tokener_free(tokener);
	return good;
}

/* ---- packets ---- */

static int load_packet(bool *more, struct reconcile *rec, int64_t after, struct err *err)
{
	const struct run_info *info = rec->spec.info;
	const struct unknown_of of = { info->interface, info->connection, info->object };
	int rc = view_unknown_packet(&rec->unknown, rec->view, &of, after, err);

	packet_out_free(&rec->packet);
	*more = rc == 0;
	if (rc == -ERR_NOT_FOUND) {
		err_clear(err);
		return 0;
	}
	return rc ? rc
		  : view_packet(&rec->packet, rec->view, rec->unknown.packet, clock_now(), err);
}

/* Two messages of one value cannot share one record: whose is it? */
static int count_values(struct reconcile *rec, struct err *err)
{
	int64_t after = 0;
	bool more;
	int rc;

	while ((rc = load_packet(&more, rec, after, err)) == 0 && more) {
		after = rec->unknown.packet;
		for (int i = 0; i < rec->unknown.count; i++) {
			int position = rec->unknown.rows[i].position;
			struct suspect suspect;
			int64_t *count;

			if (!read_value(&suspect, rec->packet.records[position],
				    rec->packet.record_lens[position],
				    rec->spec.interface->reconcile_key))
				continue;
			count = key_map_put(&rec->seen, value_hash(suspect.value));
			if (!count)
				return err_nomem(err);
			++*count;
		}
	}
	return rc;
}

/* ---- the query ---- */

static void add_literal(struct buf *query, const struct suspect *suspect)
{
	if (suspect->is_number) {
		buf_add_str(query, suspect->value);
		return;
	}
	buf_add_char(query, '\'');
	for (const char *c = suspect->value; *c; c++) {
		if (*c == '\'' || *c == '\\')
			buf_add_char(query, '\\');
		buf_add_char(query, *c);
	}
	buf_add_char(query, '\'');
}

static void write_query(
	struct buf *path, const struct reconcile *rec, const struct suspect *suspects, int count)
{
	const char *field = rec->spec.interface->reconcile_key;
	struct buf query = BUF_INIT(QUERY_MAX);
	char since[CLOCK_TEXT_MAX];

	buf_addf(
		&query, "SELECT Id,%s FROM %s WHERE %s IN (", field, rec->spec.info->object, field);
	for (int i = 0; i < count; i++) {
		if (i)
			buf_add_char(&query, ',');
		add_literal(&query, &suspects[i]);
	}
	buf_addf(&query, ") AND CreatedById = '%s' AND CreatedDate >= %s",
		org_user_id(rec->spec.org), clock_iso(since, suspects[0].since - CLOCKS_APART_MS));
	buf_add_str(path, "/query?q=");
	http_url_escape(path, buf_str(&query));
	if (query.broken)
		path->broken = query.broken;
	buf_free(&query);
}

static void count_hit(struct suspect *suspects, int count, const char *value, const char *id)
{
	for (int i = 0; i < count; i++) {
		if (!text_equal_fold(suspects[i].value, value))
			continue;
		suspects[i].hits++;
		text_copy(suspects[i].id, sizeof(suspects[i].id), id);
	}
}

static int read_hits(struct suspect *suspects, int count, const char *field,
	const struct http_answer *answer, struct err *err)
{
	struct json_object *root = json_tokener_parse(buf_str(&answer->body));
	struct json_object *records = NULL;
	struct json_object *done = NULL;
	size_t length;

	if (!json_object_object_get_ex(root, "records", &records) ||
		!json_object_is_type(records, json_type_array) ||
		!json_object_object_get_ex(root, "done", &done) || !json_object_get_boolean(done)) {
		json_object_put(root);
		return err_set(
			err, ERR_PROTOCOL, "the check by %s came without its records", field);
	}
	length = json_object_array_length(records);
	for (size_t i = 0; i < length; i++) {
		struct json_object *record = json_object_array_get_idx(records, i);
		struct json_object *id = NULL;

		json_object_object_get_ex(record, "Id", &id);
		json_object_object_foreach(record, key, value)
		{
			if (id && text_equal_fold(key, field))
				count_hit(suspects, count, json_object_get_string(value),
					json_object_get_string(id));
		}
	}
	json_object_put(root);
	return 0;
}

static int ask(struct reconcile *rec, struct suspect *suspects, int count, struct err *err)
{
	struct buf path = BUF_INIT(QUERY_MAX * 4);
	struct http_answer answer;
	const char *token;
	int rc = org_token(&token, rec->spec.org, err); /* it tells who we are */

	http_answer_init(&answer);
	if (!rc)
		write_query(&path, rec, suspects, count);
	if (!rc)
		rc = buf_check(&path, "a query", err);
	if (!rc) {
		rec->calls++;
		rc = org_call(rec->spec.org, "GET", buf_str(&path), NULL, 0, &answer, err);
	}
	if (!rc)
		rc = read_hits(suspects, count, rec->spec.interface->reconcile_key, &answer, err);
	http_answer_free(&answer);
	buf_free(&path);
	return rc;
}

/* ---- the verdict ---- */

static void keep_refusal(void *ctx, const struct message_verdict *verdict)
{
	if (verdict->why)
		err_copy(ctx, verdict->why);
}

static int apply_completed(void *ctx, struct store *store, struct err *err)
{
	struct reconcile *rec = ctx;
	int64_t message = MESSAGE_ID(rec->unknown.packet, rec->settled->position);
	char who[RUN_WHO_MAX];
	struct messages_event what = { .event = EVENT_RESOLVE_COMPLETED,
		.actor = ACTOR_RECONCILER,
		.who = who,
		.salesforce_id = rec->settled->id,
		.comment = rec->words };

	snprintf(who, sizeof(who), "the check by key of run %" PRId64, rec->spec.info->id);
	/* A person may have been faster: then it is settled already. */
	return store_messages_event(store, &what, &message, 1, keep_refusal, &rec->refused, err);
}

static int apply_checked(void *ctx, struct store *store, struct err *err)
{
	const struct reconcile *rec = ctx;

	return store_message_checked(
		store, MESSAGE_ID(rec->unknown.packet, rec->settled->position), rec->words, err);
}

/* Is the record the work of another message? */
static int find_owner(
	int64_t *owner, struct reconcile *rec, const struct suspect *suspect, struct err *err)
{
	struct message_window window = { 0 };
	struct filter *filter = NULL;
	char since[CLOCK_TEXT_MAX];
	char text[128];
	int rc;

	*owner = 0;
	snprintf(text, sizeof(text), "id:%s since:%s", suspect->id,
		clock_iso(since, suspect->since - CLOCKS_APART_MS));
	rc = filter_parse(&filter, text, clock_now(), NULL, err);
	if (!rc)
		rc = view_messages(&window, rec->view, filter, WINDOW_AFTER, 0, 1, err);
	if (!rc && window.count)
		*owner = window.messages[0].id;
	message_window_free(&window);
	filter_free(filter);
	return rc;
}

static int settle(struct reconcile *rec, const struct suspect *suspect, struct err *err)
{
	const char *field = rec->spec.interface->reconcile_key;
	const int64_t *same = key_map_get(&rec->seen, value_hash(suspect->value));
	int64_t owner = 0;
	int rc = 0;

	rec->settled = suspect;
	if (suspect->hits == 1)
		rc = find_owner(&owner, rec, suspect, err);
	if (rc)
		return rc;
	if (!suspect->value[0])
		snprintf(rec->words, sizeof(rec->words),
			"not checked: the payload has no %s to look for", field);
	else if (suspect->hits == 0)
		snprintf(rec->words, sizeof(rec->words),
			"checked by %s: nothing that we created since it was sent", field);
	else if (suspect->hits > 1)
		snprintf(rec->words, sizeof(rec->words),
			"checked by %s: %d records since it was sent, so which is it?", field,
			suspect->hits);
	else if (owner)
		snprintf(rec->words, sizeof(rec->words),
			"checked by %s: %s is there, but message %" PRId64 " made it", field,
			suspect->id, owner);
	else if (same && *same > 1)
		snprintf(rec->words, sizeof(rec->words),
			"checked by %s: %s is there, but %" PRId64
			" Unknown messages have this value",
			field, suspect->id, *same);
	else
		snprintf(rec->words, sizeof(rec->words), "found by %s: created since it was sent",
			field);
	return writer_call(rec->spec.env->writer,
		suspect->hits == 1 && !owner && !(same && *same > 1) ? apply_completed
								     : apply_checked,
		rec, err);
}

/* ---- all together ---- */

static void choose_suspects(struct reconcile *rec)
{
	int64_t now = clock_now();

	rec->count = 0;
	for (int i = 0; i < rec->unknown.count; i++) {
		const struct unknown_row *row = &rec->unknown.rows[i];
		struct suspect *suspect = &rec->suspects[rec->count];

		if (row->checked || now - row->sent < RECONCILE_AFTER_MS)
			continue;
		*suspect = (struct suspect){ .position = row->position, .since = row->since };
		read_value(suspect, rec->packet.records[row->position],
			rec->packet.record_lens[row->position], rec->spec.interface->reconcile_key);
		rec->count++;
	}
}

/* As many that follow each other, with something to ask for, and were sent at the same time. */
static int chunk_length(const struct reconcile *rec, int from)
{
	int count = 0;

	while (from + count < rec->count && count < CHUNK && rec->suspects[from + count].value[0] &&
		rec->suspects[from + count].since == rec->suspects[from].since)
		count++;
	return count;
}

static int check_packet(struct reconcile *rec, struct err *err)
{
	int rc = 0;

	choose_suspects(rec);
	for (int i = 0; !rc && i < rec->count && !atomic_load(rec->spec.ends);) {
		int count = chunk_length(rec, i);

		if (count)
			rc = ask(rec, &rec->suspects[i], count, err);
		count = count ? count : 1;
		for (; !rc && count > 0; count--)
			rc = settle(rec, &rec->suspects[i++], err);
	}
	return rc;
}

static int check_all(struct reconcile *rec, struct err *err)
{
	int64_t after = 0;
	bool more = true;
	int rc = count_values(rec, err);

	while (!rc && more && !atomic_load(rec->spec.ends)) {
		rc = load_packet(&more, rec, after, err);
		after = rec->unknown.packet;
		if (!rc && more)
			rc = check_packet(rec, err);
	}
	return rc;
}

int reconcile_unknown(int64_t *calls, const struct reconcile_spec *spec, struct err *err)
{
	struct reconcile *rec;
	int rc;

	if (text_empty(spec->interface->reconcile_key))
		return 0;
	rec = calloc(1, sizeof(*rec));
	if (!rec)
		return err_nomem(err);
	rec->spec = *spec;
	rc = view_open(&rec->view, spec->env->home_data, err);
	if (!rc)
		rc = check_all(rec, err);
	*calls += rec->calls;
	packet_out_free(&rec->packet);
	key_map_free(&rec->seen);
	view_close(rec->view);
	free(rec);
	return rc;
}

/* ---- when ---- */

static int64_t earliest_due(struct view *view, const struct run_info *info)
{
	const struct unknown_of of = { info->interface, info->connection, info->object };
	struct unknown_packet *unknown = calloc(1, sizeof(*unknown));
	int64_t after = 0;
	int64_t due = 0;

	while (unknown && view_unknown_packet(unknown, view, &of, after, NULL) == 0) {
		after = unknown->packet;
		for (int i = 0; i < unknown->count; i++) {
			int64_t at = unknown->rows[i].sent + RECONCILE_AFTER_MS;

			if (!unknown->rows[i].checked && (!due || at < due))
				due = at;
		}
	}
	free(unknown);
	return due;
}

int64_t process_reconcile_due(
	const struct process_env *env, int64_t run, const struct interface *interface)
{
	struct view *view = NULL;
	struct run_info info;
	int64_t due = 0;

	if (text_empty(interface->reconcile_key) || view_open(&view, env->home_data, NULL))
		return 0;
	if (view_run(&info, view, run, NULL) == 0 && info.state == RUN_DONE && !info.dry_run &&
		info.counts.unknown > 0)
		due = earliest_due(view, &info);
	view_close(view);
	return due;
}
