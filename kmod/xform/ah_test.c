// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of AH: known answers both ways, each bit changed underway, ESN, and packets
 * whose memory is shared with somebody else, which must stay as it was.
 */
#include <crypto/aead.h>
#include <crypto/hash.h>
#include <kunit/test.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pantun.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include "core/alg.h"
#include "core/cb.h"
#include "core/sa.h"
#include "test/random.h"
#include "test/skb.h"
#include "test/vectors.h"
#include "test/vectors/ah.inc"
#include "xform/ah.h"

#define AH_HEADER	12	/* before the ICV */
#define SIZE_MAX_TRIED	1500

/* Of plain IP headers: i: immutable, m: mutable, h: its lower half is mutable. */
static const char v4_map[] = "imiiiimmmimmiiiiiiii";
static const char v6_map[] = "hmmmiiimiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii";

static bool is_v6(const struct ah_vector *v)
{
	return (u8)v->packet.data[0] >> 4 == 6;
}

static const struct ip_auth_hdr *vector_ah(const struct ah_vector *v)
{
	return (const void *)v->packet.data + v->outer_len;
}

static unsigned int ah_len(const struct ip_auth_hdr *ah)
{
	return (ah->hdrlen + 2) * 4;
}

static unsigned int payload_at(const struct ah_vector *v)
{
	return v->outer_len + ah_len(vector_ah(v));
}

/* An SA by hand: no tunnel, so only algorithms that finish at once will do. */
static struct pantun_sa *make_sa(struct kunit *test, const struct ah_vector *v)
{
	struct pantun_keys keys = {
		.auth = v->auth_key.data, .auth_len = v->auth_key.len,
		.salt = v->salt.data, .salt_len = v->salt.len,
	};
	struct pantun_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);
	const struct crypto_tfm *tfm;

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->key.spi = htonl(v->spi);
	sa->key.family = is_v6(v) ? AF_INET6 : AF_INET;
	sa->esn = v->esn;
	sa->alg = pantun_alg_find(IPPROTO_AH, 0, v->auth);
	KUNIT_ASSERT_NOT_NULL_MSG(test, sa->alg, "%s", v->name);
	sa->ops = &pantun_ah_ops;
	KUNIT_ASSERT_EQ_MSG(test, sa->ops->init(sa, &keys, NULL), 0, "%s", v->name);
	tfm = v->auth == PANTUN_AUTH_AES_GMAC ? crypto_aead_tfm(sa->aead) :
						crypto_ahash_tfm(sa->ahash);
	KUNIT_ASSERT_FALSE(test, tfm->__crt_alg->cra_flags & CRYPTO_ALG_ASYNC);
	return sa;
}

static int push(struct pantun_sa *sa, struct sk_buff *skb, u64 seq, u8 next_header)
{
	int err;

	memset(skb->cb, 0, sizeof(skb->cb));
	pantun_cb(skb)->next_header = next_header;
	local_bh_disable();
	err = sa->ops->push(sa, skb, seq);
	local_bh_enable();
	return err;
}

static int seal(struct pantun_sa *sa, struct sk_buff *skb, u64 seq, const void *outer,
		unsigned int outer_len)
{
	int err;

	memcpy(skb_push(skb, outer_len), outer, outer_len);
	skb_reset_network_header(skb);
	pantun_cb(skb)->xform = outer_len;
	local_bh_disable();
	err = sa->ops->seal(sa, skb, seq);
	local_bh_enable();
	return err;
}

/* @skb begins at its outer header, of @outer_len octets. */
static int input(struct pantun_sa *sa, struct sk_buff *skb, unsigned int outer_len, u64 seq)
{
	int ret;

	skb_reset_network_header(skb);
	if (!pskb_may_pull(skb, outer_len))
		return -ENOMEM;
	__skb_pull(skb, outer_len);
	local_bh_disable();
	ret = sa->ops->input(sa, skb, seq);
	local_bh_enable();
	return ret;
}

/* What opening a changed packet of the vector says; it is thrown away. */
static int open_data(struct kunit *test, struct pantun_sa *sa, const struct ah_vector *v,
		     const void *data, unsigned int len)
{
	struct sk_buff *skb = test_skb(test, data, len);
	int ret = input(sa, skb, v->outer_len, v->seq);

	kfree_skb(skb);
	return ret;
}

/* Each vector with its SA; those only that arrive as they are, or all. */
static void with_vectors(struct kunit *test, bool arriving,
			 void (*check)(struct kunit *test, const struct ah_vector *v,
				       struct pantun_sa *sa))
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ah_vectors); i++) {
		const struct ah_vector *v = &ah_vectors[i];
		struct pantun_sa *sa;

		if (arriving && v->under_way)
			continue;
		sa = make_sa(test, v);
		check(test, v, sa);
		sa->ops->destroy(sa);
	}
}

static void check_open(struct kunit *test, const struct ah_vector *v, struct pantun_sa *sa)
{
	struct sk_buff *skb = test_skb(test, v->packet.data, v->packet.len);

	KUNIT_EXPECT_EQ_MSG(test, input(sa, skb, v->outer_len, v->seq), v->next_header,
			    "%s", v->name);
	KUNIT_EXPECT_TRUE_MSG(test, test_skb_is(skb, v->packet.data + payload_at(v),
						v->packet.len - payload_at(v)),
			      "%s", v->name);
	kfree_skb(skb);
}

static void ah_open_test(struct kunit *test)
{
	with_vectors(test, true, check_open);
}

/* Ours is zero; the vector's may be anything. */
static void take_padding(struct kunit *test, const struct pantun_sa *sa, struct sk_buff *skb,
			 const struct ah_vector *v)
{
	unsigned int at = AH_HEADER + sa->alg->iv_len + sa->alg->icv_len;
	unsigned int len = ah_len(vector_ah(v)) - at;

	KUNIT_EXPECT_FALSE(test, memchr_inv(skb->data + at, 0, len));
	memcpy(skb->data + at, (const u8 *)vector_ah(v) + at, len);
}

static void check_seal(struct kunit *test, const struct ah_vector *v, struct pantun_sa *sa)
{
	unsigned int at = payload_at(v);
	struct sk_buff *skb = test_skb(test, v->packet.data + at, v->packet.len - at);

	KUNIT_EXPECT_EQ_MSG(test, push(sa, skb, v->seq, v->next_header), 0, "%s", v->name);
	/* all but one: with more padding than its family needs, as Linux does by itself */
	if (skb->len + v->outer_len == v->packet.len) {
		take_padding(test, sa, skb, v);
		memcpy(skb->data + AH_HEADER, vector_ah(v)->auth_data, sa->alg->iv_len);
		KUNIT_EXPECT_EQ_MSG(test, seal(sa, skb, v->seq, v->packet.data, v->outer_len), 0,
				    "%s", v->name);
		KUNIT_EXPECT_TRUE_MSG(test, test_skb_is(skb, v->packet.data, v->packet.len),
				      "%s", v->name);
	} else {
		KUNIT_EXPECT_STREQ(test, v->name, "xfrm_v4_aligned_to_8");
	}
	kfree_skb(skb);
}

static void ah_seal_test(struct kunit *test)
{
	with_vectors(test, false, check_seal);
}

/* What may become of a bit of the packet underway. */
static char fate(const struct ah_vector *v, size_t bit)
{
	size_t at = bit / 8, plain = is_v6(v) ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	char kind = 'i';

	if (at < plain)
		kind = is_v6(v) ? v6_map[at] : v4_map[at];
	else if (at < v->outer_len)
		kind = v->options[at - plain];
	if (kind == 'h')
		kind = bit % 8 < 4 ? 'm' : 'i';
	return kind;
}

static void check_changed(struct kunit *test, const struct ah_vector *v, struct pantun_sa *sa)
{
	u8 *copy = kunit_kmalloc(test, v->packet.len, GFP_KERNEL);
	size_t bit;

	KUNIT_ASSERT_NOT_NULL(test, copy);
	for (bit = 0; bit < v->packet.len * 8; bit++) {
		char kind = fate(v, bit);
		bool good, bad;
		int ret;

		memcpy(copy, v->packet.data, v->packet.len);
		copy[bit / 8] ^= 1 << (bit % 8);
		ret = open_data(test, sa, v, copy, v->packet.len);
		good = ret == v->next_header;
		bad = ret == -EBADMSG || ret == -EPROTO;
		KUNIT_EXPECT_TRUE_MSG(test, (good && kind != 'i') || (bad && kind != 'm'),
				      "%s bit %zu: %d", v->name, bit, ret);
	}
	kunit_kfree(test, copy);
}

/* Each bit by itself: what is mutable does not matter, all else does. */
static void ah_changed_test(struct kunit *test)
{
	with_vectors(test, true, check_changed);
}

static void check_length(struct kunit *test, const struct ah_vector *v, struct pantun_sa *sa)
{
	u8 *longer = kunit_kzalloc(test, v->packet.len + 64, GFP_KERNEL);
	u32 len;

	KUNIT_ASSERT_NOT_NULL(test, longer);
	memcpy(longer, v->packet.data, v->packet.len);
	for (len = v->outer_len; len < v->packet.len + 64; len++) {
		int ret = open_data(test, sa, v, longer, len);

		if (len == v->packet.len)
			KUNIT_EXPECT_EQ(test, ret, v->next_header);
		else if (len < payload_at(v))
			KUNIT_EXPECT_EQ(test, ret, -EPROTO);
		else
			KUNIT_EXPECT_EQ_MSG(test, ret, -EBADMSG, "%s, %u octets", v->name, len);
	}
	kunit_kfree(test, longer);
}

/* Cut off, or with something behind. */
static void ah_length_test(struct kunit *test)
{
	with_vectors(test, true, check_length);
}

static void check_esn(struct kunit *test, const struct ah_vector *v, struct pantun_sa *sa)
{
	struct sk_buff *skb = test_skb(test, v->packet.data, v->packet.len);

	KUNIT_EXPECT_EQ_MSG(test, input(sa, skb, v->outer_len, v->seq ^ BIT_ULL(32)),
			    v->esn ? -EBADMSG : v->next_header, "%s", v->name);
	kfree_skb(skb);
}

/* The high half is covered with ESN, and only then. */
static void ah_esn_test(struct kunit *test)
{
	with_vectors(test, true, check_esn);
}

/* A header of our own around @len octets, as tx.c would write it. */
static unsigned int make_outer(u8 *outer, bool v6, unsigned int len)
{
	struct ipv6hdr ip6h = {
		.version = 6, .priority = 3, .hop_limit = 64, .nexthdr = IPPROTO_AH,
		.payload_len = htons(len),
		.saddr = IN6ADDR_LOOPBACK_INIT, .daddr = IN6ADDR_LOOPBACK_INIT,
	};
	struct iphdr iph = {
		.version = 4, .ihl = 5, .tos = 3, .ttl = 64, .protocol = IPPROTO_AH,
		.tot_len = htons(len + sizeof(iph)), .id = htons(len), .frag_off = htons(IP_DF),
		.saddr = htonl(INADDR_LOOPBACK), .daddr = htonl(INADDR_LOOPBACK),
	};

	if (v6) {
		memcpy(outer, &ip6h, sizeof(ip6h));
		return sizeof(ip6h);
	}
	memcpy(outer, &iph, sizeof(iph));
	return sizeof(iph);
}

/* There and back again, each way in a shape of its own. */
static void round_trip(struct kunit *test, struct pantun_sa *sa, const u8 *inner,
		       unsigned int len, enum test_shape out, enum test_shape in)
{
	struct test_shaped sent = test_shape(test, out, inner, len);
	u8 outer[sizeof(struct ipv6hdr)];
	struct test_shaped got;
	unsigned int outer_len, size;
	u8 *packet;

	KUNIT_ASSERT_EQ(test, push(sa, sent.skb, len, IPPROTO_IPIP), 0);
	outer_len = make_outer(outer, sa->key.family == AF_INET6, sent.skb->len);
	KUNIT_ASSERT_EQ(test, seal(sa, sent.skb, len, outer, outer_len), 0);
	size = sent.skb->len;
	packet = kunit_kmalloc(test, size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, packet);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(sent.skb, 0, packet, size), 0);
	KUNIT_EXPECT_EQ(test, memcmp(packet, outer, outer_len), 0);
	test_shape_end(test, &sent, inner, len);

	got = test_shape(test, in, packet, size);
	KUNIT_EXPECT_EQ(test, input(sa, got.skb, outer_len, len), IPPROTO_IPIP);
	KUNIT_EXPECT_TRUE(test, test_skb_is(got.skb, inner, len));
	test_shape_end(test, &got, packet, size);
	kunit_kfree(test, packet);
}

static void check_round_trips(struct kunit *test, const struct ah_vector *v,
			      struct pantun_sa *sa)
{
	u8 *inner = kunit_kmalloc(test, SIZE_MAX_TRIED, GFP_KERNEL);
	u64 seed = v->packet.len;
	unsigned int len, i;

	KUNIT_ASSERT_NOT_NULL(test, inner);
	for (i = 0; i < SIZE_MAX_TRIED; i++)
		inner[i] = test_random(&seed);
	for (len = 0; len <= SIZE_MAX_TRIED; len += 1 + test_random_below(&seed, 99))
		round_trip(test, sa, inner, len, test_random_below(&seed, TEST_SHAPES),
			   test_random_below(&seed, TEST_SHAPES));
	kunit_kfree(test, inner);
}

static void ah_round_trip_test(struct kunit *test)
{
	with_vectors(test, false, check_round_trips);
}

static const struct ah_vector *find_vector(struct kunit *test, u32 auth, bool v6)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ah_vectors); i++)
		if (ah_vectors[i].auth == auth && is_v6(&ah_vectors[i]) == v6)
			return &ah_vectors[i];
	KUNIT_FAIL(test, "no vector of this algorithm");
	return NULL;
}

/*
 * GMAC's IV is the number under a mask that the next SA with the same key does not have;
 * the header is as long as the family has it.
 */
static void ah_header_test(struct kunit *test)
{
	u64 masks[2];
	__be64 iv;
	const struct ip_auth_hdr *ah;
	struct pantun_sa *sa;
	struct sk_buff *skb;
	int v6;

	for (v6 = 0; v6 <= 1; v6++) {
		sa = make_sa(test, find_vector(test, PANTUN_AUTH_AES_GMAC, v6));
		skb = test_skb(test, "", 0);
		KUNIT_EXPECT_EQ(test, push(sa, skb, 0x123456789abcULL, 59), 0);
		ah = (const void *)skb->data;
		KUNIT_EXPECT_EQ(test, skb->len, v6 ? 40 : 36);
		KUNIT_EXPECT_EQ(test, ah_len(ah), skb->len);
		KUNIT_EXPECT_EQ(test, ah->nexthdr, 59);
		KUNIT_EXPECT_EQ(test, ah->reserved, 0);
		KUNIT_EXPECT_TRUE(test, ah->spi == sa->key.spi);
		KUNIT_EXPECT_EQ(test, ntohl(ah->seq_no), 0x56789abc);
		memcpy(&iv, ah->auth_data, sizeof(iv));
		masks[v6] = be64_to_cpu(iv) ^ 0x123456789abcULL;
		KUNIT_EXPECT_EQ(test, masks[v6], sa->iv_mask);
		kfree_skb(skb);
		sa->ops->destroy(sa);
	}
	KUNIT_EXPECT_NE(test, masks[0], masks[1]);
}

/* Keys of lengths that the algorithm does not have leave nothing behind. */
static void ah_bad_key_test(struct kunit *test)
{
	static const u32 auths[] = { PANTUN_AUTH_AES_GMAC, PANTUN_AUTH_AES_XCBC_96 };
	static const u8 zero[64];
	struct pantun_keys keys = { .auth = zero, .auth_len = 15, .salt = zero, .salt_len = 4 };
	struct pantun_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, sa);
	for (i = 0; i < ARRAY_SIZE(auths); i++) {
		sa->alg = pantun_alg_find(IPPROTO_AH, 0, auths[i]);
		KUNIT_ASSERT_NOT_NULL(test, sa->alg);
		KUNIT_EXPECT_LT(test, pantun_ah_ops.init(sa, &keys, NULL), 0);
		KUNIT_EXPECT_NULL(test, sa->aead);
		pantun_ah_ops.destroy(sa);
	}
}

static struct kunit_case ah_cases[] = {
	KUNIT_CASE(ah_open_test),
	KUNIT_CASE(ah_seal_test),
	KUNIT_CASE(ah_changed_test),
	KUNIT_CASE(ah_length_test),
	KUNIT_CASE(ah_esn_test),
	KUNIT_CASE(ah_round_trip_test),
	KUNIT_CASE(ah_header_test),
	KUNIT_CASE(ah_bad_key_test),
	{}
};

static struct kunit_suite ah_suite = {
	.name = "pantun_ah",
	.test_cases = ah_cases,
};

kunit_test_suite(ah_suite);
