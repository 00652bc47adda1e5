// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/error.h"

#include <stdio.h>

#include "wire/ike_const.h"

static const char *const names[] = {
	[WIRE_OK] = "no error",
	[WIRE_ERR_HDR_SHORT] = "shorter than an IKE header",
	[WIRE_ERR_VERSION] = "not that version of IKE",
	[WIRE_ERR_LENGTH_MIN] = "the length is less than that of an IKE header",
	[WIRE_ERR_LENGTH_BEYOND] = "the length is more than that of the datagram",
	[WIRE_ERR_LENGTH_BELOW] = "the length is less than that of the datagram",
	[WIRE_ERR_SPI_ZERO] = "the initiator's SPI is zero",
	[WIRE_ERR_SHORT] = "too short",
	[WIRE_ERR_MIN] = "a length is below its minimum",
	[WIRE_ERR_BEYOND] = "a length exceeds that of its container",
	[WIRE_ERR_TRAILING] = "extra octets after the last part",
	[WIRE_ERR_TOO_MANY] = "too many parts",
	[WIRE_ERR_COUNT] = "a count does not match what follows",
	[WIRE_ERR_MORE_FLAG] = "a more-follows octet is wrong",
	[WIRE_ERR_SPI_SIZE] = "an SPI has the wrong size",
	[WIRE_ERR_VALUE] = "a value or size is not allowed",
	[WIRE_ERR_SK_NESTED] = "an encrypted payload within another",
	[WIRE_ERR_EXCHANGE] = "the exchange type is unknown",
	[WIRE_ERR_CRITICAL] = "unknown but critical",
	[WIRE_ERR_CLEAR] = "must be encrypted, but is not",
	[WIRE_ERR_SK_MISSING] = "nothing is encrypted",
	[WIRE_ERR_UNEXPECTED] = "does not belong in this exchange",
	[WIRE_ERR_DUPLICATE] = "occurs more often than allowed",
	[WIRE_ERR_MISSING] = "missing",
};

const char *wire_error_name(enum wire_error_code code)
{
	return names[code];
}

const char *wire_error_text(const struct wire_error *error, char *out)
{
	const char *name = ike_payload_name(error->payload);

	if (error->payload == IKE_PL_NONE)
		snprintf(out, WIRE_ERROR_TEXT, "message: %s", names[error->code]);
	else if (error->code == WIRE_ERR_MISSING)
		snprintf(out, WIRE_ERROR_TEXT, "%s payload is missing", name ? name : "a");
	else if (name)
		snprintf(out, WIRE_ERROR_TEXT, "%s payload at octet %zu: %s", name,
			 error->offset, names[error->code]);
	else
		snprintf(out, WIRE_ERROR_TEXT, "payload of type %u at octet %zu: %s",
			 error->payload, error->offset, names[error->code]);
	return out;
}
