/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for the protocol and ports of a traffic selector. */
#ifndef PANTUN_BASE_SERVICE_H
#define PANTUN_BASE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVICE_TEXT	24	/* room for any service */

/* Gets the protocol number of "tcp" and other names known here.  False: unknown name. */
bool service_proto(const char *name, uint8_t *proto);
/*
 * "any", "tcp", "tcp 443", "47 1024-2047", into @out of SERVICE_TEXT octets; returns @out.
 * Protocol 0 is any, ports 0 to 65535 are any, and "opaque" where the first is above the last
 * (RFC 7296 section 3.13.1).
 */
const char *service_text(uint8_t proto, uint16_t first, uint16_t last, char *out);

#endif
