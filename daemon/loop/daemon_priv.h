/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the parent share.  They call each other downwards alone:
 *
 *   daemon.c			begins and ends
 *   wishes.c			what `ike` wants and says
 *   commands.c			requests at the control socket
 *   from_auth.c			what `auth` says
 *   children.c			the other processes
 *   from_fetch.c			what `fetch` says
 *   kernel.c			what the kernel reports
 *   config.c			the configuration
 *   timer.c			what is due later
 *   module.c			the module's absence
 *   tunnels.c, sas.c		what the kernel is to have
 *   parts.c			what they all work on
 *   routes.c			whether this host's addresses change
 *   link.c, keys.c, names.c, lists.c	what `ike`, `auth` and `fetch` are told
 */
#ifndef PANTUN_LOOP_DAEMON_PRIV_H
#define PANTUN_LOOP_DAEMON_PRIV_H

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/repeat.h"
#include "conf/keyring.h"
#include "ctl/ctl.h"
#include "ike/core.h"
#include "ike/info.h"
#include "kern/kern.h"
#include "loop/daemon.h"
#include "msg/chan.h"
#include "msg/log_relay.h"
#include "priv/ports.h"
#include "priv/user.h"
#include "talk/ike_msg.h"

#define SIGNALS	3

/* A configuration being put into force: first `auth` gets its keys, then `ike` the rest. */
struct pending {
	TAILQ_ENTRY(pending) list;
	uint64_t number;
	struct policy *policy;
	bool keyed;			/* `auth` has the keys: `ike` may ask for them */
	uint64_t ticket;		/* of the control socket; 0: nobody waits */
	struct ctl_reloaded said;	/* what he is told in the end */
};

TAILQ_HEAD(pendings, pending);

struct unpadded;
LIST_HEAD(unpaddeds, unpadded);

struct daemon {
	const struct daemon_options *options;
	struct event_base *base;
	struct children *children;
	struct chan *ike, *auth, *fetch;	/* NULL: that process does not run now */
	struct ike_strangers strangers;	/* as this `ike` said last; free_most 0: not yet */
	uint64_t carried;		/* wishes of this `ike` so far */
	struct repeat refused;		/* those that it may not have */
	struct log_relay ike_log, auth_log, fetch_log;
	struct names *names;		/* that `ike` has asked for */
	struct lists *lists;		/* that `auth` has */
	struct keyring *keyring;	/* numbers of the keys that `auth` has */
	struct kern *kern;
	struct live *live;
	struct manual *manual;
	struct monitors *monitors;
	struct unpaddeds unpadded;	/* tunnels.c */
	struct ctl *ctl;
	struct event *timer, *watchdog, *kernel;
	struct event *routes, *routes_rest;	/* routes.c; NULL: not watched */
	struct event *lines;		/* of the log are kept, until the round is over */
	int alarm;			/* of @timer; -1: none */
	ike_time armed;			/* what it was set for; 0: it has rung */
	ike_time look;			/* when to look at the ends of certificates, or IKE_NEVER */
	struct event *signals[SIGNALS];
	int ports[PORTS];		/* handed to each `ike` */
	struct policy *policy;		/* the one in force; NULL: none yet */
	unsigned int proxies;		/* that it has */
	struct pendings pending;
	uint64_t policies;		/* read so far */
	ike_time started;
	bool ending, failed;
	struct {
		ike_time due;		/* when to make the tunnels after a load, or IKE_NEVER */
		unsigned int tries;	/* since that load */
		bool unloaded;		/* the kernel takes no requests */
	} module;
	struct msg_token_key token_key;	/* for each `ike` */
	int run_dir;			/* locked file descriptor; -1: none */
	int root;			/* empty directory, that of the other processes; -1 */
	struct priv_user user;		/* that they are, if we are root */
	gid_t group;			/* may open the control socket */
};

#endif
