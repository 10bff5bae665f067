/*
 * match.c — which rows of a packet pass a filter. Each kind of term turns a packet into a set of
 * rows; sets are cut with each other until nothing is left or all terms were asked, the cheap ones
 * first.
 */

#include "base/base.h"
#include "base/text.h"
#include "store/cause.h"
#include "store/scan.h"

/* Rows of scan->packet that pass `term`; only those of `asked` matter. */
typedef int matcher(struct row_set *out, struct scan *scan, const struct term *term,
	const struct row_set *asked, struct err *err);

static void add_all(struct row_set *out, const struct row_set *rows)
{
	for (size_t i = 0; i < ARRAY_SIZE(out->bits); i++)
		out->bits[i] |= rows->bits[i];
}

static int match_status(struct row_set *out, struct scan *scan, const struct term *term,
	const struct row_set *asked, struct err *err)
{
	const struct packet *packet = &scan->packet.head;
	struct row_set base = packet_base_rows(packet);

	(void)asked;
	(void)err;
	if (term->mask & 1u << packet->base.status)
		add_all(out, &base);
	for (int i = 0; i < packet->count; i++) {
		if (row_set_has(&packet->own, i) && term->mask & 1u << packet->rows[i].status)
			row_set_add(out, i);
	}
	return 0;
}

static bool in_ranges(const struct term *term, int64_t number)
{
	for (int i = 0; i < term->count; i++) {
		if (number >= term->values[i].first && number <= term->values[i].last)
			return true;
	}
	return false;
}

static bool run_passes(const struct term *term, const struct run_names *run)
{
	switch (term->kind) {
	case TERM_RUN:
		return in_ranges(term, run->id);
	case TERM_INTERFACE:
		return term_matches_any(term, run->interface);
	case TERM_CONNECTION:
		return term_matches_any(term, run->connection);
	case TERM_INTEGRATION:
		return term_matches_any(term, run->integration);
	case TERM_OBJECT:
		return term_matches_any(term, run->object);
	default:
		return true;
	}
}

bool match_is_about_runs(enum term_kind kind)
{
	return kind == TERM_RUN || kind == TERM_INTERFACE || kind == TERM_CONNECTION ||
	       kind == TERM_INTEGRATION || kind == TERM_OBJECT;
}

bool match_run(const struct filter *filter, const struct run_names *run)
{
	for (int i = 0; filter && i < filter->count; i++) {
		const struct term *term = &filter->terms[i];

		if (match_is_about_runs(term->kind) && run_passes(term, run) == term->inverted)
			return false;
	}
	return true;
}

static int match_of_run(struct row_set *out, struct scan *scan, const struct term *term,
	const struct row_set *asked, struct err *err)
{
	(void)err;
	if (run_passes(term, scan->packet.run))
		*out = *asked;
	return 0;
}

static int match_message(struct row_set *out, struct scan *scan, const struct term *term,
	const struct row_set *asked, struct err *err)
{
	(void)err;
	for (int i = 0; i < scan->packet.head.count; i++) {
		if (row_set_has(asked, i) && in_ranges(term, MESSAGE_ID(scan->packet.head.id, i)))
			row_set_add(out, i);
	}
	return 0;
}

static int match_time(struct row_set *out, struct scan *scan, const struct term *term,
	const struct row_set *asked, struct err *err)
{
	const struct packet *packet = &scan->packet.head;
	bool since = term->kind == TERM_SINCE;
	struct row_set base = packet_base_rows(packet);
	int rc = scan_details(scan, err);

	(void)asked;
	if (rc != 0)
		return rc;
	if ((packet->base_time >= term->time) == since)
		add_all(out, &base);
	for (int i = 0; i < packet->count; i++) {
		if (row_set_has(&packet->own, i) &&
			(scan->packet.details[i].time >= term->time) == since)
			row_set_add(out, i);
	}
	return 0;
}

/* ---- texts ---- */

static bool occurs(const struct term_value *value, const char *folded, size_t len)
{
	return memmem(folded, len, value->literal, value->literal_len) != NULL;
}

bool match_literals(const struct term *term, const char *folded, size_t len)
{
	for (int i = 0; i < term->count; i++) {
		const struct term_value *value = &term->values[i];

		if (value->literal_len == 0 || occurs(value, folded, len))
			return true;
	}
	return false;
}

/* Does `pattern` match anywhere inside of the bytes (in lower case)? */
static bool matches_inside(const struct term_value *value, const char *folded, size_t len)
{
	char *pattern = NULL;
	char *text = NULL;
	bool found;

	if (value->literal_len && !occurs(value, folded, len))
		return false;
	if (!value->wild)
		return true;
	text = strndup(folded, len);
	found = text && asprintf(&pattern, "*%s*", value->folded) >= 0 &&
		text_match(pattern, text, false);
	free(text);
	free(pattern);
	return found;
}

/* The bytes in lower case, in scratch memory. */
static const char *fold(struct view *view, const char *data, size_t len)
{
	char *room;

	buf_reset(&view->folded);
	room = buf_room(&view->folded, len);
	if (!room)
		return "";
	fold_bytes(room, data, len);
	buf_grew(&view->folded, len);
	return room;
}

static bool any_inside(const struct term *term, struct view *view, const char *data, size_t len)
{
	const char *folded = fold(view, data, len);

	for (int i = 0; i < term->count; i++) {
		if (matches_inside(&term->values[i], folded, len))
			return true;
	}
	return false;
}

static const char *word(const struct scan *scan, size_t offset)
{
	return scan->view->words.data + offset;
}

static const char *empty_if_null(const char *text)
{
	return text ? text : "";
}

static bool code_passes(const struct term *term, struct view *view, const char *text)
{
	(void)view;
	return *text && term_matches_any(term, text);
}

static bool comment_passes(const struct term *term, struct view *view, const char *text)
{
	return any_inside(term, view, text, strlen(text));
}

static bool form_passes(const struct term *term, struct view *view, const char *text)
{
	char form[CAUSE_FORM_MAX];

	(void)view;
	cause_form(form, text);
	for (int i = 0; i < term->count; i++)
		if (text_equal(term->values[i].folded, form))
			return true;
	return false;
}

/* "Name,Price__c": one of the names. */
static bool field_passes(const struct term *term, struct view *view, const char *text)
{
	char name[128];

	(void)view;
	while (*text) {
		size_t len = strcspn(text, ", ");

		text_copy(name, len < sizeof(name) ? len + 1 : sizeof(name), text);
		if (len && term_matches_any(term, name))
			return true;
		text += len + strspn(text + len, ", ");
	}
	return false;
}

/* What is asked of the texts that base and own rows both have. */
static const struct {
	enum term_kind kind;
	bool (*passes)(const struct term *term, struct view *view, const char *text);
	size_t detail; /* offset in struct row_detail */
} words[] = {
	{ TERM_CODE, code_passes, offsetof(struct row_detail, code) },
	{ TERM_COMMENT, comment_passes, offsetof(struct row_detail, comment) },
	{ TERM_LIKE, form_passes, offsetof(struct row_detail, comment) },
	{ TERM_FIELD, field_passes, offsetof(struct row_detail, fields) },
};

static const char *base_word(const struct packet *packet, enum term_kind kind)
{
	if (kind == TERM_CODE)
		return empty_if_null(packet->code);
	return kind == TERM_FIELD ? "" : empty_if_null(packet->comment);
}

static int match_word(struct row_set *out, struct scan *scan, const struct term *term,
	const struct row_set *asked, struct err *err)
{
	const struct packet *packet = &scan->packet.head;
	struct row_set base = packet_base_rows(packet);
	size_t which = 0;
	int rc = scan_details(scan, err);

	if (rc != 0)
		return rc;
	while (words[which].kind != term->kind)
		which++;
	if (words[which].passes(term, scan->view, base_word(packet, term->kind)))
		add_all(out, &base);
	for (int i = 0; i < packet->count; i++) {
		size_t offset;

		if (!row_set_has(&packet->own, i) || !row_set_has(asked, i))
			continue;
		memcpy(&offset, (const char *)&scan->packet.details[i] + words[which].detail,
			sizeof(offset));
		if (words[which].passes(term, scan->view, word(scan, offset)))
			row_set_add(out, i);
	}
	return 0;
}

static int match_key(struct row_set *out, struct scan *scan, const struct term *term,
	const struct row_set *asked, struct err *err)
{
	int rc = scan_keys(scan, err);
	struct buf *keys = &scan->view->keys;

	if (rc != 0 || !match_literals(term, fold(scan->view, buf_str(keys), keys->len), keys->len))
		return rc;
	for (int i = 0; i < scan->packet.head.count; i++) {
		if (row_set_has(asked, i) && term_matches_any(term, scan->packet.keys[i]))
			row_set_add(out, i);
	}
	return 0;
}

/* ---- results ---- */

static int load_results(struct scan *scan, struct err *err)
{
	int rc = scan_details(scan, err);

	return rc ? rc : scan_ids(scan, err);
}

/* Of 15 and 18 characters the first 15 name the record. */
static bool id_passes(const struct term *term, const char *id)
{
	for (int i = 0; i < term->count; i++) {
		const struct term_value *value = &term->values[i];
		size_t len = strlen(value->text);

		if (!value->wild && (len == 15 || len == 18) ? strncmp(value->text, id, 15) == 0
							     : term_value_matches(value, id))
			return true;
	}
	return false;
}

static int match_id(struct row_set *out, struct scan *scan, const struct term *term,
	const struct row_set *asked, struct err *err)
{
	const struct scan_packet *current = &scan->packet;
	int rc = load_results(scan, err);

	for (int i = 0; rc == 0 && i < current->head.count; i++) {
		const char *id = "";

		if (!row_set_has(asked, i))
			continue;
		if (row_set_has(&current->head.own, i))
			id = current->details[i].salesforce_id;
		else if (row_set_has(&current->ids.succeeded, i))
			id = current->ids.ids[i];
		if (*id && id_passes(term, id))
			row_set_add(out, i);
	}
	return rc;
}

static unsigned properties(const struct scan_packet *current, int position)
{
	const struct packet_row *row = packet_row(&current->head, position);
	bool own = row_set_has(&current->head.own, position);
	bool created = own ? current->details[position].created
			   : row_set_has(&current->ids.created, position);
	unsigned mask = 0;

	if (row->status == MESSAGE_COMPLETED)
		mask |= created ? 1u << IS_CREATED : 1u << IS_UPDATED;
	if (own && current->details[position].edited)
		mask |= 1u << IS_EDITED;
	if (row_set_has(&current->head.superseded, position))
		mask |= 1u << IS_SUPERSEDED;
	if (row->attempts > 1)
		mask |= 1u << IS_RETRIED;
	return mask;
}

static int match_property(struct row_set *out, struct scan *scan, const struct term *term,
	const struct row_set *asked, struct err *err)
{
	int rc;

	if (term->mask == 1u << IS_SUPERSEDED) { /* the packet's own row says it */
		*out = row_set_and(*asked, scan->packet.head.superseded);
		return 0;
	}
	rc = load_results(scan, err);
	for (int i = 0; rc == 0 && i < scan->packet.head.count; i++) {
		if (row_set_has(asked, i) && properties(&scan->packet, i) & term->mask)
			row_set_add(out, i);
	}
	return rc;
}

/* ---- a bare word: in key, code, comment and record ---- */

static int match_edited(struct row_set *out, struct scan *scan, const struct term *term,
	int position, struct err *err)
{
	const char *record;
	int rc = scan_edited(&record, scan, position, err);

	if (rc == 0 && any_inside(term, scan->view, record, strlen(record)))
		row_set_add(out, position);
	return rc;
}

/* The records of the packet; those that were edited count in their new form alone. */
static int match_records(struct row_set *out, struct scan *scan, const struct term *term,
	const struct row_set *asked, struct err *err)
{
	struct scan_packet *current = &scan->packet;
	struct buf *body = &scan->view->body;
	bool possible;
	int rc = scan_body(scan, err);

	if (rc != 0)
		return rc;
	possible = match_literals(term, fold(scan->view, buf_str(body), body->len), body->len);
	for (int i = 0; rc == 0 && i < current->head.count; i++) {
		if (!row_set_has(asked, i) || row_set_has(out, i))
			continue;
		if (row_set_has(&current->head.own, i) && current->details[i].has_record)
			rc = match_edited(out, scan, term, i, err);
		else if (possible && any_inside(term, scan->view, current->records[i].data,
					     current->records[i].len))
			row_set_add(out, i);
	}
	return rc;
}

static bool said_of_row(const struct term *term, struct scan *scan, int position)
{
	const struct packet *packet = &scan->packet.head;
	const struct row_detail *detail = &scan->packet.details[position];
	bool own = row_set_has(&packet->own, position);
	const char *code = own ? word(scan, detail->code) : empty_if_null(packet->code);
	const char *comment = own ? word(scan, detail->comment) : empty_if_null(packet->comment);

	return comment_passes(term, scan->view, code) || comment_passes(term, scan->view, comment);
}

static int match_text(struct row_set *out, struct scan *scan, const struct term *term,
	const struct row_set *asked, struct err *err)
{
	const struct packet *packet = &scan->packet.head;
	bool silent = row_set_empty(&packet->own) && !packet->code && !packet->comment;
	struct buf *keys = &scan->view->keys;
	bool in_keys;
	int rc = scan_details(scan, err);

	if (rc == 0)
		rc = scan_keys(scan, err);
	if (rc != 0)
		return rc;
	in_keys = match_literals(term, fold(scan->view, buf_str(keys), keys->len), keys->len);
	for (int i = 0; i < packet->count && (in_keys || !silent); i++) {
		const char *key = scan->packet.keys[i];

		if (!row_set_has(asked, i))
			continue;
		if ((in_keys && any_inside(term, scan->view, key, strlen(key))) ||
			(!silent && said_of_row(term, scan, i)))
			row_set_add(out, i);
	}
	return match_records(out, scan, term, asked, err);
}

/* ---- all terms ---- */

static matcher *const matchers[] = {
	[TERM_STATUS] = match_status,
	[TERM_RUN] = match_of_run,
	[TERM_MESSAGE] = match_message,
	[TERM_INTERFACE] = match_of_run,
	[TERM_CONNECTION] = match_of_run,
	[TERM_INTEGRATION] = match_of_run,
	[TERM_OBJECT] = match_of_run,
	[TERM_SINCE] = match_time,
	[TERM_BEFORE] = match_time,
	[TERM_CODE] = match_word,
	[TERM_FIELD] = match_word,
	[TERM_COMMENT] = match_word,
	[TERM_LIKE] = match_word,
	[TERM_IS] = match_property,
	[TERM_KEY] = match_key,
	[TERM_ID] = match_id,
	[TERM_TEXT] = match_text,
};

int match_packet(struct row_set *matches, struct scan *scan, struct err *err)
{
	*matches = scan->packet.head.all;
	for (int i = 0; scan->filter && i < scan->filter->count; i++) {
		const struct term *term = &scan->filter->terms[i];
		struct row_set passed = { { 0 } };
		int rc = matchers[term->kind](&passed, scan, term, matches, err);

		if (rc != 0)
			return rc;
		*matches = term->inverted ? row_set_and_not(*matches, passed)
					  : row_set_and(*matches, passed);
		if (row_set_empty(matches))
			break;
	}
	return 0;
}
