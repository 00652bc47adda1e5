/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnels whose path does not answer, by word of their monitor.  Their SAs may be the
 * cause, so that new ones are negotiated, again and again with growing pauses; those
 * that stand serve until then.
 */
#ifndef PANTUN_IKE_PATH_H
#define PANTUN_IKE_PATH_H

#include "ike/gateway.h"

/* As ike_core_path_lost() and _back() have it, for the tunnel of @gw on that netdevice. */
unsigned int path_lost(struct gateway *gw, const char *ifname);
void path_back(struct gateway *gw, const char *ifname);
/* Frees all of the gateway's. */
void paths_free(struct gateway *gw);

#endif
