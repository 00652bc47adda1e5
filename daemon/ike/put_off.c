// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/put_off.h"

#define PUT_OFF_FIRST	SECONDS(5)	/* pauses where the peer puts us off */
#define PUT_OFF_LAST	SECONDS(60)
#define PUT_OFF_MOST	SECONDS(180)	/* it may do so for as long, */
#define PUT_OFF_SOME	SECONDS(30)	/* or as long where an SA would end before we ask again */
#define PUT_OFF_CALM	SECONDS(120)	/* without it: the next is a first again */

ike_time ike_put_off(struct ike_sa *ike, ike_time ends)
{
	ike_time now = ike->core->now, since, wait;

	if (!ike->put_off || now > ike->put_off_last + PUT_OFF_CALM)
		ike->put_off = now;
	ike->put_off_last = now;
	since = now - ike->put_off;
	wait = since < PUT_OFF_FIRST ? PUT_OFF_FIRST : since;
	if (wait > PUT_OFF_LAST)
		wait = PUT_OFF_LAST;
	if (since >= PUT_OFF_MOST || (ends && now + wait >= ends && since >= PUT_OFF_SOME))
		return 0;
	return core_jitter(ike->core, wait, 75);
}

void ike_not_put_off(struct ike_sa *ike)
{
	ike->put_off = 0;
}

void ike_lose_patience(struct ike_sa *ike)
{
	if (ike->state != IKE_UP)
		return;
	gateway_fail(ike->gw, "peer keeps putting off requests (TEMPORARY_FAILURE): the IKE SA "
			      "is deleted and a new one negotiated");
	ike_delete(ike);
}
