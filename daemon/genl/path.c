// SPDX-License-Identifier: GPL-2.0-or-later
#include "genl/path.h"

#include <linux/pantun.h>
#include <netlink/attr.h>
#include <string.h>

#include "genl/attr.h"

static bool put_udp(struct nl_msg *msg, const struct genl_path *path)
{
	return !nla_put_u32(msg, PANTUN_PATH_A_ENCAP, PANTUN_ENCAP_UDP) &&
	       !nla_put_u16(msg, PANTUN_PATH_A_LOCAL_PORT, path->local.port) &&
	       !nla_put_u16(msg, PANTUN_PATH_A_REMOTE_PORT, path->remote.port) &&
	       (!path->csum || !nla_put_flag(msg, PANTUN_PATH_A_UDP_CSUM));
}

static bool of_one_family(const struct addr *local, const struct addr *remote)
{
	if (local->family && remote->family)
		return local->family == remote->family;
	return local->family || remote->family;
}

bool genl_path_put(struct nl_msg *msg, int type, const struct genl_path *path)
{
	const struct addr *local = &path->local.addr, *remote = &path->remote.addr;
	struct nlattr *nest = nla_nest_start(msg, type);
	bool good;

	good = nest && of_one_family(local, remote) &&
	       genl_attr_put_either(msg, PANTUN_PATH_A_LOCAL4, PANTUN_PATH_A_LOCAL6, local) &&
	       genl_attr_put_either(msg, PANTUN_PATH_A_REMOTE4, PANTUN_PATH_A_REMOTE6, remote) &&
	       (!path->udp || put_udp(msg, path));
	if (good)
		nla_nest_end(msg, nest);
	return good;
}

bool genl_path_get(struct nlattr *nest, struct genl_path *out)
{
	struct nlattr *attrs[PANTUN_PATH_A_MAX + 1];
	bool local, remote;

	memset(out, 0, sizeof(*out));
	if (!genl_attr_nest(nest, attrs, PANTUN_PATH_A_MAX))
		return false;
	local = genl_attr_either(attrs[PANTUN_PATH_A_LOCAL4], attrs[PANTUN_PATH_A_LOCAL6],
				 &out->local.addr);
	remote = genl_attr_either(attrs[PANTUN_PATH_A_REMOTE4], attrs[PANTUN_PATH_A_REMOTE6],
				  &out->remote.addr);
	out->local.port = genl_attr_u16(attrs[PANTUN_PATH_A_LOCAL_PORT]);
	out->remote.port = genl_attr_u16(attrs[PANTUN_PATH_A_REMOTE_PORT]);
	out->udp = genl_attr_u32(attrs[PANTUN_PATH_A_ENCAP]) == PANTUN_ENCAP_UDP;
	out->csum = attrs[PANTUN_PATH_A_UDP_CSUM];
	return local && remote;
}
