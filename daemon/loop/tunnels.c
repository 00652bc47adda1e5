// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/tunnels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "loop/daemon_priv.h"
#include "loop/link.h"

/* A tunnel whose peer refuses padding. */
struct unpadded {
	LIST_ENTRY(unpadded) list;
	char ifname[POLICY_IFNAME];
};

static struct unpadded *find_unpadded(const struct daemon *d, const char *ifname)
{
	struct unpadded *unpadded;

	for (unpadded = LIST_FIRST(&d->unpadded); unpadded; unpadded = LIST_NEXT(unpadded, list))
		if (!strcmp(unpadded->ifname, ifname))
			return unpadded;
	return NULL;
}

void tunnels_tfc(struct daemon *d, const char *ifname, bool refused)
{
	struct unpadded *unpadded = find_unpadded(d, ifname);

	if (unpadded && !refused) {
		LIST_REMOVE(unpadded, list);
		free(unpadded);
	} else if (!unpadded && refused) {
		unpadded = calloc(1, sizeof(*unpadded));
		if (!unpadded)
			return;
		text_copy(unpadded->ifname, sizeof(unpadded->ifname), ifname);
		LIST_INSERT_HEAD(&d->unpadded, unpadded, list);
	}
}

void tunnels_close(struct daemon *d)
{
	struct unpadded *unpadded;

	while ((unpadded = LIST_FIRST(&d->unpadded))) {
		LIST_REMOVE(unpadded, list);
		free(unpadded);
	}
}

int tunnels_set(struct daemon *d, const struct policy_tunnel *tunnel)
{
	struct policy_tunnel now = *tunnel;

	if (find_unpadded(d, tunnel->ifname))
		now.outer.tfc = 0;
	return d->kern->ops->tunnel_ensure(d->kern, &now);
}

/*
 * A tunnel with GRE has at most one proxy-ID. So switch GRE off before adding more, and delete the
 * others before switching it on.
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
		link_away(d, walk.tunnel->ifname, why);
}
