// SPDX-License-Identifier: GPL-2.0-or-later
/* Deletion of a child crosses other things (RFC 7296 sections 1.4.1 and 2.25). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/crossing.h"

#define N(array)	(sizeof(array) / sizeof((array)[0]))

static void delete(struct peers *net, int side)
{
	crossing_delete(net, side, crossing_newest(net, side));
}

static void regular(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;

	delete(net, me);
	crossing_request(net, peer);
	if (crossing_exact())
		assert_int_equal(kern_fake_count(net->peer[peer].kern, false, NULL), 0);
	crossing_response(net, me);
}

static void collision(struct peers *net, unsigned int i)
{
	(void)i;
	delete(net, A);
	delete(net, B);
	crossing_request(net, B);
	crossing_request(net, A);
	crossing_response(net, A);
	crossing_response(net, B);
	if (crossing_exact())
		assert_int_equal(kern_fake_count(net->peer[B].kern, true, NULL), 0);
}

/* A's request comes when B's deletion is over. */
static void collision_drop(struct peers *net, unsigned int i)
{
	struct datagram *deletion;

	(void)i;
	delete(net, A);
	deletion = crossing_delay_request(net, B);
	delete(net, B);
	crossing_request(net, A);
	crossing_response(net, B);
	crossing_arrives(net, deletion);
	crossing_response(net, A);
}

static void collision_ike_rekey(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;

	delete(net, me);
	crossing_rekey_ike(net, peer);
	crossing_request(net, peer);
	crossing_request(net, me);
	crossing_response(net, me);
	crossing_response(net, peer);
}

static void collision_ike_delete(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;

	delete(net, me);
	crossing_delete_ike(net, peer);
	crossing_request(net, peer);
	crossing_request(net, me);
	crossing_response(net, me);
	crossing_response(net, peer);
}

int main(void)
{
	static const struct crossing_case cases[] = {
		{ CROSSING(regular), .variants = 2 },
		{ CROSSING(collision) },
		{ CROSSING(collision_drop) },
		{ CROSSING(collision_ike_rekey), .variants = 2 },
		{ CROSSING(collision_ike_delete), .variants = 2 },
	};

	return crossing_main("child_delete", cases, N(cases));
}
