// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/crossing_multi_ke.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ROUNDS	"group20 group32"

static const struct multi_ke *kind;

void multi_ke_of(const struct multi_ke *rekeyed)
{
	kind = rekeyed;
}

/* ------------------------------------------------------------ configurations */

static struct prop_list *offer(struct site *site)
{
	return (struct prop_list *)((char *)site + kind->offer);
}

void multi_ke_rounds(struct site *a, struct site *b)
{
	peers_rounds(offer(a), ROUNDS);
	peers_rounds(offer(b), ROUNDS);
}

void multi_ke_other_rounds(struct site *a, struct site *b)
{
	kind->other_groups(a, b);
	peers_rounds(offer(a), "group26 group32");
	peers_rounds(offer(b), "group26 group32");
}

/* What A asks for is made with one key exchange, and what B asks for with several. */
void multi_ke_mixed_rounds(struct site *a, struct site *b)
{
	const struct prop_list plain = *offer(a);
	struct prop_list *of_a = offer(a), *of_b = offer(b);

	peers_rounds(of_a, ROUNDS);
	*of_b = plain;
	of_b->prop[of_b->n++] = of_a->prop[0];
	of_a->prop[of_a->n++] = plain.prop[0];
}

/* -------------------------------------------------------------------- cases */

/* The two further exchanges of the side. */
static void followups(struct peers *net, int side)
{
	crossing_exchange(net, side);
	crossing_exchange(net, side);
}

/* Those of the side, whose first exchange is done, and the deletion of what was there before. */
static void go_on(struct peers *net, int side)
{
	followups(net, side);
	kind->made_by(net, side);
	crossing_exchange(net, side);
}

void regular_multi_ke(struct peers *net, unsigned int i)
{
	int me = (int)i;

	kind->rekey(net, me);
	crossing_exchange(net, me);
	go_on(net, me);
}

void regular_ke_invalid_multi_ke(struct peers *net, unsigned int i)
{
	int me = (int)i;

	if (kind->guess_wrong)
		kind->guess_wrong(net);
	kind->rekey(net, me);
	crossing_exchange(net, me);
	crossing_exchange(net, me);
	go_on(net, me);
}

/* Neither goes on: each puts off the other, and one of them is the first to ask again. */
void collision_multi_ke(struct peers *net, unsigned int i)
{
	crossing_collide(net, i, kind->rekey);
	crossing_responses(net, A);
	if (crossing_exact())
		assert_true(crossing_none(net, A) && crossing_none(net, B));
}

/* The one that is made with one key exchange is. */
void collision_mixed(struct peers *net, unsigned int i)
{
	crossing_collide(net, i, kind->rekey);
	crossing_responses(net, i ? A : B);
	kind->made_by(net, A);
}

void collision_delayed_response_multi_ke(struct peers *net, unsigned int i)
{
	struct datagram *response;

	crossing_collide(net, i, kind->rekey);
	response = crossing_delay_response(net, A);
	crossing_response(net, B);
	crossing_arrives(net, response);
}

/* B has been put off when A's request comes, and goes on with that. */
void collision_delayed_request_multi_ke(struct peers *net, unsigned int i)
{
	crossing_arrives(net, crossing_miss(net, i, kind->rekey));
	crossing_response(net, A);
	followups(net, A);
	kind->made_by(net, A);
}

/* The peer deletes what is to be replaced when the first of the key exchanges is done. */
void collision_delete_multi_ke(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;

	kind->rekey(net, me);
	crossing_exchange(net, me);
	kind->delete(net, peer);
	crossing_requests(net, peer);
	crossing_responses(net, peer);
}
