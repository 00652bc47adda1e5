// SPDX-License-Identifier: GPL-2.0-or-later
#include "proc/role.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/log.h"
#include "msg/chan.h"
#include "msg/log_relay.h"
#include "proc/confine.h"
#include "proc/spawn.h"

/* "UID:GID", which is not root. */
static bool take_user(const char *as, struct confine *how)
{
	char *end;

	how->uid = (uid_t)strtoul(as, &end, 10);
	if (!how->uid || *end != ':')
		return false;
	how->gid = (gid_t)strtoul(end + 1, &end, 10);
	return how->gid && !*end;
}

int role_take(enum msg_role role, const char *as)
{
	struct confine how = { .root = -1 };
	int parent;

	if (!as || !take_user(as, &how)) {
		log_error(NULL, "--role %s is for pantund itself, which starts its processes "
			  "with it", msg_role_name(role));
		return -1;
	}
	parent = spawn_take(role, &how.root);
	return parent >= 0 && confine(role, &how) ? parent : -1;
}

bool role_serve(enum msg_role role, struct event_base *base, struct chan *parent,
		bool (*prepare)(void))
{
	bool good;

	log_set_sink(log_relay_send, parent);
	good = prepare() && confine_calls(role);
	if (good) {
		chan_send(parent, MSG_READY, NULL, 0);
		event_base_dispatch(base);
	}
	log_set_sink(NULL, NULL);
	return good;
}
