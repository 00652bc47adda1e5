/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets that the service manager has bound for us, so that we need no right to do it: as
 * sd_listen_fds(3) has them.
 */
#ifndef PANTUN_PRIV_ACTIVATION_H
#define PANTUN_PRIV_ACTIVATION_H

#include <stdint.h>

/*
 * The UDP socket that is bound to @port of every address of @family (AF_INET or AF_INET6), without
 * one that is taken already; it is closed on exec and does not block.  -1: there is none.
 */
int activation_take(uint8_t family, uint16_t port);

#endif
