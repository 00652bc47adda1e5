// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/tunnels.h"

#include <stdio.h>

#include "base/log.h"
#include "loop/daemon_priv.h"

int tunnels_set(struct daemon *d, const struct policy_tunnel *tunnel)
{
	struct policy_tunnel now = *tunnel;

	if (ike_core_tfc_refused(d->core, tunnel->ifname))
		now.outer.tfc = 0;
	return d->kern->ops->tunnel_ensure(d->kern, &now);
}

/*
 * A tunnel with GRE has one proxy-ID at most.  So GRE ends before others are added, and where it
 * cannot begin because there are others, they go first.
 */
void tunnels_prepare(struct daemon *d, const struct policy_tunnel *tunnel)
{
	const struct kern_ops *ops = d->kern->ops;
	char subject[POLICY_NAME + 8];
	int error = tunnels_set(d, tunnel);

	snprintf(subject, sizeof(subject), "tunnel %s", tunnel->name);
	if (error && tunnel->outer.gre && !ops->proxy_sync(d->kern, tunnel))
		error = tunnels_set(d, tunnel);
	if (error)
		log_error(subject, "interface %s: %s", tunnel->ifname, d->kern->error);
	else if (ops->proxy_sync(d->kern, tunnel))
		log_error(subject, "proxy-IDs of %s: %s", tunnel->ifname, d->kern->error);
	else if (ops->monitor_sync(d->kern, tunnel))
		log_error(subject, "monitor of %s: %s", tunnel->ifname, d->kern->error);
}

void tunnels_prepare_all(struct daemon *d, const struct policy *policy)
{
	struct policy_walk walk = { 0 };

	while (policy_next(&walk, policy))
		tunnels_prepare(d, walk.tunnel);
}

void tunnels_away_all(struct daemon *d, const char *why)
{
	struct policy_walk walk = { 0 };

	while (policy_next(&walk, d->policy))
		ike_core_away(d->core, clock_ms(), walk.tunnel->ifname, why);
}
