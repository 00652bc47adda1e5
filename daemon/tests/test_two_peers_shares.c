// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fragments of those who have not proved who they are: those of one address have a share of the
 * room that there is for all of them, however many SAs they begin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ike/fragments.h"
#include "ike/stranger.h"
#include "ike/v2/v2.h"
#include "tests/peers.h"

#define SAS	64		/* as many as one address may begin */
#define DATAGRAM	1000

static struct ike_sa *sas[SAS + 1];

static struct ike_sa *begin(struct peers *net, const char *from)
{
	struct ike_core *core = net->peer[B].core;
	struct endpoint local = { .addr = site_address(peers_site(B).local), .port = 500 };
	struct endpoint remote = { .addr = site_address(from), .port = 500 };
	struct ike_sa *ike = ike_new(&v2_version, core->gateways, false, &local, &remote);

	assert_non_null(ike);
	ike->state = IKE_HALF_OPEN;
	ike->hs = calloc(1, sizeof(*ike->hs));
	assert_non_null(ike->hs);
	stranger_enter(ike, true);
	return ike;
}

/* All that is taken of what SAS of them send, in octets. */
static size_t fill(struct peers *net, const char *from)
{
	static const uint8_t data[DATAGRAM];
	size_t n = 0;

	for (unsigned int i = 0; i < SAS; i++) {
		sas[i] = begin(net, from);
		while (fragments_keep_early(sas[i], bytes_of(data, sizeof(data))))
			n += sizeof(data);
	}
	assert_int_equal(net->peer[B].core->fragments_n, n);
	return n;
}

static struct peers *ready(uint64_t seed)
{
	struct peers *net = peers_new(seed);
	struct site b = peers_site(B);

	peers_configure(net, B, &b);
	return net;
}

static void end(struct peers *net)
{
	struct ike_core *core = net->peer[B].core;

	for (unsigned int i = 0; i <= SAS; i++) {
		if (sas[i])
			ike_close(sas[i], false);
		sas[i] = NULL;
	}
	assert_int_equal(core->fragments_n, 0);
	core_begin(core, net->now);
	core_end(core);
	assert_int_equal(core->by_source.n, 0);
	peers_free(net);
}

static void check_share(const char *from, const char *elsewhere, size_t share)
{
	static const uint8_t data[DATAGRAM];
	struct peers *net = ready(1);

	assert_in_range(fill(net, from), share - DATAGRAM + 1, share);
	sas[SAS] = begin(net, elsewhere);
	for (unsigned int i = 0; i < 10; i++)
		assert_true(fragments_keep_early(sas[SAS], bytes_of(data, sizeof(data))));
	/* Whoever leaves makes room for the others from there. */
	ike_close(sas[0], false);
	sas[0] = NULL;
	assert_true(fragments_keep_early(sas[SAS - 1], bytes_of(data, sizeof(data))));
	end(net);
}

static void test_share(void **state)
{
	(void)state;
	check_share("203.0.113.9", "203.0.113.10", FRAGMENTS_SOURCE);
	check_share("2001:db8:9::1", "2001:db8:a::1", FRAGMENTS_SOURCE);
	check_share(peers_site(A).local, "203.0.113.10", FRAGMENTS_KNOWN);
}

/* A /64 is one source. */
static void test_prefix(void **state)
{
	static const uint8_t data[DATAGRAM];
	struct peers *net = ready(2);

	(void)state;
	fill(net, "2001:db8:9::1");
	sas[SAS] = begin(net, "2001:db8:9::2");
	assert_false(fragments_keep_early(sas[SAS], bytes_of(data, sizeof(data))));
	end(net);
}

/* Who has proved himself is no stranger: what he holds is not counted to his address any more. */
static void test_proved(void **state)
{
	static const uint8_t data[DATAGRAM];
	struct peers *net = ready(3);
	size_t before;

	(void)state;
	fill(net, "203.0.113.9");
	before = sas[1]->source->fragments_n;
	stranger_leave(sas[0]);
	assert_int_equal(sas[1]->source->fragments_n, before - sas[0]->fragments_n);
	assert_true(fragments_keep_early(sas[SAS - 1], bytes_of(data, sizeof(data))));
	end(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_proved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
