// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory of an SA that stands: what is freed with an IKE SA and its child, once the
 * handshake is long over, counted by the allocator.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ike/child_sa.h"
#include "tests/peers.h"

#ifdef __SANITIZE_ADDRESS__
/* GCC comes without the header that declares it. */
size_t __sanitizer_get_current_allocated_bytes(void);
#endif

#define STANDING_MOST	2600	/* octets; with 64 bits it was 2,355 when this was written */

static size_t allocated(void)
{
#ifdef __SANITIZE_ADDRESS__
	return __sanitizer_get_current_allocated_bytes();
#else
	return mallinfo2().uordblks;
#endif
}

/* Of the only IKE SA, with its child. */
static size_t standing(struct peers *net, int side)
{
	struct ike_core *core = net->peer[side].core;
	size_t before = allocated();

	ikes_free(core);
	return before - allocated();
}

static void check(struct peers *net)
{
	peers_past_early(net);
	for (int side = A; side <= B; side++) {
		const struct ike_sa *ike = net->peer[side].core->ikes;

		assert_int_equal(peers_ikes(net, side), 1);
		assert_null(ike->next);
		assert_null(ike->hs);
		assert_null(ike->children->ike_next);
		assert_null(ike->children->keys);
		assert_in_range(standing(net, side), sizeof(*ike), STANDING_MOST);
	}
	peers_free(net);
}

static void test_made(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);

	(void)state;
	check(peers_up(1, &a, &b));
}

/* Nothing of what is replaced stays. */
static void test_rekeyed(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.ike_life = 1200;
	a.child_life = 600;
	net = peers_up(2, &a, &b);
	peers_run(net, 2 * 3600 * 1000);
	check(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_rekeyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
