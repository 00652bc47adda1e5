// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/datagrams.h"

#include <limits.h>
#include <stdlib.h>

#include "engine/engine_priv.h"
#include "engine/turn.h"

#define READ_MOST	4096	/* from a socket at a time: it may fill as fast as we read */

/*
 * How many datagrams of each urgency a turn handles: about 10 ms of work.  Even the least urgent
 * get a share, so forged urgent messages cannot starve the rest.
 */
static const unsigned int turn_most[IKE_URGENCIES] = {
	[IKE_URGENT] = 64, [IKE_GOING_ON] = 16, [IKE_BEGINNING] = 8,
};

static void on_datagram(void *ctx, const struct endpoint *local, const struct endpoint *remote,
			struct bytes data)
{
	struct engine *e = ctx;

	inbox_put(&e->inbox, ike_core_urgency(e->core, data), local, remote, data);
}

static unsigned int handle(struct engine *e, enum ike_urgency urgency, unsigned int most)
{
	struct letter *letter;
	unsigned int n;

	for (n = 0; n < most && (letter = inbox_take(&e->inbox, urgency)); n++) {
		ike_core_datagram(e->core, turn_now(e), &letter->local, &letter->remote,
				  bytes_of(letter->data, letter->n));
		turn_end(e);
		free(letter);
	}
	return n;
}

/* The rest waits until the event loop has served its other events. */
static void go_on_later(struct engine *e)
{
	static const struct timeval at_once;

	if (!inbox_empty(&e->inbox))
		event_add(e->letters, &at_once);
}

static void handle_some(struct engine *e)
{
	for (enum ike_urgency i = 0; i < IKE_URGENCIES; i++)
		handle(e, i, turn_most[i]);
	go_on_later(e);
}

static void on_letters(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	handle_some(ctx);
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
	struct engine *e = ctx;

	(void)what;
	for (unsigned int i = 0; i < PORT_SOCKETS; i++)
		if (udp_fd(e->udp, i) == fd)
			udp_read(e->udp, i, READ_MOST, on_datagram, e);
	/* Older datagrams already have a turn scheduled. */
	if (!event_pending(e->letters, EV_TIMEOUT, NULL))
		handle_some(e);
}

void datagrams_catch_up(struct engine *e)
{
	if (!e->read_begun)
		return;
	for (unsigned int i = 0; i < PORT_SOCKETS; i++)
		udp_read(e->udp, i, READ_MOST, on_datagram, e);
	handle(e, IKE_URGENT, UINT_MAX);
	handle(e, IKE_GOING_ON, UINT_MAX);
	go_on_later(e);
}

bool datagrams_init(struct engine *e)
{
	e->letters = event_new(e->base, -1, 0, on_letters, e);
	return e->letters;
}

bool datagrams_begin(struct engine *e)
{
	for (unsigned int i = 0; i < PORT_SOCKETS; i++) {
		if (udp_fd(e->udp, i) < 0)
			continue;
		e->read[i] = event_new(e->base, udp_fd(e->udp, i), EV_READ | EV_PERSIST,
				       on_readable, e);
		if (!e->read[i] || event_add(e->read[i], NULL))
			return false;
	}
	e->read_begun = true;
	return true;
}

void datagrams_end(struct engine *e)
{
	for (unsigned int i = 0; i < PORT_SOCKETS; i++)
		if (e->read[i])
			event_free(e->read[i]);
	if (e->letters)
		event_free(e->letters);
	inbox_drop(&e->inbox);
}
