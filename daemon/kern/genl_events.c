// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/pantun.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "genl/attr.h"
#include "genl/path.h"
#include "genl/selector.h"
#include "kern/genl_events.h"
#include "kern/genl_monitor_attr.h"

#define DATAGRAM_MAX	32768
#define QUEUE_MAX	(4 << 20)	/* octets of queued events */
#define AT_ONCE		8		/* datagrams that one system call reads */

/* Of a datagram to be read.  Untouched pages of the buffer take no memory. */
struct room {
	struct sockaddr_nl from;
	struct iovec iov;
	union {
		struct nlmsghdr align;
		char octets[DATAGRAM_MAX];
	} buffer;
};

struct genl_events {
	const struct kern_events *events;
	int fd;
	int family;
	bool loaded;
	bool counting;		/* a sequence number was seen */
	uint64_t seq;		/* last one */
	struct mmsghdr headers[AT_ONCE];
	struct room rooms[AT_ONCE];
};

static int join(int fd, int group)
{
	return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
}

/* Of the group, and of the one that tells of families, which has the number of its family. */
static int open_socket(int group)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_GENERIC);
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int room = QUEUE_MAX, error;

	if (fd < 0)
		return -1;
	/* Beyond the system's limit if permitted, else up to it. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (!bind(fd, (const struct sockaddr *)&any, sizeof(any)) && !join(fd, group) &&
	    !join(fd, GENL_ID_CTRL))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

struct genl_events *genl_events_open(const struct kern_events *events, int family, int group)
{
	struct genl_events *e;

	if (group < 0) {
		errno = EPROTONOSUPPORT;
		return NULL;
	}
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->events = events;
	e->family = family;
	e->loaded = true;
	e->fd = open_socket(group);
	if (e->fd < 0) {
		free(e);
		return NULL;
	}
	return e;
}

void genl_events_close(struct genl_events *e)
{
	if (!e)
		return;
	close(e->fd);
	free(e);
}

int genl_events_fd(const struct genl_events *e)
{
	return e->fd;
}

int genl_events_family(const struct genl_events *e)
{
	return e->family;
}

bool genl_events_loaded(const struct genl_events *e)
{
	return e->loaded;
}

static void lost(struct genl_events *e)
{
	e->counting = false;
	e->events->resync(e->events->ctx);
}

/* Sequence numbers of the group's events are consecutive: a gap means lost events. */
static void watch_sequence(struct genl_events *e, struct nlattr **event)
{
	uint64_t seq;

	if (!genl_attr_take_u64(event[PANTUN_EVENT_A_SEQ], &seq))
		return;
	if (e->counting && seq != e->seq + 1)
		lost(e);
	e->counting = true;
	e->seq = seq;
}

static struct ts side_of_flow(const struct genl_selector *s, const struct genl_range *v4,
			      const struct genl_range *v6, const struct genl_ports *ports)
{
	const struct genl_range *range = v4->first.family ? v4 : v6;

	return (struct ts){
		.proto = s->proto,
		.port_first = ports->given ? ports->first : 0,
		.port_last = ports->given ? ports->last : UINT16_MAX,
		.first = range->first,
		.last = range->last,
	};
}

static struct ts_flow flow_of(struct nlattr *nest)
{
	struct ts_flow flow = { .local.proto = 0 };
	struct genl_selector s;

	if (!nest || !genl_selector_get(nest, &s))
		return flow;
	flow.local = side_of_flow(&s, &s.local4, &s.local6, &s.local_port);
	flow.remote = side_of_flow(&s, &s.remote4, &s.remote6, &s.remote_port);
	return flow;
}

static void on_acquire(struct genl_events *e, struct nlattr **attrs, struct nlattr *packet)
{
	struct nlattr *proxy[PANTUN_PROXY_A_MAX + 1];
	const char *ifname = genl_attr_string(attrs[PANTUN_A_IFNAME]), *name = NULL;
	const struct ts_flow flow = flow_of(packet);

	if (genl_attr_nest(attrs[PANTUN_A_PROXY], proxy, PANTUN_PROXY_A_MAX))
		name = genl_attr_string(proxy[PANTUN_PROXY_A_NAME]);
	if (ifname)
		e->events->acquire(e->events->ctx, ifname, name, &flow);
}

static void on_expire(struct genl_events *e, struct nlattr **attrs, uint32_t kind)
{
	struct nlattr *sa[PANTUN_SA_A_MAX + 1];
	uint64_t cookie;
	uint32_t dir;

	if (!genl_attr_nest(attrs[PANTUN_A_SA], sa, PANTUN_SA_A_MAX) ||
	    !genl_attr_take_u64(sa[PANTUN_SA_A_COOKIE], &cookie))
		return;
	dir = genl_attr_u32(sa[PANTUN_SA_A_DIR]);
	if (dir)
		e->events->expire(e->events->ctx, cookie, dir == PANTUN_DIR_IN,
				  kind == PANTUN_EVENT_HARD);
}

/* Without UDP there is no port that a NAT could have changed. */
static void on_moved(struct genl_events *e, struct nlattr **attrs)
{
	struct nlattr *sa[PANTUN_SA_A_MAX + 1];
	struct genl_path path;
	uint64_t cookie;

	if (!genl_attr_nest(attrs[PANTUN_A_SA], sa, PANTUN_SA_A_MAX) ||
	    !genl_attr_take_u64(sa[PANTUN_SA_A_COOKIE], &cookie) ||
	    !genl_path_get(sa[PANTUN_SA_A_NEW_PATH], &path))
		return;
	if (path.udp && path.local.port && path.remote.port)
		e->events->moved(e->events->ctx, cookie, &path.local, &path.remote);
}

static void on_tunnel(struct genl_events *e, struct nlattr **attrs, uint32_t kind)
{
	const char *ifname = genl_attr_string(attrs[PANTUN_A_IFNAME]);

	if (ifname && (kind == PANTUN_EVENT_NEW || kind == PANTUN_EVENT_DEL))
		e->events->tunnel(e->events->ctx, ifname, kind == PANTUN_EVENT_DEL);
}

static void on_path(struct genl_events *e, struct nlattr **attrs)
{
	struct nlattr *tunnel[PANTUN_TUNNEL_A_MAX + 1], *monitor[PANTUN_MONITOR_A_MAX + 1] = { 0 };
	const char *ifname = genl_attr_string(attrs[PANTUN_A_IFNAME]);

	if (attrs[PANTUN_A_MONITOR] &&
	    nla_parse_nested(monitor, PANTUN_MONITOR_A_MAX, attrs[PANTUN_A_MONITOR], NULL))
		return;
	if (!ifname || !genl_attr_nest(attrs[PANTUN_A_TUNNEL], tunnel, PANTUN_TUNNEL_A_MAX) ||
	    !tunnel[PANTUN_TUNNEL_A_PATH])
		return;
	e->events->path(e->events->ctx, ifname, genl_monitor_path(tunnel[PANTUN_TUNNEL_A_PATH]),
			genl_monitor_unsent(monitor[PANTUN_MONITOR_A_ERROR]));
}

/* The number of the group of events among @groups, or -1. */
static int find_group(struct nlattr *groups)
{
	struct nlattr *one;
	int left;

	nla_for_each_nested(one, groups, left) {
		struct nlattr *attrs[CTRL_ATTR_MCAST_GRP_MAX + 1];
		const char *name;

		if (nla_parse_nested(attrs, CTRL_ATTR_MCAST_GRP_MAX, one, NULL))
			continue;
		name = genl_attr_string(attrs[CTRL_ATTR_MCAST_GRP_NAME]);
		if (name && !strcmp(name, PANTUN_MCGRP_EVENTS))
			return (int)genl_attr_u32(attrs[CTRL_ATTR_MCAST_GRP_ID]);
	}
	return -1;
}

/* Group memberships end when a family is unregistered, so join again. */
static void on_family(struct genl_events *e, struct nlmsghdr *header)
{
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	const char *name;
	uint8_t cmd;
	int group;

	if (!genlmsg_valid_hdr(header, 0) ||
	    genlmsg_parse(header, 0, attrs, CTRL_ATTR_MAX, NULL))
		return;
	cmd = ((struct genlmsghdr *)nlmsg_data(header))->cmd;
	name = genl_attr_string(attrs[CTRL_ATTR_FAMILY_NAME]);
	if (!name || strcmp(name, PANTUN_GENL_NAME) != 0)
		return;
	e->counting = false;
	if (cmd == CTRL_CMD_DELFAMILY && e->loaded) {
		e->loaded = false;
		e->events->module(e->events->ctx, false);
	}
	if (cmd != CTRL_CMD_NEWFAMILY || !attrs[CTRL_ATTR_FAMILY_ID] ||
	    !attrs[CTRL_ATTR_MCAST_GROUPS])
		return;
	group = find_group(attrs[CTRL_ATTR_MCAST_GROUPS]);
	if (group < 0 || join(e->fd, group))
		return;
	e->family = genl_attr_u16(attrs[CTRL_ATTR_FAMILY_ID]);
	e->loaded = true;
	e->events->module(e->events->ctx, true);
}

static void on_message(struct genl_events *e, struct nlmsghdr *header)
{
	struct nlattr *attrs[PANTUN_A_MAX + 1], *event[PANTUN_EVENT_A_MAX + 1] = { 0 };
	uint32_t kind;

	if (header->nlmsg_type == GENL_ID_CTRL) {
		on_family(e, header);
		return;
	}
	if (header->nlmsg_type != e->family || !genl_attr_top(header, attrs))
		return;
	if (attrs[PANTUN_A_EVENT] &&
	    nla_parse_nested(event, PANTUN_EVENT_A_MAX, attrs[PANTUN_A_EVENT], NULL))
		return;
	watch_sequence(e, event);
	kind = genl_attr_u32(event[PANTUN_EVENT_A_KIND]);
	switch (((struct genlmsghdr *)nlmsg_data(header))->cmd) {
	case PANTUN_CMD_ACQUIRE_NTF:
		on_acquire(e, attrs, event[PANTUN_EVENT_A_FLOW]);
		break;
	case PANTUN_CMD_SA_EXPIRE_NTF:
		on_expire(e, attrs, kind);
		break;
	case PANTUN_CMD_SA_MOVE_NTF:
		on_moved(e, attrs);
		break;
	case PANTUN_CMD_TUNNEL_NTF:
		on_tunnel(e, attrs, kind);
		break;
	case PANTUN_CMD_MONITOR_NTF:
		on_path(e, attrs);
		break;
	default:
		break;
	}
}

void genl_events_datagram(struct genl_events *e, void *data, int n)
{
	struct nlmsghdr *header;

	for (header = data; nlmsg_ok(header, n); header = nlmsg_next(header, &n))
		on_message(e, header);
}

static void make_room(struct genl_events *e)
{
	for (unsigned int i = 0; i < AT_ONCE; i++) {
		struct room *room = &e->rooms[i];

		memset(&room->from, 0, sizeof(room->from));
		room->iov = (struct iovec){ &room->buffer, sizeof(room->buffer) };
		e->headers[i].msg_hdr = (struct msghdr){
			.msg_name = &room->from, .msg_namelen = sizeof(room->from),
			.msg_iov = &room->iov, .msg_iovlen = 1,
		};
	}
}

/* As many datagrams as there was room for may not be all. */
void genl_events_read(struct genl_events *e)
{
	int n;

	do {
		make_room(e);
		n = recvmmsg(e->fd, e->headers, AT_ONCE, 0, NULL);
		if (n < 0 && errno == ENOBUFS)
			lost(e);
		else if (n < 0 && errno != EINTR)
			return;
		/* Accept messages from the kernel only: it alone has port 0. */
		for (int i = 0; i < n; i++)
			if (e->rooms[i].from.nl_pid == 0)
				genl_events_datagram(e, &e->rooms[i].buffer,
						     (int)e->headers[i].msg_len);
	} while (n < 0 || n == AT_ONCE);
}
