// SPDX-License-Identifier: GPL-2.0-or-later
/* Key schedule of IKEv1 against vectors of NIST, a cracker's tests, a capture with its key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/digest.h"
#include "crypto/keymat_v1.h"
#include "crypto/prf.h"
#include "prop/alg_registry.h"
#include "vectors.h"
#include "wire/v1_codec.h"

#define SEEDS	"daemon/fuzz/corpus/wire/"

static uint8_t room[12][VECTOR_MAX];

/* NULL where the row's hash is none of ours. */
static const struct alg_prf *row_prf(json_t *row)
{
	static const char *const words[][2] = {
		{ "SHA-1", "sha1" }, { "SHA-256", "sha256" }, { "SHA-384", "sha384" },
		{ "SHA-512", "sha512" }, { "sha1", "sha1" }, { "md5", "md5" },
	};
	const char *hash = vector_text(row, "hash");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i][0], hash))
			return alg_prf_by_conf(words[i][1]);
	return NULL;
}

/* Ni_b | Nr_b of a row. */
static struct bytes row_nonces(json_t *row)
{
	struct bytes ni, nr;

	ni = vector_hex(row, "ni", room[0]);
	nr = vector_hex(row, "nr", room[1]);
	assert_true(ni.n + nr.n <= VECTOR_MAX);
	memcpy(room[0] + ni.n, nr.p, nr.n);
	return bytes_of(room[0], ni.n + nr.n);
}

/* What a row says that peers authenticate by. */
enum by { BY_PSK, BY_SIGNATURES, BY_ENCRYPTION };

/* SKEYID (RFC 2409 section 5). */
static void row_skeyid(json_t *row, const struct alg_prf *alg, enum by by, uint8_t *out)
{
	struct bytes parts[] = {
		vector_hex(row, "cky_i", room[3]), vector_hex(row, "cky_r", room[4]),
	};
	struct bytes nonces = row_nonces(row), shared = vector_hex(row, "shared", room[2]), key;
	uint8_t digest[DIGEST_MAX];

	if (by == BY_PSK) {
		key = vector_hex(row, "psk", room[5]);
		assert_int_equal(keymat_v1_skeyid_psk(alg, key, nonces, out), 0);
	} else if (by == BY_SIGNATURES) {
		assert_int_equal(keymat_v1_skeyid_sign(alg, nonces, shared, out), 0);
	} else {
		/* We do not have that: it shows that the rest is as it has to be for any SKEYID. */
		key = bytes_of(digest, digest_of(alg->evp, &nonces, 1, digest));
		assert_int_equal(prf(alg, key, parts, 2, out), 0);
	}
}

/* The keys of a row with that cipher. */
static void check_row(json_t *row, const struct alg_prf *prf_row, enum by by, const char *encr)
{
	struct keymat_v1_input in = {
		.encr = alg_encr_by_conf(encr),
		.prf = prf_row,
		.shared = vector_hex(row, "shared", room[2]),
		.cky_i = vector_hex(row, "cky_i", room[3]),
		.cky_r = vector_hex(row, "cky_r", room[4]),
	};
	struct bytes e = vector_hex(row, "skeyid_e", room[6]);
	uint8_t skeyid[ALG_PRF_MAX], long_key[2 * ALG_PRF_MAX];
	struct bytes part = bytes_of("", 1);
	struct keymat_v1 keys;

	row_skeyid(row, prf_row, by, skeyid);
	assert_memory_equal(skeyid, vector_hex(row, "skeyid", room[7]).p, prf_row->out_n);
	assert_int_equal(keymat_v1_phase1(&in, skeyid, &keys), 0);
	assert_memory_equal(keys.skeyid_d, vector_hex(row, "skeyid_d", room[7]).p, prf_row->out_n);
	assert_memory_equal(keys.skeyid_a, vector_hex(row, "skeyid_a", room[7]).p, prf_row->out_n);
	if (in.encr->key_n <= prf_row->out_n) {
		assert_memory_equal(keys.key, e.p, in.encr->key_n);
		return;
	}
	/* RFC 2409 appendix B */
	assert_int_equal(prf(prf_row, e, &part, 1, long_key), 0);
	part = bytes_of(long_key, prf_row->out_n);
	assert_int_equal(prf(prf_row, e, &part, 1, long_key + prf_row->out_n), 0);
	assert_memory_equal(keys.key, long_key, in.encr->key_n);
}

static void check_file(const char *name, enum by by)
{
	json_t *root = vectors_load(name), *row;
	unsigned int checked = 0;
	size_t i;

	json_array_foreach(json_object_get(root, "vectors"), i, row) {
		const struct alg_prf *alg = row_prf(row);

		if (!alg)
			continue;
		check_row(row, alg, by, "aes-128-cbc");
		check_row(row, alg, by, "aes-256-cbc");
		check_row(row, alg, by, "3des");
		checked++;
	}
	json_decref(root);
	/* The six others are of SHA-224. */
	assert_int_equal(checked, 22);
}

static void test_nist(void **state)
{
	(void)state;
	check_file("keymat_v1.json", BY_PSK);
	check_file("keymat_v1_sign.json", BY_SIGNATURES);
	check_file("keymat_v1_pke.json", BY_ENCRYPTION);
}

static void test_hash_r(void **state)
{
	json_t *root = vectors_load("hash_r_v1.json"), *row;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(root, "vectors"), i, row) {
		struct bytes ni = vector_hex(row, "ni_b", room[0]), nr;
		struct keymat_v1 keys = { .prf = row_prf(row) };
		struct keymat_v1_input in = {
			.public_i = vector_hex(row, "g_xi", room[2]),
			.public_r = vector_hex(row, "g_xr", room[3]),
			.cky_i = vector_hex(row, "cky_i", room[4]),
			.cky_r = vector_hex(row, "cky_r", room[5]),
		};
		uint8_t out[ALG_PRF_MAX];

		assert_non_null(keys.prf);
		nr = vector_hex(row, "nr_b", room[1]);
		memcpy(room[0] + ni.n, nr.p, nr.n);
		assert_int_equal(keymat_v1_skeyid_psk(keys.prf, vector_hex(row, "psk", room[6]),
						      bytes_of(room[0], ni.n + nr.n),
						      keys.skeyid), 0);
		assert_memory_equal(keys.skeyid, vector_hex(row, "skeyid", room[7]).p,
				    keys.prf->out_n);
		assert_int_equal(keymat_v1_proof(&keys, &in, false,
						 vector_hex(row, "sai_b", room[8]),
						 vector_hex(row, "idir_b", room[9]), out), 0);
		assert_memory_equal(out, vector_hex(row, "hash_r", room[10]).p, keys.prf->out_n);
	}
	assert_int_equal(i, 2);
	json_decref(root);
}

static struct bytes load_seed(const char *name, uint8_t out[VECTOR_MAX])
{
	char path[128];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), SEEDS "%s", name);
	file = fopen(path, "rb");
	assert_non_null(file);
	n = fread(out, 1, VECTOR_MAX, file);
	fclose(file);
	return bytes_of(out, n);
}

static struct bytes key_exchange(const char *name, uint8_t out[VECTOR_MAX])
{
	struct bytes message = load_seed(name, out);
	struct isakmp_payloads payloads;
	struct wire_error error;

	assert_int_equal(isakmp_payloads_parse(message.p[16], message, false, &payloads, &error),
			 0);
	return isakmp_find(&payloads, ISAKMP_PL_KE, NULL)->body;
}

/* Decrypts the message of a capture in place; what is in it has to make sense. */
static void open_seed(const struct keymat_v1 *keys, struct keymat_v1_iv *iv, const char *name,
		      struct isakmp_payloads *payloads)
{
	struct bytes message = load_seed(name, room[9]);
	struct wire_error error;

	assert_int_equal(keymat_v1_open(keys, iv, room[9] + IKE_HDR_LEN, message.n - IKE_HDR_LEN),
			 0);
	assert_int_equal(isakmp_payloads_parse(message.p[16], message, true, payloads, &error), 0);
}

/* Main mode and quick mode that others had: IVs go from message to message. */
static void test_capture(void **state)
{
	struct keymat_v1 keys = {
		.prf = alg_prf_by_conf("sha256"), .encr = alg_encr_by_conf("aes-256-cbc"),
	};
	struct keymat_v1_input in = {
		.prf = keys.prf, .encr = keys.encr,
		.public_i = key_exchange("ikev1-bug-12610_03", room[0]),
		.public_r = key_exchange("ikev1-bug-12610_04", room[1]),
	};
	struct isakmp_payloads payloads;
	struct keymat_v1_iv iv, quick;
	struct wire_error error;
	struct isakmp_sa sa;
	struct isakmp_id id;

	(void)state;
	assert_true(bytes_from_hex("928392441e00ece5e8af3bc545416e86afa1291e7c013271514738b70ef25d2"
				   "2", keys.key, 32));
	assert_int_equal(keymat_v1_iv_first(&in, &iv), 0);
	open_seed(&keys, &iv, "ikev1-bug-12610_05", &payloads);
	assert_int_equal(isakmp_read_id(isakmp_find(&payloads, ISAKMP_PL_ID, NULL), &id, &error),
			 0);
	assert_int_equal(isakmp_find(&payloads, ISAKMP_PL_HASH, NULL)->body.n, 32);
	open_seed(&keys, &iv, "ikev1-bug-12610_06", &payloads);
	assert_int_equal(isakmp_read_id(isakmp_find(&payloads, ISAKMP_PL_ID, NULL), &id, &error),
			 0);
	assert_int_equal(id.type, ISAKMP_ID_FQDN);
	assert_int_equal(isakmp_find(&payloads, ISAKMP_PL_HASH, NULL)->body.n, 32);

	assert_int_equal(keymat_v1_iv_phase2(&keys, &iv, 0xb1167ba3, &quick), 0);
	open_seed(&keys, &quick, "ikev1-bug-12610_14", &payloads);
	assert_int_equal(payloads.list[0].type, ISAKMP_PL_HASH);
	assert_int_equal(isakmp_read_sa(isakmp_find(&payloads, ISAKMP_PL_SA, NULL), &sa, &error),
			 0);
	assert_int_equal(sa.proposals[0].protocol, ISAKMP_PROTO_ESP);
	open_seed(&keys, &quick, "ikev1-bug-12610_15", &payloads);
	assert_int_equal(isakmp_read_sa(isakmp_find(&payloads, ISAKMP_PL_SA, NULL), &sa, &error),
			 0);
	assert_int_equal(sa.n_transforms, 1);
	open_seed(&keys, &quick, "ikev1-bug-12610_16", &payloads);
	assert_int_equal(payloads.list[0].body.n, 32);
}

static void test_crypt(void **state)
{
	struct keymat_v1 keys = {
		.prf = alg_prf_by_conf("sha256"), .encr = alg_encr_by_conf("des"),
		.key = "12345678",
	};
	struct keymat_v1_iv first = { "abcdefgh" }, a = first, b = first;
	uint8_t text[32] = "some octets, and as many as two", before[32];

	(void)state;
	memcpy(before, text, sizeof(text));
	assert_int_equal(keymat_v1_seal(&keys, &a, text, 16), 0);
	assert_int_equal(keymat_v1_seal(&keys, &a, text + 16, 16), 0);
	assert_memory_not_equal(text, before, 16);
	assert_int_equal(keymat_v1_open(&keys, &b, text, 16), 0);
	assert_int_equal(keymat_v1_open(&keys, &b, text + 16, 16), 0);
	assert_memory_equal(text, before, sizeof(text));
	assert_memory_equal(&a, &b, sizeof(a));
	/* Not whole blocks, none, and a mode that has no chain. */
	assert_int_equal(keymat_v1_open(&keys, &b, text, 15), -1);
	assert_int_equal(keymat_v1_open(&keys, &b, text, 0), -1);
	keys.encr = alg_encr_by_conf("aes-128-gcm");
	assert_int_equal(keymat_v1_seal(&keys, &a, text, 16), -1);
}

/* KEYMAT has no vectors of others: what RFC 2409 section 5.5 says, step by step. */
static void test_esp(void **state)
{
	struct keymat_v1 keys = {
		.prf = alg_prf_by_conf("sha1"), .skeyid_d = "a key, one of SHA-1",
	};
	struct keymat_v1_esp in = {
		.encr = alg_encr_by_conf("aes-256-gcm"), .protocol = 3, .spi = 0x01020304,
		.shared = bytes_of("shared", 6), .ni = bytes_of("nonce i", 7),
		.nr = bytes_of("nonce r", 7),
	};
	struct bytes d = bytes_of(keys.skeyid_d, 20);
	struct bytes seed = bytes_of("shared\3\1\2\3\4nonce inonce r", 25);
	uint8_t k[40];
	struct bytes parts[2] = { seed };
	struct keymat_esp out;

	(void)state;
	assert_int_equal(prf(keys.prf, d, parts, 1, k), 0);
	parts[0] = bytes_of(k, 20);
	parts[1] = seed;
	assert_int_equal(prf(keys.prf, d, parts, 2, k + 20), 0);
	assert_int_equal(keymat_v1_esp(&keys, &in, &out), 0);
	assert_int_equal(out.encr_key_n, 32);
	assert_int_equal(out.salt_n, 4);
	assert_int_equal(out.integ_key_n, 0);
	assert_memory_equal(out.encr_key, k, 32);
	assert_memory_equal(out.salt, k + 32, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nist),
		cmocka_unit_test(test_hash_r),
		cmocka_unit_test(test_capture),
		cmocka_unit_test(test_crypt),
		cmocka_unit_test(test_esp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
