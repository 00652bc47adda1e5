/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the core wants done with an SA, as a message. */
#ifndef PANTUN_TALK_SA_MSG_H
#define PANTUN_TALK_SA_MSG_H

#include "ike/core.h"
#include "talk/ike_msg.h"

/* Wipe @out once it was sent: it has keys. */
void sa_msg_pack(const struct ike_sa_spec *sa, enum msg_wish wish, struct msg_sa *out);
/*
 * Makes of @sa, which the process sent that strangers speak to, what kern/ takes: @out points
 * into it.  NULL, or what is wrong with it: a flag that is neither 0 nor 1, a text without an
 * end, an unknown algorithm, a length that does not fit.
 */
const char *sa_msg_unpack(const struct msg_sa *sa, struct ike_sa_spec *out);

#endif
