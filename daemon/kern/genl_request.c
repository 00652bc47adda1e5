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

struct nl_msg *genl_request_begin(const struct kern_genl *g, uint8_t cmd, const char *ifname)
{
	return genl_begin(genl_events_family(g->events), cmd, NLM_F_ACK, ifname);
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
	char text[GENL_TEXT];
	int error = genl_transact(sock, msg, answer, ctx, text, sizeof(text));

	if (!error)
		return 0;
	if (error == -ENOENT && sock == g->genl && !genl_events_loaded(g->events))
		snprintf(g->kern.error, sizeof(g->kern.error), "the module is not loaded");
	else
		genl_explain(error, text, g->kern.error, sizeof(g->kern.error));
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
	int family = genl_events_family(g->events), error = -EINTR;

	for (int i = 0; i < DUMP_TRIES && error == -EINTR; i++) {
		genl_list_restart(list);
		error = transact(g, g->genl, genl_begin(family, cmd, NLM_F_DUMP, ifname),
				 genl_list_add, list);
	}
	if (!error && list->short_of_memory) {
		error = -ENOMEM;
		genl_explain(error, "", g->kern.error, sizeof(g->kern.error));
	}
	return error;
}
