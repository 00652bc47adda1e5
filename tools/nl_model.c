// SPDX-License-Identifier: GPL-2.0-or-later
/* Fills the kernel's part of the model by dumps. */
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/netlink.h>
#include <string.h>
#include "nl_client.h"
#include "nl_parse.h"

#define TRIES	10		/* dumps disturbed one after another before giving up */

static void take_tunnel(void *ctx, uint8_t cmd, struct nlattr **attrs)
{
	struct model *model = ctx;
	struct tunnel *tunnel = model_add(model->tunnels, model->tunnels_n);

	(void)cmd;
	if (!nl_parse_tunnel(attrs, tunnel))
		model->tunnels_n--;
}

static void take_proxy(void *ctx, uint8_t cmd, struct nlattr **attrs)
{
	struct model *model = ctx;
	struct proxy *proxy = model_add(model->proxies, model->proxies_n);

	(void)cmd;
	if (!nl_parse_proxy(attrs, proxy))
		model->proxies_n--;
}

static void take_sa(void *ctx, uint8_t cmd, struct nlattr **attrs)
{
	struct model *model = ctx;
	struct sa *sa = model_add(model->sas, model->sas_n);

	(void)cmd;
	if (!nl_parse_sa(attrs, sa))
		model->sas_n--;
}

static void take_monitor(void *ctx, uint8_t cmd, struct nlattr **attrs)
{
	struct model *model = ctx;
	struct tunnel_monitor *monitor = model_add(model->monitors, model->monitors_n);

	(void)cmd;
	if (!nl_parse_monitor(attrs, monitor))
		model->monitors_n--;
}

static int dump_all(struct nl_client *client, struct model *model)
{
	static const struct {
		uint8_t cmd;
		nl_answer *take;
	} dumps[] = {
		{ PANTUN_CMD_TUNNEL_GET, take_tunnel },
		{ PANTUN_CMD_PROXY_GET, take_proxy },
		{ PANTUN_CMD_SA_GET, take_sa },
		{ PANTUN_CMD_MONITOR_GET, take_monitor },
	};
	int status = 0;

	for (size_t i = 0; !status && i < sizeof(dumps) / sizeof(dumps[0]); i++)
		status = nl_finish(client, nl_begin(client, dumps[i].cmd, NLM_F_DUMP),
				   dumps[i].take, model);
	return status;
}

static int on_link(struct nl_msg *msg, void *arg)
{
	struct ifinfomsg *info = nlmsg_data(nlmsg_hdr(msg));
	struct nlattr *attrs[IFLA_MAX + 1];
	struct link *link = arg;

	if (nlmsg_hdr(msg)->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(*info), attrs, IFLA_MAX, NULL))
		return NL_SKIP;
	link->known = true;
	link->up = info->ifi_flags & IFF_UP;
	link->carrier = attrs[IFLA_CARRIER] && nla_get_u8(attrs[IFLA_CARRIER]);
	link->operstate = attrs[IFLA_OPERSTATE] ? nla_get_u8(attrs[IFLA_OPERSTATE]) :
						  IF_OPER_UNKNOWN;
	return NL_OK;
}

/* Flags, carrier and operstate; @link stays unknown where the device is not here. */
static void ask_link(struct nl_sock *sock, uint32_t ifindex, struct link *link)
{
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex };

	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, on_link, link);
	if (nl_send_simple(sock, RTM_GETLINK, 0, &info, sizeof(info)) >= 0)
		nl_recvmsgs_default(sock);
}

static void ask_links(struct model *model)
{
	struct nl_sock *sock = nl_socket_alloc();

	if (sock && !nl_connect(sock, NETLINK_ROUTE)) {
		nl_socket_disable_auto_ack(sock);
		for (size_t i = 0; i < model->tunnels_n; i++) {
			struct tunnel *tunnel = &model->tunnels[i];

			if (!tunnel->moved)
				ask_link(sock, tunnel->ifindex, &tunnel->link);
		}
	}
	nl_socket_free(sock);
}

void nl_fill(struct model *model)
{
	struct nl_client *client = nl_client_open(model->kernel_error);
	int status = -2;

	if (!client)
		return;
	for (int i = 0; status == -2 && i < TRIES; i++) {
		model_forget_kernel(model);
		status = dump_all(client, model);
	}
	if (status == -2)
		text_copy(model->kernel_error, sizeof(model->kernel_error),
			  "it changes faster than it can be read; try again");
	else if (status)
		text_copy(model->kernel_error, sizeof(model->kernel_error), nl_error(client));
	else
		ask_links(model);
	nl_client_close(client);
}
