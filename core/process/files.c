/* files.c — which files a run reads, and what becomes of them. */

#include "base/base.h"
#include "process/files.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/crash_point.h"
#include "base/file.h"
#include "base/text.h"
#include "source/inbox.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

struct desk {
	const struct files_wish *wish;
	struct inbox_spec inbox_spec;
	struct inbox *inbox;
	struct view *view;
	char *spool;
	char *password;
	struct files *files;
	char **paths, **names; /* of the chosen; owned by `files` in the end */
	size_t done;	       /* how many were processed before */
};

static void note(struct files *files, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void note(struct files *files, const char *fmt, ...)
{
	size_t used = strlen(files->note);
	va_list ap;

	if (used && used + 4 < sizeof(files->note))
		used += (size_t)snprintf(files->note + used, sizeof(files->note) - used, "; ");
	va_start(ap, fmt);
	vsnprintf(files->note + used, sizeof(files->note) - used, fmt, ap);
	va_end(ap);
}

/* ---- the desk: what choosing and settling need ---- */

/* Copies of remote files are the interface's until its run is done, or of one look alone. */
static bool is_look(const struct files_wish *wish)
{
	return !wish->info || wish->info->dry_run;
}

static char *spool_of(const struct files_wish *wish)
{
	static atomic_uint looks;
	char below[64 + MODEL_NAME_MAX];

	if (is_look(wish))
		snprintf(below, sizeof(below), "spool/.look-%ld-%u", (long)getpid(),
			atomic_fetch_add(&looks, 1));
	else
		snprintf(below, sizeof(below), "spool/%s", wish->interface->name);
	return file_join(wish->env->home_data, below);
}

static int open_desk(struct desk *desk, const struct files_wish *wish, struct err *err)
{
	const struct source_access *source = &wish->connection->source;
	int rc = 0;

	*desk = (struct desk){ .wish = wish };
	desk->spool = spool_of(wish);
	if (!desk->spool)
		return err_nomem(err);
	if (source->password.kind != SECRET_NONE)
		rc = secret_reveal(&desk->password, &source->password, wish->env->keyring, err);
	if (rc) {
		err_prefix(err, "source.password");
		return rc;
	}
	desk->inbox_spec = (struct inbox_spec){ .name = wish->connection->name,
		.folder = source->folder,
		.url = source->url,
		.pattern = text_empty(source->marker) ? source->pattern : NULL,
		.archive = source->archive,
		.username = source->username,
		.password = desk->password,
		.key_file = source->key_file,
		.known_hosts = source->known_hosts,
		.timeout_s = source->query_timeout,
		.spool = desk->spool,
		.stop = wish->stop };
	rc = inbox_open(&desk->inbox, &desk->inbox_spec, err);
	if (!rc && view_open(&desk->view, wish->env->home_data, err) == -ERR_NOT_FOUND &&
		!wish->info)
		err_clear(err); /* a preview in a home that has run nothing yet */
	else if (!rc && !desk->view)
		rc = -err->kind;
	return rc;
}

static void close_desk(struct desk *desk)
{
	view_close(desk->view);
	inbox_close(desk->inbox);
	secret_wipe(desk->password);
	free(desk->spool);
}

/* ---- complete? ---- */

static bool is_marker(const char *marker, const char *name)
{
	size_t len = strlen(name), end = strlen(marker);

	return len > end && !strcmp(name + len - end, marker);
}

/* The marker of orders.csv lies beside it as orders.csv.done. */
static bool has_marker(const struct folder_list *all, const char *marker, const char *name)
{
	char wanted[512];

	snprintf(wanted, sizeof(wanted), "%s%s", name, marker);
	return folder_find(all, wanted) != NULL;
}

/* Wait for the second look; ERR_INTERRUPTED when the run is to end. */
static int rest(const struct files_wish *wish, struct err *err)
{
	int64_t until = clock_mono() + wish->connection->source.settle * INT64_C(1000);

	while (clock_mono() < until) {
		if (wish->stop && atomic_load(wish->stop))
			return err_set(err, ERR_INTERRUPTED, "reading was stopped");
		clock_sleep(20);
	}
	return 0;
}

static bool is_complete(struct desk *desk, const struct folder_list *first,
	const struct folder_list *second, const struct folder_file *file)
{
	const char *marker = desk->wish->connection->source.marker;
	const struct folder_file *before = folder_find(first, file->name);

	if (!text_empty(marker))
		return has_marker(second, marker, file->name);
	return before && before->size == file->size && before->changed == file->changed &&
	       !inbox_is_written(desk->inbox, file->name);
}

/* ---- processed before? ---- */

static int remember_earlier(struct files *files, int64_t run, struct err *err)
{
	int64_t *more;

	for (size_t i = 0; i < files->earlier_count; i++)
		if (files->earlier[i] == run)
			return 0;
	more = realloc(files->earlier, (files->earlier_count + 1) * sizeof(*more));
	if (!more)
		return err_nomem(err);
	files->earlier = more;
	more[files->earlier_count++] = run;
	return 0;
}

/* Of a file that a run has taken: 1 = read it, 0 = leave it. */
static int judge_known(
	struct desk *desk, const struct source_file *known, bool same_file, struct err *err)
{
	const struct run_info *info = desk->wish->info;
	struct run_info run;

	switch (known->state) {
	case SOURCE_FILE_RELEASED:
		return remember_earlier(desk->files, known->run, err) ? -err->kind : 1;
	case SOURCE_FILE_TAKEN:
		if (view_run(&run, desk->view, known->run, NULL) == 0)
			note(desk->files,
				"%s belongs to run %" PRId64 " (%s): resume or cancel that",
				known->name, known->run, run_state_name(run.state));
		return 0;
	default:
		if (info && info->again)
			return 1;
		if (!same_file)
			note(desk->files, "%s: done in run %" PRId64 ", not read again",
				known->name, known->run);
		desk->done++;
		return 0;
	}
}

/* 1 = `chosen` is to be read from `path`, 0 = not, negative = an error. */
static int judge(struct source_file *chosen, char **path, struct desk *desk,
	const struct folder_file *file, struct err *err)
{
	struct source_file known;
	const char *interface = desk->wish->interface->name;
	int rc = -ERR_NOT_FOUND;

	if (desk->view)
		rc = view_source_file(&known, desk->view, interface, file->name, file->size,
			file->changed, NULL, err);
	if (!rc && known.state != SOURCE_FILE_RELEASED)
		rc = judge_known(desk, &known, true, err);
	else if (!rc || rc == -ERR_NOT_FOUND)
		rc = 1;
	if (rc <= 0)
		return rc;
	rc = inbox_fetch(path, desk->inbox, file, err);
	if (!rc)
		rc = folder_checksum(chosen->checksum, *path, desk->wish->stop, err);
	if (rc)
		return rc;
	text_copy(chosen->name, sizeof(chosen->name), file->name);
	chosen->size = file->size;
	chosen->changed = file->changed;
	rc = -ERR_NOT_FOUND;
	if (desk->view)
		rc = view_source_file(&known, desk->view, interface, file->name, file->size, 0,
			chosen->checksum, err);
	if (rc)
		return rc == -ERR_NOT_FOUND ? 1 : rc;
	return judge_known(desk, &known, known.changed == file->changed, err);
}

/* ---- the list for the reader ---- */

static int add_item(
	struct files *files, const struct source_file *chosen, char *path, struct err *err)
{
	struct file_item *items = (struct file_item *)(uintptr_t)files->spec.items;
	size_t at = files->spec.count;
	struct source_file *more = realloc(files->chosen, (at + 1) * sizeof(*more));
	char *name = text_dup(chosen->name);

	if (more)
		files->chosen = more;
	items = realloc(items, (at + 1) * sizeof(*items));
	if (items)
		files->spec.items = items;
	if (!more || !items || !name) {
		free(name);
		free(path);
		return err_nomem(err);
	}
	more[at] = *chosen;
	items[at] = (struct file_item){ path, name };
	files->spec.count++;
	return 0;
}

static int add_wanted(struct file_spec *spec, const struct interface *interface, struct err *err)
{
	bool fine = true;

	for (size_t i = 0; fine && i < interface->mapping.count; i++)
		if (interface->mapping.entries[i].kind == MAPPING_COLUMN)
			fine = text_list_add(&spec->wanted, interface->mapping.entries[i].text);
	for (size_t i = 0; fine && i < interface->row_key.count; i++)
		fine = text_list_add(&spec->wanted, interface->row_key.items[i]);
	/* Every row has these two by itself. */
	for (size_t i = 0; fine && i < spec->wanted.count;) {
		char *name = spec->wanted.items[i];

		if (!text_equal_fold(name, FILE_COLUMN_NAME) &&
			!text_equal_fold(name, FILE_COLUMN_LINE)) {
			i++;
			continue;
		}
		free(name);
		memmove(&spec->wanted.items[i], &spec->wanted.items[i + 1],
			(--spec->wanted.count - i) * sizeof(char *));
	}
	return fine ? 0 : err_nomem(err);
}

static int make_spec(struct file_spec *spec, const struct files_wish *wish, struct err *err)
{
	const struct source_access *source = &wish->connection->source;
	const char *format = text_empty(source->format) ? "csv" : source->format;
	bool tab = text_equal(format, "tsv") || text_equal(source->delimiter, "tab");

	spec->format = text_equal(format, "json")    ? FILE_JSON
		       : text_equal(format, "jsonl") ? FILE_JSON_LINES
						     : FILE_CSV;
	spec->delimiter = tab ? '\t' : text_empty(source->delimiter) ? ',' : source->delimiter[0];
	spec->encoding = source->encoding;
	spec->strict = !wish->info;
	return add_wanted(spec, wish->interface, err);
}

/* ---- choosing ---- */

static int fetch_exactly(
	char **path, struct desk *desk, const struct folder_file *listed, struct err *err)
{
	struct folder_file file = *listed;
	int rc = inbox_exact(&file, desk->inbox, err);

	return rc ? rc : inbox_fetch(path, desk->inbox, &file, err);
}

/* An interrupted reading is repeated with the files it took. */
static int take_up(struct desk *desk, struct err *err)
{
	struct source_file *taken = NULL;
	size_t count = 0;
	struct folder_list list;
	int rc = view_source_files(
		&taken, &count, desk->view, NULL, desk->wish->info->id, SOURCE_FILE_TAKEN, err);

	if (rc || !count) {
		free(taken);
		return rc;
	}
	rc = inbox_look(&list, desk->inbox, err);
	for (size_t i = 0; !rc && i < count; i++) {
		const struct folder_file *file = folder_find(&list, taken[i].name);
		char *path = NULL;

		if (!file || file->size != taken[i].size)
			rc = err_set(err, ERR_SOURCE,
				"%s, of which this run has read a part, %s: put it back and resume "
				"the run, or cancel it",
				taken[i].name, file ? "was changed" : "is gone");
		if (!rc)
			rc = fetch_exactly(&path, desk, file, err);
		if (!rc)
			rc = add_item(desk->files, &taken[i], path, err);
	}
	if (!rc)
		folder_list_free(&list);
	desk->files->resumed = true;
	free(taken);
	return rc;
}

/* What is beside the files: markers, and with markers what the pattern leaves out. */
static bool is_for_others(const struct source_access *source, const char *name)
{
	if (text_empty(source->marker))
		return false;
	return is_marker(source->marker, name) ||
	       (!text_empty(source->pattern) && !text_match(source->pattern, name, false));
}

/* 1 = it is chosen, 0 = it is not, -ERR_UNFINISHED: it is not complete. */
static int choose_one(struct desk *desk, const struct folder_file *listed, struct err *err)
{
	struct source_file chosen = { 0 };
	struct folder_file file = *listed;
	struct err why = ERR_INIT;
	char *path = NULL;
	int rc = inbox_exact(&file, desk->inbox, &why);

	if (!rc && file.size != listed->size)
		return -ERR_UNFINISHED;
	if (!rc)
		rc = judge(&chosen, &path, desk, &file, &why);
	if (rc > 0)
		return add_item(desk->files, &chosen, path, err) ? -err->kind : 1;
	if (path)
		inbox_forget(desk->inbox, file.name);
	free(path);
	if (rc == -ERR_NOT_FOUND)
		return 0; /* somebody took it */
	if (rc && rc != -ERR_UNFINISHED)
		err_copy(err, &why);
	return rc;
}

static int choose_from(struct desk *desk, const struct folder_list *first,
	const struct folder_list *second, struct err *err)
{
	const struct source_access *source = &desk->wish->connection->source;
	struct files *files = desk->files;
	size_t growing = 0;
	const char *example = "";
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < second->count; i++) {
		const struct folder_file *file = &second->files[i];

		if (is_for_others(source, file->name))
			continue;
		if (files->spec.count == FILE_ITEMS_MAX) {
			note(files, "more than %d files: the rest is for the next run",
				FILE_ITEMS_MAX);
			break;
		}
		rc = is_complete(desk, first, second, file) ? choose_one(desk, file, err)
							    : -ERR_UNFINISHED;
		if (rc == -ERR_UNFINISHED) {
			growing++;
			example = file->name;
			rc = 0;
		}
	}
	if (growing == 1)
		note(files, "%s is not complete yet", example);
	else if (growing)
		note(files, "%zu files are not complete yet, like %s", growing, example);
	return rc < 0 ? rc : 0;
}

/* Once a run: the others are read. */
static void tell_odd(struct desk *desk, const struct folder_list *list)
{
	const struct run_info *info = desk->wish->info;
	char words[400];

	folder_odd_words(words, sizeof(words), list);
	if (!*words)
		return;
	note(desk->files, "%s", words);
	if (info && !info->dry_run)
		log_line(LOG_LEVEL_WARN, info->id, "%s: %s", info->interface, words);
}

static int look_and_choose(struct desk *desk, struct err *err)
{
	struct folder_list first = { NULL, 0 }, second = { NULL, 0 };
	bool twice = desk->wish->info && text_empty(desk->wish->connection->source.marker) &&
		     desk->wish->connection->source.settle > 0;
	int rc = inbox_look(&first, desk->inbox, err);

	if (!rc && twice && first.count)
		rc = rest(desk->wish, err);
	if (!rc)
		rc = inbox_look(&second, desk->inbox, err);
	if (!rc)
		tell_odd(desk, &second);
	if (!rc)
		rc = choose_from(desk, &first, &second, err);
	folder_list_free(&first);
	folder_list_free(&second);
	return rc;
}

int files_choose(struct files **out, const struct files_wish *wish, struct err *err)
{
	struct files *files = calloc(1, sizeof(*files));
	struct desk desk = { 0 };
	int rc;

	if (!files)
		return err_nomem(err);
	rc = open_desk(&desk, wish, err);
	desk.files = files;
	if (!rc)
		rc = make_spec(&files->spec, wish, err);
	if (!rc && wish->info && wish->info->state != RUN_QUEUED)
		rc = take_up(&desk, err);
	if (!rc && !files->resumed)
		rc = look_and_choose(&desk, err);
	if (is_look(wish)) {
		files->spool = desk.spool;
		desk.spool = NULL;
	}
	close_desk(&desk);
	if (rc) {
		files_free(files);
		return rc;
	}
	*out = files;
	return 0;
}

int files_look(struct folder_list *out, const struct files_wish *wish, struct err *err)
{
	struct desk desk = { 0 };
	int rc = open_desk(&desk, wish, err);

	if (!rc)
		rc = inbox_look(out, desk.inbox, err);
	close_desk(&desk);
	return rc;
}

int process_accept_host(char key[SFTP_KEY_WORDS], const struct process_env *env,
	const struct connection *connection, const char *fingerprint, const atomic_bool *cancel,
	struct err *err)
{
	struct files_wish wish = { env, connection, NULL, NULL, cancel, NULL };
	struct desk desk = { 0 };
	int rc;

	if (text_empty(connection->source.url))
		return err_set(err, ERR_USAGE, "%s reads no files behind SFTP", connection->name);
	rc = open_desk(&desk, &wish, err);
	if (!rc)
		rc = inbox_accept(key, desk.inbox, fingerprint, err);
	close_desk(&desk);
	return rc;
}

void files_free(struct files *files)
{
	if (!files)
		return;
	for (size_t i = 0; i < files->spec.count; i++) {
		free((char *)(uintptr_t)files->spec.items[i].path);
		free((char *)(uintptr_t)files->spec.items[i].name);
	}
	file_spec_free(&files->spec);
	if (files->spool)
		inbox_spool_remove(files->spool);
	free(files->spool);
	free(files->chosen);
	free(files->earlier);
	free(files);
}

/* ---- settling ---- */

struct settled {
	int64_t id;
};

static int apply_settled(void *ctx, struct store *store, struct err *err)
{
	const struct settled *settled = ctx;

	return store_source_file_state(store, settled->id, SOURCE_FILE_SETTLED, 0, err);
}

static int move_one(struct desk *desk, const struct source_file *file, struct err *err)
{
	const struct source_access *source = &desk->wish->connection->source;
	bool archive = text_equal(source->after, "archive");
	char marker[512];
	int rc = archive ? inbox_archive(desk->inbox, file->name, err)
			 : inbox_delete(desk->inbox, file->name, err);

	if (rc || text_empty(source->marker))
		return rc;
	snprintf(marker, sizeof(marker), "%s%s", file->name, source->marker);
	return archive ? inbox_archive(desk->inbox, marker, err)
		       : inbox_delete(desk->inbox, marker, err);
}

/* A file that was delivered anew meanwhile is another file: it is left where it is. */
static int settle_one(struct desk *desk, const struct folder_list *list,
	const struct source_file *file, struct err *err)
{
	const struct folder_file *listed = folder_find(list, file->name);
	struct folder_file now = { 0 };
	struct settled settled = { file->id };
	int rc = 0;

	CRASH_POINT(FILE_BEFORE);
	if (listed) {
		now = *listed;
		rc = inbox_exact(&now, desk->inbox, err);
	}
	if (listed && !rc && now.size == file->size && now.changed == file->changed)
		rc = move_one(desk, file, err);
	CRASH_POINT(FILE_MOVED);
	if (rc && rc != -ERR_NOT_FOUND)
		return rc;
	inbox_forget(desk->inbox, file->name);
	rc = writer_call(desk->wish->env->writer, apply_settled, &settled, err);
	CRASH_POINT(FILE_SETTLED);
	return rc;
}

static int settle_all(struct desk *desk, int64_t run, struct err *err)
{
	const char *after = desk->wish->connection->source.after;
	struct source_file *files = NULL;
	struct folder_list list = { NULL, 0 };
	size_t count = 0;
	int rc = view_source_files(&files, &count, desk->view, desk->wish->interface->name, run,
		SOURCE_FILE_READ, err);

	if (!rc && count && !text_empty(after) && !text_equal(after, "keep"))
		rc = inbox_look(&list, desk->inbox, err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = settle_one(desk, &list, &files[i], err);
	folder_list_free(&list);
	free(files);
	return rc;
}

void files_settle(char *text, size_t size, const struct files_wish *wish, int64_t run)
{
	struct err err = ERR_INIT;
	struct desk desk;
	int rc = open_desk(&desk, wish, &err);

	if (!rc)
		rc = settle_all(&desk, run, &err);
	close_desk(&desk);
	if (rc)
		snprintf(text, size, "%s", err.text);
}
