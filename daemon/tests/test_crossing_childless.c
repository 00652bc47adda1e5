// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE SAs without a child SA at first (RFC 6023), and peers that do not agree on that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/crossing.h"

#define N(array)	(sizeof(array) / sizeof((array)[0]))

static void set(struct peers *net, int side, enum policy_childless childless,
		enum policy_start start)
{
	struct site site = peers_site(side);

	site.childless = childless;
	site.start = start;
	peers_configure(net, side, &site);
}

/* A deletes the IKE SA, and begins another if it is to. */
static void begin_anew(struct peers *net)
{
	crossing_delete_ike(net, A);
	crossing_request(net, B);
	crossing_response(net, A);
}

static void init(struct peers *net)
{
	crossing_request(net, B);
	crossing_response(net, A);
}

static bool has_child(const struct peers *net, int side)
{
	return kern_fake_out(net->peer[side].kern, PEERS_IFNAME, "net");
}

/* IKE_SA_INIT and IKE_AUTH make no child; the next exchange does. */
static void check_later(struct peers *net)
{
	init(net);
	crossing_request(net, B);
	crossing_response(net, A);
	for (int side = A; side <= B && crossing_exact(); side++) {
		assert_int_equal(peers_ikes(net, side), 1);
		assert_false(has_child(net, side));
	}
	crossing_request(net, B);
	crossing_response(net, A);
	for (int side = A; side <= B && crossing_exact(); side++)
		assert_true(has_child(net, side));
}

static void a_forces(struct site *a, struct site *b)
{
	(void)b;
	a->childless = POLICY_CHILDLESS_FORCE;
}

static void regular(struct peers *net, unsigned int i)
{
	(void)i;
	begin_anew(net);
	check_later(net);
}

/* The administrator of A wants the tunnel, and nobody else. */
static void regular_manual(struct peers *net, unsigned int i)
{
	(void)i;
	set(net, A, POLICY_CHILDLESS_FORCE, POLICY_START_ON_DEMAND);
	begin_anew(net);
	if (crossing_exact())
		assert_true(crossing_none(net, B));
	ike_core_initiate(net->peer[A].core, net->now, NULL);
	peers_settle(net, A);
	check_later(net);
	set(net, A, POLICY_CHILDLESS_FORCE, POLICY_START_ALWAYS);
}

/* B does not say that it can: A gets no further. */
static void failure_init(struct peers *net, unsigned int i)
{
	(void)i;
	set(net, B, POLICY_CHILDLESS_NEVER, peers_site(B).start);
	begin_anew(net);
	init(net);
	if (crossing_exact()) {
		assert_int_equal(peers_told(net, A, "does not make IKE SAs without a child SA"), 1);
		assert_true(crossing_none(net, B));
		assert_int_equal(peers_ikes(net, A), 0);
	}
	set(net, B, POLICY_CHILDLESS_ALLOW, peers_site(B).start);
}

/* Each insists on the opposite, which both say in the end. */
static void failure_resp(struct peers *net, unsigned int i)
{
	static const enum policy_childless wanted[][2] = {
		{ POLICY_CHILDLESS_NEVER, POLICY_CHILDLESS_FORCE },
		{ POLICY_CHILDLESS_FORCE, POLICY_CHILDLESS_ALLOW },
	};

	set(net, A, wanted[i][A], POLICY_START_ALWAYS);
	set(net, B, wanted[i][B], peers_site(B).start);
	begin_anew(net);
	init(net);
	/* B has said that it can, and is told otherwise meanwhile. */
	if (i)
		set(net, B, POLICY_CHILDLESS_NEVER, peers_site(B).start);
	crossing_request(net, B);
	crossing_response(net, A);
	if (crossing_exact()) {
		assert_int_equal(peers_told(net, A, "refused our authentication (INVALID_SYNTAX)"),
				 1);
		assert_int_equal(peers_told(net, B, i ? "wants an IKE SA without a child SA" :
					    "asks for a child SA in IKE_AUTH"), 1);
		for (int side = A; side <= B; side++)
			assert_int_equal(peers_ikes(net, side), 0);
	}
	for (int side = B; side >= A; side--)
		set(net, side, POLICY_CHILDLESS_ALLOW, peers_site(side).start);
}

int main(void)
{
	static const struct crossing_case cases[] = {
		{ CROSSING(regular), .alter = a_forces },
		{ CROSSING(regular_manual), .alter = a_forces },
		{ CROSSING(failure_init), .alter = a_forces },
		{ CROSSING(failure_resp), .variants = 2 },
	};

	return crossing_main("childless", cases, N(cases));
}
