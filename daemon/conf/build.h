/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the policy from the tree, and checks cross references on the way. */
#ifndef PANTUN_CONF_BUILD_H
#define PANTUN_CONF_BUILD_H

#include "conf/profile.h"
#include "conf/tree.h"
#include "policy/policy.h"

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

/* Reads every gateway that is not disabled. */
void build_gateways(struct build *b);
/*
 * Reads the certificate of the gateway at @node, whose local-id has been read, and the authorities
 * of its peer's.  False: one end, or both, prove who they are by a pre-shared key.
 */
bool build_certificates(struct build *b, const struct tree_node *node,
			struct policy_gateway *gateway);
/* Reads every tunnel that is not disabled, into its gateway or among those with manual keys. */
void build_tunnels(struct build *b);
/* Reads the manual-key of a tunnel whose other leaves have been read. */
void build_manual(struct build *b, const struct tree_node *node, struct policy_manual *manual);
/* Reads what the tunnel's outer packets look like. */
void build_outer(const struct build *b, const struct tree_node *node,
		 struct policy_tunnel *tunnel);
/*
 * Has the tunnel at @node send its outer packets by the link of @addr if that is link-local.
 * @at is where @addr was read.
 */
void build_link_of(const struct build *b, const struct tree_node *node,
		   const struct tree_value *at, const struct addr *addr,
		   struct policy_tunnel *tunnel);
/* Reads the tunnel's proxy-IDs; without any it gets one that takes everything. */
void build_proxies(struct build *b, const struct tree_node *node, struct policy_tunnel *tunnel);
/* Reads the tunnel's monitor; its proxy-IDs have been read. */
void build_monitor(const struct build *b, const struct tree_node *node,
		   struct policy_tunnel *tunnel);
/* "tunnel7" and PAN-OS's "tunnel.7" name one device; false: it is no tunnel interface. */
bool build_device_name(const char *text, char *out, size_t n);
/* The address, without a prefix length that may follow it; family 0: it is none. */
struct addr build_address_of(const struct tree_value *value);
/* Reads the address of an outer header at @path; the leaf ipv6 beside it has to agree. */
void build_address(const struct build *b, const struct tree_node *node, const char *path,
		   struct addr *addr);
/* Reads the identity of @side, "local-id" or "peer-id", of the gateway at @node; n 0: none. */
void build_id(struct build *b, const struct tree_node *node, const char *side,
	      struct ike_id *kept);
/* Whether the peer-id, which has been read into @id, is a pattern. */
bool build_id_pattern(const struct build *b, const struct tree_node *node,
		      const struct ike_id *id);
/* build_check.c complains about what the schema alone cannot judge. */

/* About an outer address, read from @value, that no gateway can have. */
void build_check_host(const struct build *b, const struct tree_value *value,
		      const struct addr *addr);
/* About two ends that cannot be those of a path.  Either may be missing; @at is @local's. */
void build_check_ends(const struct build *b, const struct tree_value *at,
		      const struct addr *local, const struct addr *peer);
/* About gateways whose peers cannot be told apart. */
void build_check_gateways(const struct build *b);

#endif
