// SPDX-License-Identifier: GPL-2.0-or-later
/* Who the peers are: identities of every type, patterns, and keys of every length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ike/core_priv.h"
#include "policy/id.h"
#include "tests/ids.h"
#include "tests/peers.h"

/* A begins with these identities, and B with what it is to take them for. */
static struct peers *try(const struct ike_id *a_is, const struct ike_id *b_wants, bool pattern)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(1);

	a.local_as = a_is;
	b.peer_as = b_wants;
	b.peer_pattern = pattern;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 2000);
	return net;
}

static void check_taken(struct ike_id a_is, struct ike_id b_wants, bool pattern, const char *shown)
{
	struct peers *net = try(&a_is, &b_wants, pattern);

	peers_must_be_quiet(net, 2000);
	assert_string_equal(peers_ike(net, B)->remote_id, shown);
	assert_string_equal(peers_ike(net, A)->local_id, shown);
	peers_free(net);
}

static void check_refused(struct ike_id a_is, struct ike_id b_wants, bool pattern,
			  const char *said)
{
	struct peers *net = try(&a_is, &b_wants, pattern);

	assert_int_equal(peers_ikes(net, A), 0);
	assert_int_equal(peers_ikes(net, B), 0);
	if (!peers_told(net, B, said)) {
		peers_show(net);
		fail_msg("B does not say \"%s\"", said);
	}
	assert_true(peers_told(net, A, "AUTHENTICATION_FAILED") > 0);
	peers_free(net);
}

static void test_types(void **state)
{
	static const uint8_t of_v6[16] = { 0x20, 1, [15] = 9 }, of_v4[] = { 10, 0, 0, 1 };
	static const uint8_t of_key[] = { 0, 0xff, '*' };
	struct ike_id v6 = { .type = IKE_ID_IPV6_ADDR, .n = sizeof(of_v6), .b = of_v6 };
	struct ike_id v4 = { .type = IKE_ID_IPV4_ADDR, .n = sizeof(of_v4), .b = of_v4 };
	struct ike_id key = { .type = IKE_ID_KEY_ID, .n = sizeof(of_key), .b = of_key };

	(void)state;
	check_taken(v4, v4, false, "10.0.0.1");
	check_taken(v6, v6, false, "2001::9");
	check_taken(key, key, false, "key-id 00ff2a");
	check_taken(ids_of(IKE_ID_RFC822_ADDR, "it@x"), ids_of(IKE_ID_RFC822_ADDR, "it@x"), false,
		    "it@x");
	check_taken(ids_of(IKE_ID_FQDN, "HQ.example"), ids_of(IKE_ID_FQDN, "hq.Example"), false,
		    "HQ.example");
	check_taken(ids_dn("O=Example, CN=hq"), ids_dn("O=EXAMPLE, CN=HQ"), false,
		    "O=Example, CN=hq");
	check_refused(ids_dn("O=Example, CN=hq"), ids_dn("O=Example, CN=lab"), false,
		      "says it is O=Example, CN=hq, expected is O=Example, CN=lab");
	check_refused(ids_of(IKE_ID_FQDN, "a"), ids_of(IKE_ID_KEY_ID, "a"), false,
		      "says it is a, expected is key-id 61");
}

static void test_patterns(void **state)
{
	(void)state;
	check_taken(ids_of(IKE_ID_FQDN, "b7.Example"), ids_of(IKE_ID_FQDN, "b*.example"), true,
		    "b7.Example");
	check_taken(ids_dn("O=Example, CN=b7"), ids_dn("O=Example, CN=*"), true,
		    "O=Example, CN=b7");
	check_refused(ids_of(IKE_ID_FQDN, "hq.example"), ids_of(IKE_ID_FQDN, "b*.example"), true,
		      "says it is hq.example, expected is b*.example");
	/* Where it is no pattern a star is a star. */
	check_refused(ids_of(IKE_ID_FQDN, "b7.example"), ids_of(IKE_ID_FQDN, "b*.example"), false,
		      "says it is b7.example, expected is b*.example");
}

/* Who begins does not know whom of them it will meet, and takes each. */
static void test_initiator(void **state)
{
	struct ike_id pattern = ids_of(IKE_ID_FQDN, "*.example");
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(1);

	(void)state;
	a.peer_as = &pattern;
	a.peer_pattern = true;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 2000);
	peers_must_be_quiet(net, 2000);
	assert_string_equal(peers_ike(net, A)->remote_id, "b.example");
	peers_free(net);
	net = peers_new(1);
	b.local_id = "b.example.org";
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 2000);
	assert_int_equal(peers_ikes(net, A), 0);
	assert_true(peers_told(net, A, "says it is b.example.org, expected is *.example") > 0);
	peers_free(net);
}

/* --- many on one address --- */

/* B's gateways, by their peers' names; those with a star are patterns. */
static struct peers *many(const char *const *names, unsigned int n, const char *a_is)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(1);
	struct policy *policy = NULL;

	b.peer = NULL;
	for (unsigned int i = 0; i < n; i++) {
		struct ike_id id = ids_of(IKE_ID_FQDN, names[i]);
		struct policy *one;

		b.peer_as = &id;
		b.peer_pattern = strchr(names[i], '*');
		one = peers_policy(&b);
		snprintf(one->gateways[0].name, POLICY_NAME, "g%u", i);
		snprintf(one->gateways[0].tunnels[0].name, POLICY_NAME, "t%u", i);
		snprintf(one->gateways[0].tunnels[0].ifname, POLICY_IFNAME, "tun%u", i + 1);
		policy = policy ? peers_policy_join(policy, one) : one;
	}
	assert_non_null(policy);
	peers_configure_policy(net, B, policy);
	a.local_id = a_is;
	peers_configure(net, A, &a);
	peers_run(net, 2000);
	return net;
}

static void check_many(const char *const *names, unsigned int n, const char *a_is,
		       const char *gateway)
{
	struct peers *net = many(names, n, a_is);

	assert_int_equal(peers_ikes(net, B), 1);
	assert_string_equal(peers_ike(net, B)->gateway, gateway);
	peers_free(net);
}

static void test_many(void **state)
{
	static const char *const names[] = {
		"*", "b*.example", "b7.example", "b*7.example", "hq.example",
	};
	static const char *const no_catch_all[] = { "b*.example", "hq.example" };
	struct peers *net;

	(void)state;
	/* Its own name first, wherever it stands; of patterns the first in the configuration. */
	check_many(names, 5, "B7.example", "g2");
	check_many(names, 5, "hq.example", "g4");
	check_many(names, 5, "b8.example", "g0");
	check_many(names + 1, 4, "b8.example", "g0");
	check_many(names + 1, 4, "b77.example", "g0");
	check_many(names + 2, 3, "b77.example", "g1");
	net = many(no_catch_all, 2, "lab.example");
	assert_int_equal(peers_ikes(net, B), 0);
	assert_int_equal(peers_logged(net, "is the peer-id of no gateway; there are g1 "
				      "(hq.example), g0 (b*.example)"), 1);
	peers_free(net);
}

/* --- hostile ones --- */

static void test_absurd(void **state)
{
	struct ike_id expected = ids_of(IKE_ID_FQDN, "a.example");
	struct ike_id any = ids_of(IKE_ID_FQDN, "*"), id = ids_of(IKE_ID_FQDN, "a.example");
	uint8_t octets[POLICY_ID_MAX];

	(void)state;
	check_refused(ids_of(IKE_ID_FQDN, "a.example\x1b[2J"), expected, false,
		      "says it is a.example\\x1b[2J, expected is a.example");
	id.n++;		/* its NUL */
	check_refused(id, expected, false, "says it is a.example\\x00, expected is a.example");
	check_refused(ids_of(0, "a.example"), expected, false, "says it is id of type 0: 612e");
	check_refused(ids_of(IKE_ID_DER_ASN1_DN, "a.example"), any, true,
		      "says it is id of type 9: 61");
	check_refused(ids_of(255, "x"), any, true, "says it is id of type 255: 78, expected is *");
	memset(octets, '\n', sizeof(octets));
	id.b = octets;
	id.n = sizeof(octets);
	check_refused(id, expected, false, "\\x0a...");
}

/* --- keys --- */

/* Lengths about HMAC's blocks, of 64 and 128 octets; no octet but NUL is left out. */
static void test_keys(void **state)
{
	static const unsigned int lengths[] = { 1, 2, 31, 63, 64, 65, 127, 128, 129, 254, 255 };
	static const char *const hashes[] = { "sha256", "sha384", "sha512" };
	char key[256], other[256];

	(void)state;
	for (unsigned int i = 0; i < 3 * sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct site a = peers_site(A), b = peers_site(B);
		unsigned int n = lengths[i / 3];
		struct peers *net = peers_new(i);

		for (unsigned int k = 0; k < n; k++)
			key[k] = (char)(k + 1);
		key[n] = '\0';
		memcpy(other, key, sizeof(other));
		other[n - 1] ^= 1;
		if (!other[n - 1])
			other[n - 1] = 2;
		a.ike = b.ike = peers_props(PROP_IKE, "aes-256-gcm", hashes[i % 3], "group31");
		a.psk = b.psk = key;
		peers_configure(net, B, &b);
		peers_configure(net, A, &a);
		peers_run(net, 2000);
		peers_must_be_quiet(net, 2000);
		peers_free(net);
		/* Its last octet counts. */
		net = peers_new(i);
		b.psk = other;
		peers_configure(net, B, &b);
		peers_configure(net, A, &a);
		peers_run(net, 2000);
		assert_int_equal(peers_ikes(net, A), 0);
		assert_true(peers_told(net, B, "pre-shared keys differ") > 0);
		peers_free(net);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_initiator),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_absurd),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
