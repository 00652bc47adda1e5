// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One of two peers gives an IKE SA up that the other has, and may still tell it so: what it got for
 * an answer is of no use (RFC 7296 section 2.21.3), or none came (section 2.4).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/speech.h"

static struct peers *up(uint64_t seed)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_up(seed, &a, &b);

	peers_past_early(net);
	return net;
}

static bool tap_lose_a(struct peers *net, int from, uint8_t *data, size_t n)
{
	(void)net;
	(void)data;
	(void)n;
	return from != A;
}

/* A asks for that, and B does not get it. */
static void ask(struct peers *net, enum task_kind kind)
{
	struct ike_sa *ike = sa_of(net, A);
	struct ike_core *core = ike->core;

	net->tap = tap_lose_a;
	if (kind == TASK_CHILD_REKEY) {
		kern_fake_expire(net->peer[A].kern, peers_token(net, A), false, false);
		peers_settle(net, A);
	} else {
		core_begin(core, net->now);
		exchange_queue(ike, task_new(kind));
		core_end(core);
		peers_settle(net, A);
	}
	peers_compute(net);
	assert_non_null(ike->ex.current);
	assert_int_equal(ike->ex.current->kind, kind);
	assert_non_null(ike->ex.request);
}

/* B begins an answer with a critical payload that nobody knows. */
static void begin_bad_answer(struct peers *net, uint8_t exchange)
{
	struct wire_writer *w = say(net, B, exchange, true);

	wire_payload_begin(w, 200);
	wire_payload_end(w);
	speech.buf[IKE_HDR_LEN + 4 + cipher_iv_len(ike_key_out(sa_of(net, B))) + 1] |= 0x80;
}

static void answer_badly(struct peers *net, uint8_t exchange)
{
	begin_bad_answer(net, exchange);
	net->tap = NULL;
	said();
}

/* It is told, and both have one IKE SA again. */
static void must_part(struct peers *net)
{
	assert_int_equal(peers_logged(net, "answered with a message that we cannot use"), 1);
	peers_run(net, 500);
	assert_int_equal(peers_told(net, B, "peer deleted the IKE SA"), 1);
	assert_int_equal(peers_told(net, A, "is dead"), 0);
	peers_must_be_quiet(net, 30000);
	assert_int_equal(peers_ikes(net, A), 1);
	assert_int_equal(peers_ikes(net, B), 1);
	peers_finish(net);
}

static void check_wrong(uint64_t seed, enum task_kind kind, uint8_t exchange)
{
	struct peers *net = up(seed);

	ask(net, kind);
	answer_badly(net, exchange);
	must_part(net);
}

static void test_wrong(void **state)
{
	(void)state;
	check_wrong(1, TASK_LIVENESS, IKE_EXCH_INFORMATIONAL);
	check_wrong(2, TASK_CHILD_REKEY, IKE_EXCH_CREATE_CHILD_SA);
	check_wrong(3, TASK_IKE_REKEY, IKE_EXCH_CREATE_CHILD_SA);
}

/* The end waits behind the request already. */
static void test_wrong_at_the_end(void **state)
{
	struct peers *net = up(4);

	(void)state;
	ask(net, TASK_LIVENESS);
	begin_bad_answer(net, IKE_EXCH_INFORMATIONAL);
	assert_int_equal(ike_core_clear_ike(net->peer[A].core, net->now, NULL), 1);
	peers_settle(net, A);
	net->tap = NULL;
	said();
	must_part(net);
}

static unsigned int attempts;

static bool tap_wrong(struct peers *net, int from, uint8_t *data, size_t n)
{
	(void)net;
	(void)n;
	attempts += from == A && data[18] == IKE_EXCH_IKE_SA_INIT;
	return true;
}

/* A peer whose answers are all like that is not asked again and again at once. */
static void test_not_at_once(void **state)
{
	struct peers *net = up(5);

	(void)state;
	attempts = 0;
	for (unsigned int i = 0; i < 3; i++) {
		ask(net, TASK_LIVENESS);
		answer_badly(net, IKE_EXCH_INFORMATIONAL);
		net->tap = tap_wrong;
		peers_run(net, 1000);
		assert_int_equal(attempts, i);
		peers_must_be_quiet(net, 30000);
		assert_int_equal(attempts, i + 1);
	}
	peers_finish(net);
}

/* --- no answer --- */

static bool lose_b;
static uint32_t lose_id;	/* of A, and its IKE_SA_INIT */

static bool tap_lose(struct peers *net, int from, uint8_t *data, size_t n)
{
	(void)net;
	(void)n;
	if (from == B)
		return !lose_b;
	return !lose_id || (data[18] != IKE_EXCH_IKE_SA_INIT &&
			    get_be32(data + MESSAGE_ID_AT) != lose_id);
}

static bool a_gave_up(struct peers *net)
{
	return peers_told(net, A, "is dead");
}

static struct peers *lost(uint64_t seed, bool b, bool missed)
{
	struct peers *net = up(seed);
	struct ike_sa *ike = sa_of(net, A);

	lose_b = b;
	lose_id = missed ? ike->ex.send_id : 0;
	net->tap = tap_lose;
	core_begin(ike->core, net->now);
	exchange_queue(ike, task_new(TASK_LIVENESS));
	core_end(ike->core);
	peers_settle(net, A);
	assert_true(peers_until(net, a_gave_up, 300000));
	peers_run(net, 100);
	return net;
}

/* Only the way back is broken: the peer, which has got all, learns that this was the end. */
static void test_way_back(void **state)
{
	struct peers *net = lost(6, true, false);

	(void)state;
	assert_int_equal(peers_told(net, B, "peer deleted the IKE SA"), 1);
	lose_b = false;
	peers_must_be_quiet(net, 120000);
	peers_finish(net);
}

/* A peer that has not got the request drops the message that follows it. */
static void test_way_there(void **state)
{
	struct peers *net = lost(7, false, true);

	(void)state;
	assert_int_equal(peers_told(net, B, "peer deleted the IKE SA"), 0);
	assert_int_equal(peers_ikes(net, B), 1);
	lose_id = 0;
	peers_must_be_quiet(net, 120000);
	peers_finish(net);
}

/* SAs that close within half a second end at one time, not before they may. */
static void test_lingers_in_steps(void **state)
{
	struct peers *net = up(77);
	struct ike_sa *ike = sa_of(net, B);
	struct ike_core *core = ike->core;
	ike_time end, now;

	(void)state;
	for (unsigned int i = 0; i < 20; i++) {
		net->now += 37;
		now = net->now;
		core_begin(core, now);
		ike->state = IKE_REKEYED;
		ike_close(ike, true);
		assert_true(ike->life.armed);
		end = ike->life.at + core->timers.lost;
		assert_int_equal(end % LINGER_STEP_MS, 0);
		assert_in_range(end, now + LINGER_MS, now + LINGER_MS + LINGER_STEP_MS - 1);
	}
	peers_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_wrong_at_the_end),
		cmocka_unit_test(test_not_at_once),
		cmocka_unit_test(test_way_back),
		cmocka_unit_test(test_way_there),
		cmocka_unit_test(test_lingers_in_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
