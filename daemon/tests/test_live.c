// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose the SAs in the kernel are, when who made them dies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "loop/live.h"

#define TOKEN	0x100001001ULL

static unsigned int deleted;

static int each_sa(struct kern *k, void (*each)(void *ctx, const struct kern_sa *), void *ctx)
{
	struct kern_sa sa = { .ifname = "tunnel1", .proxy = "lan", .cookie = TOKEN };

	(void)k;
	sa.inbound = true;
	sa.spi = 0x1001;
	each(ctx, &sa);
	sa.inbound = false;
	sa.spi = 0x2002;
	each(ctx, &sa);
	return 0;
}

static int count_del(struct kern *k, const struct ike_sa_spec *sa)
{
	(void)k;
	(void)sa;
	deleted++;
	return 0;
}

static void count(void *ctx, const char *ifname, const char *proxy)
{
	assert_string_equal(ifname, "tunnel1");
	assert_string_equal(proxy, "lan");
	++*(unsigned int *)ctx;
}

static void count_lost(void *ctx, uint64_t token, bool inbound)
{
	(void)token;
	(void)inbound;
	++*(unsigned int *)ctx;
}

static struct ike_sa_spec ours(bool inbound)
{
	return (struct ike_sa_spec){
		.token = TOKEN, .inbound = inbound, .spi = inbound ? 0x1001 : 0x2002,
		.ifname = "tunnel1", .proxy = "lan",
	};
}

static const struct kern_ops ops = { .sa_each = each_sa, .sa_del = count_del };

static struct live *live_with_ours(struct kern *kern)
{
	struct ike_sa_spec in = ours(true), out = ours(false);
	struct live *live = live_new();
	unsigned int lost = 0;

	assert_non_null(live);
	kern->ops = &ops;
	live_add(live, &in);
	live_add(live, &out);
	assert_int_equal(live_sync(live, kern, count_lost, &lost), 0);
	assert_int_equal(lost, 0);
	return live;
}

/* An SA is ours if all of its names are. */
static void test_has(void **state)
{
	struct kern kern = { 0 };
	struct live *live = live_with_ours(&kern);
	struct ike_sa_spec sa = ours(true);

	(void)state;
	assert_true(live_has(live, &sa));
	sa.spi++;
	assert_false(live_has(live, &sa));
	sa = ours(true);
	sa.token++;
	assert_false(live_has(live, &sa));
	sa = ours(true);
	sa.inbound = false;
	assert_false(live_has(live, &sa));
	sa = ours(true);
	sa.ah = true;
	assert_false(live_has(live, &sa));
	sa = ours(true);
	sa.ifname = "tunnel2";
	assert_false(live_has(live, &sa));
	sa = ours(true);
	sa.proxy = "wan";
	assert_false(live_has(live, &sa));
	sa = ours(true);
	live_remove(live, &sa);
	assert_false(live_has(live, &sa));
	live_free(live);
}

/* They are a former one's then: they carry packets until a successor does. */
static void test_orphan(void **state)
{
	struct kern kern = { 0 };
	struct live *live = live_with_ours(&kern);
	struct ike_sa_spec sa = ours(true);
	unsigned int former = 0;

	(void)state;
	live_each_former(live, count, &former);
	assert_int_equal(former, 0);
	assert_false(live_has_former(live));
	assert_int_equal(live_orphan(live, &kern), 0);
	assert_false(live_has(live, &sa));
	live_each_former(live, count, &former);
	assert_int_equal(former, 1);
	assert_int_equal(deleted, 0);
	assert_true(live_has_former(live));
	live_succeeded(live, &kern, 1000, "tunnel1", "lan");
	assert_int_equal(deleted, 1);
	/* One is left, for packets that are under way. */
	assert_true(live_has_former(live));
	live_tick(live, &kern, live_due(live));
	assert_int_equal(deleted, 2);
	assert_false(live_has_former(live));
	live_free(live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_has),
		cmocka_unit_test(test_orphan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
