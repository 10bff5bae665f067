/* package_readme.c — the README of a project: what is in it, the three commands, what is left to
 * do by hand, and what the API user may do afterwards. */

#include "base/base.h"
#include "setup/package_parts.h"

#include "base/text.h"

static void list_files(struct buf *out, const struct package_work *work)
{
	const struct package *package = work->package;
	int i = 0;

	/* The rows that are wanted became the first files, in this order. */
	for (const struct package_row *row = package_rows; row->path; row++) {
		if (!package_wants(work, row))
			continue;
		if (row->what)
			buf_addf(out, "| `%s` | %s |\n", package->files[i].path, row->what);
		i++;
	}
	buf_add_str(out, "| `manifest/package.xml` | the list of all these, for the deployment |\n"
			 "| `sfdx-project.json` | makes this folder a project of `sf` |\n");
}

static void list_notes(struct buf *out, const struct package_work *work)
{
	for (size_t i = 0; i < work->package->note_count; i++)
		buf_addf(out, "%zu. %s\n", i + 1, work->package->notes[i].text);
}

static void add_right(struct buf *out, bool given, const char *name)
{
	if (given)
		buf_addf(out, ", %s", name);
}

static void list_object(struct buf *out, const struct object_permission *object)
{
	buf_addf(out, "| %s | ", object->object);
	if (object->instead) {
		buf_add_str(out, "see above");
	} else {
		buf_add_str(out, "read");
		add_right(out, object->create, "create");
		add_right(out, object->edit, "edit");
		add_right(out, object->delete, "delete");
	}
	buf_add_str(out, " | ");
	for (size_t i = 0; i < object->field_count; i++)
		buf_addf(out, "%s%s%s", i ? ", " : "", object->fields[i].field,
			object->fields[i].editable ? "" : " (read only)");
	buf_add_str(out, " |\n");
}

static void list_rights(struct buf *out, const struct permissions *all)
{
	if (all->object_count == 0)
		buf_add_str(out, "Sign in by API, and nothing else yet.\n");
	else
		buf_add_str(out, "| object | rights | fields |\n|---|---|---|\n");
	for (size_t i = 0; i < all->object_count; i++)
		list_object(out, &all->objects[i]);
	if (all->left_out_count == 0)
		return;
	buf_add_str(out, "\nMapped, but left out, for a permission set cannot list them:\n\n");
	for (size_t i = 0; i < all->left_out_count; i++)
		buf_addf(out, "- %s: %s\n", all->left_out[i].what, all->left_out[i].why);
}

static int ping_part(struct buf *out, const struct package_work *work, struct err *err)
{
	struct buf body = BUF_INIT(PACKAGE_FILE_MAX);
	int rc = template_render(&body, "ping-body.json",
		SLOTS(SLOT("url", work->url[0] ? work->url : "https://AGENT:9055"),
			SLOT("username", work->connection->agent.username)),
		err);

	if (rc == 0)
		rc = template_render(out, "readme-ping.md",
			SLOTS(SLOT("alias", work->connection->name), SLOT("body", buf_str(&body))),
			err);
	buf_free(&body);
	return rc;
}

/* The parts that not every project has. */
static int optional_parts(
	struct buf *errors, struct buf *ping, const struct package_work *work, struct err *err)
{
	int rc = 0;

	if (work->parts & PART_APP)
		rc = template_render(
			errors, "readme-app-errors.md", (struct slot[]){ SLOT_END }, err);
	if (rc == 0 && (work->parts & PART_PING))
		rc = ping_part(ping, work, err);
	return rc;
}

static void shell_user(struct buf *out, const struct package_options *options)
{
	if (options->username)
		template_quote_shell(out, options->username);
	else
		buf_add_str(out, "\"$AGENTBOARD_RUN_AS\"");
}

int package_readme(struct buf *out, const struct package_work *work, struct err *err)
{
	struct buf files = BUF_INIT(PACKAGE_FILE_MAX), notes = BUF_INIT(PACKAGE_FILE_MAX);
	struct buf rights = BUF_INIT(PACKAGE_FILE_MAX), user = BUF_INIT(PACKAGE_FILE_MAX);
	struct buf errors = BUF_INIT(PACKAGE_FILE_MAX), ping = BUF_INIT(PACKAGE_FILE_MAX);
	struct buf login = BUF_INIT(PACKAGE_FILE_MAX);
	int rc = optional_parts(&errors, &ping, work, err);

	list_files(&files, work);
	list_notes(&notes, work);
	list_rights(&rights, work->permissions);
	shell_user(&user, work->options);
	template_quote_shell(&login, package_login_url(work->connection));
	if (rc == 0)
		rc = template_render(out, "readme.md",
			SLOTS(SLOT("connection", work->connection->name),
				SLOT("name", work->package->name),
				SLOT("alias", work->connection->name),
				SLOT("login_url", buf_str(&login)),
				SLOT("export", work->options->username
						       ? ""
						       : "export AGENTBOARD_RUN_AS=...   # the API "
							 "user's name, like agent@acme.example\n"),
				SLOT("tests", work->parts & PART_PING
						      ? " \\\n    --test-level RunSpecifiedTests "
							"--tests AgentboardPingTest"
						      : ""),
				SLOT("user", buf_str(&user)), SLOT("files", buf_str(&files)),
				SLOT("app_errors", buf_str(&errors)),
				SLOT("notes", buf_str(&notes)), SLOT("rights", buf_str(&rights)),
				SLOT("ping", buf_str(&ping))),
			err);
	if (rc == 0)
		buf_cut(out, out->len - 1); /* the last part brings its own line end */
	buf_free(&files);
	buf_free(&notes);
	buf_free(&rights);
	buf_free(&user);
	buf_free(&errors);
	buf_free(&ping);
	buf_free(&login);
	return rc;
}
