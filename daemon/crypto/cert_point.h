/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a certificate says that the list is on which it would be, were it revoked. */
#ifndef PANTUN_CRYPTO_CERT_POINT_H
#define PANTUN_CRYPTO_CERT_POINT_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "crypto/documents.h"

/*
 * The first URL of HTTP among its distribution points (RFC 5280 section 4.2.1.13) to @url; false:
 * it has none.
 */
bool cert_point(X509 *cert, char url[DOCUMENT_URL]);
/* Why @list, which was fetched, does not tell of the certificates of @issuer; NULL: it does. */
const char *cert_point_fault(X509_CRL *list, X509 *issuer);

#endif
