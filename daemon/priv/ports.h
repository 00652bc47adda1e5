/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets of IKE.  They take privileges to open, but none to use, so whoever opens them
 * hands them to the process that reads what strangers send.
 */
#ifndef PANTUN_PRIV_PORTS_H
#define PANTUN_PRIV_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "priv/port_name.h"

/* Both ports over IPv4, then over IPv6; and one of each family to look routes up with. */
enum { PORT_SOCKETS = 4, PORT_ROUTE4 = PORT_SOCKETS, PORT_ROUTE6, PORTS };

struct port_kind {
	uint8_t family;
	uint16_t port;		/* 0: for routes */
};

extern const struct port_kind port_kinds[PORTS];

/*
 * Opens all sockets, bound to every address, or takes those that the service manager has bound; on
 * a host without IPv6 those of IPv4 only, and -1 stands for the others.  The host's XFRM policies
 * do not apply to them, which takes CAP_NET_ADMIN.  False with log lines that say what to do.
 */
bool ports_open(int fds[PORTS]);
/* Closes those that are there, and leaves -1. */
void ports_close(int fds[PORTS]);

#endif
