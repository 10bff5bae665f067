/* package_content.c — what stands in the files of a package, but for the README. */

#include "base/base.h"
#include "setup/package_parts.h"

#include "base/text.h"

static const struct slot no_slots = SLOT_END;

static const char *boolean(bool value)
{
	return value ? "true" : "false";
}

static int render_fields(struct buf *out, const struct object_permission *object, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < object->field_count; i++) {
		const struct field_permission *field = &object->fields[i];
		char name[2 * FIELD_NAME_MAX];

		snprintf(name, sizeof(name), "%s.%s", object->object, field->field);
		rc = template_render(out, "field.xml",
			SLOTS(SLOT("field", name), SLOT("editable", boolean(field->editable))),
			err);
	}
	return rc;
}

static int render_object(struct buf *out, const struct object_permission *object, struct err *err)
{
	return template_render(out, "object.xml",
		SLOTS(SLOT("object", object->object), SLOT("create", boolean(object->create)),
			SLOT("edit", boolean(object->edit)),
			SLOT("delete", boolean(object->delete))),
		err);
}

static int permission_set(struct buf *out, const struct package_work *work, struct err *err)
{
	struct buf fields = BUF_INIT(PACKAGE_FILE_MAX);
	struct buf objects = BUF_INIT(PACKAGE_FILE_MAX);
	struct buf class_access = BUF_INIT(PACKAGE_FILE_MAX);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < work->permissions->object_count; i++) {
		const struct object_permission *object = &work->permissions->objects[i];

		rc = render_fields(&fields, object, err);
		if (rc == 0 && !object->instead)
			rc = render_object(&objects, object, err);
	}
	if (rc == 0 && (work->parts & PART_PING))
		rc = template_render(&class_access, "class-access.xml", &no_slots, err);
	if (rc == 0)
		rc = template_render(out, "permission-set.xml",
			SLOTS(SLOT("label", work->label),
				SLOT_RAW("class_access", buf_str(&class_access)),
				SLOT_RAW("fields", buf_str(&fields)),
				SLOT_RAW("objects", buf_str(&objects))),
			err);
	buf_free(&fields);
	buf_free(&objects);
	buf_free(&class_access);
	return rc;
}

const char *package_run_as(const struct package_work *work)
{
	return work->options->username ? work->options->username : PACKAGE_RUN_AS_PLACEHOLDER;
}

int package_component(struct buf *out, const struct package_row *row,
	const struct package_work *work, struct err *err)
{
	const struct connection *connection = work->connection;
	char description[256];
	struct slot slots[] = {
		SLOT("name", work->package->name),
		SLOT("label", work->label),
		SLOT("description", description),
		SLOT("run_as", package_run_as(work)),
		SLOT("contact",
			work->options->contact ? work->options->contact : package_run_as(work)),
		SLOT("url", work->url),
		SLOT("version", PACKAGE_API_VERSION),
		SLOT_END,
	};

	if (!row->template)
		return permission_set(out, work, err);
	text_copy(description, sizeof(description),
		text_empty(connection->description) ? "Sends rows to Salesforce"
						    : connection->description);
	description[text_utf8_prefix(description, strlen(description))] = '\0';
	return template_render(out, row->template, slots, err);
}

static int manifest_type(struct buf *out, const struct package_row *first,
	const struct package_work *work, struct err *err)
{
	struct buf members = BUF_INIT(PACKAGE_FILE_MAX);
	int rc = 0;

	for (const struct package_row *row = first; rc == 0 && row->path; row++) {
		struct buf member = BUF_INIT(PACKAGE_PATH_MAX);

		if (!text_equal(row->type, first->type))
			continue;
		template_fill(&member, row->member, SLOTS(SLOT("name", work->package->name)));
		rc = template_render(&members, "package-member.xml",
			SLOTS(SLOT("member", buf_str(&member))), err);
		buf_free(&member);
	}
	if (rc == 0)
		rc = template_render(out, "package-type.xml",
			SLOTS(SLOT("type", first->type), SLOT_RAW("members", buf_str(&members))),
			err);
	buf_free(&members);
	return rc;
}

static int manifest_types(struct buf *out, const struct package_work *work, struct err *err)
{
	const char *done = NULL;
	int rc = 0;

	for (const struct package_row *row = package_rows; rc == 0 && row->path; row++) {
		if (!row->type || text_equal(row->type, done) || !package_wants(work, row))
			continue;
		rc = manifest_type(out, row, work, err);
		done = row->type;
	}
	return rc;
}

int package_manifest(struct buf *out, const struct package_work *work, struct err *err)
{
	struct buf types = BUF_INIT(PACKAGE_FILE_MAX);
	int rc = manifest_types(&types, work, err);

	if (rc == 0)
		rc = template_render(out, "package.xml",
			SLOTS(SLOT_RAW("types", buf_str(&types)),
				SLOT("version", PACKAGE_API_VERSION)),
			err);
	buf_free(&types);
	return rc;
}

/* Which files hold the placeholder of the API user, for `sf` to replace. */
static int replacements(struct buf *out, const struct package_work *work, struct err *err)
{
	struct buf list = BUF_INIT(PACKAGE_FILE_MAX);
	int rc = 0;

	for (int i = 0; rc == 0 && i < work->package->file_count; i++) {
		const struct package_file *file = &work->package->files[i];

		if (!strstr(buf_str(&file->text), PACKAGE_RUN_AS_PLACEHOLDER))
			continue;
		if (list.len) {
			buf_cut(&list, list.len - 1); /* the comma goes before the line's end */
			buf_add_str(&list, ",\n");
		}
		rc = template_render(&list, "replacement.json",
			SLOTS(SLOT("path", file->path), SLOT("run_as", PACKAGE_RUN_AS_PLACEHOLDER)),
			err);
	}
	if (rc == 0 && list.len) {
		buf_cut(&list, list.len - 1);
		rc = template_render(
			out, "replacements.json", SLOTS(SLOT_RAW("list", buf_str(&list))), err);
	}
	buf_free(&list);
	return rc;
}

int package_project(struct buf *out, const struct package_work *work, struct err *err)
{
	struct buf replace = BUF_INIT(PACKAGE_FILE_MAX);
	char project[96];
	int rc = replacements(&replace, work, err);

	snprintf(project, sizeof(project), "agentboard-%s", work->connection->name);
	if (rc == 0)
		rc = template_render(out, "sfdx-project.json",
			SLOTS(SLOT("project", project),
				SLOT("login_url", package_login_url(work->connection)),
				SLOT_RAW("replacements", buf_str(&replace)),
				SLOT("version", PACKAGE_API_VERSION)),
			err);
	buf_free(&replace);
	return rc;
}
