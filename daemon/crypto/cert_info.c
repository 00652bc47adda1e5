// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/cert_info.h"

#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "crypto/cert_name.h"

static int64_t end_of(X509 *cert)
{
	struct tm tm;

	/* In UTC, whatever the time zone here is. */
	return ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm) == 1 ? timegm(&tm) : 0;
}

bool cert_info_read(struct bytes der, struct cert_info *out)
{
	const uint8_t *at = der.p;
	X509 *cert = d2i_X509(NULL, &at, (long)der.n);
	struct text text;

	ERR_clear_error();
	memset(out, 0, sizeof(*out));
	if (!cert)
		return false;
	text_init(&text, out->subject, sizeof(out->subject));
	cert_name_add(X509_get_subject_name(cert), &text);
	text_init(&text, out->issuer, sizeof(out->issuer));
	cert_name_add(X509_get_issuer_name(cert), &text);
	text_init(&text, out->identities, sizeof(out->identities));
	cert_name_add_all(cert, &text);
	out->until = end_of(cert);
	X509_free(cert);
	ERR_clear_error();
	return true;
}
