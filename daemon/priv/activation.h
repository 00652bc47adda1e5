/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets that the service manager has bound for us, so that we need no privilege for it; see
 * sd_listen_fds(3).
 */
#ifndef PANTUN_PRIV_ACTIVATION_H
#define PANTUN_PRIV_ACTIVATION_H

#include <stdint.h>

/*
 * Takes the UDP socket bound to @port on all addresses of @family (AF_INET or AF_INET6) that was
 * not taken yet; it is close-on-exec and non-blocking. -1: there is none.
 */
int activation_take(uint8_t family, uint16_t port);

#endif
