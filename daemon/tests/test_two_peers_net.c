// SPDX-License-Identifier: GPL-2.0-or-later
/* Two cores and what a network does to them: loss, silence, death, translation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/peers.h"
#include "wire/ike_hdr.h"

#define SEEDS	240

/* --------------------------------------------------------- bad habits of networks */

/* Requests of each IKE SA must be numbered without a gap, one under way at a time. */
struct ids {
	unsigned int n;
	struct {
		uint8_t spi_i[IKE_SPI_LEN];
		int from;
		uint32_t last;
	} of[4096];
};

static bool tap_ids(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct ids *ids = net->tap_ctx;
	unsigned int i = 0;
	uint32_t id;

	/* Length of a header; octet 19 has the flags, R is 0x20. */
	if (n < 28 || data[19] & 0x20)
		return true;
	id = get_be32(data + 20);
	while (i < ids->n && (ids->of[i].from != from ||
			      memcmp(ids->of[i].spi_i, data, IKE_SPI_LEN) != 0))
		i++;
	if (i == ids->n) {
		assert_true(ids->n < 4096);
		assert_in_range(id, 0, 1);
		memcpy(ids->of[i].spi_i, data, IKE_SPI_LEN);
		ids->of[i].from = from;
		ids->n++;
	} else {
		assert_in_range(id, ids->of[i].last, ids->of[i].last + 1);
	}
	ids->of[i].last = id;
	return true;
}

static const struct site_proxy three[2][3] = {
	{ { "p1", "10.1.1.0/24", "10.2.1.0/24" }, { "p2", "10.1.2.0/24", "10.2.2.0/24" },
	  { "p6", "fd01::/48", "fd02::/48" } },
	{ { "p1", "10.2.1.0/24", "10.1.1.0/24" }, { "p2", "10.2.2.0/24", "10.1.2.0/24" },
	  { "p6", "fd02::/48", "fd01::/48" } },
};

static void configure_rough(struct peers *net, uint64_t seed)
{
	for (int side = B; side >= A; side--) {
		struct site site = peers_site(side);

		if (seed % 2) {
			site.passive = false;
			site.start = POLICY_START_ALWAYS;
		}
		if (seed % 3 == 0) {
			site.n_proxies = 3;
			memcpy(site.proxies, three[side], sizeof(three[side]));
		}
		site.child_life = 120;
		site.ike_life = 200;
		site.liveness = seed % 5 ? 0 : 20;
		peers_configure(net, side, &site);
	}
}

static void test_rough(void **state)
{
	static struct ids ids;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct peers *net = peers_new(seed);

		ids.n = 0;
		net->tap = tap_ids;
		net->tap_ctx = &ids;
		net->loss = 1 + seed % 30;
		net->twice = seed % 11;
		net->reorder = seed % 40;
		configure_rough(net, seed);
		peers_run(net, 400000);
		net->loss = 0;
		net->twice = 0;
		net->reorder = 0;
		peers_must_be_quiet(net, 240000);
		/* And it stays so. */
		net->watch = true;
		peers_run(net, 400000);
		assert_int_equal(net->gaps, 0);
		peers_must_be_quiet(net, 120000);
		peers_free(net);
	}
}

/* Repeated and late datagrams alone do no harm at all. */
static void test_twice_and_late(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct peers *net = peers_new(seed);

		net->watch = true;
		net->twice = 50;
		net->reorder = 50;
		configure_rough(net, seed);
		peers_run(net, 400000);
		if (net->gaps) {
			peers_show(net);
			fail_msg("packets would have been lost from %llu on",
				 (unsigned long long)net->gap_at);
		}
		assert_int_equal(peers_logged(net, " error "), 0);
		peers_must_be_quiet(net, 120000);
		peers_free(net);
	}
}

static bool tap_alter(struct peers *net, int from, uint8_t *data, size_t n)
{
	(void)from;
	if (dice_percent(&net->dice, 20))
		data[dice_throw(&net->dice) % n] ^= 1 << dice_throw(&net->dice) % 8;
	return true;
}

static void test_altered(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS / 2; seed++) {
		struct peers *net = peers_new(seed);

		net->tap = tap_alter;
		configure_rough(net, seed);
		peers_run(net, 300000);
		net->tap = NULL;
		peers_must_be_quiet(net, 240000);
		peers_free(net);
	}
}

/* ---------------------------------------------------------------- repetition */

struct sendings {
	unsigned int n;
	ike_time at[32];
	size_t size;
	uint8_t first[4096];
	bool same;
};

static bool tap_sendings(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct sendings *s = &((struct sendings *)net->tap_ctx)[from];

	if (!s->n) {
		assert_true(n <= sizeof(s->first));
		memcpy(s->first, data, n);
		s->size = n;
		s->same = true;
	}
	if (s->n < 32)
		s->at[s->n] = net->now;
	s->n++;
	s->same &= n == s->size && !memcmp(data, s->first, n);
	return true;
}

static bool gave_up(struct peers *net)
{
	return peers_told(net, A, "ike-fail hq: peer 198.51.100.2:500 does not answer");
}

/* Sections 2.1 and 2.4: the same octets again, at growing intervals, until given up. */
static void test_repetition(void **state)
{
	static struct sendings s[2];
	struct peers *net = peers_new(1);

	(void)state;
	net->tap = tap_sendings;
	net->tap_ctx = s;
	net->peer[B].cut = true;
	peers_configure_both(net);
	assert_true(peers_until(net, gave_up, 200000));
	assert_int_equal(s[A].n, 5);
	assert_true(s[A].same);
	for (unsigned int i = 2; i < s[A].n; i++)
		assert_true(s[A].at[i] - s[A].at[i - 1] > s[A].at[i - 1] - s[A].at[i - 2]);
	assert_in_range(s[A].at[1] - s[A].at[0], 500, 1500);
	assert_in_range(net->now - s[A].at[0], 10000, 20000);
	assert_int_equal(peers_logged(net, "check that it is reachable"), 1);
	/* After a while another attempt, with another SPI. */
	peers_run(net, 5000);
	assert_true(s[A].n > 5);
	assert_false(s[A].same);
	net->tap = NULL;
	net->peer[B].cut = false;
	peers_must_be_quiet(net, 90000);
	peers_free(net);
}

static bool tap_mute(struct peers *net, int from, uint8_t *data, size_t n)
{
	tap_sendings(net, from, data, n);
	return from == A;
}

/* The responder speaks when it is spoken to, and says the same each time. */
static void test_repeated_response(void **state)
{
	static struct sendings s[2];
	struct peers *net = peers_new(2);

	(void)state;
	net->tap = tap_mute;
	net->tap_ctx = s;
	peers_configure_both(net);
	/* As long as the first attempt goes. */
	peers_run(net, 14000);
	assert_in_range(s[A].n, 4, 5);
	assert_int_equal(s[B].n, s[A].n);
	assert_true(s[B].same);
	peers_run(net, 600000);
	assert_in_range(s[A].n - s[B].n, 0, 1);
	net->tap = NULL;
	peers_must_be_quiet(net, 90000);
	peers_free(net);
}

/* IKE_SA_INIT passes, IKE_AUTH does not: port 4500 is blocked, or messages are too long. */
static bool tap_no_auth(struct peers *net, int from, uint8_t *data, size_t n)
{
	(void)net;
	(void)from;
	return n < 28 || data[18] != 35;
}

static void test_auth_lost(void **state)
{
	struct peers *net = peers_new(3);

	(void)state;
	net->tap = tap_no_auth;
	peers_configure_both(net);
	peers_run(net, 200000);
	assert_true(peers_logged(net, "answered IKE_SA_INIT but not IKE_AUTH") >= 1);
	net->tap = NULL;
	peers_must_be_quiet(net, 120000);
	peers_free(net);
}

/* ------------------------------------------------------------ life and death */

static void test_liveness(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.liveness = 10;
	net = peers_up(10, &a, &b);
	peers_run(net, 100000);
	/* Two messages to come up, then a question each ten seconds. */
	assert_in_range(net->peer[A].sent, 2 + 8, 2 + 11);
	assert_int_equal(net->peer[B].sent, net->peer[A].sent);
	assert_true(peers_quiet(net));
	peers_free(net);
}

static bool a_is_empty(struct peers *net)
{
	return !peers_ikes(net, A) && !kern_fake_count(net->peer[A].kern, true, NULL) &&
	       !kern_fake_count(net->peer[A].kern, false, NULL);
}

static void check_death(int dead_side, bool restart)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	a.liveness = 10;
	b.liveness = 10;
	net = peers_up(11, &a, &b);
	peers_past_early(net);
	net->peer[dead_side].cut = true;
	assert_true(peers_until(net, a_is_empty, 45000));
	assert_int_equal(peers_told(net, A, "does not answer any more"), 1);
	assert_int_equal(peers_told(net, A, "ike-down hq: peer"), 1);
	assert_int_equal(peers_told(net, A, "child-down hq/lan:net:"), 1);
	peers_run(net, 1000000);
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, NULL), 0);
	assert_true(strlen(peers_child(net, A, "net")->last_error) > 0);
	if (restart)
		peers_restart(net, dead_side, dead_side == A ? &a : &b);
	net->peer[dead_side].cut = false;
	peers_must_be_quiet(net, 130000);
	assert_string_equal(peers_child(net, A, "net")->last_error, "");
	peers_free(net);
}

static void test_death(void **state)
{
	(void)state;
	check_death(B, false);
	check_death(B, true);
	check_death(A, false);
	check_death(A, true);
}

/* What starts anew says so (INITIAL_CONTACT), which spares its peer the wait. */
static void test_restart(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_up(12, &a, &b);

	(void)state;
	peers_restart(net, A, &a);
	peers_must_be_quiet(net, 35000);
	b.passive = false;
	b.start = POLICY_START_ALWAYS;
	peers_configure(net, B, &b);
	peers_run(net, 1000);
	peers_must_be_quiet(net, 90000);
	peers_restart(net, B, &b);
	peers_must_be_quiet(net, 35000);
	peers_free(net);
}

/*
 * While it makes its SAs anew, one proxy-ID after the other, those from before carry
 * packets on; what it has no more use for goes in the end, without a word.
 */
static void test_restart_seamless(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	unsigned int sent;
	struct peers *net;

	(void)state;
	for (int side = A; side <= B; side++) {
		struct site *site = side == A ? &a : &b;

		for (unsigned int i = 1; i < 3; i++) {
			site->proxies[i] = site->proxies[0];
			site->proxies[i].name = i == 1 ? "two" : "three";
			site->proxies[i].local = side == A ? "10.3.0.0/16" : "10.4.0.0/16";
			site->proxies[i].remote = side == A ? "10.4.0.0/16" : "10.3.0.0/16";
		}
		site->n_proxies = 3;
	}
	a.proxies[2].local = b.proxies[2].remote = "10.5.0.0/16";
	net = peers_up(14, &a, &b);
	a.n_proxies = 2;
	peers_restart(net, A, &a);
	for (int ms = 0; ms < 35000; ms += 5) {
		peers_run(net, 5);
		assert_non_null(kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net"));
		assert_non_null(kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "two"));
		assert_non_null(kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "three"));
	}
	assert_true(peers_flows(net, B, "net") && peers_flows(net, A, "net"));
	assert_true(peers_flows(net, B, "two") && peers_flows(net, A, "two"));
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, "net"), 1);
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, "two"), 1);
	sent = net->peer[B].sent;
	peers_run(net, 60000);
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, "three"), 0);
	assert_int_equal(kern_fake_count(net->peer[B].kern, false, "three"), 0);
	assert_int_equal(net->peer[B].sent, sent);
	/* Again, with successors on their way when the next one comes. */
	peers_restart(net, A, &a);
	peers_run(net, 100);
	peers_restart(net, A, &a);
	peers_run(net, 35000);
	assert_true(peers_flows(net, B, "net") && peers_flows(net, B, "two"));
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, NULL), 2);
	/* What is cleared by hand or configured away goes at once. */
	peers_restart(net, A, &a);
	peers_run(net, 40);
	ike_core_clear_ipsec(net->peer[B].core, net->now, NULL);
	peers_settle(net, B);
	peers_run(net, 60000);
	assert_int_equal(kern_fake_count(net->peer[B].kern, false, NULL), 2);
	peers_free(net);
}

/* Who starts anew and then deletes its IKE SA has no use for what was before, either. */
static void test_restart_farewell(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	for (int side = A; side <= B; side++) {
		struct site *site = side == A ? &a : &b;

		site->proxies[1] = site->proxies[0];
		site->proxies[1].name = "two";
		site->proxies[1].local = side == A ? "10.3.0.0/16" : "10.4.0.0/16";
		site->proxies[1].remote = side == A ? "10.4.0.0/16" : "10.3.0.0/16";
		site->n_proxies = 2;
	}
	net = peers_up(15, &a, &b);
	a.n_proxies = 1;
	peers_restart(net, A, &a);
	peers_run(net, 2000);
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, "two"), 1);
	ike_core_clear_ike(net->peer[A].core, net->now, NULL);
	peers_settle(net, A);
	peers_run(net, 2000);
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, "two"), 0);
	assert_int_equal(kern_fake_count(net->peer[B].kern, false, "two"), 0);
	peers_free(net);
}

/* One that restarts and waits is found dead by the other's question. */
static void test_restart_unnoticed(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.liveness = 10;
	net = peers_up(13, &a, &b);
	peers_restart(net, B, &b);
	peers_must_be_quiet(net, 60000);
	peers_free(net);
}

/* -------------------------------------------------------------- both at once */

static void test_both_start(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS / 2; seed++) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net = peers_new(seed);

		b.passive = false;
		b.start = POLICY_START_ALWAYS;
		net->watch = true;
		net->reorder = seed % 4 ? 0 : 70;
		peers_configure(net, A, &a);
		/* Before the first message of A is there. */
		peers_run(net, seed % 10);
		peers_configure(net, B, &b);
		peers_run(net, 60000);
		if (net->gaps || !peers_quiet(net)) {
			peers_show(net);
			fail_msg("seed %u: %u gaps", (unsigned int)seed, net->gaps);
		}
		if (peers_logged(net, " error ")) {
			peers_show(net);
			fail_msg("seed %u: an error", (unsigned int)seed);
		}
		peers_free(net);
	}
}

/* For some seconds only IKE SAs come up, and no children but those in IKE_AUTH. */
static bool tap_no_create(struct peers *net, int from, uint8_t *data, size_t n)
{
	const ike_time *until = net->tap_ctx;

	(void)from;
	return n < 28 || data[18] != 36 || net->now > *until;
}

/* Each end begins with another proxy-ID: the one of the loser has to move first. */
static void test_both_start_differently(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS / 8; seed++) {
		struct peers *net = peers_new(seed);
		ike_time until = net->now + 5000;

		net->tap = tap_no_create;
		net->tap_ctx = &until;
		for (int side = A; side <= B; side++) {
			struct site site = peers_site(side);

			site.passive = false;
			site.start = POLICY_START_ALWAYS;
			site.n_proxies = 2;
			site.proxies[side] = three[side][0];
			site.proxies[!side] = three[side][1];
			peers_configure(net, side, &site);
		}
		net->watch = true;
		peers_run(net, 60000);
		if (net->gaps || !net->flowed) {
			peers_show(net);
			fail_msg("seed %u: %u gaps", (unsigned int)seed, net->gaps);
		}
		peers_must_be_quiet(net, 1);
		peers_free(net);
	}
}

/* Packets at both ends ask for it. */
static void test_both_acquire(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS / 4; seed++) {
		struct peers *net = peers_new(seed);

		for (int side = A; side <= B; side++) {
			struct site site = peers_site(side);

			site.passive = false;
			site.start = POLICY_START_ON_DEMAND;
			peers_configure(net, side, &site);
		}
		for (int side = A; side <= B; side++) {
			ike_core_acquire(net->peer[side].core, net->now, PEERS_IFNAME, "net", NULL);
			peers_settle(net, side);
			peers_run(net, seed % 45);
		}
		peers_run(net, 60000);
		peers_must_be_quiet(net, 60000);
		assert_int_equal(peers_logged(net, " error "), 0);
		peers_free(net);
	}
}

/* ----------------------------------------------------------------------- NAT */

static struct peers *behind_nat(uint64_t seed, bool traversal)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(seed);

	net->nat = (struct nat){ .on = true, .outside = "203.0.113.7", .shift = 40000 };
	a.nat_traversal = traversal;
	b.nat_traversal = traversal;
	a.liveness = 30;
	b.peer = NULL;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	return net;
}

/* As often as configured, and a shorter interval does not wait for the end of a long one. */
static void test_keepalive_interval(void **state)
{
	struct peers *net = behind_nat(21, true);
	struct site a = peers_site(A);

	(void)state;
	a.keepalive = 3600;
	peers_configure(net, A, &a);
	peers_run(net, 7000);
	net->peer[A].keepalives = 0;
	peers_run(net, 3599000);
	assert_in_range(net->peer[A].keepalives, 0, 1);
	peers_run(net, 3600000);
	assert_in_range(net->peer[A].keepalives, 1, 2);
	a.keepalive = 10;
	peers_configure(net, A, &a);
	net->peer[A].keepalives = 0;
	peers_run(net, 100500);
	assert_int_equal(net->peer[A].keepalives, 10);
	peers_free(net);
}

static void test_nat(void **state)
{
	struct peers *net = behind_nat(20, true);
	const struct ike_sa_spec *out;

	(void)state;
	peers_must_be_quiet(net, 2000);
	assert_true(peers_ike(net, A)->nat_local);
	assert_false(peers_ike(net, A)->nat_remote);
	assert_true(peers_ike(net, B)->nat_remote);
	assert_int_equal(peers_ike(net, A)->local.port, IKE_NATT_PORT);
	assert_int_equal(peers_ike(net, B)->remote.port, IKE_NATT_PORT + 40000);
	out = kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net");
	assert_true(out->udp_encap);
	assert_int_equal(out->remote.port, IKE_NATT_PORT + 40000);
	peers_run(net, 200000);
	/* RFC 3948 section 4: by whom the translator is in front of. */
	assert_in_range(net->peer[A].keepalives, 8, 11);
	assert_int_equal(net->peer[B].keepalives, 0);
	peers_must_be_quiet(net, 1);
	peers_free(net);
}

/* Each end sends by its own, from the first message on; a reload sets another. */
static void test_dscp(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(22);

	(void)state;
	a.dscp = 48;
	b.dscp = 10;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_compute(net);
	assert_int_equal(net->peer[A].dscp, 48);
	peers_must_be_quiet(net, 5000);
	assert_int_equal(net->peer[A].dscp, 48);
	assert_int_equal(net->peer[B].dscp, 10);
	a.dscp = 0;
	peers_configure(net, A, &a);
	peers_past_early(net);
	assert_int_equal(net->peer[A].dscp, 0);
	assert_int_equal(peers_told(net, A, "ike-up"), 1);
	peers_finish(net);
}

static bool b_follows(struct peers *net)
{
	const struct ike_sa_spec *out = kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net");

	return out && out->remote.port == IKE_NATT_PORT + net->nat.shift && peers_quiet(net);
}

/* The last INFORMATIONAL request that A sent. */
struct recorded {
	size_t n;
	uint8_t data[2048];
};

static bool tap_record(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct recorded *last = net->tap_ctx;

	if (from == A && n >= 28 && n <= sizeof(last->data) && data[18] == 37 &&
	    !(data[19] & 0x20)) {
		memcpy(last->data, data, n);
		last->n = n;
	}
	return true;
}

static bool recorded_request(struct peers *net)
{
	return ((struct recorded *)net->tap_ctx)->n;
}

/* The translator forgets, and makes another port of it. */
static void test_nat_moves(void **state)
{
	struct peers *net = behind_nat(21, true);
	const struct ike_sa_spec *out;
	uint32_t spi;

	(void)state;
	peers_must_be_quiet(net, 2000);
	peers_past_early(net);
	spi = kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net")->spi;
	net->nat.shift = 41000;
	peers_run(net, 1000);
	assert_false(b_follows(net));
	assert_true(peers_until(net, b_follows, 60000));
	assert_int_equal(peers_told(net, A, "ike-down"), 0);
	net->nat.outside = "203.0.113.99";
	net->nat.shift = 42000;
	assert_true(peers_until(net, b_follows, 60000));
	/* It is the same SA, and the in-SA has the new path, too. */
	out = kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net");
	assert_int_equal(out->spi, spi);
	assert_true(endpoint_equal(&kern_fake_in(net->peer[B].kern,
						 peers_child(net, B, "net")->spi_in)->remote,
				   &out->remote));
	assert_int_equal(kern_fake_added(net->peer[B].kern), 4);
	peers_free(net);
}

/* An address in a message that is not authentic, or that came before, is none. */
static void test_nat_forged(void **state)
{
	struct endpoint local = { .port = IKE_NATT_PORT }, elsewhere = { .port = 1234 };
	struct peers *net = behind_nat(22, true);
	struct recorded last = { .n = 0 };
	uint16_t port;

	(void)state;
	net->tap = tap_record;
	net->tap_ctx = &last;
	peers_must_be_quiet(net, 2000);
	/* A asks whether B lives: a request that B takes, and knows again. */
	assert_true(peers_until(net, recorded_request, 60000));
	peers_run(net, 1000);
	assert_int_equal(addr_parse(peers_site(B).local, &local.addr), 0);
	assert_int_equal(addr_parse("203.0.113.200", &elsewhere.addr), 0);
	port = kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net")->remote.port;
	peers_inject(net, B, &local, &elsewhere, bytes_of(last.data, last.n));
	last.data[last.n - 1] ^= 1;
	put_be32(last.data + 20, get_be32(last.data + 20) + 1);
	peers_inject(net, B, &local, &elsewhere, bytes_of(last.data, last.n));
	peers_run(net, 1000);
	assert_int_equal(kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net")->remote.port, port);
	assert_int_equal(peers_logged(net, "moved behind"), 0);
	peers_free(net);
}

/* B's kernel had authentic ESP in UDP from that address and port. */
static void esp_from(struct peers *net, const char *from, uint16_t port)
{
	struct endpoint local = { .port = IKE_NATT_PORT }, remote = { .port = port };

	assert_int_equal(addr_parse(peers_site(B).local, &local.addr), 0);
	assert_int_equal(addr_parse(from, &remote.addr), 0);
	ike_core_moved(net->peer[B].core, net->now,
		       kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net")->token, &local,
		       &remote);
	peers_settle(net, B);
}

/* ESP tells sooner than the next message of IKE. */
static void test_nat_esp(void **state)
{
	struct peers *net = behind_nat(24, true);
	struct endpoint remote;

	(void)state;
	peers_must_be_quiet(net, 2000);
	esp_from(net, "203.0.113.7", IKE_NATT_PORT + 40000);
	assert_int_equal(peers_told(net, B, "moved behind"), 0);
	net->nat.shift = 41000;
	esp_from(net, "203.0.113.7", IKE_NATT_PORT + 41000);
	assert_true(b_follows(net));
	assert_int_equal(peers_told(net, B, "moved behind"), 1);
	remote = peers_ike(net, B)->remote;
	assert_int_equal(remote.port, IKE_NATT_PORT + 41000);
	/* Another of its SAs says the same. */
	esp_from(net, "203.0.113.7", IKE_NATT_PORT + 41000);
	esp_from(net, "2001:db8::1", IKE_NATT_PORT);
	assert_int_equal(peers_told(net, B, "moved behind"), 1);
	/* What B asks from now on gets through. */
	peers_run(net, 100000);
	peers_must_be_quiet(net, 1);
	peers_free(net);
}

/* A peer that nothing translates stays where it says that it is. */
static void test_esp_without_nat(void **state)
{
	struct peers *net = peers_new(25);

	(void)state;
	peers_configure_both(net);
	peers_must_be_quiet(net, 2000);
	esp_from(net, "203.0.113.7", IKE_NATT_PORT);
	assert_int_equal(peers_told(net, B, "moved behind"), 0);
	ike_core_moved(net->peer[B].core, net->now, 12345, &(struct endpoint){ .port = 1 },
		       &(struct endpoint){ .port = 1 });
	peers_must_be_quiet(net, 1000);
	peers_free(net);
}

static void test_nat_rough(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS / 4; seed++) {
		struct peers *net = behind_nat(seed, true);

		net->loss = seed % 25;
		net->reorder = seed % 40;
		peers_run(net, 100000);
		net->nat.shift += 100;
		peers_run(net, 100000);
		net->loss = 0;
		net->reorder = 0;
		peers_run(net, 100000);
		peers_must_be_quiet(net, 200000);
		peers_free(net);
	}
}

static void test_nat_rekey(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(22);

	(void)state;
	net->nat = (struct nat){ .on = true, .outside = "203.0.113.7", .shift = 40000 };
	net->watch = true;
	b.peer = NULL;
	a.ike_life = 300;
	b.ike_life = 310;
	a.child_life = 200;
	b.child_life = 200;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 3600000);
	assert_int_equal(net->gaps, 0);
	assert_true(peers_ike(net, A)->nat_local);
	assert_true(peers_ike(net, B)->nat_remote);
	assert_true(kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net")->udp_encap);
	peers_must_be_quiet(net, 30000);
	peers_free(net);
}

/* The translator takes another port just as A deletes the IKE SA that it has rekeyed. */
static bool tap_move_at_delete(struct peers *net, int from, uint8_t *data, size_t n)
{
	bool *moved = net->tap_ctx;

	if (!*moved && from == A && n >= 28 && data[18] == 37 && !(data[19] & 0x20)) {
		*moved = true;
		net->nat.shift += 1000;
	}
	return true;
}

static void test_nat_moves_at_rekey(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(24);
	bool moved = false;

	(void)state;
	net->nat = (struct nat){ .on = true, .outside = "203.0.113.7", .shift = 40000 };
	net->tap = tap_move_at_delete;
	net->tap_ctx = &moved;
	b.peer = NULL;
	a.ike_life = 300;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_must_be_quiet(net, 2000);
	peers_run(net, 290000);
	assert_int_equal(peers_logged(net, "IKE SA is rekeyed"), 2);
	assert_true(moved);
	/* Its last word on the old SA tells where the new one is, and the children. */
	assert_int_equal(peers_ike(net, B)->remote.port, IKE_NATT_PORT + 41000);
	assert_true(b_follows(net));
	peers_free(net);
}

/* Not wanted: nobody floats. */
static void test_no_nat_traversal(void **state)
{
	struct peers *net = behind_nat(23, false);

	(void)state;
	peers_must_be_quiet(net, 2000);
	assert_false(peers_ike(net, A)->nat_local);
	assert_int_equal(peers_ike(net, A)->local.port, IKE_PORT);
	assert_false(kern_fake_out(net->peer[A].kern, PEERS_IFNAME, "net")->udp_encap);
	peers_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rough),
		cmocka_unit_test(test_twice_and_late),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_repetition),
		cmocka_unit_test(test_repeated_response),
		cmocka_unit_test(test_auth_lost),
		cmocka_unit_test(test_liveness),
		cmocka_unit_test(test_death),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_restart_seamless),
		cmocka_unit_test(test_restart_farewell),
		cmocka_unit_test(test_restart_unnoticed),
		cmocka_unit_test(test_both_start),
		cmocka_unit_test(test_both_start_differently),
		cmocka_unit_test(test_both_acquire),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_keepalive_interval),
		cmocka_unit_test(test_nat_esp),
		cmocka_unit_test(test_esp_without_nat),
		cmocka_unit_test(test_nat_moves),
		cmocka_unit_test(test_nat_forged),
		cmocka_unit_test(test_nat_rough),
		cmocka_unit_test(test_dscp),
		cmocka_unit_test(test_nat_rekey),
		cmocka_unit_test(test_nat_moves_at_rekey),
		cmocka_unit_test(test_no_nat_traversal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
