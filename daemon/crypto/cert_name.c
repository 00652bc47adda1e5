// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/cert_name.h"

#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <openssl/x509v3.h>

#include "base/addr.h"
#include "wire/ike_const.h"

void cert_name_add(const X509_NAME *name, struct text *t)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p;
	long n = 0;

	/* What is not printable ASCII is escaped by OpenSSL, and once more by text_add_octets(). */
	if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_ONELINE & ~XN_FLAG_SPC_EQ) > 0)
		n = BIO_get_mem_data(bio, &p);
	if (n > 0)
		text_add_octets(t, bytes_of(p, (size_t)n));
	else
		text_add(t, "nobody");
	BIO_free(bio);
}

static void add_address(const ASN1_OCTET_STRING *octets, struct text *t)
{
	size_t n = (size_t)ASN1_STRING_length(octets);
	struct addr addr = { .family = n == 4 ? AF_INET : AF_INET6 };
	char text[ADDR_TEXT];

	if (n != 4 && n != 16)
		return;
	memcpy(addr.b, ASN1_STRING_get0_data(octets), n);
	text_add(t, ", %s", addr_text(&addr, text));
}

static void add_one(const GENERAL_NAME *name, struct text *t)
{
	const ASN1_STRING *text = name->d.ia5;

	if (name->type == GEN_IPADD) {
		add_address(name->d.iPAddress, t);
	} else if (name->type == GEN_DNS || name->type == GEN_EMAIL) {
		text_add(t, ", ");
		text_add_octets(t, bytes_of(ASN1_STRING_get0_data(text),
					    (size_t)ASN1_STRING_length(text)));
	} else if (name->type == GEN_DIRNAME) {
		text_add(t, ", ");
		cert_name_add(name->d.directoryName, t);
	}
}

static GENERAL_NAMES *alternatives(X509 *cert)
{
	return X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
}

void cert_name_add_all(X509 *cert, struct text *t)
{
	GENERAL_NAMES *names = alternatives(cert);

	cert_name_add(X509_get_subject_name(cert), t);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		add_one(sk_GENERAL_NAME_value(names, i), t);
	GENERAL_NAMES_free(names);
}

/* Names of hosts and users are compared without regard to case, as policy/id.h does. */
static bool is_text(const ASN1_STRING *text, struct bytes id)
{
	return (size_t)ASN1_STRING_length(text) == id.n && !memchr(id.p, '\0', id.n) &&
	       !strncasecmp((const char *)ASN1_STRING_get0_data(text), (const char *)id.p, id.n);
}

static bool is_one(const GENERAL_NAME *name, uint8_t type, struct bytes id, const X509_NAME *dn)
{
	switch (name->type) {
	case GEN_DNS:
		return type == IKE_ID_FQDN && is_text(name->d.dNSName, id);
	case GEN_EMAIL:
		return type == IKE_ID_RFC822_ADDR && is_text(name->d.rfc822Name, id);
	case GEN_IPADD:
		return ((type == IKE_ID_IPV4_ADDR && id.n == 4) ||
			(type == IKE_ID_IPV6_ADDR && id.n == 16)) &&
		       bytes_equal(id, bytes_of(ASN1_STRING_get0_data(name->d.iPAddress),
						(size_t)ASN1_STRING_length(name->d.iPAddress)));
	case GEN_DIRNAME:
		return dn && !X509_NAME_cmp(name->d.directoryName, dn);
	default:
		return false;
	}
}

static X509_NAME *dn_of(uint8_t type, struct bytes id)
{
	const uint8_t *at = id.p;
	X509_NAME *dn = type == IKE_ID_DER_ASN1_DN ? d2i_X509_NAME(NULL, &at, (long)id.n) : NULL;

	if (dn && at == id.p + id.n && X509_NAME_entry_count(dn))
		return dn;
	X509_NAME_free(dn);
	return NULL;
}

bool cert_name_is(X509 *cert, uint8_t type, struct bytes id)
{
	X509_NAME *dn = dn_of(type, id);
	GENERAL_NAMES *names = alternatives(cert);
	bool good = id.n && dn && !X509_NAME_cmp(X509_get_subject_name(cert), dn);

	for (int i = 0; !good && id.n && i < sk_GENERAL_NAME_num(names); i++)
		good = is_one(sk_GENERAL_NAME_value(names, i), type, id, dn);
	GENERAL_NAMES_free(names);
	X509_NAME_free(dn);
	return good;
}
