// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A gateway is configured anew, at both ends some time apart: what stands carries packets
 * until its successor does, and no packet is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/peers.h"
#include "wire/ike_hdr.h"

#define SEEDS		40
#define EXCHANGE_AT	18	/* offsets in a header */
#define FLAGS_AT	19
#define MESSAGE_ID_AT	20
#define RESPONSE	0x20
#define CREATE_CHILD	36
#define NEW_KEY		"changed-since-9876543210"

#define STARTED_ANEW	"peer started anew"

/* The pair that most tests begin with: both ends begin, and watch each other. */
static struct site site_of(int side)
{
	struct site site = peers_site(side);

	site.passive = false;
	site.start = POLICY_START_ALWAYS;
	site.liveness = 5;
	return site;
}

static struct peers *up(uint64_t seed)
{
	struct site a = site_of(A), b = site_of(B);
	struct peers *net = peers_up(seed, &a, &b);

	net->watch = true;
	net->second[A] = "192.0.2.77";
	peers_run(net, 20000);
	return net;
}

static void assert_no_gap(struct peers *net)
{
	if (!net->gaps)
		return;
	peers_show(net);
	fail_msg("packets would have been lost from %llu on", (unsigned long long)net->gap_at);
}

/* How @site differs afterwards, from the same end before. */
typedef void (*change)(struct site *site);

static void new_key(struct site *site)
{
	site->psk = NEW_KEY;
}

static void reload(struct peers *net, int side, change change)
{
	struct site site = site_of(side);

	if (change)
		change(&site);
	peers_configure(net, side, &site);
}

/* ------------------------------------------------------- both ends change */

static void configure_both(struct peers *net, const struct site site[2], int first, ike_time apart)
{
	peers_configure(net, first, &site[first]);
	peers_run(net, apart);
	peers_configure(net, !first, &site[!first]);
	peers_run(net, 90000);
}

static void both_change(change change, ike_time apart)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct peers *net = up(seed);
		int first = (int)(seed % 2);
		struct ike_sa_info old = *peers_ike(net, A);
		unsigned int anew = peers_logged(net, STARTED_ANEW);

		reload(net, first, change);
		peers_run(net, apart);
		reload(net, !first, change);
		peers_run(net, 90000);
		assert_memory_not_equal(peers_ike(net, A)->spi_i, old.spi_i, sizeof(old.spi_i));
		/* INITIAL_CONTACT would end what stands (RFC 7296 section 2.4). */
		assert_int_equal(peers_logged(net, STARTED_ANEW), anew);
		assert_no_gap(net);
		peers_finish(net);
	}
}

static void test_key(void **state)
{
	static const ike_time apart[] = { 0, 10, 20, 40, 1000, 3000, 30000 };

	(void)state;
	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++)
		both_change(new_key, apart[i]);
}

/* Nothing of what the two could agree to before. */
static void new_proposals(struct site *site)
{
	site->ike = peers_props(PROP_IKE, "aes-256-cbc", "sha384", "group20");
}

static void new_identities(struct site *site)
{
	if (!strcmp(site->local_id, "a.example"))
		site->local_id = "c.example";
	else
		site->peer_id = "c.example";
}

/* To begin with a key exchange of its own, A has another address, or knows of B's. */
static void new_address(struct site *site)
{
	if (!strcmp(site->local_id, "a.example"))
		site->local = "192.0.2.77";
	else
		site->peer = "192.0.2.77";
}

static void all_at_once(struct site *site)
{
	new_key(site);
	new_proposals(site);
	new_address(site);
	site->esp = peers_props(PROP_ESP, "aes-128-cbc", "sha384", "group20");
	site->liveness = 7;
	site->ike_life = 600;
	site->child_life = 300;
}

static void test_everything(void **state)
{
	static const change changes[] = {
		new_proposals, new_identities, new_address, all_at_once,
	};
	static const ike_time apart[] = { 0, 3000, 30000 };

	(void)state;
	for (size_t c = 0; c < sizeof(changes) / sizeof(changes[0]); c++) {
		for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++)
			both_change(changes[c], apart[i]);
	}
}

/* Several proxy-IDs, of which each needs a successor, whoever begins. */
static void four_proxies(struct site *site, enum policy_start start)
{
	static const struct site_proxy proxies[2][4] = { {
		{ "p1", "10.1.0.0/24", "10.2.0.0/24" }, { "p2", "10.1.1.0/24", "10.2.1.0/24" },
		{ "p3", "10.1.2.0/24", "10.2.2.0/24" }, { "p4", "10.1.3.0/24", "10.2.3.0/24" },
	}, {
		{ "p1", "10.2.0.0/24", "10.1.0.0/24" }, { "p2", "10.2.1.0/24", "10.1.1.0/24" },
		{ "p3", "10.2.2.0/24", "10.1.2.0/24" }, { "p4", "10.2.3.0/24", "10.1.3.0/24" },
	} };

	site->n_proxies = 4;
	memcpy(site->proxies, proxies[strcmp(site->local_id, "a.example") != 0],
	       sizeof(proxies[0]));
	site->start = start;
}

static void acquire_all(struct peers *net, int side)
{
	static const char *const names[] = { "p1", "p2", "p3", "p4" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ike_core_acquire(net->peer[side].core, net->now, PEERS_IFNAME, names[i], NULL);
		peers_settle(net, side);
	}
}

/* A's tunnel begins on demand, or waits, as B's does: what carries packets goes on. */
static void test_proxies(void **state)
{
	static const enum policy_start starts[] = {
		POLICY_START_ALWAYS, POLICY_START_ON_DEMAND, POLICY_START_PASSIVE,
	};

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		enum policy_start start = starts[seed % 3];
		struct site site[2] = { [A] = site_of(A), [B] = site_of(B) };
		struct peers *net = peers_new(seed);

		four_proxies(&site[A], start == POLICY_START_PASSIVE ? POLICY_START_ALWAYS : start);
		four_proxies(&site[B], POLICY_START_PASSIVE);
		peers_configure(net, B, &site[B]);
		peers_configure(net, A, &site[A]);
		acquire_all(net, A);
		peers_must_be_quiet(net, 30000);
		net->watch = true;
		peers_run(net, 20000);
		site[A].start = start;
		new_key(&site[A]);
		new_key(&site[B]);
		configure_both(net, site, (int)(seed / 3 % 2), 3000);
		assert_no_gap(net);
		peers_finish(net);
	}
}

/* As many proxy-IDs as there can be, numbered in the third octet. */
static void many_proxies(struct site *site, bool from_a)
{
	static char text[SITE_PROXIES][3][16];

	site->n_proxies = SITE_PROXIES;
	for (unsigned int i = 0; i < SITE_PROXIES; i++) {
		snprintf(text[i][0], sizeof(text[i][0]), "p%u", i);
		snprintf(text[i][1], sizeof(text[i][1]), "10.1.%u.0/24", i);
		snprintf(text[i][2], sizeof(text[i][2]), "10.2.%u.0/24", i);
		site->proxies[i].name = text[i][0];
		site->proxies[i].local = text[i][from_a ? 1 : 2];
		site->proxies[i].remote = text[i][from_a ? 2 : 1];
	}
}

#define REQUESTS_MOST	4096

/* A request for an SA, and how often it was sent. */
struct request {
	uint8_t spi_i[IKE_SPI_LEN], id[4];
	int from;
	unsigned int sends;
};

struct requests {
	unsigned int lost;		/* so many of each */
	unsigned int n;
	struct request of[REQUESTS_MOST];
};

static struct request *request_of(struct requests *all, int from, const uint8_t *data)
{
	struct request *r;

	for (unsigned int i = all->n; i-- > 0;) {
		r = &all->of[i];
		if (r->from == from && !memcmp(r->spi_i, data, IKE_SPI_LEN) &&
		    !memcmp(r->id, data + MESSAGE_ID_AT, sizeof(r->id)))
			return r;
	}
	assert_true(all->n < REQUESTS_MOST);
	r = &all->of[all->n++];
	r->from = from;
	r->sends = 0;
	memcpy(r->spi_i, data, IKE_SPI_LEN);
	memcpy(r->id, data + MESSAGE_ID_AT, sizeof(r->id));
	return r;
}

/* Of each request for an SA the first few repetitions get lost. */
static bool tap_slow_sas(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct requests *all = net->tap_ctx;

	if (n < 28 || data[EXCHANGE_AT] != CREATE_CHILD || data[FLAGS_AT] & RESPONSE)
		return true;
	return ++request_of(all, from, data)->sends > all->lost;
}

/* Successors that take long are waited for, at the end that begins and at one that waits. */
static void test_slow_successors(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS / 4; seed++) {
		struct site a = site_of(A), b = site_of(B);
		struct peers *net = peers_new(seed);
		static struct requests requests;
		int first = (int)(seed / 2 % 2);

		many_proxies(&a, true);
		many_proxies(&b, false);
		b.passive = seed % 2;
		b.start = b.passive ? POLICY_START_PASSIVE : POLICY_START_ALWAYS;
		peers_configure(net, B, &b);
		peers_configure(net, A, &a);
		peers_must_be_quiet(net, 30000);
		net->watch = true;
		peers_run(net, 20000);
		new_key(&a);
		new_key(&b);
		net->tap = tap_slow_sas;
		requests.n = 0;
		requests.lost = 2;
		net->tap_ctx = &requests;
		peers_configure(net, first, first == A ? &a : &b);
		peers_configure(net, !first, first == A ? &b : &a);
		peers_run(net, 150000);
		assert_no_gap(net);
		peers_finish(net);
	}
}

/*
 * A peer that is slow to answer some requests may be alive: once that has shown, it is doubted
 * later, and not another IKE SA made with each of them.
 */
static void test_slow_answers(void **state)
{
	static struct requests requests = { .lost = 3 };
	struct site a = site_of(A), b = site_of(B);
	struct peers *net = peers_new(1);

	(void)state;
	many_proxies(&a, true);
	many_proxies(&b, false);
	b.passive = true;
	b.start = POLICY_START_PASSIVE;
	net->tap = tap_slow_sas;
	net->tap_ctx = &requests;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 300000);
	assert_true(peers_all_flow(net));
	assert_in_range(peers_told(net, A, "ike-up"), 1, 4);
	net->tap = NULL;
	peers_finish(net);
}

static void rekey_child(struct peers *net)
{
	assert_int_equal(kern_fake_expire(net->peer[A].kern, peers_token(net, A), false, false), 0);
}

/* A peer that does not say which IKE SAs it lacks, as many do not. */
static bool tap_mute(struct peers *net, int from, uint8_t *data, size_t n)
{
	(void)net;
	return from != B || n < 28 || data[16] != IKE_PL_NOTIFY;
}

/* B has lost its SAs, and waits for A, who takes @least to @most ms from a request on. */
static void assert_found(struct peers *net, const struct site *b, ike_time least, ike_time most)
{
	ike_time since = net->now;

	net->tap = tap_mute;
	peers_restart(net, B, b);
	rekey_child(net);
	assert_true(peers_until(net, peers_all_flow, most));
	assert_in_range(net->now - since, least, most);
	peers_run(net, 60000);
}

/* Though doubts were wrong before, a peer that has lost its SAs is found in time. */
static void test_lost_after_slow_answers(void **state)
{
	static struct requests requests = { .lost = 4 };
	struct site a = site_of(A), b = site_of(B);
	struct peers *net;
	unsigned int ups;

	(void)state;
	b.passive = true;
	b.start = POLICY_START_PASSIVE;
	net = peers_up(1, &a, &b);
	peers_past_early(net);
	assert_found(net, &b, 2000, 4000);
	net->tap = tap_slow_sas;
	net->tap_ctx = &requests;
	for (int i = 0; i < 6; i++) {
		ups = peers_told(net, A, "ike-up");
		rekey_child(net);
		peers_run(net, 40000);
	}
	/* There is no doubt any more. */
	assert_int_equal(peers_told(net, A, "ike-up"), ups);
	net->tap = NULL;
	assert_found(net, &b, 10000, 20000);
	peers_run(net, 300000);
	assert_found(net, &b, 2000, 4000);
	peers_finish(net);
}

/* Those that the peer refuses are not waited for much longer than they take to be refused. */
static void test_refused_successors(void **state)
{
	struct site a = site_of(A), b = site_of(B);
	struct peers *net = up(1);
	unsigned int ups = peers_told(net, A, "ike-up");

	(void)state;
	new_key(&a);
	new_key(&b);
	b.esp = peers_props(PROP_ESP, "aes-128-cbc", "sha256", "group31");
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 10000);
	assert_int_not_equal(peers_told(net, A, "ike-up"), ups);
	assert_no_gap(net);
	peers_run(net, 30000);
	assert_false(peers_flows(net, A, "net"));
	assert_int_equal(peers_ikes(net, A), 1);
	peers_free(net);
}

/* Who waits for its peer to begin waits for the successor, too. */
static void test_passive(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct site site[2] = { [A] = peers_site(A), [B] = peers_site(B) };
		struct peers *net = peers_up(seed, &site[A], &site[B]);

		net->watch = true;
		peers_run(net, 20000);
		new_key(&site[A]);
		new_key(&site[B]);
		configure_both(net, site, (int)(seed % 2), 30000);
		assert_int_equal(peers_ike(net, B)->initiator, false);
		assert_no_gap(net);
		peers_finish(net);
	}
}

/* Before the first change has come to anything there is another one, at any moment. */
static void test_twice(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3 * SEEDS; seed++) {
		struct dice dice = { .state = seed };
		struct peers *net = up(seed);

		for (int i = 0; i < 6; i++) {
			struct site site = site_of((int)(dice_throw(&dice) % 2));

			if (dice_percent(&dice, 50))
				new_key(&site);
			if (dice_percent(&dice, 30))
				new_proposals(&site);
			peers_configure(net, strcmp(site.local_id, "a.example") != 0, &site);
			peers_run(net, dice_throw(&dice) % (dice_percent(&dice, 50) ? 60 : 9000));
		}
		reload(net, A, new_key);
		reload(net, B, new_key);
		peers_run(net, 150000);
		assert_no_gap(net);
		peers_finish(net);
	}
}

/* ----------------------------------------------------- one end changes */

/* The change is taken back: all is as it was, and nothing more is tried. */
static void test_back(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct peers *net = up(seed);
		struct ike_sa_info old = *peers_ike(net, A);
		unsigned int sent;

		reload(net, A, new_key);
		peers_run(net, seed * 500);
		reload(net, A, NULL);
		peers_run(net, 30000);
		assert_memory_equal(peers_ike(net, A)->spi_i, old.spi_i, sizeof(old.spi_i));
		sent = peers_told(net, A, "ike-fail");
		peers_run(net, 300000);
		assert_int_equal(peers_told(net, A, "ike-fail"), sent);
		assert_no_gap(net);
		peers_finish(net);
	}
}

/*
 * The peer keeps the key: what stands does so to the end of the IKE SA's life, which a rekey by
 * the peer does not lengthen; children are rekeyed; attempts become rare, and lines rarer.
 */
static void test_refused(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct site a = site_of(A), b = site_of(B);
		struct peers *net;

		a.ike_life = 7200;
		a.child_life = 600;
		b.ike_life = seed % 2 ? 28800 : 1500;
		net = peers_up(seed, &a, &b);
		net->watch = true;
		new_key(&a);
		peers_configure(net, A, &a);
		peers_run(net, 7000000);
		assert_no_gap(net);
		assert_in_range(peers_told(net, A, "ike-fail"), 60, 7200 / 40);
		assert_in_range(peers_logged(net, "error gateway hq: peer 198.51.100.2 refused"), 1,
				7200 / 60);
		net->watch = false;
		peers_run(net, 400000);
		assert_false(peers_all_flow(net));
		assert_int_equal(peers_ikes(net, A), 0);
		new_key(&b);
		peers_configure(net, B, &b);
		peers_finish(net);
	}
}

/* A is at a new address that B does not answer: the old one carries packets meanwhile. */
static void test_unanswered(void **state)
{
	struct peers *net = up(1);

	(void)state;
	net->second[A] = NULL;
	reload(net, A, new_address);
	peers_run(net, 600000);
	assert_no_gap(net);
	assert_string_equal(peers_child(net, A, "net")->state, "active");
	net->second[A] = "192.0.2.77";
	reload(net, B, new_address);
	peers_finish(net);
}

/* What the peer has no part in takes effect where it is; a life by a rekey. */
static void test_in_place(void **state)
{
	struct site a = site_of(A);
	struct peers *net = up(1);
	struct ike_sa_info old = *peers_ike(net, A);

	(void)state;
	a.passive = true;
	a.liveness = 60;
	peers_configure(net, A, &a);
	peers_run(net, 30000);
	assert_memory_equal(peers_ike(net, A)->spi_i, old.spi_i, sizeof(old.spi_i));
	a.ike_life = 30;
	peers_configure(net, A, &a);
	peers_run(net, 20000);
	assert_int_equal(peers_told(net, A, "IKE SA is rekeyed"), 1);
	assert_int_equal(peers_told(net, A, "ike-down"), 0);
	a.ike_life = 28800;
	peers_configure(net, A, &a);
	assert_in_range(peers_ike(net, A)->life_seconds, 28700, 28800);
	assert_no_gap(net);
	peers_finish(net);
}

/* ESP in UDP with a checksum needs SAs of its own, which a rekey makes. */
static void test_checksum(void **state)
{
	struct site a = site_of(A), b = site_of(B);
	struct peers *net = peers_new(1);

	(void)state;
	net->nat = (struct nat){ .on = true, .outside = "203.0.113.9", .shift = 1000 };
	b.peer = NULL;
	b.passive = true;
	b.start = POLICY_START_PASSIVE;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_must_be_quiet(net, 30000);
	net->watch = true;
	/* The first rekey, which comes anyway, is over. */
	peers_run(net, 20000);
	assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 1);
	a.udp_csum = true;
	peers_configure(net, A, &a);
	peers_run(net, 20000);
	assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 2);
	assert_true(kern_fake_out(net->peer[A].kern, PEERS_IFNAME, "net")->udp_csum);
	assert_no_gap(net);
	peers_finish(net);
}

/* What failed with one configuration is tried at once with another, whatever pause there was. */
static void test_tried_at_once(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct site b = peers_site(B);
		struct peers *net = peers_new(seed);

		peers_configure(net, B, &b);
		reload(net, A, new_key);
		peers_run(net, 1000000);
		assert_int_equal(peers_ikes(net, A), 0);
		assert_true(peers_told(net, A, "ike-fail") > 3);
		reload(net, A, NULL);
		peers_run(net, 1000);
		assert_int_equal(peers_ikes(net, A), 1);
		peers_finish(net);
	}
}

/* What is no longer configured is deleted, at the peer too. */
static void test_removed(void **state)
{
	struct peers *net = up(1);
	unsigned int before = peers_told(net, B, "peer deleted the IKE SA");

	(void)state;
	net->watch = false;
	peers_set_policy(net, A, calloc(1, sizeof(struct policy)));
	peers_settle(net, A);
	peers_run(net, 1000);
	assert_int_equal(peers_told(net, B, "peer deleted the IKE SA"), before + 1);
	assert_int_equal(peers_ikes(net, B), 0);
	assert_int_equal(kern_fake_count(net->peer[A].kern, true, NULL), 0);
	reload(net, A, NULL);
	peers_finish(net);
}

/* The gateway stays as it is, but has no tunnel any more. */
static void remove_tunnels(struct peers *net, int side)
{
	struct site site = site_of(side);
	struct policy *policy = peers_policy(&site);

	free(policy->gateways[0].tunnels[0].proxies);
	policy->gateways[0].n_tunnels = 0;
	peers_set_policy(net, side, policy);
	peers_settle(net, side);
}

/* With no tunnel to serve the IKE SA goes, and comes back with the tunnel. */
static void test_tunnels_removed(void **state)
{
	struct peers *net = up(1);
	unsigned int before = peers_told(net, B, "peer deleted the IKE SA");

	(void)state;
	net->watch = false;
	remove_tunnels(net, A);
	peers_run(net, 500);
	assert_int_equal(peers_told(net, B, "peer deleted the IKE SA"), before + 1);
	assert_int_equal(peers_told(net, A, "no tunnel is left"), 1);
	assert_int_equal(peers_ikes(net, A), 0);
	assert_int_equal(kern_fake_count(net->peer[A].kern, true, NULL), 0);
	reload(net, A, NULL);
	peers_finish(net);
}

/*
 * A peer that always wants a child goes on asking the gateway that has no tunnels for one: once a
 * minute, on one IKE SA, and the log has a line of it now and then.
 */
static void test_asked_without_tunnels(void **state)
{
	struct peers *net = up(1);
	unsigned int ups, errors;
	uint64_t attempts;

	(void)state;
	net->watch = false;
	remove_tunnels(net, A);
	peers_run(net, 300000);
	assert_int_equal(peers_ikes(net, A), 1);
	assert_int_equal(peers_ikes(net, B), 1);
	assert_true(peers_logged(net, "no tunnel uses this gateway") > 0);
	ups = peers_told(net, B, "ike-up");
	errors = peers_logged(net, " error ");
	attempts = peers_child(net, B, "net")->counts.attempts;
	peers_run(net, 3600000);
	assert_int_equal(peers_told(net, B, "ike-up"), ups);
	assert_in_range(peers_child(net, B, "net")->counts.attempts - attempts, 60, 80);
	assert_in_range(peers_logged(net, " error ") - errors, 2, 2 * 60);
	reload(net, A, NULL);
	peers_finish(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_proxies),
		cmocka_unit_test(test_slow_successors),
		cmocka_unit_test(test_slow_answers),
		cmocka_unit_test(test_lost_after_slow_answers),
		cmocka_unit_test(test_refused_successors),
		cmocka_unit_test(test_passive),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_back),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_unanswered),
		cmocka_unit_test(test_in_place),
		cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_tried_at_once),
		cmocka_unit_test(test_removed),
		cmocka_unit_test(test_tunnels_removed),
		cmocka_unit_test(test_asked_without_tunnels),
	};

	return cmocka_run_group_tests_name("two peers, reload", tests, NULL, NULL);
}
