// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/child_kernel.h"

#include <string.h>

static void set_keys(struct ike_sa_spec *spec, const struct keymat_esp *keys)
{
	memcpy(spec->encr_key, keys->encr_key, keys->encr_key_n);
	memcpy(spec->integ_key, keys->integ_key, keys->integ_key_n);
	memcpy(spec->salt, keys->salt, keys->salt_n);
	spec->encr_key_n = keys->encr_key_n;
	spec->integ_key_n = keys->integ_key_n;
	spec->salt_n = keys->salt_n;
}

/* The names of one of the pair's SAs: enough to activate or delete it. */
static struct ike_sa_spec spec_ids(const struct child_sa *child, bool inbound)
{
	bool encap = pathref_encap(child->path);

	return (struct ike_sa_spec){
		.token = child->token,
		.inbound = inbound,
		.spi = inbound ? child->spi_in : child->spi_out,
		.ah = child->prop.proto == PROP_AH,
		.ifname = child->slot->tunnel->ifname,
		.proxy = child->slot->proxy->name,
		.local = child->path->local,
		.remote = child->path->remote,
		.udp_encap = encap,
		.udp_csum = encap && child->udp_csum,
	};
}

/* What is sent to the peer from now on waits until that is done. */
static void want(const struct child_sa *child, enum ike_action_type type,
		 const struct ike_sa_spec *spec)
{
	child->path->wished = action_sa(&child->core->actions, type, spec);
}

/*
 * Half of the octets carry the traffic while the SA is rekeyed.  The half is fixed, and not
 * reckoned from the rate of the SA before: traffic comes in bursts, and an SA that was idle for
 * an hour may have to carry all that the link can from one second to the next.  To begin earlier
 * still would gain less than a factor of two.  The configuration warns of limits whose half is
 * used up before a rekey can be done (conf/profile.c).
 *
 * Only the sender can stop before an SA is used up: what comes in has as much again, and has us
 * rekey when a peer that sends has another limit than ours, or none.
 */
static void set_life_bytes(struct ike_sa_spec *spec, uint64_t octets)
{
	spec->soft_bytes = spec->inbound ? octets : octets / 2;
	spec->hard_bytes = spec->inbound ? 2 * octets : octets;
}

void child_add(struct child_sa *child, bool inbound)
{
	const struct policy_tunnel *tunnel = child->slot->tunnel;
	struct ike_sa_spec spec = spec_ids(child, inbound);

	spec.standby = !inbound && child->standby;
	spec.transport = child->transport;
	spec.esn = child->prop.esn;
	spec.encr = child->prop.encr;
	spec.integ = child->prop.integ;
	spec.key_bits = spec.encr ? spec.encr->key_bits : 0;
	spec.ts = ts_kept_pair(child->ts);
	spec.replay_window = tunnel->replay_window;
	spec.hard_seconds = tunnel->life_seconds;
	set_life_bytes(&spec, tunnel->life_bytes);
	/* The exchange's initiator sends with the first half of KEYMAT. */
	set_keys(&spec, inbound == child->initiator ? &child->keys->responder :
		 &child->keys->initiator);
	want(child, IKE_ACTION_SA_ADD, &spec);
	secret_wipe(&spec, sizeof(spec));
}

void child_del(struct child_sa *child, bool inbound)
{
	bool *added = inbound ? &child->in_added : &child->out_added;
	struct ike_sa_spec spec = spec_ids(child, inbound);

	if (*added)
		want(child, IKE_ACTION_SA_DEL, &spec);
	*added = false;
}

void child_install(struct child_sa *child)
{
	child->state = CHILD_INSTALLING;
	child_add(child, true);
	child->in_added = true;
}

void child_ask(const struct child_sa *child)
{
	struct ike_sa_spec spec = spec_ids(child, true);

	action_sa(&child->core->actions, IKE_ACTION_SA_ASK, &spec);
}

static void move(const struct child_sa *child, bool inbound, const struct endpoint *local,
		 const struct endpoint *remote)
{
	struct ike_sa_spec spec = spec_ids(child, inbound);

	spec.new_local = *local;
	spec.new_remote = *remote;
	want(child, IKE_ACTION_SA_MOVE, &spec);
}

/* The peer is elsewhere: the SAs that the kernel has leave the path of @child for this one. */
static void child_move(const struct child_sa *child, const struct endpoint *local,
		const struct endpoint *remote)
{
	if (child->in_added)
		move(child, true, local, remote);
	if (child->out_added)
		move(child, false, local, remote);
}

void child_switch(const struct child_sa *child)
{
	struct ike_sa_spec spec = spec_ids(child, false);

	want(child, IKE_ACTION_SA_ACTIVATE, &spec);
}

void pathref_move(struct pathref *path, const struct endpoint *local,
		  const struct endpoint *remote)
{
	for (struct child_sa *child = path->children; child; child = child->path_next)
		child_move(child, local, remote);
	path->local = *local;
	path->remote = *remote;
}

bool pathref_follow(struct pathref *path, const struct endpoint *local,
		    const struct endpoint *remote)
{
	if (!path->nat_remote || path->remote.addr.family != remote->addr.family ||
	    (endpoint_equal(&path->remote, remote) && endpoint_equal(&path->local, local)))
		return false;
	pathref_move(path, local, remote);
	return true;
}
