/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IKE header (RFC 7296 section 3.1). */
#ifndef PANTUN_WIRE_IKE_HDR_H
#define PANTUN_WIRE_IKE_HDR_H

#include "base/bytes.h"
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

/* The major version in the header of @datagram, which may be anything; 0: there is none. */
uint8_t wire_major(struct bytes datagram);

bool wire_is_response(const struct wire_header *header);
/* Whether the sender is the one who began the IKE SA. */
bool wire_from_initiator(const struct wire_header *header);

#endif
