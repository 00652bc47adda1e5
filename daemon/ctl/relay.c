// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/relay.h"

#include <errno.h>
#include <event2/event.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAM_MAX	32768	/* octets; the kernel makes none that are larger */

struct relay {
	struct event *event;
	int fd;
	bool ended;
	relay_got *got;
	void *ctx;
};

/* A dump ends with either of these; both say how it went. */
static bool has_end(const void *datagram, size_t n)
{
	const struct nlmsghdr *header = datagram;

	for (; NLMSG_OK(header, n); header = NLMSG_NEXT(header, n))
		if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
			return true;
	return false;
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
	union {
		struct nlmsghdr align;
		uint8_t octets[DATAGRAM_MAX];
	} datagram;
	struct relay *relay = ctx;
	ssize_t n = recv(fd, &datagram, sizeof(datagram), 0);
	int error = n < 0 ? errno : n ? 0 : ECONNRESET;

	(void)what;
	if (error == EAGAIN || error == EINTR) {
		relay_read(relay);
		return;
	}
	relay->ended = error ? error != ENOBUFS : has_end(&datagram, (size_t)n);
	relay->got(relay->ctx, bytes_of(datagram.octets, error ? 0 : (size_t)n), error);
}

struct relay *relay_new(struct event_base *base, int fd, relay_got *got, void *ctx)
{
	struct relay *relay = calloc(1, sizeof(*relay));

	if (!relay) {
		close(fd);
		return NULL;
	}
	relay->fd = fd;
	relay->got = got;
	relay->ctx = ctx;
	relay->event = event_new(base, fd, EV_READ, on_readable, relay);
	if (relay->event)
		return relay;
	relay_free(relay);
	return NULL;
}

void relay_read(struct relay *relay)
{
	event_add(relay->event, NULL);
}

bool relay_ended(const struct relay *relay)
{
	return relay->ended;
}

void relay_free(struct relay *relay)
{
	if (!relay)
		return;
	if (relay->event)
		event_free(relay->event);
	close(relay->fd);
	free(relay);
}
