/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MOBIKE (RFC 4555): who began the first of a row of IKE SAs may have it and its children go on
 * between other addresses, by UPDATE_SA_ADDRESSES in INFORMATIONAL.
 *
 * The peer is followed at once, as it has proved who it is and its packets would be lost until
 * then.  Whether it can be reached there is found out after that: it has to answer a request with
 * a cookie (COOKIE2), or the IKE SA ends, so that nobody is sent what others asked for, for long.
 */
#ifndef PANTUN_IKE_V2_MOBIKE_H
#define PANTUN_IKE_V2_MOBIKE_H

#include "ike/v2/v2.h"

/* Announces it. */
void v2_mobike_put(struct wire_writer *w);
/* False: the peer allows no NAT in between (NO_NATS_ALLOWED), and there is one. */
bool v2_mobike_untranslated(const struct v2_in *in);
/* What a request of INFORMATIONAL says of addresses: heeds and answers it. */
void v2_mobike_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w);
/* TASK_MOVE */
bool v2_mobike_move_build(struct ike_sa *ike, struct task *task, struct wire_writer *w);
void v2_mobike_move_response(struct ike_sa *ike, struct task *task, const struct v2_in *in);
/* TASK_ROUTABLE */
bool v2_mobike_ask_build(struct ike_sa *ike, struct task *task, struct wire_writer *w);
void v2_mobike_ask_response(struct ike_sa *ike, struct task *task, const struct v2_in *in);

#endif
