/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the tree to the policy; cross references are checked on the way. */
#ifndef PANTUN_CONF_BUILD_H
#define PANTUN_CONF_BUILD_H

#include "conf/profile.h"
#include "conf/tree.h"
#include "ike/policy.h"

#define GATEWAY_LEVEL	"network ike gateway"
#define TUNNEL_LEVEL	"network tunnel ipsec"
#define MONITOR_LEVEL	"network profiles monitor-profile"

struct build {
	const struct tree *tree;
	struct conf_report *report;
	struct profile_set ike, esp;
	struct policy *policy;
	bool short_of_memory;
};

/* Every gateway that is not disabled. */
void build_gateways(struct build *b);
/* Every tunnel that is not disabled, into its gateway or among those with manual keys. */
void build_tunnels(struct build *b);
/* The manual-key of a tunnel whose other leaves are read already. */
void build_manual(struct build *b, const struct tree_node *node, struct policy_manual *manual);
/* What the tunnel's packets look like outside. */
void build_outer(const struct build *b, const struct tree_node *node,
		 struct policy_tunnel *tunnel);
/*
 * Outer packets of the tunnel at @node take the link of @addr, which is written as @at, if
 * it is a link-local one.
 */
void build_link_of(const struct build *b, const struct tree_node *node,
		   const struct tree_value *at, const struct addr *addr,
		   struct policy_tunnel *tunnel);
/* Whom and how its monitor probes; the proxy-IDs are there already. */
void build_monitor(const struct build *b, const struct tree_node *node,
		   struct policy_tunnel *tunnel);
/* "tunnel7" and PAN-OS's "tunnel.7" are one device; false: no tunnel interface. */
bool build_device_name(const char *text, char *out, size_t n);
/* An address; a prefix length behind it means nothing.  Family 0: it is none. */
struct addr build_address_of(const struct tree_value *value);
/* Address of an outer header at @path, which agrees with the leaf ipv6 beside it. */
void build_address(const struct build *b, const struct tree_node *node, const char *path,
		   struct addr *addr);
/* build_check.c: complaints about what the schema alone cannot judge. */

/* An address of an outer header, written as @value, that no gateway can have. */
void build_check_host(const struct build *b, const struct tree_value *value,
		      const struct addr *addr);
/* Two ends, one of them missing perhaps, that cannot be those of a path; @at: @local's. */
void build_check_ends(const struct build *b, const struct tree_value *at,
		      const struct addr *local, const struct addr *peer);
/* Selectors of the tunnel at @node that mean the same, or hardly what they say. */
void build_check_proxies(const struct build *b, const struct tree_node *node,
			 const struct policy_tunnel *tunnel);
/* Gateways that a peer cannot be told apart by. */
void build_check_gateways(const struct build *b);

#endif
