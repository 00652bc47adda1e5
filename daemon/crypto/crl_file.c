// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/crl_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/items.h"

/* All lists in PEM go to @lists; false: one cannot be read, or there is none. */
static bool add_pem(STACK_OF(X509_CRL) *lists, struct bytes octets)
{
	BIO *bio = BIO_new_mem_buf(octets.p, (int)octets.n);
	bool good = bio;
	X509_CRL *list;

	ERR_clear_error();
	while (good && (list = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL)))
		good = sk_X509_CRL_push(lists, list) > 0;
	BIO_free(bio);
	return good && sk_X509_CRL_num(lists) &&
	       ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

/* Likewise the one in DER. */
static bool add_der(STACK_OF(X509_CRL) *lists, struct bytes octets)
{
	const uint8_t *at = octets.p;
	X509_CRL *list = d2i_X509_CRL(NULL, &at, (long)octets.n);

	if (list && at == octets.p + octets.n && sk_X509_CRL_push(lists, list) > 0)
		return true;
	X509_CRL_free(list);
	return false;
}

static bool add_all(STACK_OF(X509_CRL) *lists, struct bytes octets)
{
	return memmem(octets.p, octets.n, "-----BEGIN ", 11) ? add_pem(lists, octets) :
	       add_der(lists, octets);
}

/* Octets of @list as an item; 0: it is too long. */
static size_t list_room(X509_CRL *list)
{
	int n = i2d_X509_CRL(list, NULL);

	return n > 0 && n <= ITEM_MAX ? item_room((size_t)n) : 0;
}

/* One that has what others lack is of no use without these. */
static bool is_delta(X509_CRL *list)
{
	return X509_CRL_get_ext_by_NID(list, NID_delta_crl, -1) >= 0;
}

static struct secret *items_of(STACK_OF(X509_CRL) *lists)
{
	struct secret *made;
	size_t n = 0;
	uint8_t *at;

	for (int i = 0; i < sk_X509_CRL_num(lists); i++)
		n += list_room(sk_X509_CRL_value(lists, i));
	made = malloc(sizeof(*made) + n);
	if (!made)
		return NULL;
	made->n = n;
	at = made->b;
	for (int i = 0; i < sk_X509_CRL_num(lists); i++) {
		X509_CRL *list = sk_X509_CRL_value(lists, i);

		put_be16(at, (uint16_t)(list_room(list) - 2));
		at += 2;
		i2d_X509_CRL(list, &at);
	}
	return made;
}

/* What is wrong with @list, or NULL. */
static const char *fault_of(X509_CRL *list)
{
	if (is_delta(list))
		return "a list in it is a delta list: give the full one";
	return list_room(list) ? NULL : "a list in it is too long";
}

struct secret *crl_file_read(struct bytes octets, bool *ended, char *why, size_t n)
{
	STACK_OF(X509_CRL) *lists = sk_X509_CRL_new_null();
	struct secret *made = NULL;
	const char *fault = NULL;

	*ended = false;
	if (!lists || !add_all(lists, octets))
		fault = "there is no list of revoked certificates in PEM or DER in it, or one that "
			"cannot be read";
	for (int i = 0; !fault && i < sk_X509_CRL_num(lists); i++) {
		X509_CRL *list = sk_X509_CRL_value(lists, i);

		fault = fault_of(list);
		if (X509_CRL_get0_nextUpdate(list))
			*ended |= X509_cmp_current_time(X509_CRL_get0_nextUpdate(list)) < 0;
	}
	if (!fault)
		made = items_of(lists);
	if (!made)
		snprintf(why, n, "%s", fault ? fault : "out of memory");
	sk_X509_CRL_pop_free(lists, X509_CRL_free);
	ERR_clear_error();
	return made;
}
