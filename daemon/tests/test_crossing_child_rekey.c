// SPDX-License-Identifier: GPL-2.0-or-later
/* Rekeying of a child crosses other things (RFC 7296 sections 2.8 and 2.25). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/crossing_multi_ke.h"

#define N(array)	(sizeof(array) / sizeof((array)[0]))

/* Neither end's first group is one of the other's, and they have not that of the IKE SA. */
static void other_groups(struct site *a, struct site *b)
{
	a->esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group20,group21");
	b->esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group19,group21");
}

/* The successor is the pair that @side asked for. */
static void made_by(struct peers *net, int side)
{
	if (!crossing_exact())
		return;
	assert_int_equal(crossing_child(net, A)->initiator, side == A);
	assert_int_equal(crossing_child(net, B)->initiator, side == B);
}

/* ------------------------------------------------------------------ regular */

static void regular(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;
	uint64_t old = crossing_newest(net, me);

	crossing_rekey(net, me);
	crossing_request(net, peer);
	if (crossing_exact())
		assert_int_equal(kern_fake_count(net->peer[peer].kern, true, NULL), 2);
	crossing_response(net, me);
	if (crossing_exact())
		assert_int_not_equal(peers_token(net, me), old);
	crossing_exchange(net, me);
	made_by(net, me);
}

static void regular_ke_invalid(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;

	crossing_rekey(net, me);
	crossing_exchange(net, me);
	if (crossing_exact())
		assert_int_equal(kern_fake_count(net->peer[peer].kern, true, NULL), 1);
	crossing_exchange(net, me);
	made_by(net, me);
	crossing_exchange(net, me);
}

/* The peer's old pair reaches a limit while it waits to be deleted. */
static void responder_expires(struct peers *net, bool hard)
{
	uint64_t old = peers_token(net, B);

	crossing_rekey(net, A);
	crossing_request(net, B);
	kern_fake_expire(net->peer[B].kern, old, true, hard);
	peers_settle(net, B);
	if (!hard && crossing_exact())
		assert_false(crossing_none(net, A));
	crossing_response(net, A);
	if (!hard && crossing_exact())
		assert_true(crossing_none(net, A));
	crossing_exchange(net, A);
}

static void regular_responder_ignore_soft_expire(struct peers *net, unsigned int i)
{
	(void)i;
	responder_expires(net, false);
}

static void regular_responder_handle_hard_expire(struct peers *net, unsigned int i)
{
	(void)i;
	responder_expires(net, true);
}

/* The peer deletes the new pair while the old one is being deleted. */
static void regular_responder_delete(struct peers *net, unsigned int i)
{
	(void)i;
	crossing_rekey(net, A);
	crossing_exchange(net, A);
	crossing_delete_newest(net, B);
	crossing_requests(net, A);
	crossing_responses(net, A);
}

static void regular_responder_lost_sa(struct peers *net, unsigned int i)
{
	(void)i;
	crossing_forget(net, B, crossing_newest(net, B));
	crossing_rekey(net, A);
	crossing_exchange(net, A);
}

/* A peer deletes the old pair itself, although that is ours to do. */
static void regular_responder_incorrect_delete(struct peers *net, unsigned int i)
{
	uint64_t old = crossing_newest(net, B);
	struct datagram *response;

	(void)i;
	crossing_rekey(net, A);
	crossing_request(net, B);
	response = crossing_delay_response(net, A);
	crossing_delete(net, B, old);
	crossing_exchange(net, B);
	crossing_arrives(net, response);
}

/* The peer never answers the deletion: all goes, and comes back. */
static void regular_delete_timeout(struct peers *net, unsigned int i)
{
	struct datagram *deletion;

	(void)i;
	crossing_rekey(net, A);
	crossing_exchange(net, A);
	deletion = crossing_delay_request(net, B);
	peers_run(net, 90000);
	assert_true(peers_told(net, A, "child-down") <= 1);
	crossing_arrives(net, deletion);
}

/* --------------------------------------------------------------- collisions */

/* What both have begun goes its way: the answers, what they lead to, and the answers to that. */
static void settle_collision(struct peers *net, unsigned int i)
{
	crossing_responses(net, A);
	crossing_requests(net, A);
	crossing_responses(net, A);
	made_by(net, crossing_winner(i));
}

static void collision(struct peers *net, unsigned int i)
{
	crossing_collide(net, i, crossing_rekey);
	settle_collision(net, i);
}

/* What B deletes has been deleted before B's answer to A arrives, which is returned. */
static struct datagram *overtaken(struct peers *net, unsigned int i)
{
	struct datagram *response;

	crossing_collide(net, i, crossing_rekey);
	response = crossing_delay_response(net, A);
	crossing_response(net, B);
	crossing_exchange(net, B);
	return response;
}

static void collision_delayed_response(struct peers *net, unsigned int i)
{
	crossing_arrives(net, overtaken(net, i));
	crossing_exchange(net, A);
	made_by(net, crossing_winner(i));
}

/* And then B deletes the pair that is left. */
static void collision_delayed_response_delete(struct peers *net, unsigned int i)
{
	struct datagram *response = overtaken(net, i);

	crossing_delete_newest(net, B);
	crossing_exchange(net, B);
	crossing_arrives(net, response);
}

/* A's request comes when B, which knows of no collision, deletes the old pair. */
static void collision_delayed_request(struct peers *net, unsigned int i)
{
	crossing_missed_comes(net, crossing_miss(net, i % 3, crossing_rekey), i >= 3);
	made_by(net, B);
}

/* It comes later still, when the old pair is gone. */
static void collision_delayed_request_more(struct peers *net, unsigned int i)
{
	struct datagram *request = crossing_miss(net, i, crossing_rekey);

	crossing_exchange(net, B);
	crossing_arrives(net, request);
	crossing_response(net, A);
	made_by(net, B);
}

/* Or the new one, too. */
static void collision_delayed_request_more_delete(struct peers *net, unsigned int i)
{
	struct datagram *request = crossing_miss(net, i, crossing_rekey);

	crossing_exchange(net, B);
	crossing_delete_newest(net, B);
	crossing_exchange(net, B);
	crossing_arrives(net, request);
	crossing_response(net, A);
}

static void collision_ke_invalid(struct peers *net, unsigned int i)
{
	crossing_collide_again(net, i, crossing_rekey);
	settle_collision(net, i);
}

static void collision_ke_invalid_delayed_retry(struct peers *net, unsigned int i)
{
	crossing_missed_comes(net, crossing_miss_again(net, i, crossing_rekey), false);
	made_by(net, B);
}

/* B lost the collision, and deletes the old pair all the same. */
static void collision_responder_incorrect_delete(struct peers *net, unsigned int i)
{
	uint64_t old = crossing_newest(net, B);
	struct datagram *response;

	(void)i;
	crossing_collide(net, 1, crossing_rekey);
	response = crossing_delay_response(net, A);
	crossing_response(net, B);
	crossing_delete(net, B, old);
	crossing_exchange(net, B);
	crossing_exchange(net, B);
	crossing_arrives(net, response);
}

/* ---------------------------------------------------------------- deletions */

static void collision_delete(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;

	crossing_rekey(net, me);
	crossing_delete_newest(net, peer);
	crossing_requests(net, peer);
	crossing_responses(net, peer);
}

static void collision_delete_drop_delete(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;
	struct datagram *deletion;

	crossing_rekey(net, me);
	crossing_delete_newest(net, peer);
	crossing_request(net, peer);
	deletion = crossing_delay_request(net, me);
	crossing_response(net, me);
	crossing_arrives(net, deletion);
	crossing_response(net, peer);
}

static void collision_delete_drop_rekey(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;
	struct datagram *request;

	crossing_rekey(net, me);
	request = crossing_delay_request(net, peer);
	crossing_delete_newest(net, peer);
	crossing_exchange(net, peer);
	crossing_arrives(net, request);
	crossing_response(net, me);
}

/* The peer deletes what we do not know yet that it has made. */
static void collision_delete_delayed_response(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;
	struct datagram *response;

	crossing_rekey(net, me);
	crossing_request(net, peer);
	response = crossing_delay_response(net, me);
	crossing_delete_newest(net, peer);
	crossing_exchange(net, peer);
	crossing_arrives(net, response);
}

/* ------------------------------------------------------------------- IKE SA */

static void collision_ike_rekey(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;

	unsigned int added = kern_fake_added(net->peer[peer].kern);

	crossing_rekey(net, me);
	crossing_rekey_ike(net, peer);
	crossing_request(net, peer);
	/* The peer is about to replace the IKE SA: nothing is made on this one. */
	if (crossing_exact())
		assert_int_equal(kern_fake_added(net->peer[peer].kern), added);
	crossing_request(net, me);
	crossing_responses(net, me);
}

static void collision_ike_delete(struct peers *net, unsigned int i)
{
	int me = (int)i, peer = !me;

	crossing_rekey(net, me);
	crossing_delete_ike(net, peer);
	crossing_requests(net, peer);
	crossing_responses(net, peer);
}

int main(void)
{
	static const struct multi_ke child = {
		.rekey = crossing_rekey, .delete = crossing_delete_newest, .made_by = made_by,
		.other_groups = other_groups, .offer = offsetof(struct site, esp),
	};
	static const struct crossing_case cases[] = {
		{ CROSSING(regular), .variants = 2, .gapless = true },
		{ CROSSING(regular_ke_invalid), .variants = 2, .gapless = true,
		  .alter = other_groups },
		{ CROSSING(regular_responder_ignore_soft_expire), .gapless = true },
		{ CROSSING(regular_responder_handle_hard_expire) },
		{ CROSSING(regular_responder_delete) },
		{ CROSSING(regular_responder_lost_sa) },
		{ CROSSING(regular_responder_incorrect_delete) },
		{ CROSSING(regular_delete_timeout) },
		{ CROSSING(collision), .variants = 4, .gapless = true },
		{ CROSSING(collision_delayed_response), .variants = 4, .gapless = true },
		{ CROSSING(collision_delayed_response_delete), .variants = 4 },
		{ CROSSING(collision_delayed_request), .variants = 6, .gapless = true },
		{ CROSSING(collision_delayed_request_more), .variants = 3, .gapless = true },
		{ CROSSING(collision_delayed_request_more_delete),
		  3 },
		{ CROSSING(collision_ke_invalid), .variants = 4, .gapless = true,
		  .alter = other_groups },
		{ CROSSING(collision_ke_invalid_delayed_retry), .variants = 3, .gapless = true,
		  .alter = other_groups },
		{ CROSSING(collision_responder_incorrect_delete) },
		{ CROSSING(collision_delete), .variants = 2 },
		{ CROSSING(collision_delete_drop_delete), .variants = 2 },
		{ CROSSING(collision_delete_drop_rekey), .variants = 2 },
		{ CROSSING(collision_delete_delayed_response), .variants = 2 },
		{ CROSSING(collision_ike_rekey), .variants = 2, .gapless = true },
		{ CROSSING(collision_ike_delete), .variants = 2 },
		MULTI_KE_CASES,
	};

	multi_ke_of(&child);
	return crossing_main("child_rekey", cases, N(cases));
}
