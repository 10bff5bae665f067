/* dry_run_report.c — the kinds of failures that a dry run foretells, with their first keys. */

#include "base/base.h"
#include "tui/command/dry_run_report.h"

#include "process/process.h"
#include "salesforce/reply.h"
#include "tui/command/report_text.h"

char *dry_run_found(struct view *view, const char *interface, int64_t run)
{
	char name[96];
	char *found = NULL;
	struct json_object *object = NULL;
	bool same;

	snprintf(name, sizeof(name), PROCESS_SETTING_DRY_RUN "%s", interface);
	if (view_setting(&found, view, name, NULL) < 0 || !found)
		return NULL;
	same = reply_parse_as(&object, json_type_object, found, strlen(found), "", NULL) == 0 &&
	       reply_int(object, "run", 0) == run;
	json_object_put(object);
	if (same)
		return found;
	free(found);
	return NULL;
}

static void print_problem(FILE *to, struct json_object *problem)
{
	struct json_object *keys = reply_member(problem, "keys", json_type_array);
	const char *code = reply_text(problem, "code");
	const char *text = reply_text(problem, "text");

	fprintf(to, "    %" PRId64 " x %s: ", reply_int(problem, "count", 0), code ? code : "");
	report_text(to, text ? text : "", 0);
	for (size_t i = 0; keys && i < json_object_array_length(keys); i++) {
		fputs(i ? ", " : "  [", to);
		report_text(to, json_object_get_string(json_object_array_get_idx(keys, i)), 0);
	}
	fputs(keys && json_object_array_length(keys) ? "]\n" : "\n", to);
}

void dry_run_print(FILE *to, const char *found)
{
	struct json_object *object = NULL, *problems;
	const char *note, *decides;

	if (reply_parse_as(&object, json_type_object, found, strlen(found), "", NULL) < 0)
		return;
	problems = reply_member(object, "problems", json_type_array);
	for (size_t i = 0; problems && i < json_object_array_length(problems); i++)
		print_problem(to, json_object_array_get_idx(problems, i));
	note = reply_text(object, "note");
	decides = reply_text(object, "org_decides");
	if (note) {
		fputs("    keys were not all looked up: ", to);
		report_text(to, note, 0);
		fputc('\n', to);
	}
	if (decides)
		fprintf(to, "    the org alone decides about %s\n", decides);
	json_object_put(object);
}
