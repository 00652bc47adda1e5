// SPDX-License-Identifier: GPL-2.0-or-later
#include "genl/sa.h"

#include <linux/pantun.h>
#include <netlink/attr.h>

bool genl_sa_put_name(struct nl_msg *msg, uint32_t dir, uint8_t proto, uint32_t spi)
{
	return !nla_put_u32(msg, PANTUN_SA_A_DIR, dir) &&
	       !nla_put_u8(msg, PANTUN_SA_A_PROTO, proto) &&
	       !nla_put_u32(msg, PANTUN_SA_A_SPI, spi);
}

static bool put_key(struct nl_msg *msg, int type, struct bytes key)
{
	return !key.n || !nla_put(msg, type, (int)key.n, key.p);
}

bool genl_sa_put_keys(struct nl_msg *msg, const struct genl_keys *keys)
{
	struct nlattr *nest = nla_nest_start(msg, PANTUN_SA_A_KEY);
	bool good;

	good = nest && put_key(msg, PANTUN_KEY_A_ENC, keys->enc) &&
	       put_key(msg, PANTUN_KEY_A_AUTH, keys->auth) &&
	       put_key(msg, PANTUN_KEY_A_SALT, keys->salt);
	if (good)
		nla_nest_end(msg, nest);
	return good;
}

static bool put_limit(struct nl_msg *msg, int type, uint64_t value)
{
	return !value || !nla_put_u64(msg, type, value);
}

bool genl_sa_put_limits(struct nl_msg *msg, const struct genl_limits *limits)
{
	struct nlattr *nest = nla_nest_start(msg, PANTUN_SA_A_LIMITS);
	bool good;

	good = nest && put_limit(msg, PANTUN_LIMITS_A_SOFT_BYTES, limits->soft_bytes) &&
	       put_limit(msg, PANTUN_LIMITS_A_HARD_BYTES, limits->hard_bytes) &&
	       put_limit(msg, PANTUN_LIMITS_A_SOFT_PACKETS, limits->soft_packets) &&
	       put_limit(msg, PANTUN_LIMITS_A_HARD_PACKETS, limits->hard_packets) &&
	       put_limit(msg, PANTUN_LIMITS_A_SOFT_SECONDS, limits->soft_seconds) &&
	       put_limit(msg, PANTUN_LIMITS_A_HARD_SECONDS, limits->hard_seconds);
	if (good)
		nla_nest_end(msg, nest);
	return good;
}
