// SPDX-License-Identifier: GPL-2.0-or-later
/* Key schedule of IKEv2 against the vectors of NIST. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"
#include "base/wbuf.h"
#include "crypto/keymat_v2.h"
#include "crypto/prf.h"
#include "prop/alg_registry.h"
#include "vectors.h"

struct row {
	const struct alg_prf *prf;
	struct bytes ni, nr, shared, shared_new, spi_i, spi_r;
	struct bytes skeyseed, dkm, dkm_child, dkm_child_pfs, skeyseed_rekey;
	uint8_t buf[11][VECTOR_MAX];
};

/* NULL where the row's hash is none of ours. */
static const struct alg_prf *row_prf(json_t *json)
{
	const char *hash = vector_text(json, "hash");

	if (!strcmp(hash, "SHA-1"))
		return alg_prf_by_conf("sha1");
	if (!strcmp(hash, "SHA-256"))
		return alg_prf_by_conf("sha256");
	if (!strcmp(hash, "SHA-384"))
		return alg_prf_by_conf("sha384");
	return strcmp(hash, "SHA-512") ? NULL : alg_prf_by_conf("sha512");
}

static void row_read(json_t *json, struct row *row)
{
	row->prf = row_prf(json);
	row->ni = vector_hex(json, "ni", row->buf[0]);
	row->nr = vector_hex(json, "nr", row->buf[1]);
	row->shared = vector_hex(json, "shared", row->buf[2]);
	row->shared_new = vector_hex(json, "shared_new", row->buf[3]);
	row->spi_i = vector_hex(json, "spi_i", row->buf[4]);
	row->spi_r = vector_hex(json, "spi_r", row->buf[5]);
	row->skeyseed = vector_hex(json, "skeyseed", row->buf[6]);
	row->dkm = vector_hex(json, "dkm", row->buf[7]);
	row->dkm_child = vector_hex(json, "dkm_child", row->buf[8]);
	row->dkm_child_pfs = vector_hex(json, "dkm_child_pfs", row->buf[9]);
	row->skeyseed_rekey = vector_hex(json, "skeyseed_rekey", row->buf[10]);
}

/* Calls @check for each row whose hash we have. */
static void each_row(void (*check)(const struct row *))
{
	json_t *root = vectors_load("keymat.json");
	unsigned int checked = 0, others = 0;
	static struct row row;
	json_t *json;
	size_t i;

	json_array_foreach(json_object_get(root, "vectors"), i, json) {
		if (!row_prf(json)) {
			others++;
			continue;
		}
		row_read(json, &row);
		check(&row);
		checked++;
	}
	json_decref(root);
	printf("# %u rows checked, %u not applicable (PRF of SHA-224)\n",
	       checked, others);
	assert_int_equal(checked, 22);
}

static void check_prf(const struct row *row)
{
	uint8_t nonces[2 * VECTOR_MAX], out[VECTOR_MAX];
	struct bytes seed[] = { row->ni, row->nr, row->spi_i, row->spi_r };
	struct wbuf key;

	wbuf_init(&key, nonces, sizeof(nonces));
	wbuf_bytes(&key, row->ni);
	wbuf_bytes(&key, row->nr);
	assert_int_equal(prf(row->prf, wbuf_view(&key), &row->shared, 1, out), 0);
	assert_int_equal(row->skeyseed.n, row->prf->out_n);
	assert_memory_equal(out, row->skeyseed.p, row->skeyseed.n);

	assert_int_equal(prf_plus(row->prf, row->skeyseed, seed, 4, out, row->dkm.n), 0);
	assert_memory_equal(out, row->dkm.p, row->dkm.n);
}

static void test_prf(void **state)
{
	(void)state;
	each_row(check_prf);
}

static struct keymat_ike_input input_of(const struct row *row, const char *encr,
					const char *integ)
{
	return (struct keymat_ike_input){
		.encr = alg_encr_by_conf(encr),
		.integ = integ ? alg_integ_by_conf(integ) : NULL,
		.prf = row->prf,
		.shared = row->shared,
		.ni = row->ni,
		.nr = row->nr,
		.spi_i = row->spi_i,
		.spi_r = row->spi_r,
	};
}

/* The keys in the order of RFC 7296 section 2.14 must be the key material. */
static void same_ike_keys(const struct keymat_ike *ike, struct bytes dkm)
{
	const struct cipher_key *i = &ike->initiator, *r = &ike->responder;
	size_t prf_n = ike->prf->out_n, integ_n = i->integ ? i->integ->key_n : 0;
	uint8_t octets[VECTOR_MAX];
	struct wbuf w;

	wbuf_init(&w, octets, sizeof(octets));
	wbuf_put(&w, ike->sk_d, prf_n);
	wbuf_put(&w, i->integ_key, integ_n);
	wbuf_put(&w, r->integ_key, integ_n);
	wbuf_put(&w, i->encr_key, i->encr->key_n);
	wbuf_put(&w, i->salt, i->encr->salt_n);
	wbuf_put(&w, r->encr_key, r->encr->key_n);
	wbuf_put(&w, r->salt, r->encr->salt_n);
	wbuf_put(&w, ike->sk_pi, prf_n);
	wbuf_put(&w, ike->sk_pr, prf_n);
	assert_false(w.overflow);
	assert_memory_equal(octets, dkm.p, w.n < dkm.n ? w.n : dkm.n);
}

static void check_ike(const struct row *row)
{
	static const char *const suites[][2] = {
		{ "aes-128-cbc", "sha256" }, { "aes-256-cbc", "sha512" }, { "aes-256-gcm", NULL },
	};
	uint8_t dkm[VECTOR_MAX];

	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		struct keymat_ike_input input = input_of(row, suites[i][0], suites[i][1]);
		struct bytes seed[] = { row->ni, row->nr, row->spi_i, row->spi_r };
		struct keymat_ike ike, next;

		assert_int_equal(keymat_ike_first(&input, &ike), 0);
		same_ike_keys(&ike, row->dkm);

		input.shared = row->shared_new;
		assert_int_equal(keymat_ike_rekey(&ike, &input, &next), 0);
		assert_int_equal(prf_plus(row->prf, row->skeyseed_rekey, seed, 4, dkm,
					  sizeof(dkm)), 0);
		same_ike_keys(&next, bytes_of(dkm, sizeof(dkm)));
		secret_wipe(&ike, sizeof(ike));
		secret_wipe(&next, sizeof(next));
	}
}

static void test_ike(void **state)
{
	(void)state;
	each_row(check_ike);
}

/* The order of RFC 7296 section 2.17: initiator's first, encryption before integrity. */
static void same_child_keys(const struct keymat_child *child, struct bytes dkm)
{
	const struct keymat_esp *esp[] = { &child->initiator, &child->responder };
	uint8_t octets[VECTOR_MAX];
	struct wbuf w;

	wbuf_init(&w, octets, sizeof(octets));
	for (int i = 0; i < 2; i++) {
		wbuf_put(&w, esp[i]->encr_key, esp[i]->encr_key_n);
		wbuf_put(&w, esp[i]->salt, esp[i]->salt_n);
		wbuf_put(&w, esp[i]->integ_key, esp[i]->integ_key_n);
	}
	assert_true(w.n <= 192);
	assert_memory_equal(octets, dkm.p, w.n < dkm.n ? w.n : dkm.n);
}

static void check_child(const struct row *row)
{
	struct keymat_ike_input input = input_of(row, "aes-256-gcm", NULL);
	static const struct {
		const char *encr, *integ;
		int key_n, salt_n, integ_n;	/* octets */
	} suites[] = {
		{ "aes-128-gcm", NULL, 16, 4, 0 }, { "aes-256-gcm-8", NULL, 32, 4, 0 },
		{ "aes-128-ccm", NULL, 16, 3, 0 }, { "aes-256-ccm-12", NULL, 32, 3, 0 },
		{ "aes-192-gmac", NULL, 24, 4, 0 }, { "chacha20-poly1305", NULL, 32, 4, 0 },
		{ "aes-256-cbc", "sha512", 32, 0, 64 }, { "aes-128-cbc", "sha256", 16, 0, 32 },
		{ "aes-256-ctr", "sha1", 32, 4, 20 }, { "3des", "md5", 24, 0, 16 },
		{ "null", "sha384", 0, 0, 48 }, { "des", "aes-cmac", 8, 0, 16 },
	};
	struct keymat_ike ike;

	assert_int_equal(keymat_ike_first(&input, &ike), 0);
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		const struct alg_encr *encr = alg_encr_by_conf(suites[i].encr);
		const struct alg_integ *integ =
			suites[i].integ ? alg_integ_by_conf(suites[i].integ) : NULL;
		struct keymat_child_input from = {
			.encr = encr, .integ = integ, .ni = row->ni, .nr = row->nr,
		};
		struct keymat_child child;

		assert_int_equal(keymat_child(&ike, &from, &child), 0);
		assert_int_equal(child.initiator.encr_key_n, suites[i].key_n);
		assert_int_equal(child.initiator.salt_n, suites[i].salt_n);
		assert_int_equal(child.responder.integ_key_n, suites[i].integ_n);
		same_child_keys(&child, row->dkm_child);
		from.shared = row->shared_new;
		assert_int_equal(keymat_child(&ike, &from, &child), 0);
		same_child_keys(&child, row->dkm_child_pfs);
		secret_wipe(&child, sizeof(child));
	}
}

static void test_child(void **state)
{
	(void)state;
	each_row(check_child);
}

/* An end's AUTH with the message, nonce and ID body of test_auth_psk(). */
static void check_auth(const struct keymat_ike *ike, bool initiator, const char *known)
{
	uint8_t octets[100 + 32 + ALG_PRF_MAX], id[8], out[ALG_PRF_MAX], expect[VECTOR_MAX];
	struct bytes psk = bytes_of("a secret that two ends share", 28);

	for (size_t i = 0; i < 100; i++)
		octets[i] = (uint8_t)i;
	for (size_t i = 0; i < 32; i++)
		octets[100 + i] = (uint8_t)(200 + i);
	for (size_t i = 0; i < sizeof(id); i++)
		id[i] = (uint8_t)(1 + i);
	assert_int_equal(keymat_auth_id(ike, initiator, bytes_of(id, sizeof(id)), octets + 132), 0);
	assert_int_equal(keymat_auth_psk(ike->prf, psk, bytes_of(octets, 132 + 32), out), 0);
	assert_memory_equal(out, hex_octets(known, expect).p, 32);
}

/* Answers computed once with Python's hmac module by the words of RFC 7296 section 2.15. */
static void test_auth_psk(void **state)
{
	struct keymat_ike ike = { .prf = alg_prf_by_conf("sha256") };

	(void)state;
	memset(ike.sk_pi, 0x11, sizeof(ike.sk_pi));
	memset(ike.sk_pr, 0x22, sizeof(ike.sk_pr));
	check_auth(&ike, true, "bccbfef737b9bf27d307b9ddc30beef30faf2cf1fd1261c3bffae7484927a006");
	check_auth(&ike, false, "2924a1860e10cd2e8647188e50bdc4bddbc8fe3e144a225a1c844ea6e683621b");
}

/* The same of RFC 8784 section 3, with a key longer and one shorter than a block of the hash. */
static void test_ppk(void **state)
{
	static const char *const known[] = {
		"b06ab2d49efe9b46821075a894effa8642d1144cabbccf0095755f9aa622fa87",
		"caee96f66d5a7d6f0aaf335c0f6cda10fc317d8524d57028e6507c9bdf59c244",
	};
	const struct alg_prf *prf = alg_prf_by_conf("sha256");
	uint8_t ppk[100], sk[32], out[ALG_PRF_MAX], expect[VECTOR_MAX];

	(void)state;
	memset(sk, 0x33, sizeof(sk));
	for (size_t i = 0; i < sizeof(ppk); i++)
		ppk[i] = (uint8_t)(i + 1);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(keymat_ppk(prf, bytes_of(ppk, i ? 32 : 100),
					    bytes_of(sk, sizeof(sk)), out), 0);
		assert_memory_equal(out, hex_octets(known[i], expect).p, 32);
	}
}

/*
 * RFC 7296 section 2.14: of PRFs that are made of AES, 64 bits of each nonce are the key for
 * SKEYSEED, and all of both go into prf+.
 */
static void test_aes_prfs(void **state)
{
	static const char *const words[] = { "aes-xcbc", "aes-cmac" };
	uint8_t octets[64], half[16], skeyseed[ALG_PRF_MAX], dkm[VECTOR_MAX];
	struct keymat_ike_input input = {
		.encr = alg_encr_by_conf("aes-128-ctr"),
		.integ = alg_integ_by_conf("aes-xcbc"),
		.shared = bytes_of(octets, 60),
		.ni = bytes_of(octets, 32),
		.nr = bytes_of(octets + 32, 32),
		.spi_i = bytes_of(octets + 3, 8),
		.spi_r = bytes_of(octets + 40, 8),
	};
	const struct bytes seed[] = { input.ni, input.nr, input.spi_i, input.spi_r };
	struct keymat_ike ike;

	(void)state;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(7 * i);
	memcpy(half, octets, 8);
	memcpy(half + 8, octets + 32, 8);
	for (size_t i = 0; i < 2; i++) {
		input.prf = alg_prf_by_conf(words[i]);
		assert_int_equal(prf(input.prf, bytes_of(half, 16), &input.shared, 1, skeyseed), 0);
		assert_int_equal(prf_plus(input.prf, bytes_of(skeyseed, 16), seed, 4, dkm, 200), 0);
		assert_int_equal(keymat_ike_first(&input, &ike), 0);
		same_ike_keys(&ike, bytes_of(dkm, 200));
	}
}

static void test_limits(void **state)
{
	const struct alg_prf *alg = alg_prf_by_conf("sha256");
	struct bytes seed = bytes_of("seed", 4);
	static uint8_t out[256 * 32];
	static uint8_t long_nonce[257];
	struct keymat_ike_input input = {
		.encr = alg_encr_by_conf("aes-256-gcm"),
		.prf = alg,
		.shared = seed,
		.ni = bytes_of(long_nonce, sizeof(long_nonce)),
		.nr = bytes_of(long_nonce, 32),
		.spi_i = bytes_of(long_nonce, 8),
		.spi_r = bytes_of(long_nonce, 8),
	};
	struct keymat_ike ike;

	(void)state;
	assert_int_equal(prf_plus(alg, seed, &seed, 1, out, 255 * 32), 0);
	assert_int_equal(prf_plus(alg, seed, &seed, 1, out, 255 * 32 + 1), -1);
	for (size_t i = 0; i < 255 * 32; i++)
		assert_int_equal(out[i], 0);
	assert_int_equal(keymat_ike_first(&input, &ike), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prf),
		cmocka_unit_test(test_ike),
		cmocka_unit_test(test_child),
		cmocka_unit_test(test_auth_psk),
		cmocka_unit_test(test_ppk),
		cmocka_unit_test(test_aes_prfs),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("keymat", tests, NULL, NULL);
}
