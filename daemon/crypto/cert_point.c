// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/cert_point.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/url.h"

static bool take_url(const GENERAL_NAME *name, char url[DOCUMENT_URL])
{
	struct bytes text;

	if (name->type != GEN_URI)
		return false;
	text = bytes_of(ASN1_STRING_get0_data(name->d.ia5),
			(size_t)ASN1_STRING_length(name->d.ia5));
	if (text.n >= DOCUMENT_URL || !url_is_http(text))
		return false;
	memcpy(url, text.p, text.n);
	url[text.n] = '\0';
	return true;
}

static bool point_url(const DIST_POINT *point, char url[DOCUMENT_URL])
{
	const GENERAL_NAMES *names;
	bool found = false;

	/* One with reasons tells of some only, and a name below the issuer's is no URL. */
	if (point->reasons || !point->distpoint || point->distpoint->type != 0)
		return false;
	names = point->distpoint->name.fullname;
	for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); i++)
		found = take_url(sk_GENERAL_NAME_value(names, i), url);
	return found;
}

/* One of an indirect list's certificates may be anybody's, and one of some reasons lacks others. */
static bool is_partial(X509_CRL *list)
{
	ISSUING_DIST_POINT *scope = X509_CRL_get_ext_d2i(list, NID_issuing_distribution_point, NULL,
							 NULL);
	bool partial = !scope && X509_CRL_get_ext_by_NID(list, NID_issuing_distribution_point,
							 -1) >= 0;

	if (scope)
		partial = scope->indirectCRL > 0 || scope->onlysomereasons;
	ISSUING_DIST_POINT_free(scope);
	return partial;
}

const char *cert_point_fault(X509_CRL *list, X509 *issuer)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);
	const char *fault = NULL;

	if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(issuer)) != 0)
		fault = "it is a list by somebody else than who issued the certificate";
	else if (is_partial(list))
		fault = "it is an indirect list, or one of some reasons only";
	else if (!key || X509_CRL_verify(list, key) != 1)
		fault = "its signature is not by who issued the certificate";
	ERR_clear_error();
	return fault;
}

bool cert_point(X509 *cert, char url[DOCUMENT_URL])
{
	STACK_OF(DIST_POINT) *points =
		X509_get_ext_d2i(cert, NID_crl_distribution_points, NULL, NULL);
	bool found = false;

	for (int i = 0; !found && i < sk_DIST_POINT_num(points); i++)
		found = point_url(sk_DIST_POINT_value(points, i), url);
	CRL_DIST_POINTS_free(points);
	ERR_clear_error();
	return found;
}
