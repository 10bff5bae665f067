/*
 * edit_mapping.c — changes the entries of a mapping one by one. The list is cut into pieces, each
 * an entry with the comments that stand before it and behind it on its line; entries that stay keep
 * their piece, wherever they go, and the comments of those that leave remain in the list.
 */

#include "base/base.h"
#include "config/edit.h"

#include "base/text.h"
#include "config/parse.h"
#include "model/interface.h"

struct piece {
	size_t before; /* where its blanks and comments start; the entry itself is at nodes[].at */
	int node;      /* of the entry */
	size_t comma;  /* of the comma behind it; for the last one where the comma would be */
	size_t behind; /* behind the comma, or the same place where there is none */
	size_t tail;   /* end of what belongs to it: the line's end, or the next entry's start */
	bool used;
};

struct rebuild {
	struct buf out;
	struct scan scan;
	struct piece *pieces;
	int count;
	int list;	      /* node */
	size_t closing;	      /* start of what stands before the closing bracket */
	bool open;	      /* `out` ends in a comment that needs a line end */
	struct interface old; /* what the text gives now */
};

/* ---- cutting ---- */

static int cut(struct rebuild *r, struct err *err)
{
	const struct scan *scan = &r->scan;
	size_t at = scan->nodes[r->list].at + 1;
	size_t end = scan->nodes[r->list].end - 1;

	while (scan_element(scan, r->list, r->count) >= 0)
		r->count++;
	r->pieces = calloc((size_t)r->count + 1, sizeof(*r->pieces));
	if (!r->pieces)
		return err_nomem(err);
	for (int i = 0; i < r->count; i++) {
		struct piece *piece = &r->pieces[i];
		size_t stop;

		piece->before = at;
		piece->node = scan_element(scan, r->list, i);
		stop = scan->nodes[piece->node].end;
		piece->comma = piece->behind = scan_skip(scan->text, end, stop);
		if (piece->comma < end && scan->text[piece->comma] == ',') {
			piece->behind++;
		} else {
			piece->comma = piece->behind = stop;
		}
		piece->tail = scan_skip_line(scan->text, end, piece->behind);
		if (scan_is_blank(scan->text, piece->behind, piece->tail))
			piece->tail = piece->behind; /* no comment: these belong to what follows */
		at = piece->tail;
	}
	r->closing = at;
	return 0;
}

/* ---- putting together ---- */

static void emit(struct rebuild *r, const char *text, size_t len)
{
	bool starts_line = len > 0 && (text[0] == '\n' || text[0] == '\r');

	if (len == 0)
		return;
	if (r->open && !starts_line)
		buf_add_char(&r->out, '\n');
	r->open = false;
	/* Comments that were kept end their line already. */
	if (text[0] == '\n' && r->out.len && r->out.data[r->out.len - 1] == '\n') {
		text++;
		len--;
	}
	buf_add(&r->out, text, len);
}

/* Blanks and comments as they stand in the text. */
static void emit_span(struct rebuild *r, size_t at, size_t end)
{
	emit(r, r->scan.text + at, end - at);
	if (end > at)
		r->open = scan_ends_in_comment(r->scan.text, at, end);
}

/* Where new entries go: on lines of their own when any entry does. */
static void emit_indent(struct rebuild *r)
{
	const char *text = r->scan.text;
	struct buf blanks = BUF_INIT(256);

	buf_add_str(&blanks, r->count ? " " : "\n");
	for (int i = 0; i < r->count; i++) {
		size_t at = r->scan.nodes[r->pieces[i].node].at;
		size_t start = at;

		while (start > 0 && (text[start - 1] == ' ' || text[start - 1] == '\t'))
			start--;
		if (start > 0 && text[start - 1] == '\n') {
			buf_reset(&blanks);
			buf_add_char(&blanks, '\n');
			buf_add(&blanks, text + start, at - start);
			break;
		}
	}
	if (!r->count) {
		char indent[INDENT_MAX];

		edit_indent(indent, text, r->scan.nodes[r->list].key_at);
		buf_addf(&blanks, "%s  ", indent);
	}
	emit(r, buf_str(&blanks), blanks.len);
	buf_free(&blanks);
}

static int find_member(const struct scan *scan, int entry, const char *name)
{
	return scan_child(scan, entry, name, strlen(name));
}

/* The entry's own text, changed where it differs. */
static void emit_entry(struct rebuild *r, const struct piece *piece,
	const struct mapping_entry *old, const struct mapping_entry *new)
{
	const struct scan_node *node = &r->scan.nodes[piece->node];
	int source = find_member(&r->scan, piece->node, mapping_kind_name(old->kind));
	bool same_shape = strcmp(old->field, new->field) == 0 && old->kind == new->kind &&
			  old->nulls == new->nulls &&source >= 0;
	struct buf entry = BUF_INIT(SCAN_TEXT_MAX);

	if (same_shape && strcmp(old->text, new->text) == 0) {
		buf_add(&entry, r->scan.text + node->at, node->end - node->at);
	} else if (same_shape) {
		const struct scan_node *value = &r->scan.nodes[source];

		buf_add(&entry, r->scan.text + node->at, value->at - node->at);
		write_string(&entry, new->text, false);
		scan_comments(&entry, r->scan.text, value->at, value->end);
		buf_add(&entry, r->scan.text + value->end, node->end - value->end);
	} else {
		write_entry(&entry, new, r->old.nulls);
		scan_comments(&entry, r->scan.text, node->at, node->end);
	}
	emit(r, buf_str(&entry), entry.len);
	if (entry.broken)
		r->out.broken = entry.broken;
	buf_free(&entry);
}

/* What remains of entries that were in front of piece `before` and are gone. */
static void emit_leavings(struct rebuild *r, const bool *stays, int before)
{
	for (int i = 0; i < before; i++) {
		struct piece *piece = &r->pieces[i];
		struct buf kept = BUF_INIT(SCAN_TEXT_MAX);

		if (stays[i] || piece->used)
			continue;
		piece->used = true;
		scan_comments(&kept, r->scan.text, piece->before, piece->tail);
		emit(r, buf_str(&kept), kept.len);
		buf_free(&kept);
	}
}

/* The old piece that becomes each new entry: the first one of the same field that is not taken. */
static void match(const struct rebuild *r, const struct mapping *to, int *piece_of, bool *stays)
{
	for (size_t i = 0; i < to->count; i++) {
		piece_of[i] = -1;
		for (int j = 0; j < r->count && piece_of[i] < 0; j++) {
			if (!stays[j] && text_equal_fold(r->old.mapping.entries[j].field,
						 to->entries[i].field)) {
				stays[j] = true;
				piece_of[i] = j;
			}
		}
	}
}

static void put_together(
	struct rebuild *r, const struct mapping *to, const int *piece_of, const bool *stays)
{
	const struct scan_node *list = &r->scan.nodes[r->list];

	buf_add_char(&r->out, '(');
	for (size_t i = 0; i < to->count; i++) {
		struct piece *piece = piece_of[i] >= 0 ? &r->pieces[piece_of[i]] : NULL;

		if (piece) {
			emit_leavings(r, stays, piece_of[i]);
			emit_span(r, piece->before, r->scan.nodes[piece->node].at);
			emit_entry(r, piece, &r->old.mapping.entries[piece_of[i]], &to->entries[i]);
		} else {
			emit_indent(r);
			write_entry(&r->out, &to->entries[i], r->old.nulls);
		}
		if (i + 1 < to->count)
			emit(r, ",", 1);
		if (piece) {
			emit_span(r, r->scan.nodes[piece->node].end, piece->comma);
			emit_span(r, piece->behind, piece->tail);
		}
	}
	emit_leavings(r, stays, r->count);
	emit_span(r, r->closing, list->end - 1);
	if (r->count == 0) {
		char indent[INDENT_MAX];

		edit_indent(indent, r->scan.text, list->key_at);
		emit(r, "\n", 1);
		emit(r, indent, strlen(indent));
	}
	emit(r, ")", 1);
}

static int rebuild_list(struct rebuild *r, const struct mapping *to, struct err *err)
{
	int *piece_of = calloc(to->count + 1, sizeof(*piece_of));
	bool *stays = NULL;
	int rc = cut(r, err);

	if (rc == 0) {
		stays = calloc((size_t)r->count + 1, sizeof(*stays));
		if (!piece_of || !stays)
			rc = err_nomem(err);
	}
	if (rc == 0) {
		match(r, to, piece_of, stays);
		put_together(r, to, piece_of, stays);
		rc = buf_check(&r->out, "the mapping", err);
	}
	free(piece_of);
	free(stays);
	return rc;
}

int edit_mapping(struct buf *text, const struct interface *to, const char *path, struct err *err)
{
	struct rebuild r = { .out = BUF_INIT(SCAN_TEXT_MAX), .list = -1 };
	size_t at = 0;
	size_t end = 0;
	int rc;

	interface_init(&r.old);
	rc = parse_text(&r.old, &schema_interface, buf_str(text), text->len, path, NULL, NULL, err);
	if (rc == 0)
		rc = scan_text(&r.scan, buf_str(text), text->len, path, err);
	if (rc == 0) {
		r.list = scan_find(&r.scan, "mapping");
		rc = rebuild_list(&r, &to->mapping, err);
		at = r.scan.nodes[r.list].at;
		end = r.scan.nodes[r.list].end;
	}
	if (rc == 0)
		rc = edit_bytes(text, at, end, buf_str(&r.out), r.out.len, err);
	buf_free(&r.out);
	free(r.pieces);
	scan_free(&r.scan);
	interface_free_fields(&r.old);
	return rc;
}
