// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines that are right one by one, but cannot be meant together. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "conf/build.h"
#include "policy/id.h"

/* --- addresses --- */

void build_check_host(const struct build *b, const struct tree_value *value,
		      const struct addr *addr)
{
	const char *why = addr->family ? addr_unusable(addr) : NULL;

	if (why)
		conf_error(b->report, value->at, "\"%s\" is %s", value->text, why);
	else if (addr_is_link_local(addr) && !addr->scope)
		conf_error(b->report, value->at,
			   "\"%s\" is link-local: name its link, as in %s%%eth0", value->text,
			   value->text);
}

void build_check_ends(const struct build *b, const struct tree_value *at,
		      const struct addr *local, const struct addr *peer)
{
	char text[ADDR_TEXT];

	if (!local->family || !peer->family)
		return;
	if (local->family != peer->family)
		conf_error(b->report, at->at,
			   "local-address and peer-address are of different families");
	else if (local->scope && peer->scope && local->scope != peer->scope)
		conf_error(b->report, at->at,
			   "local-address and peer-address are on different links");
	else if (addr_equal(local, peer))
		conf_error(b->report, at->at,
			   "local-address and peer-address are both %s: peer-address is that of "
			   "the other end", addr_text(peer, text));
}

/* --- gateways --- */

/* @of_a and @of_b are the identities of gateways without one; family 0: any. */
static bool same_id(const struct ike_id *a, const struct addr *of_a, const struct ike_id *b,
		    const struct addr *of_b)
{
	struct ike_id ours, theirs;

	if (!a->n == !b->n)
		return id_same(a, b);
	ours = id_or_addr(a, of_a);
	theirs = id_or_addr(b, of_b);
	return id_same(&ours, &theirs);
}

/* A peer that fits one of them fits the other as well. */
static bool are_twins(const struct policy_gateway *a, const struct policy_gateway *b)
{
	if (!addr_equal(&a->peer, &b->peer) || strcasecmp(a->fqdn, b->fqdn) != 0)
		return false;
	if (a->family && b->family && a->family != b->family)
		return false;
	if (a->local.family && b->local.family && !addr_equal(&a->local, &b->local))
		return false;
	return a->peer_pattern == b->peer_pattern &&
	       same_id(&a->peer_id, &a->peer, &b->peer_id, &b->peer) &&
	       same_id(&a->local_id, &a->local, &b->local_id, &b->local);
}

static bool same_key(const struct policy_gateway *a, const struct policy_gateway *b)
{
	return a->psk && b->psk && a->psk->n == b->psk->n &&
	       secret_equal(a->psk->b, b->psk->b, a->psk->n);
}

static void warn_twins(const struct build *b, const struct policy_gateway *gateway,
		       const struct policy_gateway *before)
{
	const struct tree_node *top = tree_find(b->tree, b->tree->root, GATEWAY_LEVEL);
	const struct tree_node *node = tree_named(b->tree, top, gateway->name);
	unsigned int line = tree_named(b->tree, top, before->name)->at.line;
	char taken[POLICY_NAME + 64] = "their keys alone tell one peer from the other";

	if (same_key(gateway, before))
		snprintf(taken, sizeof(taken), "a peer that initiates is always taken for \"%s\"",
			 before->name);
	if (policy_gateway_dynamic(gateway) && !gateway->peer_id.n)
		conf_warning(b->report, node->at,
			     "dynamic gateway \"%s\" has no peer-id, nor has \"%s\" on line %u: "
			     "%s; give each a peer-id", gateway->name, before->name, line, taken);
	else
		conf_warning(b->report, node->at,
			     "gateway \"%s\" has the addresses and identities of \"%s\" on line "
			     "%u: %s; put their tunnels into one gateway, or give them identities",
			     gateway->name, before->name, line, taken);
}

void build_check_gateways(const struct build *b)
{
	const struct policy_gateway *gateways = b->policy->gateways;

	for (unsigned int i = 0; i < b->policy->n_gateways; i++) {
		unsigned int j = 0;

		while (j < i && !are_twins(&gateways[j], &gateways[i]))
			j++;
		if (j < i)
			warn_twins(b, &gateways[i], &gateways[j]);
	}
}
