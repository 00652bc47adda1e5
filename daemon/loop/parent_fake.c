// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/parent_fake.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "kern/kern_fake.h"
#include "loop/config.h"
#include "loop/from_auth.h"
#include "loop/from_fetch.h"
#include "loop/kernel.h"
#include "loop/keys.h"
#include "loop/lists.h"
#include "loop/live.h"
#include "loop/names.h"
#include "loop/parts.h"
#include "loop/timer.h"
#include "loop/tunnels.h"
#include "loop/wishes.h"

static bool open_fake_parts(struct daemon *d)
{
	const struct kern_events events = kernel_events(d);

	d->kern = kern_fake_open(&events);
	return parts_open(d) && d->kern && timer_open(d);
}

struct parent_fake *parent_fake_new(struct event_base *base, const char *config, const char *ctl)
{
	struct parent_fake *parent = calloc(1, sizeof(*parent));
	struct daemon *d;

	if (!parent)
		return NULL;
	d = &parent->d;
	parent->options = (struct daemon_options){ .config = config, .ctl = ctl };
	parts_begin(d, &parent->options);
	d->base = base;
	if (open_fake_parts(d) && config_load(d))
		return parent;
	parent_fake_free(parent);
	return NULL;
}

void parent_fake_free(struct parent_fake *parent)
{
	struct daemon *d;

	if (!parent)
		return;
	d = &parent->d;
	chan_free(d->ike);
	chan_free(d->auth);
	chan_free(d->fetch);
	ctl_close(d->ctl);
	timer_close(d);
	parts_close(d);
	if (d->kern)
		d->kern->ops->close(d->kern);
	tunnels_close(d);
	config_drop(d);
	free(parent);
}

/* --- those that it speaks to --- */

static void on_fake_ike_gone(void *ctx, const char *reason)
{
	struct parent_fake *parent = ctx;

	snprintf(parent->reasons[0], sizeof(parent->reasons[0]), "%s", reason);
	parent->ike_gone = parent->reasons[0];
}

static void on_fake_auth_gone(void *ctx, const char *reason)
{
	struct parent_fake *parent = ctx;

	snprintf(parent->reasons[1], sizeof(parent->reasons[1]), "%s", reason);
	parent->auth_gone = parent->reasons[1];
}

static void on_fake_fetch_gone(void *ctx, const char *reason)
{
	struct parent_fake *parent = ctx;

	snprintf(parent->reasons[2], sizeof(parent->reasons[2]), "%s", reason);
	parent->fetch_gone = parent->reasons[2];
}

/* Handlers get the struct daemon as context, the callback at the end the struct parent_fake. */
static int meet(struct parent_fake *parent, enum msg_role role, struct chan **chan)
{
	static chan_handler *const *const handlers[MSG_ROLES] = {
		[MSG_IKE] = wishes_handlers, [MSG_AUTH] = from_auth_handlers,
		[MSG_FETCH] = from_fetch_handlers,
	};
	static chan_gone *const gone[MSG_ROLES] = {
		[MSG_IKE] = on_fake_ike_gone, [MSG_AUTH] = on_fake_auth_gone,
		[MSG_FETCH] = on_fake_fetch_gone,
	};
	struct daemon *d = &parent->d;
	int ends[2];

	if (chan_pair(ends))
		return -1;
	*chan = chan_new(d->base, ends[0], MSG_PARENT, role, handlers[role], d, NULL);
	if (!*chan) {
		close(ends[1]);
		return -1;
	}
	chan_on_end(*chan, gone[role], parent);
	return ends[1];
}

int parent_fake_ike(struct parent_fake *parent)
{
	struct daemon *d = &parent->d;
	int end;

	if (d->ike)
		live_orphan(d->live, d->kern);
	names_forget(d);
	chan_free(d->ike);
	parent->ike_gone = NULL;
	d->carried = 0;
	end = meet(parent, MSG_IKE, &d->ike);
	if (end >= 0)
		config_send_all(d);
	return end;
}

int parent_fake_auth(struct parent_fake *parent)
{
	struct daemon *d = &parent->d;
	int end;

	chan_free(d->auth);
	lists_forget(d);
	parent->auth_gone = NULL;
	end = meet(parent, MSG_AUTH, &d->auth);
	if (end >= 0)
		keys_send_all(d);
	return end;
}

int parent_fake_fetch(struct parent_fake *parent)
{
	struct daemon *d = &parent->d;
	int end;

	chan_free(d->fetch);
	parent->fetch_gone = NULL;
	end = meet(parent, MSG_FETCH, &d->fetch);
	if (end >= 0) {
		names_send_all(d);
		lists_send_all(d);
	}
	return end;
}
