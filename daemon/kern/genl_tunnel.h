/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tunnel's netdevice and its options. */
#ifndef PANTUN_KERN_GENL_TUNNEL_H
#define PANTUN_KERN_GENL_TUNNEL_H

#include "kern/kern.h"

/* The operation of kern_ops; see kern.h. */
int genl_tunnel_ensure(struct kern *k, const struct policy_tunnel *tunnel);

#endif
