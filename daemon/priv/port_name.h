/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of sockets. */
#ifndef PANTUN_PRIV_PORT_NAME_H
#define PANTUN_PRIV_PORT_NAME_H

#include <netinet/in.h>

#include "base/addr.h"

/* Of either family. */
union port_name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Fills @out with @addr and @port, and returns its length. */
socklen_t port_name(const struct addr *addr, uint16_t port, union port_name *out);

#endif
