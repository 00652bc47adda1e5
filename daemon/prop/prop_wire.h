/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proposals and SA payloads (RFC 7296 sections 2.7 and 3.3). */
#ifndef PANTUN_PROP_PROP_WIRE_H
#define PANTUN_PROP_PROP_WIRE_H

#include "prop/prop.h"
#include "wire/v2_codec.h"

/* What is negotiated. */
struct prop_query {
	enum prop_proto proto;
	const struct prop_list *local;
	/* Octets that the peer's SPI has: 0 in IKE_SA_INIT, 8 in an IKE rekey, 4 in a child. */
	uint8_t spi_n;
	/*
	 * IKE_AUTH, where nothing can be exchanged: local is without DH (see
	 * prop_list_without_dh()) and what the peer offers of it means nothing.
	 */
	bool ignore_dh;
	/* Responder: group of the peer's KE payload, taken where both sides allow; 0: none. */
	uint16_t ke_group;
};

/* All of @list as our offer, numbered from 1; @out points to @spi's octets. */
void prop_offer(const struct prop_list *list, struct bytes spi, struct wire_sa *out);
/* Our answer: what was chosen, with the number the peer gave it and our SPI. */
void prop_answer(const struct prop_chosen *chosen, struct bytes spi, struct wire_sa *out);

/*
 * Responder: by our own order of preference, the first of ours that the peer offers.
 * false: none, with both sides and what differs as one line in @why of @n octets
 * (PROP_WHY is enough; NULL: nobody wants to know, which is much faster).
 */
bool prop_select(const struct prop_query *query, const struct wire_sa *peer,
		 struct prop_chosen *out, char *why, size_t n);
/*
 * Initiator: the answer must be one proposal of our offer, with one transform a kind
 * and key lengths as offered (section 3.3.6).  false: it is not, with the reason.
 */
bool prop_check_answer(const struct prop_query *query, const struct wire_sa *answer,
		       struct prop_chosen *out, char *why, size_t n);

/* What a peer offers for @proto, like prop_list_text(). */
const char *prop_wire_text(const struct wire_sa *sa, enum prop_proto proto, char *out, size_t n);

#endif
