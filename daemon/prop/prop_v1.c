// SPDX-License-Identifier: GPL-2.0-or-later
#include "prop/prop_v1.h"

#include "prop/alg_iana.h"

#define KEY_BITS_LEFT_OUT	128	/* of AES: what peers mean that do not say it */
#define TRANSFORMS_MOST		255	/* their number is an octet */
#define N(rows)	(sizeof(rows) / sizeof((rows)[0]))

/* A number of IKEv1, and those of IKEv2 for the same. */
struct v1_number {
	uint16_t v1, v2;
};

/* RFC 2409 appendix A, RFC 3602 */
static const struct v1_number p1_encr[] = {
	{ 1, ENCR_DES }, { 5, ENCR_3DES }, { 7, ENCR_AES_CBC },
};

/* A hash makes the PRF; nothing but a proposal of IKEv2 has an integrity algorithm, too. */
static const struct v1_hash {
	uint16_t v1, prf, integ;
} p1_hash[] = {
	{ 1, PRF_HMAC_MD5, INTEG_HMAC_MD5_96 },
	{ 2, PRF_HMAC_SHA1, INTEG_HMAC_SHA1_96 },
	{ 4, PRF_HMAC_SHA2_256, INTEG_HMAC_SHA2_256_128 },
	{ 5, PRF_HMAC_SHA2_384, INTEG_HMAC_SHA2_384_192 },
	{ 6, PRF_HMAC_SHA2_512, INTEG_HMAC_SHA2_512_256 },
};

/* RFC 2407 section 4.4.4 and the RFCs of the ciphers */
static const struct v1_number p2_encr[] = {
	{ 2, ENCR_DES }, { 3, ENCR_3DES }, { 11, ENCR_NULL }, { 12, ENCR_AES_CBC },
	{ 13, ENCR_AES_CTR }, { 14, ENCR_AES_CCM_8 }, { 15, ENCR_AES_CCM_12 },
	{ 16, ENCR_AES_CCM_16 }, { 18, ENCR_AES_GCM_8 }, { 19, ENCR_AES_GCM_12 },
	{ 20, ENCR_AES_GCM_16 }, { 23, ENCR_NULL_AUTH_AES_GMAC },
};

/* Authentication attribute (section 4.5, RFC 4868) */
static const struct v1_number p2_integ[] = {
	{ 1, INTEG_HMAC_MD5_96 }, { 2, INTEG_HMAC_SHA1_96 }, { 5, INTEG_HMAC_SHA2_256_128 },
	{ 6, INTEG_HMAC_SHA2_384_192 }, { 7, INTEG_HMAC_SHA2_512_256 }, { 9, INTEG_AES_XCBC_96 },
};

/* The transform of AH (section 4.4.3) that goes with such an attribute. */
static uint8_t ah_transform(uint16_t integ)
{
	return (uint8_t)(integ <= 2 ? integ + 1 : integ);
}

/* 0: there is none. */
static uint16_t to_v2(const struct v1_number *rows, size_t n, uint16_t v1)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].v1 == v1)
			return rows[i].v2;
	return 0;
}

static uint16_t to_v1(const struct v1_number *rows, size_t n, uint16_t v2)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].v2 == v2)
			return rows[i].v1;
	return 0;
}

/* --- what a peer offers --- */

static void wire_add(struct wire_sa *out, uint8_t type, uint16_t id, uint16_t key_bits)
{
	out->transforms[out->n_transforms++] = (struct wire_transform){
		.type = type, .id = id, .key_bits = key_bits,
	};
	out->proposals[out->n_proposals].n++;
}

/* The row of that cipher, of which peers may leave the key's length out; NULL: there is none. */
static const struct alg_encr *v1_cipher(uint16_t id, uint16_t key_bits)
{
	const struct alg_encr *encr = alg_encr_by_id(id, key_bits);

	return encr || key_bits ? encr : alg_encr_by_id(id, KEY_BITS_LEFT_OUT);
}

static bool wire_phase1(const struct isakmp_attrs *attrs, uint16_t auth, struct wire_sa *out)
{
	uint16_t id = to_v2(p1_encr, N(p1_encr), attrs->encr);
	const struct alg_encr *encr = id ? v1_cipher(id, attrs->key_bits) : NULL;

	if (!encr || attrs->auth != auth || !attrs->group)
		return false;
	for (size_t i = 0; i < N(p1_hash); i++) {
		if (p1_hash[i].v1 != attrs->hash)
			continue;
		wire_add(out, IKE_TRANSFORM_ENCR, encr->id, encr->key_bits);
		wire_add(out, IKE_TRANSFORM_PRF, p1_hash[i].prf, 0);
		wire_add(out, IKE_TRANSFORM_INTEG, p1_hash[i].integ, 0);
		wire_add(out, IKE_TRANSFORM_DH, attrs->group, 0);
		return true;
	}
	return false;
}

static bool wire_phase2(const struct isakmp_transform *t, bool ah, uint16_t encap,
			struct wire_sa *out)
{
	uint16_t integ = to_v2(p2_integ, N(p2_integ), t->attrs.integ);
	uint16_t id = to_v2(p2_encr, N(p2_encr), t->id);
	const struct alg_encr *encr = !ah && id ? v1_cipher(id, t->attrs.key_bits) : NULL;

	/* Without one it is up to the ends (section 4.5): nobody takes anything but a tunnel. */
	if ((t->attrs.encap ? t->attrs.encap : ISAKMP_ENCAP_TUNNEL) != encap ||
	    (t->attrs.integ && !integ))
		return false;
	if (ah ? !integ || t->id != ah_transform(t->attrs.integ) : !encr)
		return false;
	if (encr)
		wire_add(out, IKE_TRANSFORM_ENCR, encr->id, encr->key_bits);
	if (integ)
		wire_add(out, IKE_TRANSFORM_INTEG, integ, 0);
	if (t->attrs.group)
		wire_add(out, IKE_TRANSFORM_DH, t->attrs.group, 0);
	wire_add(out, IKE_TRANSFORM_ESN, t->attrs.esn ? IKE_ESN_YES : IKE_ESN_NO, 0);
	return true;
}

/* Another proposal is wanted with it (RFC 2408 section 4.2). */
static bool wanted_together(const struct isakmp_sa *sa, unsigned int i)
{
	return (i && sa->proposals[i - 1].number == sa->proposals[i].number) ||
	       (i + 1 < sa->n_proposals && sa->proposals[i + 1].number == sa->proposals[i].number);
}

void prop_v1_to_wire(const struct isakmp_sa *sa, enum prop_proto proto, uint16_t auth,
		     uint16_t encap, struct wire_sa *out)
{
	out->n_proposals = 0;
	out->n_transforms = 0;
	for (unsigned int i = 0; i < sa->n_proposals; i++) {
		const struct isakmp_proposal *from = &sa->proposals[i];

		if (from->protocol != proto || wanted_together(sa, i))
			continue;
		for (unsigned int j = from->first; j < from->first + (unsigned int)from->n; j++) {
			const struct isakmp_transform *t = &sa->transforms[j];

			if (out->n_proposals == WIRE_PROPOSALS_MAX || j >= UINT8_MAX)
				return;
			out->proposals[out->n_proposals] = (struct wire_proposal){
				.number = (uint8_t)(j + 1), .protocol = from->protocol,
				/* Phase 1 has its cookies, and peers repeat them here or not. */
				.spi = proto == PROP_IKE ? bytes_of(NULL, 0) : from->spi,
				.first = (uint16_t)out->n_transforms,
			};
			if (t->attrs.odd)
				continue;
			if (proto == PROP_IKE ?
			    t->id == ISAKMP_KEY_IKE && wire_phase1(&t->attrs, auth, out) :
			    wire_phase2(t, proto == PROP_AH, encap, out))
				out->n_proposals++;
		}
	}
}

/* --- what we say --- */

/* Of an offer that is being written. */
struct v1_offer {
	const struct prop_v1_terms *terms;
	struct isakmp_writer *w;
	unsigned int n;			/* transforms so far */
};

/* False: there is no room for more. */
static bool offer_next(struct v1_offer *offer, uint8_t id)
{
	if (offer->n == TRANSFORMS_MOST)
		return false;
	isakmp_transform(offer->w, (uint8_t)++offer->n, id);
	return true;
}

static void offer_life(const struct v1_offer *offer, uint16_t type, uint16_t value)
{
	if (offer->terms->life_seconds) {
		isakmp_attr(offer->w, type, ISAKMP_LIFE_SECONDS);
		isakmp_attr(offer->w, value, offer->terms->life_seconds);
	}
	if (offer->terms->life_kilobytes) {
		isakmp_attr(offer->w, type, ISAKMP_LIFE_KILOBYTES);
		isakmp_attr(offer->w, value, offer->terms->life_kilobytes);
	}
}

static void offer_one_phase1(struct v1_offer *offer, const struct alg_encr *encr, uint16_t hash,
			     const struct alg_dh *dh)
{
	if (!offer_next(offer, ISAKMP_KEY_IKE))
		return;
	isakmp_attr(offer->w, ISAKMP_P1_ENCR, to_v1(p1_encr, N(p1_encr), encr->id));
	if (encr->key_bits)
		isakmp_attr(offer->w, ISAKMP_P1_KEY_LENGTH, encr->key_bits);
	isakmp_attr(offer->w, ISAKMP_P1_HASH, hash);
	isakmp_attr(offer->w, ISAKMP_P1_GROUP, dh->id);
	isakmp_attr(offer->w, ISAKMP_P1_AUTH,
		    offer->terms->auth ? offer->terms->auth : ISAKMP_AUTH_PSK);
	offer_life(offer, ISAKMP_P1_LIFE_TYPE, ISAKMP_P1_LIFE);
}

/* 0: there is none, as with PRFs of AES. */
static uint16_t v1_hash_of(const struct alg_prf *prf)
{
	for (size_t i = 0; i < N(p1_hash); i++)
		if (p1_hash[i].prf == prf->id)
			return p1_hash[i].v1;
	return 0;
}

static void offer_phase1(struct v1_offer *offer, const struct prop *prop)
{
	for (unsigned int e = 0; e < prop->n_encr; e++) {
		if (!to_v1(p1_encr, N(p1_encr), prop->encr[e]->id))
			continue;
		for (unsigned int p = 0; p < prop->n_prf; p++) {
			uint16_t hash = v1_hash_of(prop->prf[p]);

			for (unsigned int d = 0; hash && d < prop->n_dh; d++)
				offer_one_phase1(offer, prop->encr[e], hash, prop->dh[d]);
		}
	}
}

/* @encr NULL: AH; @integ NULL: a combined mode. */
static void offer_one_phase2(struct v1_offer *offer, const struct alg_encr *encr,
			     const struct alg_integ *integ)
{
	uint16_t mac = integ ? to_v1(p2_integ, N(p2_integ), integ->id) : 0;
	uint16_t cipher = encr ? to_v1(p2_encr, N(p2_encr), encr->id) : 0;

	if ((integ && !mac) || (encr && !cipher) ||
	    !offer_next(offer, encr ? (uint8_t)cipher : ah_transform(mac)))
		return;
	if (encr && encr->key_bits)
		isakmp_attr(offer->w, ISAKMP_P2_KEY_LENGTH, encr->key_bits);
	isakmp_attr(offer->w, ISAKMP_P2_ENCAP, offer->terms->encap);
	if (mac)
		isakmp_attr(offer->w, ISAKMP_P2_AUTH, mac);
	if (offer->terms->group)
		isakmp_attr(offer->w, ISAKMP_P2_GROUP, offer->terms->group);
	offer_life(offer, ISAKMP_P2_LIFE_TYPE, ISAKMP_P2_LIFE);
}

static void offer_phase2(struct v1_offer *offer, const struct prop *prop)
{
	/* Those that insist on extended sequence numbers cannot do without the attribute. */
	if (!(prop->esn & PROP_ESN_NO))
		return;
	for (unsigned int i = 0; !prop->n_encr && i < prop->n_integ; i++)
		offer_one_phase2(offer, NULL, prop->integ[i]);
	for (unsigned int e = 0; e < prop->n_encr; e++) {
		if (!prop->n_integ)
			offer_one_phase2(offer, prop->encr[e], NULL);
		for (unsigned int i = 0; i < prop->n_integ; i++)
			offer_one_phase2(offer, prop->encr[e], prop->integ[i]);
	}
}

bool prop_v1_offer(const struct prop_list *list, const struct prop_v1_terms *terms,
		   struct isakmp_writer *w)
{
	enum prop_proto proto = prop_list_proto(list);
	struct v1_offer offer = { .terms = terms, .w = w };

	isakmp_sa_begin(w);
	isakmp_proposal(w, 1, (uint8_t)proto, terms->spi);
	for (unsigned int i = 0; i < list->n; i++) {
		if (proto == PROP_IKE)
			offer_phase1(&offer, &list->prop[i]);
		else
			offer_phase2(&offer, &list->prop[i]);
	}
	isakmp_sa_end(w);
	return offer.n;
}

void prop_v1_answer(const struct isakmp_sa *sa, unsigned int number, struct bytes spi,
		    struct isakmp_writer *w)
{
	const struct isakmp_proposal *from = sa->proposals;
	const struct isakmp_transform *t = &sa->transforms[number - 1];

	while (number - 1 >= from->first + (unsigned int)from->n)
		from++;
	isakmp_sa_begin(w);
	isakmp_proposal(w, from->number, from->protocol, spi);
	isakmp_transform(w, t->number, t->id);
	isakmp_attrs(w, t->octets);
	isakmp_sa_end(w);
}
