/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom a certificate is for: its subject, and alternative names (RFC 5280 section 4.2.1.6). */
#ifndef PANTUN_CRYPTO_CERT_NAME_H
#define PANTUN_CRYPTO_CERT_NAME_H

#include <openssl/x509.h>

#include "base/text.h"

/* Adds "C=DE, O=Example, CN=hq". */
void cert_name_add(const X509_NAME *name, struct text *t);
/* Adds all that @cert is for, as cert_name_is() goes by. */
void cert_name_add_all(X509 *cert, struct text *t);
/*
 * Whether the identity @id of that type (RFC 7296 section 3.5) stands in @cert: a name or an
 * address among the alternative names, a distinguished name as its subject or there.  Common names
 * are no names of hosts, and nothing in a certificate is a pattern.
 */
bool cert_name_is(X509 *cert, uint8_t type, struct bytes id);

#endif
