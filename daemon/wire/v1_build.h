/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes messages of IKEv1 (RFC 2408 section 3) into memory of the caller's.  Lengths and the chain
 * of next payloads are patched when known; what does not fit is left out and makes
 * isakmp_end() return nothing.
 */
#ifndef PANTUN_WIRE_V1_BUILD_H
#define PANTUN_WIRE_V1_BUILD_H

#include "base/wbuf.h"
#include "wire/v1_codec.h"

struct isakmp_writer {
	struct wbuf buf;
	size_t next_at;		/* octet that names the next payload */
	size_t payload;		/* generic header of the payload being written */
	size_t proposal;	/* in SA: that of the proposal being written; 0: none */
	size_t transform;	/* likewise */
};

/* The header; next, version and length of @header are seen to here. */
void isakmp_begin(struct isakmp_writer *w, void *p, size_t max, const struct wire_header *header);
/* Pads to a multiple of @block (at least 1).  The message; empty if it did not fit. */
struct bytes isakmp_end(struct isakmp_writer *w, size_t block);

/* A payload that is @body and no more. */
void isakmp_put(struct isakmp_writer *w, uint8_t type, struct bytes body);
/*
 * SA: isakmp_sa_begin(), then for each proposal isakmp_proposal() and for each of its transforms
 * isakmp_transform() and attributes; isakmp_sa_end().
 */
void isakmp_sa_begin(struct isakmp_writer *w);
void isakmp_proposal(struct isakmp_writer *w, uint8_t number, uint8_t protocol, struct bytes spi);
void isakmp_transform(struct isakmp_writer *w, uint8_t number, uint8_t id);
/* Two octets of value, or, where it is larger, four. */
void isakmp_attr(struct isakmp_writer *w, uint16_t type, uint32_t value);
/* Attributes as they came. */
void isakmp_attrs(struct isakmp_writer *w, struct bytes octets);
void isakmp_sa_end(struct isakmp_writer *w);
void isakmp_put_id(struct isakmp_writer *w, const struct isakmp_id *id);
/* The ID of quick mode for a range: an address, a subnet or that, as short as can be. */
void isakmp_put_range(struct isakmp_writer *w, uint8_t protocol, uint16_t port,
		      const struct addr *first, const struct addr *last);
void isakmp_put_notify(struct isakmp_writer *w, const struct isakmp_notify *notify);
/* @spis: octets of whole SPIs, of @spi_n octets each. */
void isakmp_put_delete(struct isakmp_writer *w, uint8_t protocol, struct bytes spis,
		       uint8_t spi_n);
/* CERT or CERTREQ, as @type has it (RFC 2408 sections 3.9 and 3.10). */
void isakmp_put_cert(struct isakmp_writer *w, uint8_t type, uint8_t encoding, struct bytes data);
void isakmp_put_fragment(struct isakmp_writer *w, const struct isakmp_fragment *fragment);
void isakmp_put_natoa(struct isakmp_writer *w, const struct addr *addr);

#endif
