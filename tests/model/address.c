/* Tests of address.h and model_is_loopback(): what may be spoken to in plain HTTP. */

#include "model/suites.h"

#include "model/address.h"
#include "model/connection.h"

static const struct {
	const char *url;
	bool loopback;
} cases[] = {
	{ "http://127.0.0.1", true },
	{ "http://127.0.0.1:8080", true },
	{ "http://127.0.0.1:8080/", true },
	{ "http://127.0.0.1:8080/services/data?x=@y", true },
	{ "http://127.8.9.10", true },
	{ "127.0.0.1", true },
	{ "127.0.0.1:9055", true },
	{ "localhost", true },
	{ "HTTP://LocalHost:1", true },
	{ "http://[::1]:9055", true },
	{ "[::1]", true },
	{ "::1", true },
	{ "http://[::ffff:127.0.0.1]", true },
	{ NULL, false },
	{ "", false },
	{ "http://", false },
	{ "http:///127.0.0.1", false },
	{ "http:127.0.0.1", false },
	{ "http://127.0.0.1@evil.example", false },
	{ "http://localhost:80@evil.example/", false },
	{ "http://evil.example@127.0.0.1", false },
	{ "http://127.0.0.1\\@evil.example", false },
	{ "http://127.0.0.1 .evil.example", false },
	{ "http://127.0.0.1\n.evil.example", false },
	{ "http://127.0.0.1.evil.example", false },
	{ "http://localhost.evil.example", false },
	{ "http://evil.example/127.0.0.1", false },
	{ "http://evil.example?localhost", false },
	{ "http://evil.example#@127.0.0.1", false },
	{ "http://127.0.0.1:99999", false },
	{ "http://127.0.0.1:+80", false },
	{ "http://127.0.0.1:-0", false },
	{ "http://127.0.0.1:80:80", false },
	{ "http://128.0.0.1", false },
	{ "http://127.1", false },
	{ "http://0.0.0.0", false },
	{ "http://[::2]", false },
	{ "http://[::1", false },
	{ "http://[::1]evil.example", false },
	{ "http://[127.0.0.1]evil", false },
	{ "http://[::ffff:8.8.8.8]", false },
};

START_TEST(plain_http_stays_on_this_machine)
{
	ck_assert_msg(model_is_loopback(cases[_i].url) == cases[_i].loopback, "%s",
		cases[_i].url ? cases[_i].url : "NULL");
}
END_TEST

START_TEST(takes_an_address_apart)
{
	struct address address;

	ck_assert(address_parse(&address, "HTTPS://User@Acme.My.Salesforce.com:8443/x"));
	ck_assert_str_eq(address.scheme, "https");
	ck_assert_str_eq(address.host, "acme.my.salesforce.com");
	ck_assert_int_eq(address.port, 8443);
	ck_assert(address.user && address.path && !address.slash);
	ck_assert(address_parse(&address, "[fe80::1]:1/"));
	ck_assert_str_eq(address.host, "fe80::1");
	ck_assert(!address.user && !address.path && address.slash);
}
END_TEST

START_TEST(refuses_a_host_that_is_too_long)
{
	char text[ADDRESS_HOST_MAX + 8];
	struct address address;

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert(!address_parse(&address, text));
}
END_TEST

Suite *suite_address(void)
{
	Suite *suite = suite_create("model/address");
	TCase *tc = tcase_create("address");

	tcase_add_loop_test(tc, plain_http_stays_on_this_machine, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, takes_an_address_apart);
	tcase_add_test(tc, refuses_a_host_that_is_too_long);
	suite_add_tcase(suite, tc);
	return suite;
}
