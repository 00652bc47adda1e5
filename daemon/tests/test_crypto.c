// SPDX-License-Identifier: GPL-2.0-or-later
/* Key exchange and protection of IKE messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>

#include "base/wbuf.h"
#include "crypto/cipher.h"
#include "crypto/dh.h"
#include "crypto/digest.h"
#include "crypto/mac.h"
#include "crypto/prf.h"
#include "prop/alg_registry.h"
#include "tests/dh_fresh.h"
#include "vectors.h"

/* ------------------------------------------------------------ key exchange */

static struct dh *dh_of(json_t *row, const char *member)
{
	json_int_t group = json_integer_value(json_object_get(row, "group"));
	uint8_t octets[VECTOR_MAX];
	struct dh *dh;

	dh = dh_from_private(alg_dh_by_id((uint16_t)group), vector_hex(row, member, octets));
	assert_non_null(dh);
	return dh;
}

static void same_public(const struct dh *dh, json_t *row, const char *member)
{
	uint8_t octets[VECTOR_MAX];

	assert_true(bytes_equal(dh_public(dh), vector_hex(row, member, octets)));
}

static void test_dh_known(void **state)
{
	json_t *root = vectors_load("dh.json");
	struct dh_secret secret;
	bool seen[UINT8_MAX] = { false };
	const struct alg_dh *alg;
	json_t *row;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(root, "vectors"), i, row) {
		struct dh *a = dh_of(row, "priv_a"), *b = dh_of(row, "priv_b");
		uint8_t octets[VECTOR_MAX];
		struct bytes shared = vector_hex(row, "shared", octets);

		same_public(a, row, "pub_a");
		same_public(b, row, "pub_b");
		assert_int_equal(dh_check(dh_alg(a), dh_public(b)), DH_OK);
		assert_int_equal(dh_shared(a, dh_public(b), &secret), DH_OK);
		assert_true(bytes_equal(dh_secret_bytes(&secret), shared));
		assert_int_equal(dh_shared(b, dh_public(a), &secret), DH_OK);
		assert_true(bytes_equal(dh_secret_bytes(&secret), shared));
		seen[dh_alg(a)->id] = true;
		dh_free(a);
		dh_free(b);
	}
	json_decref(root);
	/* test_kem.c has the others. */
	for (unsigned int row_n = 0; (alg = alg_dh_row(row_n)); row_n++)
		assert_true(seen[alg->id] || alg->kind == ALG_DH_KEM);
}

/* Some builds of OpenSSL leave curves out. */
static void test_dh_known_to_library(void **state)
{
	const struct alg_dh none = { .kind = ALG_DH_ECP, .evp = "no such curve" };
	const struct alg_dh *alg;

	(void)state;
	assert_false(dh_known(&none));
	for (unsigned int i = 0; (alg = alg_dh_row(i)); i++)
		assert_true(dh_known(alg) || alg->kind == ALG_DH_KEM);
}

/* The first octet of a key of 521 bits has one; keys are drawn below the order. */
static void test_dh_draw(void **state)
{
	const struct alg_dh *alg = alg_dh_by_conf("group21");
	uint8_t key[ALG_PRIVATE_MAX];
	bool high = false;

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(dh_draw(alg, crypto_random_os, NULL, key), 0);
		assert_true(key[0] <= 1);
		high |= key[0];
	}
	assert_true(high);
}

static void test_dh_fresh(void **state)
{
	const struct alg_dh *alg;

	(void)state;
	for (unsigned int i = 0; (alg = alg_dh_row(i)) && alg->kind != ALG_DH_KEM; i++) {
		struct dh *a = dh_fresh(alg);
		struct dh *b = dh_fresh(alg);
		struct dh_secret sa, sb;

		assert_ptr_equal(dh_alg(a), alg);
		assert_int_equal(dh_public(a).n, alg->public_n);
		assert_false(bytes_equal(dh_public(a), dh_public(b)));
		assert_int_equal(dh_shared(a, dh_public(b), &sa), DH_OK);
		assert_int_equal(dh_shared(b, dh_public(a), &sb), DH_OK);
		assert_int_equal(sa.n, alg->shared_n);
		assert_true(bytes_equal(dh_secret_bytes(&sa), dh_secret_bytes(&sb)));
		dh_free(a);
		dh_free(b);
	}
}

/*
 * A shared value that begins with zero octets keeps its length (RFC 7296 section
 * 2.14), which one key pair in 256 shows.
 */
static void test_dh_padding(void **state)
{
	static const char *const groups[] = { "group14", "group19" };
	unsigned int seen;

	(void)state;
	for (size_t g = 0; g < 2; g++) {
		const struct alg_dh *alg = alg_dh_by_conf(groups[g]);
		struct dh *fixed = dh_fresh(alg);
		struct dh_secret secret;

		seen = 0;
		for (unsigned int i = 0; i < 20000 && !seen; i++) {
			struct dh *other = dh_fresh(alg);

			assert_int_equal(dh_shared(fixed, dh_public(other), &secret), DH_OK);
			assert_int_equal(secret.n, alg->shared_n);
			seen += secret.b[0] == 0;
			dh_free(other);
		}
		dh_free(fixed);
		assert_int_not_equal(seen, 0);
	}
}

static bool wiped(const struct dh_secret *secret)
{
	for (size_t i = 0; i < sizeof(secret->b); i++)
		if (secret->b[i])
			return false;
	return !secret->n;
}

/* What costs little to see is seen beforehand; a point of low order (X25519) is not. */
static enum dh_error check_of(const struct dh *dh, struct bytes key)
{
	enum dh_error error = dh_check(dh_alg(dh), key);

	if (!error && dh_alg(dh)->kind == ALG_DH_CURVE)
		return DH_PUBLIC;
	return error;
}

static void test_dh_bad_points(void **state)
{
	json_t *root = vectors_load("bad_ke.json");
	unsigned int refused = 0;
	json_t *row;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(root, "vectors"), i, row) {
		struct dh *dh = dh_of(row, "private");
		uint8_t octets[VECTOR_MAX];
		struct bytes key = vector_hex(row, "public", octets);
		struct dh_secret secret;

		memset(&secret, 0xa5, sizeof(secret));
		if (key.n == 1U + dh_alg(dh)->public_n && key.p[0] == 4)
			key = bytes_of(key.p + 1, key.n - 1);
		assert_int_equal(dh_shared(dh, key, &secret),
				 key.n == dh_alg(dh)->public_n ? DH_PUBLIC : DH_LENGTH);
		assert_int_equal(check_of(dh, key),
				 key.n == dh_alg(dh)->public_n ? DH_PUBLIC : DH_LENGTH);
		assert_true(wiped(&secret));
		dh_free(dh);
		refused++;
	}
	json_decref(root);
	printf("# %u public values refused\n", refused);
	assert_true(refused > 60);
}

/* The library's prime that has as many octets. */
static BIGNUM *prime_of(const struct alg_dh *alg)
{
	static BIGNUM *(*const primes[])(BIGNUM *) = {
		BN_get_rfc2409_prime_768, BN_get_rfc2409_prime_1024, BN_get_rfc3526_prime_1536,
		BN_get_rfc3526_prime_2048, BN_get_rfc3526_prime_3072, BN_get_rfc3526_prime_4096,
		BN_get_rfc3526_prime_6144, BN_get_rfc3526_prime_8192,
	};

	for (size_t i = 0; i < sizeof(primes) / sizeof(primes[0]); i++) {
		BIGNUM *p = primes[i](NULL);

		if (BN_num_bytes(p) == alg->public_n)
			return p;
		BN_free(p);
	}
	fail_msg("no prime of %u octets", alg->public_n);
	return NULL;
}

/* What dh_shared() says of prime + @delta, or of @delta alone. */
static enum dh_error modp_try(const struct dh *dh, bool from_prime, int delta)
{
	const size_t n = dh_alg(dh)->public_n;
	BIGNUM *y = prime_of(dh_alg(dh));
	struct dh_secret secret;
	enum dh_error error;
	uint8_t octets[ALG_PUBLIC_MAX];

	if (!from_prime)
		BN_zero(y);
	if (delta < 0)
		BN_sub_word(y, (BN_ULONG)-delta);
	else
		BN_add_word(y, (BN_ULONG)delta);
	assert_int_equal(BN_bn2binpad(y, octets, (int)n), n);
	error = dh_shared(dh, bytes_of(octets, n), &secret);
	assert_int_equal(wiped(&secret), error != DH_OK);
	assert_int_equal(dh_check(dh_alg(dh), bytes_of(octets, n)), error);
	BN_free(y);
	return error;
}

static void bad_numbers(const struct alg_dh *alg)
{
	uint8_t octets[ALG_PUBLIC_MAX + 1] = { 0 };
	struct dh *dh = dh_fresh(alg);
	struct dh_secret secret;

	assert_int_equal(modp_try(dh, false, 0), DH_PUBLIC);
	assert_int_equal(modp_try(dh, false, 1), DH_PUBLIC);
	assert_int_equal(modp_try(dh, false, 4), DH_OK);
	assert_int_equal(modp_try(dh, true, -1), DH_PUBLIC);
	assert_int_equal(modp_try(dh, true, 0), DH_PUBLIC);
	assert_int_equal(modp_try(dh, true, 1), DH_PUBLIC);
	memset(octets, 0xff, sizeof(octets));
	assert_int_equal(dh_shared(dh, bytes_of(octets, alg->public_n), &secret), DH_PUBLIC);
	assert_int_equal(dh_shared(dh, bytes_of(octets, alg->public_n - 1U), &secret), DH_LENGTH);
	assert_int_equal(dh_shared(dh, bytes_of(octets, alg->public_n + 1U), &secret), DH_LENGTH);
	assert_int_equal(dh_shared(dh, bytes_of(NULL, 0), &secret), DH_LENGTH);
	dh_free(dh);
}

static void test_dh_bad_numbers(void **state)
{
	const struct alg_dh *alg;

	(void)state;
	for (unsigned int i = 0; (alg = alg_dh_row(i)); i++)
		if (alg->kind == ALG_DH_MODP)
			bad_numbers(alg);
}

static int no_random(void *ctx, void *out, size_t n)
{
	(void)ctx;
	(void)out;
	(void)n;
	return -1;
}

static int zero_random(void *ctx, void *out, size_t n)
{
	(void)ctx;
	memset(out, 0, n);
	return 0;
}

static void test_dh_bad_random(void **state)
{
	uint8_t key[ALG_PRIVATE_MAX];

	(void)state;
	assert_int_equal(dh_draw(alg_dh_by_conf("group31"), no_random, NULL, key), -1);
	assert_int_equal(dh_draw(alg_dh_by_conf("group19"), zero_random, NULL, key), -1);
	assert_int_equal(dh_draw(alg_dh_by_conf("group14"), zero_random, NULL, key), -1);
}

/* ---------------------------------------------------------------- messages */

struct sk_row {
	struct cipher_key key;
	struct bytes message, plain;
	size_t body;
	bool same_padding;		/* as ours: counted from 0 */
	uint8_t buf[2][VECTOR_MAX];
};

/* SK is the first payload of these messages; its body is behind its generic header. */
#define SK_BODY		(28 + 4)

static void sk_read(json_t *json, struct sk_row *row)
{
	uint8_t octets[VECTOR_MAX];
	struct bytes b;

	memset(row, 0, sizeof(*row));
	row->key.encr = alg_encr_by_conf(vector_text(json, "conf"));
	b = vector_hex(json, "key", octets);
	assert_int_equal(b.n, row->key.encr->key_n);
	memcpy(row->key.encr_key, b.p, b.n);
	if (row->key.encr->salt_n) {
		b = vector_hex(json, "salt", octets);
		assert_int_equal(b.n, row->key.encr->salt_n);
		memcpy(row->key.salt, b.p, b.n);
	}
	if (!row->key.encr->aead) {
		row->key.integ = alg_integ_by_conf(vector_text(json, "integ"));
		b = vector_hex(json, "integ_key", octets);
		assert_int_equal(b.n, row->key.integ->key_n);
		memcpy(row->key.integ_key, b.p, b.n);
	}
	row->message = vector_hex(json, "message", row->buf[0]);
	row->plain = vector_hex(json, "plain_payloads", row->buf[1]);
	row->body = SK_BODY;
	row->same_padding = !strncmp(vector_text(json, "source"), "made with", 9);
}

static unsigned int sk_count(const char *member, const char *word)
{
	json_t *root = vectors_load("sk_messages.json"), *json;
	unsigned int count = 0;
	size_t i;

	json_array_foreach(json_object_get(root, "vectors"), i, json) {
		const char *text = json_string_value(json_object_get(json, member));

		count += text && !strcmp(text, word);
	}
	json_decref(root);
	return count;
}

/* Each algorithm that IKE has is in a message of others' making. */
static void test_sk_all(void **state)
{
	const struct alg_integ *integ;
	const struct alg_encr *encr;

	(void)state;
	for (unsigned int i = 0; (encr = alg_encr_row(i)); i++)
		assert_int_equal(!!sk_count("conf", encr->conf), !!encr->evp);
	for (unsigned int i = 0; (integ = alg_integ_row(i)); i++)
		assert_int_equal(!!sk_count("integ", integ->conf), !!integ->evp);
}

/* Calls @check for each message. */
static void each_sk(void (*check)(struct sk_row *))
{
	json_t *root = vectors_load("sk_messages.json");
	static struct sk_row row;
	json_t *json;
	size_t i;

	json_array_foreach(json_object_get(root, "vectors"), i, json) {
		sk_read(json, &row);
		check(&row);
	}
	json_decref(root);
}

static void check_open(struct sk_row *row)
{
	uint8_t out[VECTOR_MAX];
	struct bytes plain;

	assert_int_equal(cipher_open(&row->key, row->message, row->body, out, &plain), 0);
	assert_true(bytes_equal(plain, row->plain));
}

static void test_open(void **state)
{
	(void)state;
	each_sk(check_open);
}

static int given_iv(void *ctx, void *out, size_t n)
{
	memcpy(out, ctx, n);
	return 0;
}

/* Sealed by us with the same IV, it is the same message. */
static void check_seal(struct sk_row *row)
{
	uint8_t message[VECTOR_MAX], iv[ALG_IV_MAX];
	size_t iv_n = cipher_iv_len(&row->key), text = row->body + iv_n;

	memcpy(message, row->message.p, text);
	memcpy(iv, row->message.p + row->body, iv_n);
	memcpy(message + text, row->plain.p, row->plain.n);
	for (size_t i = text + row->plain.n, pad = 0; i < row->message.n; i++)
		message[i] = (uint8_t)pad++;
	message[row->message.n - cipher_icv_len(&row->key) - 1] =
		(uint8_t)(row->message.n - cipher_icv_len(&row->key) - text - row->plain.n - 1);
	if (row->key.encr->counter)
		row->key.seals = (uint64_t)get_be32(iv) << 32 | get_be32(iv + 4);
	assert_int_equal(cipher_seal(&row->key, given_iv, iv, message, row->message.n, row->body),
			 0);
	if (row->same_padding)
		assert_memory_equal(message, row->message.p, row->message.n);
}

static void test_seal(void **state)
{
	(void)state;
	each_sk(check_seal);
}

/* Any octet changed, header and IV included, and any octet cut off: refused. */
static void check_tampered(struct sk_row *row)
{
	uint8_t changed[VECTOR_MAX], out[VECTOR_MAX], zero[VECTOR_MAX] = { 0 };
	struct bytes plain;

	for (size_t i = 0; i < row->message.n; i++) {
		memcpy(changed, row->message.p, row->message.n);
		memset(out, 0, sizeof(out));
		changed[i] ^= (uint8_t)(1U << (i % 8));
		assert_int_equal(cipher_open(&row->key, bytes_of(changed, row->message.n),
					     row->body, out, &plain), -1);
		assert_int_equal(plain.n, 0);
		assert_memory_equal(out, zero, sizeof(out));
		assert_int_equal(cipher_open(&row->key, bytes_of(row->message.p, i), row->body,
					     out, &plain), -1);
	}
}

static void test_tampered(void **state)
{
	(void)state;
	each_sk(check_tampered);
}

/* Room for @plain_n octets of payloads within a message, its length returned. */
static size_t framed(const struct cipher_key *key, size_t plain_n, uint8_t *message)
{
	size_t pad = cipher_pad_len(key, plain_n);
	size_t text = SK_BODY + cipher_iv_len(key);

	assert_true(pad >= 1 && (plain_n + pad) % key->encr->block == 0);
	for (size_t i = 0; i < text + plain_n; i++)
		message[i] = (uint8_t)(i * 7);
	memset(message + text + plain_n, 0, pad + cipher_icv_len(key));
	message[text + plain_n + pad - 1] = (uint8_t)(pad - 1);
	return text + plain_n + pad + cipher_icv_len(key);
}

static void round_trip(struct cipher_key *key, size_t plain_n)
{
	uint8_t message[VECTOR_MAX], before[VECTOR_MAX], out[VECTOR_MAX];
	size_t n = framed(key, plain_n, message);
	size_t text = SK_BODY + cipher_iv_len(key);
	uint64_t seals = key->seals;
	struct bytes plain;

	memcpy(before, message, n);
	assert_int_equal(cipher_seal(key, crypto_random_os, NULL, message, n, SK_BODY), 0);
	assert_int_equal(key->seals, seals + 1);
	assert_memory_equal(message, before, SK_BODY);
	if (plain_n > 8)
		assert_memory_not_equal(message + text, before + text, plain_n);
	assert_int_equal(cipher_open(key, bytes_of(message, n), SK_BODY, out, &plain), 0);
	assert_true(bytes_equal(plain, bytes_of(before + text, plain_n)));
}

static void test_round_trip(void **state)
{
	const struct alg_encr *encr;

	(void)state;
	for (unsigned int i = 0; (encr = alg_encr_row(i)); i++) {
		if (!encr->evp)
			continue;
		for (unsigned int j = 0; encr->aead ? j < 1 : !!alg_integ_row(j); j++) {
			struct cipher_key key = { .encr = encr };

			key.integ = encr->aead ? NULL : alg_integ_row(j);
			if (key.integ && !key.integ->evp)
				continue;
			crypto_random_os(NULL, key.encr_key, sizeof(key.encr_key));
			crypto_random_os(NULL, key.integ_key, sizeof(key.integ_key));
			crypto_random_os(NULL, key.salt, sizeof(key.salt));
			for (size_t n = 0; n < 70; n++)
				round_trip(&key, n);
		}
	}
}

/* A counter in combined modes and CTR, never the same; unforeseeable in CBC. */
static void test_iv(void **state)
{
	struct cipher_key gcm = { .encr = alg_encr_by_conf("aes-128-gcm"), .seals = 0x1ffffffff };
	struct cipher_key cbc = { .encr = alg_encr_by_conf("aes-128-cbc"),
				  .integ = alg_integ_by_conf("sha256") };
	static const uint8_t first[] = { 0, 0, 0, 1, 255, 255, 255, 255 };
	static const uint8_t second[] = { 0, 0, 0, 2, 0, 0, 0, 0 };
	uint8_t a[VECTOR_MAX], b[VECTOR_MAX];
	size_t n = framed(&gcm, 20, a);

	(void)state;
	assert_int_equal(cipher_seal(&gcm, no_random, NULL, a, n, SK_BODY), 0);
	assert_memory_equal(a + SK_BODY, first, 8);
	framed(&gcm, 20, a);
	assert_int_equal(cipher_seal(&gcm, no_random, NULL, a, n, SK_BODY), 0);
	assert_memory_equal(a + SK_BODY, second, 8);
	gcm.seals = UINT64_MAX;
	framed(&gcm, 20, a);
	assert_int_equal(cipher_seal(&gcm, no_random, NULL, a, n, SK_BODY), -1);

	n = framed(&cbc, 20, a);
	framed(&cbc, 20, b);
	assert_int_equal(cipher_seal(&cbc, crypto_random_os, NULL, a, n, SK_BODY), 0);
	assert_int_equal(cipher_seal(&cbc, crypto_random_os, NULL, b, n, SK_BODY), 0);
	assert_memory_not_equal(a + SK_BODY, b + SK_BODY, 16);
	framed(&cbc, 20, a);
	assert_int_equal(cipher_seal(&cbc, no_random, NULL, a, n, SK_BODY), -1);
}

/* An authentic message whose pad length is more than there is. */
static void test_bad_padding(void **state)
{
	struct cipher_key key = { .encr = alg_encr_by_conf("aes-128-cbc"),
				  .integ = alg_integ_by_conf("sha256") };
	uint8_t message[VECTOR_MAX], out[VECTOR_MAX];
	size_t n = framed(&key, 10, message);
	struct bytes plain;

	(void)state;
	message[SK_BODY + 16 + 15] = 15;
	assert_int_equal(cipher_seal(&key, crypto_random_os, NULL, message, n, SK_BODY), 0);
	assert_int_equal(cipher_open(&key, bytes_of(message, n), SK_BODY, out, &plain), 0);
	assert_int_equal(plain.n, 0);
	framed(&key, 10, message);
	message[SK_BODY + 16 + 15] = 16;
	assert_int_equal(cipher_seal(&key, crypto_random_os, NULL, message, n, SK_BODY), 0);
	assert_int_equal(cipher_open(&key, bytes_of(message, n), SK_BODY, out, &plain), -1);
}

static void check_mac(json_t *row, const struct alg_integ *integ)
{
	uint8_t octets[3][VECTOR_MAX], out[MAC_OUT_MAX];
	struct bytes key = vector_hex(row, "key", octets[0]);
	struct bytes message = vector_hex(row, "message", octets[1]);
	struct bytes known = vector_hex(row, "out", octets[2]);

	/* As parts, cut at every place. */
	for (size_t cut = 0; cut <= message.n; cut++) {
		const struct bytes parts[] = {
			bytes_of(message.p, cut), bytes_of(message.p + cut, message.n - cut),
		};

		assert_int_equal(mac(integ->mac, integ->evp, key, parts, 2, out), 0);
		assert_memory_equal(out, known.p, known.n);
	}
}

static void check_prf(json_t *row, const struct alg_prf *alg)
{
	uint8_t octets[3][VECTOR_MAX], out[ALG_PRF_MAX];
	struct bytes key = vector_hex(row, "key", octets[0]);
	struct bytes message = vector_hex(row, "message", octets[1]);
	struct bytes known = vector_hex(row, "out", octets[2]);

	assert_int_equal(known.n, alg->out_n);
	assert_int_equal(prf(alg, key, &message, 1, out), 0);
	assert_memory_equal(out, known.p, known.n);
}

static unsigned int mac_check(const char *word, bool of_prf)
{
	json_t *root = vectors_load("mac.json"), *row;
	unsigned int checked = 0;
	size_t i;

	json_array_foreach(json_object_get(root, "vectors"), i, row) {
		const char *what = vector_text(row, "what");

		if (strcmp(vector_text(row, "alg"), word) != 0 ||
		    !strcmp(what, of_prf ? "integ" : "prf"))
			continue;
		if (of_prf)
			check_prf(row, alg_prf_by_conf(word));
		else
			check_mac(row, alg_integ_by_conf(word));
		checked++;
	}
	json_decref(root);
	return checked;
}

/* Known answers for each integrity algorithm and PRF that IKE has. */
static void test_mac(void **state)
{
	const struct alg_integ *integ;
	const struct alg_prf *alg;

	(void)state;
	for (unsigned int i = 0; (integ = alg_integ_row(i)); i++)
		if (integ->evp)
			assert_true(mac_check(integ->conf, false));
	for (unsigned int i = 0; (alg = alg_prf_row(i)); i++)
		assert_true(mac_check(alg->conf, true));
}

/* AES takes keys of its own length alone. */
static void test_mac_bad_key(void **state)
{
	static const uint8_t key[24], zero[MAC_OUT_MAX];
	uint8_t out[MAC_OUT_MAX];

	(void)state;
	for (size_t n = 0; n <= sizeof(key); n++) {
		memset(out, 1, sizeof(out));
		assert_int_equal(mac(ALG_MAC_XCBC, "AES-128-CBC", bytes_of(key, n), NULL, 0, out),
				 n == CBC_MAC_LEN ? 0 : -1);
		if (n != CBC_MAC_LEN)
			assert_memory_equal(out, zero, sizeof(out));
	}
}

/* FIPS 180-1 appendix A: "abc". */
static void test_sha1(void **state)
{
	const struct bytes parts[] = { bytes_of("a", 1), bytes_of(NULL, 0), bytes_of("bc", 2) };
	uint8_t out[SHA1_LEN], known[VECTOR_MAX];

	(void)state;
	assert_int_equal(digest_sha1(parts, 3, out), 0);
	assert_true(bytes_equal(bytes_of(out, sizeof(out)),
				hex_octets("a9993e364706816aba3e25717850c26c9cd0d89d", known)));
}

/* ------------------------------------------------------------ randomness */

/* Each octet is given out once, and is gone from the store then. */
static void test_rand_store(void **state)
{
	static const uint8_t none[RAND_STORE];
	static struct rand_store store;
	uint8_t before[RAND_STORE], out[RAND_STORE + 1] = { 0 };
	size_t left;

	(void)state;
	assert_int_equal(rand_store_take(&store, out, 1), 0);
	assert_int_equal(store.n, RAND_STORE - 1);
	while (store.n >= 32) {
		left = store.n;
		memcpy(before, store.octets, sizeof(before));
		assert_int_equal(rand_store_take(&store, out, 32), 0);
		assert_int_equal(store.n, left - 32);
		assert_memory_equal(out, before + left - 32, 32);
		assert_memory_equal(store.octets + left - 32, none, 32);
		assert_memory_equal(store.octets, before, left - 32);
	}
	/* What is left is too little, and is not given out with what is new. */
	memcpy(before, store.octets, store.n);
	left = store.n;
	assert_true(left >= 16);
	assert_int_equal(rand_store_take(&store, out, 32), 0);
	assert_memory_not_equal(out, before, left);
	assert_memory_not_equal(store.octets, before, left);
	assert_int_equal(store.n, RAND_STORE - 32);
	/* All of it, and more than it ever has. */
	assert_int_equal(rand_store_take(&store, out, RAND_STORE), 0);
	assert_int_equal(store.n, 0);
	assert_memory_equal(store.octets, none, RAND_STORE);
	memset(out, 0, sizeof(out));
	assert_int_equal(rand_store_take(&store, out, sizeof(out)), 0);
	assert_int_equal(store.n, 0);
	assert_memory_not_equal(out + sizeof(out) - 32, none, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dh_known),
		cmocka_unit_test(test_dh_known_to_library),
		cmocka_unit_test(test_dh_draw),
		cmocka_unit_test(test_dh_fresh),
		cmocka_unit_test(test_dh_padding),
		cmocka_unit_test(test_dh_bad_points),
		cmocka_unit_test(test_dh_bad_numbers),
		cmocka_unit_test(test_dh_bad_random),
		cmocka_unit_test(test_sk_all),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_seal),
		cmocka_unit_test(test_tampered),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_iv),
		cmocka_unit_test(test_bad_padding),
		cmocka_unit_test(test_mac),
		cmocka_unit_test(test_mac_bad_key),
		cmocka_unit_test(test_sha1),
		cmocka_unit_test(test_rand_store),
	};

	return cmocka_run_group_tests_name("crypto", tests, NULL, NULL);
}
