// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A peer that proves who it is and then says odd things: requests that can not be
 * granted, answers that do not fit.  What the test says is sealed with the keys of
 * one core and handed to the other (RFC 7296 sections 2.5, 2.21, 2.25, 3.10.1).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "ike/v2/v2.h"
#include "prop/prop_wire.h"
#include "prop/ts_wire.h"
#include "tests/peers.h"
#include "tests/speech.h"

static struct peers *up_with(uint64_t seed, const struct site *a, const struct site *b)
{
	struct peers *net = peers_new(seed);

	peers_configure(net, B, b);
	peers_configure(net, A, a);
	assert_true(peers_until(net, peers_quiet, 2000));
	return net;
}

static struct peers *up(uint64_t seed)
{
	struct site a = peers_site(A), b = peers_site(B);

	return up_with(seed, &a, &b);
}

static void must_be_quiet(struct peers *net)
{
	if (peers_until(net, peers_quiet, 120000))
		return;
	peers_show(net);
	fail_msg("no quiet");
}

/* ------------------------------------------------------------- ids and keys */

/* A request to delete the IKE SA whose id is @off from the one that is due. */
static void shout(struct peers *net, int from, int off)
{
	struct ike_sa *ike = sa_of(net, from), *other = sa_of(net, !from);
	uint32_t id = other->ex.recv_id + (uint32_t)off;
	struct endpoint local = ike->path->remote, remote = ike->path->local;
	static uint8_t buf[MESSAGE_MAX];
	struct wire_writer w;

	v2_begin(&w, buf, ike, IKE_EXCH_INFORMATIONAL, id, false);
	wire_sk_begin(&w, cipher_iv_len(ike_key_out(ike)));
	wire_put_delete_ike(&w);
	peers_inject(net, !from, &local, &remote, v2_seal(ike, &w, buf));
}

/* Section 2.3: the window is one; what is older or newer is not for now. */
static void test_ids(void **state)
{
	struct peers *net = up(30);
	unsigned int sent;

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		say(net, A, IKE_EXCH_INFORMATIONAL, false);
		said();
	}
	sent = net->peer[B].sent;
	shout(net, A, 1);
	shout(net, A, 2);
	shout(net, A, 1000);
	shout(net, A, -2);
	shout(net, A, -5);
	assert_int_equal(net->peer[B].sent, sent);
	/* The one before: a repetition, answered as it was, whatever it says. */
	shout(net, A, -1);
	assert_int_equal(net->peer[B].sent, sent + 1);
	assert_true(peers_quiet(net));
	shout(net, A, 0);
	assert_int_equal(peers_ikes(net, B), 0);
	peers_free(net);
}

struct nonces {
	uint8_t of[2][IKE_NONCE_MAX];
	size_t n[2];
};

static bool tap_nonces(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct nonces *nonces = net->tap_ctx;
	const struct wire_payload *payload;
	struct wire_message message;
	struct wire_error error;
	struct bytes nonce;

	if (nonces->n[from])
		return true;
	assert_int_equal(wire_message_parse(bytes_of(data, n), &message, &error), 0);
	payload = wire_payload_find(&message.clear, IKE_PL_NONCE);
	assert_non_null(payload);
	assert_int_equal(wire_read_nonce(payload, &nonce, &error), 0);
	memcpy(nonces->of[from], nonce.p, nonce.n);
	nonces->n[from] = nonce.n;
	return true;
}

static bool all_zero(const void *p, size_t n)
{
	const uint8_t *b = p;

	while (n && !*b) {
		b++;
		n--;
	}
	return !n;
}

/* Section 2.17: what the initiator sends is under the first half of the key material. */
static void test_keys(void **state)
{
	static struct nonces nonces;
	struct peers *net = peers_new(31);
	const struct ike_sa_spec *out;
	struct keymat_child keys;
	struct ike_sa *ike;

	(void)state;
	net->tap = tap_nonces;
	net->tap_ctx = &nonces;
	peers_configure_both(net);
	assert_true(peers_until(net, peers_quiet, 2000));
	for (int side = A; side <= B; side++) {
		const struct keymat_esp *half;
		struct keymat_child_input from = {
			.ni = bytes_of(nonces.of[A], nonces.n[A]),
			.nr = bytes_of(nonces.of[B], nonces.n[B]),
		};

		ike = sa_of(net, side);
		out = kern_fake_out(net->peer[side].kern, PEERS_IFNAME, "net");
		from.encr = out->encr;
		from.integ = out->integ;
		assert_int_equal(keymat_child(&ike->keys, &from, &keys), 0);
		half = side == A ? &keys.initiator : &keys.responder;
		assert_memory_equal(out->encr_key, half->encr_key, half->encr_key_n);
		assert_memory_equal(out->salt, half->salt, half->salt_n);
		/* The core itself has no more use for them. */
		assert_true(all_zero(&ike->children->keys, sizeof(ike->children->keys)));
	}
	peers_free(net);
}

/* -------------------------------------------------------------------- requests */

static void test_critical(void **state)
{
	struct peers *net = up(1);
	struct wire_writer *w;
	size_t at;

	(void)state;
	w = say(net, A, IKE_EXCH_INFORMATIONAL, false);
	at = w->buf.n;
	wire_payload_begin(w, 200);
	wbuf_zero(&w->buf, 4);
	wire_payload_end(w);
	w->buf.p[at + 1] |= 0x80;
	said();
	assert_true(answered(IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD));
	/* Without the flag it is skipped. */
	w = say(net, A, IKE_EXCH_INFORMATIONAL, false);
	wire_payload_begin(w, 200);
	wbuf_zero(&w->buf, 4);
	wire_payload_end(w);
	said();
	assert_int_equal(speech.payloads.n, 0);
	assert_true(peers_quiet(net));
	peers_free(net);
}

static void test_malformed_request(void **state)
{
	struct peers *net = up(2);
	struct wire_writer *w;

	(void)state;
	w = say(net, A, IKE_EXCH_CREATE_CHILD_SA, false);
	put_nonce(w);
	said();
	assert_true(answered(IKE_N_INVALID_SYNTAX));
	w = say(net, A, IKE_EXCH_CREATE_CHILD_SA, false);
	put_child(w, 0x1000);
	said();
	assert_true(answered(IKE_N_INVALID_SYNTAX));
	/* An SPI that is reserved. */
	w = say(net, A, IKE_EXCH_CREATE_CHILD_SA, false);
	put_child(w, 255);
	put_selectors(w);
	said();
	assert_true(answered(IKE_N_NO_PROPOSAL_CHOSEN));
	assert_true(peers_logged(net, "SPI") >= 1);
	assert_true(peers_quiet(net));
	peers_free(net);
}

static void test_rekey_of_none(void **state)
{
	static const uint8_t spi[4] = { 1, 2, 3, 4 };
	struct peers *net = up(3);
	struct wire_notify notify;
	struct wire_writer *w;

	(void)state;
	w = say(net, A, IKE_EXCH_CREATE_CHILD_SA, false);
	wire_put_notify_spi(w, IKE_PROTO_ESP, bytes_of(spi, 4), IKE_N_REKEY_SA, bytes_of(NULL, 0));
	put_child(w, 0x1000);
	put_selectors(w);
	said();
	assert_true(wire_notify_find(&speech.payloads, IKE_N_CHILD_SA_NOT_FOUND, &notify));
	assert_true(bytes_equal(notify.spi, bytes_of(spi, 4)));
	assert_true(peers_quiet(net));
	peers_free(net);
}

static void test_too_many(void **state)
{
	struct peers *net = up(4);
	unsigned int n = 0;

	(void)state;
	do {
		struct wire_writer *w = say(net, A, IKE_EXCH_CREATE_CHILD_SA, false);

		put_child(w, 0x1000 + n);
		put_selectors(w);
		said();
		assert_in_range(++n, 1, 20);
	} while (!answered(IKE_N_NO_ADDITIONAL_SAS));
	assert_in_range(n, 4, 16);
	assert_in_range(kern_fake_count(net->peer[B].kern, true, NULL), 4, 16);
	peers_free(net);
}

/* A public value that is not one: nothing comes of the exchange. */
static void test_bad_public_value(void **state)
{
	static const uint8_t zeros[32];
	struct prop_list list = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group31");
	struct peers *net = up(5);
	struct wire_writer *w;

	(void)state;
	w = say(net, A, IKE_EXCH_CREATE_CHILD_SA, false);
	put_sa(w, &list, 0x1000);
	put_nonce(w);
	wire_put_ke(w, 31, bytes_of(zeros, sizeof(zeros)));
	put_selectors(w);
	said();
	assert_true(answered(IKE_N_INVALID_SYNTAX));
	assert_int_equal(speech.payloads.n, 1);
	assert_true(peers_quiet(net));
	peers_free(net);
}

static void test_ike_rekey_refused(void **state)
{
	struct prop_list other = peers_props(PROP_IKE, "aes-192-cbc", "sha512", "group14");
	struct prop_list good = peers_props(PROP_IKE, "aes-256-gcm", "sha256", "group31,group19");
	struct peers *net = up(6);
	struct wire_notify notify;
	uint8_t public[256] = { 1 };
	struct wire_writer *w;

	(void)state;
	w = say(net, A, IKE_EXCH_CREATE_CHILD_SA, false);
	put_sa(w, &other, 1);
	put_nonce(w);
	wire_put_ke(w, 14, bytes_of(public, 256));
	said();
	assert_true(answered(IKE_N_NO_PROPOSAL_CHOSEN));
	w = say(net, A, IKE_EXCH_CREATE_CHILD_SA, false);
	put_sa(w, &good, 1);
	put_nonce(w);
	wire_put_ke(w, 14, bytes_of(public, 256));
	said();
	assert_true(wire_notify_find(&speech.payloads, IKE_N_INVALID_KE_PAYLOAD, &notify));
	assert_int_equal(get_be16(notify.data.p), 31);
	w = say(net, A, IKE_EXCH_CREATE_CHILD_SA, false);
	put_sa(w, &good, 1);
	put_nonce(w);
	said();
	assert_true(answered(IKE_N_INVALID_SYNTAX));
	assert_true(peers_quiet(net));
	peers_free(net);
}

static void test_notifications(void **state)
{
	struct peers *net = up(7);
	struct wire_writer *w;

	(void)state;
	w = say(net, A, IKE_EXCH_INFORMATIONAL, false);
	put_notify(w, IKE_N_INVALID_SELECTORS);
	put_notify(w, 40000);
	said();
	assert_true(peers_logged(net, "INVALID_SELECTORS") >= 1);
	assert_true(peers_quiet(net));
	/* The one error that ends the IKE SA (section 2.21.2). */
	w = say(net, A, IKE_EXCH_INFORMATIONAL, false);
	put_notify(w, IKE_N_AUTHENTICATION_FAILED);
	said();
	assert_int_equal(peers_ikes(net, B), 0);
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, NULL), 0);
	peers_free(net);
}

/* Deletions of what is not there, twice the same, and far too many at once. */
static void test_deletions(void **state)
{
	static uint32_t spis[300];
	struct peers *net = up(8);
	struct wire_writer *w;

	(void)state;
	for (uint32_t i = 0; i < 300; i++)
		spis[i] = 0x5000 + i;
	w = say(net, A, IKE_EXCH_INFORMATIONAL, false);
	wire_put_delete(w, IKE_PROTO_ESP, spis, 300);
	said();
	assert_int_equal(speech.payloads.n, 0);
	assert_true(peers_quiet(net));
	spis[0] = peers_child(net, A, "net")->spi_in;
	spis[1] = spis[0];
	w = say(net, A, IKE_EXCH_INFORMATIONAL, false);
	wire_put_delete(w, IKE_PROTO_ESP, spis, 2);
	said();
	assert_int_equal(speech.payloads.n, 1);
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, NULL), 0);
	peers_free(net);
}

/* ----------------------------------------------------------------- IKE_AUTH */

static bool auth_sent(struct peers *net)
{
	const struct ike_sa *ike = net->peer[A].core->ikes;

	return ike && ike->state == IKE_AUTH_SENT && ike->ex.request;
}

/* IKE_SA_INIT is done, and A's true IKE_AUTH lost. */
static struct peers *half_way(uint64_t seed)
{
	struct peers *net = peers_new(seed);

	peers_configure_both(net);
	assert_true(peers_until(net, auth_sent, 1000));
	net->peer[B].cut = true;
	peers_run(net, 10);
	assert_int_equal(sa_of(net, B)->state, IKE_HALF_OPEN);
	return net;
}

static void put_identity(struct wire_writer *w)
{
	wire_put_id(w, IKE_PL_IDI, 2, bytes_of("a.example", 9));
}

static void check_auth(bool proof, uint8_t method, const char *text)
{
	struct peers *net = half_way(10);
	struct wire_writer *w = say(net, A, IKE_EXCH_IKE_AUTH, false);
	struct prop_list list = peers_props(PROP_ESP, "aes-256-gcm", NULL, NULL);

	put_identity(w);
	if (proof)
		wire_put_auth(w, method, bytes_of("0123456789abcdef0123456789abcdef", 32));
	put_sa(w, &list, 0x1000);
	put_selectors(w);
	said();
	assert_true(answered(IKE_N_AUTHENTICATION_FAILED));
	assert_int_equal(speech.payloads.n, 1);
	if (!peers_logged(net, text)) {
		peers_show(net);
		fail_msg("no word of \"%s\"", text);
	}
	assert_int_equal(peers_ikes(net, B), 0);
	net->peer[B].cut = false;
	must_be_quiet(net);
	peers_free(net);
}

static void test_auth(void **state)
{
	(void)state;
	check_auth(false, 0, "authenticates in a way that we do not support: AUTH payload is "
			     "missing; it wants to authenticate by EAP");
	check_auth(true, 1, "authenticates by a certificate instead of a pre-shared key");
	check_auth(true, 3, "authenticates by method 3 instead of a pre-shared key");
	check_auth(true, 2, "pre-shared keys differ");
}

/* Half a child is asked for; or an answer has nothing of the one that was. */
static void test_no_child(void **state)
{
	struct peers *net = half_way(12);
	struct wire_writer *w = say(net, A, IKE_EXCH_IKE_AUTH, false);

	(void)state;
	put_identity(w);
	wire_put_auth(w, 2, bytes_of("0123456789abcdef0123456789abcdef", 32));
	put_selectors(w);
	said();
	assert_true(answered(IKE_N_INVALID_SYNTAX));
	assert_int_equal(peers_told(net, B, "SA payload is missing"), 1);
	net->peer[B].cut = false;
	must_be_quiet(net);
	peers_free(net);

	net = peers_new(13);
	peers_configure_both(net);
	assert_true(peers_until(net, auth_sent, 1000));
	net->peer[A].cut = true;
	peers_run(net, 100);
	assert_int_equal(sa_of(net, A)->state, IKE_AUTH_SENT);
	net->peer[A].cut = false;
	w = say(net, B, IKE_EXCH_IKE_AUTH, true);
	wire_put_id(w, IKE_PL_IDR, 2, bytes_of("b.example", 9));
	wire_put_auth(w, 2, bytes_of("0123456789abcdef0123456789abcdef", 32));
	said();
	assert_int_equal(peers_told(net, A, "that we cannot use, its SAs are deleted: SA payload "
				    "is missing; no child SA would come of it"), 1);
	must_be_quiet(net);
	peers_free(net);
}

static void test_no_route(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(11);

	(void)state;
	a.local = NULL;
	net->peer[A].no_route = true;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 60000);
	assert_int_equal(net->peer[A].sent, 0);
	assert_in_range(peers_told(net, A, "no route to peer 198.51.100.2"), 1, 10);
	net->peer[A].no_route = false;
	must_be_quiet(net);
	peers_free(net);
}

/* --------------------------------------------------------------------- answers */

/* A's request for a rekey of its child is under way, and B does not see it. */
static struct peers *asking(uint64_t seed, bool ike)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;
	unsigned int sent;

	a.ike_life = ike ? 100 : 0;
	a.child_life = ike ? 0 : 100;
	net = up_with(seed, &a, &b);
	peers_past_early(net);
	sent = net->peer[A].sent;
	net->peer[B].cut = true;
	while (net->peer[A].sent == sent)
		peers_run(net, 10);
	peers_run(net, 10);
	net->peer[B].cut = false;
	return net;
}

/* Section 1.3.1: pantund takes padded packets, and sends none to who says it does not. */
static void test_no_tfc(void **state)
{
	static const uint8_t public[64] = { 9 };
	struct site a = peers_site(A), b = peers_site(B);
	struct prop_list list = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group31");
	struct wire_writer *w;
	struct peers *net;

	(void)state;
	a.tfc = b.tfc = 1300;
	net = up_with(30, &a, &b);
	for (int side = A; side <= B; side++)
		assert_false(ike_core_tfc_refused(net->peer[side].core, PEERS_IFNAME));
	assert_int_equal(peers_logged(net, "tfc-padding is off"), 0);
	w = say(net, A, IKE_EXCH_CREATE_CHILD_SA, false);
	put_notify(w, IKE_N_ESP_TFC_PADDING_NOT_SUPPORTED);
	put_child(w, 0x1000);
	put_selectors(w);
	said();
	assert_true(ike_core_tfc_refused(net->peer[B].core, PEERS_IFNAME));
	assert_false(ike_core_tfc_refused(net->peer[B].core, "tunnel2"));
	assert_int_equal(peers_logged(net, "tfc-padding is off"), 1);
	peers_free(net);

	net = asking(31, false);
	w = say(net, B, IKE_EXCH_CREATE_CHILD_SA, true);
	put_notify(w, IKE_N_ESP_TFC_PADDING_NOT_SUPPORTED);
	put_sa(w, &list, 0x1000);
	put_nonce(w);
	wire_put_ke(w, 31, bytes_of(public, 32));
	put_selectors(w);
	said();
	assert_true(ike_core_tfc_refused(net->peer[A].core, PEERS_IFNAME));
	/* Where nothing is padded, nothing need be said. */
	assert_int_equal(peers_logged(net, "tfc-padding is off"), 0);
	peers_free(net);
}

/* The old child goes on, a word is said, and all is well in the end. */
static void check_refusal(uint16_t type, const char *text)
{
	struct peers *net = asking(20, false);
	struct wire_writer *w = say(net, B, IKE_EXCH_CREATE_CHILD_SA, true);
	unsigned int told = text ? peers_told(net, A, text) : 0;

	put_notify(w, type);
	said();
	if (text && peers_told(net, A, text) != told + 1) {
		peers_show(net);
		fail_msg("no word of \"%s\"", text);
	}
	if (type != IKE_N_CHILD_SA_NOT_FOUND)
		assert_true(peers_flows(net, A, "net"));
	peers_run(net, 100000);
	must_be_quiet(net);
	peers_free(net);
}

static void test_refusals(void **state)
{
	(void)state;
	check_refusal(IKE_N_TEMPORARY_FAILURE, NULL);
	check_refusal(IKE_N_NO_PROPOSAL_CHOSEN, "NO_PROPOSAL_CHOSEN");
	check_refusal(IKE_N_TS_UNACCEPTABLE, "TS_UNACCEPTABLE");
	check_refusal(IKE_N_SINGLE_PAIR_REQUIRED, "SINGLE_PAIR_REQUIRED");
	check_refusal(IKE_N_NO_ADDITIONAL_SAS, "NO_ADDITIONAL_SAS");
	check_refusal(IKE_N_CHILD_SA_NOT_FOUND, NULL);
	check_refusal(IKE_N_INVALID_KE_PAYLOAD, "INVALID_KE_PAYLOAD");
	check_refusal(12345, "notification 12345");
}

struct answer {
	const char *encr, *dh;		/* chosen; NULL: no such payload */
	uint32_t spi;
	uint16_t ke;			/* group; 0: no such payload */
	size_t public_n;
	const char *tsi, *tsr;
	const char *text;		/* what A says to it */
};

/* An answer that A must not take: it says so, and the old child goes on. */
static void check_answer(const struct answer *answer)
{
	static const uint8_t public[64] = { 9 };
	struct peers *net = asking(21, false);
	struct wire_writer *w = say(net, B, IKE_EXCH_CREATE_CHILD_SA, true);
	struct prop_list list = peers_props(PROP_ESP, answer->encr, NULL, answer->dh);

	put_sa(w, &list, answer->spi);
	put_nonce(w);
	if (answer->ke)
		wire_put_ke(w, answer->ke, bytes_of(public, answer->public_n));
	put_range(w, IKE_PL_TSI, answer->tsi);
	put_range(w, IKE_PL_TSR, answer->tsr);
	said();
	if (!peers_told(net, A, answer->text)) {
		peers_show(net);
		fail_msg("no word of \"%s\"", answer->text);
	}
	assert_int_equal(kern_fake_count(net->peer[A].kern, true, NULL), 1);
	assert_true(peers_flows(net, A, "net"));
	peers_run(net, 100000);
	must_be_quiet(net);
	peers_free(net);
}

static void test_answers(void **state)
{
	static const struct answer answers[] = {
		{ "aes-192-gcm", "group31", 0x2000, 31, 32, "10.1.0.0/16", "10.2.0.0/16",
		  "not offer" },
		{ "aes-256-gcm", "group31", 0x2000, 31, 32, "10.1.0.0/16", "10.9.0.0/16",
		  "traffic selectors that we did not ask for" },
		{ "aes-256-gcm", "group31", 0x2000, 0, 0, "10.1.0.0/16", "10.2.0.0/16",
		  "another key exchange" },
		{ "aes-256-gcm", "group19", 0x2000, 19, 64, "10.1.0.0/16", "10.2.0.0/16",
		  "another key exchange" },
		{ "aes-256-gcm", "group31", 0x2000, 31, 31, "10.1.0.0/16", "10.2.0.0/16",
		  "key exchange with the peer failed" },
		{ "aes-256-gcm", "group31", 0, 31, 32, "10.1.0.0/16", "10.2.0.0/16",
		  "child-fail" },
		{ "aes-256-gcm", "group31", 255, 31, 32, "10.1.0.0/16", "10.2.0.0/16",
		  "child-fail" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		check_answer(&answers[i]);
}

/* Authentic, but no message: there is no way to go on (section 2.21.3). */
static void test_senseless_answer(void **state)
{
	struct peers *net = asking(22, false);
	struct wire_writer *w = say(net, B, IKE_EXCH_CREATE_CHILD_SA, true);

	(void)state;
	put_nonce(w);
	put_nonce(w);
	said();
	assert_int_equal(peers_told(net, A, "that we cannot use"), 1);
	peers_run(net, 500);
	assert_int_equal(peers_told(net, B, "peer deleted the IKE SA"), 1);
	assert_int_equal(kern_fake_count(net->peer[A].kern, true, NULL), 0);
	must_be_quiet(net);
	peers_free(net);
}

/* The IKE SA goes on until its rekeying is tried again. */
static void check_ike_answer(uint16_t refusal, const char *dh, uint16_t group, size_t public_n)
{
	static const uint8_t public[256] = { 9 };
	struct peers *net = asking(23, true);
	struct wire_writer *w = say(net, B, IKE_EXCH_CREATE_CHILD_SA, true);
	struct prop_list list = peers_props(PROP_IKE, "aes-256-gcm", "sha256", dh);

	if (refusal) {
		put_notify(w, refusal);
	} else {
		put_sa(w, &list, 1);
		put_nonce(w);
		if (group)
			wire_put_ke(w, group, bytes_of(public, public_n));
	}
	said();
	assert_int_equal(peers_ikes(net, A), 1);
	peers_run(net, 60000);
	must_be_quiet(net);
	peers_free(net);
}

static void test_ike_answers(void **state)
{
	(void)state;
	check_ike_answer(IKE_N_NO_PROPOSAL_CHOSEN, "group31", 0, 0);
	check_ike_answer(IKE_N_TEMPORARY_FAILURE, "group31", 0, 0);
	check_ike_answer(IKE_N_INVALID_KE_PAYLOAD, "group31", 0, 0);
	check_ike_answer(0, "group14", 14, 256);
	check_ike_answer(0, "group19", 19, 64);
	check_ike_answer(0, "group31", 31, 31);
	check_ike_answer(0, "group31", 19, 64);
	check_ike_answer(0, "group31", 0, 0);
}

/* The peer wants another of our groups for the new IKE SA, or for the new child. */
static void check_other_group(bool ike)
{
	static const uint8_t group19[2] = { 0, 19 };
	struct peers *net = asking(24, ike);
	struct wire_writer *w = say(net, B, IKE_EXCH_CREATE_CHILD_SA, true);

	wire_put_notify(w, IKE_N_INVALID_KE_PAYLOAD, bytes_of(group19, 2));
	said();
	peers_run(net, 1000);
	must_be_quiet(net);
	if (ike)
		assert_non_null(strstr(peers_ike(net, A)->proposal, "ECP_256"));
	else
		assert_non_null(strstr(peers_child(net, A, "net")->proposal, "ECP_256"));
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_free(net);
}

static void test_other_group(void **state)
{
	(void)state;
	check_other_group(true);
	check_other_group(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_critical),
		cmocka_unit_test(test_malformed_request),
		cmocka_unit_test(test_rekey_of_none),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_bad_public_value),
		cmocka_unit_test(test_ike_rekey_refused),
		cmocka_unit_test(test_notifications),
		cmocka_unit_test(test_deletions),
		cmocka_unit_test(test_auth),
		cmocka_unit_test(test_no_child),
		cmocka_unit_test(test_no_route),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_no_tfc),
		cmocka_unit_test(test_senseless_answer),
		cmocka_unit_test(test_ike_answers),
		cmocka_unit_test(test_other_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
