/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a request on the control socket does; apart from the socket, for tests. */
#ifndef PANTUN_CTL_VERBS_H
#define PANTUN_CTL_VERBS_H

#include <jansson.h>

#include "base/bytes.h"
#include "ctl/ctl.h"

/* What is to follow a request, beside its answer. */
struct ctl_follow {
	struct ctl_question question;	/* whose reply is the answer; kind 0: none */
	bool monitor;			/* events */
	int kernel;			/* what comes from this socket, the caller's; -1: none */
};

/*
 * The answer to a request, to be freed by json_decref(); NULL where a question follows, or on
 * lack of memory.  @may_change: the asker is root.
 */
json_t *verbs_answer(const struct ctl_ops *ops, struct bytes request, bool may_change,
		     struct ctl_follow *follow);
/* The answer that IKE's reply to @question comes to; NULL on lack of memory. */
json_t *verbs_reply(const struct ctl_ops *ops, const struct ctl_question *question,
		    const struct ctl_reply *reply);
/* The answer that the end of a reload comes to; NULL on lack of memory. */
json_t *verbs_reloaded(const struct ctl_reloaded *said);
/* What show says of the daemon itself; NULL on lack of memory. */
json_t *verbs_daemon(const struct ctl_ops *ops);
/* An event as its monitors read it; NULL on lack of memory. */
json_t *verbs_event(const struct ike_event *event, double time);

#endif
