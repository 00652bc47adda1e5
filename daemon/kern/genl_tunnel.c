// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/if_link.h>
#include <linux/pantun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdio.h>

#include "kern/genl_request.h"
#include "kern/genl_tunnel.h"

_Static_assert((int)POLICY_START_ALWAYS == (int)PANTUN_START_ALWAYS &&
	       (int)POLICY_START_ON_DEMAND == (int)PANTUN_START_ON_DEMAND &&
	       (int)POLICY_START_PASSIVE == (int)PANTUN_START_PASSIVE, "start modes differ");
_Static_assert((int)POLICY_CARRIER_ANY == (int)PANTUN_CARRIER_ANY &&
	       (int)POLICY_CARRIER_ALL == (int)PANTUN_CARRIER_ALL, "carrier rules differ");
_Static_assert((int)POLICY_DF_COPY == (int)PANTUN_DF_COPY &&
	       (int)POLICY_DF_CLEAR == (int)PANTUN_DF_CLEAR &&
	       (int)POLICY_DF_SET == (int)PANTUN_DF_SET, "DF modes differ");

static struct nl_msg *link_message(const char *ifname)
{
	struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK |
						NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info;
	bool good;

	if (!msg)
		return NULL;
	good = !nlmsg_append(msg, &up, sizeof(up), NLMSG_ALIGNTO) &&
	       !nla_put_string(msg, IFLA_IFNAME, ifname);
	info = good ? nla_nest_start(msg, IFLA_LINKINFO) : NULL;
	good = info && !nla_put_string(msg, IFLA_INFO_KIND, PANTUN_LINK_KIND);
	if (good)
		nla_nest_end(msg, info);
	return genl_request_end(msg, good);
}

static int link_add(struct kern_genl *g, const char *ifname)
{
	int error = genl_request_send_link(g, link_message(ifname));

	if (error == -EEXIST)
		snprintf(g->kern.error, sizeof(g->kern.error),
			 "%s is an interface of another kind: rename or delete it", ifname);
	return error;
}

/* All of them, so that what was set before and is no longer configured is undone. */
static bool put_options(struct nl_msg *msg, const struct policy_tunnel *tunnel, uint32_t underlay)
{
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_TUNNEL);
	const struct policy_outer *outer = &tunnel->outer;
	bool good;

	good = nest &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_START, tunnel->start) &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_CARRIER,
			    tunnel->carrier ? tunnel->carrier : POLICY_CARRIER_ANY) &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_DF, outer->df ? outer->df : POLICY_DF_COPY) &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_TOS,
			    outer->copy_tos ? PANTUN_TOS_COPY : PANTUN_TOS_FIXED) &&
	       (outer->copy_tos || !nla_put_u8(msg, PANTUN_TUNNEL_A_DSCP, outer->dscp)) &&
	       !nla_put_u8(msg, PANTUN_TUNNEL_A_TTL, outer->ttl) &&
	       !nla_put_u8(msg, PANTUN_TUNNEL_A_FLOW_LABEL, outer->copy_flow_label) &&
	       !nla_put_u8(msg, PANTUN_TUNNEL_A_GRE, outer->gre) &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_TFC, outer->tfc) &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_DUMMY, outer->dummy_ms) &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_MARK, outer->mark) &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_UNDERLAY, underlay);
	if (good)
		nla_nest_end(msg, nest);
	return good;
}

static int set_options(struct kern_genl *g, const struct policy_tunnel *tunnel)
{
	const char *link = tunnel->outer.underlay;
	uint32_t underlay = link[0] ? if_nametoindex(link) : 0;
	struct nl_msg *msg;

	if (link[0] && !underlay) {
		snprintf(g->kern.error, sizeof(g->kern.error), "underlay %s: no such interface",
			 link);
		return -ENXIO;
	}
	msg = genl_request_begin(g, PANTUN_CMD_TUNNEL_SET, tunnel->ifname);
	msg = genl_request_end(msg, msg && put_options(msg, tunnel, underlay));
	return genl_request_send(g, msg, NULL, NULL);
}

int genl_tunnel_ensure(struct kern *k, const struct policy_tunnel *tunnel)
{
	struct kern_genl *g = genl_of(k);
	int error = set_options(g, tunnel);

	if (error == -ENODEV) {
		error = link_add(g, tunnel->ifname);
		if (!error)
			error = set_options(g, tunnel);
	}
	return error;
}
