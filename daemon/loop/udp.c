// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/udp.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/repeat.h"
#include "ike/core.h"

#define DATAGRAM_MAX	65535
#define BURST		64	/* datagrams read at a time */
#define MARKER		4	/* zero octets before IKE on port 4500 (RFC 3948 section 2.2) */
#define KEEPALIVE	0xff	/* RFC 3948 section 2.3 */

struct udp {
	struct repeat said;
	int fds[UDP_SOCKETS];
	uint8_t buffer[DATAGRAM_MAX];
};

static const struct {
	uint8_t family;
	uint16_t port;
} kinds[UDP_SOCKETS] = {
	{ AF_INET, IKE_PORT }, { AF_INET, IKE_NATT_PORT },
	{ AF_INET6, IKE_PORT }, { AF_INET6, IKE_NATT_PORT },
};

/* Of either family. */
union name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Room for one control message with the local address of a datagram. */
union control {
	char v4[CMSG_SPACE(sizeof(struct in_pktinfo))];
	char v6[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	struct cmsghdr align;
};

/* Fills @out and returns its length. */
static socklen_t to_name(const struct addr *addr, uint16_t port, union name *out)
{
	memset(out, 0, sizeof(*out));
	if (addr->family == AF_INET6) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons(port);
		memcpy(&out->v6.sin6_addr, addr->b, 16);
		out->v6.sin6_scope_id = addr->scope;
		return sizeof(out->v6);
	}
	out->v4.sin_family = AF_INET;
	out->v4.sin_port = htons(port);
	memcpy(&out->v4.sin_addr, addr->b, 4);
	return sizeof(out->v4);
}

static bool from_name(const union name *name, struct endpoint *out)
{
	memset(out, 0, sizeof(*out));
	if (name->any.sa_family != AF_INET && name->any.sa_family != AF_INET6)
		return false;
	out->addr.family = (uint8_t)name->any.sa_family;
	if (name->any.sa_family == AF_INET) {
		memcpy(out->addr.b, &name->v4.sin_addr, 4);
		out->port = ntohs(name->v4.sin_port);
		return true;
	}
	memcpy(out->addr.b, &name->v6.sin6_addr, 16);
	out->addr.scope = name->v6.sin6_scope_id;
	out->port = ntohs(name->v6.sin6_port);
	return true;
}

/* Keeps IKE out of XFRM policies that others have set on this host. */
static void bypass_xfrm(int fd, uint8_t family)
{
	struct xfrm_userpolicy_info policy = {
		.action = XFRM_POLICY_ALLOW, .sel.family = family,
	};
	static const uint8_t dirs[] = { XFRM_POLICY_IN, XFRM_POLICY_OUT };
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	int option = family == AF_INET ? IP_XFRM_POLICY : IPV6_XFRM_POLICY;

	for (size_t i = 0; i < sizeof(dirs); i++) {
		policy.dir = dirs[i];
		if (setsockopt(fd, level, option, &policy, sizeof(policy)))
			log_warning(NULL, "IKE is not exempt from XFRM policies: %s",
				    strerror(errno));
	}
}

/* Lets GRO take ESP out of UDP, as Linux 6.7 and newer can; older ones would merge datagrams. */
static void take_esp_early(int fd)
{
	struct utsname system;
	unsigned long major, minor;
	char *end;
	int on = 1;

	if (uname(&system))
		return;
	major = strtoul(system.release, &end, 10);
	minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
	if ((major > 6 || (major == 6 && minor >= 7)) &&
	    setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on)))
		log_warning(NULL, "ESP in UDP takes the long way in: %s", strerror(errno));
}

static bool prepare(int fd, uint8_t family, uint16_t port)
{
	int on = 1, encap = UDP_ENCAP_ESPINUDP;
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	int option = family == AF_INET ? IP_PKTINFO : IPV6_RECVPKTINFO;

	bypass_xfrm(fd, family);
	if (setsockopt(fd, level, option, &on, sizeof(on))) {
		log_error(NULL, "UDP port %u: %s", port, strerror(errno));
		return false;
	}
	if (port == IKE_NATT_PORT &&
	    setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &encap, sizeof(encap))) {
		log_error(NULL, "UDP port %u: the kernel takes no ESP in UDP there: %s", port,
			  strerror(errno));
		return false;
	}
	if (port == IKE_NATT_PORT)
		take_esp_early(fd);
	return true;
}

static void explain_bind(uint16_t port)
{
	if (errno == EADDRINUSE)
		log_error(NULL,
			  "UDP port %u is taken: \"ss -ulnp sport = :%u\" shows by whom",
			  port, port);
	else if (errno == EACCES)
		log_error(NULL, "UDP port %u: run as root or with CAP_NET_BIND_SERVICE", port);
	else
		log_error(NULL, "UDP port %u: %s", port, strerror(errno));
}

/* -1: logged, unless @missing says that the host does not have the family. */
static int open_port(uint8_t family, uint16_t port, bool *missing)
{
	const struct addr every = { .family = family };
	union name name;
	socklen_t n = to_name(&every, port, &name);
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	*missing = fd < 0 && errno == EAFNOSUPPORT;
	if (fd < 0) {
		if (!*missing)
			log_error(NULL, "UDP port %u: %s", port, strerror(errno));
		return -1;
	}
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, &name.any, n)) {
		*missing = errno == EADDRNOTAVAIL;
		if (!*missing)
			explain_bind(port);
		close(fd);
		return -1;
	}
	if (prepare(fd, family, port))
		return fd;
	close(fd);
	return -1;
}

struct udp *udp_open(void)
{
	struct udp *udp = calloc(1, sizeof(*udp));
	bool good = udp, missing;

	if (!udp) {
		log_error(NULL, "out of memory");
		return NULL;
	}
	/* Goes on after a failure: the log is to name every port that is taken. */
	for (unsigned int i = 0; i < UDP_SOCKETS; i++) {
		udp->fds[i] = open_port(kinds[i].family, kinds[i].port, &missing);
		if (udp->fds[i] < 0 && (!missing || kinds[i].family == AF_INET))
			good = false;
	}
	if (good)
		return udp;
	udp_close(udp);
	return NULL;
}

void udp_close(struct udp *udp)
{
	if (!udp)
		return;
	for (unsigned int i = 0; i < UDP_SOCKETS; i++)
		if (udp->fds[i] >= 0)
			close(udp->fds[i]);
	free(udp);
}

int udp_fd(const struct udp *udp, unsigned int i)
{
	return udp->fds[i];
}

/* The address that the datagram was sent to; false if the kernel did not say. */
static bool destination(struct msghdr *msg, struct addr *out)
{
	struct in6_pktinfo info6;
	struct in_pktinfo info4;
	struct cmsghdr *c;

	memset(out, 0, sizeof(*out));
	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(&info4, CMSG_DATA(c), sizeof(info4));
			out->family = AF_INET;
			memcpy(out->b, &info4.ipi_addr, 4);
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&info6, CMSG_DATA(c), sizeof(info6));
			out->family = AF_INET6;
			memcpy(out->b, &info6.ipi6_addr, 16);
			if (addr_is_link_local(out))
				out->scope = info6.ipi6_ifindex;
		}
	}
	return out->family;
}

/* Reads one datagram; false if there is none. */
static bool read_one(struct udp *udp, unsigned int i, udp_received *received, void *ctx)
{
	static const uint8_t marker[MARKER];
	union control control;
	struct iovec iov = { .iov_base = udp->buffer, .iov_len = sizeof(udp->buffer) };
	struct endpoint local = { .port = kinds[i].port }, remote;
	union name from = { .any.sa_family = 0 };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	size_t skip = kinds[i].port == IKE_NATT_PORT ? MARKER : 0;
	ssize_t n = recvmsg(udp->fds[i], &msg, 0);

	/* The socket reports an error once, one that ICMP brought say; the next call reads on. */
	if (n < 0)
		return errno != EAGAIN && errno != EWOULDBLOCK;
	/* Nobody can be answered at port 0. */
	if (!from_name(&from, &remote) || !remote.port || !destination(&msg, &local.addr))
		return true;
	if ((size_t)n < skip || memcmp(udp->buffer, marker, skip) != 0)
		return true;
	received(ctx, &local, &remote, bytes_of(udp->buffer + skip, (size_t)n - skip));
	return true;
}

void udp_read(struct udp *udp, unsigned int i, udp_received *received, void *ctx)
{
	for (int n = 0; n < BURST && read_one(udp, i, received, ctx); n++)
		;
}

/* Whatever the addresses, it is one error: strangers choose where answers go. */
static void complain(struct udp *udp, const struct endpoint *local, const struct endpoint *remote)
{
	char from[ADDR_TEXT], to[ADDR_TEXT], left_out[REPEAT_TEXT];
	const char *why = strerror(errno);
	unsigned int held;

	if (repeat_due(&udp->said, clock_ms(), "cannot send", why, &held))
		log_warning(NULL, "cannot send from %s to %s: %s%s", endpoint_text(local, from),
			    endpoint_text(remote, to), why, repeat_text(held, left_out));
}

/* Has the datagram leave from @local, by the control message that @msg has room for. */
static void put_source(struct msghdr *msg, const struct addr *local)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	struct in6_pktinfo info6 = { 0 };
	struct in_pktinfo info4 = { 0 };

	if (local->family == AF_INET6) {
		memcpy(&info6.ipi6_addr, local->b, 16);
		info6.ipi6_ifindex = local->scope;
		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info6));
		memcpy(CMSG_DATA(c), &info6, sizeof(info6));
		msg->msg_controllen = CMSG_SPACE(sizeof(info6));
		return;
	}
	memcpy(&info4.ipi_spec_dst, local->b, 4);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info4));
	memcpy(CMSG_DATA(c), &info4, sizeof(info4));
	msg->msg_controllen = CMSG_SPACE(sizeof(info4));
}

void udp_send(struct udp *udp, const struct endpoint *local, const struct endpoint *remote,
	      struct bytes data)
{
	static uint8_t marker[MARKER];
	union control control = { .v6 = { 0 } };
	unsigned int i = (local->port == IKE_NATT_PORT ? 1 : 0) +
			 (remote->addr.family == AF_INET6 ? 2 : 0);
	bool marked = local->port == IKE_NATT_PORT && !(data.n == 1 && data.p[0] == KEEPALIVE);
	union name to;
	struct iovec iov[2] = {
		{ .iov_base = marker, .iov_len = marked ? MARKER : 0 },
		{ .iov_base = (void *)(uintptr_t)data.p, .iov_len = data.n },
	};
	struct msghdr msg = {
		.msg_name = &to, .msg_namelen = to_name(&remote->addr, remote->port, &to),
		.msg_iov = iov, .msg_iovlen = 2,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	put_source(&msg, &local->addr);
	errno = EAFNOSUPPORT;
	if (udp->fds[i] < 0 || sendmsg(udp->fds[i], &msg, MSG_NOSIGNAL) < 0)
		complain(udp, local, remote);
}

int udp_source(const struct addr *peer, struct addr *local)
{
	union name to, from = { .any.sa_family = 0 };
	socklen_t n = to_name(peer, IKE_PORT, &to), from_n = sizeof(from);
	struct endpoint endpoint;
	int fd, status = -1;

	fd = socket(peer->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	bypass_xfrm(fd, peer->family);
	/* This sends nothing; the route selects the address. */
	if (!connect(fd, &to.any, n) && !getsockname(fd, &from.any, &from_n) &&
	    from_name(&from, &endpoint)) {
		*local = endpoint.addr;
		status = 0;
	}
	close(fd);
	return status;
}
