/* view_write_back.c — rows whose end is to be written back into the source, with all it takes. */

#include "base/base.h"
#include "store/gather.h"

const char *write_back_name(enum write_back state)
{
	static const char *const names[] = { "none", "open", "done", "unmatched" };

	return names[state];
}

static bool is_asked(enum message_status status, unsigned ends)
{
	return (status == MESSAGE_COMPLETED && ends & WRITE_BACK_SUCCESS) ||
	       (status == MESSAGE_FAILED && ends & WRITE_BACK_FAILURE);
}

/* The lines of these rows, which tell Id, code and comment. */
static int add_lines(struct unwritten *out, struct scan *scan, const struct row_set *rows,
	unsigned ends, struct err *err)
{
	struct gather gather;
	int count = 0;
	int rc = 0;

	gather_init(&gather);
	for (int i = 0; rc == 0 && i < scan->packet.head.count; i++) {
		if (!row_set_has(rows, i) ||
			!is_asked(packet_row(&scan->packet.head, i)->status, ends))
			continue;
		out->rows[out->count++].position = i;
		rc = gather_add(&gather, scan, i, err);
	}
	if (rc == 0 && out->count)
		rc = gather_finish(&out->messages, &out->texts, &count, &gather, err);
	for (int i = 0; rc == 0 && i < out->count; i++) {
		const struct message *msg = &out->messages[i];
		struct unwritten_row *row = &out->rows[i];

		row->status = msg->status;
		row->outcome = message_outcome(msg);
		memcpy(row->salesforce_id, msg->salesforce_id, sizeof(row->salesforce_id));
		row->code = msg->code;
		row->comment = msg->comment;
	}
	gather_free(&gather);
	return rc;
}

static int add_sources(struct unwritten *out, struct scan *scan, struct err *err)
{
	struct slice sources[PACKET_ROWS_MAX];
	struct buf *blob = &scan->view->rows;
	int rc = view_blob(blob, scan->view, view_sql_rows, out->packet, err);

	if (rc == 0)
		rc = blob_sources_read(
			sources, buf_str(blob), blob->len, scan->packet.head.count, err);
	if (rc != 0)
		return rc;
	for (int i = 0; i < out->count; i++) {
		out->rows[i].source = sources[out->rows[i].position].data;
		out->rows[i].source_len = sources[out->rows[i].position].len;
	}
	out->sources = buf_detach(blob); /* what the slices point into */
	return out->sources ? 0 : err_nomem(err);
}

static int load(
	struct unwritten *out, struct view *view, int64_t packet, unsigned ends, struct err *err)
{
	struct scan *scan = NULL;
	int rc = scan_open(&scan, view, NULL, false, packet, packet, err);

	out->packet = packet;
	if (rc == 0)
		rc = scan_load(scan, packet, err);
	if (rc == 0) {
		struct row_set rows = packet_unwritten(&scan->packet.head);

		rc = add_lines(out, scan, &rows, ends, err);
	}
	if (rc == 0 && out->count)
		rc = add_sources(out, scan, err);
	scan_close(scan);
	return rc;
}

int view_unwritten(struct unwritten *out, struct view *view, int64_t run, int64_t after,
	unsigned ends, struct err *err)
{
	static const char sql[] =
		"SELECT id FROM packet INDEXED BY packet_write_back"
		" WHERE run = ? AND id > ? AND write_back > 0 ORDER BY id LIMIT 1";
	int rc = view_begin(view, err);

	memset(out, 0, sizeof(*out));
	while (rc == 0 && !out->count) {
		rc = db_value(&after, &view->db, sql, BINDS(B_INT(run), B_INT(after)), err);
		if (rc == 0)
			rc = load(out, view, after, ends, err);
	}
	view_end(view);
	if (rc != 0)
		unwritten_free(out);
	return rc;
}

void unwritten_free(struct unwritten *unwritten)
{
	free(unwritten->messages);
	free(unwritten->texts);
	free(unwritten->sources);
	unwritten->messages = NULL;
	unwritten->texts = unwritten->sources = NULL;
}
