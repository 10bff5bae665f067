/* show.c — records as JSON. */

#include "base/base.h"
#include "practice/show.h"
#include "practice/convert.h"

static const char *system_text(const struct shown *shown, int field, char room[64])
{
	switch (field) {
	case SCHEMA_F_ID:
		sfid_make(room, shown->object->prefix, shown->number);
		return room;
	case SCHEMA_F_DELETED:
		return shown->record->deleted ? "true" : "false";
	case SCHEMA_F_CREATED_DATE:
		convert_millis(room, shown->record->created);
		return room;
	case SCHEMA_F_MODIFIED_DATE:
	case SCHEMA_F_MODSTAMP:
		convert_millis(room, shown->record->modified);
		return room;
	default:
		return shown->org->user_id;
	}
}

const char *show_text(const struct shown *shown, int field, char room[64], uint32_t *len)
{
	const char *text;

	if (field >= SCHEMA_SYSTEM_FIELDS) {
		text = record_text(shown->record, field, len);
		if (text || shown->object->fields[field].type != SCHEMA_BOOLEAN)
			return text;
		text = "false";
	} else {
		text = system_text(shown, field, room);
	}
	*len = (uint32_t)strlen(text);
	return text;
}

/* Salesforce writes a double with a point: 5.0 */
static void put_double(struct json *json, const char *text, uint32_t len)
{
	char number[64];

	snprintf(number, sizeof(number), "%.*s%s", (int)len, text,
		memchr(text, '.', len) ? "" : ".0");
	json_raw(json, number, strlen(number));
}

void show_value(struct json *json, const struct shown *shown, int field)
{
	char room[64];
	uint32_t len;
	const char *text = show_text(shown, field, room, &len);

	if (!text) {
		json_null(json);
		return;
	}
	switch (shown->object->fields[field].type) {
	case SCHEMA_BOOLEAN:
	case SCHEMA_INT:
		json_raw(json, text, len);
		break;
	case SCHEMA_DOUBLE:
	case SCHEMA_CURRENCY:
	case SCHEMA_PERCENT:
		put_double(json, text, len);
		break;
	default:
		json_bytes(json, text, len);
	}
}

void show_attributes(struct json *json, const struct shown *shown)
{
	char id[SFID_SIZE];
	char url[160];

	sfid_make(id, shown->object->prefix, shown->number);
	snprintf(url, sizeof(url), "/services/data/v%s/sobjects/%s/%s", shown->version,
		shown->object->name, id);
	json_key(json, "attributes");
	json_open(json, '{');
	json_put_text(json, "type", shown->object->name);
	json_put_text(json, "url", url);
	json_close(json, '}');
}

void show_record(struct json *json, const struct shown *shown, const int *fields, int count)
{
	json_open(json, '{');
	show_attributes(json, shown);
	for (int i = 0; i < (fields ? count : shown->object->field_count); i++) {
		int field = fields ? fields[i] : i;

		if (shown->object->fields[field].flags & SCHEMA_HIDDEN)
			continue;
		json_key(json, shown->object->fields[field].name);
		show_value(json, shown, field);
	}
	json_close(json, '}');
}
