/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which payload may stand in which message, how often, and whether in clear. */
#ifndef PANTUN_WIRE_PAYLOAD_RULES_H
#define PANTUN_WIRE_PAYLOAD_RULES_H

#include "wire/v2_codec.h"

/*
 * Checks what can be known before decryption: the exchange, nothing in clear but SK
 * where the exchange is protected, unknown critical payloads in clear.  For
 * IKE_SA_INIT it is the whole check.  0, or -1 with @error.
 */
int wire_rules_check_clear(const struct wire_message *message, struct wire_error *error);

/*
 * Checks the payloads within SK by the rows of @message's exchange and direction
 * (RFC 7296 sections 1.2 to 1.4).  WIRE_ERR_CRITICAL: error->payload is what
 * UNSUPPORTED_CRITICAL_PAYLOAD has to name (section 2.5).  Unknown payloads that are
 * not critical pass.  A response that has an error notification may lack what else
 * is required.  0, or -1 with @error.
 */
int wire_rules_check(const struct wire_message *message, const struct wire_payloads *inner,
		     struct wire_error *error);

#endif
