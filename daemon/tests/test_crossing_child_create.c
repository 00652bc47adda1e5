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

static void rounds(struct site *a, struct site *b)
{
	peers_rounds(&a->esp, "group20 group32");
	peers_rounds(&b->esp, "group20 group32");
}

/* Both have lost theirs, and A makes one again, with several key exchanges (RFC 9370). */
static void multi_ke(struct peers *net, unsigned int i)
{
	(void)i;
	crossing_forget(net, B, crossing_newest(net, B));
	crossing_forget(net, A, crossing_newest(net, A));
	for (int n = 0; n < 3; n++)
		crossing_exchange(net, A);
	if (!crossing_exact())
		return;
	assert_non_null(crossing_child(net, A));
	assert_true(crossing_child(net, A)->prop.rounds[0] == 20);
	assert_true(crossing_child(net, A)->prop.rounds[1] == 32);
}

int main(void)
{
	static const struct crossing_case cases[] = {
		{ CROSSING(duplicate), .gapless = true },
		{ CROSSING(collision_ike_rekey) },
		{ CROSSING(multi_ke), .alter = rounds },
	};

	return crossing_main("child_create", cases, N(cases));
}
