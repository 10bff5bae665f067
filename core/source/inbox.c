/* inbox.c — the one place that knows whether files are local or remote. */

#include "base/base.h"
#include "source/inbox.h"
#include "base/file.h"
#include "base/text.h"

struct inbox {
	const struct inbox_spec *spec;
};

int inbox_open(struct inbox **out, const struct inbox_spec *spec, struct err *err)
{
	struct inbox *inbox = calloc(1, sizeof(*inbox));

	if (!inbox)
		return err_nomem(err);
	if (!spec->folder) {
		free(inbox);
		return err_set(err, ERR_CONFIG,
			"source.url: this version reads local folders alone: let a job of the "
			"system fetch %s into one, and set source.folder",
			spec->url ? spec->url : "the files");
	}
	inbox->spec = spec;
	*out = inbox;
	return 0;
}

void inbox_close(struct inbox *inbox)
{
	free(inbox);
}

int inbox_look(struct folder_list *out, struct inbox *inbox, struct err *err)
{
	return folder_look(out, inbox->spec->folder, inbox->spec->pattern, err);
}

static int local_path(char **path, const struct inbox *inbox, const char *name, struct err *err)
{
	*path = file_join(inbox->spec->folder, name);
	return *path ? 0 : err_nomem(err);
}

bool inbox_is_written(struct inbox *inbox, const char *name)
{
	char *path = NULL;
	bool written = false;

	if (local_path(&path, inbox, name, NULL) == 0)
		written = folder_is_written(path);
	free(path);
	return written;
}

int inbox_fetch(char **path, struct inbox *inbox, const struct folder_file *file, struct err *err)
{
	return local_path(path, inbox, file->name, err);
}

int inbox_archive(struct inbox *inbox, const char *name, struct err *err)
{
	char *path = NULL;
	int rc = local_path(&path, inbox, name, err);

	if (!rc && file_exists(path))
		rc = folder_archive(path, name, inbox->spec->archive, err);
	free(path);
	return rc;
}

int inbox_delete(struct inbox *inbox, const char *name, struct err *err)
{
	char *path = NULL;
	int rc = local_path(&path, inbox, name, err);

	if (!rc)
		rc = folder_delete(path, err);
	free(path);
	return rc;
}

void inbox_forget(struct inbox *inbox, const char *name)
{
	(void)inbox;
	(void)name;
}
