// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of chains: what is chained comes out of GSO as it went in but for what the stack has
 * written to the first packet since, whoever else has a clone of the chain.
 */
#include <kunit/test.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip.h>
#include "compat.h"
#include "core/cb.h"
#include "data/chain.h"

#define ROOM		64
#define MAC		"what is before IP"
#define MAC_LEN		14
#define ESP_LEN		1000
#define PACKETS		5
#define LAST_LEN	300		/* octets of ESP in the last one */
#define FIRST_ID	0xfffe		/* of IPv4: they wrap around */
#define NEW_TOS		0x28

struct kind {
	const char *name;
	bool v6;
	bool udp;
};

static const struct kind kinds[] = {
	{ "IPv4", false, false },
	{ "IPv4, UDP", false, true },
	{ "IPv6", true, false },
};

static void kind_name(const struct kind *kind, char *name)
{
	strscpy(name, kind->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(kinds, kinds, kind_name);

static unsigned int outer_len(const struct kind *kind)
{
	return (kind->v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr)) +
	       (kind->udp ? sizeof(struct udphdr) : 0);
}

static void push_v4(struct sk_buff *skb, u8 proto)
{
	struct iphdr *iph = skb_push(skb, sizeof(*iph));

	*iph = (struct iphdr){
		.version = 4, .ihl = 5, .protocol = proto, .ttl = 64,
		.frag_off = htons(IP_DF), .tot_len = htons(skb->len), .id = htons(FIRST_ID),
		.saddr = htonl(0xc0000201), .daddr = htonl(0xc0000202),
	};
	ip_send_check(iph);
}

static void push_v6(struct sk_buff *skb, u8 proto)
{
	struct ipv6hdr *ip6h = skb_push(skb, sizeof(*ip6h));

	*ip6h = (struct ipv6hdr){
		.version = 6, .nexthdr = proto, .hop_limit = 64,
		.payload_len = htons(skb->len - sizeof(*ip6h)),
	};
}

/* The finished packet number @number, of @len octets of ESP, as tx.c has it. */
static struct sk_buff *packet(struct kunit *test, const struct kind *kind, u8 number,
			      unsigned int len)
{
	struct sk_buff *skb = alloc_skb(ROOM + outer_len(kind) + len, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, ROOM + outer_len(kind));
	for (i = 0; i < len; i++)
		skb_put_u8(skb, number + i);
	skb_reset_transport_header(skb);
	if (kind->udp) {
		struct udphdr *uh = skb_push(skb, sizeof(*uh));

		*uh = (struct udphdr){ .source = 1, .dest = 2, .len = htons(skb->len) };
		skb_reset_transport_header(skb);
	}
	if (kind->v6)
		push_v6(skb, IPPROTO_ESP);
	else
		push_v4(skb, kind->udp ? IPPROTO_UDP : IPPROTO_ESP);
	skb_reset_network_header(skb);
	skb->protocol = kind->v6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
	skb->dev = init_net.loopback_dev;
	memset(pantun_cb(skb), 0, sizeof(struct pantun_cb));
	pantun_cb(skb)->xform = outer_len(kind);
	pantun_cb(skb)->inner_len = 100 + number;
	return skb;
}

static unsigned int len_of(u8 number)
{
	return number == PACKETS - 1 ? LAST_LEN : ESP_LEN;
}

/* PACKETS of them, on their way to a device. */
static struct sk_buff *chain_of(struct kunit *test, const struct kind *kind)
{
	struct pantun_chain chain = {};
	struct sk_buff *skb;
	u32 inner = 0;
	u8 i;

	for (i = 0; i < PACKETS; i++) {
		skb = packet(test, kind, i, len_of(i));
		KUNIT_ASSERT_TRUE(test, pantun_chain_add(&chain, skb));
		inner += 100 + i;
	}
	skb = pantun_chain_take(&chain);
	KUNIT_ASSERT_PTR_EQ(test, pantun_chain_take(&chain), NULL);
	KUNIT_EXPECT_EQ(test, pantun_cb(skb)->inner_len, inner);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->gso_segs, PACKETS);
	KUNIT_EXPECT_TRUE(test, pantun_chain_is(skb));
	/* what netfilter and the device's header do to the first one */
	if (kind->v6)
		ipv6_hdr(skb)->hop_limit = 3;
	else
		ip_hdr(skb)->tos = NEW_TOS;
	memcpy(skb_push(skb, MAC_LEN), MAC, MAC_LEN);
	skb_reset_mac_header(skb);
	return skb;
}

static void expect_v4(struct kunit *test, const struct iphdr *iph, u8 number, unsigned int len)
{
	KUNIT_EXPECT_EQ(test, iph->tos, NEW_TOS);
	KUNIT_EXPECT_EQ(test, ntohs(iph->tot_len), len);
	KUNIT_EXPECT_EQ(test, ntohs(iph->id), (FIRST_ID + number) & 0xffff);
	KUNIT_EXPECT_EQ(test, ip_fast_csum(iph, iph->ihl), 0);
}

static void expect_packet(struct kunit *test, const struct kind *kind, struct sk_buff *skb,
			  u8 number)
{
	unsigned int len = outer_len(kind) + len_of(number), i;
	const u8 *p = skb->data;

	KUNIT_ASSERT_EQ(test, skb->len, MAC_LEN + len);
	KUNIT_EXPECT_FALSE(test, skb_is_nonlinear(skb));
	KUNIT_EXPECT_FALSE(test, skb_is_gso(skb));
	KUNIT_EXPECT_FALSE(test, skb->encapsulation);
	KUNIT_EXPECT_PTR_EQ(test, skb_mac_header(skb), p);
	KUNIT_EXPECT_PTR_EQ(test, skb_network_header(skb), p + MAC_LEN);
	KUNIT_EXPECT_EQ(test, memcmp(p, MAC, MAC_LEN), 0);
	p += MAC_LEN;
	if (kind->v6) {
		KUNIT_EXPECT_EQ(test, ((struct ipv6hdr *)p)->hop_limit, 3);
		KUNIT_EXPECT_EQ(test, ntohs(((struct ipv6hdr *)p)->payload_len), len - 40);
	} else {
		expect_v4(test, (struct iphdr *)p, number, len);
	}
	if (kind->udp)
		KUNIT_EXPECT_EQ(test, ntohs(((struct udphdr *)(p + 20))->len), len - 20);
	p += outer_len(kind);
	for (i = 0; i < len_of(number) && p[i] == (u8)(number + i); i++)
		;
	KUNIT_EXPECT_EQ(test, i, len_of(number));
}

/* By GSO itself, whose place for ESP the module has.  Consumes the chain. */
static void expect_all(struct kunit *test, const struct kind *kind, struct sk_buff *skb)
{
	struct sk_buff *list = skb_gso_segment(skb, 0), *next, *last = NULL;
	u8 number = 0;

	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(list));
	consume_skb(skb);
	for (skb = list; skb; skb = skb->next) {
		KUNIT_ASSERT_LT(test, number, PACKETS);
		expect_packet(test, kind, skb, number++);
		last = skb;
	}
	KUNIT_EXPECT_EQ(test, number, PACKETS);
	KUNIT_EXPECT_PTR_EQ(test, list->prev, last);
	skb_list_walk_safe(list, skb, next) {
		skb_mark_not_on_list(skb);
		kfree_skb(skb);
	}
}

static void comes_out_as_it_went_in(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	struct sk_buff *skb = chain_of(test, kind);

	local_bh_disable();
	expect_all(test, kind, skb);
	local_bh_enable();
}

/* As by a mirror of traffic: both are taken apart, one after the other. */
static void a_clone_is_another(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	struct sk_buff *skb = chain_of(test, kind), *clone = skb_clone(skb, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, clone);
	local_bh_disable();
	expect_all(test, kind, clone);
	expect_all(test, kind, skb);
	local_bh_enable();
}

static void may_be_put_together(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	struct sk_buff *skb = chain_of(test, kind);

	KUNIT_ASSERT_EQ(test, skb_linearize(skb), 0);
	local_bh_disable();
	expect_all(test, kind, skb);
	local_bh_enable();
}

/* Adds a packet of @len octets of ESP, whose cb is changed by @tos. */
static bool takes(struct kunit *test, struct pantun_chain *chain, unsigned int len, u8 tos)
{
	struct sk_buff *skb = packet(test, &kinds[0], 0, len);

	pantun_cb(skb)->tos = tos;
	if (pantun_chain_add(chain, skb))
		return true;
	kfree_skb(skb);
	return false;
}

static void takes_what_fits(struct kunit *test)
{
	struct pantun_chain chain = {};
	unsigned int count = 1;

	KUNIT_EXPECT_TRUE(test, takes(test, &chain, ESP_LEN, 1));
	KUNIT_EXPECT_FALSE(test, takes(test, &chain, ESP_LEN + 1, 1));
	KUNIT_EXPECT_FALSE(test, takes(test, &chain, ESP_LEN, 2));
	KUNIT_EXPECT_TRUE(test, takes(test, &chain, ESP_LEN, 1));
	KUNIT_EXPECT_TRUE(test, takes(test, &chain, LAST_LEN, 1));
	/* a shorter one is the last */
	KUNIT_EXPECT_FALSE(test, takes(test, &chain, LAST_LEN, 1));
	kfree_skb(pantun_chain_take(&chain));

	KUNIT_EXPECT_TRUE(test, takes(test, &chain, ESP_LEN, 1));
	while (takes(test, &chain, ESP_LEN, 1))
		count++;
	KUNIT_EXPECT_EQ(test, count, (IP_MAX_MTU - sizeof(struct iphdr)) / ESP_LEN);
	kfree_skb(pantun_chain_take(&chain));
}

/* One alone is an ordinary packet. */
static void one_is_no_chain(struct kunit *test)
{
	struct pantun_chain chain = {};
	struct sk_buff *skb;

	KUNIT_EXPECT_TRUE(test, takes(test, &chain, ESP_LEN, 1));
	skb = pantun_chain_take(&chain);
	KUNIT_EXPECT_FALSE(test, skb_is_gso(skb));
	KUNIT_EXPECT_FALSE(test, pantun_chain_is(skb));
	kfree_skb(skb);
}

static struct kunit_case chain_cases[] = {
	KUNIT_CASE_PARAM(comes_out_as_it_went_in, kinds_gen_params),
	KUNIT_CASE_PARAM(a_clone_is_another, kinds_gen_params),
	KUNIT_CASE_PARAM(may_be_put_together, kinds_gen_params),
	KUNIT_CASE(takes_what_fits),
	KUNIT_CASE(one_is_no_chain),
	{}
};

static struct kunit_suite chain_suite = {
	.name = "pantun_chain",
	.test_cases = chain_cases,
};

kunit_test_suite(chain_suite);
