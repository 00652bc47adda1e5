/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AUTH made and checked (RFC 7296 section 2.15): octets and verdicts leave, keys do not. */
#ifndef PANTUN_AUTH_ANSWER_H
#define PANTUN_AUTH_ANSWER_H

#include "auth/keys.h"
#include "msg/auth_msg.h"

/*
 * Answers @request, which ike_auth_request_whole() has found to be one.  A key that is not there
 * is passed over, and the answer says so where no other fits.
 */
void auth_answer(const struct auth_keys *keys, const struct ike_auth_request *request,
		 struct ike_auth_answer *answer);

/*
 * Has the crypto library load all that answers need; it may look for files as it does.  What it
 * does not have is missed by the answers.
 */
void auth_answer_prepare(void);

#endif
