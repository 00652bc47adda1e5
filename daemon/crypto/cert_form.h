/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The forms that keys and certificates have in files: PEM (RFC 7468), DER, and PKCS #12 (RFC 7292),
 * which has both.  Private keys may be encrypted.
 */
#ifndef PANTUN_CRYPTO_CERT_FORM_H
#define PANTUN_CRYPTO_CERT_FORM_H

#include <openssl/x509.h>

#include "base/bytes.h"

/* Whether there is a private key in @octets, or may be: nobody else should be able to read them. */
bool cert_form_has_key(struct bytes octets);
/* The caller's; NULL with the reason in @why of @n octets.  An empty @passphrase: none is known. */
EVP_PKEY *cert_form_key(struct bytes octets, struct bytes passphrase, char *why, size_t n);
/*
 * All certificates in @octets, that of a key beside them first, the others as they come.  The
 * caller's; NULL with the reason in @why of @n octets, also where there is none.
 */
STACK_OF(X509) *cert_form_certs(struct bytes octets, struct bytes passphrase, char *why, size_t n);

#endif
