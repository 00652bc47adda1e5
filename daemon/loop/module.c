// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/module.h"

#include <errno.h>

#include "base/log.h"
#include "loop/daemon_priv.h"
#include "loop/sas.h"
#include "loop/tunnels.h"

#define RETRY_MS	100	/* between attempts after the module was loaded */
#define TRIES		50

void module_check(struct daemon *d)
{
	if (d->module.unloaded)
		tunnels_away_all(d, "the module is not loaded: modprobe pantun");
}

void module_changed(struct daemon *d, bool loaded)
{
	d->module.due = loaded ? clock_ms() : IKE_NEVER;
	d->module.tries = 0;
	d->module.unloaded = !loaded;
	if (!loaded)
		log_warning(NULL, "the module was unloaded, and its interfaces and SAs with it; "
			    "\"modprobe pantun\" brings them back");
	module_check(d);
}

/* The module announces its genl family before it can create links, so try. */
static bool takes_links(struct daemon *d)
{
	struct policy_walk some = { 0 };

	return !policy_next(&some, d->policy) || tunnels_set(d, some.tunnel) != -EOPNOTSUPP;
}

/* All kernel state is gone.  The peers were told when the module was removed. */
void module_tick(struct daemon *d)
{
	if (d->module.due > clock_ms())
		return;
	d->module.due = IKE_NEVER;
	if (!takes_links(d) && d->module.tries++ < TRIES) {
		d->module.due = clock_ms() + RETRY_MS;
		return;
	}
	log_info(NULL, "the module is loaded again: making tunnels and SAs");
	tunnels_prepare_all(d, d->policy);
	sas_compare(d);
	sas_sync_manual(d);
	tunnels_away_all(d, NULL);
}
