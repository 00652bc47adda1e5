/* SPDX-License-Identifier: GPL-2.0-or-later */
/* State shared by the files of the process `ike`. */
#ifndef PANTUN_ENGINE_ENGINE_PRIV_H
#define PANTUN_ENGINE_ENGINE_PRIV_H

#include <event2/event.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "crypto/rand.h"
#include "engine/engine.h"
#include "engine/departure.h"
#include "engine/inbox.h"
#include "engine/udp.h"
#include "ike/core.h"
#include "ike/info.h"
#include "msg/chan.h"
#include "talk/policy_msg.h"

struct engine {
	struct event_base *base;
	struct chan *parent, *auth;
	struct ike_core *core;
	struct pool *pool;
	struct udp *udp;			/* NULL until the parent has sent all sockets */
	int fds[PORTS];				/* until then */
	struct event *timer, *results, *read[PORT_SOCKETS];
	bool read_begun;			/* of the sockets */
	struct inbox inbox;
	struct event *letters;			/* there are some in it */
	struct policy_msg_reader policy;	/* the one that comes in */
	struct departures departures;
	LIST_HEAD(askeds, asked) asked;		/* of auth */
	uint64_t carried;			/* wishes that the parent has done */
	struct event *strangers_rest;		/* until the parent is told again */
	struct ike_strangers strangers;		/* as it was told */
	struct event *rest;			/* at the end of the round */
	ike_time now;				/* of this round */
	unsigned int same_time;			/* events for which @now is still true */
	int alarm;				/* of @timer; -1: none */
	ike_time armed;				/* what it is set for; 0: it has rung */
	struct rand_store random;
	bool ending;
	void (*ended)(void *ctx);
	void *ctx;
};

#endif
