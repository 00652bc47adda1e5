// SPDX-License-Identifier: GPL-2.0
/* Tests of traffic selectors; also compiled on the host. */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/socket.h>
#include <linux/string.h>
#include "pure/selector.h"
#include "test/random.h"

#define TCP	6
#define UDP	17
#define ICMP	1

static void put4(union pantun_addr *addr, u32 value)
{
	u8 octets[] = { value >> 24, value >> 16, value >> 8, value };

	memset(addr, 0, sizeof(*addr));
	memcpy(addr, octets, sizeof(octets));
}

/* 2001:db8::/64 and @value in the last octets. */
static void put6(union pantun_addr *addr, u32 value)
{
	u8 octets[16] = { 0x20, 0x01, 0x0d, 0xb8 };

	put4((union pantun_addr *)(void *)memset(addr, 0, sizeof(*addr)), value);
	memcpy(octets + 12, addr, 4);
	memcpy(addr, octets, sizeof(octets));
}

static struct pantun_flow flow4(u32 local, u32 remote, u8 proto, u16 local_port,
				u16 remote_port)
{
	struct pantun_flow flow = {
		.family = AF_INET, .proto = proto, .has_ports = proto == TCP || proto == UDP,
		.local_port = local_port, .remote_port = remote_port,
	};

	put4(&flow.local, local);
	put4(&flow.remote, remote);
	return flow;
}

static struct pantun_flow flow6(u32 local, u32 remote)
{
	struct pantun_flow flow = { .family = AF_INET6, .proto = ICMP };

	put6(&flow.local, local);
	put6(&flow.remote, remote);
	return flow;
}

/* 10.1.0.0/16 to 10.2.0.0/16, and 2001:db8::100-1ff to 2001:db8::200-2ff. */
static struct pantun_selector networks(void)
{
	struct pantun_selector sel;

	pantun_selector_any(&sel);
	put4(&sel.local4.first, 0x0a010000);
	put4(&sel.local4.last, 0x0a01ffff);
	put4(&sel.remote4.first, 0x0a020000);
	put4(&sel.remote4.last, 0x0a02ffff);
	put6(&sel.local6.first, 0x100);
	put6(&sel.local6.last, 0x1ff);
	put6(&sel.remote6.first, 0x200);
	put6(&sel.remote6.last, 0x2ff);
	return sel;
}

static bool match4(const struct pantun_selector *sel, u32 local, u32 remote, u8 proto,
		   u16 local_port, u16 remote_port)
{
	struct pantun_flow flow = flow4(local, remote, proto, local_port, remote_port);

	return pantun_selector_match(sel, &flow);
}

static bool match6(const struct pantun_selector *sel, u32 local, u32 remote)
{
	struct pantun_flow flow = flow6(local, remote);

	return pantun_selector_match(sel, &flow);
}

static void selector_any_test(struct kunit *test)
{
	struct pantun_selector sel;
	struct pantun_flow flow;

	pantun_selector_any(&sel);
	KUNIT_EXPECT_NULL(test, pantun_selector_invalid(&sel));
	KUNIT_EXPECT_TRUE(test, match4(&sel, 0, 0xffffffff, TCP, 0, 65535));
	KUNIT_EXPECT_TRUE(test, match6(&sel, 0, 0xffffffff));
	memset(&flow, 0xff, sizeof(flow));
	flow.family = AF_INET6;
	flow.has_ports = false;
	KUNIT_EXPECT_TRUE(test, pantun_selector_match(&sel, &flow));
}

static void selector_address_test(struct kunit *test)
{
	struct pantun_selector sel = networks();

	KUNIT_EXPECT_TRUE(test, match4(&sel, 0x0a010000, 0x0a020000, ICMP, 0, 0));
	KUNIT_EXPECT_TRUE(test, match4(&sel, 0x0a01ffff, 0x0a02ffff, ICMP, 0, 0));
	KUNIT_EXPECT_FALSE(test, match4(&sel, 0x0a00ffff, 0x0a020000, ICMP, 0, 0));
	KUNIT_EXPECT_FALSE(test, match4(&sel, 0x0a020000, 0x0a020000, ICMP, 0, 0));
	KUNIT_EXPECT_FALSE(test, match4(&sel, 0x0a010000, 0x0a01ffff, ICMP, 0, 0));
	KUNIT_EXPECT_FALSE(test, match4(&sel, 0x0a010000, 0x0a030000, ICMP, 0, 0));
	/* the other way round is another flow */
	KUNIT_EXPECT_FALSE(test, match4(&sel, 0x0a020001, 0x0a010001, ICMP, 0, 0));
	KUNIT_EXPECT_TRUE(test, match6(&sel, 0x100, 0x2ff));
	KUNIT_EXPECT_TRUE(test, match6(&sel, 0x1ff, 0x200));
	KUNIT_EXPECT_FALSE(test, match6(&sel, 0xff, 0x200));
	KUNIT_EXPECT_FALSE(test, match6(&sel, 0x200, 0x200));
	KUNIT_EXPECT_FALSE(test, match6(&sel, 0x100, 0x300));
}

static void selector_family_test(struct kunit *test)
{
	struct pantun_selector sel = networks();

	sel.has_v6 = false;
	KUNIT_EXPECT_TRUE(test, match4(&sel, 0x0a010000, 0x0a020000, ICMP, 0, 0));
	KUNIT_EXPECT_FALSE(test, match6(&sel, 0x100, 0x200));
	sel = networks();
	sel.has_v4 = false;
	KUNIT_EXPECT_FALSE(test, match4(&sel, 0x0a010000, 0x0a020000, ICMP, 0, 0));
	KUNIT_EXPECT_TRUE(test, match6(&sel, 0x100, 0x200));
}

static void selector_port_test(struct kunit *test)
{
	struct pantun_selector sel = networks();
	struct pantun_flow fragment = flow4(0x0a010000, 0x0a020000, TCP, 80, 80);

	sel.proto = TCP;
	KUNIT_EXPECT_TRUE(test, match4(&sel, 0x0a010000, 0x0a020000, TCP, 1, 2));
	KUNIT_EXPECT_FALSE(test, match4(&sel, 0x0a010000, 0x0a020000, UDP, 1, 2));
	fragment.has_ports = false;
	KUNIT_EXPECT_TRUE(test, pantun_selector_match(&sel, &fragment));
	sel.remote_port = (struct pantun_ports){ 80, 88 };
	KUNIT_EXPECT_TRUE(test, match4(&sel, 0x0a010000, 0x0a020000, TCP, 1, 80));
	KUNIT_EXPECT_TRUE(test, match4(&sel, 0x0a010000, 0x0a020000, TCP, 1, 88));
	KUNIT_EXPECT_FALSE(test, match4(&sel, 0x0a010000, 0x0a020000, TCP, 1, 79));
	KUNIT_EXPECT_FALSE(test, match4(&sel, 0x0a010000, 0x0a020000, TCP, 1, 89));
	KUNIT_EXPECT_FALSE(test, match4(&sel, 0x0a010000, 0x0a020000, TCP, 80, 1));
	/* a later fragment tells no port, so a selector of ports has none for it */
	KUNIT_EXPECT_FALSE(test, pantun_selector_match(&sel, &fragment));
	sel.remote_port = (struct pantun_ports){ 0, 65535 };
	sel.local_port = (struct pantun_ports){ 53, 53 };
	KUNIT_EXPECT_TRUE(test, match4(&sel, 0x0a010000, 0x0a020000, TCP, 53, 9));
	KUNIT_EXPECT_FALSE(test, match4(&sel, 0x0a010000, 0x0a020000, TCP, 9, 53));
}

static void selector_invalid_test(struct kunit *test)
{
	struct pantun_selector sel = networks();

	KUNIT_EXPECT_NULL(test, pantun_selector_invalid(&sel));
	sel.has_v4 = false;
	sel.has_v6 = false;
	KUNIT_EXPECT_NOT_NULL(test, pantun_selector_invalid(&sel));
	sel = networks();
	put4(&sel.local4.last, 0x0a00ffff);
	KUNIT_EXPECT_NOT_NULL(test, pantun_selector_invalid(&sel));
	sel.has_v4 = false;
	KUNIT_EXPECT_NULL(test, pantun_selector_invalid(&sel));
	put6(&sel.remote6.last, 0x1ff);
	KUNIT_EXPECT_NOT_NULL(test, pantun_selector_invalid(&sel));
	sel = networks();
	sel.local_port = (struct pantun_ports){ 1, 2 };
	KUNIT_EXPECT_NOT_NULL(test, pantun_selector_invalid(&sel));
	sel.proto = TCP;
	KUNIT_EXPECT_NULL(test, pantun_selector_invalid(&sel));
	sel.local_port = (struct pantun_ports){ 2, 1 };
	KUNIT_EXPECT_NOT_NULL(test, pantun_selector_invalid(&sel));
}

/* A selector of IPv4 whose fields are numbers. */
struct naive {
	u32 local[2], remote[2];
	u8 proto;
	u16 local_port[2], remote_port[2];
};

static bool within(const u32 *range, u32 value)
{
	return range[0] <= value && value <= range[1];
}

static bool port_within(const u16 *range, u16 value)
{
	return range[0] <= value && value <= range[1];
}

static void random_pair(u64 *seed, u32 bound, u32 *pair)
{
	u32 a = test_random_below(seed, bound), b = test_random_below(seed, bound);

	pair[0] = a < b ? a : b;
	pair[1] = a < b ? b : a;
}

static void random_naive(u64 *seed, struct naive *n, struct pantun_selector *sel)
{
	u32 ports[2];

	/* around the border of an octet, where a comparison of the wrong order shows */
	random_pair(seed, 600, n->local);
	random_pair(seed, 600, n->remote);
	n->proto = test_random_below(seed, 2) ? TCP : 0;
	n->local_port[0] = 0;
	n->local_port[1] = U16_MAX;
	memcpy(n->remote_port, n->local_port, sizeof(n->remote_port));
	if (n->proto) {
		random_pair(seed, 600, ports);
		n->remote_port[0] = ports[0];
		n->remote_port[1] = ports[1];
	}
	pantun_selector_any(sel);
	put4(&sel->local4.first, n->local[0]);
	put4(&sel->local4.last, n->local[1]);
	put4(&sel->remote4.first, n->remote[0]);
	put4(&sel->remote4.last, n->remote[1]);
	sel->proto = n->proto;
	sel->remote_port = (struct pantun_ports){ n->remote_port[0], n->remote_port[1] };
}

static void selector_random_test(struct kunit *test)
{
	u64 seed = 3;
	u32 i, matches = 0;

	for (i = 0; i < 20000; i++) {
		u32 local = test_random_below(&seed, 600);
		u32 remote = test_random_below(&seed, 600);
		u16 port = test_random_below(&seed, 600);
		u8 proto = test_random_below(&seed, 4) ? TCP : UDP;
		struct pantun_selector sel;
		struct naive n;
		bool expected;

		random_naive(&seed, &n, &sel);
		expected = within(n.local, local) && within(n.remote, remote) &&
			   (!n.proto || n.proto == proto) && port_within(n.remote_port, port);
		KUNIT_ASSERT_EQ(test, match4(&sel, local, remote, proto, 1, port), expected);
		matches += expected;
	}
	KUNIT_EXPECT_GT(test, matches, 500U);
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void selector_order_test(struct kunit *test)
{
	struct pantun_selector any, wide = networks(), narrow = networks();
	struct pantun_selector port = networks();

	pantun_selector_any(&any);
	put4(&narrow.remote4.last, 0x0a0200ff);
	KUNIT_EXPECT_LT(test, pantun_selector_compare(&wide, &any), 0);
	KUNIT_EXPECT_LT(test, pantun_selector_compare(&narrow, &wide), 0);
	KUNIT_EXPECT_GT(test, pantun_selector_compare(&any, &narrow), 0);
	KUNIT_EXPECT_EQ(test, pantun_selector_compare(&wide, &wide), 0);
	/* the remote side counts more than the local one */
	put4(&wide.local4.last, 0x0a010000);
	KUNIT_EXPECT_LT(test, pantun_selector_compare(&narrow, &wide), 0);
	/* a protocol before none, a port before any */
	wide = networks();
	port.proto = TCP;
	KUNIT_EXPECT_LT(test, pantun_selector_compare(&port, &wide), 0);
	wide = port;
	port.remote_port = (struct pantun_ports){ 80, 80 };
	KUNIT_EXPECT_LT(test, pantun_selector_compare(&port, &wide), 0);
	/* widths are numbers, not octets: 0..ff is narrower than 80..180 */
	wide = networks();
	narrow = networks();
	put4(&narrow.remote4.first, 0);
	put4(&narrow.remote4.last, 0xff);
	put4(&wide.remote4.first, 0x80);
	put4(&wide.remote4.last, 0x180);
	KUNIT_EXPECT_LT(test, pantun_selector_compare(&narrow, &wide), 0);
}

/* Sorting needs an order: turned round it turns round, and it never goes in circles. */
static void selector_total_order_test(struct kunit *test)
{
	static struct pantun_selector sel[40];
	u64 seed = 4;
	size_t i, k, m;

	for (i = 0; i < ARRAY_SIZE(sel); i++) {
		struct naive n;

		random_naive(&seed, &n, &sel[i]);
		sel[i].has_v6 = i % 3;
	}
	for (i = 0; i < ARRAY_SIZE(sel); i++) {
		for (k = 0; k < ARRAY_SIZE(sel); k++) {
			int d = sign(pantun_selector_compare(&sel[i], &sel[k]));

			KUNIT_ASSERT_EQ(test, d, -sign(pantun_selector_compare(&sel[k], &sel[i])));
			if (d >= 0)
				continue;
			for (m = 0; m < ARRAY_SIZE(sel); m++)
				if (pantun_selector_compare(&sel[k], &sel[m]) < 0)
					KUNIT_ASSERT_GT(test,
							pantun_selector_compare(&sel[m], &sel[i]),
							0);
		}
	}
}

/* One of several is enough, and what lies between them is in none. */
static void selector_several_test(struct kunit *test)
{
	struct pantun_selector more[2] = { networks(), networks() };
	struct pantun_selectors set = { .first = networks(), .more = more };
	struct pantun_flow in = flow4(0x0a010001, 0x0a020001, TCP, 1, 2);
	struct pantun_flow third = flow4(0x0a010001, 0x0a040001, TCP, 1, 2);
	struct pantun_flow between = flow4(0x0a010001, 0x0a030001, TCP, 1, 2);

	put4(&more[0].remote4.first, 0x0a050000);
	put4(&more[0].remote4.last, 0x0a05ffff);
	put4(&more[1].remote4.first, 0x0a040000);
	put4(&more[1].remote4.last, 0x0a04ffff);
	KUNIT_EXPECT_TRUE(test, pantun_selectors_match(&set, &in));
	KUNIT_EXPECT_FALSE(test, pantun_selectors_match(&set, &third));
	set.n_more = 2;
	KUNIT_EXPECT_TRUE(test, pantun_selectors_match(&set, &in));
	KUNIT_EXPECT_TRUE(test, pantun_selectors_match(&set, &third));
	KUNIT_EXPECT_FALSE(test, pantun_selectors_match(&set, &between));
}

static struct kunit_case selector_cases[] = {
	KUNIT_CASE(selector_any_test),
	KUNIT_CASE(selector_address_test),
	KUNIT_CASE(selector_family_test),
	KUNIT_CASE(selector_several_test),
	KUNIT_CASE(selector_port_test),
	KUNIT_CASE(selector_invalid_test),
	KUNIT_CASE(selector_random_test),
	KUNIT_CASE(selector_order_test),
	KUNIT_CASE(selector_total_order_test),
	{}
};

static struct kunit_suite selector_suite = {
	.name = "pantun_selector",
	.test_cases = selector_cases,
};

kunit_test_suite(selector_suite);
