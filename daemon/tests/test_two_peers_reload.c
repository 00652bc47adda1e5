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

#define SEEDS	40
#define NEW_KEY	"changed-since-9876543210"

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

static void both_change(change change, ike_time apart)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct peers *net = up(seed);
		int first = (int)(seed % 2);
		struct ike_sa_info old = *peers_ike(net, A);

		reload(net, first, change);
		peers_run(net, apart);
		reload(net, !first, change);
		peers_run(net, 90000);
		assert_memory_not_equal(peers_ike(net, A)->spi_i, old.spi_i, sizeof(old.spi_i));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key),
	};

	return cmocka_run_group_tests_name("two peers, reload", tests, NULL, NULL);
}
