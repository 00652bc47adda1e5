/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packs what the core wants done with an SA into a message. */
#ifndef PANTUN_TALK_SA_MSG_H
#define PANTUN_TALK_SA_MSG_H

#include "ike/core.h"
#include "talk/ike_msg.h"

/* @out contains keys: wipe it once sent. */
void sa_msg_pack(const struct ike_sa_spec *sa, enum msg_wish wish, struct msg_sa *out);
/*
 * Converts @sa, which comes from the untrusted `ike`, for kern/. @out points into @sa.  Returns
 * NULL, or what is wrong with @sa: a flag that is neither 0 nor 1, an unterminated text, an
 * unknown algorithm, or a bad length.
 */
const char *sa_msg_unpack(const struct msg_sa *sa, struct ike_sa_spec *out);

#endif
