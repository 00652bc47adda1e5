// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/child_wish.h"

#include "ike/child_end.h"

struct slot *child_wanted_by(const struct task *task, const struct child_sa *old)
{
	if (task->old)
		return old && old->state == CHILD_REKEYING ? old->slot : NULL;
	if (!task->slot || task->slot->gone)
		return NULL;
	for (struct child_sa *child = task->slot->children; child; child = child->slot_next) {
		if (child->state <= CHILD_REKEYING)
			return NULL;
	}
	return task->slot;
}

bool child_mode_good(const struct ike_sa *ike, struct slot *slot, bool transport)
{
	if (slot->tunnel->transport && !transport)
		slot_fail(slot, "peer wants tunnel mode: set ipsec-mode transport there, or "
				"ipsec-mode tunnel here");
	else if (slot->tunnel->transport && pathref_encap(ike->path))
		slot_fail(slot, "there is a NAT between the gateways, which breaks transport "
				"mode: use ipsec-mode tunnel");
	else if (prop_list_proto(&slot->tunnel->esp) == PROP_AH && pathref_encap(ike->path))
		slot_fail(slot, "there is a NAT between the gateways, which changes what AH "
				"protects: use esp in the ipsec-crypto-profile of both ends");
	else
		return true;
	return false;
}

void child_failed(struct child_sa *child, bool made)
{
	struct child_sa *old = child_find(child->core, child->replaces);

	if (old)
		child_keep(old, CHILD_REFUSED_MS);
	else
		slot_backoff(child->slot);
	if (made && child->spi_out) {
		child->state = CHILD_INSTALLING;
		child_delete(child);
	} else {
		child_close(child);
	}
}
