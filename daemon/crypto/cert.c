// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/cert.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/items.h"
#include "crypto/cert_lists.h"
#include "crypto/cert_name.h"
#include "crypto/cert_point.h"
#include "crypto/cert_rules.h"
#include "crypto/sign.h"
#include "crypto/sign_v1.h"

#define DEPTH_MAX	5	/* certificates of authorities below the root, as PAN-OS has it */
#define IKE_INTERMEDIATE	"1.3.6.1.5.5.8.2.2"
#define LEVEL		2	/* 112 bits: RSA of 2048 at least, no SHA-1 */

/* --- our own --- */

struct cert_own {
	EVP_PKEY *key;
};

static EVP_PKEY *pkcs8(struct bytes der)
{
	const uint8_t *at = der.p;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)der.n);
	EVP_PKEY *key = info ? EVP_PKCS82PKEY(info) : NULL;

	PKCS8_PRIV_KEY_INFO_free(info);
	ERR_clear_error();
	return key;
}

struct cert_own *cert_own_new(struct bytes credential)
{
	struct cert_own *own = calloc(1, sizeof(*own));
	struct bytes key;

	if (own && items_next(&credential, &key))
		own->key = pkcs8(key);
	if (own && own->key)
		return own;
	free(own);
	return NULL;
}

void cert_own_free(struct cert_own *own)
{
	if (!own)
		return;
	EVP_PKEY_free(own->key);
	free(own);
}

size_t cert_own_sign(struct cert_own *own, unsigned int how, struct bytes octets, uint8_t *out,
		     uint8_t *method)
{
	if (how & SIGN_V1)
		return sign_v1_make(own->key, octets, out, method);
	return sign_make(own->key, how, octets, out, method);
}

/* --- authorities --- */

struct cert_roots {
	X509_STORE *store;
	STACK_OF(X509) *all;		/* the same, to try one by one where there are: */
	bool namesakes;			/* two have one name */
	bool lists;			/* of revoked certificates are there */
	struct cert_rules rules;
	struct secret *from;		/* of the rules */
};

static X509 *read_one(struct bytes der)
{
	const uint8_t *at = der.p;
	X509 *cert = d2i_X509(NULL, &at, (long)der.n);

	if (cert && at == der.p + der.n)
		return cert;
	X509_free(cert);
	return NULL;
}

static bool add_root(struct cert_roots *roots, X509 *cert)
{
	for (int i = 0; i < sk_X509_num(roots->all); i++)
		roots->namesakes |= !X509_subject_name_cmp(sk_X509_value(roots->all, i), cert);
	return X509_STORE_add_cert(roots->store, cert) == 1 &&
	       X509_add_cert(roots->all, cert, X509_ADD_FLAG_UP_REF) == 1;
}

static bool add_list(struct cert_roots *roots, struct bytes der)
{
	const uint8_t *at = der.p;
	X509_CRL *list = d2i_X509_CRL(NULL, &at, (long)der.n);
	bool good = list && at == der.p + der.n && X509_STORE_add_crl(roots->store, list) == 1;

	X509_CRL_free(list);
	roots->lists = true;
	return good;
}

struct cert_roots *cert_roots_new(struct bytes items)
{
	struct cert_roots *roots = calloc(1, sizeof(*roots));
	struct bytes item;
	bool good;

	if (roots) {
		roots->store = X509_STORE_new();
		roots->all = sk_X509_new_null();
	}
	good = roots && roots->store && roots->all && cert_rules_take(&items, &roots->rules);
	while (good && items_next(&items, &item) && item.n) {
		X509 *cert = read_one(item);

		good = cert && add_root(roots, cert);
		X509_free(cert);
	}
	while (good && items_next(&items, &item))
		good = add_list(roots, item);
	ERR_clear_error();
	if (good)
		roots->from = secret_new(roots->rules.from);
	if (good && roots->from && !items.n) {
		roots->rules.from = secret_bytes(roots->from);
		return roots;
	}
	cert_roots_free(roots);
	return NULL;
}

void cert_roots_free(struct cert_roots *roots)
{
	if (!roots)
		return;
	X509_STORE_free(roots->store);
	sk_X509_pop_free(roots->all, X509_free);
	secret_free(roots->from);
	free(roots);
}

/* --- a peer's --- */

enum document_state cert_roots_fetch(const struct cert_roots *roots, struct documents *documents,
				     struct bytes items, struct secret **out, struct text *why)
{
	const struct cert_urls_rules rules = { .from = roots->rules.from,
					       .most = roots->rules.kept,
					       .patience = roots->rules.patience };

	return cert_urls_fetch(documents, items, &rules, out, why);
}

bool cert_roots_insist(const struct cert_roots *roots)
{
	return roots->rules.block_unknown || roots->rules.block_timeout;
}

struct cert_peer {
	X509 *first;			/* its own */
	STACK_OF(X509) *others;
	STACK_OF(X509) *chain;		/* to an authority, once it was found trusted */
	STACK_OF(X509_CRL) *lists;	/* fetched for that; NULL: not looked for yet */
	char unlisted[DOCUMENT_WHY];	/* why one could not be had; "": all could */
};

/* False: one of them is none, or memory is short. */
static bool read_all(struct cert_peer *peer, struct bytes items)
{
	struct bytes item;

	while (items_next(&items, &item)) {
		X509 *cert = read_one(item);

		if (!cert)
			return false;
		if (!peer->first)
			peer->first = cert;
		else if (sk_X509_push(peer->others, cert) <= 0)
			return false;
	}
	return peer->first && !items.n;
}

struct cert_peer *cert_peer_read(struct bytes items, struct text *why)
{
	struct cert_peer *peer = calloc(1, sizeof(*peer));

	if (peer)
		peer->others = sk_X509_new_null();
	if (items_count(items) > CERT_PEER_MAX)
		text_add(why, "there are more than %d certificates", CERT_PEER_MAX);
	else if (!peer || !peer->others || !read_all(peer, items))
		text_add(why, "a certificate is malformed");
	else
		return peer;
	ERR_clear_error();
	cert_peer_free(peer);
	return NULL;
}

void cert_peer_free(struct cert_peer *peer)
{
	if (!peer)
		return;
	X509_free(peer->first);
	sk_X509_pop_free(peer->others, X509_free);
	sk_X509_pop_free(peer->chain, X509_free);
	sk_X509_CRL_pop_free(peer->lists, X509_CRL_free);
	free(peer);
}

static void add_time(const ASN1_TIME *time, struct text *why)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) == 1)
		text_add(why, " %04d-%02d-%02d %02d:%02d UTC", tm.tm_year + 1900, tm.tm_mon + 1,
			 tm.tm_mday, tm.tm_hour, tm.tm_min);
}

/* Why the chain that @ctx tried came to nothing. */
static void add_error(X509_STORE_CTX *ctx, struct text *why)
{
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx);
	int error = X509_STORE_CTX_get_error(ctx);

	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		text_add(why, "no authority of the certificate-profile has issued it");
		break;
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		text_add(why, "no authority of the certificate-profile has issued it, but another "
			      "of the same name");
		break;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		text_add(why, "it has expired,");
		add_time(X509_get0_notAfter(cert), why);
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		text_add(why, "it is not valid before");
		add_time(X509_get0_notBefore(cert), why);
		text_add(why, " (is the clock right?)");
		break;
	case X509_V_ERR_CERT_REVOKED:
		text_add(why, "it is revoked");
		break;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_CRL_NOT_YET_VALID:
		text_add(why, "no list in force tells whether it is revoked, which "
			      "block-unknown-cert asks for");
		break;
	case X509_V_ERR_CA_MD_TOO_WEAK:
		text_add(why, "it is signed with SHA-1, or a hash that is weaker still");
		break;
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
		text_add(why, "its key is too short (RSA takes 2048 bits at least)");
		break;
	case X509_V_ERR_CERT_CHAIN_TOO_LONG:
		text_add(why, "there are more than %d authorities below that of the "
			      "certificate-profile", DEPTH_MAX);
		break;
	default:
		text_add(why, "%s", X509_verify_cert_error_string(error));
	}
	if (!cert)
		return;
	text_add(why, ": certificate of ");
	cert_name_add(X509_get_subject_name(cert), why);
	text_add(why, ", issued by ");
	cert_name_add(X509_get_issuer_name(cert), why);
}

/* RFC 4945 section 5.1.3.2: where it says what it is for, signatures are among that. */
static bool may_sign(X509 *cert, struct text *why)
{
	if (X509_get_key_usage(cert) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION))
		return true;
	text_add(why, "its keyUsage has neither digitalSignature nor nonRepudiation");
	return false;
}

/* RFC 4945 section 5.1.3.12, and what was named before there was that. */
static bool names_ike(const ASN1_OBJECT *usage)
{
	char text[32] = "";

	OBJ_obj2txt(text, sizeof(text), usage, 1);
	return OBJ_obj2nid(usage) == NID_ipsec_IKE ||
	       OBJ_obj2nid(usage) == NID_anyExtendedKeyUsage ||
	       !strcmp(text, IKE_INTERMEDIATE);
}

/* One that does not say what it is for is for all (RFC 5280 section 4.2.1.12). */
static bool is_for_ike(X509 *cert, struct text *why)
{
	EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);
	bool good = !usages && X509_get_ext_by_NID(cert, NID_ext_key_usage, -1) < 0;

	for (int i = 0; !good && i < sk_ASN1_OBJECT_num(usages); i++)
		good = names_ike(sk_ASN1_OBJECT_value(usages, i));
	EXTENDED_KEY_USAGE_free(usages);
	if (!good)
		text_add(why, "its extendedKeyUsage does not have ipsecIKE, which "
			      "strict-validation-revocation asks for");
	return good;
}

/* Whose clock is wrong there is no telling, so what has just ended or begins soon may be taken. */
static bool is_about_in_force(X509 *cert, int error, uint32_t tolerance)
{
	time_t now = time(NULL), earlier = now - tolerance, later = now + tolerance;

	return (error == X509_V_ERR_CERT_HAS_EXPIRED &&
		X509_cmp_time(X509_get0_notAfter(cert), &earlier) > 0) ||
	       (error == X509_V_ERR_CERT_NOT_YET_VALID &&
		X509_cmp_time(X509_get0_notBefore(cert), &later) < 0);
}

/*
 * Nobody says whether the certificate is revoked, or not any more; what an old list has revoked
 * stays so.  An authority of the profile is trusted for itself, and is on nobody's list.
 */
static bool may_be_unknown(X509_STORE_CTX *ctx, int error, const struct cert_rules *rules)
{
	int last = sk_X509_num(X509_STORE_CTX_get0_chain(ctx)) - 1;

	if (error != X509_V_ERR_UNABLE_TO_GET_CRL && error != X509_V_ERR_CRL_HAS_EXPIRED &&
	    error != X509_V_ERR_CRL_NOT_YET_VALID)
		return false;
	return !rules->block_unknown || X509_STORE_CTX_get_error_depth(ctx) == last;
}

/* Called for what OpenSSL finds fault with, and for what it does not. */
static int forgive(int good, X509_STORE_CTX *ctx)
{
	const struct cert_rules *rules = X509_STORE_CTX_get_app_data(ctx);
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx);
	int error = X509_STORE_CTX_get_error(ctx);

	if (good || !cert)
		return good;
	if (!is_about_in_force(cert, error, rules->tolerance) &&
	    !may_be_unknown(ctx, error, rules))
		return 0;
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return 1;
}

/*
 * X509_V_OK: it leads to one of @roots, or to one of @some of them; else what is wrong, and @why.
 */
static int leads_to(struct cert_peer *peer, struct cert_roots *roots, STACK_OF(X509) *some,
		    struct text *why)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	struct cert_rules rules = roots->rules;
	X509_VERIFY_PARAM *param;
	int error = X509_V_OK;

	if (!ctx || X509_STORE_CTX_init(ctx, roots->store, peer->first, peer->others) != 1) {
		X509_STORE_CTX_free(ctx);
		text_add(why, "memory is short");
		return X509_V_ERR_OUT_OF_MEM;
	}
	if (some)
		X509_STORE_CTX_set0_trusted_stack(ctx, some);
	/* First whoever it is has to be trusted; what is fetched then may be asked about it. */
	if (rules.fetch && !peer->lists)
		rules.block_unknown = false;
	if (peer->lists)
		X509_STORE_CTX_set0_crls(ctx, peer->lists);
	X509_STORE_CTX_set_app_data(ctx, &rules);
	X509_STORE_CTX_set_verify_cb(ctx, forgive);
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_depth(param, DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, LEVEL);
	/* An authority is trusted for itself, whoever has issued its certificate. */
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	if (roots->lists || peer->lists || rules.block_unknown)
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK |
						   X509_V_FLAG_CRL_CHECK_ALL);
	if (X509_verify_cert(ctx) != 1) {
		error = X509_STORE_CTX_get_error(ctx);
		add_error(ctx, why);
	} else if (!peer->chain) {
		peer->chain = X509_STORE_CTX_get1_chain(ctx);
	}
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return error;
}

/* As leads_to() has it, to the authority at @i alone. */
static int leads_to_that(struct cert_peer *peer, struct cert_roots *roots, int i, struct text *why)
{
	STACK_OF(X509) *one = sk_X509_new_null();
	int error = X509_V_ERR_OUT_OF_MEM;

	if (one && sk_X509_push(one, sk_X509_value(roots->all, i)) > 0)
		error = leads_to(peer, roots, one, why);
	sk_X509_free(one);
	return error;
}

/*
 * OpenSSL goes by the names of issuers, and where certificates do not say by which key they are
 * signed, takes the first of several authorities with one name.  So each is tried alone.
 */
static bool leads_to_one(struct cert_peer *peer, struct cert_roots *roots, struct text *why)
{
	int error = leads_to(peer, roots, NULL, why);
	bool good = error == X509_V_OK;
	char scrap[64];
	struct text unsaid;

	if (!roots->namesakes || (error != X509_V_ERR_CERT_SIGNATURE_FAILURE &&
				  error != X509_V_ERR_CRL_SIGNATURE_FAILURE))
		return good;
	for (int i = 0; !good && i < sk_X509_num(roots->all); i++) {
		text_init(&unsaid, scrap, sizeof(scrap));
		good = leads_to_that(peer, roots, i, &unsaid) == X509_V_OK;
	}
	if (good)
		text_init(why, why->p, why->max);
	return good;
}

bool cert_peer_revoked(struct cert_peer *peer, struct cert_roots *roots, struct text *why)
{
	int error = leads_to(peer, roots, NULL, why);

	for (int i = 0; roots->namesakes && error != X509_V_ERR_CERT_REVOKED &&
	     i < sk_X509_num(roots->all); i++) {
		text_init(why, why->p, why->max);
		error = leads_to_that(peer, roots, i, why);
	}
	return error == X509_V_ERR_CERT_REVOKED;
}

/* --- lists that are fetched --- */

/* One list of the certificate at @i of the chain, or that it failed; false: it is on its way. */
static bool get_list(struct cert_peer *peer, const struct cert_roots *roots,
		     struct documents *documents, int i)
{
	char url[DOCUMENT_URL];
	struct cert_list_view view;
	const char *fault;

	if (!cert_point(sk_X509_value(peer->chain, i), url))
		return true;
	view = cert_lists_get(documents, url, time(NULL), roots->rules.patience);
	if (view.state == DOCUMENT_FAILED)
		text_copy(peer->unlisted, sizeof(peer->unlisted), view.why);
	if (!view.list)
		return view.state != DOCUMENT_ASKED;
	fault = cert_point_fault(view.list, sk_X509_value(peer->chain, i + 1));
	if (!fault && (X509_CRL_up_ref(view.list) != 1 ||
		       sk_X509_CRL_push(peer->lists, view.list) <= 0))
		fault = "out of memory";
	if (fault)
		text_copy(peer->unlisted, sizeof(peer->unlisted), fault);
	return view.state != DOCUMENT_ASKED;
}

bool cert_peer_fetch(struct cert_peer *peer, struct cert_roots *roots,
		     struct documents *documents)
{
	bool there = true;

	if (!roots->rules.fetch || !peer->chain || peer->lists)
		return true;
	peer->lists = sk_X509_CRL_new_null();
	if (!peer->lists)
		return true;
	/* The last is trusted for itself. */
	for (int i = 0; i + 1 < sk_X509_num(peer->chain); i++)
		there &= get_list(peer, roots, documents, i);
	return there;
}

bool cert_peer_listed(struct cert_peer *peer, struct cert_roots *roots, struct text *why)
{
	if (peer->unlisted[0] && roots->rules.block_timeout) {
		text_add(why, "a list of revoked certificates cannot be fetched, which "
			      "block-timeout-cert asks for: %s", peer->unlisted);
		return false;
	}
	if (roots->rules.fetch && !peer->lists) {
		text_add(why, "out of memory");
		return false;
	}
	return !peer->lists || leads_to_one(peer, roots, why);
}

bool cert_peer_trusted(struct cert_peer *peer, struct cert_roots *roots, struct text *why)
{
	return leads_to_one(peer, roots, why) && may_sign(peer->first, why) &&
	       (!roots->rules.strict_usage || is_for_ike(peer->first, why));
}

bool cert_peer_is(struct cert_peer *peer, struct cert_roots *roots, uint8_t type, struct bytes id,
		  struct text *why)
{
	bool good = roots->rules.any_id || cert_name_is(peer->first, type, id);

	if (!good) {
		text_add(why, "its identity does not stand in its certificate, which is for ");
		cert_name_add_all(peer->first, why);
	}
	ERR_clear_error();
	return good;
}

bool cert_peer_signed(struct cert_peer *peer, struct cert_roots *roots,
		      const struct cert_proof *proof, struct text *why)
{
	EVP_PKEY *key = X509_get0_pubkey(peer->first);
	enum sign_verdict verdict = SIGN_OTHER_KEY;

	if (key && proof->v1)
		verdict = sign_v1_check(key, proof->method, proof->data, proof->octets);
	else if (key)
		verdict = sign_check(key, proof->method, roots->rules.sha1, proof->data,
				     proof->octets);
	switch (verdict) {
	case SIGN_GOOD:
		return true;
	case SIGN_BAD:
		text_add(why, "its signature is not by the key of its certificate");
		break;
	case SIGN_UNKNOWN:
		text_add(why, "its signature is by an algorithm that is not taken");
		break;
	case SIGN_OTHER_KEY:
		text_add(why, "its signature is by an algorithm for another kind of key than "
			      "that of its certificate");
		break;
	case SIGN_BY_SHA1:
		text_add(why, "its signature is by RSA with SHA-1: have it use RFC 7427, or set "
			      "authentication certificate allow-sha1 yes");
	}
	return false;
}
