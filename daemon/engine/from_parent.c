// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/from_parent.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/answer.h"
#include "engine/datagrams.h"
#include "engine/departure.h"
#include "engine/engine_priv.h"
#include "engine/jobs.h"
#include "engine/turn.h"
#include "msg/basic.h"
#include "msg/fetch_msg.h"
#include "talk/ike_msg.h"

/* --- sockets and configuration --- */

static void on_socket(void *ctx, struct bytes body, int fd)
{
	const struct msg_socket *msg = (const void *)body.p;
	struct engine *e = ctx;

	if (msg->place >= PORTS || e->fds[msg->place] >= 0 || e->udp) {
		close(fd);
		chan_refuse(e->parent, MSG_SOCKET, "place %u", msg->place);
		return;
	}
	e->fds[msg->place] = fd;
}

static void on_policy_begin(void *ctx, struct bytes body, int fd)
{
	struct engine *e = ctx;

	(void)fd;
	/* The parent sends the sockets before the first configuration. */
	if (!e->udp)
		e->udp = udp_new(e->fds);
	if (!e->udp)
		chan_refuse(e->parent, MSG_POLICY_BEGIN, "no memory for sockets");
	else
		policy_msg_begin(&e->policy, (const void *)body.p);
}

static void on_gateway(void *ctx, struct bytes body, int fd)
{
	struct engine *e = ctx;

	(void)fd;
	if (policy_msg_gateway(&e->policy, (const void *)body.p))
		chan_refuse(e->parent, MSG_POLICY_GATEWAY, "out of place");
}

static void on_chain(void *ctx, struct bytes body, int fd)
{
	struct engine *e = ctx;

	(void)fd;
	if (policy_msg_chain(&e->policy, (const void *)body.p, body.n))
		chan_refuse(e->parent, MSG_POLICY_CHAIN, "out of place");
}

static void on_tunnel(void *ctx, struct bytes body, int fd)
{
	struct engine *e = ctx;

	(void)fd;
	if (policy_msg_tunnel(&e->policy, (const void *)body.p))
		chan_refuse(e->parent, MSG_POLICY_TUNNEL, "out of place");
}

static void on_proxy(void *ctx, struct bytes body, int fd)
{
	struct engine *e = ctx;

	(void)fd;
	if (policy_msg_proxy(&e->policy, (const void *)body.p))
		chan_refuse(e->parent, MSG_POLICY_PROXY, "out of place");
}

static void on_policy_end(void *ctx, struct bytes body, int fd)
{
	struct engine *e = ctx;
	struct msg_policy_set set = { .number = e->policy.number };
	struct policy *policy;

	(void)body;
	(void)fd;
	if (policy_msg_end(&e->policy, &policy)) {
		chan_refuse(e->parent, MSG_POLICY_END, "something is missing");
		return;
	}
	set.failed = !policy || ike_core_set_policy(e->core, turn_now(e), policy);
	if (set.failed)
		policy_free(policy);
	/*
	 * Sockets are not read before the first configuration: there would be no peer to
	 * recognize.
	 */
	if (!set.failed && !e->read_begun && !datagrams_begin(e)) {
		chan_refuse(e->parent, MSG_POLICY_END, "no memory for sockets");
		return;
	}
	/*
	 * Send the actions that follow from the new configuration before reporting it as in force.
	 */
	turn_end(e);
	chan_send(e->parent, MSG_POLICY_SET, &set, sizeof(set));
}

static void on_token_key(void *ctx, struct bytes body, int fd)
{
	const struct msg_token_key *msg = (const void *)body.p;
	struct engine *e = ctx;

	(void)fd;
	ike_core_set_token_key(e->core, msg->octets);
}

/* --- what happened in the kernel --- */

static void on_acquire(void *ctx, struct bytes body, int fd)
{
	const struct msg_acquire *msg = (const void *)body.p;
	const struct msg_place *at = &msg->at;
	struct engine *e = ctx;

	(void)fd;
	ike_core_acquire(e->core, turn_now(e), at->ifname, *at->proxy ? at->proxy : NULL,
			 &msg->flow);
	turn_end(e);
}

static void on_expire(void *ctx, struct bytes body, int fd)
{
	const struct msg_expire *msg = (const void *)body.p;
	struct engine *e = ctx;

	(void)fd;
	ike_core_expire(e->core, turn_now(e), msg->token, msg->inbound, msg->hard);
	turn_end(e);
}

static void on_moved(void *ctx, struct bytes body, int fd)
{
	const struct msg_moved *msg = (const void *)body.p;
	struct engine *e = ctx;

	(void)fd;
	ike_core_moved(e->core, turn_now(e), msg->token, &msg->local, &msg->remote);
	turn_end(e);
}

static void on_path_lost(void *ctx, struct bytes body, int fd)
{
	const struct msg_place *msg = (const void *)body.p;
	struct msg_renewed answer = { .count = 0 };
	struct engine *e = ctx;

	(void)fd;
	answer.count = ike_core_path_lost(e->core, turn_now(e), msg->ifname);
	memcpy(answer.ifname, msg->ifname, sizeof(answer.ifname));
	chan_send(e->parent, MSG_RENEWED, &answer, sizeof(answer));
	turn_end(e);
}

static void on_path_back(void *ctx, struct bytes body, int fd)
{
	const struct msg_place *msg = (const void *)body.p;
	struct engine *e = ctx;

	(void)fd;
	ike_core_path_back(e->core, turn_now(e), msg->ifname);
	turn_end(e);
}

static void on_away(void *ctx, struct bytes body, int fd)
{
	const struct msg_away *msg = (const void *)body.p;
	struct engine *e = ctx;

	(void)fd;
	ike_core_away(e->core, turn_now(e), msg->ifname, *msg->why ? msg->why : NULL);
	turn_end(e);
}

static void on_adopt(void *ctx, struct bytes body, int fd)
{
	const struct msg_adopt *msg = (const void *)body.p;
	struct engine *e = ctx;

	(void)fd;
	ike_core_adopt(e->core, turn_now(e), msg->at.ifname, msg->at.proxy, msg->ended);
	turn_end(e);
}

static void on_routes(void *ctx, struct bytes body, int fd)
{
	struct engine *e = ctx;

	(void)body;
	(void)fd;
	ike_core_routes(e->core, turn_now(e));
	turn_end(e);
}

static void on_sa_result(void *ctx, struct bytes body, int fd)
{
	const struct msg_sa_result *msg = (const void *)body.p;
	struct engine *e = ctx;

	(void)fd;
	ike_core_sa_result(e->core, turn_now(e), msg->token, msg->inbound, msg->error,
			   msg->error ? msg->text : NULL);
	turn_end(e);
}

static void on_heard(void *ctx, struct bytes body, int fd)
{
	const struct msg_heard *msg = (const void *)body.p;
	struct engine *e = ctx;

	(void)fd;
	ike_core_sa_heard(e->core, turn_now(e), msg->token, msg->idle);
	turn_end(e);
}

static void on_carried(void *ctx, struct bytes body, int fd)
{
	const struct msg_carried *msg = (const void *)body.p;
	struct engine *e = ctx;

	(void)fd;
	e->carried = msg->count;
	turn_end(e);
}

static void on_named(void *ctx, struct bytes body, int fd)
{
	const struct name_answer *answer = (const void *)body.p;
	struct engine *e = ctx;

	(void)fd;
	if (!name_answer_whole(answer)) {
		chan_refuse(e->parent, MSG_NAMED, "not an answer");
		return;
	}
	ike_core_named(e->core, turn_now(e), answer);
	turn_end(e);
}

/* --- what is asked and said --- */

/* Identifies the question that the rows answer. */
struct asker {
	struct chan *parent;
	uint64_t ticket;
};

static void on_ike_row(void *ctx, const struct ike_sa_info *info)
{
	const struct asker *asker = ctx;
	const struct msg_show_ike row = { .ticket = asker->ticket, .info = *info };

	chan_send(asker->parent, MSG_SHOW_IKE, &row, sizeof(row));
}

static void on_child_row(void *ctx, const struct ike_child_info *info)
{
	const struct asker *asker = ctx;
	const struct msg_show_child row = { .ticket = asker->ticket, .info = *info };

	chan_send(asker->parent, MSG_SHOW_CHILD, &row, sizeof(row));
}

static void on_gateway_row(void *ctx, const struct ike_gateway_info *info)
{
	const struct asker *asker = ctx;
	const struct msg_show_gateway row = { .ticket = asker->ticket, .info = *info };

	chan_send(asker->parent, MSG_SHOW_GATEWAY, &row, sizeof(row));
}

static void on_ask(void *ctx, struct bytes body, int fd)
{
	const struct msg_ask *msg = (const void *)body.p;
	struct engine *e = ctx;
	struct asker asker = { e->parent, msg->ticket };
	const struct answer_rows rows = { &asker, on_ike_row, on_child_row, on_gateway_row };
	struct msg_reply reply = { .ticket = msg->ticket };

	(void)fd;
	reply.reply = answer_question(e->core, turn_now(e), &msg->question, &rows);
	chan_send(e->parent, MSG_REPLY, &reply, sizeof(reply));
	turn_end(e);
}

static void on_peer(void *ctx, struct bytes body, int fd)
{
	const struct msg_peer *msg = (const void *)body.p;
	struct engine *e = ctx;

	if (msg->role == MSG_AUTH) {
		jobs_meet_auth(e, fd);
		return;
	}
	close(fd);
	chan_refuse(e->parent, MSG_PEER, "role %u", msg->role);
}

static void on_stop(void *ctx, struct bytes body, int fd)
{
	struct engine *e = ctx;

	(void)body;
	(void)fd;
	e->ending = true;
	turn_end(e);
}

static void on_end(void *ctx, struct bytes body, int fd)
{
	const struct msg_end *msg = (const void *)body.p;
	struct engine *e = ctx;

	(void)fd;
	ike_core_shutdown(e->core, turn_now(e), msg->delete_sas);
	on_stop(e, body, -1);
}

chan_handler *const from_parent_handlers[MSG_TYPES] = {
	[MSG_STOP] = on_stop,
	[MSG_PEER] = on_peer,
	[MSG_SOCKET] = on_socket,
	[MSG_TOKEN_KEY] = on_token_key,
	[MSG_POLICY_BEGIN] = on_policy_begin,
	[MSG_POLICY_GATEWAY] = on_gateway,
	[MSG_POLICY_CHAIN] = on_chain,
	[MSG_POLICY_TUNNEL] = on_tunnel,
	[MSG_POLICY_PROXY] = on_proxy,
	[MSG_POLICY_END] = on_policy_end,
	[MSG_ACQUIRE] = on_acquire,
	[MSG_EXPIRE] = on_expire,
	[MSG_MOVED] = on_moved,
	[MSG_ROUTES] = on_routes,
	[MSG_PATH_LOST] = on_path_lost,
	[MSG_PATH_BACK] = on_path_back,
	[MSG_AWAY] = on_away,
	[MSG_ADOPT] = on_adopt,
	[MSG_SA_RESULT] = on_sa_result,
	[MSG_HEARD] = on_heard,
	[MSG_CARRIED] = on_carried,
	[MSG_NAMED] = on_named,
	[MSG_ASK] = on_ask,
	[MSG_END] = on_end,
};
