// SPDX-License-Identifier: GPL-2.0
/* Tests of what AH covers of headers (RFC 4302 appendix A), and of broken ones. */
#include <kunit/test.h>
#include <linux/ipv6.h>
#include <linux/string.h>
#include "pure/ah_mask.h"

/* Type of service, flags, TTL, checksum; then the options. */
#define V4_BEFORE(ihl)	ihl "\xb8\x01\x00\x12\x34\x40\x00\x21\x33\xab\xcd" \
			"\x0a\x00\x00\x01\x0a\x00\x00\x02"
#define V4_MASKED(ihl)	ihl "\x00\x01\x00\x12\x34\x00\x00\x00\x33\x00\x00" \
			"\x0a\x00\x00\x01\x0a\x00\x00\x02"
/* The same with the destination that a source route ends at. */
#define V4_ROUTED(ihl)	ihl "\x00\x01\x00\x12\x34\x00\x00\x00\x33\x00\x00" \
			"\x0a\x00\x00\x01\x0a\x00\x00\x09"

#define ADDR(last)	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0" last
#define V6_BEFORE(next)	"\x6e\x12\x34\x56\x00\x40" next "\x21" ADDR("\x01") ADDR("\x02")
#define V6_MASKED(next, to) "\x60\0\0\0\x00\x40" next "\0" ADDR("\x01") ADDR(to)

/* Three addresses, of which the last two are ahead, and the same at its end. */
#define ROUTE_BEFORE	"\x33\x06\0\x02\0\0\0\0" ADDR("\xa1") ADDR("\xa2") ADDR("\xa3")
#define ROUTE_AT_END	"\x33\x06\0\0\0\0\0\0" ADDR("\xa1") ADDR("\x02") ADDR("\xa2")

struct mask_case {
	const char *name;
	bool sending;
	const char *before;
	const char *after;	/* NULL: refused */
	unsigned int len;
};

#define MASKED(name, sending, before, after)	{ name, sending, before, after, sizeof(before) - 1 }
#define REFUSED(name, sending, before)		{ name, sending, before, NULL, sizeof(before) - 1 }

static const struct mask_case cases[] = {
	MASKED("IPv4", true, V4_BEFORE("\x45"), V4_MASKED("\x45")),
	MASKED("IPv4, immutable options", true,
	       V4_BEFORE("\x4a") "\x94\x04\0\1\x82\3\1\x85\3\1\x86\3\1\x95\3\1\1\1\1\0",
	       V4_MASKED("\x4a") "\x94\x04\0\1\x82\3\1\x85\3\1\x86\3\1\x95\3\1\1\1\1\0"),
	MASKED("IPv4, mutable options", false,
	       V4_BEFORE("\x4c") "\x44\4\5\1\7\4\4\1\x52\4\1\1\x88\4\1\1\x0b\4\1\1"
				 "\x1e\3\1\1\x94\x02\0\0",
	       V4_MASKED("\x4c") "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				 "\0\0\0\1\x94\x02\0\0"),
	MASKED("IPv4, source route ahead", true,
	       V4_BEFORE("\x48") "\x83\x0b\x08\x0a\0\0\5\x0a\0\0\x09\0",
	       V4_ROUTED("\x48") "\0\0\0\0\0\0\0\0\0\0\0\0"),
	MASKED("IPv4, arrived with a source route ahead", false,
	       V4_BEFORE("\x48") "\x83\x0b\x08\x0a\0\0\5\x0a\0\0\x09\0",
	       V4_MASKED("\x48") "\0\0\0\0\0\0\0\0\0\0\0\0"),
	MASKED("IPv4, strict source route at its end", true,
	       V4_BEFORE("\x48") "\x89\x0b\x0c\x0a\0\0\5\x0a\0\0\x09\0",
	       V4_MASKED("\x48") "\0\0\0\0\0\0\0\0\0\0\0\0"),
	MASKED("IPv4, something behind the end of options", false,
	       V4_BEFORE("\x46") "\0\7\xff\xff", V4_MASKED("\x46") "\0\7\xff\xff"),
	MASKED("IPv4, source route too short for an address", true,
	       V4_BEFORE("\x46") "\x83\x03\x04\0", V4_MASKED("\x46") "\0\0\0\0"),
	REFUSED("IPv4, option without length", false, V4_BEFORE("\x46") "\1\1\1\7"),
	REFUSED("IPv4, option of length 0", false, V4_BEFORE("\x46") "\7\0\0\0"),
	REFUSED("IPv4, option of length 1", false, V4_BEFORE("\x46") "\x94\1\0\0"),
	REFUSED("IPv4, option beyond the header", false, V4_BEFORE("\x46") "\7\5\4\0"),
	REFUSED("IPv4, header longer than said", false, V4_BEFORE("\x45") "\0\0\0\0"),
	REFUSED("IPv4, header shorter than said", false, V4_BEFORE("\x46")),
	REFUSED("IPv4, cut off", false, "\x45\xb8\x01\0\x12\x34\x40\0\x21\x33\xab\xcd\x0a\0\0\1"),
	REFUSED("nothing", false, ""),
	REFUSED("neither IPv4 nor IPv6", false, V4_BEFORE("\x55")),

	MASKED("IPv6", true, V6_BEFORE("\x33"), V6_MASKED("\x33", "\x02")),
	/* tcpdump's tests/OSPFv3_with_AH.pcap; its key is not known */
	MASKED("IPv6, OSPF of a router", false,
	       "\x6e\0\0\0\0\x3c\x33\x01\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
	       "\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\5",
	       "\x60\0\0\0\0\x3c\x33\0\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
	       "\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\5"),
	MASKED("IPv6, hop-by-hop and destination options", false,
	       V6_BEFORE("\0") "\x3c\x01\x3e\4\1\2\3\4\x1e\3\1\2\3\1\1\xff\x33\0\0\x3f\3\1\2\3",
	       V6_MASKED("\0", "\x02")
	       "\x3c\x01\x3e\4\0\0\0\0\x1e\3\1\2\3\1\1\xff\x33\0\0\x3f\3\0\0\0"),
	MASKED("IPv6, routing header ahead", true,
	       V6_BEFORE("\x2b") ROUTE_BEFORE, V6_MASKED("\x2b", "\xa3") ROUTE_AT_END),
	REFUSED("IPv6, arrived with a routing header ahead", false,
		V6_BEFORE("\x2b") ROUTE_BEFORE),
	MASKED("IPv6, routing header at its end", false,
	       V6_BEFORE("\x2b") ROUTE_AT_END, V6_MASKED("\x2b", "\x02") ROUTE_AT_END),
	MASKED("IPv6, home address ahead", true,
	       V6_BEFORE("\x2b") "\x33\2\2\1\0\0\0\0" ADDR("\xa1"),
	       V6_MASKED("\x2b", "\xa1") "\x33\2\2\0\0\0\0\0" ADDR("\x02")),
	MASKED("IPv6, segments at their end", false,
	       V6_BEFORE("\x2b") "\x33\2\4\0\0\0\0\7" ADDR("\x02"),
	       V6_MASKED("\x2b", "\x02") "\x33\2\4\0\0\0\0\7" ADDR("\x02")),
	REFUSED("IPv6, segments ahead", true,
		V6_BEFORE("\x2b") "\x33\2\4\1\0\0\0\0" ADDR("\xa1")),
	REFUSED("IPv6, more segments ahead than there are", true,
		V6_BEFORE("\x2b") "\x33\2\0\2\0\0\0\0" ADDR("\xa1")),
	REFUSED("IPv6, half an address", true,
		V6_BEFORE("\x2b") "\x33\1\0\1\0\0\0\0\0\0\0\0\0\0\0\0"),
	REFUSED("IPv6, option beyond its header", false,
		V6_BEFORE("\0") "\x33\0\x3e\5\1\2\3\4"),
	REFUSED("IPv6, option without length", false, V6_BEFORE("\0") "\x33\0\1\3\0\0\0\x3e"),
	REFUSED("IPv6, extension header beyond the packet", false,
		V6_BEFORE("\0") "\x33\1\1\4\0\0\0\0"),
	REFUSED("IPv6, half an extension header", false, V6_BEFORE("\0") "\x33"),
	REFUSED("IPv6, a header that does not stand before AH", false,
		V6_BEFORE("\x2c") "\x33\0\0\0\1\2\3\4"),
	REFUSED("IPv6, AH does not follow", false, V6_BEFORE("\0") "\x32\0\1\4\0\0\0\0"),
	REFUSED("IPv6, AH comes first", false, V6_BEFORE("\x33") "\x33\0\1\4\0\0\0\0"),
	REFUSED("IPv6, cut off", false, "\x60\0\0\0\0\x40\x33\x21" ADDR("\1") "\0\0\0\0\0\0\0"),
};

static void mask_case_name(const struct mask_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mask, cases, mask_case_name);

static void ah_mask_test(struct kunit *test)
{
	const struct mask_case *c = test->param_value;
	/* of exactly this size, so that KASAN sees what goes beyond */
	u8 *headers = kunit_kmalloc(test, c->len, GFP_KERNEL);
	int err;

	KUNIT_ASSERT_NOT_NULL(test, headers);
	memcpy(headers, c->before, c->len);
	err = pantun_ah_mask(headers, c->len, c->sending);
	if (!c->after) {
		KUNIT_EXPECT_EQ(test, err, -EPROTO);
		return;
	}
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, memcmp(headers, c->after, c->len), 0);
}

static struct kunit_case ah_mask_cases[] = {
	KUNIT_CASE_PARAM(ah_mask_test, mask_gen_params),
	{}
};

static struct kunit_suite ah_mask_suite = {
	.name = "pantun_ah_mask",
	.test_cases = ah_mask_cases,
};

kunit_test_suite(ah_mask_suite);
