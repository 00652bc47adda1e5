// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of ESP: known answers both ways, forgeries, bad padding, and packets whose
 * memory is shared with somebody else, which must stay as it was.
 */
#include <crypto/aead.h>
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/pantun.h>
#include <linux/scatterlist.h>
#include <linux/skbuff.h>
#include "alg.h"
#include "esp.h"
#include "sa.h"
#include "test_random.h"
#include "test_vectors/esp.h"

#define HEADROOM	64
#define HEADER		8	/* SPI, sequence number */
#define SIZE_MAX_TRIED	1500

static const struct esp_vector *find_vector(struct kunit *test, bool gcm)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(esp_vectors); i++)
		if (esp_vectors[i].gcm == gcm)
			return &esp_vectors[i];
	KUNIT_FAIL(test, "no vector of this algorithm");
	return NULL;
}

/* An SA by hand: no tunnel, so only algorithms that finish at once will do. */
static struct pantun_sa *make_sa(struct kunit *test, const struct esp_vector *v)
{
	struct pantun_keys keys = {
		.enc = v->enc_key.data, .enc_len = v->enc_key.len,
		.auth = v->auth_key.data, .auth_len = v->auth_key.len,
		.salt = v->salt.data, .salt_len = v->salt.len,
	};
	struct pantun_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->key.spi = htonl(v->spi);
	sa->alg = v->gcm ? pantun_alg_find(PANTUN_ENC_AES_GCM_16, 0) :
			   pantun_alg_find(PANTUN_ENC_AES_CBC, PANTUN_AUTH_HMAC_SHA2_256_128);
	KUNIT_ASSERT_NOT_NULL(test, sa->alg);
	sa->ops = &pantun_esp_ops;
	KUNIT_ASSERT_EQ_MSG(test, sa->ops->init(sa, &keys, NULL), 0, "%s", v->name);
	KUNIT_ASSERT_FALSE(test, crypto_aead_tfm(sa->aead)->__crt_alg->cra_flags &
				 CRYPTO_ALG_ASYNC);
	return sa;
}

static struct sk_buff *make_skb(struct kunit *test, const void *data, unsigned int len)
{
	struct sk_buff *skb = alloc_skb(HEADROOM + len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, HEADROOM);
	skb_put_data(skb, data, len);
	skb_reset_network_header(skb);
	return skb;
}

static int seal(struct pantun_sa *sa, struct sk_buff *skb, const struct esp_vector *v)
{
	int err;

	local_bh_disable();
	err = pantun_esp_seal(sa, skb, v->seq, v->next_header, v->iv.data);
	local_bh_enable();
	return err;
}

static int output(struct pantun_sa *sa, struct sk_buff *skb, u64 seq)
{
	int err;

	local_bh_disable();
	err = sa->ops->output(sa, skb, seq);
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
		     unsigned int len)
{
	struct sk_buff *skb = make_skb(test, data, len);
	int ret = input(sa, skb, 1);

	kfree_skb(skb);
	return ret;
}

static bool skb_is(struct sk_buff *skb, const void *data, unsigned int len)
{
	return skb->len == len && !skb_linearize(skb) && !memcmp(skb->data, data, len);
}

static void esp_open_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(esp_vectors); i++) {
		const struct esp_vector *v = &esp_vectors[i];
		struct pantun_sa *sa = make_sa(test, v);
		struct sk_buff *skb = make_skb(test, v->packet.data, v->packet.len);

		KUNIT_EXPECT_EQ_MSG(test, input(sa, skb, v->seq), v->next_header, "%s", v->name);
		KUNIT_EXPECT_TRUE_MSG(test, skb_is(skb, v->inner.data, v->inner.len),
				      "%s", v->name);
		kfree_skb(skb);
		sa->ops->destroy(sa);
	}
}

static void esp_seal_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(esp_vectors); i++) {
		const struct esp_vector *v = &esp_vectors[i];
		struct pantun_sa *sa = make_sa(test, v);
		struct sk_buff *skb = make_skb(test, v->inner.data, v->inner.len);

		KUNIT_EXPECT_EQ_MSG(test, seal(sa, skb, v), 0, "%s", v->name);
		KUNIT_EXPECT_TRUE_MSG(test, skb_is(skb, v->packet.data, v->packet.len),
				      "%s", v->name);
		kfree_skb(skb);
		sa->ops->destroy(sa);
	}
}

/* Every bit of a packet, from the SPI to the ICV, is under the ICV. */
static void esp_forged_test(struct kunit *test)
{
	size_t i, bit;

	for (i = 0; i < ARRAY_SIZE(esp_vectors); i++) {
		const struct esp_vector *v = &esp_vectors[i];
		struct pantun_sa *sa = make_sa(test, v);
		u8 *copy = kunit_kmalloc(test, v->packet.len, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, copy);
		for (bit = 0; bit < v->packet.len * 8; bit++) {
			memcpy(copy, v->packet.data, v->packet.len);
			copy[bit / 8] ^= 1 << (bit % 8);
			KUNIT_EXPECT_EQ_MSG(test, open_data(test, sa, copy, v->packet.len),
					    -EBADMSG, "%s bit %zu", v->name, bit);
		}
		sa->ops->destroy(sa);
	}
}

/* Cut off, or with something behind. */
static void esp_length_test(struct kunit *test)
{
	size_t i;
	u32 len;

	for (i = 0; i < ARRAY_SIZE(esp_vectors); i++) {
		const struct esp_vector *v = &esp_vectors[i];
		struct pantun_sa *sa = make_sa(test, v);
		u8 *longer = kunit_kzalloc(test, v->packet.len + 64, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, longer);
		memcpy(longer, v->packet.data, v->packet.len);
		for (len = 0; len < v->packet.len + 64; len++) {
			int ret = open_data(test, sa, longer, len);

			if (len == v->packet.len)
				KUNIT_EXPECT_EQ(test, ret, v->next_header);
			else
				KUNIT_EXPECT_TRUE_MSG(test, ret == -EBADMSG || ret == -EPROTO,
						      "%s, %u octets: %d", v->name, len, ret);
		}
		sa->ops->destroy(sa);
	}
}

/* An authentic packet around @plain, which has its trailer already. */
static void seal_raw(struct kunit *test, struct pantun_sa *sa, u8 *packet, const u8 *plain,
		     unsigned int len)
{
	struct aead_request *req = aead_request_alloc(sa->aead, GFP_KERNEL);
	unsigned int assoc = HEADER + sa->alg->iv_len;
	u8 iv[PANTUN_IV_MAX] = {};
	struct scatterlist sg;

	KUNIT_ASSERT_NOT_NULL(test, req);
	memset(packet, 0, assoc);
	memcpy(packet + assoc, plain, len);
	sg_init_one(&sg, packet, assoc + len + sa->alg->icv_len);
	aead_request_set_ad(req, assoc);
	aead_request_set_crypt(req, &sg, &sg, len, iv);
	aead_request_set_callback(req, 0, NULL, NULL);
	KUNIT_EXPECT_EQ(test, crypto_aead_encrypt(req), 0);
	aead_request_free(req);
}

static int open_plain(struct kunit *test, struct pantun_sa *sa, const u8 *plain,
		      unsigned int len)
{
	unsigned int size = HEADER + sa->alg->iv_len + len + sa->alg->icv_len;
	u8 *packet = kunit_kmalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, packet);
	seal_raw(test, sa, packet, plain, len);
	return open_data(test, sa, packet, size);
}

/* Authentic, but not as RFC 4303 section 2.4 wants the padding. */
static void check_padding(struct kunit *test, bool gcm)
{
	struct pantun_sa *sa = make_sa(test, find_vector(test, gcm));
	u8 plain[256 + 16] = {};
	unsigned int i;

	/* 24 octets, padding 1..6, its length, next header */
	for (i = 0; i < 6; i++)
		plain[24 + i] = i + 1;
	plain[30] = 6;
	plain[31] = IPPROTO_IPIP;
	KUNIT_EXPECT_EQ(test, open_plain(test, sa, plain, 32), IPPROTO_IPIP);
	plain[24] = 0;
	KUNIT_EXPECT_EQ(test, open_plain(test, sa, plain, 32), -EINVAL);
	plain[24] = 1;
	plain[29] = 7;
	KUNIT_EXPECT_EQ(test, open_plain(test, sa, plain, 32), -EINVAL);
	/* longer than the packet, by one and by far */
	plain[30] = 31;
	KUNIT_EXPECT_EQ(test, open_plain(test, sa, plain, 32), -EINVAL);
	plain[30] = 255;
	KUNIT_EXPECT_EQ(test, open_plain(test, sa, plain, 32), -EINVAL);
	/* nothing but padding, as much as there can be */
	for (i = 0; i < 255; i++)
		plain[15 + i] = i + 1;
	plain[270] = 255;
	plain[271] = 59;
	KUNIT_EXPECT_EQ(test, open_plain(test, sa, plain, 272), 59);
	KUNIT_EXPECT_EQ(test, open_plain(test, sa, plain + 16, 256), -EINVAL);
	sa->ops->destroy(sa);
}

static void esp_padding_test(struct kunit *test)
{
	check_padding(test, true);
	check_padding(test, false);
}

enum shape {
	LINEAR,
	CLONED,		/* the data is somebody else's, too */
	PAGED,		/* most of it is in a page of somebody else */
	CHAINED,	/* a second buffer hangs on the first one */
	SHAPES,
};

struct shaped {
	struct sk_buff *skb;
	struct sk_buff *other;	/* CLONED */
	struct page *page;	/* PAGED */
};

static void add_page(struct kunit *test, struct shaped *s, const u8 *data, unsigned int len)
{
	s->page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s->page);
	memcpy(page_address(s->page), data, len);
	get_page(s->page);
	skb_add_rx_frag(s->skb, 0, s->page, 0, len, PAGE_SIZE);
}

static void add_chain(struct kunit *test, struct shaped *s, const u8 *data, unsigned int len)
{
	struct sk_buff *next = make_skb(test, data, len);

	skb_shinfo(s->skb)->frag_list = next;
	s->skb->len += next->len;
	s->skb->data_len += next->len;
	s->skb->truesize += next->truesize;
}

static struct shaped make_shape(struct kunit *test, enum shape shape, const u8 *data,
				unsigned int len)
{
	unsigned int head = shape == PAGED || shape == CHAINED ? min(len, 40U) : len;
	struct shaped s = { .skb = make_skb(test, data, head) };

	if (shape == CLONED) {
		s.other = skb_clone(s.skb, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, s.other);
	} else if (shape == PAGED) {
		add_page(test, &s, data + head, len - head);
	} else if (shape == CHAINED) {
		add_chain(test, &s, data + head, len - head);
	}
	return s;
}

/* What is somebody else's has to be as it was. */
static void end_shape(struct kunit *test, struct shaped *s, const u8 *data, unsigned int len)
{
	kfree_skb(s->skb);
	if (s->other) {
		KUNIT_EXPECT_TRUE(test, skb_is(s->other, data, len));
		kfree_skb(s->other);
	}
	if (s->page) {
		unsigned int head = min(len, 40U);

		KUNIT_EXPECT_EQ(test, memcmp(page_address(s->page), data + head, len - head), 0);
		put_page(s->page);
	}
}

/* There and back again, each way in a shape of its own. */
static void round_trip(struct kunit *test, struct pantun_sa *sa, const u8 *inner,
		       unsigned int len, enum shape out, enum shape in)
{
	struct shaped sent = make_shape(test, out, inner, len);
	__be32 number = htonl(len);
	struct shaped got;
	unsigned int size;
	u8 *packet;

	KUNIT_ASSERT_EQ(test, output(sa, sent.skb, len), 0);
	size = sent.skb->len;
	packet = kunit_kmalloc(test, size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, packet);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(sent.skb, 0, packet, size), 0);
	end_shape(test, &sent, inner, len);

	KUNIT_EXPECT_EQ(test, memcmp(packet + 4, &number, sizeof(number)), 0);
	got = make_shape(test, in, packet, size);
	KUNIT_EXPECT_EQ(test, input(sa, got.skb, len),
			inner[0] >> 4 == 4 ? IPPROTO_IPIP : IPPROTO_IPV6);
	KUNIT_EXPECT_TRUE(test, skb_is(got.skb, inner, len));
	end_shape(test, &got, packet, size);
	kunit_kfree(test, packet);
}

static void check_round_trips(struct kunit *test, bool gcm)
{
	struct pantun_sa *sa = make_sa(test, find_vector(test, gcm));
	u8 *inner = kunit_kmalloc(test, SIZE_MAX_TRIED, GFP_KERNEL);
	u64 seed = 5;
	unsigned int len, i;

	KUNIT_ASSERT_NOT_NULL(test, inner);
	for (i = 0; i < SIZE_MAX_TRIED; i++)
		inner[i] = test_random(&seed);
	for (len = 41; len <= SIZE_MAX_TRIED; len += 1 + test_random_below(&seed, 9)) {
		inner[0] = len % 2 ? 0x45 : 0x60;
		round_trip(test, sa, inner, len, test_random_below(&seed, SHAPES),
			   test_random_below(&seed, SHAPES));
	}
	sa->ops->destroy(sa);
}

static void esp_round_trip_test(struct kunit *test)
{
	check_round_trips(test, true);
	check_round_trips(test, false);
}

/* A counter mode's IV is the number; the other one's is not to be foreseen. */
static void esp_iv_test(struct kunit *test)
{
	__be64 number = cpu_to_be64(0x12345678);
	u8 inner[40] = { 0x45 };
	u8 ivs[2][16];
	struct pantun_sa *sa;
	struct sk_buff *skb;
	int i;

	sa = make_sa(test, find_vector(test, true));
	skb = make_skb(test, inner, sizeof(inner));
	KUNIT_EXPECT_EQ(test, output(sa, skb, 0x12345678), 0);
	KUNIT_EXPECT_EQ(test, memcmp(skb->data + HEADER, &number, sizeof(number)), 0);
	kfree_skb(skb);
	sa->ops->destroy(sa);

	sa = make_sa(test, find_vector(test, false));
	for (i = 0; i < 2; i++) {
		skb = make_skb(test, inner, sizeof(inner));
		KUNIT_EXPECT_EQ(test, output(sa, skb, 1), 0);
		memcpy(ivs[i], skb->data + HEADER, sizeof(ivs[i]));
		kfree_skb(skb);
	}
	KUNIT_EXPECT_NE(test, memcmp(ivs[0], ivs[1], sizeof(ivs[0])), 0);
	sa->ops->destroy(sa);
}

/* Keys of lengths that the algorithm does not have leave nothing behind. */
static void esp_bad_key_test(struct kunit *test)
{
	static const u8 zero[64];
	struct pantun_keys keys = { .enc = zero, .enc_len = 15, .salt = zero, .salt_len = 4 };
	struct pantun_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->alg = pantun_alg_find(PANTUN_ENC_AES_GCM_16, 0);
	KUNIT_EXPECT_LT(test, pantun_esp_ops.init(sa, &keys, NULL), 0);
	KUNIT_EXPECT_NULL(test, sa->aead);
	pantun_esp_ops.destroy(sa);
}

static struct kunit_case esp_cases[] = {
	KUNIT_CASE(esp_open_test),
	KUNIT_CASE(esp_seal_test),
	KUNIT_CASE(esp_forged_test),
	KUNIT_CASE(esp_length_test),
	KUNIT_CASE(esp_padding_test),
	KUNIT_CASE(esp_round_trip_test),
	KUNIT_CASE(esp_iv_test),
	KUNIT_CASE(esp_bad_key_test),
	{}
};

static struct kunit_suite esp_suite = {
	.name = "pantun_esp",
	.test_cases = esp_cases,
};

kunit_test_suite(esp_suite);

MODULE_DESCRIPTION("Tests of pantun");
MODULE_LICENSE("GPL");
