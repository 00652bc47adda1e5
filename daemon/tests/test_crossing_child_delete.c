// SPDX-License-Identifier: GPL-2.0-or-later
/* Deletion of a child crosses other things (RFC 7296 sections 1.4.1 and 2.25). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/crossing.h"

#define N(array)	(sizeof(array) / sizeof((array)[0]))

static void regular(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;

	crossing_delete_newest(net, me);
	crossing_request(net, peer);
	if (crossing_exact())
		assert_int_equal(kern_fake_count(net->peer[peer].kern, false, NULL), 0);
	crossing_response(net, me);
}

static void collision(struct peers *net, unsigned int i)
{
	(void)i;
	crossing_delete_newest(net, A);
	crossing_delete_newest(net, B);
	crossing_requests(net, B);
	crossing_responses(net, A);
	if (crossing_exact())
		assert_int_equal(kern_fake_count(net->peer[B].kern, true, NULL), 0);
}

/* A's request comes when B's deletion is over. */
static void collision_drop(struct peers *net, unsigned int i)
{
	struct datagram *deletion;

	(void)i;
	crossing_delete_newest(net, A);
	deletion = crossing_delay_request(net, B);
	crossing_delete_newest(net, B);
	crossing_exchange(net, B);
	crossing_arrives(net, deletion);
	crossing_response(net, A);
}

static void collision_ike_rekey(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;

	crossing_delete_newest(net, me);
	crossing_rekey_ike(net, peer);
	crossing_requests(net, peer);
	crossing_responses(net, me);
}

static void collision_ike_delete(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;

	crossing_delete_newest(net, me);
	crossing_delete_ike(net, peer);
	crossing_requests(net, peer);
	crossing_responses(net, me);
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
