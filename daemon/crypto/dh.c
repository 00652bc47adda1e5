// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/dh.h"
#include "crypto/fetched.h"
#include "crypto/kem.h"

#define TRIES	128	/* draws of a private key, of which at most one in two is out of range */

/*
 * A key of the library's own takes as long to make on a curve as the multiplication itself,
 * since it builds the group each time.  The number is enough, with the group of fetched.h.
 */
struct dh {
	const struct alg_dh *alg;
	EVP_PKEY *key;			/* of X25519, X448 and KEMs */
	BIGNUM *number;			/* the private one of others */
	size_t public_n;
	uint8_t public_key[ALG_PUBLIC_MAX];
};

static bool is_point(const struct alg_dh *alg)
{
	return alg->kind == ALG_DH_ECP;
}

/* X25519 and X448 need no more than the octets. */
static int curve_init(struct dh *dh, struct bytes private_key)
{
	size_t n = dh->alg->public_n;

	dh->key = EVP_PKEY_new_raw_private_key_ex(NULL, dh->alg->evp, NULL, private_key.p,
						  private_key.n);
	if (!dh->key || EVP_PKEY_get_raw_public_key(dh->key, dh->public_key, &n) != 1)
		return -1;
	return n == dh->alg->public_n ? 0 : -1;
}

bool dh_known(const struct alg_dh *alg)
{
	if (alg->kind == ALG_DH_KEM)
		return fetched_kem(alg->evp);
	return !is_point(alg) || fetched_curve(alg->evp);
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
	switch (alg->id) {
	case 1:
		return BN_get_rfc2409_prime_768(NULL);
	case 2:
		return BN_get_rfc2409_prime_1024(NULL);
	case 5:
		return BN_get_rfc3526_prime_1536(NULL);
	case 14:
		return BN_get_rfc3526_prime_2048(NULL);
	case 15:
		return BN_get_rfc3526_prime_3072(NULL);
	case 16:
		return BN_get_rfc3526_prime_4096(NULL);
	case 17:
		return BN_get_rfc3526_prime_6144(NULL);
	case 18:
		return BN_get_rfc3526_prime_8192(NULL);
	}
	return NULL;
}

/* @base ^ @number mod @p, in as many octets as @p has; 0 or -1. */
static int modp_power(const BIGNUM *p, const BIGNUM *base, const BIGNUM *number, uint8_t *out)
{
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *y = BN_secure_new();
	int ret = -1;

	if (ctx && y && BN_mod_exp_mont_consttime(y, base, number, p, ctx, NULL) == 1 &&
	    BN_bn2binpad(y, out, BN_num_bytes(p)) == BN_num_bytes(p))
		ret = 0;
	BN_clear_free(y);
	BN_CTX_free(ctx);
	return ret;
}

/* public = 2 ^ private mod p, RFC 3526. */
static int modp_init(struct dh *dh, const BIGNUM *number)
{
	BIGNUM *p = modp_prime(dh->alg), *g = BN_new();
	int ret = -1;

	if (p && g && BN_num_bits(number) > 1 && BN_set_word(g, 2) == 1)
		ret = modp_power(p, g, number, dh->public_key);
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
	dh->number = number;
	return ret;
}

struct dh *dh_from_private(const struct alg_dh *alg, struct bytes private_key)
{
	struct dh *dh = calloc(1, sizeof(*dh));
	int ret;

	if (!dh)
		return NULL;
	dh->alg = alg;
	dh->public_n = alg->public_n;
	if (alg->kind == ALG_DH_CURVE)
		ret = curve_init(dh, private_key);
	else if (alg->kind == ALG_DH_KEM)
		ret = kem_key(alg, private_key, &dh->key, dh->public_key);
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

	if (alg->kind == ALG_DH_CURVE || alg->kind == ALG_DH_KEM)
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

/* Bits of the first octet of a private key that are below the order of the curve, at least. */
static uint8_t first_mask(const struct alg_dh *alg)
{
	const EC_GROUP *group = is_point(alg) ? fetched_curve(alg->evp) : NULL;

	return group ? (uint8_t)(0xff >> (8 * alg->private_n - EC_GROUP_order_bits(group))) : 0xff;
}

int dh_draw(const struct alg_dh *alg, crypto_random *random, void *ctx, uint8_t *private_key)
{
	const uint8_t mask = first_mask(alg);

	for (int i = 0; i < TRIES; i++) {
		if (random(ctx, private_key, alg->private_n))
			break;
		private_key[0] &= mask;
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
	return bytes_of(dh->public_key, dh->public_n);
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
	case ALG_DH_KEM:
		ok = kem_valid(alg, peer);
		break;
	}
	return ok ? DH_OK : DH_PUBLIC;
}

/* The shared secret is the first coordinate of private * peer (RFC 5903 section 7). */
static enum dh_error ecp_shared(const struct dh *dh, struct bytes peer, struct dh_secret *out)
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

static enum dh_error modp_shared(const struct dh *dh, struct bytes peer, struct dh_secret *out)
{
	BIGNUM *p = modp_prime(dh->alg), *y = BN_bin2bn(peer.p, (int)peer.n, NULL);
	bool valid = modp_valid(dh->alg, peer);
	enum dh_error error = valid ? DH_LOCAL : DH_PUBLIC;

	if (valid && p && y && !modp_power(p, y, dh->number, out->b)) {
		out->n = dh->alg->shared_n;
		error = DH_OK;
	}
	BN_free(y);
	BN_free(p);
	return error;
}

static enum dh_error curve_shared(const struct dh *dh, struct bytes peer, struct dh_secret *out)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key_ex(NULL, dh->alg->evp, NULL, peer.p, peer.n);
	EVP_PKEY_CTX *ctx = key ? EVP_PKEY_CTX_new_from_pkey(NULL, dh->key, NULL) : NULL;
	enum dh_error error = key ? DH_LOCAL : DH_PUBLIC;

	if (!ctx || EVP_PKEY_derive_init(ctx) != 1)
		goto out;
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

static enum dh_error shared_of(const struct dh *dh, struct bytes peer, struct dh_secret *out)
{
	switch (dh->alg->kind) {
	case ALG_DH_MODP:
		return modp_shared(dh, peer, out);
	case ALG_DH_ECP:
		return ecp_shared(dh, peer, out);
	case ALG_DH_CURVE:
		return curve_shared(dh, peer, out);
	case ALG_DH_KEM:
		out->n = dh->alg->shared_n;
		return kem_open(dh->alg, dh->key, peer, out->b) ? DH_LOCAL : DH_OK;
	}
	return DH_LOCAL;
}

enum dh_error dh_shared(const struct dh *dh, struct bytes peer, struct dh_secret *out)
{
	enum dh_error error;

	secret_wipe(out, sizeof(*out));
	if (peer.n != (dh->alg->answer_n ? dh->alg->answer_n : dh->alg->public_n))
		return DH_LENGTH;
	error = shared_of(dh, peer, out);
	if (!error && all_zero(out->b, out->n))
		error = DH_PUBLIC;
	if (error)
		secret_wipe(out, sizeof(*out));
	return error;
}

/* The secret is ours, in a ciphertext for the peer's key. */
static struct dh *encapsulate(const struct alg_dh *alg, struct bytes seed, struct bytes peer,
			      struct dh_secret *out, enum dh_error *error)
{
	struct dh *dh = calloc(1, sizeof(*dh));

	*error = DH_LOCAL;
	if (!dh)
		return NULL;
	dh->alg = alg;
	dh->public_n = alg->answer_n;
	out->n = alg->shared_n;
	if (!kem_seal(alg, seed, peer, dh->public_key, out->b)) {
		*error = DH_OK;
		return dh;
	}
	secret_wipe(out, sizeof(*out));
	free(dh);
	return NULL;
}

struct dh *dh_respond(const struct alg_dh *alg, struct bytes private_key, struct bytes peer,
		      struct dh_secret *out, enum dh_error *error)
{
	struct dh *dh;

	secret_wipe(out, sizeof(*out));
	*error = DH_LENGTH;
	if (peer.n != alg->public_n)
		return NULL;
	if (alg->kind == ALG_DH_KEM) {
		*error = dh_check(alg, peer);
		return *error ? NULL : encapsulate(alg, private_key, peer, out, error);
	}
	dh = dh_from_private(alg, private_key);
	*error = dh ? dh_shared(dh, peer, out) : DH_LOCAL;
	return dh;
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
