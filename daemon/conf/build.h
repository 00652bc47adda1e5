/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the tree to the policy; cross references are checked on the way. */
#ifndef PANTUN_CONF_BUILD_H
#define PANTUN_CONF_BUILD_H

#include "conf/profile.h"
#include "conf/tree.h"
#include "ike/policy.h"

#define GATEWAY_LEVEL	"network ike gateway"
#define TUNNEL_LEVEL	"network tunnel ipsec"

struct build {
	const struct tree *tree;
	struct conf_report *report;
	struct profile_set ike, esp;
	struct policy *policy;
	bool short_of_memory;
};

/* Every gateway that is not disabled. */
void build_gateways(struct build *b);
/* Every tunnel that is not disabled, into its gateway. */
void build_tunnels(struct build *b);

#endif
