// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "conf/build.h"

#define LEVEL	TUNNEL_LEVEL " *"

/* The tunnel being read. */
struct reader {
	struct build *b;
	const struct tree_node *node;
	struct policy_gateway *gateway;	/* NULL: manual keys */
	struct policy_tunnel *tunnel;
};

static const struct tree_value *tunnel_value(const struct reader *r, const char *path)
{
	return tree_value(r->b->tree, r->node, path);
}

static bool same_device(const struct reader *r, const struct tree_value *value,
			const struct policy_tunnel *other)
{
	if (other == r->tunnel || strcmp(other->ifname, r->tunnel->ifname) != 0)
		return false;
	conf_error(r->b->report, value->at, "tunnel-interface %s belongs to tunnel \"%s\" already",
		   value->text, other->name);
	return true;
}

/* Complains if another tunnel has the device. */
static void check_device_free(const struct reader *r, const struct tree_value *value)
{
	struct policy_walk walk = { 0 };

	while (policy_next(&walk, r->b->policy))
		if (same_device(r, value, walk.tunnel))
			return;
}

static void read_device(const struct reader *r)
{
	const struct tree_value *value = tunnel_value(r, "tunnel-interface");

	if (!value) {
		if (!r->node->broken)
			conf_error(r->b->report, r->node->at,
				   "tunnel \"%s\" has no tunnel-interface", r->tunnel->name);
		return;
	}
	if (build_device_name(value->text, r->tunnel->ifname, sizeof(r->tunnel->ifname)))
		check_device_free(r, value);
	else
		conf_error(r->b->report, value->at,
			   "\"%s\" is not a tunnel interface: use tunnelN or tunnel.N",
			   value->text);
}

static void read_start(const struct reader *r)
{
	static const char *const words[] = {
		[POLICY_START_ALWAYS] = "always", [POLICY_START_ON_DEMAND] = "on-demand",
		[POLICY_START_PASSIVE] = "passive",
	};
	const struct tree_value *value = tunnel_value(r, "start");
	const char *text = tree_text(r->b->tree, r->node, LEVEL, "start");
	enum policy_start start = POLICY_START_ALWAYS;

	while (start < POLICY_START_PASSIVE && strcmp(words[start], text) != 0)
		start++;
	if (r->gateway->passive && start != POLICY_START_PASSIVE) {
		if (value)
			conf_warning(r->b->report, value->at,
				     "start %s: gateway \"%s\" is passive: the peer initiates",
				     text, r->gateway->name);
		start = POLICY_START_PASSIVE;
	}
	r->tunnel->start = start;
}

static void read_crypto(const struct reader *r)
{
	const char *path = "auto-key ipsec-crypto-profile";
	const struct tree_value *name = tunnel_value(r, path);
	const struct profile *profile;

	profile = profile_get(&r->b->esp, &r->b->ike,
			      tree_text(r->b->tree, r->node, LEVEL, path),
			      name ? name->at : r->node->at, r->b->report);
	if (profile) {
		r->tunnel->esp = profile->props;
		r->tunnel->life_seconds = profile->life_seconds;
		r->tunnel->life_bytes = profile->life_bytes;
	}
}

/*
 * With manual keys, only if it is asked for: a sender counts from the beginning after each
 * restart while its keys stay, so its packets would be taken for old ones (RFC 4303 section
 * 3.4.3).
 */
static void read_replay(const struct reader *r)
{
	const struct tree_value *asked = tunnel_value(r, "anti-replay");

	if (r->gateway ? tree_yes(r->b->tree, r->node, LEVEL, "anti-replay") :
	    asked && !strcmp(asked->text, "yes"))
		r->tunnel->replay_window = (uint32_t)tree_number(r->b->tree, r->node, LEVEL,
								 "anti-replay-window");
}

static void unknown_gateway(const struct build *b, const struct tree_value *value)
{
	struct conf_near near = { .word = value->text };
	char hint[CONF_HINT];

	tree_near(tree_find(b->tree, b->tree->root, GATEWAY_LEVEL), &near);
	conf_error(b->report, value->at, "there is no gateway \"%s\"%s", value->text,
		   conf_near_hint(&near, hint));
}

/* The tunnel's gateway; NULL: there is none, after a complaint, or it is disabled. */
static struct policy_gateway *find_gateway(struct build *b, const struct tree_node *node)
{
	const struct tree_value *value = tree_value(b->tree, node, "auto-key ike-gateway");
	const struct tree_node *top = tree_find(b->tree, b->tree->root, GATEWAY_LEVEL);
	unsigned int i;

	if (!value) {
		/* If it has another leaf instead, there was a complaint about that. */
		if (!node->broken &&
		    !tree_find(b->tree, node, "global-protect-satellite"))
			conf_error(b->report, node->at, "tunnel \"%s\" has no auto-key ike-gateway",
				   node->word);
		return NULL;
	}
	if (value->next && strcmp(value->next->text, value->text) != 0)
		conf_error(b->report, value->next->at,
			   "a second ike-gateway is not supported in this version");
	for (i = 0; i < b->policy->n_gateways; i++)
		if (!strcmp(b->policy->gateways[i].name, value->text))
			return &b->policy->gateways[i];
	if (tree_named(b->tree, top, value->text))
		conf_warning(b->report, value->at,
			     "gateway \"%s\" is disabled, and tunnel \"%s\" with it", value->text,
			     node->word);
	else
		unknown_gateway(b, value);
	return NULL;
}

/* One more tunnel of the gateway, zeroed; NULL: out of memory. */
static struct policy_tunnel *more_tunnels(struct policy_gateway *gateway)
{
	unsigned int n = gateway->n_tunnels;
	struct policy_tunnel *tunnels = gateway->tunnels;

	/* The array doubles whenever the count reaches a power of two. */
	if (!(n & (n - 1))) {
		tunnels = reallocarray(tunnels, n ? 2 * (size_t)n : 1, sizeof(*tunnels));
		if (!tunnels)
			return NULL;
		gateway->tunnels = tunnels;
	}
	memset(&tunnels[n], 0, sizeof(*tunnels));
	gateway->n_tunnels++;
	return &tunnels[n];
}

/* The receiver infers the upper half of a number from its window (RFC 4303 appendix A). */
static void check_esn(const struct reader *r)
{
	const struct tree_value *replay = tunnel_value(r, "anti-replay");

	if (!r->tunnel->replay_window && r->tunnel->esp.n &&
	    r->tunnel->esp.prop[0].esn & PROP_ESN_YES)
		conf_error(r->b->report, replay->at,
			   "\"anti-replay no\" beside \"esn yes\" of the ipsec-crypto-profile");
}

/* Both the tunnel and its gateway may say which family the outer packets have. */
static void check_family(const struct reader *r)
{
	const struct tree_value *ipv6 = tunnel_value(r, "ipv6");
	struct policy_gateway *gateway = r->gateway;
	uint8_t there = gateway->peer.family ? gateway->peer.family : gateway->family;
	uint8_t family;

	if (!ipv6)
		return;
	family = !strcmp(ipv6->text, "yes") ? AF_INET6 : AF_INET;
	if (there && there != family)
		conf_error(r->b->report, ipv6->at, "\"ipv6 %s\", but gateway \"%s\" has IPv%d",
			   ipv6->text, gateway->name, there == AF_INET6 ? 6 : 4);
	gateway->family = family;
}

static void read_common(const struct reader *r)
{
	snprintf(r->tunnel->name, sizeof(r->tunnel->name), "%s", r->node->word);
	read_device(r);
	read_replay(r);
	build_outer(r->b, r->node, r->tunnel);
	r->tunnel->carrier = POLICY_CARRIER_ANY;
	if (!strcmp(tree_text(r->b->tree, r->node, LEVEL, "carrier"), "all"))
		r->tunnel->carrier = POLICY_CARRIER_ALL;
	build_proxies(r->b, r->node, r->tunnel);
	if (r->tunnel->n_proxies)
		build_monitor(r->b, r->node, r->tunnel);
}

/* Either end of the gateway may have a link-local address. */
static void read_link(const struct reader *r)
{
	const struct tree *tree = r->b->tree;
	const struct tree_node *top = tree_find(tree, tree->root, GATEWAY_LEVEL);
	const struct tree_node *node = tree_named(tree, top, r->gateway->name);

	build_link_of(r->b, r->node, tree_value(tree, node, "local-address ip"),
		      &r->gateway->local, r->tunnel);
	build_link_of(r->b, r->node, tree_value(tree, node, "peer-address ip"),
		      &r->gateway->peer, r->tunnel);
}

static void read_auto(struct build *b, const struct tree_node *node)
{
	struct reader r = { .b = b, .node = node, .gateway = find_gateway(b, node) };

	if (!r.gateway)
		return;
	r.tunnel = more_tunnels(r.gateway);
	if (!r.tunnel) {
		b->short_of_memory = true;
		return;
	}
	read_common(&r);
	read_link(&r);
	read_start(&r);
	read_crypto(&r);
	check_esn(&r);
	check_family(&r);
}

static void read_manual(struct build *b, const struct tree_node *node)
{
	const struct tree_node *negotiated = tree_find(b->tree, node, "auto-key");
	const struct tree_value *start = tree_value(b->tree, node, "start");
	struct policy_manual *manual = &b->policy->manual[b->policy->n_manual++];
	struct reader r = { .b = b, .node = node, .tunnel = &manual->tunnel };

	if (negotiated)
		conf_error(b->report, negotiated->at, "auto-key beside manual-key on line %u",
			   tree_find(b->tree, node, "manual-key")->at.line);
	if (start && strcmp(start->text, "always") != 0)
		conf_error(b->report, start->at,
			   "start %s: manual keys are in place at once", start->text);
	manual->tunnel.start = POLICY_START_ALWAYS;
	read_common(&r);
	build_manual(b, node, manual);
}

static void check_idle_gateways(const struct build *b)
{
	const struct tree_node *top = tree_find(b->tree, b->tree->root, GATEWAY_LEVEL), *node;
	const struct tree_node *tunnels = tree_find(b->tree, b->tree->root, TUNNEL_LEVEL);
	unsigned int i;

	for (i = 0; i < b->policy->n_gateways; i++) {
		if (b->policy->gateways[i].n_tunnels)
			continue;
		node = tree_named(b->tree, top, b->policy->gateways[i].name);
		if (tunnels && tunnels->broken)
			continue;
		conf_warning(b->report, node->at, "no tunnel uses gateway \"%s\"", node->word);
	}
}

void build_tunnels(struct build *b)
{
	const struct tree_node *top = tree_find(b->tree, b->tree->root, TUNNEL_LEVEL), *node;
	unsigned int n = tree_count(top);

	b->policy->manual = calloc(n ? n : 1, sizeof(*b->policy->manual));
	if (!b->policy->manual) {
		b->short_of_memory = true;
		return;
	}
	for (node = top ? top->first : NULL; node; node = node->next) {
		if (tree_yes(b->tree, node, LEVEL, "disabled"))
			continue;
		if (tree_find(b->tree, node, "manual-key"))
			read_manual(b, node);
		else
			read_auto(b, node);
	}
	check_idle_gateways(b);
}
