// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/dh.h"
#include "crypto/fetched.h"

#define TRIES	16	/* draws of a private key, of which one in 2^32 is out of range */

/*
 * A key of the library's own takes as long to make on a curve as the multiplication itself,
 * since it builds the group each time.  The number is enough, with the group of fetched.h.
 */
struct dh {
	const struct alg_dh *alg;
	EVP_PKEY *key;			/* NULL for ECP */
	BIGNUM *number;			/* the private one of ECP */
	uint8_t public_key[ALG_PUBLIC_MAX];
};

static bool is_point(const struct alg_dh *alg)
{
	return alg->kind == ALG_DH_ECP;
}

/* A key of MODP, with or without the private number.  NULL where the library refuses it. */
static EVP_PKEY *modp_key(const struct alg_dh *alg, struct bytes public_key,
			  const BIGNUM *private_key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *number = BN_bin2bn(public_key.p, (int)public_key.n, NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;
	bool ok = ctx && builder && number;

	ok = ok && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME,
						   alg->evp, 0) == 1 &&
	     OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PUB_KEY, number) == 1;
	if (ok && private_key)
		ok = OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, private_key) == 1;
	if (ok)
		params = OSSL_PARAM_BLD_to_param(builder);
	if (params && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	BN_free(number);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* X25519 needs no more than the octets. */
static int curve_init(struct dh *dh, struct bytes private_key)
{
	size_t n = dh->alg->public_n;

	dh->key = EVP_PKEY_new_raw_private_key_ex(NULL, dh->alg->evp, NULL, private_key.p,
						  private_key.n);
	if (!dh->key || EVP_PKEY_get_raw_public_key(dh->key, dh->public_key, &n) != 1)
		return -1;
	return n == dh->alg->public_n ? 0 : -1;
}

/* The coordinates of @point, without the octet that SEC 1 puts before them and IKE leaves out. */
static int point_octets(const EC_GROUP *group, const EC_POINT *point, uint8_t *out, size_t n)
{
	uint8_t octets[1 + ALG_PUBLIC_MAX];
	int ret = -1;

	if (EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, octets, 1 + n,
			       NULL) == 1 + n) {
		memcpy(out, octets + 1, n);
		ret = 0;
	}
	secret_wipe(octets, sizeof(octets));
	return ret;
}

/* public = private * G; the private number has to be in 1 .. order - 1. */
static int ecp_init(struct dh *dh, const BIGNUM *number)
{
	const EC_GROUP *group = fetched_curve(dh->alg->evp);
	EC_POINT *point = group ? EC_POINT_new(group) : NULL;
	int ret = -1;

	if (point && !BN_is_zero(number) && BN_cmp(number, EC_GROUP_get0_order(group)) < 0 &&
	    EC_POINT_mul(group, point, number, NULL, NULL, NULL) == 1)
		ret = point_octets(group, point, dh->public_key, dh->alg->public_n);
	EC_POINT_free(point);
	return ret;
}

/* The group's prime, to be freed. */
static BIGNUM *modp_prime(const struct alg_dh *alg)
{
	return alg->id == 14 ? BN_get_rfc3526_prime_2048(NULL) : NULL;
}

/* public = 2 ^ private mod p, RFC 3526. */
static int modp_init(struct dh *dh, const BIGNUM *number)
{
	BIGNUM *p = modp_prime(dh->alg), *g = BN_new(), *y = BN_new();
	BN_CTX *ctx = BN_CTX_secure_new();
	int n = dh->alg->public_n;
	int ret = -1;

	if (p && g && y && ctx && BN_num_bits(number) > 1 && BN_set_word(g, 2) == 1 &&
	    BN_mod_exp_mont_consttime(y, g, number, p, ctx, NULL) == 1 &&
	    BN_bn2binpad(y, dh->public_key, n) == n) {
		dh->key = modp_key(dh->alg, dh_public(dh), number);
		ret = dh->key ? 0 : -1;
	}
	BN_CTX_free(ctx);
	BN_free(y);
	BN_free(g);
	BN_free(p);
	return ret;
}

static int number_init(struct dh *dh, struct bytes private_key)
{
	BIGNUM *number = BN_secure_new();
	int ret = -1;

	if (number && BN_bin2bn(private_key.p, (int)private_key.n, number)) {
		BN_set_flags(number, BN_FLG_CONSTTIME);
		ret = is_point(dh->alg) ? ecp_init(dh, number) : modp_init(dh, number);
	}
	if (is_point(dh->alg))
		dh->number = number;
	else
		BN_clear_free(number);
	return ret;
}

struct dh *dh_from_private(const struct alg_dh *alg, struct bytes private_key)
{
	struct dh *dh = calloc(1, sizeof(*dh));
	int ret;

	if (!dh)
		return NULL;
	dh->alg = alg;
	if (alg->kind == ALG_DH_CURVE)
		ret = curve_init(dh, private_key);
	else
		ret = number_init(dh, private_key);
	if (!ret)
		return dh;
	dh_free(dh);
	return NULL;
}

/* 1 < private < order, or any octets where the curve takes all. */
static bool private_good(const struct alg_dh *alg, struct bytes private_key)
{
	BIGNUM *number;
	bool good;

	if (alg->kind == ALG_DH_CURVE)
		return true;
	number = BN_secure_new();
	good = number && BN_bin2bn(private_key.p, (int)private_key.n, number) &&
	       BN_num_bits(number) > 1;
	if (good && is_point(alg)) {
		const EC_GROUP *group = fetched_curve(alg->evp);

		good = group && BN_cmp(number, EC_GROUP_get0_order(group)) < 0;
	}
	BN_clear_free(number);
	return good;
}

int dh_draw(const struct alg_dh *alg, crypto_random *random, void *ctx, uint8_t *private_key)
{
	for (int i = 0; i < TRIES; i++) {
		if (random(ctx, private_key, alg->private_n))
			break;
		if (private_good(alg, bytes_of(private_key, alg->private_n)))
			return 0;
	}
	secret_wipe(private_key, alg->private_n);
	return -1;
}

void dh_free(struct dh *dh)
{
	if (!dh)
		return;
	EVP_PKEY_free(dh->key);
	BN_clear_free(dh->number);
	free(dh);
}

const struct alg_dh *dh_alg(const struct dh *dh)
{
	return dh->alg;
}

struct bytes dh_public(const struct dh *dh)
{
	return bytes_of(dh->public_key, dh->alg->public_n);
}

/* RFC 6989 section 2.1: 1 < y < p - 1 for safe primes. */
static bool modp_valid(const struct alg_dh *alg, struct bytes peer)
{
	BIGNUM *p = modp_prime(alg), *y = BN_bin2bn(peer.p, (int)peer.n, NULL);
	bool ok;

	ok = p && y && BN_sub_word(p, 1) == 1 && !BN_is_zero(y) && !BN_is_one(y) &&
	     BN_cmp(y, p) < 0;
	BN_free(y);
	BN_free(p);
	return ok;
}

/* The peer's public key, of what is no curve with points; NULL where it is none. */
static EVP_PKEY *peer_key(const struct alg_dh *alg, struct bytes peer)
{
	if (alg->kind == ALG_DH_CURVE)
		return EVP_PKEY_new_raw_public_key_ex(NULL, alg->evp, NULL, peer.p, peer.n);
	return modp_valid(alg, peer) ? modp_key(alg, peer, NULL) : NULL;
}

/* Octets that are all zero come of low order points (RFC 8031 section 3.2). */
static bool all_zero(const uint8_t *p, size_t n)
{
	uint8_t any = 0;

	for (size_t i = 0; i < n; i++)
		any |= p[i];
	return !any;
}

/*
 * The peer's public value as a point, to be freed; NULL where it is none.  RFC 6989 section
 * 2.3: the coordinates are below p and on the curve.
 */
static EC_POINT *peer_point(const EC_GROUP *group, struct bytes peer)
{
	EC_POINT *point = group ? EC_POINT_new(group) : NULL;
	uint8_t octets[1 + ALG_PUBLIC_MAX];

	octets[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(octets + 1, peer.p, peer.n);
	if (point && EC_POINT_oct2point(group, point, octets, 1 + peer.n, NULL) == 1)
		return point;
	EC_POINT_free(point);
	return NULL;
}

static bool point_valid(const struct alg_dh *alg, struct bytes peer)
{
	EC_POINT *point = peer_point(fetched_curve(alg->evp), peer);
	bool ok = point;

	EC_POINT_free(point);
	return ok;
}

enum dh_error dh_check(const struct alg_dh *alg, struct bytes peer)
{
	bool ok = false;

	if (peer.n != alg->public_n)
		return DH_LENGTH;
	switch (alg->kind) {
	case ALG_DH_CURVE:
		ok = !all_zero(peer.p, peer.n);
		break;
	case ALG_DH_ECP:
		ok = point_valid(alg, peer);
		break;
	case ALG_DH_MODP:
		ok = modp_valid(alg, peer);
		break;
	}
	return ok ? DH_OK : DH_PUBLIC;
}

/* The shared secret is the first coordinate of private * peer (RFC 5903 section 7). */
static enum dh_error ecp_shared(const struct dh *dh, struct bytes peer, struct secret *out)
{
	const EC_GROUP *group = fetched_curve(dh->alg->evp);
	EC_POINT *point = peer_point(group, peer);
	EC_POINT *product = point ? EC_POINT_new(group) : NULL;
	BN_CTX *ctx = BN_CTX_secure_new();
	uint8_t octets[ALG_PUBLIC_MAX];
	enum dh_error error = point ? DH_LOCAL : DH_PUBLIC;

	if (product && ctx &&
	    EC_POINT_mul(group, product, NULL, point, dh->number, ctx) == 1 &&
	    !point_octets(group, product, octets, dh->alg->public_n)) {
		out->n = dh->alg->shared_n;
		memcpy(out->b, octets, out->n);
		error = DH_OK;
	}
	secret_wipe(octets, sizeof(octets));
	EC_POINT_clear_free(product);
	EC_POINT_free(point);
	BN_CTX_free(ctx);
	return error;
}

static enum dh_error key_shared(const struct dh *dh, struct bytes peer, struct secret *out)
{
	EVP_PKEY *key = peer_key(dh->alg, peer);
	enum dh_error error = DH_PUBLIC;
	EVP_PKEY_CTX *ctx = NULL;

	if (!key)
		return error;
	error = DH_LOCAL;
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, dh->key, NULL);
	if (!ctx || EVP_PKEY_derive_init(ctx) != 1 ||
	    (dh->alg->kind == ALG_DH_MODP && EVP_PKEY_CTX_set_dh_pad(ctx, 1) != 1))
		goto out;
	/* What peer_key() took is valid, so the library need not prove the order. */
	error = DH_PUBLIC;
	out->n = sizeof(out->b);
	if (EVP_PKEY_derive_set_peer_ex(ctx, key, 0) == 1 &&
	    EVP_PKEY_derive(ctx, out->b, &out->n) == 1 && out->n == dh->alg->shared_n)
		error = DH_OK;
out:
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return error;
}

enum dh_error dh_shared(const struct dh *dh, struct bytes peer, struct secret *out)
{
	enum dh_error error;

	secret_wipe(out, sizeof(*out));
	if (peer.n != dh->alg->public_n)
		return DH_LENGTH;
	error = is_point(dh->alg) ? ecp_shared(dh, peer, out) : key_shared(dh, peer, out);
	if (!error && all_zero(out->b, out->n))
		error = DH_PUBLIC;
	if (error)
		secret_wipe(out, sizeof(*out));
	return error;
}

const char *dh_error_text(enum dh_error error)
{
	switch (error) {
	case DH_OK:
		return "no error";
	case DH_LENGTH:
		return "public value has the wrong length";
	case DH_PUBLIC:
		return "public value is not valid in the group";
	case DH_LOCAL:
		return "key exchange failed within the library";
	}
	return "unknown error";
}
