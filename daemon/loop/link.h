/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages from the parent to `ike`.  They are dropped while `ike` does not run; the next one is
 * sent the current state (children.c).
 */
#ifndef PANTUN_LOOP_LINK_H
#define PANTUN_LOOP_LINK_H

#include <stdbool.h>
#include <stdint.h>

struct ctl_question;
struct daemon;
struct ts_flow;
struct endpoint;
struct policy;

/* Sends a new `ike` its sockets. */
void link_sockets(struct daemon *d);
/* The secret by which peers know us again; before the first policy. */
void link_token_key(struct daemon *d);
/* Tells it to end, and to tell peers so if @delete_sas. */
void link_end(struct daemon *d, bool delete_sas);

/* Sends @policy, to be answered by MSG_POLICY_SET with @number. */
void link_policy(struct daemon *d, const struct policy *policy, uint64_t number);
/* As the ike_core_ functions of these names (ike/core.h). */
void link_acquire(struct daemon *d, const char *ifname, const char *proxy,
		  const struct ts_flow *flow);
void link_expire(struct daemon *d, uint64_t token, bool inbound, bool hard);
void link_moved(struct daemon *d, uint64_t token, const struct endpoint *local,
		const struct endpoint *remote);
void link_routes(struct daemon *d);
void link_path_lost(struct daemon *d, const char *ifname);
void link_path_back(struct daemon *d, const char *ifname);
void link_away(struct daemon *d, const char *ifname, const char *why);
void link_adopt(struct daemon *d, const char *ifname, const char *proxy, bool ended);
/* False: `ike` does not run, so no answer will come. */
bool link_ask(struct daemon *d, uint64_t ticket, const struct ctl_question *question);

#endif
