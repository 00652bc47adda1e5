/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of an IKE SA while it is up: its timers, rekeying, its heir, liveness. */
#ifndef PANTUN_IKE_IKE_LIFE_H
#define PANTUN_IKE_IKE_LIFE_H

#include "ike/ike_sa.h"

/* TIMER_HALF_OPEN: the peer has begun, and not authenticated. */
void ike_half_open_due(struct ike_core *core, struct timer *timer);
/* TIMER_IKE_LIFE, by state: one in use is to be rekeyed or deleted. */
void ike_life(struct ike_core *core, struct timer *timer);
/* TIMER_IKE_IDLE: liveness and NAT keepalives, as nothing was heard or sent for a while. */
void ike_idle(struct ike_core *core, struct timer *timer);
/* TIMER_IKE_REAUTH: another IKE SA is begun, for which both ends authenticate. */
void ike_reauth(struct ike_core *core, struct timer *timer);
/* The peer wants us to authenticate anew within @seconds (RFC 4478). */
void ike_proof_ends(struct ike_sa *ike, uint32_t seconds);
/* Both ends are authenticated: state, timers, gateway. */
void ike_established(struct ike_sa *ike);
/* Made by a rekey that may be the one to go: it waits for what becomes of it. */
void ike_wait(struct ike_sa *ike);
/* @heir takes over children, tasks and identity of @old. */
void ike_inherit(struct ike_sa *heir, struct ike_sa *old);
/* It takes another path: NATs there may be, or not, count from now on. */
void ike_path_changed(struct ike_sa *ike);
/* The peer knows it and lives. */
void ike_heard(struct ike_sa *ike);
/* Its gateway's configuration was replaced. */
void ike_reconfigure(struct ike_sa *ike);

#endif
