/* Tests of SOQL: what it finds, how it pages, how it refuses. */

#include "practice/suites.h"

#include "base/text.h"
#include "practice/partner.h"

static const char seed[] =
	"{\"records\":["
	"{\"attributes\":{\"type\":\"Account\"},\"Name\":\"Alpha\",\"Ext_Id__c\":\"A-1\","
	"\"AnnualRevenue\":100,"
	"\"Newsletter__c\":true,\"Customer_Since__c\":\"2020-01-15\",\"Rating\":\"Hot\"},"
	"{\"attributes\":{\"type\":\"Account\"},\"Name\":\"beta\",\"Ext_Id__c\":\"A-2\","
	"\"AnnualRevenue\":20},"
	"{\"attributes\":{\"type\":\"Account\"},\"Name\":\"It's\",\"Ext_Id__c\":\"A-3\",\"Customer_"
	"Since__c\":\"2024-06-01\"},"
	"{\"attributes\":{\"type\":\"Account\"},\"Name\":\"Delta 100%\",\"AnnualRevenue\":-5.0},"
	"{\"attributes\":{\"type\":\"Contact\"},\"LastName\":\"One\",\"Account\":{\"Ext_Id__c\":"
	"\"A-1\"}},"
	"{\"attributes\":{\"type\":\"Contact\"},\"LastName\":\"Two\",\"Account\":{\"Ext_Id__c\":"
	"\"A-2\"}},"
	"{\"attributes\":{\"type\":\"Contact\"},\"LastName\":\"None\"}]}";

/* A condition on Account and the names it finds, in order. */
static const struct {
	const char *where, *names;
} conditions[] = {
	{ "", "Alpha,beta,It's,Delta 100%" },
	{ "WHERE Name = 'ALPHA'", "Alpha" }, /* text ignores case */
	{ "WHERE Name = 'It\\'s'", "It's" },
	{ "WHERE Name != 'Alpha' AND AnnualRevenue != null", "beta,Delta 100%" },
	{ "WHERE AnnualRevenue > 20", "Alpha" },
	{ "WHERE AnnualRevenue >= 20 ORDER BY AnnualRevenue", "beta,Alpha" },
	{ "WHERE AnnualRevenue < 0", "Delta 100%" },
	{ "WHERE AnnualRevenue <= 20.5 ORDER BY AnnualRevenue ASC", "Delta 100%,beta" },
	{ "WHERE AnnualRevenue = null", "It's" }, { "WHERE Ext_Id__c = ''", "Delta 100%" },
	{ "WHERE Name LIKE '%A'", "Alpha,beta" }, { "WHERE Name LIKE '_eta'", "beta" },
	{ "WHERE Name LIKE 'delta%%'", "Delta 100%" }, { "WHERE NOT Name LIKE '%a%'", "It's" },
	{ "WHERE Ext_Id__c IN ('a-2','A-1','A-1','nope')", "Alpha,beta" },
	{ "WHERE Ext_Id__c NOT IN ('A-1','A-2') AND Ext_Id__c != null", "It's" },
	{ "WHERE Id IN ('001Pr0000000001','001Pr0000000003IAA')", "Alpha,It's" },
	{ "WHERE Id = '001Pr0000000002'", "beta" }, { "WHERE Id = '003Pr0000000002'", "" },
	{ "WHERE Newsletter__c = true", "Alpha" },
	{ "WHERE Newsletter__c = FALSE AND Rating = null AND Ext_Id__c = 'A-2'", "beta" },
	{ "WHERE Customer_Since__c > 2020-01-15", "It's" },
	{ "WHERE Customer_Since__c <= TODAY ORDER BY Customer_Since__c DESC", "It's,Alpha" },
	{ "WHERE CreatedDate > 2020-01-01T00:00:00Z AND CreatedDate < TOMORROW LIMIT 1", "Alpha" },
	{ "WHERE (Name = 'Alpha' OR Name = 'beta') AND AnnualRevenue = 20", "beta" },
	{ "WHERE Name = 'Alpha' OR (Name = 'beta' AND AnnualRevenue = 1)", "Alpha" },
	{ "ORDER BY Name DESC NULLS LAST", "It's,Delta 100%,beta,Alpha" },
	{ "ORDER BY AnnualRevenue", "It's,Delta 100%,beta,Alpha" },
	{ "ORDER BY AnnualRevenue NULLS LAST LIMIT 2", "Delta 100%,beta" },
	{ "ORDER BY Rating, Name DESC", "It's,Delta 100%,beta,Alpha" },
	{ "LIMIT 2 OFFSET 1", "beta,It's" }, { "LIMIT 0", "" }, { "OFFSET 99", "" },
	{ "WHERE CreatedById = '005Pr0000000001' AND Owner.Username = 'AGENT@practice.example' "
	  "LIMIT 1",
		"Alpha" },
	{ "WHERE Account.Name = 'Alpha'", "Alpha" }, /* the object's own name as a prefix */
};

static void query(struct partner *partner, const char *soql)
{
	char *escaped = curl_easy_escape(partner->curl, soql, 0);
	struct buf path = BUF_INIT(1 << 16);

	buf_addf(&path, "query?q=%s", escaped);
	partner_call(partner, "GET", buf_str(&path), NULL);
	curl_free(escaped);
	buf_free(&path);
}

/* The values of "Name" in the answer, with commas between. */
static void collect_names(const struct buf *answer, struct buf *names)
{
	const char *at = buf_str(answer);

	while ((at = strstr(at, "\"Name\":\"")) != NULL) {
		at += strlen("\"Name\":\"");
		if (names->len)
			buf_add_char(names, ',');
		buf_add(names, at, strcspn(at, "\""));
	}
}

START_TEST(condition_finds_its_records)
{
	struct partner partner;
	struct buf names = BUF_INIT(4096);
	char soql[300];

	partner_open(&partner, NULL);
	partner_call(&partner, "POST", "composite/sobjects", seed);
	snprintf(soql, sizeof(soql), "SELECT Name FROM Account %s", conditions[_i].where);
	query(&partner, soql);
	ck_assert_msg(partner.status == 200, "%s: %s", soql, buf_str(&partner.body));
	collect_names(&partner.body, &names);
	ck_assert_msg(strcmp(buf_str(&names), conditions[_i].names) == 0,
		"%s\nexpected %s\n     got %s", soql, conditions[_i].names, buf_str(&names));
	buf_free(&names);
	partner_close(&partner);
}
END_TEST

/* Whole answers. */
static const struct {
	const char *soql;
	int status;
	const char *answer;
} answers[] = {
	{ "SELECT COUNT() FROM Account", 200, "{\"totalSize\":4,\"done\":true,\"records\":[]}" },
	{ "SELECT COUNT(AnnualRevenue) n FROM Account", 200,
		"{\"totalSize\":1,\"done\":true,\"records\":[{\"attributes\":{\"type\":"
		"\"AggregateResult\"},\"n\":3}]}" },
	{ "select name, Account.Name, Account.Ext_Id__c from contact order by account.name", 200,
		"{\"totalSize\":3,\"done\":true,\"records\":[{\"attributes\":{*},\"Name\":\"None\","
		"\"Account\":null},"
		"{\"attributes\":{*},\"Name\":\"One\",\"Account\":{\"attributes\":{\"type\":"
		"\"Account\",*},"
		"\"Name\":\"Alpha\",\"Ext_Id__c\":\"A-1\"}},{*}]}" },
	{ "SELECT FIELDS(CUSTOM) FROM Account LIMIT 1", 200,
		"*\"Ext_Id__c\":\"A-1\",\"Legacy_No__c\":null,*" },
	{ "SELECT Id, Name FROM User", 200, "*\"Name\":\"Practice Agent\"*" },
	{ "SELECT Name, InstanceName, IsSandbox, TrialExpirationDate, NamespacePrefix, "
	  "OrganizationType FROM Organization",
		200,
		"*\"Name\":\"practice\",*\"IsSandbox\":false,\"TrialExpirationDate\":null,*"
		"\"Developer Edition\"}]}" },
	/* refusals, with the place */
	{ "SELECT Id FRM Account", 400,
		"[{\"message\":\"\\nSELECT Id FRM Account\\n          ^\\nERROR at "
		"Row:1:Column:11\\nunexpected "
		"token: 'FRM'\",\"errorCode\":\"MALFORMED_QUERY\"}]" },
	{ "SELECT FROM Account", 400, "*unexpected token: 'FROM'*" },
	{ "SELECT Id", 400, "*unexpected token: '<EOF>'*" },
	{ "SELECT Id FROM", 400, "*unexpected token: '<EOF>'*" },
	{ "UPDATE Account", 400, "*\"MALFORMED_QUERY\"*" },
	{ "SELECT Id FROM Account WHERE", 400, "*'<EOF>'*" },
	{ "SELECT Id FROM Account WHERE Name", 400, "*'<EOF>'*" },
	{ "SELECT Id FROM Account WHERE Name = ", 400, "*'<EOF>'*" },
	{ "SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", 400,
		"*unexpected token: 'OR'*" },
	{ "SELECT Id FROM Account WHERE (Name = 'a'", 400, "*'<EOF>'*" },
	{ "SELECT Id FROM Account WHERE Name = 5", 400,
		"*must be of type string and should be enclosed in quotes*\"INVALID_FIELD\"*" },
	{ "SELECT Id FROM Account WHERE AnnualRevenue = '5'", 400,
		"*must be of type currency and should not be enclosed in quotes*" },
	{ "SELECT Id FROM Account WHERE CreatedDate > 2020-01-01", 400,
		"*must be of type datetime*" },
	{ "SELECT Id FROM Account WHERE Newsletter__c = 1", 400, "*must be of type boolean*" },
	{ "SELECT Id FROM Account LIMIT x", 400, "*unexpected token: 'x'*" },
	{ "SELECT Id FROM Account LIMIT 5 5", 400, "*unexpected token: '5'*" },
	{ "SELECT Id FROM Account OFFSET 2001", 400, "*\"NUMBER_OUTSIDE_VALID_RANGE\"*" },
	{ "SELECT Id, Nope FROM Account", 400,
		"*ERROR at Row:1:Column:12\\nNo such column 'Nope' on entity 'Account'. If you "
		"are*\"INVALID_FIELD\"*" },
	{ "SELECT Nope.Name FROM Account", 400,
		"*Didn't understand relationship 'Nope' in field path*\"INVALID_FIELD\"*" },
	{ "SELECT Id FROM ScratchOrgInfo limit 1", 400,
		"*sObject type 'ScratchOrgInfo' is not supported*\"INVALID_TYPE\"*" },
	{ "SELECT Id FROM Account WHERE Id = 'x'", 400, "*invalid ID field: x*" },
	{ "SELECT Name, COUNT(Id) FROM Account", 400, "*\"MALFORMED_QUERY\"*" },
	{ "", 400, "*\"MALFORMED_QUERY\"*" },
};

START_TEST(query_answers)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_call(&partner, "POST", "composite/sobjects", seed);
	query(&partner, answers[_i].soql);
	ck_assert_msg(partner.status == answers[_i].status &&
			      text_match(answers[_i].answer, buf_str(&partner.body), false),
		"%s\nexpected %s\n     got %s", answers[_i].soql, answers[_i].answer,
		buf_str(&partner.body));
	partner_close(&partner);
}
END_TEST

START_TEST(deep_conditions_are_refused_and_not_followed)
{
	struct partner partner;
	struct buf soql = BUF_INIT(1 << 16);

	partner_open(&partner, NULL);
	buf_add_str(&soql, "SELECT Id FROM Account WHERE ");
	for (int i = 0; i < 1000; i++)
		buf_add_char(&soql, '(');
	query(&partner, buf_str(&soql));
	partner_expect_answer(&partner, 400, "*too many nested conditions*");
	buf_free(&soql);
	partner_close(&partner);
}
END_TEST

static void add_accounts(struct partner *partner, int count)
{
	for (int done = 0; done < count; done += 200) {
		struct buf body = BUF_INIT(1 << 20);

		buf_add_str(&body, "{\"records\":[");
		for (int i = done; i < done + 200 && i < count; i++)
			buf_addf(&body,
				"%s{\"attributes\":{\"type\":\"Account\"},\"Name\":\"n%04d\"}",
				i > done ? "," : "", i);
		buf_add_str(&body, "]}");
		partner_call(partner, "POST", "composite/sobjects", buf_str(&body));
		buf_free(&body);
	}
}

static int count_records(const struct buf *answer)
{
	const char *at = buf_str(answer);
	int count = 0;

	for (; (at = strstr(at, "\"attributes\"")) != NULL; at++)
		count++;
	return count;
}

START_TEST(long_results_come_in_pages_of_2000)
{
	struct partner partner;
	char next[100];
	const char *at;

	partner_open(&partner, NULL);
	add_accounts(&partner, 2001);
	query(&partner, "SELECT Name FROM Account ORDER BY Name");
	partner_expect_answer(&partner, 200,
		"{\"totalSize\":2001,\"done\":false,\"nextRecordsUrl\":\"/services/data/v66.0/"
		"query/"
		"01g*-2000\",\"records\":[{*\"Name\":\"n0000\"}*");
	ck_assert_int_eq(count_records(&partner.body), 2000);
	at = strstr(buf_str(&partner.body), "/services/data/v66.0/query/");
	snprintf(next, sizeof(next), "%.*s", (int)strcspn(at, "\""), at);
	partner_call(&partner, "GET", next, NULL);
	partner_expect_answer(&partner, 200,
		"{\"totalSize\":2001,\"done\":true,\"records\":[{*\"Name\":\"n2000\"}]}");
	partner_call(&partner, "GET", "query/01gPr0000000099-2000", NULL);
	partner_expect_answer(&partner, 400, "*\"INVALID_QUERY_LOCATOR\"*");
	partner_call(&partner, "GET", "query/nonsense", NULL);
	partner_expect_answer(&partner, 400, "*\"INVALID_QUERY_LOCATOR\"*");
	partner_close(&partner);
}
END_TEST

START_TEST(old_cursors_make_room)
{
	struct partner partner;
	char first[100] = "";

	partner_open(&partner, NULL);
	add_accounts(&partner, 2001);
	for (int i = 0; i < 20; i++) {
		const char *at;

		query(&partner, "SELECT Id FROM Account");
		at = strstr(buf_str(&partner.body), "/services/data/v66.0/query/");
		if (i == 0)
			snprintf(first, sizeof(first), "%.*s", (int)strcspn(at, "\""), at);
	}
	partner_call(&partner, "GET", first, NULL);
	partner_expect_answer(&partner, 400, "*\"INVALID_QUERY_LOCATOR\"*");
	partner_close(&partner);
}
END_TEST

static const struct exchange others[] = {
	{ "POST", "sobjects/Account", "{\"Name\":\"x\"}", 201, "*" },
	{ "DELETE", "sobjects/Account/001Pr0000000001", NULL, 204, NULL },
	{ "GET", "query?q=SELECT+Name+FROM+Account", NULL, 200, "{\"totalSize\":0,*" },
	{ "GET", "queryAll?q=SELECT+Name,IsDeleted+FROM+Account", NULL, 200,
		"{\"totalSize\":1,*\"Name\":\"x\",\"IsDeleted\":true}]}" },
	{ "GET", "query?q=SELECT+Id,Owner.Name+FROM+Account&columns=true", NULL, 200,
		"{\"columnMetadata\":[{\"aggregate\":false,*\"columnName\":\"Id\",*\"joinColumns\":"
		"[]},{*"
		"\"columnName\":\"Owner\",*\"joinColumns\":[{*\"columnName\":\"Name\",*}]}],"
		"\"entityName\":"
		"\"Account\",*}" },
	{ "GET", "query", NULL, 400, "*\"MALFORMED_QUERY\"*" },
};

START_TEST(deleted_records_and_columns)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect_all(&partner, others);
	partner_close(&partner);
}
END_TEST

Suite *suite_query(void)
{
	Suite *suite = suite_create("practice/query");
	TCase *tc = tcase_create("query");

	tcase_add_loop_test(tc, condition_finds_its_records, 0, ARRAY_SIZE(conditions));
	tcase_add_loop_test(tc, query_answers, 0, ARRAY_SIZE(answers));
	tcase_add_test(tc, deep_conditions_are_refused_and_not_followed);
	tcase_add_test(tc, long_results_come_in_pages_of_2000);
	tcase_add_test(tc, old_cursors_make_room);
	tcase_add_test(tc, deleted_records_and_columns);
	suite_add_tcase(suite, tc);
	return suite;
}
