// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the classifier; also compiled on the host.  It has to say just what asking
 * the selectors one after the other says.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/socket.h>
#include <linux/string.h>
#include "pure/classify.h"
#include "test/random.h"

#define SETS	3000
#define FLOWS	40		/* of each set */

static const struct pantun_selector *sorted[PANTUN_CLASSIFY_MAX];
static struct pantun_selector selectors[PANTUN_CLASSIFY_MAX];

/* What the numbers of one set are like. */
struct shape {
	u32 bound;		/* addresses lie close together, or far apart */
	bool v6;		/* there is IPv6 as well */
	u32 any;		/* one range of so many is "any" */
	u32 host;		/* one range of so many is a single address */
};

static void put(u8 *octets, u64 value)
{
	int i;

	for (i = 7; i >= 0; i--) {
		octets[i] = value;
		value >>= 8;
	}
}

/* Often an end of all numbers, where sums overflow, or next to the middle octet's. */
static u64 random_number(u64 *seed, const struct shape *shape, u64 max)
{
	switch (test_random_below(seed, 16)) {
	case 0:
		return 0;
	case 1:
		return max;
	case 2:
		return max - 1;
	case 3:
		return max / 2;
	case 4:
		return test_random(seed) & max;
	default:
		return (250 + test_random_below(seed, shape->bound)) & max;
	}
}

static void random_address(u64 *seed, const struct shape *shape, bool v4, union pantun_addr *addr)
{
	u8 octets[8];

	memset(addr, 0, sizeof(*addr));
	if (v4) {
		put(octets, random_number(seed, shape, U32_MAX));
		memcpy(addr, octets + 4, 4);
		return;
	}
	put(octets, random_number(seed, shape, U64_MAX));
	memcpy(addr->v6.s6_addr + 8, octets, 8);
	/* the halves matter both only where upper ones are equal now and then */
	put(octets, 0x20010db800000000ULL + test_random_below(seed, 3));
	if (!test_random_below(seed, 8))
		put(octets, random_number(seed, shape, U64_MAX));
	memcpy(addr->v6.s6_addr, octets, 8);
}

static void random_range(u64 *seed, const struct shape *shape, bool v4, struct pantun_range *range)
{
	union pantun_addr swap;

	if (!test_random_below(seed, shape->any))
		return;
	random_address(seed, shape, v4, &range->first);
	random_address(seed, shape, v4, &range->last);
	if (!test_random_below(seed, shape->host))
		range->last = range->first;
	if (memcmp(&range->first, &range->last, v4 ? 4 : 16) > 0) {
		swap = range->first;
		range->first = range->last;
		range->last = swap;
	}
}

static u8 random_proto(u64 *seed)
{
	static const u8 protos[] = { 0, 0, 0, 1, 6, 6, 17, 254, 255 };

	return protos[test_random_below(seed, ARRAY_SIZE(protos))];
}

static void random_ports(u64 *seed, const struct shape *shape, struct pantun_ports *ports)
{
	u16 a = random_number(seed, shape, U16_MAX), b = random_number(seed, shape, U16_MAX);

	if (!test_random_below(seed, 3))
		return;
	if (!test_random_below(seed, 2))
		b = a;
	ports->first = a < b ? a : b;
	ports->last = a < b ? b : a;
}

static void random_selector(u64 *seed, const struct shape *shape, struct pantun_selector *sel)
{
	pantun_selector_any(sel);
	if (shape->v6) {
		u32 families = test_random_below(seed, 4);

		sel->has_v4 = families != 0;
		sel->has_v6 = families != 1;
	} else {
		sel->has_v6 = false;
	}
	random_range(seed, shape, true, &sel->local4);
	random_range(seed, shape, true, &sel->remote4);
	random_range(seed, shape, false, &sel->local6);
	random_range(seed, shape, false, &sel->remote6);
	sel->proto = random_proto(seed);
	if (!sel->proto)
		return;
	random_ports(seed, shape, &sel->local_port);
	random_ports(seed, shape, &sel->remote_port);
}

/* One number below, on or above either end of what a selector has. */
static void beside(u64 *seed, const union pantun_addr *end, bool v4, union pantun_addr *addr)
{
	int by = (int)test_random_below(seed, 3) - 1, i;
	u8 *octets = addr->v6.s6_addr;

	*addr = *end;
	for (i = v4 ? 3 : 15; by && i >= 0; i--) {
		octets[i] += by;
		if (octets[i] != (by > 0 ? 0 : U8_MAX))
			break;
	}
}

static void flow_beside(u64 *seed, const struct pantun_selector *sel, struct pantun_flow *flow)
{
	bool v4 = flow->family == AF_INET;
	const struct pantun_range *local = v4 ? &sel->local4 : &sel->local6;
	const struct pantun_range *remote = v4 ? &sel->remote4 : &sel->remote6;
	u32 ends = test_random_below(seed, 16);

	beside(seed, ends & 1 ? &local->first : &local->last, v4, &flow->local);
	beside(seed, ends & 2 ? &remote->first : &remote->last, v4, &flow->remote);
	if (sel->proto)
		flow->proto = sel->proto;
	flow->local_port = (ends & 4 ? sel->local_port.first : sel->local_port.last) - 1 +
			   test_random_below(seed, 3);
	flow->remote_port = (ends & 8 ? sel->remote_port.first : sel->remote_port.last) - 1 +
			    test_random_below(seed, 3);
}

/* Most of them next to what one of the selectors has. */
static void random_flow(u64 *seed, const struct shape *shape, u32 count, struct pantun_flow *flow)
{
	bool v4 = !shape->v6 || test_random_below(seed, 2);

	memset(flow, 0, sizeof(*flow));
	flow->family = v4 ? AF_INET : AF_INET6;
	flow->proto = random_proto(seed);
	flow->has_ports = test_random_below(seed, 4);
	random_address(seed, shape, v4, &flow->local);
	random_address(seed, shape, v4, &flow->remote);
	flow->local_port = random_number(seed, shape, U16_MAX);
	flow->remote_port = random_number(seed, shape, U16_MAX);
	if (test_random_below(seed, 8))
		flow_beside(seed, &selectors[test_random_below(seed, count)], flow);
}

/* In order of precedence, as a tunnel's table has them. */
static void sort_selectors(u32 count)
{
	u32 i, k;

	for (i = 0; i < count; i++) {
		for (k = i; k && pantun_selector_compare(&selectors[i], sorted[k - 1]) < 0; k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = &selectors[i];
	}
}

static int one_by_one(u32 count, const struct pantun_flow *flow)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (pantun_selector_match(sorted[i], flow))
			return i;
	return -1;
}

/* Small sets and full ones; of one family and of both. */
static u32 random_set(u64 *seed, struct shape *shape)
{
	u32 i, count = 1 + test_random_below(seed, test_random_below(seed, 8) ?
					     20 : PANTUN_CLASSIFY_MAX);

	shape->bound = test_random_below(seed, 2) ? 12 : 600;
	shape->v6 = test_random_below(seed, 2);
	shape->any = 2 + test_random_below(seed, 30);
	shape->host = 1 + test_random_below(seed, 4);
	for (i = 0; i < count; i++)
		random_selector(seed, shape, &selectors[i]);
	sort_selectors(count);
	return count;
}

static void same_as_one_by_one(struct kunit *test)
{
	u32 i, k, matches = 0, last_word = 0;
	u64 seed = 5;

	for (i = 0; i < SETS; i++) {
		struct pantun_classifier *classifier;
		struct pantun_flow flow;
		struct shape shape;
		u32 count = random_set(&seed, &shape), wrong = 0;

		classifier = pantun_classifier_new(sorted, count);
		KUNIT_ASSERT_NOT_NULL(test, classifier);
		for (k = 0; k < FLOWS; k++) {
			int expected;

			random_flow(&seed, &shape, count, &flow);
			expected = one_by_one(count, &flow);
			wrong += pantun_classifier_match(classifier, &flow) != expected;
			matches += expected >= 0;
			last_word += expected >= 192;
		}
		pantun_classifier_free(classifier);
		KUNIT_ASSERT_EQ(test, wrong, 0U);
	}
	/* the comparison would be worth little if hardly any matched */
	KUNIT_EXPECT_GT(test, matches, SETS * FLOWS / 4U);
	KUNIT_EXPECT_GT(test, last_word, 100U);
}

/* As many as there may be, each matched by its own packets and by no others. */
static void hosts_apart(struct kunit *test)
{
	struct pantun_flow flow = { .family = AF_INET };
	struct pantun_classifier *classifier;
	u32 i;

	for (i = 0; i < PANTUN_CLASSIFY_MAX; i++) {
		struct pantun_selector *sel = &selectors[i];

		pantun_selector_any(sel);
		memcpy(&sel->remote4.first, (u8[]){ 10, 64, 2 * i / 256, 2 * i }, 4);
		sel->remote4.last = sel->remote4.first;
		sorted[i] = sel;
	}
	classifier = pantun_classifier_new(sorted, PANTUN_CLASSIFY_MAX);
	KUNIT_ASSERT_NOT_NULL(test, classifier);
	for (i = 0; i < PANTUN_CLASSIFY_MAX; i++) {
		memcpy(&flow.remote, (u8[]){ 10, 64, 2 * i / 256, 2 * i }, 4);
		KUNIT_EXPECT_EQ(test, pantun_classifier_match(classifier, &flow), (int)i);
		flow.remote.v6.s6_addr[3]++;
		KUNIT_EXPECT_EQ(test, pantun_classifier_match(classifier, &flow), -1);
	}
	pantun_classifier_free(classifier);
}

static struct kunit_case classify_cases[] = {
	KUNIT_CASE(same_as_one_by_one),
	KUNIT_CASE(hosts_apart),
	{}
};

static struct kunit_suite classify_suite = {
	.name = "pantun_classify",
	.test_cases = classify_cases,
};

kunit_test_suite(classify_suite);
