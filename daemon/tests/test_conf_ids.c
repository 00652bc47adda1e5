// SPDX-License-Identifier: GPL-2.0-or-later
/* What a gateway and its peer are called and prove it with: local-id, peer-id, pre-shared key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf_lines.h"
#include "conf_try.h"
#include "policy/id.h"

#define G	"set network ike gateway g "
#define T	"set network tunnel ipsec T "
#define TUNNEL	T "tunnel-interface tunnel.1\n" T "auto-key ike-gateway g\n"
#define PSK	"authentication pre-shared-key "
#define PEER	G "peer-address ip 192.0.2.9\n" TUNNEL
#define BASE	PEER G PSK "key \"a key of more than twenty octets\"\n"

/* The policy of lines that are right. */
static struct policy *of(const char *lines)
{
	struct policy *policy = conf_lines(lines, "put it into a key-file");

	assert_string_equal(conf_said, "");
	assert_non_null(policy);
	return policy;
}

static void test_types(void **state)
{
	const struct policy_gateway *gateway;
	struct policy *policy;

	(void)state;
	policy = of(BASE G "local-id type ufqdn id a@example.net\n"
		    G "peer-id type keyid id 00ffA5\n");
	gateway = &policy->gateways[0];
	assert_int_equal(gateway->local_id.type, IKE_ID_RFC822_ADDR);
	assert_int_equal(gateway->local_id.n, strlen("a@example.net"));
	assert_int_equal(gateway->peer_id.type, IKE_ID_KEY_ID);
	assert_int_equal(gateway->peer_id.n, 3);
	assert_memory_equal(gateway->peer_id.b, "\x00\xff\xa5", 3);
	policy_free(policy);
	policy = of(BASE G "local-id id 10.0.0.1\n" G "peer-id id vpn.example.net\n");
	gateway = &policy->gateways[0];
	assert_int_equal(gateway->local_id.type, IKE_ID_IPV4_ADDR);
	assert_memory_equal(gateway->local_id.b, "\x0a\x00\x00\x01", 4);
	assert_int_equal(gateway->peer_id.type, IKE_ID_FQDN);
	policy_free(policy);
	policy = of(BASE G "local-id id 2001:db8::1\n" G "peer-id type ipaddr\n");
	assert_int_equal(policy->gateways[0].local_id.type, IKE_ID_IPV6_ADDR);
	assert_int_equal(policy->gateways[0].peer_id.n, 0);
	policy_free(policy);
}

/* The longest that a leaf takes. */
static void test_longest(void **state)
{
	char name[1024 + 1], lines[2048];
	struct policy *policy;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(lines, sizeof(lines), BASE G "peer-id type fqdn id %s\n", name);
	policy = of(lines);
	assert_int_equal(policy->gateways[0].peer_id.n, 1024);
	policy_free(policy);
	snprintf(lines, sizeof(lines), BASE G "peer-id type keyid id %s\n", name);
	policy = of(lines);
	assert_int_equal(policy->gateways[0].peer_id.n, 512);
	policy_free(policy);
	/* In DER it is longer than that. */
	memcpy(name, "CN=", 3);
	snprintf(lines, sizeof(lines), BASE G "peer-id type dn id %s\n", name);
	assert_null(conf_lines(lines, "put it into a key-file"));
	assert_non_null(strstr(conf_said, "is not an identity of type dn: "));
}

static void test_wrong(void **state)
{
	(void)state;
	bad(BASE G "local-id type keyid id 0fz\n",
	    "f:5:50: \"0fz\" is not an identity of type keyid: it is written as pairs of "
	    "hex digits\n");
	bad(BASE G "local-id type ipaddr id vpn\n",
	    "f:5:51: \"vpn\" is not an identity of type ipaddr\n");
	bad(BASE G "local-id type fqdn\n", "f:5:41: local-id type fqdn needs an id\n");
	bad(BASE G "local-id type dn id CN\n",
	    "f:5:47: \"CN\" is not an identity of type dn: \"CN\" is no part of a "
	    "distinguished name\n");
	bad(BASE G "local-id type dn id CN=x,,O=y\n",
	    "f:5:47: \"CN=x,,O=y\" is not an identity of type dn: \"\" is no part of a "
	    "distinguished name\n");
	bad(BASE G "local-id type dn id CN=x,NoSuch=y\n",
	    "f:5:47: \"CN=x,NoSuch=y\" is not an identity of type dn: \"NoSuch=y\" is no "
	    "part of a distinguished name\n");
	bad(BASE G "local-id id C=DEU\n",
	    "f:5:39: \"C=DEU\" is not an identity of type dn: \"C=DEU\" is no part of a "
	    "distinguished name\n");
}

static void assert_dn(const char *lines, const char *text)
{
	struct policy *policy = of(lines);
	char out[ID_TEXT];

	assert_int_equal(policy->gateways[0].local_id.type, IKE_ID_DER_ASN1_DN);
	assert_string_equal(id_text(&policy->gateways[0].local_id, out), text);
	policy_free(policy);
}

static void test_dn(void **state)
{
	static const uint8_t der[] = {
		0x30, 0x24, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02, 'D',
		'E', 0x31, 0x15, 0x30, 0x13, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x0c, 'h', 'q',
		'.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', ',', '1',
	};
	struct policy *policy;

	(void)state;
	policy = of(BASE G "local-id type dn id \"C=DE, CN=hq.example\\\\,1\"\n");
	assert_int_equal(policy->gateways[0].local_id.type, IKE_ID_DER_ASN1_DN);
	assert_int_equal(policy->gateways[0].local_id.n, sizeof(der));
	assert_memory_equal(policy->gateways[0].local_id.b, der, sizeof(der));
	policy_free(policy);
	assert_dn(BASE G "local-id id \"C=DE,O=Example Ltd , E=it@x.example\"\n",
		  "C=DE, O=Example Ltd, emailAddress=it@x.example");
	assert_dn(BASE G "local-id id 2.5.4.17=12345,DC=example,UID=7\n",
		  "2.5.4.17=12345, DC=example, UID=7");
}

static bool is_pattern(const char *lines)
{
	struct policy *policy = of(lines);
	bool pattern = policy->gateways[0].peer_pattern;

	policy_free(policy);
	return pattern;
}

static void test_wildcards(void **state)
{
	(void)state;
	assert_true(is_pattern(BASE G "peer-id type fqdn id *.example.net matching wildcard\n"));
	assert_true(is_pattern(BASE G "peer-id id \"C=*, CN=b*\" matching wildcard\n"));
	assert_true(is_pattern(BASE G "peer-id matching wildcard id *@example.net\n"));
	assert_false(is_pattern(BASE G "peer-id type fqdn id *.example.net matching exact\n"));
	assert_false(is_pattern(BASE G "peer-id type fqdn id *.example.net\n"));
	bad(BASE G "peer-id type keyid id 0a matching wildcard\n",
	    "f:5:61: peer-id matching wildcard needs a peer-id of type fqdn, ufqdn or dn\n");
	bad(BASE G "peer-id id 192.0.2.1 matching wildcard\n",
	    "f:5:57: peer-id matching wildcard needs a peer-id of type fqdn, ufqdn or dn\n");
	bad(BASE G "peer-id matching wildcard\n",
	    "f:5:44: peer-id matching wildcard needs a peer-id of type fqdn, ufqdn or dn\n");
	/* Of one that is wrong nothing more is said. */
	bad(BASE G "peer-id type keyid id 0x matching wildcard\n",
	    "f:5:49: \"0x\" is not an identity of type keyid: it is written as pairs of hex "
	    "digits\n");
}

static void test_numbers(void **state)
{
	struct policy *policy = of(BASE);

	(void)state;
	assert_int_equal(policy->gateways[0].keepalive_seconds, 20);
	assert_int_equal(policy->gateways[0].dscp, 0);
	policy_free(policy);
	policy = of(BASE G "protocol-common nat-traversal keep-alive-interval 3600\n");
	assert_int_equal(policy->gateways[0].keepalive_seconds, 3600);
	policy_free(policy);
	policy = of(BASE G "protocol-common dscp 48\n");
	assert_int_equal(policy->gateways[0].dscp, 48);
	policy_free(policy);
	bad(BASE G "protocol-common dscp 64\n", "f:5:48: \"64\" is not a number from 0 to 63\n");
	bad(BASE G "protocol-common nat-traversal keep-alive-interval 9\n",
	    "f:5:77: \"9\" is not a number from 10 to 3600\n");
}

/* --- keys in hex digits --- */

/* The key of a gateway whose key-file, in hex, has @digits. */
static struct policy *of_file(const char *digits)
{
	char path[] = "/tmp/pantun-test-ids-XXXXXX", lines[1024];
	struct policy *policy;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, digits, strlen(digits)), strlen(digits));
	close(fd);
	snprintf(lines, sizeof(lines), PEER G PSK "key-file %s\n" G PSK "key-format hex\n", path);
	policy = conf_lines(lines, NULL);
	unlink(path);
	return policy;
}

static void test_key_in_hex(void **state)
{
	char digits[512 + 4];
	struct policy *policy;

	(void)state;
	policy = of(PEER G PSK "key 0x00ff0A0d0001020304050607080910111213140a\n"
		    G PSK "key-format hex\n");
	assert_int_equal(policy->gateways[0].psk->n, 20);
	assert_memory_equal(policy->gateways[0].psk->b, "\x00\xff\x0a\x0d\x00\x01", 6);
	assert_int_equal(policy->gateways[0].psk->b[19], 0x0a);
	policy_free(policy);
	/* As text it is what it looks like. */
	policy = of(PEER G PSK "key 0x00ff0A0d0001020304050607080910111213140a\n");
	assert_int_equal(policy->gateways[0].psk->n, 42);
	policy_free(policy);
	/* The longest key there is. */
	memset(digits, 'f', 510);
	snprintf(digits + 510, 4, "\r\n");
	policy = of_file(digits);
	assert_string_equal(conf_said, "");
	assert_int_equal(policy->gateways[0].psk->n, 255);
	assert_int_equal(policy->gateways[0].psk->b[254], 0xff);
	policy_free(policy);
	memset(digits, 'f', 512);
	digits[512] = '\0';
	assert_null(of_file(digits));
	assert_non_null(strstr(conf_said, "longer than 510 octets"));
	assert_null(of_file("abc"));
	assert_non_null(strstr(conf_said, "is not written as pairs of hex digits"));
	assert_null(of_file("0x"));
	assert_non_null(strstr(conf_said, "is not written as pairs of hex digits"));
}

#define PPK	G "protocol ikev2 pq-ppk "

static void test_ppk(void **state)
{
	const struct policy_ppks *ppk;
	struct policy *policy;
	char lines[2048];
	size_t n;

	(void)state;
	policy = of(BASE PPK "enabled yes\n"
		    PPK "keys one key \"as long as it has to be to be safe\"\n"
		    PPK "keys two key \"another that is as long as that one\"\n");
	ppk = &policy->gateways[0].ppk;
	assert_int_equal(ppk->mode, POLICY_PPK_PREFERRED);
	assert_int_equal(ppk->n, 2);
	assert_string_equal(ppk->list[0].id, "one");
	assert_int_equal(ppk->list[0].secret->n, 34);
	assert_string_equal(ppk->list[1].id, "two");
	policy_free(policy);
	policy = of(BASE PPK "enabled yes\n" PPK "negotiation-mode mandatory\n"
		    PPK "keys one key \"as long as it has to be to be safe\"\n");
	assert_int_equal(policy->gateways[0].ppk.mode, POLICY_PPK_MANDATORY);
	policy_free(policy);
	/* As long as they are not enabled they are nothing at all. */
	policy = of(BASE PPK "keys one key short\n");
	assert_int_equal(policy->gateways[0].ppk.mode, 0);
	assert_int_equal(policy->gateways[0].ppk.n, 0);
	policy_free(policy);
	assert_null(conf_lines(BASE PPK "enabled yes\n", "put it into"));
	assert_non_null(strstr(conf_said, "has no pq-ppk keys ID key-file"));
	assert_null(conf_lines(BASE PPK "enabled yes\n" PPK "keys one key a\n"
			       PPK "keys one key-file /b\n", "put it into"));
	assert_non_null(strstr(conf_said, "needs either key-file or key"));
	policy = conf_lines(BASE PPK "enabled yes\n" PPK "keys one key short\n", "put it into");
	assert_non_null(strstr(conf_said, "has 5 octets; it takes 32 at least"));
	policy_free(policy);
	n = (size_t)snprintf(lines, sizeof(lines), BASE PPK "enabled yes\n");
	for (unsigned int i = 0; i <= POLICY_PPKS_MAX; i++)
		n += (size_t)snprintf(lines + n, sizeof(lines) - n, PPK "keys k%u key short\n", i);
	assert_null(conf_lines(lines, "put it into"));
	assert_non_null(strstr(conf_said, "more than 10 post-quantum keys"));
}

#define BY_NAME	TUNNEL G PSK "key \"a key of more than twenty octets\"\n" G "peer-address fqdn "
#define LABEL60	"012345678901234567890123456789012345678901234567890123456789"
#define LABEL63	"abc" LABEL60
#define LABELS189	LABEL63 "." LABEL63 "." LABEL63

static void check_host(const char *name, bool good)
{
	struct policy *policy;
	char lines[1024];

	snprintf(lines, sizeof(lines), BY_NAME "%s\n", name);
	policy = conf_lines(lines, "put it into a key-file");
	if (good) {
		assert_string_equal(conf_said, "");
		assert_string_equal(policy->gateways[0].fqdn, name);
	} else {
		assert_null(policy);
		assert_non_null(strstr(conf_said, "is not a name of a host in DNS"));
	}
	policy_free(policy);
}

/* RFC 1123 section 2.1; a dot at the end says that the name is whole, which it is anyway. */
static void test_host_names(void **state)
{
	static const char *const good[] = {
		"a", "a.", "peer.example", "peer.example.", "3com.example", "_vpn.a-b.example",
	};
	static const char *const bad[] = {
		".", "..", ".a", "a..b", "a..", "-a.example", "a-.example", "a.-", "a,b", "a.b/",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		check_host(good[i], true);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_host(bad[i], false);
	check_host(LABEL63 ".example", true);
	check_host("d" LABEL63 ".example", false);
	/* 253 octets, and one more */
	check_host(LABELS189 ".b" LABEL60, true);
	check_host(LABELS189 ".b" LABEL60 ".", true);
	check_host(LABELS189 ".ab" LABEL60, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_dn),
		cmocka_unit_test(test_wildcards),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_key_in_hex),
		cmocka_unit_test(test_ppk),
		cmocka_unit_test(test_host_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
