// SPDX-License-Identifier: GPL-2.0-or-later
/* An end that was started anew proves by its token that it has lost the IKE SA (RFC 6290). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/speech.h"

#define PROVED	"proves it"
#define HINTED	"it may have started anew"
#define ROUND	60	/* ms for a request and its answer, and what a job takes */

static struct peers *up(uint64_t seed)
{
	struct peers *net = peers_new(seed);

	peers_tokens(net);
	peers_configure_both(net);
	peers_must_be_quiet(net, 10000);
	peers_past_early(net);
	return net;
}

/* The IKE SA of @side is rekeyed by that side, and all is quiet again. */
static void rekey(struct peers *net, int side)
{
	unsigned int before = peers_told(net, side, "IKE SA is rekeyed");
	struct ike_core *core = net->peer[side].core;

	core_begin(core, net->now);
	exchange_queue(sa_of(net, side), task_new(TASK_IKE_REKEY));
	core_end(core);
	peers_settle(net, side);
	peers_run(net, 5000);
	assert_int_equal(peers_told(net, side, "IKE SA is rekeyed"), before + 1);
	peers_must_be_quiet(net, 60000);
}

/* A, started anew, waits to be asked; B, which may not begin, knows with the first answer. */
static void check_responder(struct peers *net)
{
	struct site a = peers_site(A);

	a.start = POLICY_START_ON_DEMAND;
	peers_restart(net, A, &a);
	peers_soften(net, B);
	peers_run(net, ROUND);
	assert_int_equal(peers_logged(net, PROVED), 1);
	assert_int_equal(peers_ikes(net, B), 0);
	assert_null(kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net"));
	peers_free(net);
}

static void test_responder(void **state)
{
	(void)state;
	check_responder(up(1));
}

/*
 * B leaves its tunnel to A, which waits for traffic: neither proof nor silence has B begin.  Else
 * A would have what nobody there asked for.
 */
static void test_left_to_peer(void **state)
{
	(void)state;
	for (int silent = 0; silent <= 1; silent++) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net = peers_new(12);
		unsigned int made;

		peers_tokens(net);
		/* What does not begin here is the tunnel, not the gateway. */
		b.passive = false;
		peers_configure(net, B, &b);
		peers_configure(net, A, &a);
		peers_must_be_quiet(net, 10000);
		peers_past_early(net);
		made = peers_told(net, A, "up from");
		a.start = POLICY_START_ON_DEMAND;
		if (silent)
			net->peer[A].cut = true;
		peers_restart(net, A, &a);
		peers_soften(net, B);
		peers_run(net, 5000);
		net->peer[A].cut = false;
		peers_run(net, 600000);
		assert_int_equal(peers_ikes(net, A) + peers_ikes(net, B), 0);
		assert_int_equal(peers_told(net, A, "up from"), made);
		peers_free(net);
	}
}

/* B is started anew, and A, which begins, has another IKE SA at once. */
static void check_initiator(struct peers *net)
{
	struct site b = peers_site(B);

	peers_restart(net, B, &b);
	peers_soften(net, A);
	peers_run(net, ROUND);
	assert_int_equal(peers_logged(net, PROVED), 1);
	assert_int_equal(peers_logged(net, HINTED), 0);
	assert_true(peers_until(net, peers_all_flow, 400));
	peers_finish(net);
}

static void test_initiator(void **state)
{
	(void)state;
	check_initiator(up(2));
}

/* The tokens of an IKE SA that was rekeyed are other ones, and both ends have them. */
static void test_rekeyed(void **state)
{
	struct peers *net;

	(void)state;
	for (int by = A; by <= B; by++) {
		net = up(3);
		rekey(net, by);
		check_responder(net);
		net = up(4);
		rekey(net, by);
		check_initiator(net);
	}
}

/* The kernel goes on with what the daemon has lost: nothing of that is given up too early. */
static void test_revived(void **state)
{
	struct peers *net = up(5);
	struct site b = peers_site(B);

	(void)state;
	net->watch = true;
	peers_revive(net, B, &b);
	peers_soften(net, A);
	peers_run(net, ROUND);
	assert_int_equal(peers_logged(net, PROVED), 1);
	peers_run(net, 5000);
	assert_int_equal(net->gaps, 0);
	peers_finish(net);
}

/*
 * Neither is it where the peer is to begin, which A does at once as it finds that: by then B, whose
 * request was under way, has the proof already.
 */
static void test_revived_beside_traffic(void **state)
{
	struct site a = peers_site(A);
	struct peers *net = up(9);

	(void)state;
	peers_talk(net, true);
	net->watch = true;
	peers_soften(net, B);
	peers_revive(net, A, &a);
	peers_run(net, 30);
	assert_int_equal(peers_logged(net, PROVED), 1);
	peers_run(net, 5000);
	assert_int_equal(net->gaps, 0);
	peers_finish(net);
}

/*
 * A has lost all, and begins nothing.  What B heard just before counts for a while; what B goes on
 * asking meanwhile it asks now and then.
 */
static void test_silence(void **state)
{
	struct site a = peers_site(A);
	struct peers *net = up(10);
	unsigned int sent;

	(void)state;
	peers_talk(net, true);
	peers_run(net, 2000);
	peers_talk(net, false);
	sent = net->peer[B].sent;
	a.start = POLICY_START_ON_DEMAND;
	peers_restart(net, A, &a);
	peers_soften(net, B);
	peers_run(net, ROUND);
	assert_int_equal(peers_logged(net, PROVED), 1);
	assert_int_equal(peers_ikes(net, B), 1);
	peers_run(net, 25000);
	assert_int_equal(peers_ikes(net, B), 0);
	assert_int_equal(peers_logged(net, PROVED), 1);
	assert_in_range(net->peer[B].sent - sent, 3, 12);
	peers_free(net);
}

/* --- what proves nothing --- */

static bool alter;

/* Notifications alone, in clear, are INVALID_IKE_SPI; its last octet is the token's. */
static bool tap_token(struct peers *net, int from, uint8_t *data, size_t n)
{
	(void)net;
	(void)from;
	if (alter && data[16] == IKE_PL_NOTIFY && data[18] != IKE_EXCH_IKE_SA_INIT)
		data[n - 1] ^= 1;
	return true;
}

/* A token that is not the peer's is as good as none. */
static void test_altered(void **state)
{
	struct site a = peers_site(A);
	struct peers *net = up(6);

	(void)state;
	alter = true;
	net->tap = tap_token;
	a.start = POLICY_START_ON_DEMAND;
	peers_restart(net, A, &a);
	peers_soften(net, B);
	peers_run(net, ROUND);
	assert_int_equal(peers_logged(net, PROVED), 0);
	assert_int_equal(peers_logged(net, HINTED), 1);
	assert_int_equal(peers_ikes(net, B), 1);
	/* the hint does not keep the proof from being believed */
	alter = false;
	peers_run(net, 2000);
	assert_int_equal(peers_logged(net, PROVED), 1);
	assert_int_equal(peers_ikes(net, B), 0);
	peers_free(net);
}

/* So is that of a daemon that does not have the secret of the one before. */
static void test_other_secret(void **state)
{
	struct site a = peers_site(A);
	struct peers *net = up(7);

	(void)state;
	net->peer[A].token_key ^= 1;
	a.start = POLICY_START_ON_DEMAND;
	peers_restart(net, A, &a);
	peers_soften(net, B);
	peers_run(net, ROUND);
	assert_int_equal(peers_logged(net, HINTED), 1);
	assert_int_equal(peers_logged(net, PROVED), 0);
	assert_int_equal(peers_ikes(net, B), 1);
	peers_free(net);
}

/* Nobody gets the token of an IKE SA that lives, whatever he says of who began it. */
static void test_alive(void **state)
{
	struct peers *net = up(8);
	const struct ike_sa *ike = sa_of(net, B);
	struct endpoint local = { .addr = site_address(peers_site(B).local), .port = 500 };
	struct endpoint remote = { .addr = site_address(peers_site(A).local), .port = 500 };
	unsigned int sent = net->peer[B].sent;
	uint8_t message[80] = {
		[16] = IKE_PL_SK, IKE_VERSION_2, IKE_EXCH_INFORMATIONAL,
		[27] = sizeof(message), [31] = sizeof(message) - 28,
	};

	(void)state;
	memcpy(message, ike->spi_i, IKE_SPI_LEN);
	memcpy(message + IKE_SPI_LEN, ike->spi_r, IKE_SPI_LEN);
	for (unsigned int flags = 0; flags < 256; flags++) {
		message[19] = (uint8_t)flags;
		peers_inject(net, B, &local, &remote, bytes_of(message, sizeof(message)));
	}
	assert_int_equal(net->peer[B].sent, sent);
	peers_finish(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_responder),
		cmocka_unit_test(test_left_to_peer),
		cmocka_unit_test(test_initiator),
		cmocka_unit_test(test_rekeyed),
		cmocka_unit_test(test_revived),
		cmocka_unit_test(test_revived_beside_traffic),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_other_secret),
		cmocka_unit_test(test_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
