// SPDX-License-Identifier: GPL-2.0-or-later
/* Rekeying of the IKE SA crosses other things (RFC 7296 sections 2.8 and 2.25.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/crossing_multi_ke.h"

#define N(array)	(sizeof(array) / sizeof((array)[0]))

/* What one end offers first the other does not take. */
static void other_groups(struct site *a, struct site *b)
{
	a->ike = peers_props(PROP_IKE, "aes-256-gcm", "sha256", "group20,group31");
	b->ike = peers_props(PROP_IKE, "aes-256-gcm", "sha256", "group19,group31");
}

/* A rekeying begins with the group of the IKE SA before; here it was that end's first one. */
static void as_if_with_first_group(struct peers *net)
{
	crossing_ike(net, A)->prop.dh = alg_dh_by_id(20);
	crossing_ike(net, B)->prop.dh = alg_dh_by_id(19);
}

/* Both go by the IKE SA that @side asked for. */
static void made_by(struct peers *net, int side)
{
	if (!crossing_exact())
		return;
	assert_int_equal(crossing_ike(net, A)->initiator, side == A);
	assert_int_equal(crossing_ike(net, B)->initiator, side == B);
	assert_memory_equal(crossing_ike(net, A)->spi_i, crossing_ike(net, B)->spi_i, IKE_SPI_LEN);
}

/* ------------------------------------------------------------------ regular */

static void regular(struct peers *net, unsigned int i)
{
	int me = (int)i;

	crossing_rekey_ike(net, me);
	crossing_exchange(net, me);
	made_by(net, me);
	crossing_exchange(net, me);
}

static void regular_ke_invalid(struct peers *net, unsigned int i)
{
	int me = (int)i;

	as_if_with_first_group(net);
	crossing_rekey_ike(net, me);
	crossing_exchange(net, me);
	crossing_exchange(net, me);
	made_by(net, me);
	crossing_exchange(net, me);
}

/* --------------------------------------------------------------- collisions */

static void collision(struct peers *net, unsigned int i)
{
	crossing_collide(net, i, crossing_rekey_ike);
	crossing_responses(net, A);
	made_by(net, crossing_winner(i));
	crossing_requests(net, A);
	crossing_responses(net, A);
}

static void collision_ke_invalid(struct peers *net, unsigned int i)
{
	as_if_with_first_group(net);
	crossing_collide_again(net, i, crossing_rekey_ike);
	crossing_responses(net, A);
	made_by(net, crossing_winner(i));
}

static void collision_ke_invalid_delayed_retry(struct peers *net, unsigned int i)
{
	as_if_with_first_group(net);
	crossing_missed_comes(net, crossing_miss_again(net, i, crossing_rekey_ike), false);
	made_by(net, B);
}

/* What B deletes arrives before its answer to A. */
static void collision_delayed_response(struct peers *net, unsigned int i)
{
	struct datagram *response;

	crossing_collide(net, i, crossing_rekey_ike);
	response = crossing_delay_response(net, A);
	crossing_response(net, B);
	crossing_request(net, A);
	if (crossing_winner(i) == B)
		crossing_response(net, B);
	crossing_arrives(net, response);
}

/* A's request gets lost; B, which knows nothing of it, deletes the old SA. */
static void collision_dropped_request(struct peers *net, unsigned int i)
{
	struct datagram *request = crossing_miss(net, i, crossing_rekey_ike);

	crossing_exchange(net, B);
	made_by(net, B);
	crossing_arrives(net, request);
}

/* It comes when B is deleting the old SA. */
static void collision_delayed_request(struct peers *net, unsigned int i)
{
	crossing_missed_comes(net, crossing_miss(net, i, crossing_rekey_ike), false);
	made_by(net, B);
}

static void collision_delayed_request_and_delete(struct peers *net, unsigned int i)
{
	crossing_missed_comes(net, crossing_miss(net, i, crossing_rekey_ike), true);
	made_by(net, B);
}

/* ---------------------------------------------------------------- deletions */

static void collision_delete(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;

	crossing_rekey_ike(net, me);
	crossing_delete_ike(net, peer);
	crossing_requests(net, peer);
	crossing_responses(net, peer);
}

static void collision_delete_drop_delete(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;
	struct datagram *deletion;

	crossing_rekey_ike(net, me);
	crossing_delete_ike(net, peer);
	deletion = crossing_delay_request(net, me);
	crossing_exchange(net, me);
	crossing_arrives(net, deletion);
	crossing_response(net, peer);
}

int main(void)
{
	static const struct multi_ke ike = {
		.rekey = crossing_rekey_ike, .delete = crossing_delete_ike, .made_by = made_by,
		.guess_wrong = as_if_with_first_group, .other_groups = other_groups,
		.offer = offsetof(struct site, ike),
	};
	static const struct crossing_case cases[] = {
		{ CROSSING(regular), .variants = 2, .gapless = true },
		{ CROSSING(regular_ke_invalid), .variants = 2, .gapless = true,
		  .alter = other_groups },
		{ CROSSING(collision), .variants = 4, .gapless = true },
		{ CROSSING(collision_ke_invalid), .variants = 4, .gapless = true,
		  .alter = other_groups },
		{ CROSSING(collision_ke_invalid_delayed_retry), .variants = 3, .gapless = true,
		  .alter = other_groups },
		{ CROSSING(collision_delayed_response), .variants = 4, .gapless = true },
		{ CROSSING(collision_dropped_request), .variants = 3, .gapless = true },
		{ CROSSING(collision_delayed_request), .variants = 3, .gapless = true },
		{ CROSSING(collision_delayed_request_and_delete), .variants = 3, .gapless = true },
		{ CROSSING(collision_delete), .variants = 2 },
		{ CROSSING(collision_delete_drop_delete), .variants = 2 },
		MULTI_KE_CASES,
	};

	multi_ke_of(&ike);
	return crossing_main("ike_rekey", cases, N(cases));
}
