/* question.c — a question's rows, its queries, and the memory of what was answered. */

#include "base/base.h"
#include "process/question.h"
#include "base/text.h"

int question_init(struct question *question, const char *object, const char *fields,
	const char *parent, const struct describe *describe, struct err *err)
{
	*question = (struct question){ .known = KEY_MAP_INIT };
	text_copy(question->parent, sizeof(question->parent), parent ? parent : "");
	return lookup_init(&question->lookup, object, fields, describe, err);
}

void question_free(struct question *question)
{
	question_next(question, QUESTION_ROWS);
	key_map_free(&question->known);
}

bool question_put(struct question *question, int row, struct json_object *record)
{
	return lookup_key_read(&question->keys[row], &question->lookup,
		question->parent[0] ? question->parent : NULL, record);
}

/* One record more has this key. */
static void found(void *ctx, uint64_t hash, const char *id)
{
	struct question *question = ctx;
	int64_t *hits = key_map_get(&question->known, hash);

	(void)id;
	if (hits)
		++*hits;
}

/* Take what is not known yet; every key once. */
static int list_open(struct lookup_key *open, struct question *question, int rows, struct err *err)
{
	int count = 0;

	for (int i = 0; i < rows; i++) {
		uint64_t hash = question->keys[i].hash;

		if (!hash || key_map_get(&question->known, hash))
			continue;
		if (!key_map_put(&question->known, hash))
			return err_nomem(err);
		open[count++] = question->keys[i];
	}
	return count;
}

/* From `first` on: asked for, and those with records counted; or forgotten again. */
static int ask(struct question *question, const struct lookup_key *open, int count, struct org *org,
	struct err *err)
{
	struct http_answer answer;
	int rc = 0;

	http_answer_init(&answer);
	for (int first = 0, asked; !rc && first < count; first += asked) {
		asked = count - first;
		if (question->calls >= QUESTION_CALLS_MAX)
			rc = err_set(err, ERR_LIMIT, "a dry run makes %d look-ups of %s",
				QUESTION_CALLS_MAX, question->lookup.object);
		else
			question->calls++;
		for (int i = first; !rc && i < count; i++)
			*key_map_get(&question->known, open[i].hash) = 1;
		if (!rc)
			rc = lookup_keys(&question->lookup, org, open + first, &asked, &answer,
				found, question, err);
		for (int i = first; rc && i < count; i++)
			key_map_delete(&question->known, open[i].hash);
	}
	http_answer_free(&answer);
	return rc;
}

int question_ask(struct question *question, int rows, struct org *org, struct err *err)
{
	struct lookup_key open[QUESTION_ROWS];
	int rc = list_open(open, question, rows, err);

	if (rc > 0)
		rc = ask(question, open, rc, org, err);
	for (int i = 0; i < rows; i++) {
		uint64_t hash = question->keys[i].hash;
		const int64_t *hits = hash ? key_map_get(&question->known, hash) : NULL;

		question->hits[i] = hits ? (int)*hits - 1 : QUESTION_UNKNOWN;
	}
	return rc;
}

void question_next(struct question *question, int rows)
{
	for (int i = 0; i < rows; i++)
		lookup_key_free(&question->keys[i]);
}
