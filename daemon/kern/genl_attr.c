// SPDX-License-Identifier: GPL-2.0-or-later
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "kern/genl_attr.h"

uint32_t genl_attr_u32(const struct nlattr *attr)
{
	return attr && nla_len(attr) >= (int)sizeof(uint32_t) ? nla_get_u32(attr) : 0;
}

uint16_t genl_attr_u16(const struct nlattr *attr)
{
	return attr && nla_len(attr) >= (int)sizeof(uint16_t) ? nla_get_u16(attr) : 0;
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
