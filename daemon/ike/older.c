// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/older.h"

#include <stdio.h>

#include "base/log.h"
#include "ike/version.h"

#define OLDER_MS	SECONDS(3600)	/* until IKEv2 is tried again */
#define SILENT_TURN	2		/* attempts without an answer before one by IKEv1 */
#define HINTED_SENDS	2		/* more tries after an answer in clear that says no */

/* RFC 7296 section 3.10.1; they have the same numbers in RFC 2408 section 3.14.1. */
#define INVALID_MAJOR_VERSION	5
#define NO_PROPOSAL_CHOSEN	14

uint8_t older_major(const struct gateway *gw)
{
	bool older = gw->conf->version == POLICY_IKEV2_PREFERRED &&
		     gw->core->now < gw->older_until;

	return older ? 1 : policy_gateway_major(gw->conf);
}

bool older_hint(struct ike_sa *ike, uint16_t type)
{
	struct handshake *hs = ike->hs;
	char peer[ADDR_TEXT];

	if (ike->gw->conf->version != POLICY_IKEV2_PREFERRED || ike->version->major == 1 || !hs ||
	    (type != INVALID_MAJOR_VERSION && type != NO_PROPOSAL_CHOSEN))
		return false;
	if (hs->advice[0])
		return true;
	addr_text(&ike->path->remote.addr, peer);
	/* Many that know IKEv1 alone answer as to any proposal that they do not like. */
	if (type == NO_PROPOSAL_CHOSEN)
		snprintf(hs->advice, sizeof(hs->advice),
			 "peer %s accepts none of our proposals of IKEv2 (if it knows that, make "
			 "the ike-crypto-profile of both ends agree)", peer);
	else
		snprintf(hs->advice, sizeof(hs->advice), "peer %s says that it knows no IKEv2",
			 peer);
	hs->older = true;
	exchange_limit(&ike->ex, HINTED_SENDS);
	return true;
}

/* What stands was made by IKEv1: one attempt without an answer is enough. */
static bool stands_older(const struct gateway *gw)
{
	return gw->ike && gw->ike->version->major == 1;
}

static bool due(const struct ike_sa *ike)
{
	const struct gateway *gw = ike->gw;

	if (gw->gone || gw->conf->version != POLICY_IKEV2_PREFERRED)
		return false;
	if (ike->hs->older)
		return true;
	return !ike->hs->advice[0] && (stands_older(gw) || gw->silent % SILENT_TURN == 0);
}

bool older_instead(struct ike_sa *ike)
{
	struct gateway *gw = ike->gw;
	char peer[ADDR_TEXT];

	if (!due(ike))
		return false;
	if (ike->hs->older)
		log_warning(gw->subject, "%s: IKEv1 is tried", ike->hs->advice);
	else
		log_warning(gw->subject, "peer %s does not answer in IKEv2: IKEv1 is tried",
			    addr_text(&ike->path->remote.addr, peer));
	gw->older_until = gw->core->now + OLDER_MS;
	gw->older_proved = false;
	return true;
}

void older_failed(const struct ike_sa *ike)
{
	struct gateway *gw = ike->gw;

	/* It may have been away, and know IKEv2. */
	if (ike->version->major == 1 && !gw->older_proved)
		gw->older_until = 0;
}

void older_up(const struct ike_sa *ike)
{
	struct gateway *gw = ike->gw;

	if (ike->version->major != 1)
		gw->older_until = 0;
	else if (ike->initiator && gw->older_until)
		gw->older_proved = true;
}
