// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl_links.h"
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include "index.h"

#define FEW		8		/* tunnels that are asked for one by one */
#define ANSWER_MOST	(32 << 10)	/* octets; the kernel makes no message longer */

struct links {
	struct model *model;
	struct index tunnels;		/* by ifindex */
};

static struct tunnel *find_tunnel(const struct links *links, uint32_t ifindex)
{
	const struct index_entry *entry = index_first(&links->tunnels, ifindex);
	const struct tunnel *tunnel = entry ? entry->item : NULL;

	return tunnel ? &links->model->tunnels[tunnel - links->model->tunnels] : NULL;
}

static int on_link(struct nl_msg *msg, void *arg)
{
	const struct ifinfomsg *info = nlmsg_data(nlmsg_hdr(msg));
	struct nlattr *attrs[IFLA_MAX + 1];
	struct tunnel *tunnel;

	if (nlmsg_hdr(msg)->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(*info), attrs, IFLA_MAX, NULL))
		return NL_SKIP;
	tunnel = find_tunnel(arg, (uint32_t)info->ifi_index);
	if (!tunnel)
		return NL_SKIP;
	tunnel->link = (struct link){
		.known = true,
		.up = info->ifi_flags & IFF_UP,
		.carrier = attrs[IFLA_CARRIER] && nla_get_u8(attrs[IFLA_CARRIER]),
		.operstate = attrs[IFLA_OPERSTATE] ? nla_get_u8(attrs[IFLA_OPERSTATE]) :
						     IF_OPER_UNKNOWN,
	};
	return NL_OK;
}

/* Asks for one, or with @ifindex 0 for all devices of our kind, without their counters. */
static void ask(struct nl_sock *sock, uint32_t ifindex)
{
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETLINK, ifindex ? 0 : NLM_F_DUMP);
	struct nlattr *kind;

	if (msg && !nlmsg_append(msg, &info, sizeof(info), NLMSG_ALIGNTO) &&
	    !nla_put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS) &&
	    (ifindex || ((kind = nla_nest_start(msg, IFLA_LINKINFO)) &&
			 !nla_put_string(msg, IFLA_INFO_KIND, "pantun") &&
			 !nla_nest_end(msg, kind))) &&
	    nl_send_auto(sock, msg) >= 0)
		nl_recvmsgs_default(sock);
	nlmsg_free(msg);
}

/* Those which a dump has missed, as others came or went meanwhile, are asked for one by one. */
static void ask_all(struct nl_sock *sock, const struct model *model)
{
	if (model->tunnels_n > FEW)
		ask(sock, 0);
	for (size_t i = 0; i < model->tunnels_n; i++) {
		const struct tunnel *tunnel = &model->tunnels[i];

		if (!tunnel->moved && !tunnel->link.known && tunnel->ifindex)
			ask(sock, tunnel->ifindex);
	}
}

void nl_links_fill(struct model *model)
{
	struct links links = { .model = model };
	struct nl_sock *sock = nl_socket_alloc();

	index_init(&links.tunnels, model->tunnels_n);
	for (size_t i = 0; i < model->tunnels_n; i++) {
		if (!model->tunnels[i].moved)
			index_add(&links.tunnels, model->tunnels[i].ifindex, &model->tunnels[i]);
	}
	if (sock && !nl_connect(sock, NETLINK_ROUTE)) {
		nl_socket_disable_auto_ack(sock);
		nl_socket_set_msg_buf_size(sock, ANSWER_MOST);
		nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, on_link, &links);
		ask_all(sock, model);
	}
	nl_socket_free(sock);
	index_free(&links.tunnels);
}
