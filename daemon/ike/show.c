// SPDX-License-Identifier: GPL-2.0-or-later
/* Plain copies of what there is, for "show". */
#include "ike/core.h"

#include <string.h>

#include "base/text.h"
#include "ike/child_sa.h"
#include "ike/stranger.h"
#include "ike/version.h"
#include "policy/id.h"

static uint64_t since(ike_time now, ike_time then)
{
	return then && now > then ? (now - then) / 1000 : 0;
}

struct ike_strangers ike_core_strangers(const struct ike_core *core, ike_time now)
{
	return stranger_info(core, now);
}

void ike_core_each_ike(const struct ike_core *core, ike_time now,
		       void (*each)(void *ctx, const struct ike_sa_info *), void *ctx)
{
	char id[ID_TEXT];

	for (const struct ike_sa *ike = core->ikes; ike; ike = ike->next) {
		struct ike_sa_info info = {
			.initiator = ike->initiator,
			.local = ike->path->local,
			.remote = ike->path->remote,
			.nat_local = ike->path->nat_local,
			.nat_remote = ike->path->nat_remote,
			.fragment_n = (uint16_t)ike->version->packet_most(ike),
			.age_seconds = since(now, ike->up_at),
			.life_seconds = since(ike->ends, now),
		};

		if (ike->state >= IKE_CLOSED || ike->state == IKE_MAKING)
			continue;
		text_copy(info.gateway, sizeof(info.gateway), ike->gw->conf->name);
		text_copy(info.state, sizeof(info.state), ike_state_text(ike->state));
		memcpy(info.spi_i, ike->spi_i, IKE_SPI_LEN);
		memcpy(info.spi_r, ike->spi_r, IKE_SPI_LEN);
		if (ike->local_id.n)
			text_copy(info.local_id, sizeof(info.local_id),
				  id_text(&ike->local_id, id));
		if (ike->remote_id.n)
			text_copy(info.remote_id, sizeof(info.remote_id),
				  id_text(&ike->remote_id, id));
		memcpy(info.ppk, ike->ppk, sizeof(info.ppk));
		if (ike->keyed)
			prop_text(&ike->prop, info.proposal, sizeof(info.proposal));
		each(ctx, &info);
	}
}

static const char *slot_state(const struct slot *slot)
{
	if (slot->current)
		return slot->current->state == CHILD_REKEYING ? "rekeying" : "active";
	if (slot_busy(slot))
		return "negotiating";
	return slot->last_error[0] ? "failed" : "init";
}

static const char *gateway_state(const struct gateway *gw)
{
	if (gw->ike)
		return "up";
	if (gw->starting || gw->slow)
		return "negotiating";
	return gw->last_error[0] ? "failed" : "init";
}

/* Seconds until it fires, 1 at least. */
static uint64_t until(const struct timer *timer, ike_time now)
{
	return timer->armed ? since(timer->at, now) + 1 : 0;
}

static void show_slot(const struct slot *slot, ike_time now,
		      void (*each)(void *ctx, const struct ike_child_info *), void *ctx)
{
	const struct child_sa *child = slot->current;
	const struct ts_pair ts = child ? ts_kept_pair(child->ts) : slot->proxy->ts;
	struct ike_child_info info = { 0 };

	text_copy(info.gateway, sizeof(info.gateway), slot->gw->conf->name);
	text_copy(info.tunnel, sizeof(info.tunnel), slot->tunnel->name);
	text_copy(info.ifname, sizeof(info.ifname), slot->tunnel->ifname);
	text_copy(info.proxy, sizeof(info.proxy), slot->proxy->name);
	text_copy(info.state, sizeof(info.state), slot_state(slot));
	if (child) {
		info.spi_in = child->spi_in;
		info.spi_out = child->spi_out;
		info.age_seconds = since(now, child->up_at);
		info.life_seconds = since(child->ends, now);
		prop_text(&child->prop, info.proposal, sizeof(info.proposal));
	}
	ts_list_text(&ts.local, info.ts_local, sizeof(info.ts_local));
	ts_list_text(&ts.remote, info.ts_remote, sizeof(info.ts_remote));
	memcpy(info.last_error, slot->last_error, sizeof(info.last_error));
	info.error_seconds = slot->last_error[0] ? since(now, slot->failed_at) : 0;
	if (!child && slot_wanted(slot))
		info.retry_seconds = until(slot->gw->ike ? &slot->retry : &slot->gw->retry, now);
	info.counts = slot->counts;
	each(ctx, &info);
}

void ike_core_each_gateway(const struct ike_core *core, ike_time now,
			   void (*each)(void *ctx, const struct ike_gateway_info *), void *ctx)
{
	for (const struct gateway *gw = core->gateways; gw; gw = gw->next) {
		struct ike_gateway_info info = {
			.error_seconds = gw->last_error[0] ? since(now, gw->failed_at) : 0,
			.retry_seconds = until(gw->conf->fqdn[0] && !gw->peer.family ?
					       &gw->name.timer : &gw->retry, now),
			.peer = gw->peer,
			.counts = gw->counts,
		};

		if (gw->gone)
			continue;
		text_copy(info.gateway, sizeof(info.gateway), gw->conf->name);
		text_copy(info.state, sizeof(info.state), gateway_state(gw));
		text_copy(info.fqdn, sizeof(info.fqdn), gw->conf->fqdn);
		memcpy(info.last_error, gw->last_error, sizeof(info.last_error));
		each(ctx, &info);
	}
}

bool ike_core_tfc_refused(const struct ike_core *core, const char *ifname)
{
	const struct slot *slot = slot_first_on(core, ifname);

	for (; slot; slot = slot_next_on(slot)) {
		for (const struct child_sa *c = slot->children; c; c = c->slot_next)
			if (c->no_tfc && c->state <= CHILD_REKEYING)
				return true;
	}
	return false;
}

void ike_core_each_child(const struct ike_core *core, ike_time now,
			 void (*each)(void *ctx, const struct ike_child_info *), void *ctx)
{
	for (const struct gateway *gw = core->gateways; gw; gw = gw->next) {
		for (const struct slot *slot = gw->slots; slot; slot = slot->next) {
			if (!slot->gone)
				show_slot(slot, now, each, ctx);
		}
	}
}
