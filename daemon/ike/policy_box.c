// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/policy_box.h"

#include <stdlib.h>

void policy_box_put(struct policy_box *box)
{
	if (!box || --box->refs)
		return;
	policy_free(box->policy);
	free(box);
}

struct policy_box *policy_box_get(struct policy_box *box)
{
	box->refs++;
	return box;
}

void policy_box_replace(struct policy_box **at, struct policy_box *box)
{
	struct policy_box *old = *at;

	*at = policy_box_get(box);
	policy_box_put(old);
}
