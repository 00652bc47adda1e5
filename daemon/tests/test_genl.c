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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_attributes),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_explain),
		cmocka_unit_test(test_begin),
		cmocka_unit_test(test_read_words),
	};

	return cmocka_run_group_tests_name("genl", tests, NULL, NULL);
}
