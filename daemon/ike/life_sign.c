// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/life_sign.h"

#include "ike/child_kernel.h"
#include "ike/child_sa.h"

#define LATELY	SECONDS(10)	/* where liveness has no longer interval */

bool life_sign_ask(const struct ike_sa *ike)
{
	bool asked = false;

	/* Where another is in use the peer knows nothing of this one. */
	if (ike->state != IKE_UP || (ike->gw->ike && ike->gw->ike != ike))
		return false;
	for (struct child_sa *child = ike->children; child; child = child->ike_next) {
		if (!child->in_added)
			continue;
		child_ask(child);
		asked = true;
	}
	return asked;
}

bool life_sign_fresh(const struct ike_sa *ike)
{
	ike_time lately = SECONDS(ike->gw->conf->liveness_seconds);

	if (lately < LATELY)
		lately = LATELY;
	return ike->esp_heard && ike->core->now < ike->esp_heard + lately;
}
