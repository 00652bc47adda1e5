/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy that is in use, and how many refer to it. */
#ifndef PANTUN_IKE_POLICY_BOX_H
#define PANTUN_IKE_POLICY_BOX_H

#include "policy/policy.h"

/* A policy lives as long as something points into it. */
struct policy_box {
	struct policy *policy;
	unsigned int refs;
};

/* Returns @box with one more reference. */
struct policy_box *policy_box_get(struct policy_box *box);
/* Drops a reference (NULL: nothing happens); the last one frees the policy. */
void policy_box_put(struct policy_box *box);
/* Has *@at, which may be NULL, refer to @box instead. */
void policy_box_replace(struct policy_box **at, struct policy_box *box);

#endif
