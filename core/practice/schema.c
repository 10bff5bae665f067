/* schema.c — the objects and fields of the practice org, as tables. */

#include "base/base.h"
#include "practice/schema.h"
#include "base/text.h"

/* clang-format off */

static const char *const industries[] = { "Agriculture", "Banking", "Chemicals", "Construction", "Consulting", "Education",
	"Electronics", "Energy", "Engineering", "Finance", "Healthcare", "Manufacturing", "Retail", "Technology",
	"Transportation", "Other", NULL };
static const char *const account_types[] = { "Prospect", "Customer", "Partner", "Supplier", "Other", NULL };
static const char *const ratings[] = { "Hot", "Warm", "Cold", NULL };
static const char *const account_states[] = { "Active", "On Hold", "Closed", NULL };
static const char *const languages[] = { "de", "en", "es", "fr", "it", "nl", NULL };
static const char *const order_states[] = { "New", "Packed", "Shipped", "Returned", NULL };

static const struct schema_field system_fields[] = {
	{ .name = "Id", .label = "Record ID", .type = SCHEMA_ID, .flags = SCHEMA_READ_ONLY | SCHEMA_DEFAULTED, .length = 18 },
	{ .name = "IsDeleted", .label = "Deleted", .type = SCHEMA_BOOLEAN, .flags = SCHEMA_READ_ONLY | SCHEMA_DEFAULTED },
	{ .name = "CreatedDate", .label = "Created Date", .type = SCHEMA_DATETIME, .flags = SCHEMA_READ_ONLY | SCHEMA_DEFAULTED },
	{ .name = "CreatedById", .label = "Created By ID", .type = SCHEMA_REFERENCE, .flags = SCHEMA_READ_ONLY | SCHEMA_DEFAULTED,
	  .length = 18, .reference_to = "User", .relationship = "CreatedBy" },
	{ .name = "LastModifiedDate", .label = "Last Modified Date", .type = SCHEMA_DATETIME, .flags = SCHEMA_READ_ONLY | SCHEMA_DEFAULTED },
	{ .name = "LastModifiedById", .label = "Last Modified By ID", .type = SCHEMA_REFERENCE, .flags = SCHEMA_READ_ONLY | SCHEMA_DEFAULTED,
	  .length = 18, .reference_to = "User", .relationship = "LastModifiedBy" },
	{ .name = "SystemModstamp", .label = "System Modstamp", .type = SCHEMA_DATETIME, .flags = SCHEMA_READ_ONLY | SCHEMA_DEFAULTED },
	{ .name = NULL },
};

#define OWNER { .name = "OwnerId", .label = "Owner ID", .type = SCHEMA_REFERENCE, .flags = SCHEMA_DEFAULTED, .length = 18, \
	.reference_to = "User", .relationship = "Owner" }

static const struct schema_field account_fields[] = {
	{ .name = "Name", .label = "Account Name", .type = SCHEMA_STRING, .length = 255, .flags = SCHEMA_REQUIRED | SCHEMA_NAME_FIELD },
	{ .name = "Ext_Id__c", .label = "External Id", .type = SCHEMA_STRING, .length = 40, .flags = SCHEMA_UNIQUE | SCHEMA_EXTERNAL },
	{ .name = "Legacy_No__c", .label = "Legacy Number", .type = SCHEMA_STRING, .length = 20, .flags = SCHEMA_EXTERNAL },
	{ .name = "AccountNumber", .label = "Account Number", .type = SCHEMA_STRING, .length = 40 },
	{ .name = "Type", .label = "Account Type", .type = SCHEMA_PICKLIST, .length = 255, .picklist = account_types },
	{ .name = "Industry", .label = "Industry", .type = SCHEMA_PICKLIST, .length = 255, .picklist = industries },
	{ .name = "Rating", .label = "Account Rating", .type = SCHEMA_PICKLIST, .length = 255, .picklist = ratings },
	{ .name = "Status__c", .label = "Status", .type = SCHEMA_PICKLIST, .length = 255, .picklist = account_states,
	  .flags = SCHEMA_RESTRICTED },
	{ .name = "Phone", .label = "Account Phone", .type = SCHEMA_PHONE, .length = 40 },
	{ .name = "Fax", .label = "Account Fax", .type = SCHEMA_PHONE, .length = 40 },
	{ .name = "Website", .label = "Website", .type = SCHEMA_URL, .length = 255 },
	{ .name = "Email__c", .label = "Email", .type = SCHEMA_EMAIL, .length = 80 },
	{ .name = "BillingStreet", .label = "Billing Street", .type = SCHEMA_TEXTAREA, .length = 255 },
	{ .name = "BillingCity", .label = "Billing City", .type = SCHEMA_STRING, .length = 40 },
	{ .name = "BillingPostalCode", .label = "Billing Zip/Postal Code", .type = SCHEMA_STRING, .length = 20 },
	{ .name = "BillingCountry", .label = "Billing Country", .type = SCHEMA_STRING, .length = 80 },
	{ .name = "AnnualRevenue", .label = "Annual Revenue", .type = SCHEMA_CURRENCY, .length = 18 },
	{ .name = "NumberOfEmployees", .label = "Employees", .type = SCHEMA_INT, .length = 8 },
	{ .name = "Credit_Limit__c", .label = "Credit Limit", .type = SCHEMA_CURRENCY, .length = 16, .scale = 2 },
	{ .name = "Customer_Since__c", .label = "Customer Since", .type = SCHEMA_DATE },
	{ .name = "Newsletter__c", .label = "Newsletter", .type = SCHEMA_BOOLEAN, .flags = SCHEMA_DEFAULTED, .default_value = "false" },
	{ .name = "ParentId", .label = "Parent Account ID", .type = SCHEMA_REFERENCE, .length = 18, .reference_to = "Account",
	  .relationship = "Parent" },
	{ .name = "Description", .label = "Account Description", .type = SCHEMA_TEXTAREA, .length = 32000 },
	OWNER,
	{ .name = NULL },
};

static const struct schema_field contact_fields[] = {
	{ .name = "LastName", .label = "Last Name", .type = SCHEMA_STRING, .length = 80, .flags = SCHEMA_REQUIRED },
	{ .name = "FirstName", .label = "First Name", .type = SCHEMA_STRING, .length = 40 },
	{ .name = "Name", .label = "Full Name", .type = SCHEMA_STRING, .length = 121,
	  .flags = SCHEMA_READ_ONLY | SCHEMA_NAME_FIELD | SCHEMA_DEFAULTED | SCHEMA_CALCULATED },
	{ .name = "Ext_Id__c", .label = "External Id", .type = SCHEMA_STRING, .length = 40, .flags = SCHEMA_UNIQUE | SCHEMA_EXTERNAL },
	{ .name = "AccountId", .label = "Account ID", .type = SCHEMA_REFERENCE, .length = 18, .reference_to = "Account",
	  .relationship = "Account" },
	{ .name = "Email", .label = "Email", .type = SCHEMA_EMAIL, .length = 80 },
	{ .name = "Phone", .label = "Business Phone", .type = SCHEMA_PHONE, .length = 40 },
	{ .name = "MobilePhone", .label = "Mobile Phone", .type = SCHEMA_PHONE, .length = 40 },
	{ .name = "Title", .label = "Title", .type = SCHEMA_STRING, .length = 128 },
	{ .name = "Department", .label = "Department", .type = SCHEMA_STRING, .length = 80 },
	{ .name = "Birthdate", .label = "Birthdate", .type = SCHEMA_DATE },
	{ .name = "MailingStreet", .label = "Mailing Street", .type = SCHEMA_TEXTAREA, .length = 255 },
	{ .name = "MailingCity", .label = "Mailing City", .type = SCHEMA_STRING, .length = 40 },
	{ .name = "MailingPostalCode", .label = "Mailing Zip/Postal Code", .type = SCHEMA_STRING, .length = 20 },
	{ .name = "MailingCountry", .label = "Mailing Country", .type = SCHEMA_STRING, .length = 80 },
	{ .name = "Language__c", .label = "Language", .type = SCHEMA_PICKLIST, .length = 255, .picklist = languages, .flags = SCHEMA_RESTRICTED },
	{ .name = "HasOptedOutOfEmail", .label = "Email Opt Out", .type = SCHEMA_BOOLEAN, .flags = SCHEMA_DEFAULTED, .default_value = "false" },
	{ .name = "Description", .label = "Contact Description", .type = SCHEMA_TEXTAREA, .length = 32000 },
	OWNER,
	{ .name = NULL },
};

static const struct schema_field order_line_fields[] = {
	{ .name = "Name", .label = "Order Line Name", .type = SCHEMA_STRING, .length = 80, .flags = SCHEMA_REQUIRED | SCHEMA_NAME_FIELD },
	{ .name = "Order_No__c", .label = "Order Number", .type = SCHEMA_STRING, .length = 40, .flags = SCHEMA_UNIQUE | SCHEMA_EXTERNAL },
	{ .name = "Ref__c", .label = "Reference", .type = SCHEMA_STRING, .length = 40,
	  .flags = SCHEMA_UNIQUE | SCHEMA_EXTERNAL | SCHEMA_CASE_SENSITIVE },
	{ .name = "Account__c", .label = "Account", .type = SCHEMA_REFERENCE, .length = 18, .reference_to = "Account",
	  .relationship = "Account__r" },
	{ .name = "Contact__c", .label = "Contact", .type = SCHEMA_REFERENCE, .length = 18, .reference_to = "Contact",
	  .relationship = "Contact__r" },
	{ .name = "Quantity__c", .label = "Quantity", .type = SCHEMA_DOUBLE, .length = 10 },
	{ .name = "Price__c", .label = "Price", .type = SCHEMA_CURRENCY, .length = 16, .scale = 2 },
	{ .name = "Discount__c", .label = "Discount", .type = SCHEMA_PERCENT, .length = 3, .scale = 2 },
	{ .name = "Line_Total__c", .label = "Line Total", .type = SCHEMA_CURRENCY, .length = 16, .scale = 2,
	  .flags = SCHEMA_READ_ONLY | SCHEMA_CALCULATED },
	{ .name = "Status__c", .label = "Status", .type = SCHEMA_PICKLIST, .length = 255, .picklist = order_states, .flags = SCHEMA_RESTRICTED },
	{ .name = "Shipped__c", .label = "Shipped", .type = SCHEMA_BOOLEAN, .flags = SCHEMA_DEFAULTED, .default_value = "false" },
	{ .name = "Ship_Date__c", .label = "Ship Date", .type = SCHEMA_DATE },
	{ .name = "Placed_At__c", .label = "Placed At", .type = SCHEMA_DATETIME },
	{ .name = "Changed_At__c", .label = "Changed At", .type = SCHEMA_DATETIME },
	{ .name = "Email__c", .label = "Email", .type = SCHEMA_EMAIL, .length = 80 },
	{ .name = "Country__c", .label = "Country", .type = SCHEMA_STRING, .length = 80 },
	{ .name = "Source__c", .label = "Source", .type = SCHEMA_STRING, .length = 20 },
	{ .name = "Note__c", .label = "Note", .type = SCHEMA_TEXTAREA, .length = 32768 },
	OWNER,
	{ .name = NULL },
};

static const struct schema_field user_fields[] = {
	{ .name = "Username", .label = "Username", .type = SCHEMA_STRING, .length = 80, .flags = SCHEMA_REQUIRED },
	{ .name = "Name", .label = "Full Name", .type = SCHEMA_STRING, .length = 121, .flags = SCHEMA_READ_ONLY | SCHEMA_NAME_FIELD },
	{ .name = "FirstName", .label = "First Name", .type = SCHEMA_STRING, .length = 40 },
	{ .name = "LastName", .label = "Last Name", .type = SCHEMA_STRING, .length = 80, .flags = SCHEMA_REQUIRED },
	{ .name = "Email", .label = "Email", .type = SCHEMA_EMAIL, .length = 128, .flags = SCHEMA_REQUIRED },
	{ .name = "Alias", .label = "Alias", .type = SCHEMA_STRING, .length = 8, .flags = SCHEMA_REQUIRED },
	{ .name = "IsActive", .label = "Active", .type = SCHEMA_BOOLEAN, .flags = SCHEMA_DEFAULTED },
	{ .name = "UserType", .label = "User Type", .type = SCHEMA_STRING, .length = 40, .flags = SCHEMA_READ_ONLY },
	{ .name = "TimeZoneSidKey", .label = "Time Zone", .type = SCHEMA_STRING, .length = 40 },
	{ .name = "LocaleSidKey", .label = "Locale", .type = SCHEMA_STRING, .length = 40 },
	{ .name = NULL },
};

static const struct schema_field organization_fields[] = {
	{ .name = "Name", .label = "Name", .type = SCHEMA_STRING, .length = 80, .flags = SCHEMA_NAME_FIELD },
	{ .name = "InstanceName", .label = "Instance Name", .type = SCHEMA_STRING, .length = 5, .flags = SCHEMA_READ_ONLY },
	{ .name = "IsSandbox", .label = "Is Sandbox", .type = SCHEMA_BOOLEAN, .flags = SCHEMA_READ_ONLY },
	{ .name = "OrganizationType", .label = "Edition", .type = SCHEMA_STRING, .length = 40, .flags = SCHEMA_READ_ONLY },
	{ .name = "TrialExpirationDate", .label = "Trial Expiration Date", .type = SCHEMA_DATETIME, .flags = SCHEMA_READ_ONLY },
	{ .name = "NamespacePrefix", .label = "Namespace Prefix", .type = SCHEMA_STRING, .length = 15, .flags = SCHEMA_READ_ONLY },
	{ .name = "TimeZoneSidKey", .label = "Time Zone", .type = SCHEMA_STRING, .length = 40 },
	{ .name = NULL },
};

#define FIXED (SCHEMA_OBJECT_NO_CREATE | SCHEMA_OBJECT_NO_EDIT | SCHEMA_OBJECT_NO_DELETE)

static const struct schema_object objects[] = {
	{ .name = "Account", .label = "Account", .plural = "Accounts", .prefix = "001", .own_fields = account_fields },
	{ .name = "Contact", .label = "Contact", .plural = "Contacts", .prefix = "003", .own_fields = contact_fields },
	{ .name = "Order_Line__c", .label = "Order Line", .plural = "Order Lines", .prefix = "a01", .own_fields = order_line_fields },
	{ .name = "Organization", .label = "Organization", .plural = "Organizations", .prefix = "00D", .flags = FIXED,
	  .own_fields = organization_fields },
	{ .name = "User", .label = "User", .plural = "Users", .prefix = "005", .flags = FIXED, .own_fields = user_fields },
};

const struct schema_children schema_children[] = {
	{ "Account", "ChildAccounts", "Account", "ParentId" },
	{ "Account", "Contacts", "Contact", "AccountId" },
	{ "Account", "Order_Lines__r", "Order_Line__c", "Account__c" },
	{ "Contact", "Order_Lines__r", "Order_Line__c", "Contact__c" },
	{ NULL, NULL, NULL, NULL },
};

/* clang-format on */

static int count_fields(const struct schema_field *fields)
{
	int n = 0;

	while (fields[n].name)
		n++;
	return n;
}

void schema_reset(struct schema *schema)
{
	for (int i = 0; i < schema->object_count; i++) {
		struct schema_object *object = &schema->objects[i];

		object->flags = objects[i].flags;
		memcpy(object->fields, system_fields,
			SCHEMA_SYSTEM_FIELDS * sizeof(*object->fields));
		memcpy(object->fields + SCHEMA_SYSTEM_FIELDS, objects[i].own_fields,
			(size_t)(object->field_count - SCHEMA_SYSTEM_FIELDS) *
				sizeof(*object->fields));
	}
}

int schema_new(struct schema **out, struct err *err)
{
	struct schema *schema = calloc(1, sizeof(*schema));

	*out = NULL;
	if (!schema)
		return err_nomem(err);
	schema->objects = calloc(ARRAY_SIZE(objects), sizeof(*schema->objects));
	if (!schema->objects)
		goto nomem;
	schema->object_count = ARRAY_SIZE(objects);
	for (int i = 0; i < schema->object_count; i++) {
		struct schema_object *object = &schema->objects[i];

		*object = objects[i];
		object->index = i;
		object->field_count = SCHEMA_SYSTEM_FIELDS + count_fields(object->own_fields);
		object->fields = calloc((size_t)object->field_count, sizeof(*object->fields));
		if (!object->fields)
			goto nomem;
	}
	schema_reset(schema);
	*out = schema;
	return 0;
nomem:
	schema_free(schema);
	return err_nomem(err);
}

void schema_free(struct schema *schema)
{
	if (!schema)
		return;
	for (int i = 0; i < schema->object_count; i++)
		free(schema->objects[i].fields);
	free(schema->objects);
	free(schema);
}

struct schema_object *schema_object(const struct schema *schema, const char *name)
{
	for (int i = 0; i < schema->object_count; i++) {
		if (text_equal_fold(schema->objects[i].name, name))
			return &schema->objects[i];
	}
	return NULL;
}

struct schema_object *schema_object_by_prefix(const struct schema *schema, const char *id)
{
	for (int i = 0; i < schema->object_count; i++) {
		if (strncmp(schema->objects[i].prefix, id, 3) == 0)
			return &schema->objects[i];
	}
	return NULL;
}

static bool same_name(const char *have, const char *name, size_t len)
{
	return have && strncasecmp(have, name, len) == 0 && have[len] == '\0';
}

struct schema_field *schema_field(const struct schema_object *object, const char *name, size_t len)
{
	for (int i = 0; i < object->field_count; i++) {
		if (same_name(object->fields[i].name, name, len))
			return &object->fields[i];
	}
	return NULL;
}

struct schema_field *schema_relationship(
	const struct schema_object *object, const char *name, size_t len)
{
	for (int i = 0; i < object->field_count; i++) {
		if (same_name(object->fields[i].relationship, name, len))
			return &object->fields[i];
	}
	return NULL;
}

int schema_field_index(const struct schema_object *object, const struct schema_field *field)
{
	return (int)(field - object->fields);
}

bool schema_is_custom(const char *name)
{
	size_t len = strlen(name);

	return len > 3 && strcmp(name + len - 3, "__c") == 0;
}
