// SPDX-License-Identifier: GPL-2.0-or-later
#include "genl/attr.h"

#include <linux/pantun.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

bool genl_attr_nest(struct nlattr *nest, struct nlattr **attrs, int max)
{
	return nest && !nla_parse_nested(attrs, max, nest, NULL);
}

bool genl_attr_top(struct nlmsghdr *header, struct nlattr **attrs)
{
	return !genlmsg_parse(header, 0, attrs, PANTUN_A_MAX, NULL);
}

bool genl_attr_message(struct nlmsghdr *header, struct nlattr **attrs, int type,
		       struct nlattr **nested, int max)
{
	return genl_attr_top(header, attrs) && genl_attr_nest(attrs[type], nested, max);
}

bool genl_attr_take_u64(const struct nlattr *attr, uint64_t *value)
{
	if (!attr || nla_len(attr) < (int)sizeof(*value))
		return false;
	*value = nla_get_u64(attr);
	return true;
}

uint64_t genl_attr_u64(const struct nlattr *attr)
{
	uint64_t value = 0;

	genl_attr_take_u64(attr, &value);
	return value;
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

const char *genl_attr_string(const struct nlattr *attr)
{
	/* The kernel ends its strings, but it costs little not to rely on it. */
	if (!attr || !nla_len(attr) || !memchr(nla_data(attr), '\0', (size_t)nla_len(attr)))
		return NULL;
	return nla_data(attr);
}

void genl_attr_text(const struct nlattr *attr, char *out, size_t n)
{
	out[0] = '\0';
	if (attr)
		snprintf(out, n, "%.*s", nla_len(attr), (const char *)nla_data(attr));
}

bool genl_attr_addr(const struct nlattr *attr, uint8_t family, struct addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = family;
	if (attr && nla_len(attr) == (int)addr_len(addr)) {
		memcpy(addr->b, nla_data(attr), addr_len(addr));
		return true;
	}
	addr->family = 0;
	return false;
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
