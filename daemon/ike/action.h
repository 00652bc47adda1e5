/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queue of actions for the caller.  An action owns everything it points to, because
 * its origin may be gone by the time it is carried out.
 */
#ifndef PANTUN_IKE_ACTION_H
#define PANTUN_IKE_ACTION_H

#include "ike/core.h"

struct action;

struct action_queue {
	struct action *first, **last;
	struct action *given;	/* the one that the caller looks at */
	uint64_t wishes;	/* actions about SAs so far */
};

void action_init(struct action_queue *queue);
/* Wipes and frees all. */
void action_clear(struct action_queue *queue);
/* The next in order or NULL; the one before is wiped and freed. */
const struct ike_action *action_take(struct action_queue *queue);

/* These copy their arguments.  If out of memory, they log it and drop the action. */
/* @after: the number of what must be done to an SA before, as action_sa() gave it; 0: nothing. */
void action_send(struct action_queue *queue, const struct endpoint *local,
		 const struct endpoint *remote, struct bytes data, uint8_t dscp, uint64_t after);
/* Its number, from 1. */
uint64_t action_sa(struct action_queue *queue, enum ike_action_type type,
		   const struct ike_sa_spec *spec);
void action_fail(struct action_queue *queue, const char *ifname, const char *proxy);
/* Takes over @job; false: no memory, and it stays the caller's. */
bool action_job(struct action_queue *queue, struct ike_job *job);
/* The job of the action that was given last, which is the caller's from now on. */
struct ike_job *action_take_job(struct action_queue *queue);
/* A question for DNS, of that ticket. */
void action_name(struct action_queue *queue, uint64_t ticket, const char *name);
void action_event(struct action_queue *queue, const struct ike_event *event);

#endif
