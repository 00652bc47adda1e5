/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests to the kernel.  Whatever fails here leaves its reason in kern->error: the kernel's own
 * text where there is one.
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
 * A request about the tunnel on @ifname, or about none (NULL), for the caller to fill.  NULL on
 * lack of memory.
 */
struct nl_msg *genl_request_begin(const struct kern_genl *g, uint8_t cmd, const char *ifname);
/* Returns @msg where it is @good.  One that was cut short is wiped and freed: NULL. */
struct nl_msg *genl_request_end(struct nl_msg *msg, bool good);
/*
 * Sends @msg, which is wiped and freed in any case, and reads the whole answer.  Returns 0 or a
 * negative errno, -ENOMEM for a @msg that is NULL.  @answer is NULL where only success matters.
 */
int genl_request_send(struct kern_genl *g, struct nl_msg *msg, genl_answer *answer, void *ctx);
/* The same for a request to rtnetlink. */
int genl_request_send_link(struct kern_genl *g, struct nl_msg *msg);
/*
 * Dumps with @cmd, for the tunnel on @ifname or for all (NULL), into @list.  A dump that the
 * kernel could not keep consistent starts over.  Returns 0 or a negative errno; the caller frees
 * @list either way.
 */
int genl_request_dump(struct kern_genl *g, uint8_t cmd, const char *ifname,
		      struct genl_list *list);

#endif
