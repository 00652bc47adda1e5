// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/pantun.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "kern/genl_attr.h"

bool genl_attr_nest(struct nlattr *nest, struct nlattr **attrs, int max)
{
	return nest && !nla_parse_nested(attrs, max, nest, NULL);
}

bool genl_attr_message(struct nlmsghdr *header, struct nlattr **attrs, int type,
		       struct nlattr **nested, int max)
{
	return !genlmsg_parse(header, 0, attrs, PANTUN_A_MAX, NULL) &&
	       genl_attr_nest(attrs[type], nested, max);
}

bool genl_attr_u64(const struct nlattr *attr, uint64_t *value)
{
	if (!attr || nla_len(attr) < (int)sizeof(*value))
		return false;
	*value = nla_get_u64(attr);
	return true;
}

uint32_t genl_attr_u32(const struct nlattr *attr)
{
	return attr && nla_len(attr) >= (int)sizeof(uint32_t) ? nla_get_u32(attr) : 0;
}

uint16_t genl_attr_u16(const struct nlattr *attr)
{
	return attr && nla_len(attr) >= (int)sizeof(uint16_t) ? nla_get_u16(attr) : 0;
}

uint8_t genl_attr_u8(const struct nlattr *attr)
{
	return attr && nla_len(attr) >= (int)sizeof(uint8_t) ? nla_get_u8(attr) : 0;
}

void genl_attr_text(const struct nlattr *attr, char *out, size_t n)
{
	if (attr)
		snprintf(out, n, "%.*s", nla_len(attr), (const char *)nla_data(attr));
}

bool genl_attr_addr(const struct nlattr *attr, uint8_t family, struct addr *addr)
{
	int n = family == AF_INET ? 4 : 16;

	if (!attr || nla_len(attr) != n)
		return false;
	memset(addr, 0, sizeof(*addr));
	addr->family = family;
	memcpy(addr->b, nla_data(attr), (size_t)n);
	return true;
}

bool genl_attr_either(const struct nlattr *v4, const struct nlattr *v6, struct addr *addr)
{
	return v4 ? genl_attr_addr(v4, AF_INET, addr) : genl_attr_addr(v6, AF_INET6, addr);
}

bool genl_attr_put_either(struct nl_msg *msg, int v4, int v6, const struct addr *addr)
{
	return !addr->family || !nla_put(msg, addr->family == AF_INET6 ? v6 : v4,
					 (int)addr_len(addr), addr->b);
}
