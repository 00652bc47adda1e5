// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/text.h"
#include "prop/prop_wire.h"

_Static_assert(PROP_MAX * (3 * PROP_ALGS + PROP_GROUPS + 2 +
			   PROP_ROUNDS * (PROP_ROUND_ALGS + 1)) <= WIRE_TRANSFORMS_MAX,
	       "an offer fits");

/* ---------------------------------------------------------------- writing */

static struct wire_proposal *open_proposal(struct wire_sa *sa, uint8_t number, uint8_t proto,
					   struct bytes spi)
{
	struct wire_proposal *proposal = &sa->proposals[sa->n_proposals++];

	*proposal = (struct wire_proposal){
		.number = number,
		.protocol = proto,
		.spi = spi,
		.first = (uint16_t)sa->n_transforms,
	};
	return proposal;
}

static void add_transform(struct wire_sa *sa, struct wire_proposal *proposal, uint8_t type,
			  uint16_t id, uint16_t key_bits)
{
	sa->transforms[sa->n_transforms++] = (struct wire_transform){
		.type = type,
		.id = id,
		.key_bits = key_bits,
	};
	proposal->n++;
}

static void add_round(struct wire_sa *sa, struct wire_proposal *p, const struct prop_round *round,
		      uint8_t type)
{
	for (unsigned int i = 0; i < round->n; i++)
		add_transform(sa, p, type, round->dh[i]->id, 0);
	if (round->n && round->optional)
		add_transform(sa, p, type, IKE_DH_NONE, 0);
}

static void add_prop(struct wire_sa *sa, const struct prop *prop, uint8_t number,
		     struct bytes spi)
{
	struct wire_proposal *p = open_proposal(sa, number, prop->proto, spi);

	for (unsigned int i = 0; i < prop->n_encr; i++)
		add_transform(sa, p, IKE_TRANSFORM_ENCR, prop->encr[i]->id,
			      prop->encr[i]->key_bits);
	for (unsigned int i = 0; i < prop->n_prf; i++)
		add_transform(sa, p, IKE_TRANSFORM_PRF, prop->prf[i]->id, 0);
	for (unsigned int i = 0; i < prop->n_integ; i++)
		add_transform(sa, p, IKE_TRANSFORM_INTEG, prop->integ[i]->id, 0);
	for (unsigned int i = 0; i < prop->n_dh; i++)
		add_transform(sa, p, IKE_TRANSFORM_DH, prop->dh[i]->id, 0);
	for (unsigned int i = 0; i < PROP_ROUNDS; i++)
		add_round(sa, p, &prop->rounds[i], (uint8_t)(IKE_TRANSFORM_ADDKE1 + i));
	if (prop->esn & PROP_ESN_YES)
		add_transform(sa, p, IKE_TRANSFORM_ESN, IKE_ESN_YES, 0);
	if (prop->esn & PROP_ESN_NO)
		add_transform(sa, p, IKE_TRANSFORM_ESN, IKE_ESN_NO, 0);
}

void prop_offer(const struct prop_list *list, struct bytes spi, struct wire_sa *out)
{
	out->n_proposals = 0;
	out->n_transforms = 0;
	for (unsigned int i = 0; i < list->n; i++)
		add_prop(out, &list->prop[i], (uint8_t)(i + 1), spi);
}

void prop_answer(const struct prop_chosen *chosen, struct bytes spi, struct wire_sa *out)
{
	const struct prop prop = prop_of_chosen(chosen);

	out->n_proposals = 0;
	out->n_transforms = 0;
	add_prop(out, &prop, chosen->number, spi);
}

/* ---------------------------------------------------------------- choosing */

/* What may differ, in the order in which people look for it. */
enum difference {
	DIFF_PROTO = 1 << 0,
	DIFF_ENCR = 1 << 1,
	DIFF_INTEG = 1 << 2,
	DIFF_PRF = 1 << 3,
	DIFF_DH = 1 << 4,
	DIFF_ESN = 1 << 5,
	DIFF_SPI = 1 << 6,
	DIFF_UNKNOWN = 1 << 7,
	DIFF_ROUNDS = 1 << 8,
};

static const char *const difference_text[] = {
	"protocol", "encryption", "integrity", "PRF", "group", "ESN", "SPI", "kind of transforms",
	"additional key exchanges",
};

/* A proposal of the peer's, with its transforms. */
struct offer {
	const struct wire_proposal *proposal;
	const struct wire_transform *transforms;
};

static struct offer offer_of(const struct wire_sa *sa, unsigned int i)
{
	const struct wire_proposal *proposal = &sa->proposals[i];

	return (struct offer){ proposal, sa->transforms + proposal->first };
}

static unsigned int offer_count(const struct offer *offer, uint8_t type)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < offer->proposal->n; i++)
		count += offer->transforms[i].type == type;
	return count;
}

static bool offer_has(const struct offer *offer, uint8_t type, uint16_t id, uint16_t key_bits)
{
	for (unsigned int i = 0; i < offer->proposal->n; i++) {
		const struct wire_transform *t = &offer->transforms[i];

		if (t->type == type && t->id == id && t->key_bits == key_bits && !t->odd)
			return true;
	}
	return false;
}

/* RFC 7296 section 3.3.6: a kind that is absent counts as NONE where NONE is allowed. */
static bool offer_none(const struct offer *offer, uint8_t type)
{
	return !offer_count(offer, type) || offer_has(offer, type, 0, 0);
}

static unsigned int match_encr(const struct prop *prop, const struct offer *offer,
			       struct prop_chosen *out)
{
	if (!prop->n_encr)
		return offer_none(offer, IKE_TRANSFORM_ENCR) ? 0 : DIFF_ENCR;
	for (unsigned int i = 0; i < prop->n_encr && !out->encr; i++)
		if (offer_has(offer, IKE_TRANSFORM_ENCR, prop->encr[i]->id,
			      prop->encr[i]->key_bits))
			out->encr = prop->encr[i];
	return out->encr ? 0 : DIFF_ENCR;
}

static unsigned int match_integ(const struct prop *prop, const struct offer *offer,
				struct prop_chosen *out)
{
	if (!prop->n_integ)
		return offer_none(offer, IKE_TRANSFORM_INTEG) ? 0 : DIFF_INTEG;
	for (unsigned int i = 0; i < prop->n_integ && !out->integ; i++)
		if (offer_has(offer, IKE_TRANSFORM_INTEG, prop->integ[i]->id, 0))
			out->integ = prop->integ[i];
	return out->integ ? 0 : DIFF_INTEG;
}

static unsigned int match_prf(const struct prop *prop, const struct offer *offer,
			      struct prop_chosen *out)
{
	if (prop->proto != PROP_IKE)
		return offer_count(offer, IKE_TRANSFORM_PRF) ? DIFF_PRF : 0;
	for (unsigned int i = 0; i < prop->n_prf && !out->prf; i++)
		if (offer_has(offer, IKE_TRANSFORM_PRF, prop->prf[i]->id, 0))
			out->prf = prop->prf[i];
	return out->prf ? 0 : DIFF_PRF;
}

/* The group that the peer sent a key for saves a round trip, so it comes first. */
static unsigned int match_dh(const struct prop_query *query, const struct prop *prop,
			     const struct offer *offer, struct prop_chosen *out)
{
	if (query->ignore_dh)
		return 0;
	if (!prop->n_dh)
		return offer_none(offer, IKE_TRANSFORM_DH) ? 0 : DIFF_DH;
	for (unsigned int i = 0; i < prop->n_dh; i++) {
		const struct alg_dh *dh = prop->dh[i];

		if (offer_has(offer, IKE_TRANSFORM_DH, dh->id, 0) &&
		    (!out->dh || dh->id == query->ke_group))
			out->dh = dh;
	}
	return out->dh ? 0 : DIFF_DH;
}

static bool is_chosen(const struct prop_chosen *chosen, const struct alg_dh *dh)
{
	bool any = chosen->dh == dh;

	for (unsigned int i = 0; i < PROP_ROUNDS; i++)
		any |= chosen->rounds[i] == dh->id;
	return any;
}

/* RFC 9370 section 2.2.1: no group twice, and what is left out counts as NONE. */
static unsigned int match_round(const struct prop_query *query, const struct prop_round *round,
				const struct offer *offer, uint8_t type, struct prop_chosen *out)
{
	uint8_t *chosen = &out->rounds[type - IKE_TRANSFORM_ADDKE1];

	for (unsigned int i = 0; i < round->n && !*chosen; i++)
		if (offer_has(offer, type, round->dh[i]->id, 0) && !is_chosen(out, round->dh[i]))
			*chosen = (uint8_t)round->dh[i]->id;
	if (*chosen || query->ignore_dh ||
	    ((!round->n || round->optional) && offer_none(offer, type)))
		return 0;
	return DIFF_ROUNDS;
}

static unsigned int match_rounds(const struct prop_query *query, const struct prop *prop,
				 const struct offer *offer, struct prop_chosen *out)
{
	unsigned int differs = 0;

	for (unsigned int i = 0; i < PROP_ROUNDS; i++)
		differs |= match_round(query, &prop->rounds[i], offer,
				       (uint8_t)(IKE_TRANSFORM_ADDKE1 + i), out);
	return differs;
}

static unsigned int match_esn(const struct prop *prop, const struct offer *offer,
			      struct prop_chosen *out)
{
	if (prop->proto == PROP_IKE)
		return offer_count(offer, IKE_TRANSFORM_ESN) ? DIFF_ESN : 0;
	out->esn = prop->esn & PROP_ESN_YES &&
		   offer_has(offer, IKE_TRANSFORM_ESN, IKE_ESN_YES, 0);
	if (out->esn || (prop->esn & PROP_ESN_NO &&
			 offer_has(offer, IKE_TRANSFORM_ESN, IKE_ESN_NO, 0)))
		return 0;
	return DIFF_ESN;
}

static unsigned int match_rest(const struct prop_query *query, const struct offer *offer)
{
	struct bytes spi = offer->proposal->spi;
	unsigned int differs = 0;

	if (query->proto != PROP_IKE && spi.n == query->spi_n && get_be32(spi.p) < ESP_SPI_MIN)
		differs |= DIFF_SPI;
	if (spi.n != query->spi_n)
		differs |= DIFF_SPI;
	for (unsigned int i = 0; i < offer->proposal->n; i++)
		if (!offer->transforms[i].type || offer->transforms[i].type > IKE_TRANSFORM_ADDKE7)
			differs |= DIFF_UNKNOWN;
	return differs;
}

/* 0 with @out filled, else what differs. */
static unsigned int match(const struct prop_query *query, const struct prop *prop,
			  const struct offer *offer, struct prop_chosen *out)
{
	unsigned int differs;

	*out = (struct prop_chosen){ .proto = query->proto, .number = offer->proposal->number };
	if (offer->proposal->protocol != query->proto)
		return DIFF_PROTO;
	differs = match_encr(prop, offer, out) | match_integ(prop, offer, out) |
		  match_prf(prop, offer, out) | match_dh(query, prop, offer, out) |
		  match_rounds(query, prop, offer, out) | match_esn(prop, offer, out) |
		  match_rest(query, offer);
	if (!differs) {
		out->spi_n = query->spi_n;
		for (unsigned int i = 0; i < out->spi_n; i++)
			out->spi[i] = offer->proposal->spi.p[i];
	}
	return differs;
}

/* Which of two failures came nearer to a match: the one with fewer differences. */
static unsigned int nearer(unsigned int a, unsigned int b)
{
	bool other_proto = (a & DIFF_PROTO) && !(b & DIFF_PROTO);

	if (!a || other_proto)
		return b;
	if (b & DIFF_PROTO)
		return a;
	return __builtin_popcount(b) < __builtin_popcount(a) ? b : a;
}

static void add_differences(struct text *t, unsigned int differs)
{
	const char *separator = "";

	for (unsigned int i = 0; i < sizeof(difference_text) / sizeof(difference_text[0]); i++) {
		if (!(differs & (1U << i)))
			continue;
		text_add(t, "%s%s", separator, difference_text[i]);
		separator = ", ";
	}
	text_add(t, differs & (differs - 1) ? " differ" : " differs");
}

static void why_text(const struct prop_query *query, const struct wire_sa *peer,
		     unsigned int differs, char *why, size_t n)
{
	char side[PROP_LIST_TEXT];
	struct text t;

	text_init(&t, why, n);
	text_add(&t, "no common proposal: ");
	if (differs) {
		add_differences(&t, differs);
		text_add(&t, ": ");
	}
	text_add(&t, "peer offers %s; ", prop_wire_text(peer, query->proto, side, sizeof(side)));
	text_add(&t, "we accept %s", prop_list_text(query->local, side, sizeof(side)));
}

bool prop_select(const struct prop_query *query, const struct wire_sa *peer,
		 struct prop_chosen *out, char *why, size_t n)
{
	unsigned int nearest = 0;

	for (unsigned int i = 0; i < query->local->n; i++) {
		for (unsigned int j = 0; j < peer->n_proposals; j++) {
			struct offer offer = offer_of(peer, j);
			unsigned int differs = match(query, &query->local->prop[i], &offer, out);

			if (!differs)
				return true;
			nearest = nearer(nearest, differs);
		}
	}
	memset(out, 0, sizeof(*out));
	if (why)
		why_text(query, peer, nearest, why, n);
	return false;
}

/* Not even NONE may stand beside the one that was chosen. */
static bool one_of_each(const struct offer *offer)
{
	for (int type = IKE_TRANSFORM_ENCR; type <= IKE_TRANSFORM_ADDKE7; type++)
		if (offer_count(offer, (uint8_t)type) > 1)
			return false;
	return true;
}

bool prop_check_answer(const struct prop_query *query, const struct wire_sa *answer,
		       struct prop_chosen *out, char *why, size_t n)
{
	char text[PROP_LIST_TEXT];
	unsigned int differs;
	struct offer offer;
	struct text t;

	memset(out, 0, sizeof(*out));
	text_init(&t, why, n);
	if (answer->n_proposals != 1) {
		text_add(&t, "peer answered with %u proposals instead of one", answer->n_proposals);
		return false;
	}
	offer = offer_of(answer, 0);
	if (!offer.proposal->number || offer.proposal->number > query->local->n) {
		text_add(&t, "peer chose proposal %u, which we did not offer",
			 offer.proposal->number);
		return false;
	}
	differs = match(query, &query->local->prop[offer.proposal->number - 1], &offer, out);
	if (!differs && one_of_each(&offer))
		return true;
	memset(out, 0, sizeof(*out));
	text_add(&t, "peer chose what we did not offer: ");
	if (differs) {
		add_differences(&t, differs);
		text_add(&t, ": ");
	}
	text_add(&t, "%s; ", prop_wire_text(answer, query->proto, text, sizeof(text)));
	text_add(&t, "we offered %s", prop_list_text(query->local, text, sizeof(text)));
	return false;
}

/* -------------------------------------------------------------------- text */

/* The transforms of one kind, parted by "," and from the kind before by "/". */
static void add_kind(struct text *t, const struct offer *offer, uint8_t type, bool *any)
{
	const char *separator = *any ? "/" : "";
	bool addke = type >= IKE_TRANSFORM_ADDKE1;
	char name[64];

	for (unsigned int i = 0; i < offer->proposal->n; i++) {
		const struct wire_transform *transform = &offer->transforms[i];

		if (transform->type != type)
			continue;
		/* What everybody has says nothing. */
		if (type == IKE_TRANSFORM_ESN && transform->id == IKE_ESN_NO)
			continue;
		text_add(t, "%s%s%s", separator, addke && separator[0] != ',' ? "KE " : "",
			 alg_transform_text(type, transform->id, transform->key_bits, name,
					    sizeof(name)));
		separator = ",";
		*any = true;
	}
}

const char *prop_wire_text(const struct wire_sa *sa, enum prop_proto proto, char *out, size_t n)
{
	static const uint8_t order[] = {
		IKE_TRANSFORM_ENCR, IKE_TRANSFORM_INTEG, IKE_TRANSFORM_PRF, IKE_TRANSFORM_DH,
		IKE_TRANSFORM_ESN,
	};
	const char *separator = "";
	struct text t;

	text_init(&t, out, n);
	for (unsigned int i = 0; i < sa->n_proposals; i++) {
		struct offer offer = offer_of(sa, i);
		bool any = false;

		if (offer.proposal->protocol != proto)
			continue;
		text_add(&t, "%s", separator);
		for (size_t j = 0; j < sizeof(order); j++)
			add_kind(&t, &offer, order[j], &any);
		for (int type = IKE_TRANSFORM_ADDKE1; type <= IKE_TRANSFORM_ADDKE7; type++)
			add_kind(&t, &offer, (uint8_t)type, &any);
		separator = "; ";
	}
	if (!t.n)
		text_add(&t, "nothing for %s", prop_proto_text(proto));
	return out;
}
