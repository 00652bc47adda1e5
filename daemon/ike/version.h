/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a version of IKE does for the core.  Gateways and their proxy-IDs, IKE SAs and children,
 * the queue of what we want of a peer and the jobs that wait are the same for all versions, and
 * are in ike/.  How a peer is asked, and what its messages mean, is a matter of the version: that
 * is in a folder of its own, ike/v2/ for one, which includes the files of ike/.  These call a
 * version by its table alone and never include one, so a second version can stand beside the first.
 *
 * versions/ lists them all.  It is above every version and above ike/, so whoever makes a core
 * hands the list to it: ike_core_new().
 */
#ifndef PANTUN_IKE_VERSION_H
#define PANTUN_IKE_VERSION_H

#include "ike/exchange.h"

struct child_sa;

/* What is true of a kind of task for the core; how it is done the version alone knows. */
struct task_rule {
	unsigned int sends;	/* of its request before the peer is considered dead */
	bool moves;		/* if it waits, to the heir of its IKE SA; else it is dropped */
	bool rekeys;		/* its answer ends the IKE SA, which has to live until then */
	bool hedged;		/* gateway_hedge() where the peer is slow to answer */
	bool silent;		/* a peer that lives may leave it unanswered: no doubt */
};

struct ike_version {
	uint8_t major;			/* in the header of its messages */
	/* Frees ike->own, wiped.  NULL: there is none. */
	void (*forget)(struct ike_sa *ike);
	/* Queues the first request of @ike, which was just made for us to begin. */
	void (*begin)(struct ike_sa *ike);
	/* Of a datagram of that major version, by its header. */
	enum ike_urgency (*urgency)(struct bytes data);
	/*
	 * A datagram arrived whose header has that major version.  The first version of the list
	 * gets those of unknown ones, too, and refuses them.
	 */
	void (*input)(struct ike_core *core, const struct endpoint *local,
		      const struct endpoint *remote, struct bytes data);
	/*
	 * The result that @ike waited for is there: @data, which came from @remote to @local, is
	 * handled anew; empty: our own request is made.
	 */
	void (*resume)(struct ike_sa *ike, const struct endpoint *local,
		       const struct endpoint *remote, struct bytes data);
	/* The request for @task, which is the caller's; NULL if there is nothing to send. */
	struct packet *(*request)(struct ike_sa *ike, struct task *task);
	/* The current request was not answered, and is about to be sent once more. */
	void (*repeats)(struct ike_sa *ike);
	/* There was nothing: the task is not needed any more, or could not be done. */
	void (*unsent)(struct ike_sa *ike, struct task *task);
	/* Octets of the longest packet that @ike sends; 0: messages are not cut. */
	size_t (*packet_most)(const struct ike_sa *ike);
	/* Never NULL. */
	const struct task_rule *(*rule)(enum task_kind kind);
	/*
	 * @child has come up, as the configuration still wants it.  If this arms child->early,
	 * child_early() is called when that is due, unless the child has no IKE SA by then; it
	 * may be about to end.  Both NULL: there is nothing to do.
	 */
	void (*child_up)(struct child_sa *child);
	void (*child_early)(struct child_sa *child);
	/* As often as it was sent, the request for @task was not answered. */
	void (*lost)(struct ike_sa *ike, struct task *task);
};

/* The version of the core's list with that number in its messages, or NULL. */
const struct ike_version *ike_version_of(const struct ike_core *core, uint8_t major);

#endif
