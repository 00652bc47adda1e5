/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a request on the control socket does; apart from the socket, for tests. */
#ifndef PANTUN_CTL_VERBS_H
#define PANTUN_CTL_VERBS_H

#include <jansson.h>

#include "base/bytes.h"
#include "ctl/ctl.h"

/* What is to follow an answer. */
struct ctl_follow {
	bool monitor;		/* events */
	int kernel;		/* what comes from this socket, the caller's; -1: none */
};

/*
 * The answer to a request, to be freed by json_decref(); NULL on lack of memory.
 * @may_change: the asker is root.
 */
json_t *ctl_answer(const struct ctl_ops *ops, struct bytes request, bool may_change,
		   struct ctl_follow *follow);
/* An event as its monitors read it; NULL on lack of memory. */
json_t *ctl_event_json(const struct ike_event *event, double time);

#endif
