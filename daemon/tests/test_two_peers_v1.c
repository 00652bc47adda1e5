// SPDX-License-Identifier: GPL-2.0-or-later
/* Two cores speak IKEv1: main mode and quick mode, and what is to be said where they fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/peers.h"
#include "wire/ike_hdr.h"
#include "wire/v1_const.h"

static struct peers *v1_up(uint64_t seed, const char *pfs)
{
	struct site a = peers_site_v1(A, pfs), b = peers_site_v1(B, pfs);

	return peers_up(seed, &a, &b);
}

/* ------------------------------------------------------------- bringing up */

static void test_main_and_quick(void **state)
{
	static const char *const groups[] = { NULL, "group19", "group14" };

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct peers *net = v1_up(1 + i, groups[i]);

		/* Main mode has six messages, quick mode three. */
		assert_int_equal(net->peer[A].sent, 5);
		assert_int_equal(net->peer[B].sent, 4);
		assert_string_equal(peers_ike(net, A)->proposal,
				    "AES_CBC-256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/ECP_256");
		assert_string_equal(peers_ike(net, A)->remote_id, "b.example");
		assert_string_equal(peers_ike(net, B)->remote_id, "a.example");
		assert_string_equal(peers_child(net, B, "net")->ts_local, "10.2.0.0/16");
		assert_int_equal(peers_told(net, A, "child-up hq/lan:net:"), 1);
		assert_int_equal(peers_told(net, B, "child-up hq/lan:net:"), 1);
		assert_int_equal(peers_logged(net, " error "), 0);
		/* And nothing more happens. */
		peers_run(net, 600000);
		assert_int_equal(net->peer[A].sent, 5);
		assert_int_equal(net->peer[B].sent, 4);
		peers_free(net);
	}
}

static void test_algorithms(void **state)
{
	static const char *const ciphers[] = {
		"3des", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc",
	};
	static const char *const hashes[] = { "sha1", "sha256", "sha384", "sha512" };
	static const char *const groups[] = { "group14", "group19", "group20", "group21" };

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct site a = peers_site_v1(A, NULL), b = peers_site_v1(B, NULL);
		struct peers *net;

		a.ike = peers_props(PROP_IKE, ciphers[i], hashes[i], groups[i]);
		a.esp = peers_props(PROP_ESP, ciphers[3 - i], hashes[i], groups[i]);
		b.ike = a.ike;
		b.esp = a.esp;
		net = peers_up(10 + i, &a, &b);
		assert_true(peers_all_flow(net));
		peers_free(net);
	}
}

static void test_ah_and_transport(void **state)
{
	struct site a = peers_site_v1(A, NULL), b = peers_site_v1(B, NULL);
	struct peers *net;

	(void)state;
	a.esp = peers_props(PROP_AH, NULL, "sha256", "group19");
	b.esp = a.esp;
	net = peers_up(20, &a, &b);
	assert_true(kern_fake_out(net->peer[A].kern, PEERS_IFNAME, "net")->ah);
	peers_free(net);
	a = peers_site_v1(A, NULL);
	b = peers_site_v1(B, NULL);
	a.transport = b.transport = true;
	net = peers_up(21, &a, &b);
	assert_true(kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net")->transport);
	peers_free(net);
}

/* One quick mode after the other, each with the selectors of its own proxy-ID. */
static void test_proxies(void **state)
{
	static const struct site_proxy proxies[2][3] = {
		{ { "p1", "10.1.1.0/24", "10.2.1.0/24" }, { "p2", "10.1.2.7/32", "10.2.2.0/24" },
		  { "p6", "fd01::/48", "fd02::/48" } },
		{ { "q6", "fd02::/48", "fd01::/48" }, { "q2", "10.2.2.0/24", "10.1.2.7/32" },
		  { "q1", "10.2.1.0/24", "10.1.1.0/24" } },
	};
	struct site site[2] = { peers_site_v1(A, "group19"), peers_site_v1(B, "group19") };
	struct peers *net;

	(void)state;
	for (int side = A; side <= B; side++) {
		site[side].n_proxies = 3;
		memcpy(site[side].proxies, proxies[side], sizeof(proxies[side]));
	}
	net = peers_up(30, &site[A], &site[B]);
	assert_int_equal(net->peer[A].sent, 3 + 3 * 2);
	assert_true(peers_flows(net, A, "p6"));
	assert_true(peers_flows(net, B, "q2"));
	peers_free(net);
}

/* RFC 3947: both go on by port 4500, and ESP in UDP. */
static void test_nat(void **state)
{
	struct site a = peers_site_v1(A, NULL), b = peers_site_v1(B, NULL);
	struct peers *net = peers_new(40);
	const struct ike_sa_spec *out;

	(void)state;
	net->nat = (struct nat){ .on = true, .outside = "203.0.113.7", .shift = 1000 };
	b.peer = NULL;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_quiet, 5000));
	assert_true(peers_ike(net, A)->nat_local);
	assert_true(peers_ike(net, B)->nat_remote);
	out = kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net");
	assert_true(out->udp_encap);
	assert_int_equal(out->remote.port, IKE_NATT_PORT + 1000);
	peers_free(net);
}

/* Whatever the network does, and however late the results of jobs are. */
static void test_storm(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 12; i++) {
		struct site a = peers_site_v1(A, "group19"), b = peers_site_v1(B, "group19");
		struct peers *net = peers_new(50 + i);

		peers_storm(net);
		peers_configure(net, B, &b);
		peers_configure(net, A, &a);
		peers_must_be_quiet(net, 300000);
		peers_free(net);
	}
}

/* ---------------------------------------------------------------- refusals */

static void must_be_logged(const struct peers *net, const char *text)
{
	if (!text || peers_logged(net, text))
		return;
	peers_show(net);
	fail_msg("no word of \"%s\"", text);
}

/* The two do not agree, and say so; NULL: one of them says nothing in particular. */
static void check_refused(const struct site *a, const struct site *b, const char *text_a,
			  const char *text_b)
{
	struct peers *net = peers_new(70);

	peers_configure(net, B, b);
	peers_configure(net, A, a);
	assert_false(peers_until(net, peers_quiet, 120000));
	must_be_logged(net, text_a);
	must_be_logged(net, text_b);
	assert_int_equal(kern_fake_count(net->peer[A].kern, true, NULL), 0);
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, NULL), 0);
	peers_free(net);
}

static void test_phase1_refused(void **state)
{
	struct site a = peers_site_v1(A, NULL), b = peers_site_v1(B, NULL);

	(void)state;
	b.psk = "another-9876543210";
	check_refused(&a, &b, "does not answer our proof: most likely pre-shared keys differ",
		      "cannot be read: most likely pre-shared keys differ");
	b = peers_site_v1(B, NULL);
	b.local_id = "c.example";
	check_refused(&a, &b, "peer 198.51.100.2 says it is c.example, expected is b.example",
		      "peer deleted the IKE SA");
	b = peers_site_v1(B, NULL);
	b.peer_id = "c.example";
	check_refused(&a, &b, "does not answer our proof",
		      "peer 192.0.2.1 says it is a.example, expected is c.example");
	b = peers_site_v1(B, NULL);
	b.ike = peers_props(PROP_IKE, "3des", "sha1", "group14");
	check_refused(&a, &b, "accepts none of our IKE proposals (NO_PROPOSAL_CHOSEN)",
		      "(peer 192.0.2.1 asks for an IKE SA)");
	a.ike = peers_props(PROP_IKE, "aes-256-gcm", "sha256", "group19");
	check_refused(&a, &b, "has nothing that IKEv1 knows", NULL);
}

static void test_phase2_refused(void **state)
{
	struct site a = peers_site_v1(A, NULL), b = peers_site_v1(B, NULL);

	(void)state;
	/* Narrower is not equal. */
	b.proxies[0].local = "10.2.7.0/24";
	check_refused(&a, &b, "has no proxy-id that is equal to local 10.1.0.0/16 remote "
			      "10.2.0.0/16 (INVALID_ID_INFORMATION)",
		      "peer asks for the proxy-id local 10.2.0.0/16 remote 10.1.0.0/16, but "
		      "configured is local 10.2.7.0/24 remote 10.1.0.0/16");
	b = peers_site_v1(B, NULL);
	b.esp = peers_props(PROP_ESP, "aes-256-cbc", "sha256", NULL);
	check_refused(&a, &b, "accepts none of our ESP proposals (NO_PROPOSAL_CHOSEN)", NULL);
	b = peers_site_v1(B, "group19");
	check_refused(&a, &b, "accepts none of our ESP proposals (NO_PROPOSAL_CHOSEN)", NULL);
	b = peers_site_v1(B, NULL);
	b.transport = true;
	check_refused(&a, &b, "accepts none of our ESP proposals (NO_PROPOSAL_CHOSEN)",
		      "peer wants tunnel mode");
	a.proxies[0].local = "10.1.0.0/16 10.3.0.0/16";
	check_refused(&a, &b, "IKEv1 has one pair of addresses an SA", NULL);
}

/* A gateway of one version has nothing to do with peers of the other. */
static void test_versions_apart(void **state)
{
	struct site a = peers_site_v1(A, NULL), b = peers_site(B);

	(void)state;
	b.ike = a.ike;
	check_refused(&a, &b, "does not answer: check that it is reachable",
		      "peer 192.0.2.1 begins IKEv1, but this gateway speaks IKEv2");
	a = peers_site(A);
	b = peers_site_v1(B, NULL);
	b.ike = a.ike;
	check_refused(&a, &b, "accepts none of our IKE proposals",
		      "peer 192.0.2.1 begins IKEv2, but this gateway speaks IKEv1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_main_and_quick),
		cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_ah_and_transport),
		cmocka_unit_test(test_proxies),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_phase1_refused),
		cmocka_unit_test(test_phase2_refused),
		cmocka_unit_test(test_versions_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
