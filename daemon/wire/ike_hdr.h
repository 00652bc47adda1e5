/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IKE header (RFC 7296 section 3.1). */
#ifndef PANTUN_WIRE_IKE_HDR_H
#define PANTUN_WIRE_IKE_HDR_H

#include "base/bytes.h"
#include "base/wbuf.h"
#include "wire/error.h"
#include "wire/ike_const.h"

struct wire_header {
	uint8_t spi_i[IKE_SPI_LEN], spi_r[IKE_SPI_LEN];
	uint8_t next;		/* type of the first payload */
	uint8_t version;	/* major in the upper half */
	uint8_t exchange;
	uint8_t flags;		/* enum ike_flag; others are ignored (section 3.1) */
	uint32_t message_id;
	uint32_t length;
};

/*
 * Reads the header of @datagram (without a non-ESP marker) and checks version,
 * length and initiator's SPI.  0, or -1 with @error.  Unless the error is
 * WIRE_ERR_HDR_SHORT, @header is filled: it has what INVALID_MAJOR_VERSION needs
 * (section 2.5).
 */
int wire_header_parse(struct bytes datagram, struct wire_header *header, struct wire_error *error);

/* Likewise of version 1 (RFC 2408 section 3.1), whose SPIs are cookies. */
int wire_header_parse_v1(struct bytes datagram, struct wire_header *header,
			 struct wire_error *error);

/*
 * Writes @header with that version.  First payload and length, which are not known before the end,
 * are zero.
 */
void wire_header_put(struct wbuf *buf, const struct wire_header *header, uint8_t version);

/* The major version in the header of @datagram, which may be anything; 0: there is none. */
uint8_t wire_major(struct bytes datagram);

/* A payload as both versions begin it (RFC 7296 section 3.2, RFC 2408 section 3.2). */
struct wire_generic {
	uint8_t next;		/* type of the one behind it */
	uint8_t flags;
	struct bytes body;
};

/*
 * Reads the payload of type @type at *@at of @data, and moves *@at behind it.  0, or -1 with
 * @error.
 */
int wire_generic_read(struct bytes data, size_t *at, uint8_t type, struct wire_generic *payload,
		      struct wire_error *error);

bool wire_is_response(const struct wire_header *header);
/* Whether the sender is the one who began the IKE SA. */
bool wire_from_initiator(const struct wire_header *header);

#endif
