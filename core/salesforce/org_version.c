/* org_version.c — the API version to speak: what the org lists against what the connection says. */

#include "base/base.h"
#include "base/text.h"
#include "salesforce/org_state.h"
#include "salesforce/reply.h"

#define VERSIONS_MAX (256 << 10)

/* Major number of "66.0", or -1. */
static int major_of(const char *version)
{
	char *end;
	long number;

	if (!version || *version < '0' || *version > '9')
		return -1;
	number = strtol(version, &end, 10);
	return number > 0 && number < 1000 && strcmp(end, ".0") == 0 ? (int)number : -1;
}

static int read_versions(
	int *lowest, int *highest, const struct http_answer *answer, struct err *err)
{
	struct json_object *list;
	int rc = reply_parse_as(&list, json_type_array, buf_str(&answer->body), answer->body.len,
		"the version list", err);

	if (rc)
		return rc;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);
		int major = major_of(reply_text(entry, "version"));

		if (major > *highest)
			*highest = major;
		if (major > 0 && (*lowest < 0 || major < *lowest))
			*lowest = major;
	}
	json_object_put(list);
	if (*highest < 0)
		return err_set(err, ERR_PROTOCOL, "the version list names no version");
	return 0;
}

static int choose_version(struct org *org, int lowest, int highest, struct err *err)
{
	const char *configured = org->connection.salesforce.api_version;
	int wanted = ORG_VERSION_KNOWN;

	if (!text_empty(configured) && strcmp(configured, "auto") != 0) {
		wanted = major_of(configured);
		if (wanted < 0)
			return err_set(err, ERR_CONFIG,
				"salesforce.api_version: \"%s\" is no version: use \"auto\" or a "
				"number like \"66.0\"",
				configured);
		if (wanted < lowest)
			return err_set(err, ERR_CONFIG,
				"salesforce.api_version: %s is retired, the org serves %d.0 to "
				"%d.0: use \"auto\"",
				configured, lowest, highest);
	}
	if (highest < ORG_VERSION_LEAST)
		return err_set(err, ERR_PROTOCOL,
			"the host lists API versions up to %d.0, and %d.0 is needed: is it an org?",
			highest, ORG_VERSION_LEAST);
	if (wanted > highest)
		wanted = highest;
	snprintf(org->version, sizeof(org->version), "%d.0", wanted);
	return 0;
}

int org_version(const char **version, struct org *org, struct err *err)
{
	static const struct http_header headers[] = {
		{ "Accept", "application/json" },
		{ NULL, NULL },
	};
	struct http_answer answer;
	struct buf url = BUF_INIT(4096);
	int lowest = -1;
	int highest = -1;
	int rc = 0;

	*version = NULL;
	http_answer_init(&answer);
	if (org->version[0])
		goto cleanup;
	buf_addf(&url, "%s/services/data/",
		org->token.instance_url ? org->token.instance_url : org->domain);
	rc = buf_check(&url, "the address of the org", err);
	if (rc == 0)
		rc = http_call(org->http,
			&(struct http_request){ .method = "GET",
				.url = buf_str(&url),
				.headers = headers,
				.answer_max = VERSIONS_MAX,
				.no_network_proxy = org->loopback },
			&answer, org->cancel, err);
	org_keep_head(org, &answer);
	if (rc == 0 && answer.status != 200)
		rc = salesforce_error(&answer, err);
	else if (rc == 0)
		rc = read_versions(&lowest, &highest, &answer, err);
	if (rc == 0)
		rc = choose_version(org, lowest, highest, err);
cleanup:
	if (rc == 0)
		*version = org->version;
	http_answer_free(&answer);
	buf_free(&url);
	return rc;
}
