// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/manual_wear.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "loop/manual_spec.h"

#define SUBJECT	(POLICY_NAME + 8)
#define REMEDY	"load new keys with new SPIs (local-spi, remote-spi) at both ends"

struct search {
	uint64_t cookie;
	bool inbound;
	struct kern_sa found;		/* cookie 0: nothing was found */
};

static void on_sa(void *ctx, const struct kern_sa *sa)
{
	struct search *search = ctx;

	if (sa->cookie == search->cookie && sa->inbound == search->inbound)
		search->found = *sa;
}

/* An SA that is no longer configured is about to be deleted. */
static const struct policy_manual *find(const struct policy *policy, uint64_t cookie)
{
	for (unsigned int i = 0; policy && i < policy->n_manual; i++) {
		if (manual_cookie(&policy->manual[i]) == cookie)
			return &policy->manual[i];
	}
	return NULL;
}

void manual_worn(struct kern *kern, const struct policy *policy, uint64_t cookie, bool inbound,
		 bool hard)
{
	const struct policy_manual *manual = find(policy, cookie);
	struct search search = { .cookie = cookie, .inbound = inbound };
	char subject[SUBJECT];
	uint64_t left;

	if (!manual || kern->ops->sa_each(kern, on_sa, &search) || !search.found.cookie)
		return;
	snprintf(subject, sizeof(subject), "tunnel %s", manual->tunnel.name);
	left = search.found.seq < UINT32_MAX ? UINT32_MAX - search.found.seq : 0;
	if (hard)
		log_error(subject, "manual keys: the %s SA %08x has used up its sequence numbers "
				   "and carries nothing any more: " REMEDY,
			  inbound ? "inbound" : "outbound", search.found.spi);
	else
		log_warning(subject, "manual keys: the %s SA %08x runs out of sequence numbers, "
				     "%" PRIu64 " packets are left: " REMEDY,
			    inbound ? "inbound" : "outbound", search.found.spi, left);
}
