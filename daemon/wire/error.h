/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with a message, and where. */
#ifndef PANTUN_WIRE_ERROR_H
#define PANTUN_WIRE_ERROR_H

#include <stddef.h>
#include <stdint.h>

enum wire_error_code {
	WIRE_OK,
	/* ike_hdr.h */
	WIRE_ERR_HDR_SHORT,		/* fewer octets than an IKE header */
	WIRE_ERR_VERSION,		/* another major version */
	WIRE_ERR_LENGTH_MIN,		/* Length below that of the header */
	WIRE_ERR_LENGTH_BEYOND,		/* Length above that of the datagram */
	WIRE_ERR_LENGTH_BELOW,		/* octets behind the Length */
	WIRE_ERR_SPI_ZERO,		/* initiator's SPI */
	/* Payloads and what is in them, by the order of checks. */
	WIRE_ERR_SHORT,			/* no room for a header or fixed field */
	WIRE_ERR_MIN,			/* a length field below its minimum */
	WIRE_ERR_BEYOND,		/* a length field reaches beyond its container */
	WIRE_ERR_TRAILING,		/* octets behind the last part */
	WIRE_ERR_TOO_MANY,		/* more parts than we take */
	WIRE_ERR_COUNT,			/* a count that differs from what is there */
	WIRE_ERR_MORE_FLAG,		/* a "last or more" octet that says otherwise */
	WIRE_ERR_SPI_SIZE,		/* not that of the protocol */
	WIRE_ERR_VALUE,			/* a value or size the RFC forbids */
	WIRE_ERR_SK_NESTED,		/* SK or SKF within SK */
	/* payload_rules.h */
	WIRE_ERR_EXCHANGE,		/* exchange type unknown */
	WIRE_ERR_CRITICAL,		/* unknown critical payload */
	WIRE_ERR_CLEAR,			/* must be within SK, is not */
	WIRE_ERR_SK_MISSING,
	WIRE_ERR_UNEXPECTED,		/* payload is not of this exchange */
	WIRE_ERR_DUPLICATE,
	WIRE_ERR_MISSING,		/* a payload the exchange needs */
};

struct wire_error {
	enum wire_error_code code;
	uint8_t payload;	/* type it is about; 0: the message itself */
	size_t offset;		/* octets from the start of message or plaintext */
};

#define WIRE_ERROR_TEXT	128

/*
 * "SA payload at octet 28: a length is below its minimum" into @out of
 * WIRE_ERROR_TEXT octets; returns @out.
 */
const char *wire_error_text(const struct wire_error *error, char *out);
/* The error's name without its place. */
const char *wire_error_name(enum wire_error_code code);
/* Sets @error; returns -1 for the caller to return. */
static inline int wire_fail(struct wire_error *error, enum wire_error_code code, uint8_t payload,
			    size_t offset)
{
	*error = (struct wire_error){ .code = code, .payload = payload, .offset = offset };
	return -1;
}

#endif
