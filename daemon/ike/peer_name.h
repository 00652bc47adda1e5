/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of a question to DNS for a peer's name. */
#ifndef PANTUN_IKE_PEER_NAME_H
#define PANTUN_IKE_PEER_NAME_H

#include "ike/gateway.h"

struct name_answer;

/* TIMER_NAME: another question is due, or the answer to the last has not come. */
void peer_name_due(struct ike_core *core, struct timer *timer);
/* An answer: new attempts go where the peer is now.  SAs stay while the peer answers. */
void peer_name_answered(struct ike_core *core, const struct name_answer *answer);

#endif
