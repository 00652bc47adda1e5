/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries out requests of the control socket; separate from the socket, for tests. */
#ifndef PANTUN_CTL_VERBS_H
#define PANTUN_CTL_VERBS_H

#include <jansson.h>

#include "base/bytes.h"
#include "ctl/ctl.h"

/* What follows a request besides its answer. */
struct ctl_follow {
	struct ctl_question question;	/* its reply is the answer; kind 0: none */
	bool monitor;			/* events */
	int kernel;			/* relay from this socket, owned by the caller; -1: none */
};

/*
 * Returns the answer to a request, owned by the caller; NULL if a question follows, or memory runs
 * out.  @may_change: the asker is root.
 */
json_t *verbs_answer(const struct ctl_ops *ops, struct bytes request, bool may_change,
		     struct ctl_follow *follow);
/* Makes the answer from IKE's reply to @question.  NULL: out of memory. */
json_t *verbs_reply(const struct ctl_ops *ops, const struct ctl_question *question,
		    const struct ctl_reply *reply);
/* Makes the answer from the result of a reload.  NULL: out of memory. */
json_t *verbs_reloaded(const struct ctl_reloaded *said);
/* Makes the part of "show" about the daemon itself.  NULL: out of memory. */
json_t *verbs_daemon(const struct ctl_ops *ops);
/* Makes the JSON of an event for monitors.  NULL: out of memory. */
json_t *verbs_event(const struct ike_event *event, double time);

#endif
