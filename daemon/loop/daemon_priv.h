/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the running daemon share.  They call each other downwards alone:
 *
 *   daemon.c			begins, ends, and takes what comes in
 *   commands.c			requests at the control socket
 *   config.c, kernel.c		the configuration; what the kernel reports
 *   timer.c			what follows any of these, and what is due later
 *   actions.c, module.c	what the core wants done; the module's absence
 *   tunnels.c, sas.c		what the kernel is to have
 *   keys.c			pre-shared keys, for AUTH
 */
#ifndef PANTUN_LOOP_DAEMON_PRIV_H
#define PANTUN_LOOP_DAEMON_PRIV_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/clock.h"
#include "conf/keyring.h"
#include "ike/core.h"
#include "kern/kern.h"
#include "loop/daemon.h"
#include "engine/udp.h"

#define SIGNALS	3

struct daemon {
	const struct daemon_options *options;
	struct event_base *base;
	struct ike_core *core;
	struct auth_keys *keys;
	struct keyring *keyring;	/* numbers of @keys */
	struct kern *kern;
	struct live *live;
	struct manual *manual;
	struct monitors *monitors;
	struct udp *udp;
	struct ctl *ctl;
	struct pool *pool;
	struct event *timer, *watchdog, *kernel, *results;
	struct event *signals[SIGNALS], *sockets[PORT_SOCKETS];
	const struct policy *policy;	/* the core's; valid until it is given another */
	ike_time started;
	struct {
		ike_time due;		/* when to make the tunnels after a load, or IKE_NEVER */
		unsigned int tries;	/* since that load */
		bool unloaded;		/* the kernel takes no requests */
	} module;
	int run_dir;			/* locked file descriptor; -1: none */
	gid_t group;			/* may open the control socket */
};

#endif
