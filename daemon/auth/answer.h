/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes and checks AUTH data (RFC 7296 section 2.15), and makes SKEYID (RFC 2409 section 5).
 * Results leave the process, keys do not.
 */
#ifndef PANTUN_AUTH_ANSWER_H
#define PANTUN_AUTH_ANSWER_H

#include "auth/keys.h"
#include "msg/auth_msg.h"

/*
 * Answers @request, which ike_auth_request_whole() has accepted.  Skips keys that do not exist;
 * the answer says so if no other key fits.  False: documents are on their way
 * (auth_keys_documents()), and this is to be called anew once they have come, or failed.
 */
bool auth_answer(const struct auth_keys *keys, const struct ike_auth_request *request,
		 struct ike_auth_answer *answer);

/*
 * Has the crypto library load the algorithms, which may read files.  Answers that need an
 * algorithm it lacks will fail.
 */
void auth_answer_prepare(void);

#endif
