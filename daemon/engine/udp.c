// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/repeat.h"
#include "ike/core.h"

#define DATAGRAM_MAX	65535
#define MARKER		4	/* zero octets before IKE on port 4500 (RFC 3948 section 2.2) */
#define KEEPALIVE	0xff	/* RFC 3948 section 2.3 */
#define AT_ONCE		8	/* datagrams that one system call reads */

/* Room for control messages: the local address of a datagram, and the DSCP of what we send. */
union control {
	char v4[CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(int))];
	char v6[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

/* Of a datagram to be read.  Untouched pages of the buffer take no memory. */
struct room {
	/* As union control: that of IPv6 is the longer one. */
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	union port_name from;
	struct iovec iov;
	uint8_t buffer[DATAGRAM_MAX];
};

struct udp {
	struct repeat said;
	int fds[PORTS];
	struct mmsghdr headers[AT_ONCE];
	struct room rooms[AT_ONCE];
};

static bool from_name(const union port_name *name, struct endpoint *out)
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

struct udp *udp_new(const int fds[PORTS])
{
	struct udp *udp = calloc(1, sizeof(*udp));

	if (!udp)
		log_error(NULL, "out of memory");
	else
		memcpy(udp->fds, fds, sizeof(udp->fds));
	return udp;
}

void udp_free(struct udp *udp)
{
	if (!udp)
		return;
	ports_close(udp->fds);
	free(udp);
}

int udp_fd(const struct udp *udp, unsigned int i)
{
	return udp->fds[i];
}

/* Gets the address that the datagram was sent to.  False if the kernel did not report it. */
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

static void make_room(struct udp *udp)
{
	for (unsigned int i = 0; i < AT_ONCE; i++) {
		struct room *room = &udp->rooms[i];

		room->iov = (struct iovec){ room->buffer, sizeof(room->buffer) };
		room->from.any.sa_family = 0;
		udp->headers[i].msg_hdr = (struct msghdr){
			.msg_name = &room->from, .msg_namelen = sizeof(room->from),
			.msg_iov = &room->iov, .msg_iovlen = 1,
			.msg_control = room->control, .msg_controllen = sizeof(room->control),
		};
	}
}

/* Takes the datagram of @n octets in @room, which came to the port @port. */
static void take_one(struct room *room, struct msghdr *msg, size_t n, uint16_t port,
		     udp_received *received, void *ctx)
{
	static const uint8_t marker[MARKER];
	struct endpoint local = { .port = port }, remote;
	size_t skip = port == IKE_NATT_PORT ? MARKER : 0;

	/* Port 0 cannot be answered. */
	if (!from_name(&room->from, &remote) || !remote.port || !destination(msg, &local.addr))
		return;
	if (n >= skip && !memcmp(room->buffer, marker, skip))
		received(ctx, &local, &remote, bytes_of(room->buffer + skip, n - skip));
}

/*
 * Reads up to @most datagrams, and returns how many; -1: none, but one may wait behind an ICMP
 * error, which is reported once.
 */
static int read_some(struct udp *udp, unsigned int i, unsigned int most, udp_received *received,
		     void *ctx)
{
	int n;

	make_room(udp);
	n = recvmmsg(udp->fds[i], udp->headers, most < AT_ONCE ? most : AT_ONCE, 0, NULL);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
	for (int at = 0; at < n; at++)
		take_one(&udp->rooms[at], &udp->headers[at].msg_hdr, udp->headers[at].msg_len,
			 port_kinds[i].port, received, ctx);
	return n;
}

/* Fewer than there was room for are all: to ask again would cost as much as to read one. */
void udp_read(struct udp *udp, unsigned int i, unsigned int most, udp_received *received,
	      void *ctx)
{
	unsigned int tries = most;
	int n;

	while (udp->fds[i] >= 0 && most && tries--) {
		n = read_some(udp, i, most, received, ctx);
		if (n >= 0 && n < AT_ONCE)
			break;
		most -= n > 0 ? (unsigned int)n : 0;
	}
}

/* Rate-limits across all addresses: strangers choose where answers go. */
static void complain(struct udp *udp, const struct endpoint *local, const struct endpoint *remote)
{
	char from[ADDR_TEXT], to[ADDR_TEXT], left_out[REPEAT_TEXT];
	const char *why = strerror(errno);
	unsigned int held;

	if (repeat_due(&udp->said, clock_ms(), "cannot send", why, &held))
		log_warning(NULL, "cannot send from %s to %s: %s%s", endpoint_text(local, from),
			    endpoint_text(remote, to), why, repeat_text(held, left_out));
}

/* One more control message, which @msg has room for behind those that it has. */
static void put_control(struct msghdr *msg, int level, int type, const void *data, size_t n)
{
	struct cmsghdr *c = (void *)((char *)msg->msg_control + msg->msg_controllen);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(n);
	memcpy(CMSG_DATA(c), data, n);
	msg->msg_controllen += CMSG_SPACE(n);
}

/* Sets the source address to @local. */
static void put_source(struct msghdr *msg, const struct addr *local)
{
	struct in6_pktinfo info6 = { .ipi6_ifindex = local->scope };
	struct in_pktinfo info4 = { 0 };

	if (local->family == AF_INET6) {
		memcpy(&info6.ipi6_addr, local->b, 16);
		put_control(msg, IPPROTO_IPV6, IPV6_PKTINFO, &info6, sizeof(info6));
		return;
	}
	memcpy(&info4.ipi_spec_dst, local->b, 4);
	put_control(msg, IPPROTO_IP, IP_PKTINFO, &info4, sizeof(info4));
}

/* ECN is not for IKE. */
static void put_dscp(struct msghdr *msg, uint8_t family, uint8_t dscp)
{
	int octet = dscp << 2;

	if (!dscp)
		return;
	if (family == AF_INET6)
		put_control(msg, IPPROTO_IPV6, IPV6_TCLASS, &octet, sizeof(octet));
	else
		put_control(msg, IPPROTO_IP, IP_TOS, &octet, sizeof(octet));
}

void udp_send(struct udp *udp, const struct endpoint *local, const struct endpoint *remote,
	      struct bytes data, uint8_t dscp)
{
	static uint8_t marker[MARKER];
	union control control = { .v6 = { 0 } };
	unsigned int i = (local->port == IKE_NATT_PORT ? 1 : 0) +
			 (remote->addr.family == AF_INET6 ? 2 : 0);
	bool marked = local->port == IKE_NATT_PORT && !(data.n == 1 && data.p[0] == KEEPALIVE);
	union port_name to;
	struct iovec iov[2] = {
		{ .iov_base = marker, .iov_len = marked ? MARKER : 0 },
		{ .iov_base = (void *)(uintptr_t)data.p, .iov_len = data.n },
	};
	struct msghdr msg = {
		.msg_name = &to, .msg_namelen = port_name(&remote->addr, remote->port, &to),
		.msg_iov = iov, .msg_iovlen = 2,
		.msg_control = &control,
	};

	put_source(&msg, &local->addr);
	put_dscp(&msg, local->addr.family, dscp);
	errno = EAFNOSUPPORT;
	if (udp->fds[i] < 0 || sendmsg(udp->fds[i], &msg, MSG_NOSIGNAL) < 0)
		complain(udp, local, remote);
}

int udp_source(const struct udp *udp, const struct addr *peer, struct addr *local)
{
	static const struct sockaddr none = { .sa_family = AF_UNSPEC };
	union port_name to, from = { .any.sa_family = 0 };
	socklen_t n = port_name(peer, IKE_PORT, &to), from_n = sizeof(from);
	int fd = udp->fds[peer->family == AF_INET6 ? PORT_ROUTE6 : PORT_ROUTE4];
	struct endpoint endpoint;
	int status = -1;

	/* This sends nothing; the route selects the address. */
	if (fd >= 0 && !connect(fd, &to.any, n) && !getsockname(fd, &from.any, &from_n) &&
	    from_name(&from, &endpoint)) {
		*local = endpoint.addr;
		status = 0;
	}
	/* Dissolve the association, or the next lookup would be for a route from this source. */
	if (fd >= 0)
		(void)connect(fd, &none, sizeof(none));
	return status;
}
