// SPDX-License-Identifier: GPL-2.0-or-later
/* TSi and TSr, and the packet among them that a child is for (RFC 7296 section 2.9). */
#include "base/log.h"
#include "ike/agenda.h"
#include "ike/child_sa.h"
#include "ike/v2/v2.h"
#include "prop/ts_wire.h"

#define TEXT_MAX	512

void v2_child_put_ts(const struct ts_pair *ts, bool initiator, struct wire_writer *w)
{
	struct wire_ts_list list;

	ts_list_to_wire(initiator ? &ts->local : &ts->remote, &list);
	wire_put_ts(w, IKE_PL_TSI, &list);
	ts_list_to_wire(initiator ? &ts->remote : &ts->local, &list);
	wire_put_ts(w, IKE_PL_TSR, &list);
}

/* A packet of it is the reason to ask, and a peer with several policies may choose by it. */
static bool has_reason(const struct slot *slot)
{
	return slot->tunnel->start == POLICY_START_ON_DEMAND && !slot->tunnel->transport &&
	       ts_flow_within(&slot->flow, &slot->proxy->ts);
}

static void put_list(const struct ts_list *list, const struct ts *first, uint8_t type,
		     struct wire_writer *w)
{
	struct wire_ts_list wire, rest;

	ts_list_to_wire(list, &wire);
	if (first && !ts_list_equal(list, &(struct ts_list){ .n = 1, .ts = { *first } })) {
		rest = wire;
		ts_list_to_wire(&(struct ts_list){ .n = 1, .ts = { *first } }, &wire);
		for (unsigned int i = 0; i < rest.n; i++)
			wire.ts[wire.n++] = rest.ts[i];
	}
	wire_put_ts(w, type, &wire);
}

/* All that the proxy-ID lets pass between the two hosts. */
static bool single_pair(const struct slot *slot, struct ts_pair *out)
{
	struct ts local = slot->flow.local, remote = slot->flow.remote;

	*out = (struct ts_pair){ .local.n = 0 };
	if (!ts_flow_within(&slot->flow, &slot->proxy->ts))
		return false;
	local.proto = remote.proto = 0;
	local.port_first = remote.port_first = 0;
	local.port_last = remote.port_last = UINT16_MAX;
	ts_list_narrow(&local, &slot->proxy->ts.local, &out->local);
	ts_list_narrow(&remote, &slot->proxy->ts.remote, &out->remote);
	out->local.n = out->remote.n = 1;
	return true;
}

/* @old goes on as it was agreed on, unless it is renewed early: then there may be a new policy. */
static bool as_before(const struct slot *slot, const struct child_sa *old, struct ts_pair *out)
{
	if (!old || !old->ts || old->renew_at)
		return false;
	*out = ts_kept_pair(old->ts);
	return ts_list_within(&out->local, &slot->proxy->ts.local) &&
	       ts_list_within(&out->remote, &slot->proxy->ts.remote);
}

void v2_child_ask_ts(const struct slot *slot, const struct child_sa *old, struct wire_writer *w)
{
	bool reason = has_reason(slot);
	struct ts_pair single, before;

	if (as_before(slot, old, &before)) {
		v2_child_put_ts(&before, true, w);
		return;
	}
	if (slot->single && single_pair(slot, &single)) {
		v2_child_put_ts(&single, true, w);
		return;
	}
	put_list(&slot->proxy->ts.local, reason ? &slot->flow.local : NULL, IKE_PL_TSI, w);
	put_list(&slot->proxy->ts.remote, reason ? &slot->flow.remote : NULL, IKE_PL_TSR, w);
}

bool v2_child_single(struct slot *slot, const struct wire_notify *notify)
{
	char a[TEXT_MAX], b[TEXT_MAX];
	struct ts_pair single;

	if (notify->type != IKE_N_SINGLE_PAIR_REQUIRED || slot->single ||
	    !single_pair(slot, &single))
		return false;
	slot->single = true;
	log_warning(slot->subject,
		    "peer takes one pair of addresses at a time (SINGLE_PAIR_REQUIRED): the SA is "
		    "for local %s remote %s alone: configure a proxy-id for each",
		    ts_list_text(&single.local, a, sizeof(a)),
		    ts_list_text(&single.remote, b, sizeof(b)));
	slot_poke(slot);
	return true;
}
