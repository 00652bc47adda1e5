// SPDX-License-Identifier: GPL-2.0-or-later
/* Two cores, one of which begins for a packet, and says so (RFC 7296 section 2.9). */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prop/ts_wire.h"
#include "tests/speech.h"

#define LOCAL	"10.1.0.7"
#define HIGH	"10.2.200.9"

static struct ts one(const char *address, uint8_t proto, uint16_t port)
{
	const struct addr addr = site_address(address);

	return (struct ts){ .proto = proto, .port_first = port,
			    .port_last = port ? port : UINT16_MAX, .first = addr, .last = addr };
}

/* A TCP packet from @local to @remote waits at A. */
static void packet_waits(struct peers *net, const char *local, const char *remote)
{
	const struct ts_flow flow = {
		.local = one(local, IPPROTO_TCP, 50000), .remote = one(remote, IPPROTO_TCP, 443),
	};

	ike_core_acquire(net->peer[A].core, net->now, PEERS_IFNAME, "net", &flow);
	peers_settle(net, A);
}

/* A has one proxy-ID where B has two, and begins for the packet. */
static struct peers *begun(uint64_t seed, enum policy_start start, bool bad, const char *remote)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(seed);

	a.start = start;
	b.n_proxies = 2;
	b.proxies[0] = (struct site_proxy){ "low", "10.2.0.0/17", "10.1.0.0/16" };
	b.proxies[1] = (struct site_proxy){ "high", "10.2.128.0/17", "10.1.0.0/16" };
	peers_configure(net, B, &b);
	if (bad)
		peers_storm(net);
	peers_configure(net, A, &a);
	if (remote)
		packet_waits(net, LOCAL, remote);
	return net;
}

static bool is_up(struct peers *net)
{
	return net->now && peers_child(net, A, "net")->spi_out &&
	       (peers_child(net, B, "low")->spi_out || peers_child(net, B, "high")->spi_out);
}

static void must_be(struct peers *net, const char *remote, const char *name)
{
	const struct ike_child_info *child = peers_child(net, A, "net");

	assert_string_equal(child->ts_local, "10.1.0.0/16");
	assert_string_equal(child->ts_remote, remote);
	child = peers_child(net, B, name);
	assert_string_equal(child->state, "active");
	assert_string_equal(child->ts_local, remote);
}

/* B takes the proxy-ID of the packet, and so do the rekeys of that child. */
static void check_chosen(uint64_t seed, bool bad, const char *to, const char *remote,
			 const char *name)
{
	struct peers *net = begun(seed, POLICY_START_ON_DEMAND, bad, to);

	assert_true(peers_until(net, is_up, 300000));
	peers_run(net, 1000);
	must_be(net, remote, name);
	net->loss = 0;
	peers_run(net, 30000);
	must_be(net, remote, name);
	peers_run(net, 8000000);
	assert_true(peers_child(net, A, "net")->counts.rekeys > 1);
	must_be(net, remote, name);
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_free(net);
}

static void test_chosen(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		check_chosen(seed, seed > 1, HIGH, "10.2.128.0/17", "high");
		check_chosen(seed, seed > 1, "10.2.7.1", "10.2.0.0/17", "low");
	}
}

/* What is not known, or nothing of the proxy-ID, is no reason, and B takes the first that fits. */
static void test_no_reason(void **state)
{
	static const char *const elsewhere[] = { NULL, "192.0.2.1" };
	struct peers *net;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		net = begun(20, POLICY_START_ON_DEMAND, false, elsewhere[i]);
		if (!elsewhere[i])
			ike_core_acquire(net->peer[A].core, net->now, PEERS_IFNAME, "net", NULL);
		peers_settle(net, A);
		assert_true(peers_until(net, is_up, 3000));
	peers_run(net, 1000);
		must_be(net, "10.2.0.0/17", "low");
		peers_free(net);
	}
	/* Nor is a packet where the tunnel is to be up anyway. */
	net = begun(21, POLICY_START_ALWAYS, false, HIGH);
	assert_true(peers_until(net, is_up, 3000));
	peers_run(net, 1000);
	must_be(net, "10.2.0.0/17", "low");
	peers_free(net);
}

/* Of more than an SA may have, what the packet is of stays. */
static void test_kept(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(22);
	const struct ike_child_info *child;

	(void)state;
	a.start = POLICY_START_ON_DEMAND;
	a.proxies[0].local = b.proxies[0].remote =
		"10.1.1.0/25 10.1.2.0/25 10.1.3.0/25 10.1.4.0/25 10.1.5.0/25 10.1.6.0/25";
	a.proxies[0].remote = b.proxies[0].local =
		"10.2.1.0/25 10.2.2.0/25 10.2.3.0/25 10.2.4.0/25 10.2.5.0/25 10.2.6.0/25";
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	packet_waits(net, "10.1.6.1", "10.2.5.1");
	peers_must_be_quiet(net, 3000);
	child = peers_child(net, A, "net");
	assert_non_null(strstr(child->ts_local, "10.1.6.0/25"));
	assert_non_null(strstr(child->ts_remote, "10.2.5.0/25"));
	peers_finish(net);
}

/* --- SINGLE_PAIR_REQUIRED --- */

static unsigned int patched;

/* Makes SINGLE_PAIR_REQUIRED of what B says of the selectors. */
static bool tap_single(struct peers *net, int from, uint8_t *data, size_t n)
{
	static const uint8_t refusal[] = { 0, 8, 0, 0, 0, IKE_N_TS_UNACCEPTABLE };
	struct wire_message message;
	const struct wire_payload *sk;
	struct wire_error error;
	static uint8_t opened[MESSAGE_MAX];
	struct cipher_key *key;
	struct bytes plain;
	size_t body, at;

	if (from != B || wire_message_parse(bytes_of(data, n), &message, &error))
		return true;
	sk = wire_message_sk(&message);
	if (!sk)
		return true;
	key = ike_key_out(sa_of(net, B));
	body = wire_payload_body_offset(sk);
	assert_int_equal(cipher_open(key, message.data, body, opened, &plain), 0);
	for (at = 0; at + sizeof(refusal) <= plain.n; at++)
		if (!memcmp(opened + at, refusal, sizeof(refusal)))
			break;
	if (at + sizeof(refusal) > plain.n)
		return true;
	opened[at + 5] = IKE_N_SINGLE_PAIR_REQUIRED;
	patched++;
	memcpy(data + body + cipher_iv_len(key), opened, plain.n);
	at = body + cipher_iv_len(key) + plain.n;
	memset(data + at, 0, n - cipher_icv_len(key) - at);
	data[n - cipher_icv_len(key) - 1] = (uint8_t)(n - cipher_icv_len(key) - 1 - at);
	assert_int_equal(cipher_seal(key, net->peer[B].core->hooks.random,
				     net->peer[B].core->hooks.ctx, data, n, body), 0);
	return true;
}

static bool is_patched(struct peers *net)
{
	(void)net;
	return patched;
}

/* B refuses selectors once, whether in IKE_AUTH or not, and for a packet or not. */
static struct peers *refused_once(bool in_auth, const char *to, struct site *b)
{
	struct site a = peers_site(A);
	struct peers *net = peers_new(30);

	*b = peers_site(B);
	a.start = to ? POLICY_START_ON_DEMAND : POLICY_START_ALWAYS;
	if (!in_auth)
		a.childless = b->childless = POLICY_CHILDLESS_FORCE;
	/* A does the rekeys. */
	b->child_life *= 8;
	b->proxies[0].local = "10.99.0.0/16";
	peers_configure(net, B, b);
	b->proxies[0].local = "10.2.0.0/16";
	patched = 0;
	net->tap = tap_single;
	peers_configure(net, A, &a);
	if (to)
		packet_waits(net, LOCAL, to);
	assert_true(peers_until(net, is_patched, 3000));
	return net;
}

/* A asks for the packet's pair at once, and says so. */
static void check_single(bool in_auth)
{
	const struct ike_child_info *child;
	struct site b;
	struct peers *net = refused_once(in_auth, HIGH, &b);

	peers_configure(net, B, &b);
	peers_must_be_quiet(net, 1500);
	child = peers_child(net, A, "net");
	assert_string_equal(child->ts_local, LOCAL);
	assert_string_equal(child->ts_remote, HIGH);
	assert_string_equal(peers_child(net, B, "net")->ts_local, HIGH);
	assert_int_equal(peers_logged(net, "alone: configure a proxy-id for each"), 1);
	/* Its rekeys are of that pair, too, which the peer would not take otherwise. */
	peers_past_early(net);
	peers_run(net, 8000000);
	peers_must_be_quiet(net, 60000);
	assert_true(peers_child(net, A, "net")->counts.rekeys > 1);
	assert_string_equal(peers_child(net, A, "net")->ts_remote, HIGH);
	assert_int_equal(patched, 1);
	peers_finish(net);
}

static void test_single(void **state)
{
	(void)state;
	check_single(true);
	check_single(false);
}

/* Not without a packet; and who wants a single pair of a single pair is not asked without end. */
static void test_single_in_vain(void **state)
{
	struct site b;
	struct peers *net = refused_once(true, NULL, &b);

	(void)state;
	peers_run(net, 30000);
	assert_true(peers_told(net, A, "(SINGLE_PAIR_REQUIRED): configure a proxy-id") > 1);
	assert_int_equal(peers_logged(net, "alone: configure"), 0);
	peers_free(net);
	net = refused_once(true, HIGH, &b);
	peers_run(net, 30000);
	assert_int_equal(peers_logged(net, "alone: configure"), 1);
	assert_true(peers_told(net, A, "(SINGLE_PAIR_REQUIRED): configure a proxy-id") >= 1);
	assert_in_range(patched, 2, 8);
	peers_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_no_reason),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_single_in_vain),
	};

	return cmocka_run_group_tests_name("first pair", tests, NULL, NULL);
}
