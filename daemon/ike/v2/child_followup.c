// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Further key exchanges of a child (RFC 9370 section 2.2.4).  Neither end has it before the last;
 * what it is a rekey of serves until then.  child.c begins them, and followup.c answers the peer's.
 */
#include "ike/child_end.h"
#include "ike/child_wish.h"
#include "ike/v2/v2.h"

bool v2_child_followup_build(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	struct child_sa *fresh = child_held(ike->core, task->fresh);

	return fresh && v2_followup_put(ike, task, &fresh->prop, w);
}

void v2_child_followup_response(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	struct child_sa *fresh = child_held(ike->core, task->fresh);
	const char *why;

	if (!fresh)
		return;
	if (in->notes.failed) {
		v2_child_refused(ike, task, fresh, &in->notes.error);
		return;
	}
	why = v2_followup_take(ike, task, &fresh->prop, in);
	if (job_waits(ike, JOB_OURS))
		return;
	if (!why && v2_followup_group(&fresh->prop, task->chain)) {
		v2_child_goes_on(task, fresh, in);
		return;
	}
	if (!why && !v2_child_derive_chain(fresh, task->chain))
		why = "the crypto library failed";
	if (!why) {
		v2_child_made(task, fresh);
		return;
	}
	slot_fail(fresh->slot, "%s", why);
	child_failed(fresh, !in->notes.has_link);
}
