/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configured tunnels as the kernel has them: netdevices, proxy-IDs and monitors. */
#ifndef PANTUN_LOOP_TUNNELS_H
#define PANTUN_LOOP_TUNNELS_H

#include <stdbool.h>

struct daemon;
struct policy;
struct policy_tunnel;

/*
 * Makes the netdevice of @tunnel where it is missing and sets its options, without padding
 * toward a peer that does not take it.  0, or a negative errno with its text in kern->error.
 */
int tunnels_set(struct daemon *d, const struct policy_tunnel *tunnel);
/* Whether the peer at the other end of @ifname refuses padded packets. */
void tunnels_tfc(struct daemon *d, const char *ifname, bool refused);
/* Configures the kernel's tunnel as @tunnel says.  Logs failures. */
void tunnels_prepare(struct daemon *d, const struct policy_tunnel *tunnel);
/* Likewise for all tunnels of @policy. */
void tunnels_prepare_all(struct daemon *d, const struct policy *policy);
/* Frees their state. */
void tunnels_close(struct daemon *d);
/* Tells the core that no tunnel can carry packets, for the reason @why; NULL: they can again. */
void tunnels_away_all(struct daemon *d, const char *why);

#endif
