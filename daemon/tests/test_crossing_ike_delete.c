// SPDX-License-Identifier: GPL-2.0-or-later
/* Deletion of the IKE SA crosses itself (RFC 7296 section 1.4.1). */
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

	crossing_delete_ike(net, me);
	crossing_request(net, peer);
	if (crossing_exact())
		assert_int_equal(peers_ikes(net, peer), 0);
	crossing_response(net, me);
	if (crossing_exact())
		assert_int_equal(peers_ikes(net, me), 0);
}

static void collision(struct peers *net, unsigned int i)
{
	(void)i;
	crossing_delete_ike(net, A);
	crossing_delete_ike(net, B);
	crossing_requests(net, B);
	crossing_responses(net, A);
}

int main(void)
{
	static const struct crossing_case cases[] = {
		{ CROSSING(regular), .variants = 2 },
		{ CROSSING(collision) },
	};

	return crossing_main("ike_delete", cases, N(cases));
}
