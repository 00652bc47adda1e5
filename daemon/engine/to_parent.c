// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/to_parent.h"

#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "engine/departure.h"
#include "engine/engine_priv.h"
#include "engine/jobs.h"
#include "msg/fetch_msg.h"
#include "talk/sa_msg.h"

static void wish(struct engine *e, enum msg_wish what, const struct ike_sa_spec *sa)
{
	struct msg_sa body;

	sa_msg_pack(sa, what, &body);
	if (what == MSG_SA_ADD)
		body.tfc_refused = ike_core_tfc_refused(e->core, sa->ifname);
	chan_send(e->parent, MSG_SA, &body, sizeof(body));
	secret_wipe(&body, sizeof(body));
}

static void give_up(struct engine *e, const char *ifname, const char *proxy)
{
	struct msg_place body = { .ifname = "" };

	text_copy(body.ifname, sizeof(body.ifname), ifname);
	text_copy(body.proxy, sizeof(body.proxy), proxy);
	chan_send(e->parent, MSG_PROXY_FAIL, &body, sizeof(body));
}

static void ask_name(struct engine *e, uint64_t ticket, const char *name)
{
	struct name_question body;

	memset(&body, 0, sizeof(body));
	body.ticket = ticket;
	text_copy(body.name, sizeof(body.name), name);
	chan_send(e->parent, MSG_NAME, &body, sizeof(body));
}

static void carry_out(struct engine *e, const struct ike_action *action)
{
	switch (action->type) {
	case IKE_ACTION_SEND:
		departure_add(e, &action->send.local, &action->send.remote, action->send.data,
			      action->send.dscp, action->send.after);
		break;
	case IKE_ACTION_SA_ADD:
		wish(e, MSG_SA_ADD, &action->sa);
		break;
	case IKE_ACTION_SA_ACTIVATE:
		wish(e, MSG_SA_ACTIVATE, &action->sa);
		break;
	case IKE_ACTION_SA_MOVE:
		wish(e, MSG_SA_MOVE, &action->sa);
		break;
	case IKE_ACTION_SA_DEL:
		wish(e, MSG_SA_DEL, &action->sa);
		break;
	case IKE_ACTION_SA_ASK:
		wish(e, MSG_SA_ASK, &action->sa);
		break;
	case IKE_ACTION_PROXY_FAIL:
		give_up(e, action->fail.ifname, action->fail.proxy);
		break;
	case IKE_ACTION_JOB:
		jobs_begin(e, ike_core_take_job(e->core));
		break;
	case IKE_ACTION_NAME:
		ask_name(e, action->name.ticket, action->name.name);
		break;
	case IKE_ACTION_EVENT:
		chan_send(e->parent, MSG_EVENT, &action->event, sizeof(action->event));
		break;
	}
}

void to_parent_all(struct engine *e)
{
	const struct ike_action *action;

	while ((action = ike_core_action(e->core)))
		carry_out(e, action);
}
