// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/sas.h"

#include "base/log.h"
#include "loop/daemon_priv.h"
#include "loop/link.h"
#include "loop/live.h"
#include "loop/manual.h"

static void on_sa_lost(void *ctx, uint64_t token, bool inbound)
{
	struct daemon *d = ctx;

	link_expire(d, token, inbound, true);
}

int sas_compare(struct daemon *d)
{
	int error = live_sync(d->live, d->kern, on_sa_lost, d);

	if (error)
		log_error(NULL, "SAs cannot be read: %s", d->kern->error);
	return error;
}

void sas_sync_manual(struct daemon *d)
{
	if (!d->module.unloaded)
		manual_sync(d->manual, d->kern, clock_ms(), d->policy);
}

void sas_flush(struct daemon *d)
{
	live_flush(d->live, d->kern);
	manual_sync(d->manual, d->kern, clock_ms(), NULL);
}
