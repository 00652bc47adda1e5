// SPDX-License-Identifier: GPL-2.0-or-later
/* The sockets of IKE, in a network namespace of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "engine/udp.h"
#include "priv/ports.h"
#include "tests/own_network.h"

#define SENT	5
#define MANY	40
#define FEW	11

static unsigned int warnings;

static void on_log(void *ctx, enum log_level level, const char *subject, const char *text)
{
	(void)ctx;
	(void)subject;
	(void)text;
	warnings += level <= LOG_LEVEL_WARNING;
}

/* From 127.0.0.1 and that port to port 500 there. */
static void send_from(int raw, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct {
		struct udphdr header;
		char data[4];
	} datagram = { .data = "ike" };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	datagram.header.source = htons(port);
	datagram.header.dest = htons(500);
	datagram.header.len = htons(sizeof(datagram));
	assert_int_equal(sendto(raw, &datagram, sizeof(datagram), 0, (struct sockaddr *)&to,
				sizeof(to)), sizeof(datagram));
}

static struct udp *open_udp(void)
{
	int fds[PORTS];

	assert_true(ports_open(fds));
	return udp_new(fds);
}

struct seen {
	struct udp *udp;
	unsigned int n;
	struct endpoint last;
};

/* Answers, as the core does. */
static void on_datagram(void *ctx, const struct endpoint *local, const struct endpoint *remote,
			struct bytes data)
{
	struct seen *seen = ctx;

	seen->n++;
	seen->last = *remote;
	udp_send(seen->udp, local, remote, data, 0);
}

/* Whoever has no port cannot be answered, and so is not heard; a log line each would be much. */
static void test_port_zero(void **state)
{
	struct seen seen = { .n = 0 };
	int raw;

	(void)state;
	own_network();
	log_set_sink(on_log, NULL);
	seen.udp = open_udp();
	assert_non_null(seen.udp);
	raw = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
	assert_true(raw >= 0);
	warnings = 0;
	for (unsigned int i = 0; i < SENT; i++)
		send_from(raw, 0);
	send_from(raw, 1024);
	udp_read(seen.udp, 0, 100, on_datagram, &seen);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.last.port, 1024);
	assert_int_equal(warnings, 0);
	close(raw);
	udp_free(seen.udp);
	log_set_sink(NULL, NULL);
}

/* As many are read as wait, or as are wanted. */
static void test_many(void **state)
{
	struct seen seen = { .n = 0 };
	int raw;

	(void)state;
	own_network();
	seen.udp = open_udp();
	assert_non_null(seen.udp);
	raw = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
	assert_true(raw >= 0);
	for (unsigned int i = 0; i < MANY; i++)
		send_from(raw, (uint16_t)(1024 + i));
	udp_read(seen.udp, 0, FEW, on_datagram, &seen);
	assert_int_equal(seen.n, FEW);
	assert_int_equal(seen.last.port, 1024 + FEW - 1);
	udp_read(seen.udp, 0, 100, on_datagram, &seen);
	assert_int_equal(seen.n, MANY);
	assert_int_equal(seen.last.port, 1024 + MANY - 1);
	udp_read(seen.udp, 0, 100, on_datagram, &seen);
	assert_int_equal(seen.n, MANY);
	close(raw);
	udp_free(seen.udp);
}

/* Where an answer would go is up to whoever asks: one line for many that cannot be sent. */
static void test_cannot_send(void **state)
{
	struct endpoint local = { .port = 500 }, remote = { .port = 500 };
	struct udp *udp;

	(void)state;
	own_network();
	log_set_sink(on_log, NULL);
	udp = open_udp();
	assert_non_null(udp);
	assert_int_equal(addr_parse("127.0.0.1", &local.addr), 0);
	warnings = 0;
	for (unsigned int i = 1; i <= 100; i++) {
		assert_int_equal(addr_parse("203.0.113.0", &remote.addr), 0);
		remote.addr.b[3] = (uint8_t)i;
		udp_send(udp, &local, &remote, bytes_of("ike", 3), 0);
	}
	assert_int_equal(warnings, 1);
	udp_free(udp);
	log_set_sink(NULL, NULL);
}

/* The traffic class of what @udp sends from @address to itself with that DSCP; -1: none came. */
static int class_of(struct udp *udp, const char *address, uint8_t dscp)
{
	struct endpoint local = { .port = 500 }, remote = { .port = 0 };
	union port_name name;
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	char data[8];
	struct iovec iov = { .iov_base = data, .iov_len = sizeof(data) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	int fd, on = 1, class = -1;
	socklen_t n;
	bool v6;

	assert_int_equal(addr_parse(address, &local.addr), 0);
	remote.addr = local.addr;
	v6 = local.addr.family == AF_INET6;
	n = port_name(&remote.addr, 0, &name);
	fd = socket(local.addr.family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, &name.any, n), 0);
	assert_int_equal(getsockname(fd, &name.any, &n), 0);
	remote.port = ntohs(v6 ? name.v6.sin6_port : name.v4.sin_port);
	assert_int_equal(v6 ? setsockopt(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof(on)) :
			      setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof(on)), 0);
	udp_send(udp, &local, &remote, bytes_of("ike", 3), dscp);
	if (recvmsg(fd, &msg, 0) == 3 && CMSG_FIRSTHDR(&msg))
		class = CMSG_DATA(CMSG_FIRSTHDR(&msg))[0];
	close(fd);
	return class;
}

static void test_dscp(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "::1" };
	struct udp *udp;

	(void)state;
	own_network();
	udp = open_udp();
	assert_non_null(udp);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		assert_int_equal(class_of(udp, addresses[i], 0), 0);
		assert_int_equal(class_of(udp, addresses[i], 48), 48 << 2);
		assert_int_equal(class_of(udp, addresses[i], 63), 63 << 2);
	}
	udp_free(udp);
}

/* Whoever holds a port mostly does so for both families: that is one line to read. */
static void test_port_taken(void **state)
{
	int taken[PORTS], fds[PORTS];

	(void)state;
	own_network();
	log_set_sink(on_log, NULL);
	assert_true(ports_open(taken));
	warnings = 0;
	assert_false(ports_open(fds));
	assert_int_equal(warnings, 2);	/* ports 500 and 4500 */
	ports_close(taken);
	log_set_sink(NULL, NULL);
}

/* The address that a route gives, one after the other, and none where there is no route. */
static void test_source(void **state)
{
	struct addr peer, other, local;
	struct udp *udp;

	(void)state;
	own_network();
	udp = open_udp();
	assert_non_null(udp);
	assert_int_equal(addr_parse("127.0.0.9", &peer), 0);
	assert_int_equal(addr_parse("203.0.113.1", &other), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(udp_source(udp, &peer, &local), 0);
		assert_int_equal(addr_parse("127.0.0.1", &peer), 0);
		assert_true(addr_equal(&local, &peer));
		assert_int_equal(udp_source(udp, &other, &local), -1);
	}
	assert_int_equal(addr_parse("::1", &peer), 0);
	assert_int_equal(udp_source(udp, &peer, &local), 0);
	assert_true(addr_equal(&local, &peer));
	udp_free(udp);
}

/* As the service manager leaves them at descriptors from 3 on, in another order than ours. */
static void hand_ports(void)
{
	static const unsigned int order[] = { 3, 0, 2, 1 };
	char pid[16];
	int on = 1;

	for (unsigned int i = 0; i < 4; i++) {
		const struct port_kind *kind = &port_kinds[order[i]];
		const struct addr every = { .family = kind->family };
		int fd = socket(kind->family, SOCK_DGRAM, 0);
		union port_name name;
		socklen_t n = port_name(&every, kind->port, &name);

		if (kind->family == AF_INET6)
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		if (fd < 0 || bind(fd, &name.any, n) || dup2(fd, 10 + (int)i) < 0)
			_exit(2);
	}
	for (int i = 0; i < 4; i++)
		if (dup2(10 + i, 3 + i) < 0)
			_exit(3);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "4", 1);
}

/* Who may not bind them takes those that the service manager has bound. */
static void test_handed(void **state)
{
	int fds[PORTS], status;
	pid_t pid;

	(void)state;
	own_network();
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		log_set_sink(on_log, NULL);
		hand_ports();
		if (setuid(65534) || !ports_open(fds))
			_exit(4);
		_exit(fds[0] == 4 && fds[1] == 6 && fds[2] == 5 && fds[3] == 3 &&
		      fcntl(3, F_GETFD) == FD_CLOEXEC && fcntl(3, F_GETFL) & O_NONBLOCK ? 0 : 5);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	/* Those that are for another process are not touched, and the ports cannot be bound. */
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		log_set_sink(on_log, NULL);
		hand_ports();
		setenv("LISTEN_PID", "1", 1);
		_exit(ports_open(fds) ? 6 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_port_zero),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_cannot_send),
		cmocka_unit_test(test_dscp),
		cmocka_unit_test(test_port_taken),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_handed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
