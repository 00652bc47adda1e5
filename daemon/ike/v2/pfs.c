// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/v2/pfs.h"

#include "base/text.h"
#include "ike/child_life.h"
#include "prop/prop_wire.h"

/* From PROBE_PART percent of it on: what there was before is gone by then (CHILD_LINGER_MS). */
#define PROBE_MS	SECONDS(12)
#define PROBE_PART	50
#define GROUPS_TEXT	160
#define REMEDY		"set the same dh-group in the ipsec-crypto-profile of both ends"

/* --- finding out --- */

/* Another child of the tunnel has been agreed on, group and all. */
static bool known(const struct child_sa *child)
{
	const struct child_sa *other = child->ike->children;

	for (; other; other = other->ike_next) {
		if (!other->in_auth &&
		    (other->state == CHILD_UP || other->state == CHILD_REKEYING) &&
		    policy_tunnel_equal(other->tunnel, child->tunnel))
			return true;
	}
	return false;
}

void v2_pfs_probe(struct child_sa *child)
{
	const struct ike_sa *ike = child->ike;

	if (ike->state == IKE_UP && !ike->condemned && child->state == CHILD_UP &&
	    child->slot->current == child && !child->slot->gone && !known(child))
		child_rekey_early(child);
}

void v2_pfs_plan(struct child_sa *child)
{
	struct ike_core *core = child->core;

	child->slot->pfs_unknown = child->in_auth;
	if (!child->in_auth || !child->initiator)
		return;
	timer_set(&core->timers, &child->early,
		  core->now + core_jitter(core, PROBE_MS, PROBE_PART));
}

/* --- saying what differs --- */

/* "group31 group19", as the configuration has it. */
static const char *groups_text(const struct prop_list *list, char out[GROUPS_TEXT])
{
	const struct prop *prop = &list->prop[0];
	struct text t;

	text_init(&t, out, GROUPS_TEXT);
	/* The proposals that a profile is split into have the same groups. */
	for (unsigned int i = 0; list->n && i < prop->n_dh; i++)
		text_add(&t, "%s%s", i ? " " : "", prop->dh[i]->conf);
	if (!t.n)
		text_add(&t, "no-pfs");
	return out;
}

static bool is_group(const struct wire_transform *transform)
{
	return transform->type == IKE_TRANSFORM_DH && transform->id;
}

static bool said_before(const struct wire_sa *sa, unsigned int i)
{
	for (unsigned int j = 0; j < i; j++) {
		if (is_group(&sa->transforms[j]) && sa->transforms[j].id == sa->transforms[i].id)
			return true;
	}
	return false;
}

static void add_group(struct text *t, uint16_t id)
{
	const struct alg_dh *group = alg_dh_by_id(id);
	char name[64];

	text_add(t, "%s%s", t->n ? " " : "", group ? group->conf :
		 alg_transform_text(IKE_TRANSFORM_DH, id, 0, name, sizeof(name)));
}

/* The same of what a peer offers, which may be what we have never heard of. */
static const char *offered_text(const struct wire_sa *sa, char out[GROUPS_TEXT])
{
	struct text t;

	text_init(&t, out, GROUPS_TEXT);
	for (unsigned int i = 0; i < sa->n_transforms; i++) {
		if (is_group(&sa->transforms[i]) && !said_before(sa, i))
			add_group(&t, sa->transforms[i].id);
	}
	if (!t.n)
		text_add(&t, "no-pfs");
	return out;
}

/* The peer took the same proposals in IKE_AUTH, where groups do not count, and never with one. */
static bool took_ciphers(const struct child_sa *child)
{
	const struct child_sa *old = child_replaced(child);
	const struct slot *slot = child->slot->gw->slots;

	if (old && !old->in_auth)
		return false;
	for (; slot; slot = slot->next) {
		if (slot->pfs_unknown && policy_tunnel_equal(slot->tunnel, child->tunnel))
			return true;
	}
	return false;
}

bool v2_pfs_say_refused(const struct child_sa *child, const struct wire_notify *notify)
{
	const struct prop_list *esp = &child->tunnel->esp;
	const char *what = child->replaces ? "to rekey" : "an SA";
	char ours[GROUPS_TEXT], theirs[GROUPS_TEXT];
	struct text t;

	groups_text(esp, ours);
	if (notify->type == IKE_N_INVALID_KE_PAYLOAD && notify->data.n == 2) {
		text_init(&t, theirs, sizeof(theirs));
		add_group(&t, get_be16(notify->data.p));
		slot_fail(child->slot, "peer refused %s with dh-group %s and wants %s "
				       "(INVALID_KE_PAYLOAD): " REMEDY,
			  what, ours, theirs);
	} else if (notify->type != IKE_N_NO_PROPOSAL_CHOSEN || !took_ciphers(child)) {
		return false;
	} else if (prop_list_dh(esp)) {
		slot_fail(child->slot, "peer refused %s with dh-group %s (NO_PROPOSAL_CHOSEN): it "
				       "took the ciphers when the first SA was made, only the "
				       "group (PFS) is new: " REMEDY,
			  what, ours);
	} else {
		slot_fail(child->slot, "peer refused %s without a group, dh-group no-pfs "
				       "(NO_PROPOSAL_CHOSEN): it took the ciphers when the first "
				       "SA was made, but wants a group (PFS) now: " REMEDY,
			  what);
	}
	return true;
}

bool v2_pfs_say_refusing(struct slot *slot, const struct wire_sa *peer, bool rekey)
{
	struct prop_list esp = slot->tunnel->esp;
	const struct prop_query query = {
		.proto = prop_list_proto(&esp), .local = &esp, .spi_n = 4, .ignore_dh = true,
	};
	char ours[GROUPS_TEXT], theirs[GROUPS_TEXT];
	struct prop_chosen chosen;

	prop_list_without_dh(&esp);
	if (!prop_select(&query, peer, &chosen, NULL, 0))
		return false;
	slot_fail(slot, "peer asks %s with dh-group %s, here it is %s: the ciphers agree, only the "
			"group (PFS) does not: " REMEDY,
		  rekey ? "to rekey" : "for an SA", offered_text(peer, theirs),
		  groups_text(&slot->tunnel->esp, ours));
	return true;
}
