// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/link.h"

#include <string.h>

#include "base/text.h"
#include "loop/daemon_priv.h"
#include "talk/ike_msg.h"
#include "talk/policy_msg.h"

static void say(struct daemon *d, enum msg_type type, const void *body, size_t n)
{
	if (d->ike)
		chan_send(d->ike, type, body, n);
}

static struct msg_place place_of(const char *ifname, const char *proxy)
{
	struct msg_place place;

	memset(&place, 0, sizeof(place));
	text_copy(place.ifname, sizeof(place.ifname), ifname);
	text_copy(place.proxy, sizeof(place.proxy), proxy ? proxy : "");
	return place;
}

static void say_part(void *ctx, enum msg_type type, const void *body, size_t n)
{
	say(ctx, type, body, n);
}

void link_policy(struct daemon *d, const struct policy *policy, uint64_t number)
{
	/* `auth` has the keys of all peers before `ike` can ask for one. */
	if (d->auth)
		chan_flush(d->auth);
	policy_msg_send(policy, number, say_part, d);
}

void link_acquire(struct daemon *d, const char *ifname, const char *proxy,
		  const struct ts_flow *flow)
{
	struct msg_acquire body;

	memset(&body, 0, sizeof(body));
	body.at = place_of(ifname, proxy);
	body.flow = *flow;
	say(d, MSG_ACQUIRE, &body, sizeof(body));
}

void link_expire(struct daemon *d, uint64_t token, bool inbound, bool hard)
{
	struct msg_expire body;

	memset(&body, 0, sizeof(body));
	body.token = token;
	body.inbound = inbound;
	body.hard = hard;
	say(d, MSG_EXPIRE, &body, sizeof(body));
}

void link_moved(struct daemon *d, uint64_t token, const struct endpoint *local,
		const struct endpoint *remote)
{
	struct msg_moved body;

	memset(&body, 0, sizeof(body));
	body.token = token;
	body.local = *local;
	body.remote = *remote;
	say(d, MSG_MOVED, &body, sizeof(body));
}

void link_routes(struct daemon *d)
{
	say(d, MSG_ROUTES, NULL, 0);
}

void link_path_lost(struct daemon *d, const char *ifname)
{
	const struct msg_place body = place_of(ifname, NULL);

	say(d, MSG_PATH_LOST, &body, sizeof(body));
}

void link_path_back(struct daemon *d, const char *ifname)
{
	const struct msg_place body = place_of(ifname, NULL);

	say(d, MSG_PATH_BACK, &body, sizeof(body));
}

void link_away(struct daemon *d, const char *ifname, const char *why)
{
	struct msg_away body;

	memset(&body, 0, sizeof(body));
	text_copy(body.ifname, sizeof(body.ifname), ifname);
	text_copy(body.why, sizeof(body.why), why ? why : "");
	say(d, MSG_AWAY, &body, sizeof(body));
}

void link_adopt(struct daemon *d, const char *ifname, const char *proxy, bool ended)
{
	struct msg_adopt body;

	memset(&body, 0, sizeof(body));
	body.at = place_of(ifname, proxy);
	body.ended = ended;
	say(d, MSG_ADOPT, &body, sizeof(body));
}

bool link_ask(struct daemon *d, uint64_t ticket, const struct ctl_question *question)
{
	struct msg_ask body;

	memset(&body, 0, sizeof(body));
	body.ticket = ticket;
	body.question = *question;
	say(d, MSG_ASK, &body, sizeof(body));
	return d->ike;
}

void link_sockets(struct daemon *d)
{
	struct msg_socket body;

	for (body.place = 0; body.place < PORTS; body.place++)
		if (d->ports[body.place] >= 0)
			chan_send_fd(d->ike, MSG_SOCKET, &body, sizeof(body),
				     d->ports[body.place]);
}

void link_token_key(struct daemon *d)
{
	say(d, MSG_TOKEN_KEY, &d->token_key, sizeof(d->token_key));
}

void link_end(struct daemon *d, bool delete_sas)
{
	const struct msg_end body = { .delete_sas = delete_sas };

	say(d, MSG_END, &body, sizeof(body));
}
