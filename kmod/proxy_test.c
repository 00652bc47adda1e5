// SPDX-License-Identifier: GPL-2.0
/* Tests of what selectors look at in a packet, and of the choice of a proxy-ID. */
#include <kunit/test.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pantun.h>
#include <linux/skbuff.h>
#include "classify.h"
#include "netdev.h"
#include "proxy.h"

#define MORE	0x2000		/* fragments follow */
#define PORTS	"\x30\x39\x13\x89\0\0\0\0"	/* 12345 to 5001 */

/* An IP header made of the fields, then @rest; @cut octets are taken off its end. */
struct packet {
	const char *name;
	u8 version, ihl;
	u16 fragment;			/* IPv4 */
	u8 next;
	const char *rest;
	u8 rest_len;
	u8 cut;
	bool bad;
	u8 proto;
	bool has_ports;
	u16 source, dest;
};

static const struct packet packets[] = {
	{ "TCP", 4, 5, 0, 6, PORTS, 8, 0, false, 6, true, 12345, 5001 },
	{ "UDP", 4, 5, 0, 17, PORTS, 8, 0, false, 17, true, 12345, 5001 },
	{ "SCTP", 4, 5, 0, 132, PORTS, 8, 0, false, 132, true, 12345, 5001 },
	{ "ICMP: type and code, twice", 4, 5, 0, 1, "\3\4\0\0", 4, 0,
	  false, 1, true, 0x0304, 0x0304 },
	{ "GRE has no ports", 4, 5, 0, 47, PORTS, 8, 0, false, 47 },
	{ "first fragment", 4, 5, MORE, 17, PORTS, 8, 0, false, 17, true, 12345, 5001 },
	{ "later fragment", 4, 5, 185, 17, PORTS, 8, 0, false, 17 },
	{ "IPv4 options", 4, 6, 0, 17, "\1\1\1\0" PORTS, 12, 0,
	  false, 17, true, 12345, 5001 },
	{ "IPv6 TCP", 6, 0, 0, 6, PORTS, 8, 0, false, 6, true, 12345, 5001 },
	{ "ICMPv6", 6, 0, 0, 58, "\x80\0\0\0", 4, 0, false, 58, true, 0x8000, 0x8000 },
	{ "IPv6 behind hop-by-hop options", 6, 0, 0, 0, "\x11\0\1\4\0\0\0\0" PORTS, 16, 0,
	  false, 17, true, 12345, 5001 },
	{ "IPv6 first fragment", 6, 0, 0, 44, "\x11\0\0\1\0\0\0\7" PORTS, 16, 0,
	  false, 17, true, 12345, 5001 },
	{ "IPv6 later fragment", 6, 0, 0, 44, "\x11\0\0\x8\0\0\0\7" PORTS, 16, 0, false, 17 },
	{ "IPv6 with nothing behind", 6, 0, 0, 59, "", 0, 0, false, 59 },
	{ "ports cut off", 4, 5, 0, 6, PORTS, 8, 5, true },
	{ "IPv4 header cut off", 4, 5, 0, 6, "", 0, 1, true },
	{ "IPv4 header of 16 octets", 4, 4, 0, 6, PORTS, 8, 0, true },
	{ "IPv6 header cut off", 6, 0, 0, 6, "", 0, 1, true },
	{ "IPv6 extension cut off", 6, 0, 0, 0, "\x11", 1, 0, true },
	{ "neither version", 5, 5, 0, 6, PORTS, 8, 0, true },
	{ "nothing at all", 4, 5, 0, 6, "", 0, 20, true },
};

static void packet_name(const struct packet *packet, char *name)
{
	strscpy(name, packet->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(all, packets, packet_name);

static const union pantun_addr source4 = { .v4 = htonl(0x0a010002) };
static const union pantun_addr dest4 = { .v4 = htonl(0x0a020003) };
static const union pantun_addr source6 = { .v6 = { { { 0x20, 1, 0xd, 0xb8, 1, [15] = 2 } } } };
static const union pantun_addr dest6 = { .v6 = { { { 0x20, 1, 0xd, 0xb8, 2, [15] = 3 } } } };

static void put_v4(struct sk_buff *skb, const struct packet *packet)
{
	struct iphdr *iph = skb_put_zero(skb, sizeof(*iph));

	iph->version = packet->version;
	iph->ihl = packet->ihl;
	iph->frag_off = htons(packet->fragment);
	iph->protocol = packet->next;
	iph->saddr = source4.v4;
	iph->daddr = dest4.v4;
}

static void put_v6(struct sk_buff *skb, const struct packet *packet)
{
	struct ipv6hdr *ip6h = skb_put_zero(skb, sizeof(*ip6h));

	ip6h->version = packet->version;
	ip6h->nexthdr = packet->next;
	ip6h->saddr = source6.v6;
	ip6h->daddr = dest6.v6;
}

/* The packet with 14 octets before it, the network header being behind them. */
static struct sk_buff *skb_of(struct kunit *test, const struct packet *packet)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_zero(skb, 14);
	skb_set_network_header(skb, 14);
	if (packet->version == 6)
		put_v6(skb, packet);
	else
		put_v4(skb, packet);
	skb_put_data(skb, packet->rest, packet->rest_len);
	skb_trim(skb, skb->len - packet->cut);
	return skb;
}

static void expect_address(struct kunit *test, const struct packet *packet,
			   const union pantun_addr *found, const union pantun_addr *v4,
			   const union pantun_addr *v6)
{
	size_t len = packet->version == 6 ? sizeof(v6->v6) : sizeof(v4->v4);

	KUNIT_EXPECT_EQ(test, memcmp(found, packet->version == 6 ? v6 : v4, len), 0);
}

static void dissects(struct kunit *test, bool outbound)
{
	const struct packet *packet = test->param_value;
	struct sk_buff *skb = skb_of(test, packet);
	struct pantun_flow flow;
	bool good = pantun_flow_dissect(skb, outbound, &flow);

	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, good, !packet->bad);
	if (!good || packet->bad)
		return;
	KUNIT_EXPECT_EQ(test, flow.family, packet->version == 6 ? AF_INET6 : AF_INET);
	KUNIT_EXPECT_EQ(test, flow.proto, packet->proto);
	KUNIT_EXPECT_EQ(test, flow.has_ports, packet->has_ports);
	KUNIT_EXPECT_EQ(test, outbound ? flow.local_port : flow.remote_port, packet->source);
	KUNIT_EXPECT_EQ(test, outbound ? flow.remote_port : flow.local_port, packet->dest);
	expect_address(test, packet, outbound ? &flow.local : &flow.remote, &source4, &source6);
	expect_address(test, packet, outbound ? &flow.remote : &flow.local, &dest4, &dest6);
}

static void outbound_source_is_local(struct kunit *test)
{
	dissects(test, true);
}

static void inbound_source_is_remote(struct kunit *test)
{
	dissects(test, false);
}

#define PROXIES	3

/* A tunnel with proxy-IDs for one host, for its network and for all of IPv6. */
static struct pantun_tunnel *tunnel_of(struct kunit *test, struct pantun_proxy *proxies)
{
	struct pantun_proxy_table *table;
	struct pantun_tunnel *tunnel;
	u32 i;

	tunnel = kunit_kzalloc(test, sizeof(*tunnel), GFP_KERNEL);
	table = kunit_kzalloc(test, struct_size(table, entry, PROXIES), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tunnel);
	KUNIT_ASSERT_NOT_NULL(test, table);
	for (i = 0; i < PROXIES; i++) {
		pantun_selector_any(&proxies[i].selector);
		proxies[i].selector.has_v4 = i < 2;
		proxies[i].selector.has_v6 = i == 2;
		table->entry[i] = &proxies[i];
	}
	proxies[0].selector.remote4.first.v4 = htonl(0x0a020003);
	proxies[0].selector.remote4.last.v4 = htonl(0x0a020003);
	proxies[1].selector.remote4.first.v4 = htonl(0x0a020000);
	proxies[1].selector.remote4.last.v4 = htonl(0x0a0200ff);
	table->count = PROXIES;
	rcu_assign_pointer(tunnel->proxies, table);
	return tunnel;
}

static struct pantun_proxy *match(struct pantun_tunnel *tunnel, u8 family, u32 remote)
{
	struct pantun_flow flow = { .family = family, .proto = IPPROTO_TCP };
	struct pantun_proxy *proxy;

	flow.remote.v4 = htonl(remote);
	rcu_read_lock();
	proxy = pantun_proxy_match(tunnel, &flow);
	rcu_read_unlock();
	return proxy;
}

static void expect_first_match(struct kunit *test, struct pantun_tunnel *tunnel,
			       struct pantun_proxy *proxies)
{
	KUNIT_EXPECT_PTR_EQ(test, match(tunnel, AF_INET, 0x0a020003), &proxies[0]);
	KUNIT_EXPECT_PTR_EQ(test, match(tunnel, AF_INET, 0x0a020004), &proxies[1]);
	KUNIT_EXPECT_PTR_EQ(test, match(tunnel, AF_INET6, 0x0a020003), &proxies[2]);
	KUNIT_EXPECT_NULL(test, match(tunnel, AF_INET, 0x0a020100));
}

static void first_match_wins(struct kunit *test)
{
	const struct pantun_selector *selectors[PROXIES];
	struct pantun_proxy_table *table;
	struct pantun_proxy *proxies;
	struct pantun_tunnel *tunnel;
	u32 i;

	proxies = kunit_kcalloc(test, PROXIES, sizeof(*proxies), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, proxies);
	tunnel = tunnel_of(test, proxies);
	expect_first_match(test, tunnel, proxies);

	/* the same by a classifier */
	for (i = 0; i < PROXIES; i++)
		selectors[i] = &proxies[i].selector;
	table = rcu_dereference_protected(tunnel->proxies, true);
	table->classifier = pantun_classifier_new(selectors, PROXIES);
	KUNIT_ASSERT_NOT_NULL(test, table->classifier);
	for (i = 0; i < PROXIES; i++)
		pantun_selector_any(&proxies[i].selector);
	expect_first_match(test, tunnel, proxies);
	pantun_classifier_free(table->classifier);
}

static void no_table_matches_nothing(struct kunit *test)
{
	struct pantun_tunnel *tunnel = kunit_kzalloc(test, sizeof(*tunnel), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, tunnel);
	KUNIT_EXPECT_NULL(test, match(tunnel, AF_INET, 0x0a020003));
}

static struct kunit_case proxy_cases[] = {
	KUNIT_CASE_PARAM(outbound_source_is_local, all_gen_params),
	KUNIT_CASE_PARAM(inbound_source_is_remote, all_gen_params),
	KUNIT_CASE(first_match_wins),
	KUNIT_CASE(no_table_matches_nothing),
	{}
};

static struct kunit_suite proxy_suite = {
	.name = "pantun_proxy",
	.test_cases = proxy_cases,
};

kunit_test_suite(proxy_suite);
