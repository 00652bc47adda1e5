// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two cores with additional key exchanges (RFC 9370) in IKE_INTERMEDIATE (RFC 9242), and in
 * IKE_FOLLOWUP_KE when the IKE SA is rekeyed: as many as there may be, wished for or insisted on,
 * beside fragments and post-quantum pre-shared keys, over a bad network with slow machines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ike/ike_sa.h"
#include "ike/v2/v2.h"
#include "tests/peers_wire.h"
#include "tests/speech.h"

#define SMALL	200	/* octets of a packet that a KE payload is longer than */

static struct site site_of(int side, const char *rounds)
{
	struct site site = peers_site(side);

	peers_rounds(&site.ike, rounds);
	return site;
}

static void configure(struct peers *net, const struct site *a, const struct site *b)
{
	peers_configure(net, B, b);
	peers_configure(net, A, a);
}

static struct peers *begin(uint64_t seed, const char *rounds_a, const char *rounds_b)
{
	struct site a = site_of(A, rounds_a), b = site_of(B, rounds_b);
	struct peers *net = peers_new(seed);

	configure(net, &a, &b);
	return net;
}

static void must_have(const struct peers *net, const char *proposal)
{
	assert_string_equal(peers_ike(net, A)->proposal, proposal);
	assert_string_equal(peers_ike(net, B)->proposal, proposal);
}

#define BASE	"AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519"

/* ------------------------------------------------------------------ the wire */

static struct peers_wire wire;

static struct peers *watched(uint64_t seed, const char *rounds)
{
	struct peers *net = peers_new(seed);

	peers_wire_watch(net, &wire);
	if (rounds) {
		struct site a = site_of(A, rounds), b = site_of(B, rounds);

		configure(net, &a, &b);
	}
	return net;
}

/* --------------------------------------------------------------------- tests */

/* They come up, with that many IKE_INTERMEDIATE, and stay so beyond all rekeys. */
static void check_up(const char *rounds, unsigned int n, const char *proposal)
{
	struct peers *net = watched(1, rounds);

	peers_must_be_quiet(net, 3000);
	must_have(net, proposal);
	assert_int_equal(wire.seen[IKE_EXCH_IKE_INTERMEDIATE], n);
	peers_past_early(net);
	net->watch = true;
	peers_run(net, 90000000);
	assert_true(peers_child(net, A, "net")->counts.rekeys > 20);
	/* Each rekey of the IKE SA has as many, and the heir says so. */
	assert_true(peers_logged(net, "IKE SA is rekeyed") >= 4);
	assert_int_equal(wire.seen[IKE_EXCH_IKE_FOLLOWUP_KE],
			 n * peers_logged(net, "IKE SA is rekeyed") / 2);
	must_have(net, proposal);
	assert_int_equal(peers_logged(net, " error "), 0);
	assert_int_equal(peers_logged(net, " warning "), 0);
	peers_finish(net);
}

static void test_up(void **state)
{
	(void)state;
	check_up("group20", 1, BASE "/KE ECP_384");
	check_up("group31,group20", 1, BASE "/KE ECP_384");
	check_up("group14 group21 group32", 3, BASE "/KE MODP_2048/KE ECP_521/KE CURVE448");
	check_up("group19 group20 group21 group25 group26 group28 group32", 7,
		 BASE "/KE ECP_256/KE ECP_384/KE ECP_521/KE ECP_192/KE ECP_224/KE BRAINPOOL_256"
		 "/KE CURVE448");
}

/* One end knows of none: they do without where that is allowed. */
static void check_without(const char *rounds_a, const char *rounds_b)
{
	struct peers *net = begin(2, rounds_a, rounds_b);

	peers_must_be_quiet(net, 3000);
	must_have(net, BASE);
	peers_finish(net);
}

static void check_refused(const char *rounds_a, const char *rounds_b, const char *text)
{
	struct peers *net = begin(3, rounds_a, rounds_b);

	peers_must_fail(net, text);
}

static void test_optional(void **state)
{
	(void)state;
	check_without("group20,none", "");
	check_without("", "group20,none");
	check_without("group20,none", "group21,none");
	check_refused("group20", "", "additional key exchanges differs: peer offers");
	check_refused("", "group20", "additional key exchanges differs: peer offers");
	check_refused("group20", "group21", "additional key exchanges differs: peer offers");
	/* No group may come twice. */
	check_refused("group20 group20", "group20 group20", "additional key exchanges differs");
}

/* A peer that offers them, but not the exchange that they need. */
static bool without_notify(struct peers *net, int from, uint8_t *data, size_t n)
{
	const uint8_t type[] = { IKE_N_INTERMEDIATE_EXCHANGE_SUPPORTED >> 8,
				 IKE_N_INTERMEDIATE_EXCHANGE_SUPPORTED & 0xff };

	if (from != *(int *)net->tap_ctx || data[18] != IKE_EXCH_IKE_SA_INIT)
		return true;
	for (size_t i = IKE_HDR_LEN; i + 2 <= n; i++)
		if (!memcmp(data + i, type, 2) && !data[i - 1] && !data[i - 2])
			data[i] = 0x77;
	return true;
}

static void test_no_exchange(void **state)
{
	(void)state;
	for (int side = A; side <= B; side++) {
		struct site a = site_of(A, "group20"), b = site_of(B, "group20");
		struct peers *net = peers_new(4);

		net->tap = without_notify;
		net->tap_ctx = &side;
		configure(net, &a, &b);
		peers_run(net, 10000);
		assert_int_equal(peers_ikes(net, A) + peers_ikes(net, B), 0);
		assert_true(peers_logged(net, "no IKE_INTERMEDIATE (RFC 9242) for them"));
		peers_free(net);
	}
}

/* ------------------------------------------------------------------ peers of before */

/* What A begins with, where it has an additional key exchange. */
static struct {
	bool lost;			/* it does not arrive, and is answered with: */
	uint16_t notify;
	unsigned int seen;
	struct wire_header header;	/* of the last one */
} hybrid;

static bool has_round(const struct wire_message *message)
{
	const struct wire_payload *payload = wire_payload_find(&message->clear, IKE_PL_SA);
	struct wire_error error;
	struct wire_sa sa;
	bool any = false;

	assert_non_null(payload);
	assert_int_equal(wire_read_sa(payload, &sa, &error), 0);
	for (unsigned int i = 0; i < sa.n_transforms; i++)
		any |= sa.transforms[i].type >= IKE_TRANSFORM_ADDKE1;
	return any;
}

static bool tap_hybrid(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct wire_message message;
	struct wire_error error;

	(void)net;
	assert_int_equal(wire_message_parse(bytes_of(data, n), &message, &error), 0);
	if (!wire_is_response(&message.header))
		wire.seen[message.header.exchange]++;
	if (from != A || message.header.exchange != IKE_EXCH_IKE_SA_INIT || !has_round(&message))
		return true;
	hybrid.seen++;
	hybrid.header = message.header;
	return !hybrid.lost;
}

/* "Malformed", or what else there is, in clear. */
static void say_malformed(struct peers *net)
{
	struct endpoint local = { .addr = site_address(peers_site(A).local), .port = 500 };
	struct endpoint remote = { .addr = site_address(peers_site(B).local), .port = 500 };
	struct wire_header header = hybrid.header;
	struct wire_writer w;
	uint8_t buf[64];

	header.flags = IKE_FLAG_RESPONSE;
	wire_begin(&w, buf, sizeof(buf), &header);
	wire_put_notify(&w, hybrid.notify, bytes_of(NULL, 0));
	peers_inject(net, A, &local, &remote, wire_end(&w));
}

/* A's first messages with an additional key exchange get that answer, and B none where @lost. */
static struct peers *malformed(uint16_t notify, const char *rounds, bool lost)
{
	struct site a = site_of(A, rounds), b = site_of(B, lost ? "" : rounds);
	struct peers *net = peers_new(20);

	memset(&wire, 0, sizeof(wire));
	memset(&hybrid, 0, sizeof(hybrid));
	hybrid.notify = notify;
	hybrid.lost = lost;
	net->tap = tap_hybrid;
	peers_configure(net, B, &b);
	net->hold = !lost;
	peers_configure(net, A, &a);
	peers_compute(net);
	for (unsigned int i = 0, seen = 0; i < 100; i++) {
		if (hybrid.seen > seen && notify)
			say_malformed(net);
		seen = hybrid.seen;
		net->hold = false;
		peers_run(net, 100);
	}
	return net;
}

/* It is tried without, once it is clear that nothing better comes, and so are its rekeys. */
static void check_malformed(uint16_t notify)
{
	struct peers *net = malformed(notify, "group20,none", true);

	peers_past_early(net);
	assert_true(hybrid.seen > 2);
	must_have(net, BASE);
	assert_int_equal(peers_logged(net, "tried without additional key exchanges"), 1);
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_run(net, 60000000);
	assert_true(peers_logged(net, "IKE SA is rekeyed") >= 2);
	assert_int_equal(wire.seen[IKE_EXCH_IKE_FOLLOWUP_KE], 0);
	must_have(net, BASE);
	peers_finish(net);
}

static void test_malformed(void **state)
{
	(void)state;
	check_malformed(IKE_N_INVALID_SYNTAX);
	/* Or one that refuses all of it for one proposal. */
	check_malformed(IKE_N_NO_PROPOSAL_CHOSEN);
}

/* Where they must be there is no other try. */
static void test_malformed_needed(void **state)
{
	struct peers *net = malformed(IKE_N_INVALID_SYNTAX, "group20", true);

	(void)state;
	assert_true(hybrid.seen > 2);
	assert_int_equal(wire.seen[IKE_EXCH_IKE_SA_INIT], hybrid.seen);
	assert_int_equal(peers_ikes(net, A), 0);
	assert_int_equal(peers_logged(net, "tried without additional key exchanges"), 0);
	assert_true(peers_logged(net, "refused our first message (INVALID_SYNTAX)") > 0);
	peers_free(net);
}

/* It may be anybody's: the peer's own answer counts. */
static void test_malformed_forged(void **state)
{
	struct peers *net = malformed(IKE_N_INVALID_SYNTAX, "group20,none", false);

	(void)state;
	peers_past_early(net);
	must_have(net, BASE "/KE ECP_384");
	assert_int_equal(peers_logged(net, "tried without additional key exchanges"), 0);
	peers_finish(net);
}

/* Nor does it answer: each fourth attempt is one without, and once up they all are. */
static void test_silent(void **state)
{
	struct peers *net = malformed(0, "group20,none", true);

	(void)state;
	assert_int_equal(peers_ikes(net, A), 0);
	peers_must_be_quiet(net, 100000);
	must_have(net, BASE);
	assert_int_equal(peers_logged(net, "tried without additional key exchanges"), 1);
	hybrid.seen = 0;
	assert_int_equal(ike_core_clear_ike(net->peer[A].core, net->now, NULL), 1);
	peers_settle(net, A);
	peers_must_be_quiet(net, 15000);
	assert_int_equal(hybrid.seen, 0);
	must_have(net, BASE);
	peers_finish(net);
}

/* A peer that was away, and knows them, gets them, even where an attempt without meets it. */
static void test_away(void **state)
{
	struct site a = site_of(A, "group20,none"), b = site_of(B, "group20,none");
	struct peers *net = watched(24, NULL);

	(void)state;
	net->peer[B].cut = true;
	configure(net, &a, &b);
	peers_run(net, 65000);
	assert_int_equal(peers_logged(net, "tried without additional key exchanges"), 1);
	net->peer[B].cut = false;
	peers_run(net, 10000);
	assert_int_equal(peers_logged(net, "we begin anew with them"), 1);
	assert_true(peers_flows(net, A, "net"));
	/* What B made for the other attempt goes in time. */
	peers_must_be_quiet(net, 40000);
	must_have(net, BASE "/KE ECP_384");
	peers_finish(net);
}

static bool tap_none(struct peers *net, int from, uint8_t *data, size_t n)
{
	(void)net;
	(void)data;
	(void)n;
	return from != A;
}

/* A peer that began without says so of our rekey: that, and those after it, do without. */
static void test_malformed_rekey(void **state)
{
	struct peers *net = watched(23, "group20,none");
	struct ike_sa *ike;

	(void)state;
	peers_must_be_quiet(net, 3000);
	must_have(net, BASE "/KE ECP_384");
	peers_past_early(net);
	ike = sa_of(net, A);
	net->tap = tap_none;
	core_begin(ike->core, net->now);
	exchange_queue(ike, task_new(TASK_IKE_REKEY));
	core_end(ike->core);
	peers_settle(net, A);
	peers_compute(net);
	put_notify(say(net, B, IKE_EXCH_CREATE_CHILD_SA, true), IKE_N_INVALID_SYNTAX);
	net->tap = NULL;
	said();
	peers_wire_watch(net, &wire);
	peers_run(net, 5000);
	assert_int_equal(peers_logged(net, "IKE SA is rekeyed"), 2);
	assert_int_equal(peers_logged(net, " warning "), 0);
	must_have(net, BASE);
	assert_int_equal(wire.seen[IKE_EXCH_IKE_FOLLOWUP_KE], 0);
	assert_true(sa_of(net, A)->plain);
	peers_finish(net);
}

/* IntAuth covers messages as if they had come in one. */
static void test_fragments(void **state)
{
	(void)state;
	for (int cut = A; cut <= B + 1; cut++) {
		struct site a = site_of(A, "group18 group21"), b = site_of(B, "group18 group21");
		struct peers *net = watched(5, NULL);

		if (cut != A)
			b.fragment_n = SMALL;
		if (cut != B)
			a.fragment_n = SMALL;
		configure(net, &a, &b);
		peers_must_be_quiet(net, 3000);
		must_have(net, BASE "/KE MODP_8192/KE ECP_521");
		assert_true(wire.fragments > 8);
		peers_past_early(net);
		peers_finish(net);
	}
}

static void test_ppk(void **state)
{
	struct site a = site_of(A, "group20 group21"), b = site_of(B, "group20 group21");
	struct peers *net = peers_new(6);

	(void)state;
	a.ppk_mode = b.ppk_mode = POLICY_PPK_MANDATORY;
	a.ppk_id = b.ppk_id = "key-of-monday";
	a.ppk = b.ppk = SITE_PSK ", and more";
	configure(net, &a, &b);
	peers_must_be_quiet(net, 3000);
	assert_string_equal(peers_ike(net, B)->ppk, "key-of-monday");
	peers_past_early(net);
	net->watch = true;
	peers_run(net, 30000000);
	peers_finish(net);
}

static void test_weather(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct site a = site_of(A, "group19 group20"), b = site_of(B, "group19 group20");
		struct peers *net = peers_new(seed);

		if (seed & 1)
			a.fragment_n = b.fragment_n = SMALL;
		configure(net, &a, &b);
		peers_storm(net);
		peers_must_be_quiet(net, 300000);
		must_have(net, BASE "/KE ECP_256/KE ECP_384");
		peers_free(net);
	}
}

/* Results that never come: the next attempt succeeds. */
static void test_jobs_lost(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct peers *net = begin(seed, "group19 group20", "group19 group20");

		net->peer[seed & 1 ? A : B].jobs.loss = 20;
		peers_run(net, 60000);
		net->peer[A].jobs.loss = 0;
		net->peer[B].jobs.loss = 0;
		peers_must_be_quiet(net, 300000);
		peers_free(net);
	}
}

/* An answer that was lost is given again under the keys it had, though others are there by now. */
static void test_repeated(void **state)
{
	(void)state;
	for (int side = A; side <= B; side++) {
		struct peers *net = watched(7, NULL);
		struct site a = site_of(A, "group20 group21"), b = site_of(B, "group20 group21");

		wire.lose = IKE_EXCH_IKE_INTERMEDIATE;
		wire.from = side;
		configure(net, &a, &b);
		peers_must_be_quiet(net, 5000);
		assert_true(wire.lost);
		/* Not by way of another attempt. */
		assert_int_equal(wire.seen[IKE_EXCH_IKE_SA_INIT], 1);
		assert_int_equal(wire.seen[IKE_EXCH_IKE_INTERMEDIATE], 3);
		peers_finish(net);
	}
}

static struct ike_sa *only_ike(const struct peers *net, int side)
{
	assert_non_null(net->peer[side].core->ikes);
	return net->peer[side].core->ikes;
}

static bool second_lost(struct peers *net)
{
	(void)net;
	return wire.lost;
}

static bool second_next(struct peers *net)
{
	return net->peer[B].core->ikes && net->peer[B].core->ikes->hs &&
	       net->peer[B].core->ikes->hs->inter.done == 1;
}

/* A is about to begin the second key exchange, and that message is lost. */
static struct peers *before_second(uint64_t seed)
{
	struct peers *net = watched(seed, "group20 group21");

	assert_true(peers_until(net, second_next, 3000));
	wire.lose = IKE_EXCH_IKE_INTERMEDIATE;
	wire.from = A;
	assert_true(peers_until(net, second_lost, 3000));
	return net;
}

/* Who leaves out what was agreed on does not get in. */
static void test_left_out(void **state)
{
	struct peers *net = before_second(8);
	struct ike_sa *ike = only_ike(net, A);

	(void)state;
	assert_int_equal(ike->hs->inter.done, 1);
	memset(ike->prop.rounds, 0, sizeof(ike->prop.rounds));
	ike->ex.current->kind = TASK_AUTH;
	exchange_again(ike);
	peers_settle(net, A);
	peers_run(net, 200);
	assert_int_equal(peers_ikes(net, A) + peers_ikes(net, B), 0);
	assert_int_equal(wire.seen[IKE_EXCH_IKE_AUTH], 1);
	assert_int_equal(peers_logged(net, "before the key exchanges that were agreed on"), 1);
	peers_free(net);
}

/* Both AUTH cover what went before: who has seen something else does not agree. */
static void test_int_auth(void **state)
{
	(void)state;
	for (int what = 0; what < 4; what++) {
		struct peers *net = before_second(9);
		struct intermediate *inter = &only_ike(net, what & 1 ? A : B)->hs->inter;

		*(what & 2 ? inter->auth_i : inter->auth_r) ^= 1;
		peers_run(net, 2000);
		assert_int_equal(peers_ikes(net, A) + peers_ikes(net, B), 0);
		assert_true(peers_logged(net, "pre-shared keys differ"));
		peers_free(net);
	}
}

/* A message under keys that have been replaced does not count, other than as a repetition. */
static void test_old_keys(void **state)
{
	struct peers *net = before_second(10);
	struct ike_sa *b = only_ike(net, B);
	struct keymat_ike old;

	(void)state;
	assert_true(b->hs->inter.turns);
	old = b->keys;
	only_ike(net, A)->keys = old;
	exchange_again(only_ike(net, A));
	peers_settle(net, A);
	peers_run(net, 500);
	assert_int_equal(b->hs->inter.done, 1);
	assert_true(b->hs->inter.turns);
	peers_free(net);
}

/* ------------------------------------------------------------ rekeys of the IKE SA */

static void rekey(struct peers *net, int side)
{
	struct ike_sa *ike = peers_standing(net, side);

	core_begin(ike->core, net->now);
	exchange_queue(ike, task_new(TASK_IKE_REKEY));
	core_end(ike->core);
	peers_settle(net, side);
}

static bool halfway(struct peers *net)
{
	const struct chain *chain = peers_standing(net, B)->chain;

	return chain && chain->n == 2;
}

/* They are up, and B has made two of the three key exchanges of a rekey that A began. */
static struct peers *rekey_halfway(uint64_t seed)
{
	struct peers *net = watched(seed, "group20 group21");

	peers_must_be_quiet(net, 3000);
	peers_past_early(net);
	net->watch = true;
	rekey(net, A);
	assert_true(peers_until(net, halfway, 3000));
	return net;
}

static void must_be_rekeyed(struct peers *net, unsigned int followups)
{
	peers_must_be_quiet(net, 120000);
	assert_true(wire.seen[IKE_EXCH_IKE_FOLLOWUP_KE] >= followups);
	assert_true(peers_logged(net, "IKE SA is rekeyed") >= 2);
	must_have(net, BASE "/KE ECP_384/KE ECP_521");
	peers_finish(net);
}

/* Both begin at once: one waits for the other, and neither for ever. */
static void test_rekeys_at_once(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct peers *net = watched(seed, "group20 group21");

		peers_must_be_quiet(net, 3000);
		peers_past_early(net);
		net->watch = true;
		net->reorder = 30;
		net->peer[A].jobs.most_ms = 50;
		net->peer[B].jobs.most_ms = 50;
		rekey(net, A);
		rekey(net, B);
		peers_run(net, 600000);
		/* None is begun that the other end does not go on with. */
		assert_int_equal(wire.seen[IKE_EXCH_IKE_FOLLOWUP_KE],
				 peers_logged(net, "IKE SA is rekeyed"));
		must_be_rekeyed(net, 2);
	}
}

/* Each message of the rekey may get lost, once, whoever sends it. */
static void test_rekey_repeated(void **state)
{
	static const uint8_t exchanges[] = { IKE_EXCH_CREATE_CHILD_SA, IKE_EXCH_IKE_FOLLOWUP_KE };

	(void)state;
	for (unsigned int what = 0; what < 4; what++) {
		struct peers *net = watched(11, "group20 group21");

		peers_must_be_quiet(net, 3000);
		peers_past_early(net);
		net->watch = true;
		wire.lose = exchanges[what >> 1];
		wire.from = what & 1 ? A : B;
		rekey(net, A);
		peers_run(net, 30000);
		assert_true(wire.lost);
		assert_int_equal(peers_logged(net, "IKE SA is rekeyed"), 2);
		must_be_rekeyed(net, 2);
	}
}

/* Whatever gets lost or comes late, the old IKE SA serves until there is another. */
static void test_rekey_weather(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct peers *net = watched(seed, "group20 group21");

		peers_must_be_quiet(net, 3000);
		peers_past_early(net);
		peers_storm(net);
		for (int side = A; side <= B; side++)
			net->peer[side].jobs.loss = seed & 1 ? 20 : 0;
		for (int i = 0; i < 3; i++) {
			for (int side = A; side <= B; side++)
				if (peers_standing(net, side) && ((seed >> side) & 1 || seed & 4))
					rekey(net, side);
			peers_run(net, 30000);
		}
		net->loss = 0;
		net->peer[A].jobs.loss = 0;
		net->peer[B].jobs.loss = 0;
		peers_must_be_quiet(net, 600000);
		must_have(net, BASE "/KE ECP_384/KE ECP_521");
		peers_free(net);
	}
}

/* What one end does not know any more is begun anew. */
static void test_rekey_forgotten(void **state)
{
	struct peers *net = rekey_halfway(12);

	(void)state;
	peers_standing(net, B)->chain->link[0] ^= 1;
	peers_run(net, 1000);
	assert_int_equal(peers_logged(net, "go on with rekeying the IKE SA (STATE_NOT_FOUND)"), 1);
	assert_int_equal(peers_logged(net, "IKE SA is rekeyed"), 0);
	peers_run(net, 120000);
	must_be_rekeyed(net, 4);
}

/* The last key exchange is in the keys, too: with another secret the heir is of no use. */
static void test_rekey_keys(void **state)
{
	struct peers *net = rekey_halfway(13);
	struct ike_sa *heir;

	(void)state;
	peers_standing(net, B)->chain->shared[1].b[0] ^= 1;
	net->watch = false;
	peers_run(net, 1000);
	heir = peers_standing(net, A);
	assert_non_null(heir);
	assert_memory_not_equal(heir->keys.sk_d, peers_standing(net, B)->keys.sk_d,
				heir->keys.prf->out_n);
	peers_free(net);
}

/* Of the answers to IKE_FOLLOWUP_KE: those that say how to go on, and those that do not. */
static struct {
	struct ike_sa *ike;
	unsigned int linked, last;
} answers;

static bool tap_answers(struct peers *net, int from, uint8_t *data, size_t n)
{
	static uint8_t opened[MESSAGE_MAX];
	struct wire_payloads payloads;
	const struct wire_payload *sk;
	struct wire_message message;
	struct wire_notify notify;
	struct wire_error error;
	struct bytes plain;

	(void)net;
	if (from != B || wire_message_parse(bytes_of(data, n), &message, &error) ||
	    message.header.exchange != IKE_EXCH_IKE_FOLLOWUP_KE)
		return true;
	sk = wire_message_sk(&message);
	assert_int_equal(cipher_open(ike_key_out(answers.ike), message.data,
				     wire_payload_body_offset(sk), opened, &plain), 0);
	assert_int_equal(wire_payloads_parse(sk->next, plain, &payloads, &error), 0);
	assert_non_null(wire_payload_find(&payloads, IKE_PL_KE));
	if (wire_notify_find(&payloads, IKE_N_ADDITIONAL_KEY_EXCHANGE, &notify))
		answers.linked++;
	else
		answers.last++;
	assert_true(answers.last <= 1);
	return true;
}

/* The answer to the last one does not say how to go on (RFC 9370 section 2.2.4). */
static void test_last_link(void **state)
{
	struct peers *net = watched(15, "group20 group21 group19");

	(void)state;
	peers_must_be_quiet(net, 3000);
	peers_past_early(net);
	memset(&answers, 0, sizeof(answers));
	answers.ike = peers_standing(net, B);
	net->tap = tap_answers;
	rekey(net, A);
	peers_run(net, 1000);
	net->tap = NULL;
	assert_int_equal(answers.linked, 2);
	assert_int_equal(answers.last, 1);
	peers_finish(net);
}

/* A peer that goes no further does not keep us from rekeying ourselves. */
static void test_rekey_left(void **state)
{
	struct peers *net = rekey_halfway(14);
	struct ike_sa *a = peers_standing(net, A);

	(void)state;
	/* It has thought better of it, without a word. */
	core_begin(a->core, net->now);
	ike_close(ike_by_key(a->core, a->ex.current->heir), false);
	exchange_clear(a);
	core_end(a->core);
	peers_settle(net, A);
	rekey(net, B);
	peers_run(net, 30000);
	assert_int_equal(peers_logged(net, "IKE SA is rekeyed"), 0);
	peers_run(net, 300000);
	must_be_rekeyed(net, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up),
		cmocka_unit_test(test_optional),
		cmocka_unit_test(test_no_exchange),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_malformed_needed),
		cmocka_unit_test(test_malformed_forged),
		cmocka_unit_test(test_malformed_rekey),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_ppk),
		cmocka_unit_test(test_weather),
		cmocka_unit_test(test_jobs_lost),
		cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_int_auth),
		cmocka_unit_test(test_old_keys),
		cmocka_unit_test(test_rekeys_at_once),
		cmocka_unit_test(test_rekey_repeated),
		cmocka_unit_test(test_rekey_weather),
		cmocka_unit_test(test_rekey_forgotten),
		cmocka_unit_test(test_rekey_keys),
		cmocka_unit_test(test_last_link),
		cmocka_unit_test(test_rekey_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
