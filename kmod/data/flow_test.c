// SPDX-License-Identifier: GPL-2.0
/* Tests of what selectors look at in a packet. */
#include <kunit/test.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include "data/flow.h"

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
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);

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

/* --- ICMP errors --- */

#define UNREACHABLE4	"\3\1\0\0\0\0\0\0"
#define UNREACHABLE6	"\1\3\0\0\0\0\0\0"

/* From a router that selectors do not know to the source of what it quotes. */
struct error {
	const char *name;
	u8 version;
	const char *icmp;		/* 8 octets */
	struct packet quoted;		/* in full; of source4 or source6 */
	bool elsewhere;			/* the error goes to another than the source of that */
	bool none;			/* it is no error, or quotes too little */
	bool ports;			/* those of the quoted packet are known */
};

#define QUOTE4(...)	{ "", 4, 5, __VA_ARGS__ }
#define QUOTE6(...)	{ "", 6, 0, __VA_ARGS__ }

static const struct error errors[] = {
	{ "host unreachable", 4, UNREACHABLE4, QUOTE4(0, 17, PORTS, 8), .ports = true },
	{ "fragmentation needed", 4, "\3\4\0\0\0\0\5\0", QUOTE4(0, 6, PORTS, 8), .ports = true },
	{ "time exceeded", 4, "\xb\0\0\0\0\0\0\0", QUOTE4(0, 17, PORTS, 8), .ports = true },
	{ "parameter problem", 4, "\xc\0\0\0\0\0\0\0", QUOTE4(0, 17, PORTS, 8), .ports = true },
	{ "about a later fragment", 4, UNREACHABLE4, QUOTE4(185, 17, PORTS, 8) },
	{ "about what has no ports", 4, UNREACHABLE4, QUOTE4(0, 47, PORTS, 8) },
	{ "about an echo request", 4, UNREACHABLE4, QUOTE4(0, 1, "\x8\0\0\0", 4) },
	{ "quotes no ports", 4, UNREACHABLE4, QUOTE4(0, 6, PORTS, 8, 5), .none = true },
	{ "quotes half a header", 4, UNREACHABLE4, QUOTE4(0, 6, "", 0, 10), .none = true },
	{ "quotes nothing", 4, UNREACHABLE4, QUOTE4(0, 6, "", 0, 20), .none = true },
	{ "quotes IPv6", 4, UNREACHABLE4, QUOTE6(0, 6, PORTS, 8), .none = true },
	{ "goes elsewhere", 4, UNREACHABLE4, QUOTE4(0, 17, PORTS, 8), .elsewhere = true,
	  .none = true },
	{ "redirect", 4, "\5\1\0\0\0\0\0\0", QUOTE4(0, 17, PORTS, 8), .none = true },
	{ "echo reply", 4, "\0\0\0\0\0\0\0\0", QUOTE4(0, 17, PORTS, 8), .none = true },
	{ "IPv6: address unreachable", 6, UNREACHABLE6, QUOTE6(0, 17, PORTS, 8), .ports = true },
	{ "IPv6: packet too big", 6, "\2\0\0\0\0\0\5\0", QUOTE6(0, 6, PORTS, 8),
	  .ports = true },
	{ "IPv6: time exceeded", 6, "\3\0\0\0\0\0\0\0", QUOTE6(0, 17, PORTS, 8), .ports = true },
	{ "IPv6: goes elsewhere", 6, UNREACHABLE6, QUOTE6(0, 17, PORTS, 8), .elsewhere = true,
	  .none = true },
	{ "IPv6: quotes nothing", 6, UNREACHABLE6, QUOTE6(0, 6, "", 0, 40), .none = true },
	{ "IPv6: echo request", 6, "\x80\0\0\0\0\0\0\0", QUOTE6(0, 17, PORTS, 8), .none = true },
	{ "IPv6: redirect", 6, "\x89\0\0\0\0\0\0\0", QUOTE6(0, 17, PORTS, 8), .none = true },
};

static void error_name(const struct error *error, char *name)
{
	strscpy(name, error->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(all_errors, errors, error_name);

/* Turns the packet's header into that of an error from elsewhere to its source. */
static void address_error(struct sk_buff *skb, const struct error *error)
{
	u8 last = error->elsewhere ? 99 : 2;

	if (error->version == 6) {
		ipv6_hdr(skb)->saddr.s6_addr[4] = 9;
		ipv6_hdr(skb)->daddr = source6.v6;
		ipv6_hdr(skb)->daddr.s6_addr[15] = last;
	} else {
		ip_hdr(skb)->saddr = htonl(0xc0000209);
		ip_hdr(skb)->daddr = (source4.v4 & htonl(0xffffff00)) | htonl(last);
	}
}

static struct sk_buff *error_skb(struct kunit *test, const struct error *error)
{
	const struct packet outer = {
		.version = error->version, .ihl = 5,
		.next = error->version == 6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
		.rest = error->icmp, .rest_len = 8,
	};
	struct sk_buff *skb = skb_of(test, &outer);
	struct sk_buff *quoted = skb_of(test, &error->quoted);
	unsigned int offset = skb_network_offset(quoted);

	address_error(skb, error);
	skb_put_data(skb, quoted->data + offset, quoted->len - offset);
	kfree_skb(quoted);
	return skb;
}

/* What an error is about went the other way: its source is where the error goes. */
static void expect_quoted(struct kunit *test, const struct error *error, bool outbound)
{
	struct sk_buff *skb = error_skb(test, error);
	struct pantun_flow flow;
	bool good = pantun_flow_quoted(skb, outbound, &flow);

	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, good, !error->none);
	if (!good || error->none)
		return;
	KUNIT_EXPECT_EQ(test, flow.proto, error->quoted.next);
	if (error->ports) {
		KUNIT_EXPECT_EQ(test, outbound ? flow.remote_port : flow.local_port, 12345);
		KUNIT_EXPECT_EQ(test, outbound ? flow.local_port : flow.remote_port, 5001);
	}
	expect_address(test, &error->quoted, outbound ? &flow.remote : &flow.local, &source4,
		       &source6);
	expect_address(test, &error->quoted, outbound ? &flow.local : &flow.remote, &dest4,
		       &dest6);
}

static void errors_are_about_the_other_way(struct kunit *test)
{
	expect_quoted(test, test->param_value, true);
	expect_quoted(test, test->param_value, false);
}

/* One that a selector of the quoted flow alone lets pass. */
static void errors_pass_with_their_flow(struct kunit *test)
{
	const struct error *error = test->param_value;
	bool v6 = error->version == 6;
	struct sk_buff *skb = error_skb(test, error);
	struct pantun_selectors set = {};
	struct pantun_selector *sel = &set.first;
	struct pantun_flow flow;

	pantun_selector_any(sel);
	sel->proto = error->quoted.next;
	*(v6 ? &sel->local6.first : &sel->local4.first) = v6 ? source6 : source4;
	*(v6 ? &sel->local6.last : &sel->local4.last) = v6 ? source6 : source4;
	*(v6 ? &sel->remote6.first : &sel->remote4.first) = v6 ? dest6 : dest4;
	*(v6 ? &sel->remote6.last : &sel->remote4.last) = v6 ? dest6 : dest4;
	KUNIT_ASSERT_TRUE(test, pantun_flow_dissect(skb, false, &flow));
	KUNIT_EXPECT_FALSE(test, pantun_selector_match(sel, &flow));
	KUNIT_EXPECT_EQ(test, pantun_flow_allowed(&set, skb, false, &flow), !error->none);
	if (error->ports) {
		sel->local_port = (struct pantun_ports){ 1, 1 };
		KUNIT_EXPECT_FALSE(test, pantun_flow_allowed(&set, skb, false, &flow));
	}
	/* by itself, quote or not */
	pantun_selector_any(sel);
	KUNIT_EXPECT_TRUE(test, pantun_flow_allowed(&set, skb, false, &flow));
	kfree_skb(skb);
}

static struct kunit_case flow_cases[] = {
	KUNIT_CASE_PARAM(outbound_source_is_local, all_gen_params),
	KUNIT_CASE_PARAM(inbound_source_is_remote, all_gen_params),
	KUNIT_CASE_PARAM(errors_are_about_the_other_way, all_errors_gen_params),
	KUNIT_CASE_PARAM(errors_pass_with_their_flow, all_errors_gen_params),
	{}
};

static struct kunit_suite flow_suite = {
	.name = "pantun_flow",
	.test_cases = flow_cases,
};

kunit_test_suite(flow_suite);
