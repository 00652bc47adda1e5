// SPDX-License-Identifier: GPL-2.0-or-later
/* What pantund and pantunctl share to speak with the module, without a module. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <linux/pantun.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "genl/attr.h"
#include "genl/read.h"
#include "genl/sa.h"
#include "genl/selector.h"
#include "genl/sock.h"

#define ATTRS_MAX	8	/* types of the attributes here */

/* Attributes of @msg, which has no header of its own. */
static void attrs_of(struct nl_msg *msg, struct nlattr **attrs)
{
	assert_int_equal(nla_parse(attrs, ATTRS_MAX, nlmsg_data(nlmsg_hdr(msg)),
				   nlmsg_datalen(nlmsg_hdr(msg)), NULL), 0);
}

/* An attribute that is shorter than its type is as good as none. */
static void test_short_attributes(void **state)
{
	struct nlattr *attrs[ATTRS_MAX + 1];
	struct nl_msg *msg = nlmsg_alloc();
	uint64_t value = 5;

	(void)state;
	/* None of the octets that follow an attribute is 0. */
	for (int i = 1; i <= 5; i++)
		assert_int_equal(nla_put(msg, i, (int)(8 >> i), "\1\1\1\1\1\1\1"), 0);
	attrs_of(msg, attrs);
	assert_false(genl_attr_take_u64(attrs[1], &value));
	assert_false(genl_attr_take_u64(NULL, &value));
	assert_int_equal(value, 5);
	assert_int_equal(genl_attr_u64(attrs[1]), 0);
	assert_int_equal(genl_attr_u32(attrs[1]), 0x01010101);
	assert_int_equal(genl_attr_u32(attrs[2]), 0);
	assert_int_equal(genl_attr_u16(attrs[2]), 0x0101);
	assert_int_equal(genl_attr_u16(attrs[3]), 0);
	assert_int_equal(genl_attr_u8(attrs[3]), 1);
	assert_int_equal(genl_attr_u8(attrs[4]), 0);
	assert_int_equal(genl_attr_u32(NULL), 0);
	assert_false(genl_attr_nest(NULL, attrs, ATTRS_MAX));
	nlmsg_free(msg);
}

/* A string may lack its NUL, or be longer than there is room for. */
static void test_texts(void **state)
{
	struct nlattr *attrs[ATTRS_MAX + 1];
	struct nl_msg *msg = nlmsg_alloc();
	char text[4] = "old";

	(void)state;
	assert_int_equal(nla_put_string(msg, 1, "LAN1"), 0);
	assert_int_equal(nla_put(msg, 2, 2, "ab"), 0);
	assert_int_equal(nla_put(msg, 3, 0, ""), 0);
	attrs_of(msg, attrs);
	assert_string_equal(genl_attr_string(attrs[1]), "LAN1");
	assert_null(genl_attr_string(attrs[2]));
	assert_null(genl_attr_string(attrs[3]));
	assert_null(genl_attr_string(NULL));
	genl_attr_text(attrs[1], text, sizeof(text));
	assert_string_equal(text, "LAN");
	genl_attr_text(attrs[2], text, sizeof(text));
	assert_string_equal(text, "ab");
	genl_attr_text(NULL, text, sizeof(text));
	assert_string_equal(text, "");
	nlmsg_free(msg);
}

/* An address has the length of its family, no less and no more. */
static void test_addresses(void **state)
{
	const struct addr four = { .family = AF_INET, .b = { 192, 0, 2, 1 } };
	const struct addr six = { .family = AF_INET6, .b = { 0x20, 1, [15] = 1 } };
	struct nlattr *attrs[ATTRS_MAX + 1];
	struct nl_msg *msg = nlmsg_alloc();
	struct addr got = six;

	(void)state;
	assert_true(genl_attr_put_either(msg, 1, 2, &four));
	assert_true(genl_attr_put_either(msg, 1, 2, &six));
	assert_true(genl_attr_put_either(msg, 3, 4, &(struct addr){ 0 }));
	assert_int_equal(nla_put(msg, 5, 5, "\1\2\3\4\5"), 0);
	assert_int_equal(nla_put(msg, 6, 3, "\1\2\3"), 0);
	attrs_of(msg, attrs);
	assert_true(genl_attr_either(attrs[1], NULL, &got));
	assert_true(addr_equal(&got, &four));
	assert_true(genl_attr_either(NULL, attrs[2], &got));
	assert_true(addr_equal(&got, &six));
	assert_null(attrs[3]);
	assert_null(attrs[4]);
	for (int i = 3; i <= 6; i++) {
		got = six;
		assert_false(genl_attr_addr(attrs[i], AF_INET, &got));
		assert_int_equal(got.family, 0);
	}
	nlmsg_free(msg);
}

/* The kernel's own words come first; without any, the error is put into words. */
static void test_explain(void **state)
{
	char text[64];

	(void)state;
	genl_explain(-EEXIST, "the SPI is taken", text, sizeof(text));
	assert_string_equal(text, "the SPI is taken (File exists)");
	genl_explain(-EPERM, "only root", text, sizeof(text));
	assert_string_equal(text, "only root (Operation not permitted)");
	genl_explain(-EPERM, "", text, sizeof(text));
	assert_string_equal(text, "not permitted: this needs CAP_NET_ADMIN");
	genl_explain(-ENODEV, "", text, sizeof(text));
	assert_string_equal(text, "No such device");
}

static void test_begin(void **state)
{
	struct nl_msg *msg = genl_begin(99, PANTUN_CMD_SA_DEL, NLM_F_ACK, "tunnel1");
	struct nlattr *attrs[PANTUN_A_MAX + 1];
	char ifname[16];

	(void)state;
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_type, 99);
	assert_int_equal(genlmsg_hdr(nlmsg_hdr(msg))->cmd, PANTUN_CMD_SA_DEL);
	assert_true(genl_attr_top(nlmsg_hdr(msg), attrs));
	genl_attr_text(attrs[PANTUN_A_IFNAME], ifname, sizeof(ifname));
	assert_string_equal(ifname, "tunnel1");
	nlmsg_free(msg);
	msg = genl_begin(99, PANTUN_CMD_SA_FLUSH, NLM_F_ACK, NULL);
	assert_true(genl_attr_top(nlmsg_hdr(msg), attrs));
	assert_null(attrs[PANTUN_A_IFNAME]);
	nlmsg_free(msg);
}

/* Words of the control socket; what has no command of its own, or is no word, is refused. */
static void test_read_words(void **state)
{
	(void)state;
	assert_int_equal(genl_read_cmd("tunnel"), PANTUN_CMD_TUNNEL_GET);
	assert_int_equal(genl_read_cmd("module"), PANTUN_CMD_MODULE_GET);
	assert_int_equal(genl_read_cmd("events"), 0);
	assert_int_equal(genl_read_cmd("keys"), 0);
	assert_int_equal(genl_read_open(NULL, 99, "keys"), -EINVAL);
}

static struct nlattr *nest_of(struct nl_msg *msg, int type)
{
	return nla_find(nlmsg_data(nlmsg_hdr(msg)), nlmsg_datalen(nlmsg_hdr(msg)), type);
}

/* Everything may be said in full or not at all. */
static void test_whole_selector(void **state)
{
	struct genl_selector all = { 0 }, spelled = { 0 };
	struct nl_msg *msg = nlmsg_alloc();

	(void)state;
	spelled.local4 = genl_range_any(AF_INET);
	spelled.remote4 = genl_range_any(AF_INET);
	spelled.local6 = genl_range_any(AF_INET6);
	spelled.remote6 = genl_range_any(AF_INET6);
	spelled.local_port = (struct genl_ports){ true, 0, 65535 };
	assert_true(genl_range_is_any(&spelled.local6));
	assert_false(genl_range_is_any(&all.local6));
	assert_true(genl_selector_equal(&all, &spelled));
	assert_true(genl_selector_put(msg, 1, &spelled));
	assert_int_equal(nlmsg_datalen(nlmsg_hdr(msg)), 0);
	assert_true(genl_selector_get(NULL, &spelled));
	assert_true(genl_selector_equal(&all, &spelled));
	/* One family is less than both. */
	spelled.local4 = genl_range_any(AF_INET);
	spelled.remote4 = genl_range_any(AF_INET);
	assert_false(genl_selector_equal(&all, &spelled));
	nlmsg_free(msg);
}

static void test_selector_back(void **state)
{
	struct genl_selector selector = { .proto = 6, .remote_port = { true, 443, 444 } }, back;
	struct nl_msg *msg = nlmsg_alloc();

	(void)state;
	addr_range_parse("10.1.0.0/24", &selector.local4.first, &selector.local4.last);
	addr_range_parse("10.2.0.1-10.2.0.9", &selector.remote4.first, &selector.remote4.last);
	assert_true(genl_selector_put(msg, 1, &selector));
	assert_true(genl_selector_get(nest_of(msg, 1), &back));
	assert_true(genl_selector_equal(&selector, &back));
	assert_int_equal(back.local6.first.family, 0);
	assert_false(back.local_port.given);
	back.remote_port.last++;
	assert_false(genl_selector_equal(&selector, &back));
	nlmsg_free(msg);
}

/* Any address of a family that lacks, and half a range of ports. */
static void test_half_selector(void **state)
{
	static const uint8_t octets[4] = { 10, 0, 0, 1 };
	struct genl_selector got;

	(void)state;
	for (int lack = 0; lack < 4; lack++) {
		struct nl_msg *msg = nlmsg_alloc();
		struct nlattr *nest = nla_nest_start(msg, 1);

		for (int i = 0; i < 4; i++)
			if (i != lack)
				nla_put(msg, PANTUN_SELECTOR_A_LOCAL4_FIRST + i, 4, octets);
		nla_put_u8(msg, PANTUN_SELECTOR_A_PROTO, 6);
		nla_put_u16(msg, PANTUN_SELECTOR_A_LOCAL_PORT_FIRST, 80);
		nla_nest_end(msg, nest);
		assert_false(genl_selector_get(nest, &got));
		assert_int_equal(got.proto, 0);
		assert_int_equal(got.remote4.last.family, 0);
		assert_false(got.local_port.given);
		nlmsg_free(msg);
	}
}

/* Limits and keys that are not there are not sent. */
static void test_sa_parts(void **state)
{
	const struct genl_limits limits = { .hard_packets = 9 };
	const struct genl_keys keys = { .auth = bytes_of("abcd", 4) };
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *a[PANTUN_LIMITS_A_MAX + 1];

	(void)state;
	assert_true(genl_sa_put_limits(msg, &limits));
	assert_true(genl_attr_nest(nest_of(msg, PANTUN_SA_A_LIMITS), a, PANTUN_LIMITS_A_MAX));
	assert_int_equal(genl_attr_u64(a[PANTUN_LIMITS_A_HARD_PACKETS]), 9);
	assert_null(a[PANTUN_LIMITS_A_SOFT_PACKETS]);
	assert_true(genl_sa_put_keys(msg, &keys));
	assert_true(genl_attr_nest(nest_of(msg, PANTUN_SA_A_KEY), a, PANTUN_KEY_A_MAX));
	assert_int_equal(nla_len(a[PANTUN_KEY_A_AUTH]), 4);
	assert_null(a[PANTUN_KEY_A_ENC]);
	assert_null(a[PANTUN_KEY_A_SALT]);
	nlmsg_free(msg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_attributes),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_explain),
		cmocka_unit_test(test_begin),
		cmocka_unit_test(test_read_words),
		cmocka_unit_test(test_whole_selector),
		cmocka_unit_test(test_selector_back),
		cmocka_unit_test(test_half_selector),
		cmocka_unit_test(test_sa_parts),
	};

	return cmocka_run_group_tests_name("genl", tests, NULL, NULL);
}
