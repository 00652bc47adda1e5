/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parent tells `ike`.  Where no such process runs it is lost: the next one is told all
 * that counts (children.c).
 */
#ifndef PANTUN_LOOP_LINK_H
#define PANTUN_LOOP_LINK_H

#include <stdbool.h>
#include <stdint.h>

struct ctl_question;
struct daemon;
struct endpoint;
struct policy;

/* A new `ike` gets its sockets. */
void link_sockets(struct daemon *d);
/* Tells it to end, and to tell peers so if @delete_sas. */
void link_end(struct daemon *d, bool delete_sas);

/* Sends @policy, to be answered by MSG_POLICY_SET with @number. */
void link_policy(struct daemon *d, const struct policy *policy, uint64_t number);
/* As the ike_core_ functions of these names (ike/core.h). */
void link_acquire(struct daemon *d, const char *ifname, const char *proxy);
void link_expire(struct daemon *d, uint64_t token, bool inbound, bool hard);
void link_moved(struct daemon *d, uint64_t token, const struct endpoint *local,
		const struct endpoint *remote);
void link_path_lost(struct daemon *d, const char *ifname);
void link_path_back(struct daemon *d, const char *ifname);
void link_away(struct daemon *d, const char *ifname, const char *why);
void link_adopt(struct daemon *d, const char *ifname, const char *proxy, bool ended);
/* False: nobody will answer. */
bool link_ask(struct daemon *d, uint64_t ticket, const struct ctl_question *question);

#endif
