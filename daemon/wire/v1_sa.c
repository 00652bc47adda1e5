// SPDX-License-Identifier: GPL-2.0-or-later
/* The SA payload (RFC 2408 sections 3.3 to 3.6), whose proposals and transforms are payloads. */
#include "wire/v1_codec.h"

#define SA_FIXED	8	/* DOI, situation */
#define PROPOSAL_FIXED	8	/* with the generic header */
#define TRANSFORM_FIXED	8

/* --- attributes (section 3.3) --- */

/* The next attribute of @left, which moves behind it; a value above 64 bits is all ones. */
static bool attr_next(struct bytes *left, uint16_t *type, uint64_t *value)
{
	size_t n;

	if (left->n < 4)
		return false;
	*type = get_be16(left->p);
	n = get_be16(left->p + 2);
	if (*type & ISAKMP_ATTR_SHORT) {
		*type &= (uint16_t)~ISAKMP_ATTR_SHORT;
		*value = n;
		n = 0;
	} else {
		if (!n || n > left->n - 4)
			return false;
		*value = 0;
		for (size_t i = 0; i < n; i++)
			*value = *value >> 56 ? UINT64_MAX : *value << 8 | left->p[4 + i];
	}
	*left = bytes_of(left->p + 4 + n, left->n - 4 - n);
	return true;
}

/* Attributes that are numbers other than zero, and where they go. */
struct attr_row {
	uint16_t type;
	size_t at;
};

static const struct attr_row attr_rows1[] = {
	{ ISAKMP_P1_ENCR, offsetof(struct isakmp_attrs, encr) },
	{ ISAKMP_P1_HASH, offsetof(struct isakmp_attrs, hash) },
	{ ISAKMP_P1_AUTH, offsetof(struct isakmp_attrs, auth) },
	{ ISAKMP_P1_GROUP, offsetof(struct isakmp_attrs, group) },
	{ ISAKMP_P1_KEY_LENGTH, offsetof(struct isakmp_attrs, key_bits) },
	{ 0 },
};

static const struct attr_row attr_rows2[] = {
	{ ISAKMP_P2_GROUP, offsetof(struct isakmp_attrs, group) },
	{ ISAKMP_P2_ENCAP, offsetof(struct isakmp_attrs, encap) },
	{ ISAKMP_P2_AUTH, offsetof(struct isakmp_attrs, integ) },
	{ ISAKMP_P2_KEY_LENGTH, offsetof(struct isakmp_attrs, key_bits) },
	{ 0 },
};

static void attr_number(struct isakmp_attrs *attrs, const struct attr_row *row, uint16_t type,
			uint64_t value)
{
	uint16_t *field;

	while (row->type && row->type != type)
		row++;
	field = row->type ? (uint16_t *)(void *)((uint8_t *)attrs + row->at) : NULL;
	if (!field || !value || value > UINT16_MAX || *field)
		attrs->odd = true;
	else
		*field = (uint16_t)value;
}

/* RFC 2407 section 4.5: a duration comes right after its type. */
static void attr_life(struct isakmp_attrs *attrs, uint64_t type, uint64_t value)
{
	if (type == ISAKMP_LIFE_SECONDS && value)
		attrs->life_seconds = value;
	else if (type == ISAKMP_LIFE_KILOBYTES && value)
		attrs->life_kilobytes = value;
	else
		attrs->odd = true;
}

static void attr_esn(struct isakmp_attrs *attrs, uint64_t value)
{
	attrs->esn = value == 1;
	attrs->odd |= value > 1;
}

int isakmp_read_attrs(struct bytes octets, bool phase1, struct isakmp_attrs *attrs,
		      struct wire_error *error)
{
	const uint16_t life_type = phase1 ? ISAKMP_P1_LIFE_TYPE : ISAKMP_P2_LIFE_TYPE;
	const uint16_t life = phase1 ? ISAKMP_P1_LIFE : ISAKMP_P2_LIFE;
	struct bytes left = octets;
	uint64_t kind = 0;

	*attrs = (struct isakmp_attrs){ 0 };
	while (left.n) {
		uint64_t value;
		uint16_t type;

		if (!attr_next(&left, &type, &value))
			return wire_fail(error, WIRE_ERR_BEYOND, ISAKMP_PL_TRANSFORM,
					 octets.n - left.n);
		if (type == life)
			attr_life(attrs, kind, value);
		else if (!phase1 && type == ISAKMP_P2_ESN)
			attr_esn(attrs, value);
		else if (type != life_type)
			attr_number(attrs, phase1 ? attr_rows1 : attr_rows2, type, value);
		kind = type == life_type ? value : 0;
	}
	return 0;
}

/* --- proposals and transforms --- */

/* The first payload of *@left, whose fixed part has @fixed octets; *@left moves behind it. */
static int nested(struct bytes *left, size_t offset, uint8_t type, size_t fixed, struct bytes *out,
		  struct wire_error *error)
{
	size_t n;

	if (left->n < fixed)
		return wire_fail(error, WIRE_ERR_SHORT, type, offset);
	n = get_be16(left->p + 2);
	if (n < fixed)
		return wire_fail(error, WIRE_ERR_MIN, type, offset);
	if (n > left->n)
		return wire_fail(error, WIRE_ERR_BEYOND, type, offset);
	*out = bytes_of(left->p, n);
	*left = bytes_of(left->p + n, left->n - n);
	/* What follows it must be there, and be of the same type. */
	if (out->p[0] != (left->n ? type : ISAKMP_PL_NONE))
		return wire_fail(error, WIRE_ERR_MORE_FLAG, type, offset);
	return 0;
}

static int sa_transforms(struct isakmp_sa *sa, struct isakmp_proposal *proposal, struct bytes left,
			 size_t offset, unsigned int count, struct wire_error *error)
{
	bool phase1 = proposal->protocol == ISAKMP_PROTO_ISAKMP;

	for (; left.n; proposal->n++) {
		struct isakmp_transform *t = &sa->transforms[sa->n_transforms];
		struct bytes one;

		if (sa->n_transforms == ISAKMP_TRANSFORMS_MAX)
			return wire_fail(error, WIRE_ERR_TOO_MANY, ISAKMP_PL_TRANSFORM, offset);
		if (nested(&left, offset, ISAKMP_PL_TRANSFORM, TRANSFORM_FIXED, &one, error))
			return -1;
		t->number = one.p[4];
		t->id = one.p[5];
		t->octets = bytes_of(one.p + TRANSFORM_FIXED, one.n - TRANSFORM_FIXED);
		if (isakmp_read_attrs(t->octets, phase1, &t->attrs, error))
			return -1;
		sa->n_transforms++;
	}
	if (proposal->n != count)
		return wire_fail(error, WIRE_ERR_COUNT, ISAKMP_PL_PROPOSAL, offset);
	return 0;
}

static int sa_proposal(struct isakmp_sa *sa, struct bytes one, size_t offset,
		       struct wire_error *error)
{
	struct isakmp_proposal *proposal = &sa->proposals[sa->n_proposals++];
	size_t spi_n = one.p[6];

	if (spi_n > one.n - PROPOSAL_FIXED)
		return wire_fail(error, WIRE_ERR_BEYOND, ISAKMP_PL_PROPOSAL, offset);
	*proposal = (struct isakmp_proposal){
		.number = one.p[4],
		.protocol = one.p[5],
		.spi = bytes_of(one.p + PROPOSAL_FIXED, spi_n),
		.first = (uint16_t)sa->n_transforms,
	};
	return sa_transforms(sa, proposal,
			     bytes_of(one.p + PROPOSAL_FIXED + spi_n,
				      one.n - PROPOSAL_FIXED - spi_n),
			     offset, one.p[7], error);
}

int isakmp_read_sa(const struct isakmp_payload *payload, struct isakmp_sa *sa,
		   struct wire_error *error)
{
	size_t offset = payload->offset + IKE_PAYLOAD_HDR_LEN;
	struct bytes left = payload->body;

	sa->n_proposals = 0;
	sa->n_transforms = 0;
	if (left.n < SA_FIXED)
		return wire_fail(error, WIRE_ERR_SHORT, ISAKMP_PL_SA, offset);
	if (get_be32(left.p) != ISAKMP_DOI_IPSEC || get_be32(left.p + 4) != ISAKMP_SIT_IDENTITY)
		return wire_fail(error, WIRE_ERR_VALUE, ISAKMP_PL_SA, offset);
	left = bytes_of(left.p + SA_FIXED, left.n - SA_FIXED);
	while (left.n) {
		size_t at = offset + payload->body.n - left.n;
		struct bytes one;

		if (sa->n_proposals == ISAKMP_PROPOSALS_MAX)
			return wire_fail(error, WIRE_ERR_TOO_MANY, ISAKMP_PL_PROPOSAL, at);
		if (nested(&left, at, ISAKMP_PL_PROPOSAL, PROPOSAL_FIXED, &one, error) ||
		    sa_proposal(sa, one, at, error))
			return -1;
	}
	if (!sa->n_proposals)
		return wire_fail(error, WIRE_ERR_SHORT, ISAKMP_PL_SA, offset);
	return 0;
}
