// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/child_sa.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ike/pfs.h"

#define RETRY_MS	SECONDS(10)	/* after a rekey that the kernel did not take */

struct child_sa *child_find(const struct ike_core *core, uint64_t token)
{
	struct table_node *node = table_find(&core->by_spi_in, (uint32_t)token);
	struct child_sa *child;

	if (!node)
		return NULL;
	child = container_of(node, struct child_sa, node);
	return child->token == token ? child : NULL;
}

struct child_sa *child_held(const struct ike_core *core, uint64_t token)
{
	struct child_sa *child = child_find(core, token);

	return child && child->ike ? child : NULL;
}

/* What @child is a rekey of, until that is freed; NULL: nothing. */
static struct child_sa *replaced(const struct child_sa *child)
{
	return child_find(child->core, child->replaces);
}

struct child_sa *child_by_spi_out(const struct ike_sa *ike, uint32_t spi)
{
	for (struct child_sa *child = ike->children; child; child = child->ike_next) {
		if (child->spi_out == spi && child->state != CHILD_NEGOTIATING)
			return child;
	}
	return NULL;
}

static void take_over(struct child_sa *child);

/* --- timers --- */

static void child_life(struct ike_core *core, struct timer *timer)
{
	struct child_sa *child = container_of(timer, struct child_sa, life);

	if (child->state >= CHILD_ORPHANED)
		child_close(child);
	else if (child->ends && core->now >= child->ends)
		child_hard_expired(child);
	else
		child_soft_expired(child);
}

/* Our own rekey of what it replaces is under way: which one stays is open. */
static bool undecided(const struct child_sa *child)
{
	const struct task *task = child->ike->ex.current;

	return task && task->kind == TASK_CHILD_REKEY && task->rival == child->token;
}

static void child_turn(struct ike_core *core, struct timer *timer)
{
	struct child_sa *child = container_of(timer, struct child_sa, turn);

	if (child->state == CHILD_REPLACED)
		child_delete(child);
	else if (child->state > CHILD_REKEYING || !child->standby)
		return;
	else if (undecided(child))
		timer_set(&core->timers, &child->turn, core->now + CHILD_ADOPT_MS);
	else
		take_over(child);
}

/* --- birth --- */

static bool choose_spi(struct ike_core *core, uint32_t *spi)
{
	do {
		if (!core_random(core, spi, sizeof(*spi)))
			return false;
	} while (*spi < ESP_SPI_MIN || table_find(&core->by_spi_in, *spi));
	return true;
}

static void join_path(struct child_sa *child, struct pathref *path)
{
	child->path = pathref_get(path);
	child->path_next = path->children;
	child->path_prev = &path->children;
	if (child->path_next)
		child->path_next->path_prev = &child->path_next;
	path->children = child;
}

static void leave_path(struct child_sa *child)
{
	*child->path_prev = child->path_next;
	if (child->path_next)
		child->path_next->path_prev = child->path_prev;
	pathref_put(child->path);
}

struct child_sa *child_new(struct ike_sa *ike, struct slot *slot, bool initiator)
{
	struct ike_core *core = ike->core;
	struct child_sa *child = calloc(1, sizeof(*child));

	if (!child)
		return NULL;
	if (!choose_spi(core, &child->spi_in)) {
		free(child);
		return NULL;
	}
	child->token = (uint64_t)++core->child_count << 32 | child->spi_in;
	child->core = core;
	child->ike = ike;
	child->slot = slot;
	child->box = policy_box_get(slot->box);
	child->tunnel = slot->tunnel;
	child->udp_csum = slot->gw->conf->udp_csum;
	join_path(child, ike->path);
	child->initiator = initiator;
	child->state = CHILD_NEGOTIATING;
	child->begun = core->now;
	child->life.fire = child_life;
	child->turn.fire = child_turn;
	child->ike_next = ike->children;
	ike->children = child;
	child->slot_next = slot->children;
	slot->children = child;
	table_add(&core->by_spi_in, &child->node, child->spi_in);
	return child;
}

bool child_derive(struct child_sa *child, struct bytes shared, struct bytes ni, struct bytes nr)
{
	nonce_lesser(ni, nr, child->nonce_min);
	return !keymat_child(&child->ike->keys, child->prop.encr, child->prop.integ, shared, ni, nr,
			     &child->keys);
}

/* --- in and out of the kernel --- */

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
		.ifname = child->slot->tunnel->ifname,
		.proxy = child->slot->proxy->name,
		.local = child->path->local,
		.remote = child->path->remote,
		.udp_encap = encap,
		.udp_csum = encap && child->udp_csum,
	};
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

static void child_add(struct child_sa *child, bool inbound)
{
	const struct policy_tunnel *tunnel = child->slot->tunnel;
	struct ike_sa_spec spec = spec_ids(child, inbound);

	spec.standby = !inbound && child->standby;
	spec.transport = child->transport;
	spec.esn = child->prop.esn;
	spec.encr = child->prop.encr;
	spec.integ = child->prop.integ;
	spec.key_bits = child->prop.encr->key_bits;
	spec.ts = child->ts;
	spec.replay_window = tunnel->replay_window;
	spec.hard_seconds = tunnel->life_seconds;
	set_life_bytes(&spec, tunnel->life_bytes);
	/* The exchange's initiator sends with the first half of KEYMAT. */
	set_keys(&spec, inbound == child->initiator ? &child->keys.responder :
		 &child->keys.initiator);
	action_sa(&child->core->actions, IKE_ACTION_SA_ADD, &spec);
	secret_wipe(&spec, sizeof(spec));
}

static void child_del(struct child_sa *child, bool inbound)
{
	bool *added = inbound ? &child->in_added : &child->out_added;
	struct ike_sa_spec spec = spec_ids(child, inbound);

	if (*added)
		action_sa(&child->core->actions, IKE_ACTION_SA_DEL, &spec);
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
	action_sa(&child->core->actions, IKE_ACTION_SA_MOVE, &spec);
}

void child_move(const struct child_sa *child, const struct endpoint *local,
		const struct endpoint *remote)
{
	if (child->in_added)
		move(child, true, local, remote);
	if (child->out_added)
		move(child, false, local, remote);
}

static void install_out(struct child_sa *child)
{
	struct slot *slot = child->slot;

	/* Those of a former daemon serve until the peer has this pair, too. */
	child->standby = slot->current || (slot->adopted && !child->initiator);
	child_add(child, false);
	child->out_added = true;
	keymat_child_wipe(&child->keys);
	if (!child->standby) {
		slot->current = child;
		slot->adopted = false;
	}
}

void child_activate(struct child_sa *child)
{
	struct ike_sa_spec spec = spec_ids(child, false);
	struct slot *slot = child->slot;

	/* The proxy-ID of a slot that is gone may be another slot's by now. */
	if (child->standby && !slot->gone)
		action_sa(&child->core->actions, IKE_ACTION_SA_ACTIVATE, &spec);
	/* Of a slot's out-SAs all but the current one are on standby. */
	if (slot->current)
		slot->current->standby = true;
	child->standby = false;
	slot->current = child;
	slot->adopted = false;
}

/* The peer asked for it, and whether it has it will only turn out (await_peer()). */
static bool unproven(const struct child_sa *child)
{
	return child->state == CHILD_UP && child->standby && child->turn.armed;
}

/* Whether @a is to carry the packets of @child, which ends, rather than @b. */
static bool better_heir(const struct child_sa *child, const struct child_sa *a,
			const struct child_sa *b)
{
	bool successor = a->replaces == child->token;

	/* Who deletes what it has rekeyed has the successor. */
	if (successor != (b->replaces == child->token))
		return successor;
	if (unproven(a) != unproven(b))
		return unproven(b);
	return a->state < b->state;
}

/* Another of the slot carries its packets from now on, if there is one. */
static void hand_over(struct child_sa *child)
{
	struct slot *slot = child->slot;
	struct child_sa *heir = NULL;

	if (slot->current != child)
		return;
	for (struct child_sa *other = slot->children; other; other = other->slot_next) {
		if (other == child || !other->out_added || other->state > CHILD_REPLACED)
			continue;
		if (!heir || better_heir(child, other, heir))
			heir = other;
	}
	slot->current = NULL;
	if (!heir)
		return;
	child_activate(heir);
	if (!heir->ike->condemned) {
		timer_stop(&heir->core->timers, &heir->turn);
		child_keep(heir, RETRY_MS);
	}
}

/* --- who carries packets --- */

static void supersede(struct child_sa *loser, bool tie)
{
	struct ike_core *core = loser->core;

	if (loser->state <= CHILD_REKEYING)
		loser->state = CHILD_REPLACED;
	if (loser->ike->condemned)
		return;
	if (!tie)
		timer_set(&core->timers, &loser->turn, core->now + CHILD_SPARE_MS);
	else if (loser->initiator)
		child_delete(loser);
	else
		timer_set(&core->timers, &loser->turn, core->now + CHILD_TIE_MS);
}

/* @child carries the packets from now on. */
static void take_over(struct child_sa *child)
{
	struct child_sa *old = child->slot->current;

	child_activate(child);
	if (old && old != child && old->ike && !replaced(child))
		supersede(old, child->tie);
	child_orphans_close(child->slot);
}

void child_proven(struct child_sa *child)
{
	if (!unproven(child))
		return;
	timer_stop(&child->core->timers, &child->turn);
	take_over(child);
}

/* The peer asked for it.  Until it has it, which it is asked, what there is goes on. */
static void await_peer(struct child_sa *child)
{
	struct ike_core *core = child->core;
	struct task *task = task_new(TASK_LIVENESS);

	timer_set(&core->timers, &child->turn, core->now + CHILD_ADOPT_MS);
	if (!task)
		return;
	task->fresh = child->token;
	exchange_queue(child->ike, task);
}

static bool in_use(const struct child_sa *child)
{
	return child->state == CHILD_UP || child->state == CHILD_REKEYING;
}

/* Made by both ends at the same time. */
static bool tied(const struct child_sa *child, const struct child_sa *old)
{
	return !old->ike->condemned && child->begun <= old->up_at;
}

/*
 * Two pairs for one proxy-ID, neither a rekey of the other.  Made at the same time
 * by both ends, the one with the least of the four nonces goes, deleted by the end
 * that asked for it (as RFC 7296 section 2.8.1 has it for rekeying).  Otherwise the
 * later one serves; the peer knows what it wanted it for.  false: @child goes.
 */
static bool survives_ties(struct child_sa *child)
{
	struct child_sa *next;

	for (struct child_sa *other = child->slot->children; other; other = next) {
		next = other->slot_next;
		if (other == child || !in_use(other) || !tied(child, other))
			continue;
		if (memcmp(child->nonce_min, other->nonce_min, NONCE_N) < 0) {
			supersede(child, true);
			return false;
		}
		if (other == child->slot->current)
			child->tie = true;
		else
			supersede(other, true);
	}
	return true;
}

static void settle(struct child_sa *child)
{
	struct slot *slot = child->slot;

	if (slot->current == child || (!slot->current && !slot->adopted))
		child_activate(child);
	if (child->ike->condemned) {
		/* It serves until there is one on the IKE SA that stays. */
		supersede(child, false);
		gateway_poke(child->slot->gw);
		return;
	}
	if (!survives_ties(child) || !child->standby)
		return;
	/* The end that asked knows that both have it. */
	if (child->initiator)
		take_over(child);
	else
		await_peer(child);
}

static void tell_up(struct child_sa *child)
{
	char prop[PROP_TEXT], local[TS_TEXT], remote[TS_TEXT];

	slot_tell(child->slot, "child-up", "%s: spi in %08x, out %08x, %s, %s === %s",
		  child->replaces ? "rekeyed" : "up", child->spi_in, child->spi_out,
		  prop_text(&child->prop, prop, sizeof(prop)),
		  ts_list_text(&child->ts.local, local, sizeof(local)),
		  ts_list_text(&child->ts.remote, remote, sizeof(remote)));
}

static void arm_life(struct child_sa *child)
{
	ike_time span = SECONDS(child->slot->tunnel->life_seconds);
	struct ike_core *core = child->core;

	child->up_at = core->now;
	if (!span)
		return;
	child->ends = core->now + span;
	timer_set(&core->timers, &child->life, core->now + core_jitter(core, span * 95 / 100, 84));
}

/* Until the initiator of a rekey has to be done with @old, which ends some time. */
static ike_time patience(const struct child_sa *old)
{
	ike_time now = old->core->now;

	if (!old->ends || old->ends > now + 2 * CHILD_SWITCH_MS)
		return CHILD_SWITCH_MS;
	return old->ends > now ? (old->ends - now) / 2 : 0;
}

static void begin_use(struct child_sa *child)
{
	struct slot *slot = child->slot;
	struct child_sa *old = replaced(child);

	child->state = CHILD_UP;
	arm_life(child);
	slot->asked = false;
	slot->held = false;
	slot->last_error[0] = '\0';
	slot->said = (struct repeat){ 0 };
	if (old)
		slot->counts.rekeys++;
	else
		slot->counts.successes++;
	timer_stop(&child->core->timers, &slot->retry);
	tell_up(child);
	if (slot->gone) {
		child_delete(child);
		return;
	}
	if (!old) {
		settle(child);
		return;
	}
	if (old->state <= CHILD_REKEYING && !undecided(child))
		old->state = CHILD_REPLACED;
	if (child->initiator) {
		child_activate(child);
		child_delete(old);
	} else if (child->standby) {
		timer_set(&child->core->timers, &child->turn, child->core->now + patience(old));
	}
}

bool child_outdated(const struct child_sa *child)
{
	const struct slot *slot = child->slot;

	return !policy_tunnel_equal(child->tunnel, slot->tunnel) ||
	       child->udp_csum != slot->gw->conf->udp_csum;
}

static void child_established(struct child_sa *child)
{
	bool outdated = child_outdated(child);

	begin_use(child);
	/* It has been agreed to by a policy that is no more. */
	if (outdated)
		child_soft_expired(child);
	else
		pfs_plan(child);
}

static void install_failed(struct child_sa *child, bool inbound, int error, const char *text)
{
	struct child_sa *old = replaced(child);

	slot_fail(child->slot, "kernel refused the %s SA %08x: "
			       "%s", inbound ? "inbound" : "outbound",
		  inbound ? child->spi_in : child->spi_out,
		  text && *text ? text : strerror(-error));
	slot_backoff(child->slot);
	/* There may be another with that SPI, and that must not be deleted. */
	*(inbound ? &child->in_added : &child->out_added) = false;
	hand_over(child);
	child_del(child, false);
	child_del(child, true);
	if (old)
		child_keep(old, RETRY_MS);
	child->replaces = 0;
	child_delete(child);
}

void child_added(struct child_sa *child, bool inbound, int error, const char *text)
{
	if (child->state != CHILD_INSTALLING)
		return;
	if (error) {
		install_failed(child, inbound, error, text);
		return;
	}
	if (inbound)
		install_out(child);
	else
		child_established(child);
}

void child_keep(struct child_sa *child, ike_time wait)
{
	struct ike_core *core = child->core;

	if (child->state != CHILD_REKEYING && child->state != CHILD_REPLACED)
		return;
	child->state = CHILD_UP;
	if (!child->renew_at)
		timer_set(&core->timers, &child->life, core_retry(core, wait, child->ends));
	else if (child->renew_at == IKE_NEVER)
		timer_stop(&core->timers, &child->life);
	else
		timer_set(&core->timers, &child->life, child->renew_at);
	child->renew_at = 0;
}

static void rekey(struct child_sa *child)
{
	struct task *task;

	if (child->state != CHILD_UP)
		return;
	if (child->ends)
		timer_set(&child->core->timers, &child->life, child->ends);
	if (child->slot->current != child && !child->standby) {
		child_delete(child);
		return;
	}
	child->state = CHILD_REKEYING;
	task = task_new(TASK_CHILD_REKEY);
	if (!task) {
		child_keep(child, RETRY_MS);
		return;
	}
	task->old = child->token;
	exchange_queue(child->ike, task);
}

void child_soft_expired(struct child_sa *child)
{
	/* An early rekey that is under way no longer is one, and one to come is of no use. */
	child->renew_at = 0;
	timer_stop(&child->core->timers, &child->early);
	rekey(child);
}

void child_rekey_early(struct child_sa *child)
{
	child->renew_at = child->life.armed ? child->life.at : IKE_NEVER;
	rekey(child);
}

void child_hard_expired(struct child_sa *child)
{
	if (!child->ike) {
		if (child->state == CHILD_ORPHANED)
			child_close(child);
		return;
	}
	if (child->slot->current == child)
		slot_tell(child->slot, "child-down", "lifetime is over");
	hand_over(child);
	child_del(child, false);
	child_del(child, true);
	child_delete(child);
}

/* --- end --- */

void child_delete(struct child_sa *child)
{
	if (child->state == CHILD_NEGOTIATING || child->state >= CHILD_DELETING)
		return;
	child->state = CHILD_DELETING;
	timer_stop(&child->core->timers, &child->life);
	timer_stop(&child->core->timers, &child->turn);
	hand_over(child);
	if (child->ike->state != IKE_UP)
		return;
	exchange_queue_once(child->ike, TASK_CHILD_DELETE);
	gateway_poke(child->slot->gw);
}

/* Nothing comes of a successor: its predecessor is no longer replaced. */
static void restore_replaced(struct child_sa *child)
{
	struct child_sa *old = replaced(child);

	if (!old || old->state != CHILD_REPLACED)
		return;
	for (struct child_sa *other = child->slot->children; other; other = other->slot_next) {
		if (other != child && other->replaces == old->token)
			return;
	}
	child_keep(old, RETRY_MS);
}

static void unlink_ike(struct child_sa *child)
{
	struct child_sa **at;

	if (!child->ike)
		return;
	for (at = &child->ike->children; *at; at = &(*at)->ike_next) {
		if (*at != child)
			continue;
		*at = child->ike_next;
		break;
	}
	child->ike = NULL;
}

void child_free(struct child_sa *child)
{
	struct child_sa **at = &child->slot->children;
	struct ike_core *core = child->core;

	unlink_ike(child);
	while (*at && *at != child)
		at = &(*at)->slot_next;
	if (*at)
		*at = child->slot_next;
	if (child->slot->current == child)
		child->slot->current = NULL;
	core->retired |= child->slot->gone;
	timer_stop(&core->timers, &child->life);
	timer_stop(&core->timers, &child->turn);
	timer_stop(&core->timers, &child->early);
	table_remove(&core->by_spi_in, &child->node);
	leave_path(child);
	policy_box_put(child->box);
	secret_wipe(child, sizeof(*child));
	free(child);
}

void child_close(struct child_sa *child)
{
	struct ike_core *core = child->core;
	struct slot *slot = child->slot;
	bool was_up = slot->current == child;

	unlink_ike(child);
	restore_replaced(child);
	hand_over(child);
	if (was_up && !slot->current && !slot->gone)
		slot_tell(slot, "child-down", "no SA is left");
	child_del(child, false);
	gateway_poke(slot->gw);
	if (child->in_added && slot->current && child->state != CHILD_LINGERING) {
		child->state = CHILD_LINGERING;
		timer_stop(&core->timers, &child->turn);
		timer_set(&core->timers, &child->life, core->now + CHILD_LINGER_MS);
		return;
	}
	child_del(child, true);
	child_free(child);
}

void child_orphan(struct child_sa *child)
{
	struct ike_core *core = child->core;
	ike_time until = core->now + CHILD_ORPHAN_MS;

	unlink_ike(child);
	child->state = CHILD_ORPHANED;
	timer_stop(&core->timers, &child->turn);
	timer_set(&core->timers, &child->life,
		  child->ends && child->ends < until ? child->ends : until);
}

int child_orphans_close(struct slot *slot)
{
	struct child_sa *next;
	int n = 0;

	for (struct child_sa *child = slot->children; child; child = next) {
		next = child->slot_next;
		if (child->state != CHILD_ORPHANED)
			continue;
		child_close(child);
		n++;
	}
	return n;
}
