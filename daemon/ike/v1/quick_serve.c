// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Quick mode where the peer began (RFC 2409 section 5.5).  We receive with the new pair from our
 * answer on, and send with it once the peer's last message has proved that its first was no replay.
 * Until then we repeat our answer.
 */
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "ike/child_end.h"
#include "ike/child_kernel.h"
#include "ike/child_life.h"
#include "ike/child_wish.h"
#include "ike/ike_life.h"
#include "ike/v1/v1.h"
#include "prop/prop_v1.h"

#define TEXT_MAX	512
#define SLOT_CHILDREN_MOST	8	/* a peer can not pile up pairs for one proxy-ID */
#define ANSWERS_MOST	5		/* of ours that are not confirmed */
#define ANSWER_MS	SECONDS(2)	/* between two of them */

/* What the peer asks for. */
struct wish {
	struct isakmp_sa sa;
	struct bytes ni;
	struct bytes public;		/* empty: no PFS */
	struct v1_pair pair;
	struct slot *slot;
	uint16_t encap;
	struct prop_chosen chosen;
};

/* --- what is asked for --- */

static bool read_wish(struct ike_sa *ike, const struct v1_in *in, struct wish *out)
{
	const struct isakmp_payload *sa = isakmp_find(&in->payloads, ISAKMP_PL_SA, NULL);
	const struct isakmp_payload *nonce = isakmp_find(&in->payloads, ISAKMP_PL_NONCE, NULL);
	const struct isakmp_payload *ke = isakmp_find(&in->payloads, ISAKMP_PL_KE, NULL);
	struct wire_error error;

	out->public = ke ? ke->body : bytes_of(NULL, 0);
	return sa && nonce && !isakmp_read_sa(sa, &out->sa, &error) &&
	       !isakmp_read_nonce(nonce, &out->ni, &error) &&
	       v1_pair_read(in, &ike->path->remote.addr, &ike->path->local.addr, &out->pair);
}

static struct slot *slot_of(const struct gateway *gw, const struct v1_pair *pair)
{
	struct v1_pair ours;
	const char *why;

	for (struct slot *slot = gw->slots; slot; slot = slot->next)
		if (!slot->gone && v1_pair_of(slot, false, &ours, &why) &&
		    v1_pair_equal(&ours, pair))
			return slot;
	return NULL;
}

/* IKEv1 takes equal pairs alone, so the log shows both. */
static void say_no_proxy(struct gateway *gw, const struct v1_pair *pair)
{
	char i[TS_TEXT], r[TS_TEXT], local[TEXT_MAX], remote[TEXT_MAX];
	struct slot *only = gw->slots;

	v1_pair_text(pair, i, r);
	while (only && only->gone)
		only = only->next;
	if (!only)
		gateway_refuse(gw, "peer asks for an SA, but no tunnel uses this gateway: set it "
				   "as the ike-gateway of a tunnel here, or disable the tunnel "
				   "there");
	else if (!only->next)
		slot_fail(only, "peer asks for the proxy-id local %s remote %s, but configured is "
				"local %s remote %s: make them mirror each other", r, i,
			  ts_list_text(&only->proxy->ts.local, local, sizeof(local)),
			  ts_list_text(&only->proxy->ts.remote, remote, sizeof(remote)));
	else
		gateway_refuse(gw, "peer asks for the proxy-id local %s remote %s, which no tunnel "
				   "of this gateway has: make them mirror each other", r, i);
}

static bool full(const struct slot *slot)
{
	unsigned int n = 0;

	for (const struct child_sa *child = slot->children; child; child = child->slot_next)
		n += child->state != CHILD_LINGERING;
	return slot->away || n >= SLOT_CHILDREN_MOST;
}

/* Whether the mode that the peer's first transform asks for is ours; if not, says why. */
static bool mode_fits(struct ike_sa *ike, struct slot *slot, const struct isakmp_sa *sa)
{
	uint16_t said = sa->n_transforms ? sa->transforms[0].attrs.encap : 0;
	bool transport = v1_encap_transport(said);

	if (!child_mode_good(ike, slot, transport))
		return false;
	if (transport == slot->tunnel->transport)
		return true;
	slot_fail(slot, "peer wants transport mode: set ipsec-mode tunnel there, or ipsec-mode "
			"transport here");
	return false;
}

/*
 * NAT detection ran in clear, and somebody may have altered it.  The encapsulation that the peer
 * asks for is authentic, and both ends have to use the same one, so follow the peer.
 */
static void follow_encap(struct ike_sa *ike, const struct isakmp_sa *sa)
{
	uint16_t said = sa->n_transforms ? sa->transforms[0].attrs.encap : 0;
	bool udp = v1_encap_udp(said);
	struct pathref *path = ike->path;

	if (udp == pathref_encap(path) || path->children ||
	    (udp && (!v1_natt(ike) || path->local.port != IKE_NATT_PORT)))
		return;
	path->nat_local = false;
	path->nat_remote = udp;
}

/* Picks proxy-ID and proposal; 0, or what the peer is told. */
static uint16_t choose_of(struct ike_sa *ike, struct wish *wish)
{
	struct slot *slot = slot_of(ike->gw, &wish->pair);
	char why[TEXT_MAX];
	struct wire_sa wire;
	struct prop_query query;

	if (!slot) {
		say_no_proxy(ike->gw, &wish->pair);
		return ISAKMP_N_INVALID_ID_INFORMATION;
	}
	wish->slot = slot;
	follow_encap(ike, &wish->sa);
	if (full(slot) || !mode_fits(ike, slot, &wish->sa))
		return ISAKMP_N_NO_PROPOSAL_CHOSEN;
	wish->encap = v1_encap(ike, slot->tunnel->transport);
	query = (struct prop_query){
		.proto = prop_list_proto(&slot->tunnel->esp), .local = &slot->tunnel->esp,
		.spi_n = 4,
	};
	prop_v1_to_wire(&wish->sa, query.proto, 0, wish->encap, &wire);
	if (!prop_select(&query, &wire, &wish->chosen, why, sizeof(why))) {
		slot_fail(slot, "%s", why);
		return ISAKMP_N_NO_PROPOSAL_CHOSEN;
	}
	if (!wish->chosen.dh)
		return 0;
	return dh_check(wish->chosen.dh, wish->public) ? ISAKMP_N_INVALID_KEY_INFORMATION : 0;
}

/* --- the answer --- */

static struct packet *answer_for(struct child_sa *child, const struct wish *wish,
				 struct v1_quick *quick, const struct dh *own)
{
	struct ike_sa *ike = child->ike;
	struct isakmp_writer w;
	uint8_t spi[4];

	put_be32(spi, child->spi_in);
	v1_begin(&w, ike, ISAKMP_EXCH_QUICK, quick->message_id, true);
	v1_hash_begin(&w, ike);
	prop_v1_answer(&wish->sa, wish->chosen.number, bytes_of(spi, sizeof(spi)), &w);
	isakmp_put(&w, ISAKMP_PL_NONCE, bytes_of(quick->nr, quick->nr_n));
	if (own)
		isakmp_put(&w, ISAKMP_PL_KE, dh_public(own));
	v1_pair_put(&w, &wish->pair);
	if (!v1_hash_end(&w, ike, quick->message_id, bytes_of(quick->ni, quick->ni_n)))
		return NULL;
	return v1_seal(ike, &w, &quick->iv);
}

/* Remembers the exchange, whose next message has the IV @iv; NULL: no memory or randomness. */
static struct v1_quick *remember(struct ike_sa *ike, const struct v1_in *in,
				 const struct wish *wish, const struct keymat_v1_iv *iv)
{
	struct v1_quick *quick = v1_quick_new(ike, in->header.message_id, false);

	if (!quick)
		return NULL;
	quick->done = true;
	quick->iv = *iv;
	memcpy(quick->ni, wish->ni.p, wish->ni.n);
	quick->ni_n = wish->ni.n;
	quick->nr_n = NONCE_N;
	return core_random(ike->core, quick->nr, NONCE_N) ? quick : NULL;
}

static void make_child(struct ike_sa *ike, const struct v1_in *in, const struct wish *wish,
		       const struct keymat_v1_iv *iv, const struct job_dh *exchange)
{
	struct v1_quick *quick = remember(ike, in, wish, iv);
	struct child_sa *child = quick ? child_new(ike, wish->slot, false) : NULL;
	struct packet *message = NULL;

	if (!child)
		return;
	child->prop = wish->chosen;
	child->transport = wish->slot->tunnel->transport;
	child_set_spi_out(child, get_be32(wish->chosen.spi));
	if (v1_pair_set(child, &wish->pair) &&
	    v1_child_derive(child, dh_secret_bytes(&exchange->shared), quick))
		message = answer_for(child, wish, quick, *exchange->own);
	if (!message) {
		child_close(child);
		return;
	}
	quick->child = child->token;
	quick->done = false;
	quick->sends = 1;
	v1_quick_keep(quick, in->data, message);
	/* The peer sends as soon as it has the answer, which leaves after the SA is there. */
	child->unconfirmed = true;
	child_install(child);
	ike_send(ike, message);
	timer_set(&ike->core->timers, &child->early, ike->core->now + ANSWER_MS);
}

/* The first message, which is authentic. */
static void serve_wish(struct ike_sa *ike, const struct v1_in *in, const struct keymat_v1_iv *iv)
{
	struct dh *own = NULL;
	struct job_dh exchange = { .own = &own };
	struct wish wish;
	uint16_t error;

	wish.slot = NULL;
	if (!read_wish(ike, in, &wish)) {
		v1_info_error(ike, ISAKMP_PROTO_ISAKMP, ISAKMP_N_PAYLOAD_MALFORMED);
		return;
	}
	error = choose_of(ike, &wish);
	if (error) {
		v1_info_error(ike, wish.slot ? (uint8_t)prop_list_proto(&wish.slot->tunnel->esp) :
					       ISAKMP_PROTO_ESP, error);
		return;
	}
	/* Served or refused before, and forgotten since: it is a replay. */
	if (v1_seen(ike, in->header.message_id))
		return;
	exchange.group = wish.chosen.dh;
	exchange.peer = wish.public;
	if (exchange.group && !job_dh(ike, JOB_PEERS, &exchange))
		return;
	if (exchange.group && exchange.error)
		slot_fail(wish.slot, "key exchange with the peer failed: %s",
			  dh_error_text(exchange.error));
	else
		make_child(ike, in, &wish, iv, &exchange);
	secret_wipe(&exchange.shared, sizeof(exchange.shared));
	dh_free(own);
}

/* --- and its confirmation --- */

static void confirmed(struct ike_sa *ike, struct v1_in *in, struct v1_quick *quick)
{
	struct child_sa *child = child_held(ike->core, quick->child);
	struct keymat_v1_iv iv = quick->iv;
	const struct isakmp_payload *hash;
	uint8_t expected[ALG_PRF_MAX];
	size_t n = ike->prop.prf->out_n;

	if (!child || !child->unconfirmed || !v1_open(ike, in, &iv))
		return;
	hash = v1_payload(in, ISAKMP_PL_HASH, n);
	if (!hash || v1_hash_last(ike, quick, expected) ||
	    !secret_equal(expected, hash->body.p, n))
		return;
	ike_heard(ike);
	quick->iv = iv;
	quick->done = true;
	v1_quick_keep(quick, in->data, NULL);
	timer_stop(&ike->core->timers, &child->early);
	child_confirmed(child);
}

void v1_quick_early(struct child_sa *child)
{
	struct v1_quick *quick = v1_quick_of(child);

	if (!child->unconfirmed)
		return;
	if (quick && quick->sends < ANSWERS_MOST) {
		quick->sends++;
		ike_send(child->ike, quick->said);
		timer_set(&child->core->timers, &child->early, child->core->now + ANSWER_MS);
		return;
	}
	slot_fail(child->slot, "peer asked for an SA and did not confirm our answer: see its log");
	if (quick)
		quick->done = true;
	child_close(child);
}

void v1_quick_request(struct ike_sa *ike, struct v1_in *in)
{
	struct v1_quick *quick = v1_quick_find(ike, in->header.message_id);
	struct keymat_v1_iv iv;

	if (quick && bytes_equal(packet_bytes(quick->heard), in->data)) {
		if (quick->said)
			ike_send(ike, quick->said);
		return;
	}
	if (quick) {
		if (!quick->ours && !quick->done)
			confirmed(ike, in, quick);
		return;
	}
	if (keymat_v1_iv_phase2(&v1_of(ike)->keys, &v1_of(ike)->iv, in->header.message_id, &iv) ||
	    !v1_open(ike, in, &iv) || !v1_hash_good(ike, in, bytes_of(NULL, 0))) {
		log_debug(ike->gw->subject, "message dropped: it is not authentic");
		return;
	}
	if (!v1_seen(ike, in->header.message_id))
		ike_heard(ike);
	serve_wish(ike, in, &iv);
	if (!job_waits(ike, JOB_PEERS))
		v1_see(ike, in->header.message_id);
}
