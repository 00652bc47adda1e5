// SPDX-License-Identifier: GPL-2.0-or-later
/* Two cores rekey children and IKE SAs (RFC 7296 sections 1.3.2, 1.3.3, 2.8, 2.25). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ike/v2/v2.h"
#include "prop/ts_wire.h"
#include "tests/peers.h"

#define SEEDS		60
#define EXCHANGE_AT	18	/* offset in a header */
#define CREATE_CHILD	36

static struct peers *up_with(uint64_t seed, const struct site *a, const struct site *b)
{
	struct peers *net = peers_new(seed);

	peers_configure(net, B, b);
	peers_configure(net, A, a);
	assert_true(peers_until(net, peers_quiet, 90000));
	net->watch = true;
	return net;
}

static struct peers *up(uint64_t seed)
{
	struct site a = peers_site(A), b = peers_site(B);

	return up_with(seed, &a, &b);
}

/* ---------------------------------------------------------------- children */

/* Another attempt leaves its answer the time to come before the SA ends. */
static void test_retry_in_time(void **state)
{
	struct peers *net = up(1);
	struct ike_core *core = net->peer[A].core;

	(void)state;
	core->now = 5000000;
	assert_int_equal(core_retry(core, 4000, 0), 5004000);
	assert_int_equal(core_retry(core, 4000, 5010000), 5004000);
	assert_int_equal(core_retry(core, 4000, 5004010), 5002005);
	assert_int_equal(core_retry(core, 4000, 5005000), 5002500);
	assert_int_equal(core_retry(core, 4000, 5001000), 5001000);
	core->now = net->now;
	peers_finish(net);
}

/* What TSr of the last request for a child was. */
static char asked_for[128];

static bool tap_selectors(struct peers *net, int from, uint8_t *data, size_t n)
{
	static uint8_t opened[MESSAGE_MAX];
	struct wire_payloads payloads;
	const struct wire_payload *sk, *tsr;
	struct wire_message message;
	struct wire_error error;
	struct wire_ts_list list;
	struct bytes plain;

	if (wire_message_parse(bytes_of(data, n), &message, &error) ||
	    message.header.exchange != IKE_EXCH_CREATE_CHILD_SA ||
	    wire_is_response(&message.header))
		return true;
	sk = wire_message_sk(&message);
	assert_int_equal(cipher_open(ike_key_out(peers_standing(net, from)), message.data,
				     wire_payload_body_offset(sk), opened, &plain), 0);
	assert_int_equal(wire_payloads_parse(sk->next, plain, &payloads, &error), 0);
	tsr = wire_payload_find(&payloads, IKE_PL_TSR);
	if (!tsr)
		return true;
	assert_int_equal(wire_read_ts(tsr, &list, &error), 0);
	ts_wire_text(&list, asked_for, sizeof(asked_for));
	return true;
}

static void must_ask_for(struct peers *net, int side, const char *selectors)
{
	asked_for[0] = '\0';
	net->tap = tap_selectors;
	peers_soften(net, side);
	peers_run(net, 1000);
	net->tap = NULL;
	assert_string_equal(asked_for, selectors);
}

/*
 * What both have narrowed the selectors to is what either asks for (section 2.9.2): who has other
 * tunnels beside it does not have to choose again.
 */
static void test_narrowed(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.proxies[0].remote = "0.0.0.0/0";
	b.proxies[0].local = "10.2.7.0/24 10.2.9.0/24";
	b.proxies[0].remote = "10.0.0.0/8";
	net = up_with(2, &a, &b);
	must_ask_for(net, A, "10.2.7.0/24, 10.2.9.0/24");
	must_ask_for(net, B, "10.1.0.0/16");
	peers_past_early(net);
	must_ask_for(net, A, "10.2.7.0/24, 10.2.9.0/24");
	peers_finish(net);
}

static void check_soft(int side)
{
	struct peers *net = up(1);
	uint32_t spi = peers_child(net, A, "net")->spi_in;

	peers_soften(net, side);
	/* Once more while it is under way, and for the other direction. */
	peers_soften(net, side);
	kern_fake_expire(net->peer[side].kern, peers_token(net, side), true, false);
	peers_run(net, 100);
	assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
	/* Late packets on the old SA still get in. */
	assert_int_equal(kern_fake_count(net->peer[A].kern, true, NULL), 2);
	assert_int_equal(kern_fake_count(net->peer[A].kern, false, NULL), 1);
	assert_int_equal(kern_fake_added(net->peer[A].kern), 4);
	/* Two exchanges to come up, two for this. */
	assert_int_equal(net->peer[A].sent, 4);
	assert_int_equal(net->peer[B].sent, 4);
	assert_non_null(strstr(peers_child(net, A, "net")->proposal, "CURVE25519"));
	peers_finish(net);
}

static void test_soft(void **state)
{
	(void)state;
	check_soft(A);
	check_soft(B);
}

static void test_soft_both(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct peers *net = up(seed);
		uint32_t spi = peers_child(net, A, "net")->spi_in;

		net->reorder = seed % 3 ? 60 : 0;
		peers_soften(net, A);
		if (seed % 2)
			peers_run(net, seed % 25);
		peers_soften(net, B);
		peers_run(net, 60000);
		assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
		assert_int_equal(peers_logged(net, " error "), 0);
		peers_finish(net);
	}
}

static void test_without_pfs(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, NULL);
	b.esp = a.esp;
	net = up_with(3, &a, &b);
	peers_soften(net, A);
	peers_run(net, 100);
	assert_string_equal(peers_child(net, A, "net")->proposal, "AES_GCM_16-256");
	peers_finish(net);
}

/* The peer has another group only (INVALID_KE_PAYLOAD). */
static void test_other_group(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group20,group19,group14");
	b.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group14,group19");
	net = up_with(4, &a, &b);
	peers_soften(net, A);
	peers_run(net, 100);
	assert_non_null(strstr(peers_child(net, A, "net")->proposal, "/"));
	assert_null(strstr(peers_child(net, A, "net")->proposal, "ECP_384"));
	assert_int_equal(kern_fake_added(net->peer[A].kern), 4);
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_finish(net);
}

/* Nothing in common for a rekey: the old one serves to its end. */
static void test_no_common_group(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group20");
	b.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group19");
	net = up_with(5, &a, &b);
	peers_soften(net, A);
	peers_run(net, 30000);
	assert_int_equal(kern_fake_added(net->peer[A].kern), 2);
	assert_non_null(strstr(peers_child(net, A, "net")->last_error, "NO_PROPOSAL_CHOSEN"));
	peers_finish(net);
}

/* ------------------------------------------------------------- hard limits */

static bool tap_lose_requests_for_sas(struct peers *net, int from, uint8_t *data, size_t n)
{
	(void)net;
	(void)from;
	return n < 28 || data[EXCHANGE_AT] != CREATE_CHILD;
}

/* From that side packets get through all the time. */
static void run_flowing(struct peers *net, int from, ike_time ms)
{
	for (ike_time end = net->now + ms; net->now < end; peers_run(net, 1)) {
		if (peers_flows(net, from, "net"))
			continue;
		peers_show(net);
		fail_msg("side %c cannot send any more", 'A' + from);
	}
}

/*
 * One direction is used up: the other carries packets on until there is a successor for both,
 * for which a rekey is begun, or was at the soft limit before.
 */
static void check_hard(int side, bool inbound, bool soft)
{
	struct peers *net = up(6);
	uint32_t spi = peers_child(net, A, "net")->spi_in;
	uint64_t token = peers_token(net, side);
	int spared = inbound ? side : !side;

	net->watch = false;
	net->tap = tap_lose_requests_for_sas;
	if (soft)
		peers_soften(net, side);
	run_flowing(net, spared, 20);
	assert_int_equal(kern_fake_expire(net->peer[side].kern, token, inbound, true), 0);
	run_flowing(net, spared, 2000);
	assert_false(peers_flows(net, !spared, "net"));
	assert_int_equal(peers_told(net, side, "child-down"), 1);
	net->tap = NULL;
	run_flowing(net, spared, 5000);
	assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
	assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 1);
	assert_int_equal(kern_fake_added(net->peer[A].kern), 4);
	assert_int_equal(peers_told(net, A, "ike-up"), 1);
	assert_int_equal(peers_told(net, side, "child-down"), 1);
	peers_finish(net);
}

static void test_hard(void **state)
{
	(void)state;
	for (int bits = 0; bits < 8; bits++)
		check_hard(bits & 1 ? B : A, bits & 2, bits & 4);
}

static bool gone(struct peers *net)
{
	return !kern_fake_count(net->peer[A].kern, false, NULL) &&
	       !kern_fake_count(net->peer[B].kern, false, NULL);
}

/* Once neither direction is left, the pair is deleted and another negotiated. */
static void test_hard_both(void **state)
{
	(void)state;
	for (int bits = 0; bits < 4; bits++) {
		int side = bits & 1 ? B : A;
		struct peers *net = up(6);
		uint64_t token = peers_token(net, side);
		uint32_t spi = peers_child(net, A, "net")->spi_in;

		net->watch = false;
		net->tap = tap_lose_requests_for_sas;
		kern_fake_expire(net->peer[side].kern, token, bits & 2, true);
		peers_run(net, 100);
		assert_int_equal(kern_fake_expire(net->peer[side].kern, token, !(bits & 2), true),
				 0);
		net->tap = NULL;
		peers_run(net, 20000);
		assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
		assert_int_equal(peers_told(net, A, "ike-up"), 1);
		peers_finish(net);
	}
}

/* The peer refuses a successor: what is left of the pair is deleted, at both ends. */
static void test_hard_refused(void **state)
{
	(void)state;
	for (int bits = 0; bits < 4; bits++) {
		struct site a = peers_site(A), b = peers_site(B);
		int side = bits & 1 ? B : A;
		struct peers *net;

		a.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group20");
		b.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group19");
		net = up_with(5, &a, &b);
		net->watch = false;
		assert_int_equal(kern_fake_expire(net->peer[side].kern, peers_token(net, side),
						  bits & 2, true), 0);
		assert_true(peers_until(net, gone, 1000));
		peers_run(net, 1000);
		assert_int_equal(kern_fake_count(net->peer[A].kern, true, NULL), 0);
		assert_int_equal(kern_fake_count(net->peer[B].kern, true, NULL), 0);
		peers_free(net);
	}
}

/* Time is over for both directions at once, though the kernel says so of one after the other. */
static void test_hard_by_time(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group20");
	b.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group19");
	a.child_life = 600;
	net = up_with(5, &a, &b);
	net->watch = false;
	while (peers_child(net, A, "net")->life_seconds)
		peers_run(net, 100);
	kern_fake_expire(net->peer[A].kern, peers_token(net, A), true, true);
	assert_int_equal(kern_fake_count(net->peer[A].kern, false, NULL), 0);
	assert_int_equal(peers_told(net, A, "child-down"), 1);
	peers_free(net);
}

/* What is left of a peer that began anew, and has no successor yet, ends by halves, too. */
static void test_hard_orphan(void **state)
{
	(void)state;
	for (int inbound = 0; inbound < 2; inbound++) {
		struct site a = peers_site(A);
		struct peers *net = up(6);
		struct kern *kern = net->peer[B].kern;
		uint64_t token = peers_token(net, B);

		net->watch = false;
		a.esp = peers_props(PROP_ESP, "aes-128-cbc", "sha256", NULL);
		peers_restart(net, A, &a);
		peers_run(net, 1000);
		assert_int_equal(peers_logged(net, "peer started anew"), 1);
		assert_int_equal(kern_fake_expire(kern, token, inbound, true), 0);
		peers_run(net, 1000);
		assert_int_equal(kern_fake_count(kern, inbound, NULL), 0);
		assert_int_equal(kern_fake_count(kern, !inbound, NULL), 1);
		assert_int_equal(kern_fake_expire(kern, token, !inbound, true), 0);
		peers_run(net, 1000);
		assert_int_equal(kern_fake_count(kern, !inbound, NULL), 0);
		peers_free(net);
	}
}

/*
 * The kernel refuses the successor: the old one goes on, or, where the end that
 * began it has switched already, a new pair takes its place.
 */
static void check_refused(int side, bool inbound)
{
	struct peers *net = up(7);
	uint32_t spi = peers_child(net, A, "net")->spi_in;

	kern_fake_refuse(net->peer[side].kern, inbound, 1, -ENOBUFS);
	net->watch = side == A;
	peers_soften(net, A);
	peers_run(net, 5000);
	assert_true(peers_flows(net, A, "net"));
	assert_true(peers_flows(net, B, "net"));
	if (side == A)
		assert_int_equal(peers_child(net, A, "net")->spi_in, spi);
	peers_run(net, 3600000);
	assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
	peers_finish(net);
}

static void test_refused(void **state)
{
	(void)state;
	check_refused(A, true);
	check_refused(A, false);
	check_refused(B, true);
	check_refused(B, false);
}

/* By time, over hours, as both ends' clocks have it. */
static void test_child_life(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS / 4; seed++) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net;

		a.child_life = 300;
		b.child_life = seed % 2 ? 300 : 310;
		net = up_with(seed, &a, &b);
		peers_run(net, 7200000);
		assert_in_range(kern_fake_added(net->peer[A].kern), 2 * 24, 2 * 48);
		assert_int_equal(peers_logged(net, " error "), 0);
		peers_finish(net);
	}
}

/* The peer deletes what we are rekeying. */
static void test_rekey_meets_delete(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct peers *net = up(seed);

		net->watch = false;
		net->reorder = 50;
		peers_soften(net, seed % 2);
		peers_run(net, seed % 50);
		ike_core_clear_ipsec(net->peer[seed / 2 % 2].core, net->now, NULL);
		peers_settle(net, seed / 2 % 2);
		peers_run(net, 60000);
		assert_int_equal(peers_logged(net, " error "), 0);
		peers_finish(net);
	}
}

/* -------------------------------------------------------------------- IKE SA */

static void check_ike_life(uint64_t seed, uint64_t life_a, uint64_t life_b)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;
	uint32_t spi;

	a.ike_life = life_a;
	b.ike_life = life_b;
	a.child_life = 0;
	b.child_life = 0;
	net = up_with(seed, &a, &b);
	peers_past_early(net);
	spi = peers_child(net, A, "net")->spi_in;
	peers_run(net, 3600000);
	/* Children move to the new IKE SA, and never change. */
	assert_int_equal(peers_child(net, A, "net")->spi_in, spi);
	assert_int_equal(kern_fake_added(net->peer[A].kern), 4);
	assert_in_range(peers_told(net, A, "IKE SA is rekeyed"), 6, 12);
	assert_int_equal(peers_told(net, A, "ike-down"), 0);
	assert_int_equal(peers_told(net, B, "ike-down"), 0);
	assert_int_equal(peers_logged(net, " error "), 0);
	/* And it works: a child can be rekeyed on it. */
	peers_soften(net, B);
	peers_run(net, 1000);
	assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
	peers_finish(net);
}

static void test_ike_life(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		check_ike_life(seed, 600, 0);
		check_ike_life(seed, 0, 600);
		check_ike_life(seed, 600, 600);
	}
}

/* Both ends want it at the same time: they get the same policy, and so do their clocks. */
static void test_ike_both(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net;

		unsigned int added;

		/* Very short, so that the times at which both begin lie close together. */
		a.ike_life = 12;
		b.ike_life = 12;
		a.child_life = 0;
		b.child_life = 0;
		net = up_with(seed, &a, &b);
		peers_past_early(net);
		added = kern_fake_added(net->peer[A].kern);
		net->reorder = seed % 3 ? 80 : 0;
		peers_run(net, 600000);
		net->reorder = 0;
		assert_int_equal(peers_told(net, A, "ike-down"), 0);
		assert_int_equal(peers_told(net, B, "ike-down"), 0);
		assert_int_equal(kern_fake_added(net->peer[A].kern), added);
		peers_finish(net);
	}
}

static void test_ike_other_group(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.ike = peers_props(PROP_IKE, "aes-256-gcm", "sha256", "group31,group19");
	b.ike = peers_props(PROP_IKE, "aes-256-gcm", "sha256", "group19");
	a.ike_life = 600;
	net = up_with(9, &a, &b);
	peers_run(net, 1200000);
	assert_true(peers_told(net, A, "IKE SA is rekeyed") >= 1);
	assert_int_equal(peers_told(net, A, "ike-down"), 0);
	peers_finish(net);
}

static void test_ike_cbc(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.ike = peers_props(PROP_IKE, "aes-256-cbc", "sha512", "group14");
	b.ike = a.ike;
	b.ike_life = 300;
	net = up_with(10, &a, &b);
	peers_run(net, 1200000);
	assert_true(peers_told(net, A, "IKE SA is rekeyed") >= 3);
	assert_int_equal(peers_told(net, A, "ike-down"), 0);
	peers_finish(net);
}

/* --------------------------------------------------------------- all at once */

static void test_everything(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net;

		a.ike_life = 40 + seed % 7;
		b.ike_life = 40;
		a.child_life = 30;
		b.child_life = 30 + seed % 5;
		net = up_with(seed, &a, &b);
		net->reorder = 30;
		net->twice = 10;
		peers_run(net, 900000);
		net->reorder = 0;
		assert_int_equal(peers_told(net, A, "ike-down"), 0);
		assert_int_equal(peers_told(net, B, "ike-down"), 0);
		peers_finish(net);
	}
}

/* With loss an in-SA may be switched to late, but all ends well. */
static void test_everything_lossy(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net;

		a.ike_life = 300;
		b.ike_life = 300 + seed;
		a.child_life = 200;
		b.child_life = 200;
		net = up_with(seed, &a, &b);
		net->loss = 1 + seed % 20;
		net->reorder = 30;
		net->twice = 10;
		peers_run(net, 1800000);
		net->loss = 0;
		net->reorder = 0;
		net->twice = 0;
		net->gaps = 0;
		net->watch = false;
		peers_run(net, 120000);
		peers_finish(net);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_retry_in_time),
		cmocka_unit_test(test_narrowed),
		cmocka_unit_test(test_soft),
		cmocka_unit_test(test_soft_both),
		cmocka_unit_test(test_without_pfs),
		cmocka_unit_test(test_other_group),
		cmocka_unit_test(test_no_common_group),
		cmocka_unit_test(test_hard),
		cmocka_unit_test(test_hard_both),
		cmocka_unit_test(test_hard_refused),
		cmocka_unit_test(test_hard_by_time),
		cmocka_unit_test(test_hard_orphan),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_child_life),
		cmocka_unit_test(test_rekey_meets_delete),
		cmocka_unit_test(test_ike_life),
		cmocka_unit_test(test_ike_both),
		cmocka_unit_test(test_ike_other_group),
		cmocka_unit_test(test_ike_cbc),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_everything_lossy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
