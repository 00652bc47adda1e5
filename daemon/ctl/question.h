/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions to IKE from the control socket, and the replies: flat structs that can be sent between
 * processes as they are.
 */
#ifndef PANTUN_CTL_QUESTION_H
#define PANTUN_CTL_QUESTION_H

#include <stdint.h>

#include "policy/policy.h"

/* The last is for the parent, not for IKE; its answer is deferred, too. */
enum ctl_kind { CTL_SHOW = 1, CTL_INITIATE, CTL_CLEAR_IKE, CTL_CLEAR_IPSEC, CTL_RELOAD };

struct ctl_question {
	uint32_t kind;			/* enum ctl_kind */
	char name[POLICY_NAME];		/* of a tunnel, or of a gateway (CLEAR_IKE); "": all */
};

struct ctl_reply {
	int32_t error;			/* 0, or a negative errno; -ENOENT: no such name */
	uint32_t count;			/* negotiations begun, SAs deleted */
	uint32_t up, passive;		/* of CTL_INITIATE, as in struct ike_standing */
};

#endif
