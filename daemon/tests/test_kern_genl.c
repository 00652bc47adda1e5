// SPDX-License-Identifier: GPL-2.0-or-later
/* Selectors for the kernel, and its events, without a kernel. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/genetlink.h>
#include <linux/pantun.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "kern/genl_events.h"
#include "kern/genl_hull.h"
#include "tests/own_network.h"

#define FAMILY		99	/* id of our family in these messages */
#define NEST		PANTUN_PROXY_A_SELECTOR

/* ------------------------------------------------------------- selectors */

static struct ts range(uint8_t proto, uint16_t first_port, uint16_t last_port, const char *text)
{
	struct ts ts = { .proto = proto, .port_first = first_port, .port_last = last_port };

	assert_int_equal(addr_range_parse(text, &ts.first, &ts.last), 0);
	return ts;
}

static struct ts any_port(const char *text)
{
	return range(0, 0, 65535, text);
}

static void add(struct ts_list *list, struct ts ts)
{
	list->ts[list->n++] = ts;
}

/* Into attributes and back; how many octets they took. */
static int there_and_back(const struct genl_selector *selector)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct genl_selector back;
	struct nlattr *nest;
	int n;

	assert_true(genl_selector_put(msg, NEST, selector));
	n = nlmsg_datalen(nlmsg_hdr(msg));
	nest = nla_find(nlmsg_data(nlmsg_hdr(msg)), n, NEST);
	assert_true(genl_selector_get(nest, &back));
	assert_true(genl_selector_equal(selector, &back));
	nlmsg_free(msg);
	return n;
}

static void test_any(void **state)
{
	struct genl_selector selector;
	struct ts_pair pair;

	(void)state;
	ts_pair_any(&pair);
	assert_true(genl_selector_of(&pair, &selector));
	assert_int_equal(there_and_back(&selector), 0);
}

static void test_shapes(void **state)
{
	struct genl_selector selector, other;
	struct ts_pair pair = { 0 };

	(void)state;
	add(&pair.local, any_port("10.1.0.0/24"));
	add(&pair.remote, any_port("10.2.0.0-10.2.0.9"));
	assert_true(genl_selector_of(&pair, &selector));
	assert_false(selector.local6.first.family);
	assert_true(there_and_back(&selector) > 0);
	pair.local.ts[0] = range(6, 0, 65535, "10.1.0.0/24");
	pair.remote.ts[0] = range(6, 443, 443, "10.2.0.0-10.2.0.9");
	assert_true(genl_selector_of(&pair, &other));
	assert_false(genl_selector_equal(&selector, &other));
	assert_int_equal(other.remote_port.first, 443);
	assert_false(other.local_port.given);
	there_and_back(&other);
	memset(&pair, 0, sizeof(pair));
	add(&pair.local, any_port("2001:db8:1::/64"));
	add(&pair.remote, any_port("::/0"));
	assert_true(genl_selector_of(&pair, &selector));
	assert_false(selector.local4.first.family);
	there_and_back(&selector);
}

/* Several ranges become the one that covers them, and a family of one side drops out. */
static void test_hull(void **state)
{
	struct genl_selector selector;
	struct ts_pair pair = { 0 };
	char text[2 * ADDR_TEXT];

	(void)state;
	add(&pair.local, range(6, 80, 80, "10.1.0.7"));
	add(&pair.local, range(6, 8080, 8081, "10.1.0.0/25"));
	add(&pair.local, range(6, 80, 80, "2001:db8::1"));
	add(&pair.remote, range(6, 0, 65535, "10.2.1.0/24"));
	add(&pair.remote, range(6, 0, 65535, "10.2.0.0/24"));
	assert_true(genl_selector_of(&pair, &selector));
	assert_false(selector.local6.first.family);
	assert_string_equal(addr_range_text(&selector.local4.first, &selector.local4.last, text),
			    "10.1.0.0/25");
	assert_string_equal(addr_range_text(&selector.remote4.first, &selector.remote4.last,
					    text), "10.2.0.0/23");
	assert_int_equal(selector.proto, 6);
	assert_int_equal(selector.local_port.first, 80);
	assert_int_equal(selector.local_port.last, 8081);
	/* Two protocols are any protocol, and then ports mean nothing. */
	pair.local.ts[0].proto = 17;
	assert_true(genl_selector_of(&pair, &selector));
	assert_int_equal(selector.proto, 0);
	assert_false(selector.local_port.given);
	/* Nothing in common. */
	pair.remote.n = 1;
	pair.remote.ts[0] = any_port("2001:db8::/32");
	pair.local.n = 2;
	assert_false(genl_selector_of(&pair, &selector));
}

/* What matches, and nothing else: for each pair of ranges that a packet may be in one. */
static void test_several(void **state)
{
	struct genl_selector out[GENL_SELECTORS_MAX], everything = { 0 };
	struct ts_pair pair = { 0 };
	char text[2 * ADDR_TEXT];

	(void)state;
	ts_pair_any(&pair);
	assert_int_equal(genl_selectors_of(&pair, out), 1);
	assert_true(genl_selector_equal(&out[0], &everything));
	assert_int_equal(ts_pair_count(&pair), 2);

	memset(&pair, 0, sizeof(pair));
	add(&pair.local, any_port("10.1.0.0/24"));
	add(&pair.local, range(17, 53, 53, "2001:db8:1::/64"));
	add(&pair.remote, any_port("10.2.0.0/24"));
	add(&pair.remote, range(6, 443, 443, "10.3.0.0/24"));
	add(&pair.remote, any_port("2001:db8:2::/64"));
	assert_int_equal(genl_selectors_of(&pair, out), 3);
	assert_int_equal(ts_pair_count(&pair), 3);
	assert_string_equal(addr_range_text(&out[0].remote4.first, &out[0].remote4.last, text),
			    "10.2.0.0/24");
	assert_false(out[0].local6.first.family);
	assert_int_equal(out[1].proto, 6);
	assert_int_equal(out[1].remote_port.first, 443);
	assert_false(out[1].local_port.given);
	assert_string_equal(addr_range_text(&out[1].remote4.first, &out[1].remote4.last, text),
			    "10.3.0.0/24");
	assert_int_equal(out[2].proto, 17);
	assert_int_equal(out[2].local_port.last, 53);
	assert_false(out[2].local4.first.family);

	/* one family on each side, then one protocol on each */
	pair.local.n = 1;
	pair.remote.ts[0] = any_port("2001:db8::/32");
	pair.remote.n = 1;
	assert_int_equal(genl_selectors_of(&pair, out), 0);
	assert_int_equal(ts_pair_count(&pair), 0);
	pair.local.ts[0] = range(17, 0, 65535, "10.1.0.0/24");
	pair.remote.ts[0] = range(6, 0, 65535, "10.2.0.0/24");
	assert_int_equal(genl_selectors_of(&pair, out), 0);
	assert_int_equal(ts_pair_count(&pair), 0);
}

/* As many as an SA may have are left of more. */
static void test_too_many(void **state)
{
	struct genl_selector out[GENL_SELECTORS_MAX];
	struct ts_pair pair = { 0 };
	char text[ADDR_TEXT];

	(void)state;
	for (int i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "10.1.%d.0/24", 2 * i);
		add(&pair.local, any_port(text));
		snprintf(text, sizeof(text), "10.2.%d.0/24", 2 * i);
		add(&pair.remote, any_port(text));
	}
	assert_int_equal(genl_selectors_of(&pair, out), -1);
	ts_pair_trim(&pair);
	assert_int_equal(pair.local.n, 4);
	assert_int_equal(pair.remote.n, 4);
	assert_int_equal(genl_selectors_of(&pair, out), TS_PAIRS_MAX);
	ts_pair_trim(&pair);
	assert_int_equal(pair.local.n, 4);
}

static void test_broken_selector(void **state)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct genl_selector selector;
	struct nlattr *nest;

	(void)state;
	nest = nla_nest_start(msg, NEST);
	assert_int_equal(nla_put(msg, PANTUN_SELECTOR_A_LOCAL4_FIRST, 4, "\x0a\0\0\0"), 0);
	nla_nest_end(msg, nest);
	nest = nla_find(nlmsg_data(nlmsg_hdr(msg)), nlmsg_datalen(nlmsg_hdr(msg)), NEST);
	assert_false(genl_selector_get(nest, &selector));
	nlmsg_free(msg);
}

/* ---------------------------------------------------------------- events */

static char told[1024];

static void tell(const char *format, ...)
{
	size_t n = strlen(told);
	va_list args;

	va_start(args, format);
	vsnprintf(told + n, sizeof(told) - n, format, args);
	va_end(args);
}

static void on_acquire(void *ctx, const char *ifname, const char *proxy,
		       const struct ts_flow *flow)
{
	char local[TS_TEXT], remote[TS_TEXT];

	(void)ctx;
	tell("acquire %s %s", ifname, proxy ? proxy : "-");
	if (flow->local.first.family)
		tell(" %s to %s", ts_text(&flow->local, local, sizeof(local)),
		     ts_text(&flow->remote, remote, sizeof(remote)));
	tell(";");
}

static void on_expire(void *ctx, uint64_t cookie, bool inbound, bool hard)
{
	(void)ctx;
	tell("expire %llx %s %s;", (unsigned long long)cookie, inbound ? "in" : "out",
	     hard ? "hard" : "soft");
}

static void on_tunnel(void *ctx, const char *ifname, bool deleted)
{
	(void)ctx;
	tell("tunnel %s %s;", ifname, deleted ? "deleted" : "made");
}

static void on_path(void *ctx, const char *ifname, enum kern_path path, const char *unsent)
{
	static const char *const names[] = { "unknown", "up", "down" };

	(void)ctx;
	tell("path %s %s%s%s;", ifname, names[path], *unsent ? ": " : "", unsent);
}

static void on_moved(void *ctx, uint64_t cookie, const struct endpoint *local,
		     const struct endpoint *remote)
{
	char here[ADDR_TEXT], there[ADDR_TEXT];

	(void)ctx;
	tell("moved %llx %s from %s;", (unsigned long long)cookie, endpoint_text(local, here),
	     endpoint_text(remote, there));
}

static void on_resync(void *ctx)
{
	(void)ctx;
	tell("resync;");
}

static const struct kern_events events = {
	.acquire = on_acquire, .expire = on_expire, .tunnel = on_tunnel, .path = on_path,
	.moved = on_moved, .resync = on_resync,
};

static struct genl_events *open_events(void)
{
	/* Any group of generic netlink will do, as nothing is read from it. */
	struct genl_events *e = genl_events_open(&events, FAMILY, 16);

	assert_non_null(e);
	told[0] = '\0';
	return e;
}

static struct nl_msg *event(uint8_t cmd, uint64_t seq, uint32_t kind)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *nest;

	assert_non_null(genlmsg_put(msg, 0, 0, FAMILY, 0, 0, cmd, PANTUN_GENL_VERSION));
	nla_put_string(msg, PANTUN_A_IFNAME, "tunnel1");
	nest = nla_nest_start(msg, PANTUN_A_EVENT);
	nla_put_u64(msg, PANTUN_EVENT_A_SEQ, seq);
	if (kind)
		nla_put_u32(msg, PANTUN_EVENT_A_KIND, kind);
	nla_nest_end(msg, nest);
	return msg;
}

static void deliver(struct genl_events *e, struct nl_msg *msg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);

	genl_events_datagram(e, header, (int)header->nlmsg_len);
	nlmsg_free(msg);
}

static struct nl_msg *expire(uint64_t seq, uint32_t dir, uint32_t kind)
{
	struct nl_msg *msg = event(PANTUN_CMD_SA_EXPIRE_NTF, seq, kind);
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_SA);

	if (dir)
		nla_put_u32(msg, PANTUN_SA_A_DIR, dir);
	nla_put_u64(msg, PANTUN_SA_A_COOKIE, 0xc0ffee0000000001ULL);
	nla_nest_end(msg, nest);
	return msg;
}

/* A packet waits: from and to addresses that end with @n octets, ports of 0 are left out. */
static struct nl_msg *packet(uint64_t seq, int first, size_t n, uint8_t proto, uint16_t port)
{
	static const uint8_t octets[16] = { 10, 1, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9 };
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *nest, *flow;

	assert_non_null(genlmsg_put(msg, 0, 0, FAMILY, 0, 0, PANTUN_CMD_ACQUIRE_NTF,
				    PANTUN_GENL_VERSION));
	nla_put_string(msg, PANTUN_A_IFNAME, "tunnel1");
	nest = nla_nest_start(msg, PANTUN_A_EVENT);
	nla_put_u64(msg, PANTUN_EVENT_A_SEQ, seq);
	flow = nla_nest_start(msg, PANTUN_EVENT_A_FLOW);
	for (int i = 0; i < 4; i++)
		nla_put(msg, first + i, (int)n, octets);
	nla_put_u8(msg, PANTUN_SELECTOR_A_PROTO, proto);
	for (int i = 0; port && i < 4; i++)
		nla_put_u16(msg, PANTUN_SELECTOR_A_LOCAL_PORT_FIRST + i,
			    (uint16_t)(port + i / 2));
	nla_nest_end(msg, flow);
	nla_nest_end(msg, nest);
	return msg;
}

static void test_events(void **state)
{
	struct genl_events *e = open_events();
	struct nl_msg *msg = event(PANTUN_CMD_ACQUIRE_NTF, 5, 0);
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_PROXY);

	(void)state;
	nla_put_string(msg, PANTUN_PROXY_A_NAME, "LAN");
	nla_nest_end(msg, nest);
	deliver(e, msg);
	deliver(e, event(PANTUN_CMD_ACQUIRE_NTF, 6, 0));
	deliver(e, expire(7, PANTUN_DIR_IN, PANTUN_EVENT_SOFT));
	deliver(e, expire(8, PANTUN_DIR_OUT, PANTUN_EVENT_HARD));
	/* Without a direction it is of no SA. */
	deliver(e, expire(9, 0, PANTUN_EVENT_HARD));
	deliver(e, event(PANTUN_CMD_TUNNEL_NTF, 10, PANTUN_EVENT_NEW));
	deliver(e, event(PANTUN_CMD_TUNNEL_NTF, 11, PANTUN_EVENT_CHANGE));
	deliver(e, event(PANTUN_CMD_TUNNEL_NTF, 12, PANTUN_EVENT_DEL));
	deliver(e, packet(13, PANTUN_SELECTOR_A_LOCAL4_FIRST, 4, IPPROTO_TCP, 443));
	deliver(e, packet(14, PANTUN_SELECTOR_A_LOCAL6_FIRST, 16, IPPROTO_ICMPV6, 0));
	assert_string_equal(told, "acquire tunnel1 LAN;acquire tunnel1 -;"
			    "expire c0ffee0000000001 in soft;expire c0ffee0000000001 out hard;"
			    "tunnel tunnel1 made;tunnel tunnel1 deleted;"
			    "acquire tunnel1 - 10.1.0.7 tcp 443 to 10.1.0.7 tcp 444;"
			    "acquire tunnel1 - a01:7::9 icmp6 to a01:7::9 icmp6;");
	genl_events_close(e);
}

/* @remote: 4 octets; ports of 0 are left out. */
static struct nl_msg *moved(uint64_t seq, uint32_t encap, const char *remote, uint16_t local_port,
			    uint16_t remote_port)
{
	struct nl_msg *msg = event(PANTUN_CMD_SA_MOVE_NTF, seq, PANTUN_EVENT_MOVED);
	struct nlattr *sa = nla_nest_start(msg, PANTUN_A_SA), *path;

	nla_put_u32(msg, PANTUN_SA_A_DIR, PANTUN_DIR_IN);
	nla_put_u64(msg, PANTUN_SA_A_COOKIE, 0xc0ffee0000000001ULL);
	path = nla_nest_start(msg, PANTUN_SA_A_NEW_PATH);
	nla_put(msg, PANTUN_PATH_A_LOCAL4, 4, "\xc0\x00\x02\x01");
	if (remote)
		nla_put(msg, PANTUN_PATH_A_REMOTE4, 4, remote);
	nla_put_u32(msg, PANTUN_PATH_A_ENCAP, encap);
	if (local_port)
		nla_put_u16(msg, PANTUN_PATH_A_LOCAL_PORT, local_port);
	if (remote_port)
		nla_put_u16(msg, PANTUN_PATH_A_REMOTE_PORT, remote_port);
	nla_nest_end(msg, path);
	nla_nest_end(msg, sa);
	return msg;
}

/* Where ESP in UDP comes from matters; without UDP, or half said, it does not. */
static void test_moved(void **state)
{
	struct genl_events *e = open_events();

	(void)state;
	deliver(e, moved(1, PANTUN_ENCAP_UDP, "\xcb\x00\x71\x07", 4500, 40004));
	deliver(e, moved(2, PANTUN_ENCAP_NONE, "\xcb\x00\x71\x07", 4500, 40004));
	deliver(e, moved(3, PANTUN_ENCAP_UDP, NULL, 4500, 40004));
	deliver(e, moved(4, PANTUN_ENCAP_UDP, "\xcb\x00\x71\x07", 0, 40004));
	deliver(e, moved(5, PANTUN_ENCAP_UDP, "\xcb\x00\x71\x07", 4500, 0));
	deliver(e, event(PANTUN_CMD_SA_MOVE_NTF, 6, PANTUN_EVENT_MOVED));
	assert_string_equal(told, "moved c0ffee0000000001 192.0.2.1:4500 from "
			    "203.0.113.7:40004;");
	genl_events_close(e);
}

/* The tunnel's sum counts, not the destination that changed. */
static struct nl_msg *path(uint64_t seq, uint32_t kind, uint32_t sum)
{
	struct nl_msg *msg = event(PANTUN_CMD_MONITOR_NTF, seq, kind);
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_TUNNEL);

	nla_put_u32(msg, PANTUN_TUNNEL_A_PATH, sum);
	nla_nest_end(msg, nest);
	return msg;
}

static void test_path(void **state)
{
	struct nl_msg *msg = path(5, PANTUN_EVENT_PATH_DOWN, PANTUN_PATH_DOWN);
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_MONITOR);
	struct genl_events *e = open_events();

	(void)state;
	deliver(e, path(1, PANTUN_EVENT_PATH_DOWN, PANTUN_PATH_UP));
	deliver(e, path(2, PANTUN_EVENT_PATH_DOWN, PANTUN_PATH_DOWN));
	deliver(e, path(3, PANTUN_EVENT_DEL, PANTUN_PATH_UNKNOWN));
	deliver(e, event(PANTUN_CMD_MONITOR_NTF, 4, PANTUN_EVENT_NEW));
	nla_put_u32(msg, PANTUN_MONITOR_A_ERROR, PANTUN_MONITOR_ERROR_NO_SA);
	nla_nest_end(msg, nest);
	deliver(e, msg);
	assert_string_equal(told, "path tunnel1 up;path tunnel1 down;path tunnel1 unknown;"
			    "path tunnel1 down: no SA;");
	genl_events_close(e);
}

static void test_gap(void **state)
{
	struct genl_events *e = open_events();

	(void)state;
	deliver(e, event(PANTUN_CMD_TUNNEL_NTF, 1000, PANTUN_EVENT_CHANGE));
	deliver(e, event(PANTUN_CMD_TUNNEL_NTF, 1001, PANTUN_EVENT_CHANGE));
	assert_string_equal(told, "");
	deliver(e, event(PANTUN_CMD_TUNNEL_NTF, 1003, PANTUN_EVENT_CHANGE));
	assert_string_equal(told, "resync;");
	deliver(e, event(PANTUN_CMD_TUNNEL_NTF, 1004, PANTUN_EVENT_CHANGE));
	assert_string_equal(told, "resync;");
	/* The module was unloaded and loaded again. */
	deliver(e, event(PANTUN_CMD_TUNNEL_NTF, 1, PANTUN_EVENT_CHANGE));
	assert_string_equal(told, "resync;resync;");
	genl_events_close(e);
}

/* Whatever is cut short or too short is passed over. */
static void test_broken_events(void **state)
{
	struct genl_events *e = open_events();
	struct nl_msg *msg = expire(1, PANTUN_DIR_IN, PANTUN_EVENT_HARD);
	int n = (int)nlmsg_hdr(msg)->nlmsg_len;
	_Alignas(struct nlmsghdr) char copy[512];

	(void)state;
	assert_true((size_t)n <= sizeof(copy));
	for (int i = 0; i < n; i++) {
		memcpy(copy, nlmsg_hdr(msg), (size_t)n);
		genl_events_datagram(e, copy, i);
		((struct nlmsghdr *)copy)->nlmsg_len = (uint32_t)i;
		genl_events_datagram(e, copy, i);
	}
	assert_null(strstr(told, "expire"));
	nlmsg_free(msg);
	msg = expire(1, PANTUN_DIR_IN, PANTUN_EVENT_HARD);
	nlmsg_hdr(msg)->nlmsg_type = FAMILY + 1;
	deliver(e, msg);
	assert_null(strstr(told, "expire"));
	genl_events_close(e);
}

static void send_to(const struct genl_events *e, struct nl_msg *msg)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	struct sockaddr_nl to;
	socklen_t n = sizeof(to);

	assert_true(fd >= 0);
	assert_int_equal(getsockname(genl_events_fd(e), (struct sockaddr *)&to, &n), 0);
	to.nl_groups = 0;
	n = nlmsg_hdr(msg)->nlmsg_len;
	assert_int_equal(sendto(fd, nlmsg_hdr(msg), n, 0, (struct sockaddr *)&to, sizeof(to)), n);
	nlmsg_free(msg);
	close(fd);
}

/* However many datagrams wait, all are read; those of other processes are not heeded. */
static void test_strangers(void **state)
{
	struct genl_events *e;
	char octet;

	(void)state;
	own_network();
	e = open_events();
	for (unsigned int i = 1; i <= 20; i++)
		send_to(e, expire(i, PANTUN_DIR_IN, PANTUN_EVENT_HARD));
	genl_events_read(e);
	assert_string_equal(told, "");
	assert_int_equal(recv(genl_events_fd(e), &octet, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	genl_events_close(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_hull),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_broken_selector),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_broken_events),
		cmocka_unit_test(test_strangers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
