/* record.c — one file of whatever kind. */

#include "base/base.h"
#include "source/record.h"
#include "source/record_private.h"

struct record_file {
	const struct record_kind *kind;
	void *self;
};

static const struct record_kind *const kinds[] = {
	[FILE_CSV] = &record_csv,
	[FILE_JSON_LINES] = &record_json_lines,
	[FILE_JSON] = &record_json,
};

int record_open(
	struct record_file **out, const char *path, const struct file_spec *spec, struct err *err)
{
	struct record_file *file = calloc(1, sizeof(*file));
	struct decode *decode = NULL;
	int rc;

	if (!file)
		return err_nomem(err);
	file->kind = kinds[spec->format];
	rc = decode_open(&decode, path, spec->encoding, err);
	if (!rc)
		rc = file->kind->open(&file->self, decode, spec, err);
	if (rc) {
		free(file);
		return rc;
	}
	*out = file;
	return 0;
}

void record_close(struct record_file *file)
{
	if (!file)
		return;
	file->kind->close(file->self);
	free(file);
}

int record_names(struct text_list *names, struct record_file *file, struct err *err)
{
	return file->kind->names(names, file->self, err);
}

int record_bind(struct record_file *file, const struct text_list *names, struct err *err)
{
	return file->kind->bind(file->self, names, err);
}

int record_next(struct record *record, struct record_file *file, struct err *err)
{
	return file->kind->next(record, file->self, err);
}

int record_place(const struct text_list *names, const char *name, size_t hint)
{
	for (size_t i = 0; i < names->count; i++) {
		size_t at = (hint + i) % names->count;

		if (text_equal_fold(names->items[at], name))
			return (int)at;
	}
	return -1;
}

int record_add_name(struct text_list *names, const char *name, struct err *err)
{
	if (record_place(names, name, 0) >= 0 || text_list_add(names, name))
		return 0;
	return err_nomem(err);
}
