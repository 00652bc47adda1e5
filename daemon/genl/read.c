// SPDX-License-Identifier: GPL-2.0-or-later
#include "genl/read.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/pantun.h>
#include <netlink/genl/ctrl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct request {
	const char *what;
	uint8_t cmd;
	uint16_t flags;
} requests[] = {
	{ "tunnel", PANTUN_CMD_TUNNEL_GET, NLM_F_DUMP },
	{ "proxy-id", PANTUN_CMD_PROXY_GET, NLM_F_DUMP },
	{ "ipsec-sa", PANTUN_CMD_SA_GET, NLM_F_DUMP },
	{ "monitor", PANTUN_CMD_MONITOR_GET, NLM_F_DUMP },
	/* One answer; the acknowledgment ends it, as NLMSG_DONE ends a dump. */
	{ "module", PANTUN_CMD_MODULE_GET, NLM_F_ACK },
};

static bool ask(int fd, int family, const struct request *of)
{
	const struct {
		struct nlmsghdr netlink;
		struct genlmsghdr generic;
	} request = {
		.netlink = { .nlmsg_len = sizeof(request), .nlmsg_type = (uint16_t)family,
			     .nlmsg_flags = NLM_F_REQUEST | of->flags },
		.generic = { .cmd = of->cmd, .version = PANTUN_GENL_VERSION },
	};

	return send(fd, &request, sizeof(request), 0) == (ssize_t)sizeof(request);
}

static bool join_groups(int fd, struct nl_sock *sock)
{
	static const char *const names[] = { PANTUN_MCGRP_EVENTS, PANTUN_MCGRP_CONFIG };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int group = genl_ctrl_resolve_grp(sock, PANTUN_GENL_NAME, names[i]);

		if (group < 0) {
			errno = EPROTONOSUPPORT;
			return false;
		}
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
			return false;
	}
	return true;
}

static const struct request *find_request(const char *what)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (!strcmp(requests[i].what, what))
			return &requests[i];
	return NULL;
}

uint8_t genl_read_cmd(const char *what)
{
	const struct request *request = find_request(what);

	return request ? request->cmd : 0;
}

int genl_read_open(struct nl_sock *sock, int family, const char *what)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct request *request = find_request(what);
	int fd, error;

	if (!request && strcmp(what, "events") != 0)
		return -EINVAL;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_GENERIC);
	if (fd < 0)
		return -errno;
	/* Nobody but the kernel is heard on a socket that is connected to it. */
	if (!connect(fd, (const struct sockaddr *)&kernel, sizeof(kernel)) &&
	    (request ? ask(fd, family, request) : join_groups(fd, sock)))
		return fd;
	error = errno;
	close(fd);
	return -error;
}
