/* record_private.h — what the kinds of record files share (internal to core/source). */

#ifndef SOURCE_RECORD_PRIVATE_H
#define SOURCE_RECORD_PRIVATE_H

#include "base/buf.h"
#include "source/decode.h"
#include "source/record.h"

/* One kind of file. */
struct record_kind {
	int (*open)(void **self, struct decode *decode, const struct file_spec *spec,
		struct err *err); /* owns `decode` then, also on failure */
	void (*close)(void *self);
	int (*names)(struct text_list *names, void *self, struct err *err);
	int (*bind)(void *self, const struct text_list *names, struct err *err);
	int (*next)(struct record *record, void *self, struct err *err);
};

extern const struct record_kind record_csv;
extern const struct record_kind record_json_lines;
extern const struct record_kind record_json;

#define RECORD_WORDS 256 /* bytes of why a record is bad */

/* The place of `name` in `names`, -1 when it has none; the search begins at `hint`. */
int record_place(const struct text_list *names, const char *name, size_t hint);

/* Add `name` unless it is there, case aside. */
int record_add_name(struct text_list *names, const char *name, struct err *err);

#endif
