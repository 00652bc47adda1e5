// SPDX-License-Identifier: GPL-2.0-or-later
/* What is drawn at random, and the times that are made of it. */
#include "ike/core_priv.h"

#include "base/log.h"

#define RETRY_LEAST	SECONDS(2)	/* before its end an SA is not rekeyed any more */

bool core_random(struct ike_core *core, void *out, size_t n)
{
	if (!core->hooks.random(core->hooks.ctx, out, n))
		return true;
	log_error(NULL, "the source of randomness failed");
	return false;
}

ike_time core_jitter(struct ike_core *core, ike_time span, unsigned int part)
{
	ike_time least = span * part / 100;
	uint32_t r = 0;

	if (!core_random(core, &r, sizeof(r)))
		return span;
	return least + (span - least) * (r & 0xffff) / 0xffff;
}

ike_time core_retry(const struct ike_core *core, ike_time wait, ike_time ends)
{
	/* One on the verge of the end would be answered after it. */
	if (ends && core->now + wait + RETRY_LEAST >= ends)
		wait = ends > core->now + RETRY_LEAST ? (ends - core->now) / 2 : 0;
	return wait ? core->now + wait : ends;
}
