// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/policy.h"

#include <stdlib.h>
#include <string.h>

void policy_id_drop(struct ike_id *kept)
{
	free((void *)kept->b);
	*kept = (struct ike_id){ .type = 0 };
}

bool policy_id_keep(struct ike_id *kept, const struct ike_id *id)
{
	uint8_t *octets = NULL;
	struct ike_id copy;

	if (id->n) {
		octets = malloc(id->n);
		if (!octets)
			return false;
		memcpy(octets, id->b, id->n);
	}
	copy.type = id->type;
	copy.n = id->n;
	copy.b = octets;
	policy_id_drop(kept);
	*kept = copy;
	return true;
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	for (unsigned int g = 0; g < policy->n_gateways; g++) {
		struct policy_gateway *gateway = &policy->gateways[g];

		for (unsigned int t = 0; t < gateway->n_tunnels; t++)
			free(gateway->tunnels[t].proxies);
		free(gateway->tunnels);
		policy_id_drop(&gateway->local_id);
		policy_id_drop(&gateway->peer_id);
		secret_free(gateway->psk);
		secret_free(gateway->credential);
		secret_free(gateway->chain);
		secret_free(gateway->anchors);
		for (unsigned int i = 0; i < gateway->ppk.n; i++)
			secret_free(gateway->ppk.list[i].secret);
	}
	free(policy->gateways);
	for (unsigned int m = 0; m < policy->n_manual; m++) {
		struct policy_manual *manual = &policy->manual[m];

		free(manual->tunnel.proxies);
		if (manual->keys)
			secret_wipe(manual->keys, sizeof(*manual->keys));
		free(manual->keys);
	}
	free(policy->manual);
	free(policy->places);
	free(policy);
}

bool policy_next(struct policy_walk *walk, const struct policy *policy)
{
	for (; policy && walk->g < policy->n_gateways; walk->g++, walk->t = 0) {
		walk->gateway = &policy->gateways[walk->g];
		if (walk->t < walk->gateway->n_tunnels) {
			walk->tunnel = &walk->gateway->tunnels[walk->t++];
			return true;
		}
	}
	walk->gateway = NULL;
	if (!policy || walk->m == policy->n_manual)
		return false;
	walk->manual = &policy->manual[walk->m++];
	walk->tunnel = &walk->manual->tunnel;
	return true;
}

static int compare_places(const void *a, const void *b)
{
	const struct policy_walk *one = a, *other = b;

	return strcmp(one->tunnel->ifname, other->tunnel->ifname);
}

int policy_index(struct policy *policy)
{
	struct policy_walk walk = { 0 };
	unsigned int n = 0;

	while (policy_next(&walk, policy))
		n++;
	if (!n)
		return 0;
	policy->places = calloc(n, sizeof(*policy->places));
	if (!policy->places)
		return -1;
	walk = (struct policy_walk){ 0 };
	while (policy_next(&walk, policy))
		policy->places[policy->n_places++] = walk;
	qsort(policy->places, n, sizeof(*policy->places), compare_places);
	return 0;
}

/* Leaves @walk at the tunnel on that netdevice; false: there is none. */
static bool find_place(struct policy_walk *walk, const struct policy *policy, const char *ifname)
{
	unsigned int from = 0, to = policy ? policy->n_places : 0;

	while (from < to) {
		unsigned int middle = from + (to - from) / 2;
		int order = strcmp(policy->places[middle].tunnel->ifname, ifname);

		if (!order) {
			*walk = policy->places[middle];
			return true;
		}
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	/* Without an index. */
	while (policy && !policy->n_places && policy_next(walk, policy))
		if (!strcmp(walk->tunnel->ifname, ifname))
			return true;
	return false;
}

const struct policy_tunnel *policy_tunnel_on(const struct policy *policy, const char *ifname,
					     const struct policy_gateway **gateway)
{
	struct policy_walk walk = { 0 };
	bool found = find_place(&walk, policy, ifname);

	if (gateway)
		*gateway = found ? walk.gateway : NULL;
	return found ? walk.tunnel : NULL;
}

int policy_probe_find(const struct policy_monitor *monitor, const struct addr *destination)
{
	for (unsigned int i = 0; i < monitor->n; i++)
		if (addr_equal(&monitor->probes[i].destination, destination))
			return (int)i;
	return -1;
}
