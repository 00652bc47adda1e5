// SPDX-License-Identifier: GPL-2.0
/* Tests of MSS clamping: the option, the checksum, and what has to stay as it was. */
#include <kunit/test.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>
#include "pure/mss.h"

#define OPTIONS_MAX	40

struct syn {
	const char *name;
	bool v6, syn;
	u8 options[OPTIONS_MAX];
	u8 options_len;			/* a multiple of 4 */
	u32 mtu;
	u16 mss_at;			/* where in the options the value is, 0: nowhere */
	u16 mss;			/* what it is to be, 0: the packet stays as it was */
};

/* An MSS of 1,460 octets is 2, 4, 0x05, 0xb4. */
static const struct syn syns[] = {
	{ "lowered, IPv4", false, true, { 2, 4, 0x05, 0xb4 }, 4, 1400, 2, 1360 },
	{ "lowered, IPv6", true, true, { 2, 4, 0x05, 0xb4 }, 4, 1400, 2, 1340 },
	{ "as it is, it fits to the octet", false, true, { 2, 4, 0x05, 0xb4 }, 4, 1500, 2, 0 },
	{ "one octet less", false, true, { 2, 4, 0x05, 0xb4 }, 4, 1499, 2, 1459 },
	{ "behind others", false, true, { 1, 1, 4, 2, 2, 4, 0x05, 0xb4 }, 8, 1400, 6, 1360 },
	{ "at an odd place", false, true, { 1, 2, 4, 0x05, 0xb4, 1, 1, 1 }, 8, 1400, 3, 1360 },
	{ "no SYN", false, false, { 2, 4, 0x05, 0xb4 }, 4, 1400, 2, 0 },
	{ "no options", false, true, {}, 0, 1400, 0, 0 },
	{ "no such option", false, true, { 4, 2, 1, 1 }, 4, 1400, 0, 0 },
	{ "behind the end", false, true, { 0, 0, 0, 0, 2, 4, 0x05, 0xb4 }, 8, 1400, 6, 0 },
	{ "option cut off", false, true, { 1, 1, 2, 4 }, 4, 1400, 0, 0 },
	{ "option of no length", false, true, { 8, 0, 2, 4, 0x05, 0xb4, 1, 1 }, 8, 1400, 4, 0 },
	{ "a network too small to be one", false, true, { 2, 4, 0x05, 0xb4 }, 4, 80, 2, 0 },
};

static void syn_name(const struct syn *syn, char *name)
{
	strscpy(name, syn->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mss_syns, syns, syn_name);

static __sum16 tcp_sum(const struct sk_buff *skb, bool v6)
{
	unsigned int ip_len = v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	unsigned int len = skb->len - ip_len;
	__wsum sum = skb_checksum(skb, ip_len, len, 0);

	if (v6)
		return csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr, len,
				       IPPROTO_TCP, sum);
	return csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, len, IPPROTO_TCP, sum);
}

static void put_ip(struct sk_buff *skb, bool v6, unsigned int payload)
{
	if (v6) {
		struct ipv6hdr *ip6h = skb_put_zero(skb, sizeof(*ip6h));

		ip6h->version = 6;
		ip6h->nexthdr = IPPROTO_TCP;
		ip6h->payload_len = htons(payload);
		memset(&ip6h->saddr, 0x20, sizeof(ip6h->saddr));
		memset(&ip6h->daddr, 0x21, sizeof(ip6h->daddr));
	} else {
		struct iphdr *iph = skb_put_zero(skb, sizeof(*iph));

		iph->version = 4;
		iph->ihl = 5;
		iph->protocol = IPPROTO_TCP;
		iph->tot_len = htons(sizeof(*iph) + payload);
		iph->saddr = htonl(0xc0000201);
		iph->daddr = htonl(0xc0000202);
	}
}

static struct sk_buff *make_syn(struct kunit *test, const struct syn *syn)
{
	unsigned int len = sizeof(struct tcphdr) + syn->options_len;
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);
	struct tcphdr *th;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	put_ip(skb, syn->v6, len);
	th = skb_put_zero(skb, sizeof(*th));
	th->source = htons(1234);
	th->dest = htons(80);
	th->syn = syn->syn;
	th->ack = !syn->syn;
	th->doff = len / 4;
	skb_put_data(skb, syn->options, syn->options_len);
	th->check = tcp_sum(skb, syn->v6);
	return skb;
}

static void a_syn_says_what_fits(struct kunit *test)
{
	const struct syn *syn = test->param_value;
	struct sk_buff *skb = make_syn(test, syn);
	unsigned int value = skb->len - syn->options_len + syn->mss_at;
	u8 before[128];

	memcpy(before, skb->data, skb->len);
	pantun_mss_clamp(skb, syn->mtu);
	KUNIT_EXPECT_EQ(test, tcp_sum(skb, syn->v6), 0);
	if (syn->mss) {
		KUNIT_EXPECT_EQ(test, skb->data[value] << 8 | skb->data[value + 1], syn->mss);
		/* nothing but the option and the checksum */
		skb->data[value] = before[value];
		skb->data[value + 1] = before[value + 1];
		((struct tcphdr *)(skb->data + skb->len - syn->options_len) - 1)->check =
			((struct tcphdr *)(before + skb->len - syn->options_len) - 1)->check;
	}
	KUNIT_EXPECT_MEMEQ(test, skb->data, before, skb->len);
	kfree_skb(skb);
}

/* The packet that somebody else holds, too, is not changed. */
static void a_clone_keeps_its_octets(struct kunit *test)
{
	struct sk_buff *skb = make_syn(test, &syns[0]);
	struct sk_buff *clone = skb_clone(skb, GFP_KERNEL);
	u8 before[128];

	KUNIT_ASSERT_NOT_NULL(test, clone);
	memcpy(before, clone->data, clone->len);
	pantun_mss_clamp(skb, syns[0].mtu);
	KUNIT_EXPECT_MEMEQ(test, clone->data, before, clone->len);
	KUNIT_EXPECT_MEMNEQ(test, skb->data, before, skb->len);
	kfree_skb(clone);
	kfree_skb(skb);
}

static struct kunit_case mss_cases[] = {
	KUNIT_CASE_PARAM(a_syn_says_what_fits, mss_syns_gen_params),
	KUNIT_CASE(a_clone_keeps_its_octets),
	{}
};

static struct kunit_suite mss_suite = {
	.name = "pantun_mss",
	.test_cases = mss_cases,
};

kunit_test_suite(mss_suite);
