// SPDX-License-Identifier: GPL-2.0-or-later
/* Making of a further child crosses other things (RFC 7296 section 2.25.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/crossing.h"

#define N(array)	(sizeof(array) / sizeof((array)[0]))

/* What is there already is not made again. */
static void duplicate(struct peers *net, unsigned int i)
{
	(void)i;
	assert_int_equal(ike_core_initiate(net->peer[A].core, net->now, NULL), 0);
	peers_settle(net, A);
	assert_true(crossing_none(net, B));
}

static void collision_ike_rekey(struct peers *net, unsigned int i)
{
	(void)i;
	crossing_forget(net, B, crossing_newest(net, B));
	crossing_forget(net, A, crossing_newest(net, A));
	crossing_rekey_ike(net, B);
	crossing_requests(net, B);
	crossing_responses(net, A);
}

int main(void)
{
	static const struct crossing_case cases[] = {
		{ CROSSING(duplicate), .gapless = true },
		{ CROSSING(collision_ike_rekey) },
	};

	return crossing_main("child_create", cases, N(cases));
}
