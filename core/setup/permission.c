/* permission.c — walks a connection's interfaces and gathers the rights they need, each once. */

#include "base/base.h"
#include "setup/permission.h"

#include <strings.h>

#include "base/text.h"

#define GIVEN_AS_REQUIRED "named with --required: open to whoever may write the object"
#define PARENT_READ                                                                                \
	"the lookup is resolved by this field: the API user must be able to read the object and "  \
	"the field. Which object that is, the org tells the ping: write the package again then"

/* What is needed while deriving. */
struct work {
	struct permissions *all;
	const struct interface *interface;
	const char *const *required;
	const char *parents;	/* NULL = nothing is known */
	uint64_t required_used; /* bit i: required[i] was met */
	struct err *err;
};

/* One more element at the end of *array, zeroed; NULL when out of memory. */
static void *grow(void *array, size_t *count, size_t size)
{
	void **at = array;
	char *more = realloc(*at, (*count + 1) * size);

	if (!more)
		return NULL;
	*at = more;
	memset(more + *count * size, 0, size);
	return more + (*count)++ * size;
}

static bool api_name(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char more[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t len = text ? strlen(text) : 0;

	return len > 0 && len <= 80 && strchr(letters, text[0]) && strspn(text, more) == len;
}

static int bad_name(const struct work *work, const char *kind, const char *name)
{
	return err_set(work->err, ERR_CONFIG, "interface %s: \"%s\" is no %s's API name",
		work->interface->name, name ? name : "", kind);
}

static int remark(struct work *work, struct permission_remark **list, size_t *count,
	const char *object, const char *field, const char *why)
{
	struct permission_remark *one;
	char what[2 * FIELD_NAME_MAX];

	snprintf(what, sizeof(what), "%s.%s", object, field);
	for (size_t i = 0; i < *count; i++) {
		if (text_equal_fold((*list)[i].what, what))
			return 0;
	}
	one = grow(list, count, sizeof(*one));
	if (!one || !text_set(&one->what, what))
		return err_nomem(work->err);
	one->why = why;
	return 0;
}

static struct object_permission *find_object(const struct permissions *all, const char *name)
{
	for (size_t i = 0; i < all->object_count; i++) {
		if (text_equal_fold(all->objects[i].object, name))
			return &all->objects[i];
	}
	return NULL;
}

static struct field_permission *find_field(const struct object_permission *object, const char *name)
{
	for (size_t i = 0; i < object->field_count; i++) {
		if (text_equal_fold(object->fields[i].field, name))
			return &object->fields[i];
	}
	return NULL;
}

static bool is_required(struct work *work, const char *object, const char *field)
{
	char what[2 * FIELD_NAME_MAX];

	snprintf(what, sizeof(what), "%s.%s", object, field);
	for (size_t i = 0; work->required && work->required[i]; i++) {
		if (text_equal_fold(work->required[i], what)) {
			work->required_used |= UINT64_C(1) << (i % 64);
			return true;
		}
	}
	return false;
}

static int add_field(
	struct work *work, struct object_permission *object, const char *name, bool editable)
{
	char listed[FIELD_NAME_MAX];
	const char *why;
	struct field_permission *field;

	if (is_required(work, object->object, name))
		return remark(work, &work->all->left_out, &work->all->left_out_count,
			object->object, name, GIVEN_AS_REQUIRED);
	if (!permission_field_listed(listed, &why, object->object, name))
		return remark(work, &work->all->left_out, &work->all->left_out_count,
			object->object, name, why);
	field = find_field(object, listed);
	if (!field) {
		field = grow(&object->fields, &object->field_count, sizeof(*field));
		if (!field || !text_set(&field->field, listed))
			return err_nomem(work->err);
	}
	field->editable = field->editable || editable;
	return 0;
}

/* "Account__r" -> "Account__c", "Parent" -> "ParentId". */
static void lookup_field(char out[FIELD_NAME_MAX], const char *relationship)
{
	size_t len = strlen(relationship);

	if (len > 3 && strcasecmp(relationship + len - 3, "__r") == 0)
		snprintf(out, FIELD_NAME_MAX, "%.*s__c", (int)(len - 3), relationship);
	else
		snprintf(out, FIELD_NAME_MAX, "%sId", relationship);
}

static int add_mapped(struct work *work, struct object_permission *object, const char *field)
{
	char relationship[FIELD_NAME_MAX];
	char lookup[FIELD_NAME_MAX];
	const char *dot = strchr(field, '.');

	if (!dot)
		return api_name(field) ? add_field(work, object, field, true)
				       : bad_name(work, "field", field);
	snprintf(relationship, sizeof(relationship), "%.*s", (int)(dot - field), field);
	if (!api_name(relationship) || !api_name(dot + 1))
		return bad_name(work, "field", field);
	lookup_field(lookup, relationship);
	return add_field(work, object, lookup, true);
}

/* The object's entry, made where there is none; NULL when out of memory. */
static struct object_permission *make_object(struct permissions *all, const char *name)
{
	struct object_permission *object = find_object(all, name);

	if (object)
		return object;
	object = grow(&all->objects, &all->object_count, sizeof(*object));
	if (!object || !text_set(&object->object, name))
		return NULL;
	object->instead = permission_object_instead(object->object);
	return object;
}

static int add_interface(struct work *work)
{
	const struct interface *interface = work->interface;
	struct object_permission *object;
	int rc = 0;

	if (!api_name(interface->object))
		return bad_name(work, "object", interface->object);
	object = make_object(work->all, interface->object);
	if (!object)
		return err_nomem(work->err);
	object->create |= interface->operation == OPERATION_INSERT ||
			  interface->operation == OPERATION_UPSERT;
	object->edit |= interface->operation != OPERATION_INSERT;
	object->delete |= interface->operation == OPERATION_DELETE;
	if (!text_empty(interface->external_id)) {
		if (!api_name(interface->external_id))
			return bad_name(work, "field", interface->external_id);
		rc = add_field(work, object, interface->external_id, false);
	}
	/* A Delete sends nothing but the Id. */
	if (interface->operation == OPERATION_DELETE)
		return rc;
	for (size_t i = 0; rc == 0 && i < interface->mapping.count; i++)
		rc = add_mapped(work, object, interface->mapping.entries[i].field);
	return rc;
}

/* ---- parents ---- */

/* As the org told it: the line "Object.Relationship=Parent". */
static bool told_parent(
	char name[FIELD_NAME_MAX], const struct work *work, const char *relationship)
{
	char begins[2 * FIELD_NAME_MAX + 2];
	size_t len;

	snprintf(begins, sizeof(begins), "%.*s.%.*s=", FIELD_NAME_MAX, work->interface->object,
		FIELD_NAME_MAX, relationship);
	len = strlen(begins);
	for (const char *line = work->parents; line && *line;) {
		const char *end = strchrnul(line, '\n');

		if (strncasecmp(line, begins, len) == 0) {
			snprintf(name, FIELD_NAME_MAX, "%.*s", (int)(end - line - (int)len),
				line + len);
			return api_name(name);
		}
		line = *end ? end + 1 : end;
	}
	return false;
}

/*
 * The object that `relationship` of the interface's object leads to: what the org told, or one that
 * another interface writes ("Site__r": Site__c or Site), or a standard one by its name. False where
 * only the org knows.
 */
static bool parent_object(
	char name[FIELD_NAME_MAX], const struct work *work, const char *relationship)
{
	size_t len = strlen(relationship);
	bool custom = len > 3 && strcasecmp(relationship + len - 3, "__r") == 0;

	if (told_parent(name, work, relationship))
		return true;
	if (!custom && permission_standard_parent(name, work->interface->object, relationship))
		return true;
	snprintf(name, FIELD_NAME_MAX, "%.*s__c", (int)(custom ? len - 3 : len), relationship);
	if (custom && find_object(work->all, name))
		return true;
	snprintf(name, FIELD_NAME_MAX, "%.*s", (int)(custom ? len - 3 : len), relationship);
	return find_object(work->all, name) ||
	       (custom && permission_standard_parent(name, "", name));
}

/* The row's lookup is resolved by the parent's key: that is read. */
static int add_parent(struct work *work, const char *field)
{
	char relationship[FIELD_NAME_MAX], name[FIELD_NAME_MAX], listed[FIELD_NAME_MAX];
	const char *dot = strchr(field, '.');
	struct object_permission *object;
	const char *why;

	snprintf(relationship, sizeof(relationship), "%.*s", (int)(dot - field), field);
	if (!parent_object(name, work, relationship))
		return remark(work, &work->all->parents, &work->all->parent_count, relationship,
			dot + 1, PARENT_READ);
	object = make_object(work->all, name);
	if (!object)
		return err_nomem(work->err);
	/* What is open to everybody needs no word about it. */
	return permission_field_listed(listed, &why, object->object, dot + 1)
		       ? add_field(work, object, dot + 1, false)
		       : 0;
}

/* When the objects of all interfaces are known. */
static int add_parents(struct work *work)
{
	const struct interface *interface = work->interface;
	int rc = 0;

	if (interface->operation == OPERATION_DELETE)
		return 0;
	for (size_t i = 0; rc == 0 && i < interface->mapping.count; i++)
		if (strchr(interface->mapping.entries[i].field, '.'))
			rc = add_parent(work, interface->mapping.entries[i].field);
	return rc;
}

static int by_object(const void *a, const void *b)
{
	return strcasecmp(((const struct object_permission *)a)->object,
		((const struct object_permission *)b)->object);
}

static int by_field(const void *a, const void *b)
{
	return strcasecmp(((const struct field_permission *)a)->field,
		((const struct field_permission *)b)->field);
}

static void sort(struct permissions *all)
{
	if (all->object_count)
		qsort(all->objects, all->object_count, sizeof(*all->objects), by_object);
	for (size_t i = 0; i < all->object_count; i++) {
		struct object_permission *object = &all->objects[i];

		if (object->field_count)
			qsort(object->fields, object->field_count, sizeof(*object->fields),
				by_field);
	}
}

static int check_required(const struct work *work)
{
	for (size_t i = 0; work->required && work->required[i]; i++) {
		if (i >= 64)
			return err_set(work->err, ERR_USAGE, "more than 64 --required fields");
		if (!(work->required_used & UINT64_C(1) << i))
			return err_set(work->err, ERR_USAGE,
				"--required %s is not mapped by any interface of this connection: "
				"write it as OBJECT.FIELD, as the deployment named it",
				work->required[i]);
	}
	return 0;
}

int permissions_derive(struct permissions **out, const struct interface *const *interfaces,
	size_t count, const char *const *required, const char *parents, struct err *err)
{
	struct work work = { .required = required, .parents = parents, .err = err };
	int rc = 0;

	*out = NULL;
	work.all = calloc(1, sizeof(*work.all));
	if (!work.all)
		return err_nomem(err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		work.interface = interfaces[i];
		rc = add_interface(&work);
	}
	for (size_t i = 0; rc == 0 && i < count; i++) {
		work.interface = interfaces[i];
		rc = add_parents(&work);
	}
	if (rc == 0)
		rc = check_required(&work);
	if (rc < 0) {
		permissions_free(work.all);
		return rc;
	}
	sort(work.all);
	*out = work.all;
	return 0;
}

static void free_remarks(struct permission_remark *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i].what);
	free(list);
}

void permissions_free(struct permissions *permissions)
{
	if (!permissions)
		return;
	for (size_t i = 0; i < permissions->object_count; i++) {
		struct object_permission *object = &permissions->objects[i];

		for (size_t k = 0; k < object->field_count; k++)
			free(object->fields[k].field);
		free(object->fields);
		free(object->object);
	}
	free(permissions->objects);
	free_remarks(permissions->left_out, permissions->left_out_count);
	free_remarks(permissions->parents, permissions->parent_count);
	free(permissions);
}
