// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of ESP: known answers both ways, all rows of the table there and back,
 * forgeries, bad padding, and packets whose memory is shared with somebody else, which
 * must stay as it was.
 */
#include <crypto/aead.h>
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/pantun.h>
#include <linux/scatterlist.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include "core/alg.h"
#include "core/cb.h"
#include "core/sa.h"
#include "test/random.h"
#include "test/skb.h"
#include "test/vectors.h"
#include "test/vectors/esp.inc"
#include "xform/esp.h"

#define OUTER		48	/* outer headers, of nobody's concern here */
#define HEADER		8	/* SPI, sequence number */
#define SIZE_MAX_TRIED	1500

/* Nobody may have this one: vectors of RFC 3602, no ICV. */
static const struct pantun_alg cbc_alone = {
	.proto = IPPROTO_ESP,
	.enc = PANTUN_ENC_AES_CBC,
	.driver = "authenc(digest_null,cbc(aes))",
	.iv_len = 16,
	.block = 16,
	.authenc = true,
};

/* What the tests that need no known answer are run with. */
struct kind {
	const char *name;
	u32 enc, auth;
	bool esn;
};

static const struct kind kinds[] = {
	{ "GCM", PANTUN_ENC_AES_GCM_16, 0, false },
	{ "GCM, ESN", PANTUN_ENC_AES_GCM_16, 0, true },
	{ "CBC", PANTUN_ENC_AES_CBC, PANTUN_AUTH_HMAC_SHA2_256_128, false },
	{ "CBC, ESN", PANTUN_ENC_AES_CBC, PANTUN_AUTH_HMAC_SHA2_256_128, true },
	{ "CTR", PANTUN_ENC_AES_CTR, PANTUN_AUTH_HMAC_SHA1_96, false },
	{ "CTR, ESN", PANTUN_ENC_AES_CTR, PANTUN_AUTH_HMAC_SHA1_96, true },
	{ "ChaCha20", PANTUN_ENC_CHACHA20_POLY1305, 0, false },
	{ "ChaCha20, ESN", PANTUN_ENC_CHACHA20_POLY1305, 0, true },
	{ "GMAC", PANTUN_ENC_AES_GMAC, 0, false },
	{ "GMAC, ESN", PANTUN_ENC_AES_GMAC, 0, true },
	{ "3DES", PANTUN_ENC_3DES_CBC, PANTUN_AUTH_HMAC_MD5_96, false },
	{ "no encryption, ESN", PANTUN_ENC_NULL, PANTUN_AUTH_AES_CMAC_96, true },
};

static void kind_name(const struct kind *kind, char *name)
{
	strscpy(name, kind->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(kinds, kinds, kind_name);

/* An SA by hand: no tunnel, so only algorithms that finish at once will do. */
static struct pantun_sa *make_sa(struct kunit *test, const struct pantun_alg *alg, bool esn,
				 const struct pantun_keys *keys)
{
	struct pantun_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	KUNIT_ASSERT_NOT_NULL(test, alg);
	sa->key.spi = htonl(0x12345678);
	sa->esn = esn;
	sa->alg = alg;
	sa->ops = &pantun_esp_ops;
	KUNIT_ASSERT_EQ_MSG(test, sa->ops->init(sa, keys, NULL), 0, "%s", alg->driver);
	KUNIT_ASSERT_FALSE(test, crypto_aead_tfm(sa->aead)->__crt_alg->cra_flags &
				 CRYPTO_ALG_ASYNC);
	return sa;
}

static struct pantun_sa *vector_sa(struct kunit *test, const struct esp_vector *v)
{
	const struct pantun_keys keys = {
		.enc = v->enc_key.data, .enc_len = v->enc_key.len,
		.auth = v->auth_key.data, .auth_len = v->auth_key.len,
		.salt = v->salt.data, .salt_len = v->salt.len,
	};
	const struct pantun_alg *alg = v->enc == PANTUN_ENC_AES_CBC && !v->auth ? &cbc_alone :
				       pantun_alg_find(IPPROTO_ESP, v->enc, v->auth);
	struct pantun_sa *sa = make_sa(test, alg, v->esn, &keys);

	sa->key.spi = htonl(v->spi);
	return sa;
}

/* Some key of @enc_len octets, and others as the row wants them. */
static struct pantun_sa *row_sa(struct kunit *test, const struct pantun_alg *alg, bool esn,
				unsigned int enc_len)
{
	u8 octets[PANTUN_KEY_LEN_MAX];
	const struct pantun_keys keys = {
		.enc = octets, .enc_len = enc_len,
		.auth = octets, .auth_len = alg->auth_key_len,
		.salt = octets, .salt_len = alg->salt_len,
	};
	unsigned int i;

	for (i = 0; i < sizeof(octets); i++)
		octets[i] = 3 * i + 1;
	return make_sa(test, alg, esn, &keys);
}

static struct pantun_sa *kind_sa(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	const struct pantun_alg *alg = pantun_alg_find(IPPROTO_ESP, kind->enc, kind->auth);
	unsigned int len = PANTUN_KEY_LEN_MAX;

	KUNIT_ASSERT_NOT_NULL(test, alg);
	while (len && !pantun_alg_key_len_ok(alg, len))
		len--;
	return row_sa(test, alg, kind->esn, len);
}

/*
 * What tx.c does: ESP is pushed, outer headers before it, then all is sealed.  @iv is
 * NULL: as the SA does it.  The outer headers stay as they are, and are taken off again.
 */
static int output(struct kunit *test, struct pantun_sa *sa, struct sk_buff *skb, u64 seq,
		  u8 next_header, const u8 *iv)
{
	u8 outer[OUTER];
	int err;

	memset(outer, 0x5a, sizeof(outer));
	pantun_cb(skb)->next_header = next_header;
	pantun_cb(skb)->xform = OUTER;
	local_bh_disable();
	err = iv ? pantun_esp_push(sa, skb, seq, iv) : sa->ops->push(sa, skb, seq);
	if (!err) {
		memcpy(skb_push(skb, OUTER), outer, OUTER);
		err = sa->ops->seal(sa, skb, seq);
		KUNIT_EXPECT_EQ(test, memcmp(skb->data, outer, OUTER), 0);
		skb_pull(skb, OUTER);
	}
	local_bh_enable();
	return err;
}

static int input(struct pantun_sa *sa, struct sk_buff *skb, u64 seq)
{
	int ret;

	local_bh_disable();
	ret = sa->ops->input(sa, skb, seq);
	local_bh_enable();
	return ret;
}

/* What opening @len octets of @data says; the packet is thrown away. */
static int open_data(struct kunit *test, struct pantun_sa *sa, const void *data,
		     unsigned int len, u64 seq)
{
	struct sk_buff *skb = test_skb(test, data, len);
	int ret = input(sa, skb, seq);

	kfree_skb(skb);
	return ret;
}

static void esp_open_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(esp_vectors); i++) {
		const struct esp_vector *v = &esp_vectors[i];
		struct pantun_sa *sa = vector_sa(test, v);
		struct sk_buff *skb = test_skb(test, v->packet.data, v->packet.len);
		int ret = input(sa, skb, v->seq);

		if (v->must_fail) {
			KUNIT_EXPECT_EQ_MSG(test, ret, -EBADMSG, "%s", v->name);
		} else {
			KUNIT_EXPECT_EQ_MSG(test, ret, v->next_header, "%s", v->name);
			KUNIT_EXPECT_TRUE_MSG(test, test_skb_is(skb, v->inner.data, v->inner.len),
					      "%s", v->name);
		}
		kfree_skb(skb);
		sa->ops->destroy(sa);
	}
}

static void esp_seal_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(esp_vectors); i++) {
		const struct esp_vector *v = &esp_vectors[i];
		struct pantun_sa *sa = vector_sa(test, v);
		struct sk_buff *skb = test_skb(test, v->inner.data, v->inner.len);

		KUNIT_EXPECT_EQ_MSG(test, output(test, sa, skb, v->seq, v->next_header,
						 v->iv.data), 0, "%s", v->name);
		KUNIT_EXPECT_EQ_MSG(test, test_skb_is(skb, v->packet.data, v->packet.len),
				    !v->must_fail, "%s", v->name);
		kfree_skb(skb);
		sa->ops->destroy(sa);
	}
}

/* The half of a 64-bit number that is not sent is under the ICV as well. */
static void esp_wrong_half_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(esp_vectors); i++) {
		const struct esp_vector *v = &esp_vectors[i];
		struct pantun_sa *sa;

		if (!v->esn)
			continue;
		sa = vector_sa(test, v);
		KUNIT_EXPECT_EQ_MSG(test, open_data(test, sa, v->packet.data, v->packet.len,
						    v->seq + (1ULL << 32)),
				    -EBADMSG, "%s", v->name);
		sa->ops->destroy(sa);
	}
}

/* A packet of the kind under test, of @len octets in all; the test's memory. */
static u8 *sealed(struct kunit *test, struct pantun_sa *sa, u64 seq, unsigned int *len)
{
	u8 inner[60];
	struct sk_buff *skb;
	u8 *packet;

	memset(inner, 0x45, sizeof(inner));
	skb = test_skb(test, inner, sizeof(inner));
	KUNIT_ASSERT_EQ(test, output(test, sa, skb, seq, IPPROTO_IPIP, NULL), 0);
	*len = skb->len;
	/* longer than the packet, for esp_length_test() */
	packet = kunit_kzalloc(test, *len + 64, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, packet);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(skb, 0, packet, *len), 0);
	kfree_skb(skb);
	return packet;
}

#define SOME_SEQ	0x100000009ULL

/* Every bit of a packet, from the SPI to the ICV, is under the ICV. */
static void esp_forged_test(struct kunit *test)
{
	struct pantun_sa *sa = kind_sa(test);
	unsigned int len, bit;
	u8 *packet = sealed(test, sa, SOME_SEQ, &len);

	for (bit = 0; bit < len * 8; bit++) {
		packet[bit / 8] ^= 1 << (bit % 8);
		KUNIT_EXPECT_EQ_MSG(test, open_data(test, sa, packet, len, SOME_SEQ), -EBADMSG,
				    "bit %u", bit);
		packet[bit / 8] ^= 1 << (bit % 8);
	}
	KUNIT_EXPECT_EQ(test, open_data(test, sa, packet, len, SOME_SEQ), IPPROTO_IPIP);
	sa->ops->destroy(sa);
}

/* Cut off, or with something behind. */
static void esp_length_test(struct kunit *test)
{
	struct pantun_sa *sa = kind_sa(test);
	unsigned int len, tried;
	u8 *packet = sealed(test, sa, SOME_SEQ, &len);

	for (tried = 0; tried < len + 64; tried++) {
		int ret = open_data(test, sa, packet, tried, SOME_SEQ);

		if (tried == len)
			KUNIT_EXPECT_EQ(test, ret, IPPROTO_IPIP);
		else
			KUNIT_EXPECT_TRUE_MSG(test, ret == -EBADMSG || ret == -EPROTO,
					      "%u octets: %d", tried, ret);
	}
	sa->ops->destroy(sa);
}

/* What opening an authentic packet around @plain says, which has its trailer already. */
static int open_plain(struct kunit *test, struct pantun_sa *sa, const u8 *plain,
		      unsigned int len)
{
	struct sk_buff *skb = test_skb(test, plain, len);
	int ret;

	memset(skb_push(skb, HEADER + sa->alg->iv_len), 0, HEADER + sa->alg->iv_len);
	skb_put_zero(skb, sa->alg->icv_len);
	pantun_cb(skb)->xform = 0;
	pantun_cb(skb)->nfrags = 1;
	local_bh_disable();
	ret = sa->ops->seal(sa, skb, SOME_SEQ);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, ret, 0);
	ret = input(sa, skb, SOME_SEQ);
	kfree_skb(skb);
	return ret;
}

/* Authentic, but not as RFC 4303 section 2.4 wants the padding. */
static void esp_padding_test(struct kunit *test)
{
	struct pantun_sa *sa = kind_sa(test);
	u8 plain[256 + 16] = {};
	unsigned int i;

	/* 24 octets, padding 1..6, its length, next header */
	for (i = 0; i < 6; i++)
		plain[24 + i] = i + 1;
	plain[30] = 6;
	plain[31] = IPPROTO_IPIP;
	KUNIT_EXPECT_EQ(test, open_plain(test, sa, plain, 32), IPPROTO_IPIP);
	plain[24] = 0;
	KUNIT_EXPECT_EQ(test, open_plain(test, sa, plain, 32), -EILSEQ);
	plain[24] = 1;
	plain[29] = 7;
	KUNIT_EXPECT_EQ(test, open_plain(test, sa, plain, 32), -EILSEQ);
	/* longer than the packet, by one and by far */
	plain[30] = 31;
	KUNIT_EXPECT_EQ(test, open_plain(test, sa, plain, 32), -EILSEQ);
	plain[30] = 255;
	KUNIT_EXPECT_EQ(test, open_plain(test, sa, plain, 32), -EILSEQ);
	/* nothing but padding, as much as there can be */
	for (i = 0; i < 255; i++)
		plain[15 + i] = i + 1;
	plain[270] = 255;
	plain[271] = 59;
	KUNIT_EXPECT_EQ(test, open_plain(test, sa, plain, 272), 59);
	KUNIT_EXPECT_EQ(test, open_plain(test, sa, plain + 16, 256), -EILSEQ);
	sa->ops->destroy(sa);
}

/* There and back again, each way in a shape of its own. */
static void round_trip(struct kunit *test, struct pantun_sa *sa, const u8 *inner,
		       unsigned int len, enum test_shape out, enum test_shape in)
{
	u8 next_header = inner[0] >> 4 == 4 ? IPPROTO_IPIP : IPPROTO_IPV6;
	struct test_shaped sent = test_shape(test, out, inner, len);
	__be32 number = htonl(len);
	struct test_shaped got;
	unsigned int size;
	u8 *packet;

	KUNIT_ASSERT_EQ(test, output(test, sa, sent.skb, len, next_header, NULL), 0);
	size = sent.skb->len;
	packet = kunit_kmalloc(test, size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, packet);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(sent.skb, 0, packet, size), 0);
	test_shape_end(test, &sent, inner, len);

	KUNIT_EXPECT_EQ(test, memcmp(packet + 4, &number, sizeof(number)), 0);
	got = test_shape(test, in, packet, size);
	KUNIT_EXPECT_EQ(test, input(sa, got.skb, len), next_header);
	KUNIT_EXPECT_TRUE(test, test_skb_is(got.skb, inner, len));
	test_shape_end(test, &got, packet, size);
	kunit_kfree(test, packet);
}

static void esp_round_trip_test(struct kunit *test)
{
	struct pantun_sa *sa = kind_sa(test);
	u8 *inner = kunit_kmalloc(test, SIZE_MAX_TRIED, GFP_KERNEL);
	u64 seed = 5;
	unsigned int len, i;

	KUNIT_ASSERT_NOT_NULL(test, inner);
	for (i = 0; i < SIZE_MAX_TRIED; i++)
		inner[i] = test_random(&seed);
	for (len = 41; len <= SIZE_MAX_TRIED; len += 1 + test_random_below(&seed, 9)) {
		inner[0] = len % 2 ? 0x45 : 0x60;
		round_trip(test, sa, inner, len, test_random_below(&seed, TEST_SHAPES),
			   test_random_below(&seed, TEST_SHAPES));
	}
	sa->ops->destroy(sa);
}

/* The IV of a packet with number @seq. */
static void get_iv(struct kunit *test, struct pantun_sa *sa, u64 seq, u8 *iv)
{
	u8 inner[40] = { 0x45 };
	struct sk_buff *skb = test_skb(test, inner, sizeof(inner));

	KUNIT_EXPECT_EQ(test, output(test, sa, skb, seq, IPPROTO_IPIP, NULL), 0);
	memcpy(iv, skb->data + HEADER, sa->alg->iv_len);
	kfree_skb(skb);
}

/* A random IV is another one each time, for the same number, too. */
static void esp_iv_test(struct kunit *test)
{
	struct pantun_sa *sa = kind_sa(test);
	u8 ivs[2][PANTUN_IV_MAX];

	get_iv(test, sa, SOME_SEQ, ivs[0]);
	get_iv(test, sa, SOME_SEQ, ivs[1]);
	if (!sa->alg->counter_iv && sa->alg->iv_len)
		KUNIT_EXPECT_NE(test, memcmp(ivs[0], ivs[1], sa->alg->iv_len), 0);
	sa->ops->destroy(sa);
}

/*
 * A counter mode's IV is as good as the number within an SA, and another one in the next
 * SA with the same key, or manual keys that are loaded again would give plaintext away.
 */
static void esp_same_key_test(struct kunit *test)
{
	struct pantun_sa *first = kind_sa(test), *second = kind_sa(test);
	__be64 iv, next, again;

	if (first->alg->counter_iv) {
		get_iv(test, first, SOME_SEQ, (u8 *)&iv);
		get_iv(test, first, SOME_SEQ + 1, (u8 *)&next);
		KUNIT_EXPECT_EQ(test, be64_to_cpu(iv ^ next), SOME_SEQ ^ (SOME_SEQ + 1));
		get_iv(test, second, SOME_SEQ, (u8 *)&again);
		KUNIT_EXPECT_NE(test, be64_to_cpu(iv), be64_to_cpu(again));
	}
	first->ops->destroy(first);
	second->ops->destroy(second);
}

static void check_row(struct kunit *test, const struct pantun_alg *alg, bool esn,
		      unsigned int key_len)
{
	struct pantun_sa *sa = row_sa(test, alg, esn, key_len);
	unsigned int len;
	u8 *packet = sealed(test, sa, SOME_SEQ, &len);

	KUNIT_EXPECT_EQ_MSG(test, crypto_aead_ivsize(sa->aead), alg->iv_len, "%s", alg->name);
	KUNIT_EXPECT_EQ_MSG(test, open_data(test, sa, packet, len, SOME_SEQ), IPPROTO_IPIP,
			    "%s", alg->name);
	packet[len - 1] ^= 1;
	KUNIT_EXPECT_EQ_MSG(test, open_data(test, sa, packet, len, SOME_SEQ), -EBADMSG,
			    "%s", alg->name);
	kunit_kfree(test, packet);
	sa->ops->destroy(sa);
	kunit_kfree(test, sa);
}

/* The crypto API has each row of the table, with each length of key. */
static void esp_rows_test(struct kunit *test)
{
	u32 enc, auth, len;

	for (enc = 1; enc <= PANTUN_ENC_MAX; enc++) {
		for (auth = 0; auth <= PANTUN_AUTH_MAX; auth++) {
			const struct pantun_alg *alg = pantun_alg_find(IPPROTO_ESP, enc, auth);

			for (len = 0; alg && len <= PANTUN_KEY_LEN_MAX; len++) {
				if (!pantun_alg_key_len_ok(alg, len))
					continue;
				check_row(test, alg, false, len);
				check_row(test, alg, true, len);
			}
		}
	}
}

/* What init() says to a key. */
static int try_key(struct kunit *test, u32 enc, u32 auth, const void *key, unsigned int len)
{
	static const u8 zero[PANTUN_KEY_LEN_MAX];
	struct pantun_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);
	struct pantun_keys keys = { .enc = key, .enc_len = len, .auth = zero, .salt = zero };
	int err;

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->alg = pantun_alg_find(IPPROTO_ESP, enc, auth);
	KUNIT_ASSERT_NOT_NULL(test, sa->alg);
	keys.auth_len = sa->alg->auth_key_len;
	keys.salt_len = sa->alg->salt_len;
	err = pantun_esp_ops.init(sa, &keys, NULL);
	if (err)
		KUNIT_EXPECT_NULL(test, sa->aead);
	pantun_esp_ops.destroy(sa);
	return err;
}

/* Keys that the algorithm does not have, or better had not, leave nothing behind. */
static void esp_bad_key_test(struct kunit *test)
{
	const u32 auth = PANTUN_AUTH_HMAC_SHA1_96;

	KUNIT_EXPECT_LT(test, try_key(test, PANTUN_ENC_AES_GCM_16, 0, "123456789abcdef", 15), 0);
	/* RFC 2409 appendix A has the list of weak ones */
	KUNIT_EXPECT_EQ(test, try_key(test, PANTUN_ENC_DES_CBC, auth,
				      "\x1f\x1f\x1f\x1f\x0e\x0e\x0e\x0e", 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, try_key(test, PANTUN_ENC_DES_CBC, auth, "good key", 8), 0);
	KUNIT_EXPECT_EQ(test, try_key(test, PANTUN_ENC_3DES_CBC, auth,
				      "good keygood keythird...", 24), -EINVAL);
	KUNIT_EXPECT_EQ(test, try_key(test, PANTUN_ENC_3DES_CBC, auth,
				      "first...good keygood key", 24), -EINVAL);
	KUNIT_EXPECT_EQ(test, try_key(test, PANTUN_ENC_3DES_CBC, auth,
				      "good keysecond..good key", 24), 0);
}

static struct kunit_case esp_cases[] = {
	KUNIT_CASE(esp_open_test),
	KUNIT_CASE(esp_seal_test),
	KUNIT_CASE(esp_wrong_half_test),
	KUNIT_CASE(esp_rows_test),
	KUNIT_CASE(esp_bad_key_test),
	KUNIT_CASE_PARAM(esp_forged_test, kinds_gen_params),
	KUNIT_CASE_PARAM(esp_length_test, kinds_gen_params),
	KUNIT_CASE_PARAM(esp_padding_test, kinds_gen_params),
	KUNIT_CASE_PARAM(esp_round_trip_test, kinds_gen_params),
	KUNIT_CASE_PARAM(esp_iv_test, kinds_gen_params),
	KUNIT_CASE_PARAM(esp_same_key_test, kinds_gen_params),
	{}
};

static struct kunit_suite esp_suite = {
	.name = "pantun_esp",
	.test_cases = esp_cases,
};

kunit_test_suite(esp_suite);

MODULE_DESCRIPTION("Tests of pantun");
MODULE_LICENSE("GPL");
