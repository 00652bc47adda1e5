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
#include <unistd.h>

#include "base/log.h"
#include "ike/core.h"

#define SOCKETS		2
#define DATAGRAM_MAX	65535
#define BURST		64	/* datagrams read at a time */
#define MARKER		4	/* zero octets before IKE on port 4500 (RFC 3948 section 2.2) */
#define KEEPALIVE	0xff	/* RFC 3948 section 2.3 */

struct udp {
	int fds[SOCKETS];
	uint8_t buffer[DATAGRAM_MAX];
};

static const uint16_t ports[SOCKETS] = { IKE_PORT, IKE_NATT_PORT };

/* XFRM policies of others on this host must not catch IKE. */
static void bypass_xfrm(int fd)
{
	struct xfrm_userpolicy_info policy = {
		.action = XFRM_POLICY_ALLOW, .sel.family = AF_INET,
	};
	static const uint8_t dirs[] = { XFRM_POLICY_IN, XFRM_POLICY_OUT };

	for (size_t i = 0; i < sizeof(dirs); i++) {
		policy.dir = dirs[i];
		if (setsockopt(fd, IPPROTO_IP, IP_XFRM_POLICY, &policy, sizeof(policy)))
			log_warning(NULL, "IKE is not exempt from XFRM policies: %s",
				    strerror(errno));
	}
}

static bool prepare(int fd, uint16_t port)
{
	int on = 1, encap = UDP_ENCAP_ESPINUDP;

	bypass_xfrm(fd);
	if (setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on))) {
		log_error(NULL, "UDP port %u: %s", port, strerror(errno));
		return false;
	}
	if (port == IKE_NATT_PORT &&
	    setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &encap, sizeof(encap))) {
		log_error(NULL, "UDP port %u: the kernel takes no ESP in UDP there: %s", port,
			  strerror(errno));
		return false;
	}
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

static int open_port(uint16_t port)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0) {
		log_error(NULL, "UDP port %u: %s", port, strerror(errno));
		return -1;
	}
	if (bind(fd, (const struct sockaddr *)&any, sizeof(any))) {
		explain_bind(port);
		close(fd);
		return -1;
	}
	if (prepare(fd, port))
		return fd;
	close(fd);
	return -1;
}

struct udp *udp_open(void)
{
	struct udp *udp = calloc(1, sizeof(*udp));
	bool good = udp;

	if (!udp) {
		log_error(NULL, "out of memory");
		return NULL;
	}
	/* Both are tried, so that both are named where both are taken. */
	for (unsigned int i = 0; i < SOCKETS; i++) {
		udp->fds[i] = open_port(ports[i]);
		good = good && udp->fds[i] >= 0;
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
	for (unsigned int i = 0; i < SOCKETS; i++)
		if (udp->fds[i] >= 0)
			close(udp->fds[i]);
	free(udp);
}

int udp_fd(const struct udp *udp, unsigned int i)
{
	return udp->fds[i];
}

static void from_sockaddr(struct endpoint *out, const struct sockaddr_in *in)
{
	memset(out, 0, sizeof(*out));
	out->addr.family = AF_INET;
	memcpy(out->addr.b, &in->sin_addr, 4);
	out->port = ntohs(in->sin_port);
}

/* The address that the datagram was sent to; false where the kernel did not tell. */
static bool destination(struct msghdr *msg, struct addr *out)
{
	struct in_pktinfo info;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO)
			continue;
		memcpy(&info, CMSG_DATA(c), sizeof(info));
		memset(out, 0, sizeof(*out));
		out->family = AF_INET;
		memcpy(out->b, &info.ipi_addr, 4);
		return true;
	}
	return false;
}

/* One datagram; false where there is none. */
static bool read_one(struct udp *udp, unsigned int i, udp_received *received, void *ctx)
{
	static const uint8_t marker[MARKER];
	union {
		char octets[CMSG_SPACE(sizeof(struct in_pktinfo))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = udp->buffer, .iov_len = sizeof(udp->buffer) };
	struct endpoint local = { .port = ports[i] }, remote;
	struct sockaddr_in from = { 0 };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	size_t skip = ports[i] == IKE_NATT_PORT ? MARKER : 0;
	ssize_t n = recvmsg(udp->fds[i], &msg, 0);

	/* An error of the socket is told once, by ICMP for one; the next call reads on. */
	if (n < 0)
		return errno != EAGAIN && errno != EWOULDBLOCK;
	if (msg.msg_namelen < sizeof(from) || from.sin_family != AF_INET ||
	    !destination(&msg, &local.addr))
		return true;
	if ((size_t)n < skip || memcmp(udp->buffer, marker, skip) != 0)
		return true;
	from_sockaddr(&remote, &from);
	received(ctx, &local, &remote, bytes_of(udp->buffer + skip, (size_t)n - skip));
	return true;
}

void udp_read(struct udp *udp, unsigned int i, udp_received *received, void *ctx)
{
	for (int n = 0; n < BURST && read_one(udp, i, received, ctx); n++)
		;
}

static void complain(const struct endpoint *local, const struct endpoint *remote)
{
	char from[ADDR_TEXT], to[ADDR_TEXT];

	log_warning(NULL, "cannot send from %s to %s: %s", endpoint_text(local, from),
		    endpoint_text(remote, to), strerror(errno));
}

void udp_send(struct udp *udp, const struct endpoint *local, const struct endpoint *remote,
	      struct bytes data)
{
	static uint8_t marker[MARKER];
	union {
		char octets[CMSG_SPACE(sizeof(struct in_pktinfo))];
		struct cmsghdr align;
	} control = { .octets = { 0 } };
	unsigned int i = local->port == IKE_NATT_PORT ? 1 : 0;
	bool marked = i == 1 && !(data.n == 1 && data.p[0] == KEEPALIVE);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(remote->port) };
	struct iovec iov[2] = {
		{ .iov_base = marker, .iov_len = marked ? MARKER : 0 },
		{ .iov_base = (void *)(uintptr_t)data.p, .iov_len = data.n },
	};
	struct msghdr msg = {
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = iov, .msg_iovlen = 2,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	struct in_pktinfo info = { 0 };

	memcpy(&to.sin_addr, remote->addr.b, 4);
	memcpy(&info.ipi_spec_dst, local->addr.b, 4);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	if (sendmsg(udp->fds[i], &msg, MSG_NOSIGNAL) < 0)
		complain(local, remote);
}

int udp_source(const struct addr *peer, struct addr *local)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(IKE_PORT) };
	struct sockaddr_in from = { 0 };
	socklen_t n = sizeof(from);
	struct endpoint endpoint;
	int fd, status = -1;

	if (peer->family != AF_INET)
		return -1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	bypass_xfrm(fd);
	memcpy(&to.sin_addr, peer->b, 4);
	/* Sends nothing; the route chooses the address. */
	if (!connect(fd, (const struct sockaddr *)&to, sizeof(to)) &&
	    !getsockname(fd, (struct sockaddr *)&from, &n)) {
		from_sockaddr(&endpoint, &from);
		*local = endpoint.addr;
		status = 0;
	}
	close(fd);
	return status;
}
