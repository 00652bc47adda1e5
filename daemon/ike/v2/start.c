// SPDX-License-Identifier: GPL-2.0-or-later
/* An IKE SA of ours that came to nothing before it was up. */
#include "ike/v2/v2.h"

void v2_start_failed(struct ike_sa *ike, bool heard)
{
	struct gateway *gw = ike->gw;

	ike_close(ike, false);
	if (gw->gone || !gateway_lacks_ike(gw))
		return;
	if (heard)
		gateway_backoff(gw);
	else
		gateway_again(gw);
}
