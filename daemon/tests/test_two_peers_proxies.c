// SPDX-License-Identifier: GPL-2.0-or-later
/* Two cores with several proxy-IDs: which one is meant, which one failed, and what waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prop/ts_wire.h"
#include "tests/speech.h"

#define HOUR		((ike_time)3600 * 1000)
#define SILENCE		((ike_time)13 * 1000)	/* at most between two messages to a silent peer */
#define BACKOFF		((ike_time)60 * 1000)	/* at most between two attempts */

static bool quiet_within(struct peers *net, ike_time ms)
{
	if (peers_until(net, peers_quiet, ms))
		return true;
	peers_show(net);
	return false;
}

/* --- one within the other --- */

static void check_nested(bool wide_first, bool b_begins)
{
	const struct site_proxy wide_a = { "wide", "10.1.0.0/16", "10.2.0.0/16" };
	const struct site_proxy narrow_a = { "narrow", "10.1.0.0/16", "10.2.1.0/24" };
	const struct site_proxy wide_b = { "wide", "10.2.0.0/16", "10.1.0.0/16" };
	const struct site_proxy narrow_b = { "narrow", "10.2.1.0/24", "10.1.0.0/16" };
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(300);

	a.n_proxies = 2;
	b.n_proxies = 2;
	a.proxies[wide_first ? 0 : 1] = wide_a;
	a.proxies[wide_first ? 1 : 0] = narrow_a;
	b.proxies[0] = wide_b;
	b.proxies[1] = narrow_b;
	if (b_begins) {
		a.passive = true;
		a.start = POLICY_START_PASSIVE;
		b.passive = false;
		b.start = POLICY_START_ALWAYS;
	}
	peers_configure(net, b_begins ? A : B, b_begins ? &a : &b);
	peers_configure(net, b_begins ? B : A, b_begins ? &b : &a);
	assert_true(quiet_within(net, 2000));
	for (int side = A; side <= B; side++) {
		const char *remote = side == A ? "10.2.0.0/16" : "10.1.0.0/16";

		assert_string_equal(peers_child(net, side, "wide")->ts_remote, remote);
		assert_string_equal(side == A ? peers_child(net, A, "narrow")->ts_remote :
				    peers_child(net, B, "narrow")->ts_local, "10.2.1.0/24");
	}
	peers_free(net);
}

/* Each is negotiated as it is, and not cut down to the one within it. */
static void test_nested(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		check_nested(i & 1, i & 2);
}

/* A peer without proxy-IDs asks for everything, and gets what is not served yet. */
static void test_any_meets_idle(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(301);

	(void)state;
	b.n_proxies = 2;
	b.proxies[0] = (struct site_proxy){ "one", "10.2.1.0/24", "10.1.0.0/16" };
	b.proxies[1] = (struct site_proxy){ "two", "10.2.2.0/24", "10.1.0.0/16" };
	a.n_proxies = 2;
	a.proxies[0] = (struct site_proxy){ "x", "10.1.0.0/16", "10.2.0.0/16" };
	a.proxies[1] = (struct site_proxy){ "y", "10.1.0.0/16", "10.2.0.0/16" };
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 2000);
	assert_string_equal(peers_child(net, B, "one")->state, "active");
	assert_string_equal(peers_child(net, B, "two")->state, "active");
	peers_free(net);
}

/* --- which one failed --- */

/* A peer that wants OPAQUE ports gets them from nobody, and the log says so. */
static void check_opaque(unsigned int n_proxies, const char *text)
{
	struct ts_list list = { .n = 1, .ts = { { .proto = 6, .port_first = UINT16_MAX } } };
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(303);
	struct wire_ts_list wire;

	b.n_proxies = n_proxies;
	b.proxies[1] = (struct site_proxy){ "other", "10.8.0.0/16", "10.9.0.0/16" };
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 30000);
	put_child(say(net, A, IKE_EXCH_CREATE_CHILD_SA, false), 0x12345678);
	put_range(&speech.w, IKE_PL_TSI, "10.1.0.0/16");
	assert_int_equal(addr_range_parse("10.2.0.0/16", &list.ts[0].first, &list.ts[0].last), 0);
	ts_list_to_wire(&list, &wire);
	wire_put_ts(&speech.w, IKE_PL_TSR, &wire);
	said();
	assert_true(answered(IKE_N_TS_UNACCEPTABLE));
	assert_int_equal(peers_logged(net, "remote 10.1.0.0/16, but configured are"), 1);
	assert_int_equal(peers_logged(net, text), 1);
	peers_free(net);
}

static void test_opaque(void **state)
{
	(void)state;
	check_opaque(1, "; OPAQUE ports are not supported");
	check_opaque(2, ": OPAQUE ports are not supported");
}

/* Both ends name the one that does not fit, and blame no other, up or not. */
static void test_blame(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(302);
	const struct ike_child_info *child;

	(void)state;
	a.n_proxies = 2;
	b.n_proxies = 3;
	a.proxies[1] = (struct site_proxy){ "bad", "10.3.0.0/16", "10.4.0.0/16" };
	b.proxies[1] = (struct site_proxy){ "other", "10.8.0.0/16", "10.9.0.0/16" };
	b.proxies[2] = (struct site_proxy){ "bad", "10.4.0.0/16", "10.33.0.0/16" };
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 5000);
	child = peers_child(net, A, "bad");
	assert_string_equal(child->state, "failed");
	assert_non_null(strstr(child->last_error, "TS_UNACCEPTABLE"));
	assert_true(child->error_seconds <= 5 && child->retry_seconds > 0);
	assert_true(child->counts.failures > 0 && child->counts.attempts > 0);
	assert_int_equal(child->counts.successes, 0);
	child = peers_child(net, B, "bad");
	assert_string_equal(child->state, "failed");
	assert_non_null(strstr(child->last_error, "10.33.0.0/16"));
	assert_non_null(strstr(child->last_error, "10.3.0.0/16"));
	assert_string_equal(peers_child(net, B, "other")->state, "init");
	assert_string_equal(peers_child(net, B, "other")->last_error, "");
	for (int side = A; side <= B; side++) {
		assert_string_equal(peers_child(net, side, "net")->state, "active");
		assert_string_equal(peers_child(net, side, "net")->last_error, "");
		assert_int_equal(peers_child(net, side, "net")->counts.successes, 1);
	}
	/* mended at B: A tries again by itself */
	b.proxies[2].remote = "10.3.0.0/16";
	peers_configure(net, B, &b);
	peers_run(net, BACKOFF);
	assert_string_equal(peers_child(net, A, "bad")->state, "active");
	assert_string_equal(peers_child(net, A, "bad")->last_error, "");
	peers_free(net);
}

static void on_gateway(void *ctx, const struct ike_gateway_info *info)
{
	*(struct ike_gateway_info *)ctx = *info;
}

static struct ike_gateway_info gateway(const struct peers *net, int side)
{
	struct ike_gateway_info info = { 0 };

	ike_core_each_gateway(net->peer[side].core, net->now, on_gateway, &info);
	return info;
}

/* What hits the IKE SA stands at the gateway and at its proxy-IDs until it is mended. */
static void test_gateway_error(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(303);

	(void)state;
	b.psk = "another";
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 30000);
	assert_non_null(strstr(gateway(net, A).last_error, "AUTHENTICATION_FAILED"));
	assert_string_equal(gateway(net, A).state, "failed");
	assert_true(gateway(net, A).counts.failures >= 2);
	assert_int_equal(gateway(net, A).counts.successes, 0);
	assert_true(gateway(net, A).retry_seconds > 0);
	assert_string_equal(peers_child(net, A, "net")->last_error, gateway(net, A).last_error);
	assert_true(peers_child(net, A, "net")->counts.failures >= 2);
	b.psk = a.psk;
	peers_configure(net, B, &b);
	assert_true(quiet_within(net, BACKOFF + 5000));
	assert_string_equal(gateway(net, A).state, "up");
	assert_string_equal(gateway(net, A).last_error, "");
	assert_int_equal(gateway(net, A).counts.successes, 1);
	peers_free(net);
}

/* --- what waits --- */

static void acquire(struct peers *net, int side)
{
	ike_core_acquire(net->peer[side].core, net->now, PEERS_IFNAME, "net", NULL);
	peers_settle(net, side);
}

static bool a_failed(struct peers *net)
{
	return kern_fake_failed(net->peer[A].kern);
}

/* Senders are told when an attempt failed, and at once while none is under way. */
static void test_senders_told(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(304);
	struct kern *kern = net->peer[A].kern;

	(void)state;
	a.start = POLICY_START_ON_DEMAND;
	net->peer[B].cut = true;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	acquire(net, A);
	peers_compute(net);
	assert_true(net->peer[A].sent > 0);
	peers_run(net, 10000);
	acquire(net, A);
	assert_int_equal(kern_fake_failed(kern), 0);
	assert_true(peers_until(net, a_failed, 20000));
	assert_int_equal(kern_fake_failed(kern), 1);
	acquire(net, A);
	assert_int_equal(kern_fake_failed(kern), 2);
	/* but that was asked for: it is tried again, and works */
	net->peer[B].cut = false;
	assert_true(quiet_within(net, BACKOFF));
	assert_int_equal(kern_fake_failed(kern), 2);
	acquire(net, A);
	assert_int_equal(kern_fake_failed(kern), 2);
	peers_free(net);
}

/* Who waits for the peer begins nothing, whoever asks but the administrator. */
static void check_passive(bool gateway_is)
{
	struct site b = peers_site(B);
	struct peers *net = peers_new(305);

	b.passive = gateway_is;
	peers_configure(net, B, &b);
	acquire(net, B);
	assert_int_equal(kern_fake_failed(net->peer[B].kern), 1);
	peers_run(net, HOUR);
	assert_int_equal(net->peer[B].sent, 0);
	peers_free(net);
}

static void test_passive(void **state)
{
	(void)state;
	check_passive(true);
	check_passive(false);
}

/* --- it never gives up --- */

/* An hour without a peer, then it is back: so is the tunnel, with the next message. */
static void check_long_loss(uint64_t seed, ike_time loss)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(seed);
	ike_time waited;

	a.liveness = 10;
	b.liveness = 10;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(quiet_within(net, 2000));
	net->peer[B].cut = true;
	peers_run(net, loss);
	assert_string_equal(peers_child(net, A, "net")->spi_out ? "up" : "down", "down");
	assert_non_null(strstr(peers_child(net, A, "net")->last_error, "does not answer"));
	/* 16 seconds of sending, and 5 between */
	assert_true(gateway(net, A).counts.attempts >= loss / 25000);
	assert_true(gateway(net, A).counts.attempts <= loss / 16000);
	net->peer[B].cut = false;
	waited = net->now;
	assert_true(quiet_within(net, SILENCE));
	assert_true(net->now - waited <= SILENCE);
	peers_free(net);
}

static void test_long_loss(void **state)
{
	(void)state;
	for (uint64_t seed = 310; seed < 320; seed++)
		check_long_loss(seed, HOUR + (seed - 310) * 17000);
}

/* Two that lost the same peer do not come back at the same moment. */
static void test_jitter(void **state)
{
	ike_time first[8];
	unsigned int same = 0;

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net = peers_new(330 + (uint64_t)i);

		a.proxies[0].remote = "10.77.0.0/16";
		peers_configure(net, B, &b);
		peers_configure(net, A, &a);
		while (peers_child(net, A, "net")->counts.attempts < 5 && net->now < HOUR)
			peers_run(net, 50);
		first[i] = net->now;
		for (int k = 0; k < i; k++)
			same += first[k] == first[i];
		peers_free(net);
	}
	assert_true(same <= 2);
}

/* --- 250 of them --- */

#define MANY	250

static struct policy *many_policy(const struct site *site)
{
	struct policy *policy = peers_policy(site);
	struct policy_tunnel *tunnel = &policy->gateways[0].tunnels[0];
	struct policy_proxy model = tunnel->proxies[0];

	free(tunnel->proxies);
	tunnel->n_proxies = MANY;
	tunnel->proxies = calloc(MANY, sizeof(*tunnel->proxies));
	assert_non_null(tunnel->proxies);
	for (unsigned int i = 0; i < MANY; i++) {
		tunnel->proxies[i] = model;
		snprintf(tunnel->proxies[i].name, sizeof(tunnel->proxies[i].name), "p%u", i);
		for (int local = 0; local < 2; local++) {
			struct ts_pair *ts = &tunnel->proxies[i].ts;
			struct ts *one = local ? &ts->local.ts[0] : &ts->remote.ts[0];

			one->first.b[2] = (uint8_t)i;
			one->last.b[2] = (uint8_t)i;
		}
	}
	return policy;
}

static void configure_many(struct peers *net, int side)
{
	struct site site = peers_site(side);

	peers_configure_policy(net, side, many_policy(&site));
}

/* One exchange after the other, without a pause between. */
static void test_many(void **state)
{
	struct peers *net = peers_new(340);

	(void)state;
	configure_many(net, B);
	configure_many(net, A);
	assert_true(quiet_within(net, 30000));
	assert_int_equal(kern_fake_count(net->peer[A].kern, true, NULL), MANY);
	assert_int_equal(net->peer[A].sent, MANY + 1);
	peers_free(net);
}

/* They end with one message, all at once, and one that names all of the other end. */
static void test_many_end(void **state)
{
	struct peers *net = peers_new(341);
	unsigned int sent_a, sent_b;

	(void)state;
	configure_many(net, B);
	configure_many(net, A);
	assert_true(quiet_within(net, 30000));
	sent_a = net->peer[A].sent;
	sent_b = net->peer[B].sent;
	ike_core_clear_ipsec(net->peer[A].core, net->now, NULL);
	peers_settle(net, A);
	peers_run(net, 15);
	assert_int_equal(net->peer[A].sent, sent_a + 1);
	assert_int_equal(net->peer[B].sent, sent_b + 1);
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, NULL), 0);
	assert_int_equal(kern_fake_count(net->peer[B].kern, false, NULL), 0);
	assert_true(quiet_within(net, 30000));
	peers_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_any_meets_idle),
		cmocka_unit_test(test_opaque),
		cmocka_unit_test(test_blame),
		cmocka_unit_test(test_gateway_error),
		cmocka_unit_test(test_senders_told),
		cmocka_unit_test(test_passive),
		cmocka_unit_test(test_long_loss),
		cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_many_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
