// SPDX-License-Identifier: GPL-2.0-or-later
/* How two peers come to SAs, and why they don't. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/peers.h"

/* Both configured; time is the test's to let pass. */
static struct world *start(const struct conf conf[2])
{
	struct world *world = world_new(1);

	world_configure(world, 1, &conf[1]);
	world_configure(world, 0, &conf[0]);
	return world;
}

static void one_pair_up(struct world *world)
{
	assert_true(world_until_up(world, 1000));
	assert_int_equal(peer_ikes(&world->peer[0]), 1);
	assert_int_equal(peer_ikes(&world->peer[1]), 1);
	assert_int_equal(peer_sas(&world->peer[0]), 2);
	assert_int_equal(peer_sas(&world->peer[1]), 2);
}

static void comes_up_when_a_starts(void **state)
{
	struct conf conf[2];
	struct world *world;

	(void)state;
	conf_default(conf);
	world = start(conf);
	one_pair_up(world);
	world_pass(world, 60000);
	assert_true(world_agrees(world));
	assert_int_equal(peer_sas(&world->peer[0]), 2);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_up_when_a_starts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
