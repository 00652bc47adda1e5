/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A parent with a kernel in memory, whose other processes are whoever uses it: the parent's own
 * code from its channels down to kern/, without its processes, signals and sockets.
 */
#ifndef PANTUN_LOOP_PARENT_FAKE_H
#define PANTUN_LOOP_PARENT_FAKE_H

#include "loop/daemon_priv.h"

struct parent_fake {
	struct daemon d;
	struct daemon_options options;
	/* Why they are heard no more; NULL: they are. */
	const char *ike_gone, *auth_gone, *fetch_gone;
	char reasons[3][CHAN_REASON];
};

/*
 * In the loop @base, with the configuration of @config, a path, which is read, and the control
 * socket at @ctl.  NULL on lack of memory.
 */
struct parent_fake *parent_fake_new(struct event_base *base, const char *config, const char *ctl);
/* NULL is fine. */
void parent_fake_free(struct parent_fake *parent);
/*
 * The channel to a new `ike`, `auth` or `fetch`: the end that is theirs, the caller's to close.
 * As the real ones they are told at once what they have to know.  -1: errno tells.
 */
int parent_fake_ike(struct parent_fake *parent);
int parent_fake_auth(struct parent_fake *parent);
int parent_fake_fetch(struct parent_fake *parent);

#endif
