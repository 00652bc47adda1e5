// SPDX-License-Identifier: GPL-2.0-or-later
/* Two cores bring up, change and delete what they are configured for. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>

#include "tests/peers.h"

/* ------------------------------------------------------------- bringing up */

static void test_bring_up(void **state)
{
	struct peers *net = peers_new(1);

	(void)state;
	peers_configure_both(net);
	assert_true(peers_until(net, peers_quiet, 2000));
	/* IKE_SA_INIT and IKE_AUTH: a request and a response each. */
	assert_int_equal(net->peer[A].sent, 2);
	assert_int_equal(net->peer[B].sent, 2);
	assert_string_equal(peers_child(net, A, "net")->state, "active");
	assert_string_equal(peers_child(net, A, "net")->last_error, "");
	assert_string_equal(peers_child(net, B, "net")->ts_local, "10.2.0.0/16");
	assert_int_equal(peers_told(net, A, "ike-up hq:"), 1);
	assert_int_equal(peers_told(net, A, "child-up hq/lan:net:"), 1);
	assert_int_equal(peers_told(net, B, "ike-up hq:"), 1);
	assert_int_equal(peers_told(net, B, "child-up hq/lan:net:"), 1);
	assert_int_equal(peers_logged(net, " error "), 0);
	/* And nothing more happens but the early rekey, which takes two exchanges. */
	peers_run(net, 600000);
	assert_int_equal(net->peer[A].sent, 4);
	assert_int_equal(net->peer[B].sent, 4);
	peers_free(net);
}

static void test_other_way(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(2);

	(void)state;
	a.start = POLICY_START_PASSIVE;
	a.passive = true;
	b.start = POLICY_START_ALWAYS;
	b.passive = false;
	peers_configure(net, A, &a);
	peers_configure(net, B, &b);
	assert_true(peers_until(net, peers_quiet, 2000));
	assert_true(peers_ike(net, B)->initiator);
	assert_false(peers_ike(net, A)->initiator);
	peers_free(net);
}

/* Nobody configured where the other is: the local address comes from the route. */
static void test_dynamic_peer(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(3);

	(void)state;
	a.local = NULL;
	b.local = NULL;
	b.peer = NULL;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_quiet, 2000));
	peers_free(net);
}

static void test_addresses_as_ids(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(4);

	(void)state;
	a.local_id = NULL;
	a.peer_id = NULL;
	b.local_id = NULL;
	b.peer_id = NULL;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_quiet, 2000));
	assert_string_equal(peers_ike(net, A)->remote_id, "198.51.100.2");
	peers_free(net);
}

static void test_on_demand(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(5);

	(void)state;
	a.start = POLICY_START_ON_DEMAND;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 60000);
	assert_int_equal(net->peer[A].sent, 0);
	ike_core_acquire(net->peer[A].core, net->now, "tunnel9", NULL, NULL);
	ike_core_acquire(net->peer[A].core, net->now, PEERS_IFNAME, "other", NULL);
	peers_settle(net, A);
	peers_run(net, 60000);
	assert_int_equal(net->peer[A].sent, 0);
	ike_core_acquire(net->peer[A].core, net->now, PEERS_IFNAME, "net", NULL);
	/* Packets go on coming while it is negotiated. */
	ike_core_acquire(net->peer[A].core, net->now, PEERS_IFNAME, NULL, NULL);
	peers_settle(net, A);
	assert_true(peers_until(net, peers_quiet, 2000));
	assert_int_equal(net->peer[A].sent, 2);
	peers_free(net);
}

static const struct site_proxy many[2][4] = {
	{ { "p1", "10.1.1.0/24", "10.2.1.0/24" }, { "p2", "10.1.2.0/24", "10.2.2.0/24" },
	  { "p3", "10.1.3.0/24 10.1.4.0/24", "10.2.3.0/24" }, { "p6", "fd01::/48", "fd02::/48" } },
	{ { "q6", "fd02::/48", "fd01::/48" }, { "q3", "10.2.3.0/24", "10.1.3.0/24 10.1.4.0/24" },
	  { "q2", "10.2.2.0/24", "10.1.2.0/24" }, { "q1", "10.2.1.0/24", "10.1.1.0/24" } },
};

static void configure_many(struct peers *net)
{
	for (int side = B; side >= A; side--) {
		struct site site = peers_site(side);

		site.n_proxies = 4;
		memcpy(site.proxies, many[side], sizeof(many[side]));
		peers_configure(net, side, &site);
	}
}

static bool each_has_four(struct peers *net)
{
	for (int side = A; side <= B; side++) {
		if (kern_fake_count(net->peer[side].kern, true, NULL) != 4 ||
		    kern_fake_count(net->peer[side].kern, false, NULL) != 4)
			return false;
	}
	return true;
}

/* Names are each end's own business: selectors say which proxy-ID is meant. */
static void test_proxies(void **state)
{
	static const char *const pairs[][2] = {
		{ "p1", "q1" }, { "p2", "q2" }, { "p3", "q3" }, { "p6", "q6" },
	};
	struct peers *net = peers_new(7);

	(void)state;
	configure_many(net);
	assert_true(peers_until(net, each_has_four, 2000));
	peers_run(net, 100);
	for (unsigned int i = 0; i < 4; i++) {
		const struct ike_sa_spec *out =
			kern_fake_out(net->peer[A].kern, PEERS_IFNAME, pairs[i][0]);

		assert_non_null(out);
		assert_non_null(kern_fake_in(net->peer[B].kern, out->spi));
		assert_string_equal(kern_fake_in(net->peer[B].kern, out->spi)->proxy, pairs[i][1]);
		assert_true(peers_flows(net, A, pairs[i][0]));
		assert_true(peers_flows(net, B, pairs[i][1]));
	}
	assert_int_equal(peers_ikes(net, A), 1);
	assert_int_equal(net->peer[A].sent, 5);
	peers_free(net);
}

/* ---------------------------------------------------------------- choosing */

static void test_narrowing(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(10);

	(void)state;
	a.proxies[0].remote = "0.0.0.0/0";
	b.proxies[0].local = "10.2.7.0/24 10.2.9.0/24";
	b.proxies[0].remote = "10.0.0.0/8";
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_quiet, 2000));
	assert_string_equal(peers_child(net, A, "net")->ts_remote, "10.2.7.0/24, 10.2.9.0/24");
	assert_string_equal(peers_child(net, A, "net")->ts_local, "10.1.0.0/16");
	assert_string_equal(peers_child(net, B, "net")->ts_remote, "10.1.0.0/16");
	peers_free(net);
}

/* The first proposal's group is one that the peer does not have. */
static void test_other_group(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(11);

	(void)state;
	a.ike = peers_props(PROP_IKE, "aes-256-gcm", "sha256", "group31,group20,group19");
	b.ike = peers_props(PROP_IKE, "aes-128-gcm,aes-256-gcm", "sha512,sha256", "group19");
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_quiet, 2000));
	assert_int_equal(net->peer[A].sent, 3);
	assert_string_equal(peers_ike(net, A)->proposal,
			    "AES_GCM_16-256/PRF_HMAC_SHA2_256/ECP_256");
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_free(net);
}

static void test_ciphers(void **state)
{
	static const char *const ciphers[] = {
		"aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "aes-128-gcm", "aes-192-gcm",
		"aes-256-gcm",
	};
	static const char *const groups[] = { "group14", "group19", "group20", "group31" };

	(void)state;
	for (unsigned int i = 0; i < 6; i++) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net = peers_new(12 + i);

		a.ike = peers_props(PROP_IKE, ciphers[i], "sha256", groups[i % 4]);
		a.esp = peers_props(PROP_ESP, ciphers[i], "sha256", NULL);
		b.ike = a.ike;
		b.esp = a.esp;
		peers_configure(net, B, &b);
		peers_configure(net, A, &a);
		assert_true(peers_until(net, peers_quiet, 2000));
		assert_true(!strncmp(peers_child(net, A, "net")->proposal,
				     alg_encr_by_conf(ciphers[i])->name,
				     strlen(alg_encr_by_conf(ciphers[i])->name)));
		peers_free(net);
	}
}

/* All that ESP has, with sequence numbers of either length. */
static void test_esp_algorithms(void **state)
{
	const struct alg_encr *encr;

	(void)state;
	for (unsigned int i = 0; (encr = alg_encr_row(i)); i++) {
		const struct alg_integ *integ = alg_integ_row(i % 8);
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net = peers_new(40 + i);
		struct prop sets = {
			.proto = PROP_ESP, .n_encr = 1, .encr = { encr }, .n_integ = !encr->aead,
			.integ = { encr->aead ? NULL : integ },
			.esn = i % 3 ? PROP_ESN_NO | PROP_ESN_YES : PROP_ESN_NO,
		};
		const struct ike_sa_spec *out;
		char why[PROP_WHY];

		a.esp.n = 0;
		assert_int_equal(prop_list_add(&a.esp, &sets, why, sizeof(why)), 0);
		b.esp = a.esp;
		/* One end without them is enough for neither to have them. */
		if (i % 3 == 2)
			b.esp.prop[0].esn = PROP_ESN_NO;
		peers_configure(net, B, &b);
		peers_configure(net, A, &a);
		assert_true(peers_until(net, peers_quiet, 2000));
		out = kern_fake_out(net->peer[A].kern, PEERS_IFNAME, "net");
		assert_ptr_equal(out->encr, encr);
		assert_ptr_equal(out->integ, sets.integ[0]);
		assert_int_equal(out->esn, i % 3 == 1);
		peers_free(net);
	}
}

static void test_over_ipv6(void **state)
{
	(void)state;
	for (int nat = 0; nat < 2; nat++) {
		struct site a = peers_site6(A), b = peers_site6(B);
		struct peers *net = peers_new(80 + (uint64_t)nat);
		const struct ike_sa_spec *out;

		net->v6 = true;
		net->nat = (struct nat){ .on = nat, .outside = "2001:db8::77", .shift = 1000 };
		if (nat) {
			b.peer = NULL;
		} else {
			a.local_id = NULL;
			b.peer_id = NULL;
		}
		a.udp_csum = b.udp_csum = true;
		peers_configure(net, B, &b);
		peers_configure(net, A, &a);
		assert_true(peers_until(net, peers_quiet, 2000));
		if (!nat)
			assert_string_equal(peers_ike(net, B)->remote_id, "2001:db8::1");
		out = kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net");
		assert_int_equal(out->remote.addr.family, AF_INET6);
		assert_int_equal(out->udp_encap, nat);
		assert_int_equal(out->udp_csum, nat);
		if (nat)
			assert_int_equal(out->remote.port, IKE_NATT_PORT + 1000);
		peers_free(net);
	}
}

/* Transport mode, and what comes of ends that do not agree, or of a NAT. */
static void test_transport(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net = peers_new(90 + (uint64_t)i);
		const struct ike_sa_spec *out;

		a.transport = i != 1;
		b.transport = i != 2;
		a.gre = b.gre = i == 3;
		net->nat = (struct nat){ .on = i == 4, .outside = "203.0.113.7", .shift = 1000 };
		if (i == 4)
			b.peer = NULL;
		peers_configure(net, B, &b);
		peers_configure(net, A, &a);
		assert_int_equal(peers_until(net, peers_quiet, 2000), i == 0 || i == 3);
		out = kern_fake_out(net->peer[A].kern, PEERS_IFNAME, "net");
		if (i == 1)
			assert_true(peers_logged(net, "peer wants tunnel mode") > 0);
		else if (i == 2)
			assert_true(peers_logged(net, "peer wants tunnel mode") > 0);
		else if (i == 4)
			assert_true(peers_logged(net, "there is a NAT between the gateways") > 0);
		else
			assert_true(out->transport);
		peers_free(net);
	}
}

/* ---------------------------------------------------------------- refusals */

static bool has_failed(struct peers *net)
{
	return !strcmp(peers_child(net, A, "net")->state, "failed");
}

/* Two sites that do not agree; each side's log must have @texts, and no SA be there. */
static void check_refused(const struct site *a, const struct site *b, const char *const *texts)
{
	struct peers *net = peers_new(30);

	peers_configure(net, B, b);
	peers_configure(net, A, a);
	assert_true(peers_until(net, has_failed, 300000));
	peers_run(net, 100);
	for (; *texts; texts++) {
		if (peers_logged(net, *texts))
			continue;
		peers_show(net);
		fail_msg("no word of \"%s\"", *texts);
	}
	assert_true(strlen(peers_child(net, A, "net")->last_error) > 0);
	assert_int_equal(kern_fake_count(net->peer[A].kern, true, NULL), 0);
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, NULL), 0);
	/* It is tried again and again, but neither fast nor with a heap of remains. */
	net->peer[A].sent = 0;
	peers_run(net, 3600000);
	assert_in_range(net->peer[A].sent, 30, 1200);
	assert_true(peers_ikes(net, A) <= 1);
	assert_int_equal(kern_fake_added(net->peer[A].kern), 0);
	/* And comes up as soon as both ends are mended. */
	peers_configure_both(net);
	assert_true(peers_until(net, peers_quiet, 90000));
	assert_string_equal(peers_child(net, A, "net")->last_error, "");
	peers_free(net);
}

static void test_wrong_key(void **state)
{
	static const char *const texts[] = {
		"gateway hq: pre-shared keys differ",
		"gateway hq: peer 198.51.100.2 refused our identity or pre-shared key",
		"key-file", NULL,
	};
	struct site a = peers_site(A), b = peers_site(B);

	(void)state;
	b.psk = "another-0123456789";
	check_refused(&a, &b, texts);
}

static void test_wrong_peer_id(void **state)
{
	static const char *const texts[] = {
		"says it is a.example, expected is c.example",
		"AUTHENTICATION_FAILED", NULL,
	};
	struct site a = peers_site(A), b = peers_site(B);

	(void)state;
	b.peer_id = "c.example";
	check_refused(&a, &b, texts);
}

/* What the responder says of itself is not what the initiator expects. */
static void test_wrong_responder(void **state)
{
	static const char *const texts[] = {
		"gateway hq: peer 192.0.2.1 wants to talk to b.example, we are c.example",
		"AUTHENTICATION_FAILED", NULL,
	};
	struct site a = peers_site(A), b = peers_site(B);

	(void)state;
	b.local_id = "c.example";
	check_refused(&a, &b, texts);
}

/* The initiator did not say whom it wants, but knows. */
static void test_unexpected_responder(void **state)
{
	static const char *const texts[] = {
		"gateway hq: peer 198.51.100.2 says it is b.example, expected is 198.51.100.2",
		NULL,
	};
	struct site a = peers_site(A), b = peers_site(B);

	(void)state;
	a.peer_id = NULL;
	check_refused(&a, &b, texts);
}

static void test_no_ike_proposal(void **state)
{
	static const char *const texts[] = {
		"NO_PROPOSAL_CHOSEN", "we offer AES_GCM_16-256", "AES_CBC-128", NULL,
	};
	struct site a = peers_site(A), b = peers_site(B);

	(void)state;
	b.ike = peers_props(PROP_IKE, "aes-128-cbc", "sha256", "group14");
	check_refused(&a, &b, texts);
}

static void test_no_esp_proposal(void **state)
{
	static const char *const texts[] = {
		"tunnel lan:net: peer accepts none of our ESP proposals",
		"we offer AES_GCM_16-256", "AES_CBC-128", NULL,
	};
	struct site a = peers_site(A), b = peers_site(B);

	(void)state;
	b.esp = peers_props(PROP_ESP, "aes-128-cbc", "sha256", NULL);
	check_refused(&a, &b, texts);
}

static void test_no_selectors(void **state)
{
	static const char *const texts[] = {
		"tunnel lan:net: peer refused our traffic selectors "
		"local 10.1.0.0/16 remote 10.2.0.0/16 (TS_UNACCEPTABLE)",
		"peer asks for traffic selectors local 10.2.0.0/16 remote 10.1.0.0/16",
		"10.77.0.0/16", NULL,
	};
	struct site a = peers_site(A), b = peers_site(B);

	(void)state;
	b.proxies[0].local = "10.77.0.0/16";
	check_refused(&a, &b, texts);
}

/* A stranger: B knows nobody at A's address. */
static void test_stranger(void **state)
{
	static const char *const texts[] = {
		"192.0.2.1 asks for an IKE SA, but is not the peer-address of any gateway",
		"or does not know us", NULL,
	};
	struct site a = peers_site(A), b = peers_site(B);

	(void)state;
	b.peer = "192.0.2.99";
	check_refused(&a, &b, texts);
}

static bool one_failed(struct peers *net)
{
	return !strcmp(peers_child(net, A, "bad")->state, "failed");
}

/* What is wrong with one proxy-ID does not touch the other, nor the IKE SA. */
static void check_one_bad(bool first)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(40);

	a.n_proxies = 2;
	a.proxies[first ? 1 : 0] = a.proxies[0];
	a.proxies[first ? 0 : 1] =
		(struct site_proxy){ "bad", "10.3.0.0/16", "10.4.0.0/16" };
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, one_failed, 2000));
	peers_run(net, 1000);
	assert_true(peers_flows(net, A, "net"));
	assert_true(peers_flows(net, B, "net"));
	assert_int_equal(peers_ikes(net, A), 1);
	assert_non_null(strstr(peers_child(net, A, "bad")->last_error, "TS_UNACCEPTABLE"));
	assert_string_equal(peers_child(net, A, "net")->last_error, "");
	peers_run(net, 600000);
	/* The child of IKE_AUTH, if it came to one, is rekeyed early. */
	assert_int_equal(kern_fake_added(net->peer[A].kern), first ? 2 : 4);
	assert_int_equal(peers_told(net, A, "ike-up"), 1);
	peers_free(net);
}

static void test_one_bad(void **state)
{
	(void)state;
	check_one_bad(false);
	check_one_bad(true);
}

/*
 * The kernel refuses SAs for a while: none is left over, the peer is told, it is not
 * tried too often, and in the end it works.
 */
static void check_kernel_refuses(int side, bool inbound)
{
	struct peers *net = peers_new(50);

	kern_fake_refuse(net->peer[side].kern, inbound, 1000, -ENOMEM);
	peers_configure_both(net);
	peers_run(net, 1000);
	for (int s = A; s <= B; s++) {
		assert_int_equal(kern_fake_count(net->peer[s].kern, true, NULL), 0);
		assert_int_equal(kern_fake_count(net->peer[s].kern, false, NULL), 0);
	}
	assert_non_null(strstr(peers_child(net, side, "net")->last_error,
			       "refused by the test"));
	assert_int_equal(peers_told(net, side, "child-fail hq/lan:net:"), 1);
	peers_run(net, 600000);
	assert_in_range(peers_told(net, side, "child-fail hq/lan:net:"), 8, 60);
	kern_fake_refuse(net->peer[side].kern, inbound, 0, 0);
	assert_true(peers_until(net, peers_quiet, 90000));
	peers_free(net);
}

static void test_kernel_refuses(void **state)
{
	(void)state;
	check_kernel_refuses(A, true);
	check_kernel_refuses(A, false);
	check_kernel_refuses(B, true);
	check_kernel_refuses(B, false);
}

/* ----------------------------------------------------------------- the end */

static bool nothing_left(struct peers *net)
{
	for (int side = A; side <= B; side++) {
		if (peers_ikes(net, side) || kern_fake_count(net->peer[side].kern, true, NULL) ||
		    kern_fake_count(net->peer[side].kern, false, NULL))
			return false;
	}
	return true;
}

static struct peers *up(uint64_t seed)
{
	struct peers *net = peers_new(seed);

	peers_configure_both(net);
	assert_true(peers_until(net, peers_quiet, 2000));
	return net;
}

static void check_clear_ike(int side)
{
	struct peers *net = up(60);
	uint32_t spi = peers_child(net, A, "net")->spi_in;

	assert_int_equal(ike_core_clear_ike(net->peer[side].core, net->now, "nobody"), -1);
	assert_int_equal(ike_core_clear_ike(net->peer[side].core, net->now, "hq"), 1);
	peers_settle(net, side);
	peers_run(net, 40);
	assert_int_equal(peers_told(net, !side, "peer deleted the IKE SA"), 1);
	/* A starts it anew. */
	assert_true(peers_until(net, peers_quiet, 30000));
	assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
	peers_free(net);
}

static void test_clear_ike(void **state)
{
	(void)state;
	check_clear_ike(A);
	check_clear_ike(B);
}

static void check_clear_ipsec(int side)
{
	struct peers *net = up(61);
	uint32_t spi = peers_child(net, A, "net")->spi_in;

	assert_int_equal(ike_core_clear_ipsec(net->peer[side].core, net->now, "nowhere"), -1);
	assert_int_equal(ike_core_clear_ipsec(net->peer[side].core, net->now, "lan"), 1);
	peers_settle(net, side);
	assert_true(peers_until(net, peers_quiet, 100));
	peers_run(net, 100);
	assert_true(peers_until(net, peers_quiet, 30000));
	assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
	/* On the same IKE SA. */
	assert_int_equal(peers_told(net, A, "ike-up"), 1);
	peers_free(net);
}

static void test_clear_ipsec(void **state)
{
	(void)state;
	check_clear_ipsec(A);
	check_clear_ipsec(B);
}

static void test_clear_both_at_once(void **state)
{
	struct peers *net = up(62);

	(void)state;
	for (int side = A; side <= B; side++) {
		ike_core_clear_ipsec(net->peer[side].core, net->now, NULL);
		peers_settle(net, side);
	}
	peers_run(net, 1000);
	assert_true(peers_until(net, peers_quiet, 30000));
	for (int side = A; side <= B; side++) {
		ike_core_clear_ike(net->peer[side].core, net->now, NULL);
		peers_settle(net, side);
	}
	peers_run(net, 1000);
	assert_true(peers_until(net, peers_quiet, 30000));
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_free(net);
}

static void check_shutdown(int side, bool delete_sas)
{
	struct site site = peers_site(side);
	struct peers *net = up(63);

	ike_core_shutdown(net->peer[side].core, net->now, delete_sas);
	peers_settle(net, side);
	peers_run(net, 15);
	assert_int_equal(peers_told(net, !side, "peer deleted the IKE SA"), delete_sas);
	assert_int_equal(kern_fake_count(net->peer[side].kern, true, NULL), delete_sas ? 0 : 1);
	peers_restart(net, side, &site);
	if (side == B && !delete_sas) {
		/* A knows nothing of it and does not look: an administrator does. */
		ike_core_clear_ike(net->peer[A].core, net->now, NULL);
		peers_settle(net, A);
	}
	assert_true(peers_until(net, peers_quiet, 90000));
	peers_free(net);
}

static void test_shutdown(void **state)
{
	(void)state;
	check_shutdown(A, true);
	check_shutdown(B, true);
	check_shutdown(A, false);
	check_shutdown(B, false);
}

/* ------------------------------------------------------ change of the policy */

static void test_same_policy(void **state)
{
	struct peers *net = up(70);
	unsigned int sent;

	(void)state;
	peers_past_early(net);
	sent = net->peer[A].sent;
	peers_configure_both(net);
	peers_configure_both(net);
	peers_run(net, 60000);
	assert_int_equal(net->peer[A].sent, sent);
	assert_true(peers_quiet(net));
	peers_free(net);
}

/* Who begins is another matter than the SAs that there are. */
static void test_start_changed(void **state)
{
	static const enum policy_start starts[] = { POLICY_START_PASSIVE, POLICY_START_ON_DEMAND,
						    POLICY_START_ALWAYS };
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(69);
	unsigned int sent;
	uint32_t spi;

	(void)state;
	a.start = POLICY_START_PASSIVE;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 60000);
	assert_int_equal(net->peer[A].sent, 0);
	a.start = POLICY_START_ALWAYS;
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_quiet, 2000));
	peers_past_early(net);
	sent = net->peer[A].sent;
	spi = peers_child(net, A, "net")->spi_in;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		a.start = starts[i];
		peers_configure(net, A, &a);
		peers_run(net, 10000);
		assert_int_equal(net->peer[A].sent, sent);
		assert_int_equal(peers_child(net, A, "net")->spi_in, spi);
		assert_true(peers_quiet(net));
	}
	peers_free(net);
}

static void test_without_tunnels(void **state)
{
	struct policy *none = calloc(1, sizeof(*none));
	struct peers *net = up(71);

	(void)state;
	assert_non_null(none);
	peers_set_policy(net, A, none);
	peers_settle(net, A);
	assert_true(peers_until(net, nothing_left, 10000));
	assert_int_equal(peers_told(net, B, "peer deleted the IKE SA"), 1);
	peers_configure_both(net);
	assert_true(peers_until(net, peers_quiet, 10000));
	peers_free(net);
}

/* Another proxy-ID comes and goes: the first keeps its SAs. */
static void test_proxy_added(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = up(72);
	uint32_t spi = peers_child(net, A, "net")->spi_in;

	(void)state;
	a.n_proxies = 2;
	b.n_proxies = 2;
	a.proxies[1] = (struct site_proxy){ "more", "10.3.0.0/16", "10.4.0.0/16" };
	b.proxies[1] = (struct site_proxy){ "more", "10.4.0.0/16", "10.3.0.0/16" };
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_quiet, 2000));
	assert_int_equal(peers_child(net, A, "net")->spi_in, spi);
	a.n_proxies = 1;
	b.n_proxies = 1;
	peers_configure(net, A, &a);
	peers_run(net, 100);
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, NULL), 1);
	peers_configure(net, B, &b);
	assert_true(peers_until(net, peers_quiet, 10000));
	assert_int_equal(peers_child(net, A, "net")->spi_in, spi);
	peers_free(net);
}

/* The key changes: everything is deleted, and made anew with it. */
static void test_key_changed(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = up(73);
	uint32_t spi = peers_child(net, A, "net")->spi_in;

	(void)state;
	a.psk = "yet-another-0123456789";
	b.psk = a.psk;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 1000);
	assert_true(peers_until(net, peers_quiet, 90000));
	assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
	peers_free(net);
}

static void test_selectors_changed(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = up(74);

	(void)state;
	a.proxies[0].local = "10.8.0.0/16";
	b.proxies[0].remote = "10.8.0.0/16";
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_quiet, 90000));
	assert_string_equal(peers_child(net, B, "net")->ts_remote, "10.8.0.0/16");
	assert_int_equal(peers_told(net, A, "ike-up"), 1);
	peers_free(net);
}

/* While it is being negotiated. */
static void test_changed_at_once(void **state)
{
	(void)state;
	for (unsigned int ms = 0; ms < 50; ms += 5) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net = peers_new(75);

		peers_configure_both(net);
		peers_run(net, ms);
		a.proxies[0].local = "10.8.0.0/16";
		b.proxies[0].remote = "10.8.0.0/16";
		b.liveness = 10;
		peers_configure(net, A, &a);
		peers_configure(net, B, &b);
		peers_run(net, 1000);
		assert_true(peers_until(net, peers_quiet, 90000));
		assert_string_equal(peers_child(net, B, "net")->ts_remote, "10.8.0.0/16");
		peers_free(net);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bring_up),
		cmocka_unit_test(test_other_way),
		cmocka_unit_test(test_dynamic_peer),
		cmocka_unit_test(test_addresses_as_ids),
		cmocka_unit_test(test_on_demand),
		cmocka_unit_test(test_proxies),
		cmocka_unit_test(test_narrowing),
		cmocka_unit_test(test_other_group),
		cmocka_unit_test(test_ciphers),
		cmocka_unit_test(test_esp_algorithms),
		cmocka_unit_test(test_over_ipv6),
		cmocka_unit_test(test_transport),
		cmocka_unit_test(test_wrong_key),
		cmocka_unit_test(test_wrong_peer_id),
		cmocka_unit_test(test_wrong_responder),
		cmocka_unit_test(test_unexpected_responder),
		cmocka_unit_test(test_no_ike_proposal),
		cmocka_unit_test(test_no_esp_proposal),
		cmocka_unit_test(test_no_selectors),
		cmocka_unit_test(test_stranger),
		cmocka_unit_test(test_one_bad),
		cmocka_unit_test(test_kernel_refuses),
		cmocka_unit_test(test_clear_ike),
		cmocka_unit_test(test_clear_ipsec),
		cmocka_unit_test(test_clear_both_at_once),
		cmocka_unit_test(test_shutdown),
		cmocka_unit_test(test_same_policy),
		cmocka_unit_test(test_start_changed),
		cmocka_unit_test(test_without_tunnels),
		cmocka_unit_test(test_proxy_added),
		cmocka_unit_test(test_key_changed),
		cmocka_unit_test(test_selectors_changed),
		cmocka_unit_test(test_changed_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
