/* package_of.c — the project for a connection with whatever interfaces it has. */

#include "base/base.h"
#include "base/text.h"
#include "setup/package.h"

/* The interfaces of one connection, each loaded whole. */
struct flows {
	struct interface *items;
	const struct interface **list;
	size_t count;
};

static void flows_free(struct flows *flows)
{
	for (size_t i = 0; i < flows->count; i++)
		interface_free_fields(&flows->items[i]);
	free(flows->items);
	free(flows->list);
}

/* One that cannot be read is an error: a permission set without its rights would be wrong. */
static int flows_load(
	struct flows *out, const struct catalog *catalog, const char *connection, struct err *err)
{
	struct text_list names = { NULL, 0 };
	int rc = catalog->interfaces(catalog->self, &names, err);

	*out = (struct flows){ calloc(names.count + 1, sizeof(*out->items)),
		calloc(names.count + 1, sizeof(*out->list)), 0 };
	if (rc == 0 && (!out->items || !out->list))
		rc = err_nomem(err);
	for (size_t i = 0; rc == 0 && i < names.count; i++) {
		struct interface *one = &out->items[out->count];

		interface_init(one);
		rc = catalog->interface(catalog->self, one, names.items[i], err);
		if (rc == 0 && text_equal(one->connection, connection))
			out->list[out->count++] = one;
		else
			interface_free_fields(one);
	}
	text_list_free(&names);
	return rc;
}

int package_of(struct package **out, const struct connection *connection,
	const struct catalog *catalog, const struct package_options *options, struct err *err)
{
	struct flows flows = { NULL, NULL, 0 };
	int rc = flows_load(&flows, catalog, connection->name, err);

	if (rc == 0)
		rc = package_make(out, connection, flows.list, flows.count, options, err);
	flows_free(&flows);
	return rc;
}
