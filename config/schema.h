/*
 * schema.h — the keys of each kind of file, as data. One walker per purpose (read, write, edit,
 * set, compare, show) goes over these tables; adding a setting is adding a row.
 */

#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "model/interface.h"

/* What a value is in the file, and what it is in the struct. */
enum key_kind {
	KEY_TEXT,    /* string; char * */
	KEY_LINES,   /* string, or a list of lines; char * with newlines */
	KEY_NUMBER,  /* integer; int */
	KEY_SIZE,    /* string like "512 MB"; int64_t, bytes */
	KEY_SWITCH,  /* true or false; bool */
	KEY_EITHER,  /* one of two words; bool: the second word is true */
	KEY_CHOICE,  /* one of some words; enum, in the words' order */
	KEY_SECRET,  /* group { sealed | env | file | credential }; struct secret */
	KEY_LIST,    /* string, or a list of strings; struct text_list */
	KEY_MAPPING, /* list of groups; struct mapping of a struct interface */
};

struct key {
	const char *path; /* "agent.host" */
	enum key_kind kind;
	size_t offset;
	const char *const *words; /* allowed words, NULL-terminated; NULL = any text */
	int min, max;		  /* of KEY_NUMBER */
	bool shown;		  /* stands in a new file even at its default */
	const char *otherwise;	  /* a text that is not set means this; NULL = nothing */
	const char *help;
};

struct schema {
	const char *what; /* "connection" */
	size_t size;	  /* of the struct */
	const struct key *keys;
	size_t count;
	void (*init)(void *thing);
	void (*free_fields)(void *thing);
	size_t nulls; /* offset of the interface's null policy, for KEY_MAPPING */
};

extern const struct schema schema_connection;
extern const struct schema schema_interface;
extern const struct schema schema_settings;

/* The row of `path`, or NULL. */
const struct key *schema_key(const struct schema *schema, const char *path);

/* Is `path` a group of this schema ("agent", "salesforce.proxy")? */
bool schema_is_group(const struct schema *schema, const char *path);

/* "did you mean" for a path: the nearest key or group, or the key that ends with this word; NULL.
 */
const char *schema_nearest(const struct schema *schema, const char *path);

/* ---- one value of one struct (value.c) ---- */

/* Where the value of `key` lies in `thing`. */
void *value_at(const void *thing, const struct key *key);

bool value_equal(const struct key *key, const void *a, const void *b);

/* Does it stand at the schema's default, so that the file need not name it? */
bool value_is_default(const struct schema *schema, const struct key *key, const void *thing);

/* Deep copy of this one value from `from` into `to`. */
int value_copy(void *to, const struct key *key, const void *from, struct err *err);

/*
 * As it stands in a file ("\"text\"", "9055", "{ env = \"VAR\"; }"); `indent` are the blanks the
 * line it is on, for lists of several lines. KEY_MAPPING needs `nulls`, the interface's policy.
 */
void value_write(struct buf *out, const struct schema *schema, const struct key *key,
	const void *thing, const char *indent);

/* Set from an operator's text (`--set`, a form); "" means not set. ERR_USAGE says what is allowed.
 */
int value_set(void *thing, const struct key *key, const char *text, struct err *err);

/* For people, on one line; a secret is told by its kind alone. */
void value_show(struct buf *out, const struct key *key, const void *thing);

/* The same for programs: {"sealed":true} or {"env":"VAR"} for a secret. */
void value_json(struct json *json, const struct key *key, const void *thing);

/* The words of a key as one line: "Insert, Update, Upsert or Delete". */
void words_line(struct buf *out, const char *const *words);

/* The index of `text` in `words` (ASCII case ignored), or -1. */
int words_find(const char *const *words, const char *text);

/* A string as libconfig reads it. `raw_lines`: line ends stand for themselves. */
void write_string(struct buf *out, const char *text, bool raw_lines);

/* { field = "..."; column = "..."; }, with its null policy where that is not the interface's. */
void write_entry(struct buf *out, const struct mapping_entry *entry, enum null_policy nulls);

#endif
