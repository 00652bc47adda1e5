// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/life_sign.h"

#include "ike/child_kernel.h"
#include "ike/child_sa.h"
#include "ike/version.h"

#define LATELY	SECONDS(10)	/* where liveness has no longer interval */

bool life_sign_ask(struct ike_sa *ike)
{
	ike->signs_due = 0;
	/* Where another is in use the peer knows nothing of this one. */
	if (ike->state != IKE_UP || (ike->gw->ike && ike->gw->ike != ike))
		return false;
	for (struct child_sa *child = ike->children; child; child = child->ike_next) {
		if (!child->in_added)
			continue;
		child_ask(child);
		ike->signs_due++;
	}
	return ike->signs_due;
}

void life_sign_heard(struct ike_sa *ike, ike_time idle)
{
	ike_time now = ike->core->now;

	if (idle < now && now - idle > ike->esp_heard)
		ike->esp_heard = now - idle;
	if (ike->signs_due && !--ike->signs_due)
		exchange_heard(ike);
}

bool life_sign_fresh(const struct ike_sa *ike)
{
	ike_time lately = SECONDS(policy_gateway_liveness(ike->gw->conf,
							  ike->version->major));

	if (lately < LATELY)
		lately = LATELY;
	return ike->esp_heard && ike->core->now < ike->esp_heard + lately;
}
