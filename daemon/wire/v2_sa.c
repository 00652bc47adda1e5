// SPDX-License-Identifier: GPL-2.0-or-later
/* The SA payload: proposals, transforms, attributes (RFC 7296 section 3.3). */
#include "wire/v2_codec.h"

#define PROPOSAL_HDR	8
#define PROPOSAL_MORE	2	/* first octet of a proposal that is not the last */
#define TRANSFORM_HDR	8
#define TRANSFORM_MORE	3
#define ATTRIBUTE_HDR	4

/* Where we are: @data from @base on in what the error's offset is about. */
struct cursor {
	struct bytes data;
	size_t base;
	uint8_t payload;
	struct wire_error *error;
};

static int fail_sa(const struct cursor *c, enum wire_error_code code, size_t at)
{
	return wire_fail(c->error, code, c->payload, c->base + at);
}

static struct cursor within(const struct cursor *c, size_t at, size_t n)
{
	struct cursor inner = *c;

	inner.data = bytes_of(c->data.p + at, n);
	inner.base += at;
	return inner;
}

/*
 * Cuts the part at @at off, which has a "last or more" octet and a length as
 * proposals and transforms do; its end must agree with the octet.
 */
static int cut_part(const struct cursor *c, size_t at, size_t min, uint8_t more,
		    struct cursor *part)
{
	const uint8_t *p = c->data.p + at;
	size_t left = c->data.n - at;
	size_t n;

	if (left < min)
		return fail_sa(c, WIRE_ERR_SHORT, at);
	n = get_be16(p + 2);
	if (n < min)
		return fail_sa(c, WIRE_ERR_MIN, at);
	if (n > left)
		return fail_sa(c, WIRE_ERR_BEYOND, at);
	if (p[0] != (n == left ? 0 : more))
		return fail_sa(c, WIRE_ERR_MORE_FLAG, at);
	*part = within(c, at, n);
	return 0;
}

static void take_attribute(struct wire_transform *transform, uint16_t type, uint16_t value)
{
	if (type == (IKE_ATTR_SHORT | IKE_ATTR_KEY_LENGTH) && transform->key_bits == 0 &&
	    value != 0)
		transform->key_bits = value;
	else
		transform->odd = true;
}

static int read_attributes(const struct cursor *c, struct wire_transform *transform)
{
	size_t at = 0;

	while (at < c->data.n) {
		const uint8_t *p = c->data.p + at;
		size_t left = c->data.n - at;
		uint16_t type, value;

		if (left < ATTRIBUTE_HDR)
			return fail_sa(c, WIRE_ERR_SHORT, at);
		type = get_be16(p);
		value = get_be16(p + 2);
		take_attribute(transform, type, value);
		at += ATTRIBUTE_HDR;
		if (type & IKE_ATTR_SHORT)
			continue;
		if (value > left - ATTRIBUTE_HDR)
			return fail_sa(c, WIRE_ERR_BEYOND, at - ATTRIBUTE_HDR);
		at += value;
	}
	return 0;
}

static int read_transforms(const struct cursor *c, size_t count, struct wire_sa *sa,
			   struct wire_proposal *proposal)
{
	size_t at = 0;

	proposal->first = (uint16_t)sa->n_transforms;
	while (at < c->data.n) {
		struct wire_transform *transform = &sa->transforms[sa->n_transforms];
		struct cursor part, attributes;

		if (sa->n_transforms == WIRE_TRANSFORMS_MAX)
			return fail_sa(c, WIRE_ERR_TOO_MANY, at);
		if (cut_part(c, at, TRANSFORM_HDR, TRANSFORM_MORE, &part))
			return -1;
		*transform = (struct wire_transform){
			.type = part.data.p[4],
			.id = get_be16(part.data.p + 6),
		};
		attributes = within(&part, TRANSFORM_HDR, part.data.n - TRANSFORM_HDR);
		if (read_attributes(&attributes, transform))
			return -1;
		sa->n_transforms++;
		at += part.data.n;
	}
	proposal->n = (uint16_t)(sa->n_transforms - proposal->first);
	return proposal->n == count ? 0 : fail_sa(c, WIRE_ERR_COUNT, 0);
}

/* Whether an SPI of @n octets may go with @protocol (section 3.3.1). */
static bool spi_fits(uint8_t protocol, size_t n)
{
	if (protocol == IKE_PROTO_IKE)
		return n == 0 || n == IKE_SPI_LEN;
	if (protocol == IKE_PROTO_AH || protocol == IKE_PROTO_ESP)
		return n == 4;
	return true;	/* unknown: nobody will choose it */
}

static int read_proposal(const struct cursor *c, struct wire_sa *sa)
{
	struct wire_proposal *proposal = &sa->proposals[sa->n_proposals];
	const uint8_t *p = c->data.p;
	struct cursor transforms;
	size_t spi_n = p[6];
	size_t head = PROPOSAL_HDR + spi_n;

	*proposal = (struct wire_proposal){ .number = p[4], .protocol = p[5] };
	if (spi_n > c->data.n - PROPOSAL_HDR)
		return fail_sa(c, WIRE_ERR_BEYOND, 6);
	if (!spi_fits(proposal->protocol, spi_n))
		return fail_sa(c, WIRE_ERR_SPI_SIZE, 6);
	proposal->spi = bytes_of(p + PROPOSAL_HDR, spi_n);
	transforms = within(c, head, c->data.n - head);
	if (read_transforms(&transforms, p[7], sa, proposal))
		return -1;
	sa->n_proposals++;
	return 0;
}

int wire_read_sa(const struct wire_payload *payload, struct wire_sa *sa, struct wire_error *error)
{
	const struct cursor c = {
		.data = payload->body,
		.base = wire_payload_body_offset(payload),
		.payload = payload->type,
		.error = error,
	};
	size_t at = 0;

	*error = (struct wire_error){ .code = WIRE_OK };
	sa->n_proposals = 0;
	sa->n_transforms = 0;
	do {
		struct cursor part;

		if (sa->n_proposals == WIRE_PROPOSALS_MAX)
			return fail_sa(&c, WIRE_ERR_TOO_MANY, at);
		if (cut_part(&c, at, PROPOSAL_HDR, PROPOSAL_MORE, &part))
			return -1;
		if (read_proposal(&part, sa))
			return -1;
		at += part.data.n;
	} while (at < c.data.n);
	return 0;
}
