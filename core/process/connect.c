/*
 * connect.c — everything that is asked of the org before the first row. An OAuth refusal is never
 * repeated here, and for a quarter of an hour by nobody: each one counts against the user's
 * account.
 */

#include "base/base.h"
#include "process/connect.h"
#include "process/retry.h"
#include "store/brake.h"
#include "base/clock.h"
#include "base/text.h"

#define SLICE_MS 100

/* ---- brakes ---- */

struct braking {
	const char *connection;
	const char *reason;
};

static int apply_pass(void *ctx, struct store *store, struct err *err)
{
	const struct braking *braking = ctx;

	return store_brake_pass(store, braking->connection, err);
}

static int apply_unblock(void *ctx, struct store *store, struct err *err)
{
	const struct braking *braking = ctx;

	return store_unblock(store, braking->connection, err);
}

static int apply_block(void *ctx, struct store *store, struct err *err)
{
	const struct braking *braking = ctx;

	return store_block(store, braking->connection, braking->reason, err);
}

void link_block(const struct process_env *env, const char *connection, const struct err *why)
{
	struct braking braking = { connection, why->text };

	writer_call(env->writer, apply_block, &braking, NULL);
}

/* ---- the pin ---- */

struct pin {
	const char *connection;
	struct org_identity identity;
};

static int apply_pin(void *ctx, struct store *store, struct err *err)
{
	const struct pin *pin = ctx;

	return store_org_pin(store, pin->connection, pin->identity.id, pin->identity.name,
		pin->identity.sandbox, false, err);
}

/* The first org that is seen is the one that is meant, from then on. */
static int pin_org(struct link *link, const struct connect_spec *spec, struct err *err)
{
	struct pin pin = { .connection = spec->connection->name };
	struct err refused = ERR_INIT;

	link->calls++;
	if (org_identity(&pin.identity, link->org, &refused)) {
		if (refused.kind != ERR_REFUSED) /* a user who may not read it is fine */
			return err_copy(err, &refused);
		pin.identity.sandbox =
			spec->connection->salesforce.environment == ENVIRONMENT_SANDBOX;
	}
	text_copy(pin.identity.id, sizeof(pin.identity.id), link->org_id);
	return writer_call(spec->env->writer, apply_pin, &pin, err);
}

static int check_org(struct link *link, const struct connect_spec *spec,
	const struct connection_state *state, struct err *err)
{
	text_copy(link->org_id, sizeof(link->org_id), org_id(link->org));
	if (!state->org_id[0])
		return pin_org(link, spec, err);
	if (strncmp(state->org_id, link->org_id, 15) == 0)
		return 0;
	return err_set(err, ERR_REFUSED,
		"connection %s belongs to the org %s (%s), and its token now is for the org %s: "
		"nothing was sent; if that is meant, `agentboard connection accept-org %s`",
		spec->connection->name, state->org_name[0] ? state->org_name : "unnamed",
		state->org_id, link->org_id, spec->connection->name);
}

/* ---- the object ---- */

/* What Ids are looked up by has to be there; what is not unique fails row by row. */
static int check_lookup(
	const struct describe *describe, const struct connect_spec *spec, struct err *err)
{
	struct text_list fields;
	int rc = interface_key_fields(&fields, spec->external_id, err);

	for (size_t i = 0; !rc && i < fields.count; i++)
		if (!describe_field(describe, fields.items[i]))
			rc = err_set(err, ERR_CONFIG,
				"external_id: %s has no field %s, or the API user may not see it",
				describe->name, fields.items[i]);
	text_list_free(&fields);
	return rc;
}

static int check_external_id(
	const struct describe *describe, const struct connect_spec *spec, struct err *err)
{
	const struct field *field;

	if (spec->looks_up)
		return check_lookup(describe, spec, err);
	if (spec->operation != OPERATION_UPSERT || text_equal_fold(spec->external_id, "Id"))
		return 0;
	field = describe_field(describe, spec->external_id);
	if (!field)
		return err_set(err, ERR_CONFIG,
			"external_id: %s has no field %s, or the API user may not see it",
			describe->name, spec->external_id);
	if (!field->external_id && !field->id_lookup)
		return err_set(err, ERR_CONFIG,
			"external_id: %s of %s is no external ID: tick External ID in Salesforce "
			"Setup > Object Manager > %s > Fields & Relationships",
			field->name, describe->name, describe->label);
	if (!field->unique && !spec->unique_key_assumed)
		return err_set(err, ERR_CONFIG,
			"external_id: %s of %s is not unique, so a repeated request could double a "
			"record: tick Unique in Salesforce Setup, or set unique_key = \"assumed\"",
			field->name, describe->name);
	return 0;
}

static int ask_object(struct link *link, const struct connect_spec *spec, struct err *err)
{
	int rc;

	link->calls++;
	rc = describe_fetch(&link->describe, link->org, spec->object, err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_CONFIG,
			"object: the org has no %s, or the API user may not see it", spec->object);
	return rc ? rc : check_external_id(link->describe, spec, err);
}

/* ---- all together ---- */

static int connect_once(struct link *link, const struct connect_spec *spec,
	const struct connection_state *state, struct err *err)
{
	struct braking braking = { spec->connection->name, NULL };
	const char *words;
	int rc = org_token(&words, link->org, err);

	if (rc == -ERR_REFUSED)
		link_block(spec->env, spec->connection->name, err);
	else if (!rc)
		writer_call(spec->env->writer, apply_unblock, &braking, NULL);
	if (!rc)
		rc = check_org(link, spec, state, err);
	if (!rc)
		rc = org_version(&words, link->org, err);
	if (!rc && !link->describe)
		rc = ask_object(link, spec, err);
	return rc;
}

/* False once the run is to end. */
static bool sleep_through(const atomic_bool *ends, int64_t ms)
{
	int64_t until = clock_mono() + ms;

	while (!(ends && atomic_load(ends)) && clock_mono() < until)
		clock_sleep(until - clock_mono() < SLICE_MS ? until - clock_mono() : SLICE_MS);
	return !(ends && atomic_load(ends));
}

/* An org that cannot be reached is tried again, as long as the run may wait. */
static int connect_patiently(struct link *link, const struct connect_spec *spec,
	const struct connection_state *state, struct err *err)
{
	static const struct retry_pace pace = { 1000, 60000, 0 };
	int64_t until = clock_mono() + spec->wait_ms;
	int rc;

	for (int tries = 1;; tries++) {
		int64_t delay = retry_delay(&pace, tries, 0);

		rc = connect_once(link, spec, state, err);
		if (rc != -ERR_NET || clock_mono() + delay > until)
			return rc;
		if (!sleep_through(spec->ends, delay))
			return err_set(err, ERR_INTERRUPTED, "stopped");
	}
}

int link_open(struct link *out, const struct connect_spec *spec, struct err *err)
{
	struct braking braking = { spec->connection->name, NULL };
	struct connection_state state;
	struct view *view = NULL;
	int rc = view_open(&view, spec->env->home_data, err);

	*out = (struct link){ 0 };
	if (!rc)
		rc = view_connection(&state, view, spec->connection->name, err);
	view_close(view);
	if (!rc)
		rc = writer_call(spec->env->writer, apply_pass, &braking, err);
	if (!rc)
		rc = org_new(&out->org, spec->connection, spec->env->keyring, spec->env->tokens,
			spec->ends, err);
	return rc ? rc : connect_patiently(out, spec, &state, err);
}

void link_free(struct link *link)
{
	describe_free(link->describe);
	org_free(link->org);
	*link = (struct link){ 0 };
}

/* ---- the allowance ---- */

struct usage {
	const char *connection;
	int64_t used, allowed;
};

static int apply_usage(void *ctx, struct store *store, struct err *err)
{
	const struct usage *usage = ctx;

	return store_org_limits(store, usage->connection, usage->used, usage->allowed, err);
}

void link_record_usage(
	const struct link *link, const struct process_env *env, const char *connection)
{
	struct usage usage = { .connection = connection };

	if (link->org && org_api_usage(link->org, &usage.used, &usage.allowed))
		writer_call(env->writer, apply_usage, &usage, NULL);
}
