// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two cores whose PFS differs: IKE_AUTH cannot tell (RFC 7296 section 1.2), the rekey soon
 * after it does, and the message names the group.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ike/gateway.h"
#include "tests/peers.h"

#define EARLY_MS	14000	/* by then the early rekey is over */
#define EXCHANGE_AT	18	/* offset in a header */
#define CREATE_CHILD	36
#define REMEDY		"set the same dh-group in the ipsec-crypto-profile of both ends"

static struct peers *up(uint64_t seed, const char *groups_a, const char *groups_b)
{
	struct site a = peers_site(A), b = peers_site(B);

	a.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, groups_a);
	b.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, groups_b);
	return peers_up(seed, &a, &b);
}

static void must_say(const struct peers *net, int side, const char *text)
{
	const char *error = peers_child(net, side, "net")->last_error;

	if (!strstr(error, text) || !strstr(error, REMEDY))
		fail_msg("side %c says \"%s\", not \"%s\"", 'A' + side, error, text);
}

/* Both ends name the groups; the pair stays, and nothing is tried again before it is due. */
static void check_differs(const char *groups_a, const char *groups_b, const char *says_a,
			  const char *says_b)
{
	struct peers *net = up(1, groups_a, groups_b);
	uint32_t spi = peers_child(net, A, "net")->spi_in;
	unsigned int sent;

	net->watch = true;
	peers_run(net, EARLY_MS);
	must_say(net, A, says_a);
	must_say(net, B, says_b);
	assert_int_equal(peers_child(net, A, "net")->counts.failures, 1);
	assert_int_equal(peers_told(net, A, "child-fail"), 1);
	assert_int_equal(peers_logged(net, " error "), 2);
	sent = net->peer[A].sent;
	peers_run(net, 2700000);
	assert_int_equal(net->peer[A].sent, sent);
	assert_int_equal(peers_child(net, A, "net")->spi_in, spi);
	assert_string_equal(peers_child(net, A, "net")->state, "active");
	peers_finish(net);
}

static void test_differs(void **state)
{
	(void)state;
	check_differs("group31", NULL, "dh-group group31 (NO_PROPOSAL_CHOSEN): it took the ciphers",
		      "with dh-group group31, here it is no-pfs");
	check_differs(NULL, "group31", "dh-group no-pfs (NO_PROPOSAL_CHOSEN): it took the ciphers",
		      "with dh-group no-pfs, here it is group31");
	check_differs("group20,group14", "group19", "dh-group group20 group14 (NO_PROPOSAL_CHOSEN)",
		      "with dh-group group20 group14, here it is group19");
}

/* At its ordinary time it is tried again, and says the same. */
static void test_when_due(void **state)
{
	struct peers *net = up(2, "group31", NULL);
	unsigned int sent;

	(void)state;
	peers_run(net, EARLY_MS);
	sent = net->peer[A].sent;
	peers_run(net, 3540000 - EARLY_MS);
	assert_true(net->peer[A].sent > sent);
	must_say(net, A, "it took the ciphers");
	assert_true(peers_child(net, A, "net")->counts.failures > 1);
	peers_free(net);
}

/* Nor is the reason forgotten when the pair has come to its end, and a new one is refused. */
static void test_ended(void **state)
{
	struct peers *net = up(9, "group31", NULL);

	(void)state;
	peers_run(net, 3700000);
	assert_string_equal(peers_child(net, A, "net")->state, "failed");
	must_say(net, A, "refused an SA with dh-group group31 (NO_PROPOSAL_CHOSEN): it took the "
			 "ciphers");
	must_say(net, B, "for an SA with dh-group group31, here it is no-pfs");
	peers_free(net);
}

/* Where they agree there is one rekey, by the end that began, and no other before its time. */
static void check_agrees(const char *groups, const char *proposal)
{
	struct peers *net = up(3, groups, groups);
	uint32_t spi;

	net->watch = true;
	peers_run(net, 5500);
	assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 0);
	peers_run(net, EARLY_MS - 5500);
	assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 1);
	assert_string_equal(peers_child(net, A, "net")->proposal, proposal);
	spi = peers_child(net, A, "net")->spi_in;
	peers_run(net, 2600000);
	assert_int_equal(peers_child(net, A, "net")->spi_in, spi);
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_finish(net);
}

static void test_agrees(void **state)
{
	(void)state;
	check_agrees("group31,group19", "AES_GCM_16-256/CURVE25519");
	check_agrees(NULL, "AES_GCM_16-256");
}

/* ------------------------------------------------- the peer names another group */

static bool tap_count_sas(struct peers *net, int from, uint8_t *data, size_t n)
{
	*(unsigned int *)net->tap_ctx += from == A && n >= 28 && data[EXCHANGE_AT] == CREATE_CHILD;
	return true;
}

static bool asked(struct peers *net)
{
	return *(unsigned int *)net->tap_ctx;
}

/* One that we have: the rekey is begun anew with it at once, and is no failure. */
static void test_other_group(void **state)
{
	struct peers *net = up(7, "group31,group19", "group19");
	unsigned int requests = 0;

	(void)state;
	net->watch = true;
	net->tap = tap_count_sas;
	net->tap_ctx = &requests;
	assert_true(peers_until(net, asked, EARLY_MS));
	peers_run(net, 100);
	assert_int_equal(requests, 2);
	assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 1);
	assert_int_equal(peers_child(net, A, "net")->counts.failures, 0);
	assert_string_equal(peers_child(net, A, "net")->proposal, "AES_GCM_16-256/ECP_256");
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_run(net, 600000);
	assert_int_equal(requests, 2);
	peers_finish(net);
}

/* The group of the IKE SA is what the peer took before, and takes again. */
static void test_group_of_ike(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(8);
	unsigned int requests = 0;

	(void)state;
	b.ike = peers_props(PROP_IKE, "aes-256-gcm", "sha256", "group19");
	b.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group19");
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	net->tap = tap_count_sas;
	net->tap_ctx = &requests;
	assert_true(peers_until(net, asked, EARLY_MS));
	peers_run(net, 1000);
	assert_int_equal(requests, 1);
	assert_string_equal(peers_child(net, A, "net")->proposal, "AES_GCM_16-256/ECP_256");
	peers_finish(net);
}

/*
 * One that we do not have, which some peers name all the same: a failure with both groups in it,
 * and nothing changes before the ordinary rekey.  Our peer offers no such group, so that A
 * forgets in between what it had asked for.
 */
static void test_unknown_group(void **state)
{
	struct peers *net = up(8, "group31,group19", "group19");
	uint32_t spi = peers_child(net, A, "net")->spi_in;
	unsigned int requests = 0;
	struct policy_tunnel *tunnel;

	(void)state;
	net->watch = true;
	net->tap = tap_count_sas;
	net->tap_ctx = &requests;
	assert_true(peers_until(net, asked, EARLY_MS));
	tunnel = (struct policy_tunnel *)net->peer[A].core->gateways->slots->tunnel;
	tunnel->esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group31");
	peers_run(net, 100);
	must_say(net, A, "peer refused to rekey with dh-group group31 and wants group19 "
			 "(INVALID_KE_PAYLOAD)");
	assert_int_equal(peers_child(net, A, "net")->counts.failures, 1);
	peers_run(net, 2600000);
	assert_int_equal(requests, 1);
	assert_int_equal(peers_child(net, A, "net")->spi_in, spi);
	peers_finish(net);
}

/* Once an IKE SA, and not again after each rekey of it. */
static void test_once(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.ike_life = 100;
	net = peers_up(4, &a, &b);
	net->watch = true;
	peers_run(net, 1000000);
	assert_true(peers_told(net, A, "IKE SA is rekeyed") > 5);
	assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 1);
	peers_finish(net);
}

/* A further proxy-ID is agreed on with its group at once: nothing is left to find out. */
static void test_proxies(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.n_proxies = b.n_proxies = 2;
	a.proxies[1] = (struct site_proxy){ "more", "10.3.0.0/16", "10.4.0.0/16" };
	b.proxies[1] = (struct site_proxy){ "more", "10.4.0.0/16", "10.3.0.0/16" };
	net = peers_up(5, &a, &b);
	peers_run(net, 60000);
	assert_int_equal(kern_fake_added(net->peer[A].kern), 4);
	assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 0);
	peers_free(net);

	/* And where it is refused, the message is the same. */
	b.esp = peers_props(PROP_ESP, "aes-256-gcm,aes-128-gcm", NULL, NULL);
	net = peers_new(6);
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 1000);
	assert_non_null(strstr(peers_child(net, A, "more")->last_error, "it took the ciphers"));
	peers_free(net);
}

/* Messages come twice and out of order: it is one failure all the same. */
static void test_twice(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct peers *net = up(seed, "group31", NULL);
		uint32_t spi = peers_child(net, A, "net")->spi_in;

		net->watch = true;
		net->twice = 100;
		net->reorder = 50;
		peers_run(net, 60000);
		assert_int_equal(peers_child(net, A, "net")->counts.failures, 1);
		assert_int_equal(peers_child(net, A, "net")->spi_in, spi);
		peers_finish(net);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_differs),
		cmocka_unit_test(test_when_due),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_agrees),
		cmocka_unit_test(test_other_group),
		cmocka_unit_test(test_group_of_ike),
		cmocka_unit_test(test_unknown_group),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_proxies),
		cmocka_unit_test(test_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
