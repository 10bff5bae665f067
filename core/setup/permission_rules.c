/* permission_rules.c — what a permission set can list, as tables: fields that Salesforce refuses
 * there, parts of a compound field that stand for the whole, objects without rights of their own.
 */

#include "base/base.h"
#include "setup/permission.h"

#include <strings.h>

#include "base/text.h"

#define SET_BY_SALESFORCE "Salesforce keeps it itself; it has no field permission"
#define ALWAYS_OPEN "required by Salesforce, so open to whoever may write the object"
#define PERSON_NAME "part of the name, which is open to whoever may read the object"
#define NO_FIELD_SECURITY "this kind of object has no field permissions"
#define ON_CONTACT "a person account's field: give the field permission on Contact"

/* The first row whose patterns fit decides. */
static const struct field_rule {
	const char *object, *field;
	const char *why;
} field_rules[] = {
	{ "*__e", "*", NO_FIELD_SECURITY },
	{ "*", "Id", SET_BY_SALESFORCE },
	{ "*", "OwnerId", SET_BY_SALESFORCE },
	{ "*", "RecordTypeId", SET_BY_SALESFORCE },
	{ "*", "CurrencyIsoCode", SET_BY_SALESFORCE },
	{ "*", "IsDeleted", SET_BY_SALESFORCE },
	{ "*", "CreatedById", SET_BY_SALESFORCE },
	{ "*", "CreatedDate", SET_BY_SALESFORCE },
	{ "*", "LastModifiedById", SET_BY_SALESFORCE },
	{ "*", "LastModifiedDate", SET_BY_SALESFORCE },
	{ "*", "SystemModstamp", SET_BY_SALESFORCE },
	{ "*", "Name", ALWAYS_OPEN },
	{ "*", "FirstName", PERSON_NAME },
	{ "*", "MiddleName", PERSON_NAME },
	{ "*", "LastName", PERSON_NAME },
	{ "*", "Salutation", PERSON_NAME },
	{ "*", "Suffix", PERSON_NAME },
	{ "Account", "*__pc", ON_CONTACT },
	{ "Case", "Status", ALWAYS_OPEN },
	{ "Contract", "AccountId", ALWAYS_OPEN },
	{ "Contract", "Status", ALWAYS_OPEN },
	{ "Lead", "Company", ALWAYS_OPEN },
	{ "Lead", "Status", ALWAYS_OPEN },
	{ "Opportunity", "CloseDate", ALWAYS_OPEN },
	{ "Opportunity", "StageName", ALWAYS_OPEN },
	{ "OpportunityLineItem", "OpportunityId", ALWAYS_OPEN },
	{ "OpportunityLineItem", "PricebookEntryId", ALWAYS_OPEN },
	{ "OpportunityLineItem", "Product2Id", ALWAYS_OPEN },
	{ "OpportunityLineItem", "Quantity", ALWAYS_OPEN },
	{ "OpportunityLineItem", "UnitPrice", ALWAYS_OPEN },
	{ "Order", "EffectiveDate", ALWAYS_OPEN },
	{ "Order", "Status", ALWAYS_OPEN },
	{ "PricebookEntry", "*Id", ALWAYS_OPEN },
	{ "PricebookEntry", "UnitPrice", ALWAYS_OPEN },
	{ "Solution", "SolutionName", ALWAYS_OPEN },
	{ "Task", "Priority", ALWAYS_OPEN },
	{ "Task", "Status", ALWAYS_OPEN },
	{ "User", "*Name", ALWAYS_OPEN },
	{ "User", "Alias", ALWAYS_OPEN },
	{ "User", "Email", ALWAYS_OPEN },
	{ "User", "*Key", ALWAYS_OPEN },
	{ "User", "ProfileId", ALWAYS_OPEN },
};

/* Addresses are listed as a whole: BillingStreet under BillingAddress, Lead.Street under Address.
 */
static const char *const address_prefixes[] = { "Billing", "Shipping", "Mailing", "Other",
	"PersonMailing", "PersonOther", "QuoteTo", "Additional", "" };
static const char *const address_parts[] = { "Street", "City", "State", "StateCode", "PostalCode",
	"Country", "CountryCode", "Latitude", "Longitude", "GeocodeAccuracy" };

static bool standard_address(char listed[FIELD_NAME_MAX], const char *field)
{
	for (size_t i = 0; i < ARRAY_SIZE(address_prefixes); i++) {
		const char *prefix = address_prefixes[i];
		size_t len = strlen(prefix);

		if (strncasecmp(field, prefix, len) != 0)
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(address_parts); k++) {
			if (!text_equal_fold(field + len, address_parts[k]))
				continue;
			snprintf(listed, FIELD_NAME_MAX, "%sAddress", prefix);
			return true;
		}
	}
	return false;
}

/* Custom addresses and places: Site__Street__s and Place__Latitude__s under Site__c, Place__c. */
static bool custom_compound(char listed[FIELD_NAME_MAX], const char *field)
{
	const char *end = field + strlen(field);
	const char *part = NULL;

	if (!text_match("*__*__s", field, true))
		return false;
	for (const char *at = field; at + 3 < end; at++) {
		if (at[0] == '_' && at[1] == '_')
			part = at;
	}
	snprintf(listed, FIELD_NAME_MAX, "%.*s__c", (int)(part - field), field);
	return true;
}

bool permission_field_listed(
	char listed[FIELD_NAME_MAX], const char **why, const char *object, const char *field)
{
	*why = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(field_rules); i++) {
		if (text_match(field_rules[i].object, object, true) &&
			text_match(field_rules[i].field, field, true)) {
			*why = field_rules[i].why;
			return false;
		}
	}
	if (!standard_address(listed, field) && !custom_compound(listed, field))
		text_copy(listed, FIELD_NAME_MAX, field);
	return true;
}

static const struct {
	const char *object, *instead;
} object_rules[] = {
	{ "Task", "tasks have no object permission: the user permission Edit Tasks decides" },
	{ "Event", "events have no object permission: the user permission Edit Events decides" },
	{ "User", "users have no object permission: the user permission Manage Users decides" },
	{ "Attachment", "an attachment follows the record it hangs on" },
	{ "Note", "a note follows the record it hangs on" },
	{ "ContentVersion", "files have no object permission: sharing decides" },
	{ "ContentDocumentLink", "files have no object permission: sharing decides" },
	{ "OpportunityLineItem", "it follows Opportunity, and reads Product2 and Pricebook2" },
	{ "QuoteLineItem", "it follows Quote, and reads Product2 and Pricebook2" },
	{ "PricebookEntry", "it follows Product2 and Pricebook2" },
	{ "CampaignMember", "it follows Campaign, and reads Lead and Contact" },
};

const char *permission_object_instead(const char *object)
{
	for (size_t i = 0; i < ARRAY_SIZE(object_rules); i++) {
		if (text_equal_fold(object, object_rules[i].object))
			return object_rules[i].instead;
	}
	return NULL;
}

/* Objects whose relationship from others bears their own name. */
static const char *const standard_parents[] = { "Account", "Asset", "Campaign", "Case", "Contact",
	"Contract", "Lead", "Opportunity", "Order", "Pricebook2", "PricebookEntry", "Product2",
	"Quote", "Solution" };

/* Those that are their own parents. */
static const char *const trees[] = { "Account", "Asset", "Campaign", "Case" };

bool permission_standard_parent(
	char name[FIELD_NAME_MAX], const char *object, const char *relationship)
{
	const char *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(trees); i++)
		if (text_equal_fold(relationship, "Parent") && text_equal_fold(object, trees[i]))
			found = trees[i];
	for (size_t i = 0; i < ARRAY_SIZE(standard_parents); i++)
		if (text_equal_fold(relationship, standard_parents[i]))
			found = standard_parents[i];
	if (text_equal_fold(relationship, "ReportsTo"))
		found = "Contact";
	if (found)
		text_copy(name, FIELD_NAME_MAX, found);
	return found != NULL;
}
