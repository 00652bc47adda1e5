// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/cert_urls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/err.h>

#include "base/items.h"
#include "base/url.h"
#include "crypto/digest.h"
#include "wire/ike_const.h"

#define DER_SEQUENCE	0x30	/* every certificate begins with that */
#define HEAD		(1 + SHA1_LEN)	/* encoding and hash, before the URL */
#define KEPT_LEAST	32	/* or those that somebody waits for would drive each other out */
#define ASKED_MOST	8	/* of what else is fetched, strangers leave half */
#define CERTS_MOST	8	/* of a peer, or in a bundle */

/* --- what comes --- */

static bool has_hash(struct bytes octets, const uint8_t *hash)
{
	uint8_t digest[SHA1_LEN];

	return !digest_sha1(&octets, 1, digest) && !memcmp(digest, hash, SHA1_LEN);
}

/* Takes the value that @der begins with off it, and its class and tag; false: there is none. */
static bool take_value(struct bytes *der, int *class, int *tag, struct bytes *value)
{
	const unsigned char *at = der->p;
	long n = 0;
	int flags = ASN1_get_object(&at, &n, tag, class, (long)der->n);

	/* Bits of an error, and of a length that is not given. */
	if (flags & 0x80 || flags & 1)
		return false;
	*value = bytes_of(at, (size_t)n);
	*der = bytes_of(at + n, der->n - (size_t)(at - der->p) - (size_t)n);
	return true;
}

static bool add_item(struct secret *items, size_t room, struct bytes item)
{
	if (item.n > ITEM_MAX || items->n + item_room(item.n) > room)
		return false;
	item_put(items->b + items->n, item);
	items->n += item_room(item.n);
	return true;
}

/*
 * CertificateBundle of RFC 7296 section 3.6: a sequence of certificates, each within a [0], and of
 * lists of revoked ones, each within a [1], which are left alone: what certificates say of where
 * the list is counts.
 */
static bool add_bundle(struct secret *items, size_t room, struct bytes der)
{
	struct bytes rest, one;
	int class, tag, n = 0;

	if (!take_value(&der, &class, &tag, &rest) || tag != V_ASN1_SEQUENCE ||
	    class != V_ASN1_UNIVERSAL || der.n)
		return false;
	while (rest.n) {
		if (!take_value(&rest, &class, &tag, &one) || class != V_ASN1_CONTEXT_SPECIFIC ||
		    tag > 1)
			return false;
		if (tag == 0 && (++n > CERTS_MOST || !add_item(items, room, one)))
			return false;
	}
	return n;
}

/* @key is the encoding and the hash. */
static void *read_certs(struct bytes octets, struct bytes key, time_t now, time_t *until,
			char why[DOCUMENT_WHY])
{
	const bool bundle = key.p[0] == IKE_CERT_HASH_AND_URL_BUNDLE;
	const size_t room = octets.n + item_room(0) * CERTS_MOST;
	struct secret *items = calloc(1, sizeof(*items) + room);

	if (!items)
		snprintf(why, DOCUMENT_WHY, "out of memory");
	else if (!has_hash(octets, key.p + 1))
		snprintf(why, DOCUMENT_WHY, "its hash is not the one that the peer says");
	else if (bundle && !add_bundle(items, room, octets))
		snprintf(why, DOCUMENT_WHY, "it is not a bundle of %d certificates at most",
			 CERTS_MOST);
	else if (!bundle && (!octets.n || octets.p[0] != DER_SEQUENCE ||
			     !add_item(items, room, octets)))
		snprintf(why, DOCUMENT_WHY, "it is not a certificate in DER");
	*until = now + DOCUMENT_DAY;
	ERR_clear_error();
	if (!why[0])
		return items;
	secret_free(items);
	return NULL;
}

static void drop_certs(void *made)
{
	secret_free(made);
}

static const struct document_kind cert_kind = {
	.read = read_certs, .drop = drop_certs, .asked_most = ASKED_MOST, .unproven = true,
};

/* --- what is asked for --- */

static bool is_reference(struct bytes item)
{
	return !item.n || item.p[0] != DER_SEQUENCE;
}

bool cert_urls_some(struct bytes items)
{
	struct bytes item;

	while (items_next(&items, &item))
		if (is_reference(item))
			return true;
	return false;
}

/* Servers make other paths of them than their octets say. */
static bool has_turns(const char *url)
{
	return strstr(url, "/.") || strcasestr(url, "%2e") || strchr(url, '\\');
}

static bool is_allowed(const char *url, struct bytes from)
{
	while (from.n) {
		const uint8_t *end = memchr(from.p, '\n', from.n);
		size_t n = end ? (size_t)(end - from.p) : from.n;

		if (n && strlen(url) >= n && !memcmp(url, from.p, n))
			return !has_turns(url);
		n += end ? 1 : 0;
		from = bytes_of(from.p + n, from.n - n);
	}
	return false;
}

/* The URL of the reference @item to @url; false: with the reason added. */
static bool read_reference(struct bytes item, struct bytes from, char url[DOCUMENT_URL],
			   struct text *why)
{
	struct bytes text;

	if (item.n <= HEAD || (item.p[0] != IKE_CERT_HASH_AND_URL &&
			       item.p[0] != IKE_CERT_HASH_AND_URL_BUNDLE)) {
		text_add(why, "a certificate is malformed");
		return false;
	}
	text = bytes_of(item.p + HEAD, item.n - HEAD);
	if (text.n >= DOCUMENT_URL || !url_is_http(text)) {
		text_add(why, "it says where its certificate is by something else than a URL of "
			      "HTTP");
		return false;
	}
	memcpy(url, text.p, text.n);
	url[text.n] = '\0';
	if (is_allowed(url, from))
		return true;
	text_add(why, "its certificate is at %.200s, where hash-and-url-from of the "
		      "certificate-profile does not allow to fetch it from", url);
	return false;
}

static enum document_state fetch_one(struct documents *documents, struct bytes item,
				     const struct cert_urls_rules *rules, struct bytes *out,
				     struct text *why)
{
	char url[DOCUMENT_URL];
	const struct document_wish wish = {
		.kind = &cert_kind, .url = url, .key = bytes_of(item.p, HEAD),
		.most = rules->most > KEPT_LEAST ? rules->most : KEPT_LEAST,
		.patience = rules->patience,
	};
	struct document_view view;

	if (!read_reference(item, rules->from, url, why))
		return DOCUMENT_FAILED;
	view = documents_get(documents, &wish, time(NULL));
	/* What has that hash stays what it is. */
	if (view.made) {
		*out = secret_bytes(view.made);
		return DOCUMENT_THERE;
	}
	if (view.state == DOCUMENT_ASKED)
		return DOCUMENT_ASKED;
	text_add(why, "its certificate cannot be fetched from %.200s: %s", url, view.why);
	return DOCUMENT_FAILED;
}

/* What there is for each item, in order: as it came, or items of what it refers to. */
struct part {
	bool reference;
	struct bytes octets;
};

static struct secret *join(const struct part *parts, unsigned int n)
{
	size_t room = 0;
	struct secret *all;
	uint8_t *at;

	for (unsigned int i = 0; i < n; i++)
		room += item_room(parts[i].octets.n);
	all = malloc(sizeof(*all) + room);
	if (!all)
		return NULL;
	at = all->b;
	for (unsigned int i = 0; i < n; i++) {
		if (parts[i].reference) {
			memcpy(at, parts[i].octets.p, parts[i].octets.n);
			at += parts[i].octets.n;
		} else {
			at = item_put(at, parts[i].octets);
		}
	}
	all->n = (size_t)(at - all->b);
	return all;
}

enum document_state cert_urls_fetch(struct documents *documents, struct bytes items,
				    const struct cert_urls_rules *rules, struct secret **out,
				    struct text *why)
{
	enum document_state state = DOCUMENT_THERE, one;
	struct part parts[CERTS_MOST] = { { .reference = false } };
	unsigned int n = 0;
	struct bytes item;

	/* Its own comes first, and nothing else is fetched before that is there. */
	while ((!n || parts[0].octets.p) && items_next(&items, &item)) {
		if (n == CERTS_MOST) {
			text_add(why, "there are more than %d certificates", CERTS_MOST);
			return DOCUMENT_FAILED;
		}
		parts[n] = (struct part){ is_reference(item), item };
		one = DOCUMENT_THERE;
		if (parts[n].reference) {
			parts[n].octets = bytes_of(NULL, 0);
			one = fetch_one(documents, item, rules, &parts[n].octets, why);
		}
		if (one == DOCUMENT_FAILED)
			return one;
		if (one == DOCUMENT_ASKED)
			state = one;
		n++;
	}
	if (state == DOCUMENT_ASKED)
		return state;
	*out = items.n ? NULL : join(parts, n);
	if (*out)
		return DOCUMENT_THERE;
	text_add(why, items.n ? "a certificate is malformed" : "out of memory");
	return DOCUMENT_FAILED;
}
