/* describe.c — the describe answers of the practice org, made from the schema. */

#include "base/base.h"
#include "practice/schema.h"
#include "base/json.h"

static const struct {
	const char *name, *soap_type;
} types[] = {
	[SCHEMA_ID] = { "id", "tns:ID" },
	[SCHEMA_STRING] = { "string", "xsd:string" },
	[SCHEMA_TEXTAREA] = { "textarea", "xsd:string" },
	[SCHEMA_BOOLEAN] = { "boolean", "xsd:boolean" },
	[SCHEMA_INT] = { "int", "xsd:int" },
	[SCHEMA_DOUBLE] = { "double", "xsd:double" },
	[SCHEMA_CURRENCY] = { "currency", "xsd:double" },
	[SCHEMA_PERCENT] = { "percent", "xsd:double" },
	[SCHEMA_DATE] = { "date", "xsd:date" },
	[SCHEMA_DATETIME] = { "datetime", "xsd:dateTime" },
	[SCHEMA_EMAIL] = { "email", "xsd:string" },
	[SCHEMA_PHONE] = { "phone", "xsd:string" },
	[SCHEMA_URL] = { "url", "xsd:string" },
	[SCHEMA_PICKLIST] = { "picklist", "xsd:string" },
	[SCHEMA_REFERENCE] = { "reference", "tns:ID" },
};

const char *schema_type_name(enum schema_type type)
{
	return types[type].name;
}

static bool is_number(enum schema_type type)
{
	return type == SCHEMA_DOUBLE || type == SCHEMA_CURRENCY || type == SCHEMA_PERCENT;
}

static void put_picklist(struct json *json, const struct schema_field *field)
{
	json_key(json, "picklistValues");
	json_open(json, '[');
	for (const char *const *value = field->picklist; value && *value; value++) {
		json_open(json, '{');
		json_put_bool(json, "active", true);
		json_put_bool(json, "defaultValue", false);
		json_put_text(json, "label", *value);
		json_put_text(json, "validFor", NULL);
		json_put_text(json, "value", *value);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void put_sizes(struct json *json, const struct schema_field *field)
{
	bool number = is_number(field->type);
	int chars = number || field->type == SCHEMA_INT ? 0 : field->length;

	json_put_int(json, "byteLength", chars * 3);
	json_put_int(json, "length", chars);
	json_put_int(json, "digits", field->type == SCHEMA_INT ? field->length : 0);
	json_put_int(json, "precision", number ? field->length + field->scale : 0);
	json_put_int(json, "scale", number ? field->scale : 0);
}

static void put_rights(struct json *json, const struct schema_field *field)
{
	unsigned f = field->flags;
	bool boolean = field->type == SCHEMA_BOOLEAN;

	json_put_bool(json, "createable", !(f & (SCHEMA_NO_CREATE | SCHEMA_DENIED)));
	json_put_bool(json, "updateable", !(f & (SCHEMA_NO_UPDATE | SCHEMA_DENIED)));
	json_put_bool(json, "nillable",
		!boolean && !(f & SCHEMA_REQUIRED) && field->type != SCHEMA_ID &&
			!((f & SCHEMA_DEFAULTED) && !(f & SCHEMA_CALCULATED)));
	json_put_bool(json, "defaultedOnCreate", boolean || (f & SCHEMA_DEFAULTED));
	json_put_bool(json, "externalId", f & SCHEMA_EXTERNAL);
	json_put_bool(json, "unique", f & SCHEMA_UNIQUE);
	json_put_bool(json, "idLookup",
		(f & SCHEMA_EXTERNAL) || field->type == SCHEMA_ID || field->type == SCHEMA_EMAIL);
	json_put_bool(json, "caseSensitive", f & SCHEMA_CASE_SENSITIVE);
	json_put_bool(json, "nameField", f & SCHEMA_NAME_FIELD);
	json_put_bool(json, "calculated", f & SCHEMA_CALCULATED);
	json_put_bool(json, "restrictedPicklist", f & SCHEMA_RESTRICTED);
	json_put_bool(json, "permissionable",
		!(f & (SCHEMA_REQUIRED | SCHEMA_READ_ONLY | SCHEMA_NAME_FIELD)));
}

/* Keys that say the same of every field of this org. */
static void put_constants(struct json *json, const struct schema_field *field)
{
	static const char *const never[] = { "aiPredictionField", "autoNumber", "cascadeDelete",
		"dependentPicklist", "deprecatedAndHidden", "displayLocationInDecimal", "encrypted",
		"formulaTreatNullNumberAsZero", "highScaleNumber", "htmlFormatted", "namePointing",
		"polymorphicForeignKey", "queryByDistance", "restrictedDelete",
		"searchPrefilterable", "writeRequiresMasterRead" };
	static const char *const nothing[] = { "calculatedFormula", "compoundFieldName",
		"controllerName", "defaultValueFormula", "extraTypeInfo", "filteredLookupInfo",
		"inlineHelpText", "mask", "maskType", "referenceTargetField", "relationshipOrder" };
	bool large = field->type == SCHEMA_TEXTAREA && field->length > 255;

	for (size_t i = 0; i < ARRAY_SIZE(never); i++)
		json_put_bool(json, never[i], false);
	for (size_t i = 0; i < ARRAY_SIZE(nothing); i++)
		json_put_text(json, nothing[i], NULL);
	json_put_bool(json, "filterable", !large);
	json_put_bool(json, "sortable", !large);
	json_put_bool(json, "groupable", !large && !is_number(field->type));
	json_put_bool(json, "aggregatable", !large && field->type != SCHEMA_BOOLEAN);
}

static void put_field(struct json *json, const struct schema_field *field)
{
	json_open(json, '{');
	json_put_text(json, "name", field->name);
	json_put_text(json, "label", field->label);
	json_put_text(json, "type", types[field->type].name);
	json_put_text(json, "soapType", types[field->type].soap_type);
	json_put_bool(json, "custom", schema_is_custom(field->name));
	put_sizes(json, field);
	put_rights(json, field);
	put_constants(json, field);
	json_key(json, "defaultValue");
	if (field->type == SCHEMA_BOOLEAN)
		json_bool(json, false);
	else
		json_null(json);
	put_picklist(json, field);
	json_key(json, "referenceTo");
	json_open(json, '[');
	if (field->reference_to)
		json_text(json, field->reference_to);
	json_close(json, ']');
	json_put_text(json, "relationshipName", field->relationship);
	json_close(json, '}');
}

static void put_object(struct json *json, const struct schema_object *object)
{
	static const char *const always[] = { "layoutable", "queryable", "replicateable",
		"retrieveable", "searchable", "undeletable", "triggerable", "mergeable",
		"feedEnabled" };
	static const char *const never[] = { "activateable", "customSetting", "deepCloneable",
		"deprecatedAndHidden", "hasSubtypes", "isInterface", "isSubtype", "mruEnabled" };
	unsigned f = object->flags;

	json_put_text(json, "name", object->name);
	json_put_text(json, "label", object->label);
	json_put_text(json, "labelPlural", object->plural);
	json_put_text(json, "keyPrefix", object->prefix);
	json_put_bool(json, "custom", schema_is_custom(object->name));
	json_put_bool(json, "createable", !(f & SCHEMA_OBJECT_NO_CREATE));
	json_put_bool(json, "updateable", !(f & SCHEMA_OBJECT_NO_EDIT));
	json_put_bool(json, "deletable", !(f & SCHEMA_OBJECT_NO_DELETE));
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		json_put_bool(json, always[i], true);
	for (size_t i = 0; i < ARRAY_SIZE(never); i++)
		json_put_bool(json, never[i], false);
}

static void put_urls(struct json *json, const struct schema_object *object, const char *version)
{
	static const struct {
		const char *key, *tail;
	} urls[] = {
		{ "sobject", "" },
		{ "describe", "/describe" },
		{ "rowTemplate", "/{ID}" },
	};

	json_key(json, "urls");
	json_open(json, '{');
	for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
		char path[160];

		snprintf(path, sizeof(path), "/services/data/v%s/sobjects/%s%s", version,
			object->name, urls[i].tail);
		json_put_text(json, urls[i].key, path);
	}
	json_close(json, '}');
}

static void put_children(struct json *json, const struct schema_object *object)
{
	json_key(json, "childRelationships");
	json_open(json, '[');
	for (const struct schema_children *row = schema_children; row->parent; row++) {
		if (strcmp(row->parent, object->name) != 0)
			continue;
		json_open(json, '{');
		json_put_bool(json, "cascadeDelete", false);
		json_put_text(json, "childSObject", row->child);
		json_put_bool(json, "deprecatedAndHidden", false);
		json_put_text(json, "field", row->field);
		json_put_text(json, "relationshipName", row->name);
		json_put_bool(json, "restrictedDelete", false);
		json_close(json, '}');
	}
	json_close(json, ']');
}

void schema_describe(struct buf *out, const struct schema_object *object, const char *version)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	put_object(&json, object);
	json_key(&json, "fields");
	json_open(&json, '[');
	for (int i = 0; i < object->field_count; i++) {
		if (!(object->fields[i].flags & SCHEMA_HIDDEN))
			put_field(&json, &object->fields[i]);
	}
	json_close(&json, ']');
	put_children(&json, object);
	for (size_t i = 0; i < 3; i++) {
		static const char *const lists[] = { "actionOverrides", "namedLayoutInfos",
			"recordTypeInfos" };

		json_key(&json, lists[i]);
		json_raw(&json, "[]", 2);
	}
	put_urls(&json, object, version);
	json_close(&json, '}');
}

void schema_describe_brief(struct buf *out, const struct schema_object *object, const char *version)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	put_object(&json, object);
	put_urls(&json, object, version);
	json_close(&json, '}');
}
