// SPDX-License-Identifier: GPL-2.0-or-later
/* Two cores speak IKEv1, and somebody in between alters, replays and invents messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ike/v1/v1.h"
#include "tests/peers.h"
#include "wire/v1_const.h"

#define MESSAGES	9	/* of main and quick mode */
#define ISAKMP_EXCHANGE_AT	18	/* octet of the header */
#define FIRSTS		800	/* that nobody goes on with */
#define FREE_MOST	500	/* as ike/stranger.c has it */

static struct endpoint at(const char *address)
{
	return (struct endpoint){ .addr = site_address(address), .port = IKE_PORT };
}

/* --- what came by --- */

struct seen {
	unsigned int n;
	unsigned int flip;		/* of which message, from 1; 0: none */
	size_t octet;			/* counted from its end, round and round */
	struct {
		int from;
		size_t n;
		uint8_t data[2048];
	} list[MESSAGES];
};

static bool tap(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct seen *seen = net->tap_ctx;

	if (seen->n < MESSAGES && n <= sizeof(seen->list[0].data)) {
		seen->list[seen->n].from = from;
		seen->list[seen->n].n = n;
		memcpy(seen->list[seen->n].data, data, n);
	}
	if (++seen->n == seen->flip)
		data[n - 1 - seen->octet % n] ^= 0x41;
	return true;
}

static struct peers *begin(uint64_t seed, struct seen *seen)
{
	struct site a = peers_site_v1(A, "group19"), b = peers_site_v1(B, "group19");
	struct peers *net = peers_new(seed);

	net->tap = tap;
	net->tap_ctx = seen;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	return net;
}

/* Whatever is wrong with one message, the ends come to terms all the same. */
static void test_altered(void **state)
{
	static const size_t octets[] = { 0, 9, 20, 33, 47, 70, 95 };

	(void)state;
	for (unsigned int message = 1; message <= MESSAGES; message++) {
		for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++) {
			struct seen seen = { .flip = message, .octet = octets[i] };
			struct peers *net = begin(message, &seen);

			peers_must_be_quiet(net, 180000);
			peers_free(net);
		}
	}
}

/* All that was said is said again, to both, and then nothing is other than before. */
static void test_replayed(void **state)
{
	const struct endpoint a = at("192.0.2.1"), b = at("198.51.100.2");
	struct seen seen = { .n = 0 };
	struct peers *net = begin(1, &seen);
	uint64_t tokens[2];

	(void)state;
	assert_true(peers_until(net, peers_quiet, 5000));
	assert_int_equal(seen.n, MESSAGES);
	tokens[A] = peers_token(net, A);
	tokens[B] = peers_token(net, B);
	for (unsigned int i = 0; i < MESSAGES; i++) {
		struct bytes data = bytes_of(seen.list[i].data, seen.list[i].n);

		peers_inject(net, A, &a, &b, data);
		peers_inject(net, B, &b, &a, data);
	}
	peers_run(net, 60000);
	assert_true(peers_quiet(net));
	assert_true(peers_token(net, A) == tokens[A]);
	assert_true(peers_token(net, B) == tokens[B]);
	assert_int_equal(kern_fake_added(net->peer[A].kern), 2);
	assert_int_equal(kern_fake_added(net->peer[B].kern), 2);
	peers_free(net);
}

/* The first message of a quick mode that nobody remembers makes no child, and is not heard. */
static void test_replayed_late(void **state)
{
	const struct endpoint a = at("192.0.2.1"), b = at("198.51.100.2");
	struct seen seen = { .n = 0 };
	struct peers *net = begin(4, &seen);
	struct ike_sa *ike;

	(void)state;
	assert_true(peers_until(net, peers_quiet, 5000));
	assert_int_equal(seen.list[6].from, A);
	assert_int_equal(seen.list[6].data[ISAKMP_EXCHANGE_AT], ISAKMP_EXCH_QUICK);
	net->tap = NULL;
	peers_run(net, 1000);
	ike = net->peer[B].core->ikes;
	/* As if many had come since. */
	for (struct v1_quick *quick = v1_of(ike)->quicks; quick; quick = quick->next)
		quick->message_id = 0;
	peers_inject(net, B, &b, &a, bytes_of(seen.list[6].data, seen.list[6].n));
	assert_true(ike->heard < net->now);
	assert_int_equal(kern_fake_added(net->peer[B].kern), 2);
	assert_true(peers_quiet(net));
	peers_free(net);
}

/* What a peer has said while it lived does not make it live on. */
static void test_replayed_life(void **state)
{
	const struct endpoint a = at("192.0.2.1"), b = at("198.51.100.2");
	struct seen seen = { .n = 0 };
	struct site site[2] = { peers_site_v1(A, "group19"), peers_site_v1(B, "group19") };
	struct peers *net = peers_new(5);

	(void)state;
	site[A].liveness = 5;
	peers_configure(net, B, &site[B]);
	peers_configure(net, A, &site[A]);
	peers_must_be_quiet(net, 5000);
	net->tap = tap;
	net->tap_ctx = &seen;
	peers_run(net, 12000);
	assert_true(seen.n >= 2);
	assert_int_equal(seen.list[1].from, B);
	assert_int_equal(seen.list[1].data[ISAKMP_EXCHANGE_AT], ISAKMP_EXCH_INFORMATIONAL);
	net->peer[B].cut = true;
	for (unsigned int s = 0; s < 90; s++) {
		peers_inject(net, A, &a, &b, bytes_of(seen.list[1].data, seen.list[1].n));
		peers_run(net, 1000);
	}
	assert_int_equal(peers_told(net, A, "is dead"), 1);
	peers_free(net);
}

/* An SA that has heard more than it can remember is replaced, and no child with it. */
static void test_remembered(void **state)
{
	const struct endpoint a = at("192.0.2.1"), b = at("198.51.100.2");
	struct seen seen = { .n = 0 };
	struct peers *net = begin(6, &seen);
	struct ike_sa *ike;

	(void)state;
	assert_true(peers_until(net, peers_quiet, 5000));
	net->tap = NULL;
	ike = net->peer[A].core->ikes;
	for (uint32_t id = 1; id <= 16384; id++)
		v1_see(ike, id);
	assert_true(v1_seen(ike, 1));
	peers_run(net, 5000);
	assert_int_equal(peers_logged(net, "another IKE SA is begun"), 0);
	v1_see(ike, 16385);
	assert_true(v1_seen(ike, 16385));
	/* Any message has the core do what waits. */
	peers_inject(net, A, &a, &b, bytes_of(seen.list[1].data, seen.list[1].n));
	peers_run(net, 30000);
	assert_int_equal(peers_logged(net, "another IKE SA is begun"), 1);
	assert_int_equal(kern_fake_added(net->peer[A].kern), 2);
	peers_must_be_quiet(net, 30000);
	peers_free(net);
}

/* Who only begins is answered once, and no longer when many do; in time that is forgotten. */
static void test_firsts(void **state)
{
	const struct endpoint b = at("198.51.100.2");
	struct seen seen = { .n = 0 };
	struct peers *net = begin(2, &seen);
	struct site site = peers_site_v1(B, "group19");
	unsigned int sent;

	(void)state;
	assert_true(peers_until(net, peers_quiet, 5000));
	net->tap = NULL;
	site.peer = NULL;
	peers_configure(net, B, &site);
	peers_run(net, 30000);
	sent = net->peer[B].sent;
	for (unsigned int i = 0; i < FIRSTS; i++) {
		struct endpoint from = at("203.0.113.1");

		put_be16(from.addr.b + 2, (uint16_t)(i + 1));
		put_be32(seen.list[0].data, i + 1);
		peers_inject(net, B, &b, &from,
			     bytes_of(seen.list[0].data, seen.list[0].n));
	}
	assert_int_equal(net->peer[B].sent - sent, FREE_MOST);
	assert_int_equal(net->peer[B].core->half_open, FREE_MOST);
	peers_run(net, 60000);
	assert_int_equal(net->peer[B].core->half_open, 0);
	peers_must_be_quiet(net, 60000);
	peers_free(net);
}

/* Nobody is told anything who is not some gateway's peer, or does not speak its version. */
static void test_nobodys_peer(void **state)
{
	const struct endpoint b = at("198.51.100.2"), elsewhere = at("203.0.113.1");
	struct site a = peers_site(A), other = peers_site(B);
	struct seen seen = { .n = 0 };
	struct peers *net = begin(3, &seen);
	unsigned int sent;

	(void)state;
	assert_true(peers_until(net, peers_quiet, 5000));
	net->tap = NULL;
	seen.list[0].data[0] ^= 1;
	sent = net->peer[B].sent;
	peers_inject(net, B, &b, &elsewhere, bytes_of(seen.list[0].data, seen.list[0].n));
	assert_int_equal(net->peer[B].sent, sent);
	peers_configure(net, A, &a);
	peers_configure(net, B, &other);
	peers_must_be_quiet(net, 120000);
	sent = net->peer[B].sent;
	other.peer = NULL;
	peers_inject(net, B, &b, &elsewhere, bytes_of(seen.list[0].data, seen.list[0].n));
	assert_int_equal(net->peer[B].sent, sent);
	peers_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_replayed),
		cmocka_unit_test(test_replayed_late),
		cmocka_unit_test(test_replayed_life),
		cmocka_unit_test(test_remembered),
		cmocka_unit_test(test_firsts),
		cmocka_unit_test(test_nobodys_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
