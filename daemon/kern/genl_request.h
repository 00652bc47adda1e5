/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests to the kernel.  Every failure leaves its reason in kern->error, if possible the
 * kernel's own text.
 */
#ifndef PANTUN_KERN_GENL_REQUEST_H
#define PANTUN_KERN_GENL_REQUEST_H

#include "kern/genl_list.h"
#include "genl/sock.h"
#include "kern/kern.h"

/* The kernel behind generic netlink. */
struct kern_genl {
	struct kern kern;
	struct nl_sock *genl;		/* requests */
	struct nl_sock *rtnl;		/* link requests */
	struct genl_events *events;
};

/* @k has to be from kern_genl_open(). */
static inline struct kern_genl *genl_of(struct kern *k)
{
	return (struct kern_genl *)k;
}

/*
 * Starts a request about the tunnel on @ifname (NULL: none) for the caller to fill.  NULL: out of
 * memory.
 */
struct nl_msg *genl_request_begin(const struct kern_genl *g, uint8_t cmd, const char *ifname);
/*
 * Returns @msg if it is @good.  Otherwise it is incomplete: wipes and frees it, and returns NULL.
 */
struct nl_msg *genl_request_end(struct nl_msg *msg, bool good);
/*
 * Sends @msg and reads the whole answer.  Always wipes and frees @msg.  Returns 0 or a negative
 * errno, -ENOMEM if @msg is NULL. @answer may be NULL.
 */
int genl_request_send(struct kern_genl *g, struct nl_msg *msg, genl_answer *answer, void *ctx);
/* The same for a request to rtnetlink. */
int genl_request_send_link(struct kern_genl *g, struct nl_msg *msg);
/*
 * Dumps with @cmd, for the tunnel on @ifname or all (NULL), into @list.  Starts over if the table
 * changed during the dump.  Returns 0 or a negative errno; the caller frees @list either way.
 */
int genl_request_dump(struct kern_genl *g, uint8_t cmd, const char *ifname,
		      struct genl_list *list);

#endif
