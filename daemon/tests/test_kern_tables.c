// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel's tables say of monitors and SAs, without a kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <linux/pantun.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "kern/genl_list.h"
#include "kern/genl_monitor_attr.h"
#include "genl/path.h"
#include "kern/genl_sa.h"

#define FAMILY		99	/* id of our family in these messages */

static struct addr address(const char *text)
{
	struct addr addr = { 0 };

	if (text)
		assert_int_equal(addr_parse(text, &addr), 0);
	return addr;
}

static struct nl_msg *about_tunnel(uint8_t cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(genlmsg_put(msg, 0, 0, FAMILY, 0, 0, cmd, PANTUN_GENL_VERSION));
	nla_put_string(msg, PANTUN_A_IFNAME, "tunnel1");
	return msg;
}

/* There and back, and what is the same. */
static void check_monitor(const char *destination, const char *source, const char *proxy)
{
	struct policy_monitor monitor = { .action = POLICY_FAIL_OVER, .interval_ms = 3000,
					  .threshold = 5, .recovery = 2 };
	const struct policy_probe probe = { address(destination), address(source) };
	struct nl_msg *msg = about_tunnel(PANTUN_CMD_MONITOR_NEW);
	struct kern_monitor back;

	snprintf(monitor.proxy, sizeof(monitor.proxy), "%s", proxy);
	assert_false(genl_monitor_get(nlmsg_hdr(msg), &back));
	assert_true(genl_monitor_put(msg, &monitor, &probe));
	assert_true(genl_monitor_get(nlmsg_hdr(msg), &back));
	nlmsg_free(msg);
	assert_string_equal(back.ifname, "tunnel1");
	assert_int_equal(back.state, KERN_PATH_UNKNOWN);
	assert_true(genl_monitor_equal(&back, &monitor, &probe));
	monitor.recovery = 3;
	assert_false(genl_monitor_equal(&back, &monitor, &probe));
	monitor.recovery = 2;
	strcpy(monitor.proxy, "other");
	assert_false(genl_monitor_equal(&back, &monitor, &probe));
}

static void test_monitor(void **state)
{
	(void)state;
	check_monitor("10.2.0.1", NULL, "");
	check_monitor("10.2.0.1", "10.1.0.1", "lan");
	check_monitor("fd02::1", "fd01::1", "lan6");
}

/* An SA as the kernel answers it, but for its path. */
static struct nl_msg *answer(uint32_t dir, uint32_t spi)
{
	struct nl_msg *msg = about_tunnel(PANTUN_CMD_SA_NEW);
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_SA);

	if (dir)
		nla_put_u32(msg, PANTUN_SA_A_DIR, dir);
	if (spi)
		nla_put_u32(msg, PANTUN_SA_A_SPI, spi);
	nla_put_string(msg, PANTUN_SA_A_PROXY, "LAN");
	nla_put_u8(msg, PANTUN_SA_A_PROTO, IPPROTO_AH);
	nla_put_u64(msg, PANTUN_SA_A_COOKIE, 0xc0ffee0000000001ULL);
	nla_put_u64(msg, PANTUN_SA_A_SEQ, 77);
	nla_nest_end(msg, nest);
	return msg;
}

static void test_sa(void **state)
{
	struct nl_msg *msg = answer(PANTUN_DIR_IN, 0x1001);
	struct kern_sa sa;

	(void)state;
	assert_true(genl_sa_get(nlmsg_hdr(msg), &sa));
	nlmsg_free(msg);
	assert_string_equal(sa.ifname, "tunnel1");
	assert_string_equal(sa.proxy, "LAN");
	assert_true(sa.inbound && sa.ah && !sa.udp);
	assert_int_equal(sa.spi, 0x1001);
	assert_int_equal(sa.cookie, 0xc0ffee0000000001ULL);
	assert_int_equal(sa.seq, 77);
	assert_int_equal(sa.local.family, 0);
	/* Without a direction or an SPI it is none. */
	msg = answer(0, 0x1001);
	assert_false(genl_sa_get(nlmsg_hdr(msg), &sa));
	nlmsg_free(msg);
	msg = answer(PANTUN_DIR_IN, 0);
	assert_false(genl_sa_get(nlmsg_hdr(msg), &sa));
	nlmsg_free(msg);
	msg = about_tunnel(PANTUN_CMD_SA_NEW);
	assert_false(genl_sa_get(nlmsg_hdr(msg), &sa));
	nlmsg_free(msg);
}

/* The addresses, and whether ESP is in UDP. */
static void test_sa_between(void **state)
{
	struct genl_path path = {
		.local = { address("192.0.2.1"), 4500 },
		.remote = { address("203.0.113.7"), 40004 },
	};
	struct kern_sa sa;

	(void)state;
	for (int udp = 0; udp <= 1; udp++) {
		struct nl_msg *msg = about_tunnel(PANTUN_CMD_SA_NEW);
		struct nlattr *nest = nla_nest_start(msg, PANTUN_A_SA);

		path.udp = udp;
		nla_put_u32(msg, PANTUN_SA_A_DIR, PANTUN_DIR_OUT);
		nla_put_u32(msg, PANTUN_SA_A_SPI, 0x1001);
		assert_true(genl_path_put(msg, PANTUN_SA_A_PATH, &path));
		nla_nest_end(msg, nest);
		assert_true(genl_sa_get(nlmsg_hdr(msg), &sa));
		nlmsg_free(msg);
		assert_true(addr_equal(&sa.local, &path.local.addr));
		assert_true(addr_equal(&sa.remote, &path.remote.addr));
		assert_int_equal(sa.udp, udp);
		assert_false(sa.inbound || sa.ah);
	}
}

/* What is only reserved is no SA. */
static void test_larval_sa(void **state)
{
	struct nl_msg *msg = about_tunnel(PANTUN_CMD_SA_NEW);
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_SA);
	struct kern_sa sa;

	(void)state;
	nla_put_u32(msg, PANTUN_SA_A_DIR, PANTUN_DIR_IN);
	nla_put_u32(msg, PANTUN_SA_A_SPI, 0x1001);
	nla_put_flag(msg, PANTUN_SA_A_LARVAL);
	nla_nest_end(msg, nest);
	assert_false(genl_sa_get(nlmsg_hdr(msg), &sa));
	nlmsg_free(msg);
}

static struct genl_path path_between(const char *local, const char *remote)
{
	return (struct genl_path){
		.local = { address(local), 4500 }, .remote = { address(remote), 40004 },
	};
}

/* Only one end could be read, or none. */
static void test_half_path(void **state)
{
	static const uint8_t octets[16] = { 192, 0, 2, 1 };
	static const struct { int type, n; } rows[] = {
		{ PANTUN_PATH_A_LOCAL4, 4 }, { PANTUN_PATH_A_REMOTE4, 4 },
		{ PANTUN_PATH_A_LOCAL4, 5 }, { PANTUN_PATH_A_LOCAL6, 15 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nl_msg *msg = nlmsg_alloc();
		struct nlattr *nest = nla_nest_start(msg, PANTUN_SA_A_PATH);
		struct genl_path path;

		nla_put(msg, rows[i].type, rows[i].n, octets);
		nla_nest_end(msg, nest);
		assert_false(genl_path_get(nest, &path));
		assert_int_equal(path.local.addr.family || path.remote.addr.family, i < 2);
		nlmsg_free(msg);
	}
}

/* Into attributes and back. */
static struct genl_path path_back(const struct genl_path *path)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct genl_path back;
	struct nlattr *nest;

	assert_true(genl_path_put(msg, PANTUN_SA_A_PATH, path));
	nest = nla_find(nlmsg_data(nlmsg_hdr(msg)), nlmsg_datalen(nlmsg_hdr(msg)),
			PANTUN_SA_A_PATH);
	assert_true(genl_path_get(nest, &back));
	assert_true(addr_equal(&back.local.addr, &path->local.addr));
	assert_true(addr_equal(&back.remote.addr, &path->remote.addr));
	nlmsg_free(msg);
	return back;
}

static void check_path(const char *local, const char *remote)
{
	struct genl_path way = path_between(local, remote), back;

	/* Ports name nothing without UDP. */
	back = path_back(&way);
	assert_false(back.udp || back.csum || back.local.port || back.remote.port);
	way.udp = true;
	back = path_back(&way);
	assert_true(back.udp && !back.csum);
	assert_int_equal(back.local.port, 4500);
	assert_int_equal(back.remote.port, 40004);
	way.csum = true;
	assert_true(path_back(&way).csum);
}

static void test_sa_path(void **state)
{
	const struct genl_path mixed = path_between("192.0.2.1", "2001:db8::1");
	const struct genl_path none = path_between(NULL, NULL);
	struct nl_msg *msg = nlmsg_alloc();
	struct genl_path back;

	(void)state;
	check_path("192.0.2.1", "203.0.113.7");
	check_path("2001:db8::1", "2001:db8::2");
	assert_false(genl_path_put(msg, PANTUN_SA_A_PATH, &mixed));
	assert_false(genl_path_put(msg, PANTUN_SA_A_PATH, &none));
	assert_false(genl_path_get(NULL, &back));
	assert_int_equal(back.local.addr.family, 0);
	nlmsg_free(msg);
}

static bool get_sa(struct nlmsghdr *header, void *element)
{
	return genl_sa_get(header, element);
}

static void list_answer(struct genl_list *list, struct nl_msg *msg)
{
	genl_list_add(list, nlmsg_hdr(msg));
	nlmsg_free(msg);
}

/* As many as come, in their order; what is none, and what came before a restart, is not there. */
static void test_list(void **state)
{
	struct genl_list list = { .size = sizeof(struct kern_sa), .get = get_sa };
	const struct kern_sa *sas;

	(void)state;
	list_answer(&list, answer(PANTUN_DIR_IN, 9999));
	genl_list_restart(&list);
	for (uint32_t i = 0; i < 100; i++) {
		list_answer(&list, answer(PANTUN_DIR_OUT, 0x1000 + i));
		list_answer(&list, about_tunnel(PANTUN_CMD_SA_NEW));
	}
	assert_int_equal(list.n, 100);
	assert_false(list.short_of_memory);
	sas = list.elements;
	for (uint32_t i = 0; i < 100; i++) {
		assert_int_equal(sas[i].spi, 0x1000 + i);
		assert_string_equal(sas[i].proxy, "LAN");
	}
	genl_list_free(&list);
	assert_int_equal(list.n, 0);
	list_answer(&list, answer(PANTUN_DIR_IN, 0x1001));
	assert_int_equal(list.n, 1);
	genl_list_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_monitor),
		cmocka_unit_test(test_sa),
		cmocka_unit_test(test_sa_between),
		cmocka_unit_test(test_larval_sa),
		cmocka_unit_test(test_sa_path),
		cmocka_unit_test(test_half_path),
		cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
