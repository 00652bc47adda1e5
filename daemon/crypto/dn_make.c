// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/dn_make.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#define PART_MAX	1024	/* octets of "CN=hq" */

/* The next part, without blanks around it and without backslashes, in @out; false: too long. */
static bool next_part(const char **text, char out[PART_MAX])
{
	const char *p = *text + strspn(*text, " \t");
	size_t n = 0;

	for (; *p && *p != ','; p++) {
		if (*p == '\\' && p[1])
			p++;
		if (n == PART_MAX - 1)
			return false;
		out[n++] = *p;
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	*text = *p ? p + 1 : p;
	return true;
}

/* Names of attributes that OpenSSL does not know, but users do. */
static const char *attribute(const char *name)
{
	return !strcasecmp(name, "E") || !strcasecmp(name, "Email") ? "emailAddress" : name;
}

static bool add_part(X509_NAME *name, char *part)
{
	char *value = strchr(part, '=');
	int type = MBSTRING_UTF8;

	if (!value || !value[1])
		return false;
	*value++ = '\0';
	/* The rules for what an attribute may have in it are not for patterns. */
	if (strchr(value, '*'))
		type = V_ASN1_UTF8STRING;
	return X509_NAME_add_entry_by_txt(name, attribute(part), type, (uint8_t *)value, -1, -1,
					  0) == 1;
}

static size_t encode(X509_NAME *name, const char *text, uint8_t *out, size_t max, char *why,
		     size_t n)
{
	char part[PART_MAX], kept[PART_MAX];
	int length;

	do {
		if (!next_part(&text, part)) {
			snprintf(why, n, "a part of it is too long");
			return 0;
		}
		snprintf(kept, sizeof(kept), "%s", part);
		if (!add_part(name, part)) {
			snprintf(why, n, "\"%.100s\" is no part of a distinguished name", kept);
			return 0;
		}
	} while (*text);
	length = i2d_X509_NAME(name, NULL);
	if (length <= 0 || (size_t)length > max) {
		snprintf(why, n, "it is longer than %zu octets in DER", max);
		return 0;
	}
	return (size_t)i2d_X509_NAME(name, &out);
}

size_t dn_make(const char *text, uint8_t *out, size_t max, char *why, size_t n)
{
	X509_NAME *name = X509_NAME_new();
	size_t length = 0;

	if (name)
		length = encode(name, text, out, max, why, n);
	else
		snprintf(why, n, "out of memory");
	X509_NAME_free(name);
	ERR_clear_error();
	return length;
}
