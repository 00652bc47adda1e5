// SPDX-License-Identifier: GPL-2.0-or-later
#include "priv/port_name.h"

#include <arpa/inet.h>
#include <string.h>

socklen_t port_name(const struct addr *addr, uint16_t port, union port_name *out)
{
	memset(out, 0, sizeof(*out));
	if (addr->family == AF_INET6) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons(port);
		memcpy(&out->v6.sin6_addr, addr->b, 16);
		out->v6.sin6_scope_id = addr->scope;
		return sizeof(out->v6);
	}
	out->v4.sin_family = AF_INET;
	out->v4.sin_port = htons(port);
	memcpy(&out->v4.sin_addr, addr->b, 4);
	return sizeof(out->v4);
}
