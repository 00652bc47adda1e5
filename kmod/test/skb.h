/* SPDX-License-Identifier: GPL-2.0 */
/* Packets for tests, in memory that is shared with somebody else in several ways. */
#ifndef _PANTUN_TEST_SKB_H
#define _PANTUN_TEST_SKB_H

#include <kunit/test.h>
#include <linux/skbuff.h>

#define TEST_HEADROOM	256
#define TEST_TAILROOM	32	/* enough for some packets */
#define TEST_HEAD	40	/* octets in the linear part of PAGED and CHAINED */

enum test_shape {
	TEST_LINEAR,
	TEST_CLONED,		/* the data is somebody else's, too */
	TEST_PAGED,		/* most of it is in a page of somebody else */
	TEST_CHAINED,		/* further buffers hang on the first one */
	TEST_SHAPES,
};

struct test_shaped {
	struct sk_buff *skb;
	struct sk_buff *other;	/* TEST_CLONED */
	struct page *page;	/* TEST_PAGED */
};

static inline struct sk_buff *test_skb(struct kunit *test, const void *data, unsigned int len)
{
	struct sk_buff *skb = alloc_skb(TEST_HEADROOM + len + TEST_TAILROOM, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, TEST_HEADROOM);
	skb_put_data(skb, data, len);
	skb_reset_network_header(skb);
	return skb;
}

static inline void test_add_page(struct kunit *test, struct test_shaped *s, const u8 *data,
				 unsigned int len)
{
	s->page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s->page);
	memcpy(page_address(s->page), data, len);
	get_page(s->page);
	skb_add_rx_frag(s->skb, 0, s->page, 0, len, PAGE_SIZE);
}

static inline void test_add_chain(struct kunit *test, struct test_shaped *s, const u8 *data,
				  unsigned int len)
{
	struct sk_buff **end = &skb_shinfo(s->skb)->frag_list;
	unsigned int piece;

	for (; len; len -= piece, data += piece) {
		piece = min(len, 200U);
		*end = test_skb(test, data, piece);
		s->skb->len += piece;
		s->skb->data_len += piece;
		s->skb->truesize += (*end)->truesize;
		end = &(*end)->next;
	}
}

/* @len octets, at most a page beside the head. */
static inline struct test_shaped test_shape(struct kunit *test, enum test_shape shape,
					    const u8 *data, unsigned int len)
{
	bool split = (shape == TEST_PAGED || shape == TEST_CHAINED) && len > TEST_HEAD;
	unsigned int head = split ? TEST_HEAD : len;
	struct test_shaped s = { .skb = test_skb(test, data, head) };

	if (shape == TEST_CLONED) {
		s.other = skb_clone(s.skb, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, s.other);
	} else if (split && shape == TEST_PAGED) {
		test_add_page(test, &s, data + head, len - head);
	} else if (split) {
		test_add_chain(test, &s, data + head, len - head);
	}
	return s;
}

static inline bool test_skb_is(struct sk_buff *skb, const void *data, unsigned int len)
{
	return skb->len == len && !skb_linearize(skb) && !memcmp(skb->data, data, len);
}

/* Frees; what is somebody else's has to be as it was. */
static inline void test_shape_end(struct kunit *test, struct test_shaped *s, const u8 *data,
				  unsigned int len)
{
	kfree_skb(s->skb);
	if (s->other) {
		KUNIT_EXPECT_TRUE(test, test_skb_is(s->other, data, len));
		kfree_skb(s->other);
	}
	if (s->page) {
		KUNIT_EXPECT_EQ(test, memcmp(page_address(s->page), data + TEST_HEAD,
					     len - TEST_HEAD), 0);
		put_page(s->page);
	}
}

#endif
