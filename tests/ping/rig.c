/* rig.c — see the header. */

#include "ping/rig.h"

#include "base/text.h"
#include "harness/check_main.h"
#include "http/client.h"
#include "practice/practice.h"

static int list_interfaces(void *self, struct text_list *names, struct err *err)
{
	struct rig *rig = self;

	(void)err;
	for (size_t i = 0; i < rig->interface_count; i++)
		ck_assert(text_list_add(names, rig->interfaces[i].name));
	return 0;
}

static int load_interface(void *self, struct interface *out, const char *name, struct err *err)
{
	struct rig *rig = self;

	for (size_t i = 0; i < rig->interface_count; i++) {
		if (text_equal(rig->interfaces[i].name, name))
			return interface_copy(out, &rig->interfaces[i], err);
	}
	return err_set(err, ERR_NOT_FOUND, "no interface %s", name);
}

void rig_open(struct rig *rig, const char *domain)
{
	struct connection *c = &rig->connection;

	*rig = (struct rig){ 0 };
	http_global_init();
	setenv("AGENTBOARD_TEST_SECRET", PRACTICE_CONSUMER_SECRET, 1);
	setenv("AGENTBOARD_TEST_PASSWORD", "agent password", 1);
	connection_init(c);
	ck_assert(text_set(&c->name, "test"));
	ck_assert(text_set(&c->salesforce.domain, domain));
	ck_assert(text_set(&c->salesforce.consumer_key, PRACTICE_CONSUMER_KEY));
	c->salesforce.consumer_secret.kind = SECRET_ENV;
	ck_assert(text_set(&c->salesforce.consumer_secret.ref, "AGENTBOARD_TEST_SECRET"));
	ck_assert(text_set(&c->agent.host, "http://127.0.0.1"));
	ck_assert(text_set(&c->agent.username, "skyvva"));
	c->agent.password.kind = SECRET_ENV;
	ck_assert(text_set(&c->agent.password.ref, "AGENTBOARD_TEST_PASSWORD"));
	rig->catalog = (struct catalog){
		.self = rig, .interfaces = list_interfaces, .interface = load_interface
	};
}

void rig_close(struct rig *rig)
{
	connection_free_fields(&rig->connection);
	for (size_t i = 0; i < rig->interface_count; i++)
		interface_free_fields(&rig->interfaces[i]);
}

struct interface *rig_interface(struct rig *rig, const char *name, const char *object,
	enum operation operation, const char *external_id, const char *const *fields)
{
	struct interface *interface = &rig->interfaces[rig->interface_count++];
	struct err err = ERR_INIT;

	ck_assert_uint_le(rig->interface_count, INTERFACES_MAX);
	interface_init(interface);
	interface->operation = operation;
	ck_assert(text_set(&interface->name, name));
	ck_assert(text_set(&interface->connection, "test"));
	ck_assert(text_set(&interface->object, object));
	ck_assert(text_set(&interface->external_id, external_id));
	for (; *fields; fields++)
		ck_ok(mapping_add(&interface->mapping, *fields, MAPPING_COLUMN, "column", NULL_KEEP,
			      &err),
			&err);
	return interface;
}

static void on_step(void *ctx, const struct ping_result *result)
{
	struct rig *rig = ctx;

	ck_assert_ptr_eq(result, &rig->result);
	rig->told++;
}

void rig_ping_salesforce(struct rig *rig, const char *pinned)
{
	rig->told = 0;
	ping_salesforce(
		&rig->result, &rig->connection, &rig->catalog, NULL, pinned, NULL, on_step, rig);
}

void rig_ping_agent(struct rig *rig)
{
	rig->told = 0;
	ping_agent(&rig->result, &rig->connection, NULL, NULL, on_step, rig);
}

const struct ping_step *rig_step(const struct rig *rig, const char *name)
{
	for (int i = 0; i < rig->result.count; i++) {
		if (text_equal(rig->result.steps[i].name, name))
			return &rig->result.steps[i];
	}
	rig_show(rig);
	ck_abort_msg("there is no step \"%s\"", name);
	return NULL;
}

const struct ping_step *rig_worst(const struct rig *rig)
{
	const struct ping_step *warned = NULL;

	for (int i = 0; i < rig->result.count; i++) {
		const struct ping_step *step = &rig->result.steps[i];

		if (step->verdict == VERDICT_FAIL)
			return step;
		if (step->verdict == VERDICT_WARN && !warned)
			warned = step;
	}
	return warned;
}

void rig_show(const struct rig *rig)
{
	static const char *const words[] = { "OK", "FAIL", "WARN", ".." };

	for (int i = 0; i < rig->result.count; i++) {
		const struct ping_step *step = &rig->result.steps[i];

		fprintf(stderr, "  %-4s %-24s %s [%s]\n", words[step->verdict], step->name,
			step->detail, step->remedy_id);
	}
}
