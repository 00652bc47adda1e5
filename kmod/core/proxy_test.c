// SPDX-License-Identifier: GPL-2.0
/* Tests of the choice of a proxy-ID. */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/pantun.h>
#include "core/proxy.h"
#include "core/tunnel.h"
#include "pure/classify.h"

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
	KUNIT_CASE(first_match_wins),
	KUNIT_CASE(no_table_matches_nothing),
	{}
};

static struct kunit_suite proxy_suite = {
	.name = "pantun_proxy",
	.test_cases = proxy_cases,
};

kunit_test_suite(proxy_suite);
