// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two cores whose messages are longer than a packet (RFC 7383): cut, lost, mixed up, forged,
 * repeated in parts of another size, and put together again or dropped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "ike/fragments.h"
#include "ike/v2/v2.h"
#include "tests/peers.h"

#define SMALL	200	/* octets of a packet that has room for few payloads */
#define AROUND	28	/* octets of IPv4 and UDP */
#define MARKED	(AROUND + 4)

/* With these, both messages of IKE_AUTH are longer than what each link of IPv4 passes. */
static const char *const many_local =
	"10.1.0.0/24 10.1.2.0/24 10.1.4.0/24 10.1.6.0/24 10.1.8.0/24 10.1.10.0/24 10.1.12.0/24";
static const char *const many_remote =
	"10.2.0.0/24 10.2.2.0/24 10.2.4.0/24 10.2.6.0/24 10.2.8.0/24 10.2.10.0/24 10.2.12.0/24";

#define LABEL	"a-label-of-a-name-that-has-as-many-octets-as-one-may-have-in-dns."
#define LONG(c)	c "." LABEL LABEL LABEL "example"

static struct site small(int side)
{
	struct site site = peers_site(side);

	site.fragment_n = SMALL;
	return site;
}

static struct site large(int side)
{
	struct site site = peers_site(side);

	site.proxies[0].local = side == A ? many_local : many_remote;
	site.proxies[0].remote = side == A ? many_remote : many_local;
	site.local_id = side == A ? LONG("a") : LONG("b");
	site.peer_id = side == A ? LONG("b") : LONG("a");
	return site;
}

static void configure(struct peers *net, const struct site *a, const struct site *b)
{
	peers_configure(net, B, b);
	peers_configure(net, A, a);
}

static struct ike_sa *newest(const struct peers *net, int side)
{
	assert_non_null(net->peer[side].core->ikes);
	return net->peer[side].core->ikes;
}

/* ------------------------------------------------------------------ the wire */

/* What a tap has seen, and what it is to do. */
struct wire {
	unsigned int parts[2], whole[2];	/* protected messages in parts, and in one */
	unsigned int most_total;
	size_t longest[2];
	size_t limit[2];		/* longer ones get lost; 0: none do */
	unsigned int lose;		/* each fragment of that number of A's; 0: none */
	uint16_t lose_total;		/* where there are so many */
	size_t lost_n;			/* octets of payloads in a message of so many */
	bool forge;			/* before each comes one that somebody has altered */
	uint8_t elsewhere;		/* what is handed over comes from so many addresses on */
	unsigned int kept_n;		/* of one message in another cut */
	uint8_t kept[2048];
};

static struct wire wire;

static bool is_fragment(const uint8_t *data, size_t n, struct wire_message *message,
			struct wire_skf *skf)
{
	const struct wire_payload *sk;
	struct wire_error error;

	if (wire_message_parse(bytes_of(data, n), message, &error))
		return false;
	sk = wire_message_sk(message);
	return sk && sk->type == IKE_PL_SKF && !wire_read_skf(sk, skf, &error);
}

static void to_other(struct peers *net, int from, const uint8_t *data, size_t n)
{
	struct ike_sa *ike = newest(net, from);
	struct endpoint local = ike->path->remote, remote = ike->path->local;

	remote.addr.b[3] += wire.elsewhere;
	remote.port += wire.elsewhere;
	ike_core_datagram(net->peer[!from].core, net->now, &local, &remote, bytes_of(data, n));
}

static bool tap(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct wire_message message;
	struct wire_skf skf;

	if (n > wire.longest[from])
		wire.longest[from] = n;
	if (!is_fragment(data, n, &message, &skf)) {
		wire.whole[from]++;
		return !wire.limit[from] || n <= wire.limit[from];
	}
	wire.parts[from]++;
	if (skf.total > wire.most_total)
		wire.most_total = skf.total;
	if (wire.forge) {
		data[n - 1] ^= 1;
		to_other(net, from, data, n);
		data[n - 1] ^= 1;
	}
	if (wire.limit[from] && n > wire.limit[from])
		return false;
	if (from != A || wire.lose_total != skf.total)
		return true;
	if (skf.number == 1)
		wire.lost_n = 0;
	wire.lost_n += n - IKE_HDR_LEN - 8 - 8 - 16 - 1;
	return wire.lose != skf.number;
}

static struct peers *watched(uint64_t seed)
{
	struct peers *net = peers_new(seed);

	memset(&wire, 0, sizeof(wire));
	net->tap = tap;
	return net;
}

/* Nothing of a message waits for its rest any more. */
static void must_hold_nothing(const struct peers *net)
{
	for (int side = A; side <= B; side++)
		assert_int_equal(net->peer[side].core->fragments_n, 0);
}

static void must_come_up(struct peers *net, ike_time ms)
{
	peers_must_be_quiet(net, ms);
	must_hold_nothing(net);
}

/* ------------------------------------------------------------------ agreed on */

/* All that is protected goes in parts, and both say of what size. */
static void test_cut(void **state)
{
	struct site a = small(A), b = small(B);
	struct peers *net = watched(1);

	(void)state;
	configure(net, &a, &b);
	must_come_up(net, 2000);
	assert_in_range(wire.parts[A], 2, 8);
	assert_in_range(wire.parts[B], 2, 8);
	assert_true(newest(net, A)->fragmentation && newest(net, B)->fragmentation);
	assert_int_equal(peers_ike(net, A)->fragment_n, SMALL);
	/* What was built and then sealed in parts is not left behind in clear. */
	assert_null(memmem(net->peer[A].core->scratch, MESSAGE_MAX, "a.example", 9));
	peers_past_early(net);
	net->watch = true;
	wire.longest[A] = wire.longest[B] = 0;
	peers_run(net, 7200000);
	assert_true(peers_child(net, A, "net")->counts.rekeys >= 2);
	assert_in_range(wire.longest[A], SMALL / 2, SMALL - AROUND);
	assert_in_range(wire.longest[B], SMALL / 2, SMALL - AROUND);
	must_hold_nothing(net);
	peers_finish(net);
}

/* One end does not want it: what is long is sent as it is. */
static void check_not_agreed(int off)
{
	struct site site[2] = { small(A), small(B) };
	struct peers *net = watched(2);

	site[off].fragmentation = false;
	configure(net, &site[A], &site[B]);
	must_come_up(net, 2000);
	assert_int_equal(wire.parts[A] + wire.parts[B], 0);
	assert_int_equal(peers_ike(net, !off)->fragment_n, 0);
	peers_finish(net);
}

static void test_not_agreed(void **state)
{
	(void)state;
	check_not_agreed(A);
	check_not_agreed(B);
}

/* With CBC, whose padding each part has. */
static void test_cbc(void **state)
{
	struct site a = small(A), b = small(B);
	struct peers *net;

	(void)state;
	a.ike = peers_props(PROP_IKE, "aes-256-cbc", "sha256", "group31");
	b.ike = a.ike;
	for (uint16_t n = 120; n < 260; n += 7) {
		a.fragment_n = n;
		b.fragment_n = (uint16_t)(380 - n);
		net = watched(n);
		configure(net, &a, &b);
		must_come_up(net, 3000);
		if (n > 160)
			assert_in_range(wire.longest[A], 1, 300);
		peers_finish(net);
	}
}

/* ------------------------------------------------------------------ a bad network */

static void test_weather(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct site a = small(A), b = small(B);
		struct peers *net = watched(seed);

		net->loss = 20;
		net->twice = 20;
		net->reorder = 40;
		net->peer[A].jobs.most_ms = 800;
		net->peer[B].jobs.most_ms = 800;
		wire.forge = seed & 1;
		configure(net, &a, &b);
		must_come_up(net, 300000);
		peers_run(net, 4000000);
		net->loss = net->twice = net->reorder = 0;
		peers_must_be_quiet(net, 300000);
		peers_run(net, 40000);
		must_hold_nothing(net);
		peers_free(net);
	}
}

/* The keys of the first protected request are made as its other parts arrive: none is lost. */
static void test_early(void **state)
{
	struct site a = small(A), b = small(B);
	struct peers *net = watched(3);

	(void)state;
	net->peer[B].jobs.least_ms = 700;
	net->peer[B].jobs.most_ms = 700;
	configure(net, &a, &b);
	/* a key pair, the shared secret, two of AUTH: the peer repeats nothing of its parts */
	peers_must_be_quiet(net, 700 * 4 + 200);
	must_hold_nothing(net);
	peers_finish(net);
}

/* ------------------------------------------------------------------ sizes */

/* The path passes no long packets, one way or both: the parts get smaller until they pass. */
static void check_narrow(size_t limit_a, size_t limit_b)
{
	struct site a = large(A), b = large(B);
	struct peers *net = watched(4);

	wire.limit[A] = limit_a;
	wire.limit[B] = limit_b;
	configure(net, &a, &b);
	must_come_up(net, 20000);
	assert_true(wire.longest[A] > 576 - AROUND);
	peers_past_early(net);
	wire.longest[A] = wire.longest[B] = 0;
	peers_run(net, 7200000);
	/* known by now */
	if (limit_a)
		assert_in_range(wire.longest[A], 1, limit_a);
	assert_in_range(wire.longest[B], 1, 576 - AROUND);
	peers_finish(net);
}

static void test_narrow(void **state)
{
	(void)state;
	check_narrow(576 - AROUND, 576 - AROUND);
	check_narrow(576 - AROUND, 0);
	check_narrow(0, 576 - AROUND);
}

/* What is cut anew has more parts, of which those from before are none (section 2.6.1). */
static void test_total_grows(void **state)
{
	struct site a = large(A), b = large(B);
	struct peers *net = watched(5);

	(void)state;
	/* 600 octets make two parts, of which one gets through, and then three or more */
	a.fragment_n = 700;
	wire.lose = 2;
	wire.lose_total = 2;
	configure(net, &a, &b);
	must_come_up(net, 20000);
	assert_true(wire.most_total > 2);
	peers_finish(net);
}

#define ROOM_LEAST	(576 - AROUND - IKE_HDR_LEN - 8 - 8 - 16 - 1)	/* of payloads */

/* Octets of payloads in A's request in two parts, the second of which gets lost each time. */
static size_t twice_cut(uint64_t seed, const char *name)
{
	struct site a = large(A), b = large(B);
	struct peers *net = watched(seed);
	size_t n;

	a.fragment_n = 700;
	a.local_id = name;
	b.peer_id = name;
	wire.lose = 2;
	wire.lose_total = 2;
	configure(net, &a, &b);
	must_come_up(net, 20000);
	n = wire.lost_n;
	peers_finish(net);
	return n;
}

/*
 * Also where the payloads would make as many parts of the least size as there were before, to the
 * octet: they look like those, and are of another cut.
 */
static void test_total_even(void **state)
{
	char name[1024] = LONG("a");
	size_t n;

	(void)state;
	n = twice_cut(15, name);
	assert_in_range(n, ROOM_LEAST, 2 * ROOM_LEAST - 1);
	memset(name + strlen(name), 'x', 2 * ROOM_LEAST - n);
	assert_int_equal(twice_cut(16, name), 2 * ROOM_LEAST);
	assert_true(wire.most_total > 2);
}

/* A part of the cut before comes late, and changes nothing. */
static bool tap_late(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct wire_message message;
	struct wire_skf skf;

	if (from != A || !is_fragment(data, n, &message, &skf))
		return true;
	if (skf.total == 2 && !wire.kept_n) {
		memcpy(wire.kept, data, n);
		wire.kept_n = (unsigned int)n;
	}
	if (skf.total > 2)
		to_other(net, A, wire.kept, wire.kept_n);
	if (skf.total > 2 && skf.number == 1)
		wire.most_total = skf.total;
	return skf.total > 2;
}

static void test_total_shrinks(void **state)
{
	struct site a = large(A), b = large(B);
	struct peers *net = watched(6);

	(void)state;
	a.fragment_n = 700;
	net->tap = tap_late;
	configure(net, &a, &b);
	must_come_up(net, 20000);
	assert_true(wire.kept_n && wire.most_total > 2);
	peers_finish(net);
}

/* ------------------------------------------------------------------ hostile peers */

/* Hands over one part of a request of @from, sealed and proper, as @number of @total says. */
static void hand_part(struct peers *net, int from, unsigned int id, uint16_t number,
		      uint16_t total, const void *octets, size_t n, bool junk)
{
	struct ike_sa *ike = newest(net, from);
	struct cipher_key *key = ike_key_out(ike);
	static uint8_t buf[MESSAGE_MAX];
	struct wire_writer w;
	struct bytes message;

	v2_begin(&w, buf, ike, IKE_EXCH_INFORMATIONAL, id, false);
	if (junk) {
		wire_payload_begin(&w, 200);
		wbuf_zero(&w.buf, 4);
		wire_payload_end(&w);
	}
	wire_skf_begin(&w, number == 1 ? IKE_PL_NOTIFY : IKE_PL_NONE, number, total,
		       cipher_iv_len(key));
	wbuf_put(&w.buf, octets, n);
	wire_sk_end(&w, cipher_pad_len(key, n), cipher_icv_len(key));
	message = wire_end(&w);
	assert_int_equal(cipher_seal(key, ike->core->hooks.random, ike->core->hooks.ctx, buf,
				     message.n, wire_sk_body(&w)), 0);
	to_other(net, from, buf, message.n);
}

/* Likewise, and whatever is answered is sent. */
static void speak(struct peers *net, int from, unsigned int id, uint16_t number, uint16_t total,
		  const void *octets, size_t n, bool junk)
{
	hand_part(net, from, id, number, total, octets, n, junk);
	peers_settle(net, !from);
}

static struct peers *up(uint64_t seed)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = watched(seed);

	configure(net, &a, &b);
	must_come_up(net, 3000);
	peers_past_early(net);
	return net;
}

/* Fragments without an end: what is kept has a limit, and does not last. */
static void test_endless(void **state)
{
	static uint8_t octets[4000];
	struct peers *net = up(7);
	struct ike_core *core = net->peer[B].core;
	uint32_t id = newest(net, B)->ex.recv_id;

	(void)state;
	for (uint16_t number = 1; number < FRAGMENTS_MOST; number++) {
		speak(net, A, id, number, FRAGMENTS_MOST, octets, sizeof(octets), false);
		assert_true(core->fragments_n <= FRAGMENTS_OCTETS);
	}
	assert_true(core->fragments_n > FRAGMENTS_OCTETS / 2);
	/* more parts than are taken, or none */
	speak(net, A, id, 1, FRAGMENTS_MOST + 1, octets, 8, false);
	speak(net, A, id, 65535, 65535, octets, 8, false);
	speak(net, A, id, 0, 0, octets, 8, false);
	speak(net, A, id, 3, 2, octets, 8, false);
	/* of other exchanges: later, earlier */
	speak(net, A, id + 1, 1, 2, octets, 8, false);
	assert_int_equal(newest(net, B)->ex.recv_id, id);
	peers_run(net, FRAGMENTS_MS + 1000);
	must_hold_nothing(net);
	peers_finish(net);
}

/*
 * Those who have not proved anything fill half of the room, and no more: nobody else of them gets
 * in, but SAs that are up go on.
 */
static void test_hoarded(void **state)
{
	struct site a = small(A), b = small(B);
	struct peers *net = up(12);
	struct ike_core *core = net->peer[B].core;
	uint32_t id = newest(net, B)->ex.recv_id;

	(void)state;
	core->fragments_n += FRAGMENTS_HALF;
	speak(net, A, id, 1, 2, "a part", 6, false);
	assert_int_equal(core->fragments_n, FRAGMENTS_HALF + 6);
	core->fragments_n -= FRAGMENTS_HALF;
	peers_free(net);

	net = watched(13);
	core = net->peer[B].core;
	core->fragments_n += FRAGMENTS_HALF;
	configure(net, &a, &b);
	peers_run(net, 10000);
	assert_int_equal(core->fragments_n, FRAGMENTS_HALF);
	assert_int_equal(peers_ikes(net, B), 0);
	core->fragments_n -= FRAGMENTS_HALF;
	peers_must_be_quiet(net, 60000);
	peers_finish(net);
}

/* A notification in two parts. */
static const uint8_t notification[] = { 0, 0, 0, 10, 0, 0, 0x90, 0x01, 1, 2 };

/* Another total, by a part that proves itself, begins anew; a smaller one says nothing. */
static void test_totals(void **state)
{
	struct peers *net = up(8);
	uint32_t id = newest(net, B)->ex.recv_id;
	struct fragments *f;

	(void)state;
	speak(net, A, id, 1, 2, notification, 5, false);
	f = newest(net, B)->fragments[JOB_PEERS];
	assert_non_null(f);
	speak(net, A, id, 1, 2, "other", 5, false);
	assert_int_equal(f->have, 1);
	speak(net, A, id, 3, 3, notification + 8, 2, false);
	assert_int_equal(f->total, 3);
	assert_int_equal(f->have, 1);
	speak(net, A, id, 2, 2, notification + 5, 5, false);
	assert_int_equal(f->have, 1);
	speak(net, A, id, 1, 3, notification, 4, false);
	assert_int_equal(newest(net, B)->ex.recv_id, id);
	speak(net, A, id, 2, 3, notification + 4, 4, false);
	assert_int_equal(newest(net, B)->ex.recv_id, id + 1);
	must_hold_nothing(net);
	newest(net, A)->ex.send_id++;
	peers_finish(net);
}

/*
 * Parts are of one message wherever they come from: they are put together, have the limit of one,
 * and move nobody.  The answer goes where the last of them came from (RFC 7296 section 2.11).
 */
static void test_elsewhere(void **state)
{
	static uint8_t octets[4000];
	struct peers *net = up(14);
	struct ike_sa *ike = newest(net, B);
	uint32_t id = ike->ex.recv_id;
	struct endpoint before = ike->path->remote;
	const struct ike_action *action;

	(void)state;
	speak(net, A, id, 1, 2, notification, 5, false);
	wire.elsewhere = 1;
	hand_part(net, A, id, 2, 2, notification + 5, 5, false);
	assert_int_equal(ike->ex.recv_id, id + 1);
	action = ike_core_action(net->peer[B].core);
	assert_non_null(action);
	assert_int_equal(action->type, IKE_ACTION_SEND);
	assert_int_equal(action->send.remote.port, before.port + 1);
	assert_int_equal(action->send.remote.addr.b[3], before.addr.b[3] + 1);
	assert_null(ike_core_action(net->peer[B].core));
	for (uint16_t number = 1; number < FRAGMENTS_MOST; number++) {
		wire.elsewhere = (uint8_t)number;
		speak(net, A, id + 1, number, FRAGMENTS_MOST, octets, sizeof(octets), false);
		assert_true(net->peer[B].core->fragments_n <= FRAGMENTS_OCTETS);
	}
	assert_true(net->peer[B].core->fragments_n > FRAGMENTS_OCTETS / 2);
	assert_true(endpoint_equal(&ike->path->remote, &before));
	wire.elsewhere = 0;
	newest(net, A)->ex.send_id++;
	peers_run(net, FRAGMENTS_MS + 1000);
	must_hold_nothing(net);
	peers_finish(net);
}

/* Of a request that was answered the first part alone asks for the answer (section 2.6.1). */
static void test_repeated(void **state)
{
	struct peers *net = up(9);
	uint32_t id = newest(net, B)->ex.recv_id;
	unsigned int sent;

	(void)state;
	speak(net, A, id, 1, 2, notification, 5, false);
	sent = net->peer[B].sent;
	speak(net, A, id, 2, 2, notification + 5, 5, false);
	assert_int_equal(net->peer[B].sent, sent + 1);
	speak(net, A, id, 2, 2, notification + 5, 5, false);
	assert_int_equal(net->peer[B].sent, sent + 1);
	speak(net, A, id, 1, 2, notification, 5, false);
	assert_int_equal(net->peer[B].sent, sent + 2);
	newest(net, A)->ex.send_id++;
	peers_finish(net);
}

/* Payloads that nobody knows, in clear: beside the first part they do no harm. */
static void test_junk(void **state)
{
	struct peers *net = up(10);
	uint32_t id = newest(net, B)->ex.recv_id;
	struct fragments *f;

	(void)state;
	speak(net, A, id, 2, 2, notification + 5, 5, true);
	assert_null(newest(net, B)->fragments[JOB_PEERS]);
	speak(net, A, id, 1, 2, notification, 5, true);
	f = newest(net, B)->fragments[JOB_PEERS];
	assert_non_null(f);
	assert_int_equal(f->have, 1);
	speak(net, A, id, 2, 2, notification + 5, 5, false);
	assert_int_equal(newest(net, B)->ex.recv_id, id + 1);
	newest(net, A)->ex.send_id++;
	peers_finish(net);
}

/* A request in one piece counts beside parts of itself, which are then of no use. */
static void test_mixed(void **state)
{
	struct peers *net = up(11);
	struct ike_sa *ike = newest(net, A);
	uint32_t id = newest(net, B)->ex.recv_id;
	static uint8_t buf[MESSAGE_MAX];
	struct wire_writer w;
	struct bytes message;

	(void)state;
	speak(net, A, id, 1, 2, notification, 5, false);
	v2_begin(&w, buf, ike, IKE_EXCH_INFORMATIONAL, id, false);
	wire_sk_begin(&w, cipher_iv_len(ike_key_out(ike)));
	message = v2_seal(ike, &w, buf);
	to_other(net, A, buf, message.n);
	peers_settle(net, B);
	assert_int_equal(newest(net, B)->ex.recv_id, id + 1);
	must_hold_nothing(net);
	ike->ex.send_id++;
	peers_finish(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_not_agreed),
		cmocka_unit_test(test_cbc),
		cmocka_unit_test(test_weather),
		cmocka_unit_test(test_early),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_total_grows),
		cmocka_unit_test(test_total_even),
		cmocka_unit_test(test_total_shrinks),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_hoarded),
		cmocka_unit_test(test_totals),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_junk),
		cmocka_unit_test(test_mixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
