/* origin.c — a database or files, to one spec for the reader. */

#include "base/base.h"
#include "process/origin.h"
#include "base/text.h"

static int find_mark(
	struct mark *mark, const struct files_wish *wish, bool initial, struct err *err)
{
	struct mark_wish mark_wish = { wish->interface, wish->connection, wish->org_id, initial };
	struct view *view = NULL;
	int rc;

	*mark = (struct mark){ .column = -1 };
	if (text_empty(wish->interface->watermark_column))
		return 0;
	rc = view_open(&view, wish->env->home_data, err);
	if (!rc)
		rc = mark_open(mark, view, &mark_wish, err);
	view_close(view);
	return rc;
}

int origin_open(struct origin *out, const struct files_wish *wish, bool initial, int64_t limit_rows,
	struct err *err)
{
	const struct interface *interface = wish->interface;
	int rc;

	*out = (struct origin){ .spec = { .program = wish->env->reader_program,
					.limit_rows = limit_rows,
					.timeout_s = wish->connection->source.query_timeout } };
	if (wish->connection->type == CONNECTION_AGENT_FILE) {
		rc = files_choose(&out->files, wish, err);
		if (rc)
			return rc;
		out->spec.files = &out->files->spec;
		out->empty = out->files->spec.count == 0;
		return 0;
	}
	rc = find_mark(&out->mark, wish, initial, err);
	if (rc)
		return rc;
	initial = initial || out->mark.beginning;
	out->spec.query = initial && !text_empty(interface->initial_query)
				  ? interface->initial_query
				  : interface->query;
	if (out->mark.used && !out->mark.beginning) {
		out->spec.mark = out->mark.start;
		out->spec.mark_type = out->mark.type;
	}
	out->spec.page_by = text_empty(interface->page_by) ? NULL : interface->page_by;
	rc = process_odbc_string(&out->odbc, wish->connection, wish->env->keyring, err);
	out->spec.odbc = out->odbc;
	return rc;
}

void origin_free(struct origin *origin)
{
	secret_wipe(origin->odbc);
	files_free(origin->files);
	*origin = (struct origin){ 0 };
}
