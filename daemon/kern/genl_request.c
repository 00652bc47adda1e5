// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/pantun.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "kern/genl_events.h"
#include "kern/genl_request.h"

#define DUMP_TRIES	5	/* of a dump whose table changes meanwhile */

static struct nl_msg *begin(const struct kern_genl *g, uint8_t cmd, int flags, const char *ifname)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg &&
	    genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, genl_events_family(g->events), 0, flags,
			cmd, PANTUN_GENL_VERSION) &&
	    (!ifname || !nla_put_string(msg, PANTUN_A_IFNAME, ifname)))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

struct nl_msg *genl_request_begin(const struct kern_genl *g, uint8_t cmd, const char *ifname)
{
	return begin(g, cmd, NLM_F_REQUEST | NLM_F_ACK, ifname);
}

struct nl_msg *genl_request_end(struct nl_msg *msg, bool good)
{
	if (good || !msg)
		return msg;
	secret_wipe(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	nlmsg_free(msg);
	return NULL;
}

static int transact(struct kern_genl *g, struct nl_sock *sock, struct nl_msg *msg,
		    genl_answer *answer, void *ctx)
{
	char text[192];
	int error = genl_transact(sock, msg, answer, ctx, text, sizeof(text));

	if (!error)
		return 0;
	if (error == -ENOENT && sock == g->genl && !genl_events_loaded(g->events))
		snprintf(g->kern.error, sizeof(g->kern.error), "the module is not loaded");
	else if (text[0])
		snprintf(g->kern.error, sizeof(g->kern.error), "%s (%s)", text, strerror(-error));
	else if (error == -EPERM)
		snprintf(g->kern.error, sizeof(g->kern.error),
			 "not permitted: this needs CAP_NET_ADMIN");
	else
		snprintf(g->kern.error, sizeof(g->kern.error), "%s", strerror(-error));
	return error;
}

int genl_request_send(struct kern_genl *g, struct nl_msg *msg, genl_answer *answer, void *ctx)
{
	return transact(g, g->genl, msg, answer, ctx);
}

int genl_request_send_link(struct kern_genl *g, struct nl_msg *msg)
{
	return transact(g, g->rtnl, msg, NULL, NULL);
}

int genl_request_dump(struct kern_genl *g, uint8_t cmd, const char *ifname,
		      struct genl_list *list)
{
	int error = -EINTR;

	for (int i = 0; i < DUMP_TRIES && error == -EINTR; i++) {
		genl_list_restart(list);
		error = transact(g, g->genl, begin(g, cmd, NLM_F_REQUEST | NLM_F_DUMP, ifname),
				 genl_list_add, list);
	}
	if (!error && list->short_of_memory) {
		error = -ENOMEM;
		snprintf(g->kern.error, sizeof(g->kern.error), "%s", strerror(-error));
	}
	return error;
}
