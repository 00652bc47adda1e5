// SPDX-License-Identifier: GPL-2.0
/* The table of SAs of one namespace, and the choice of SPIs that are free. */
#include <linux/pantun.h>
#include <linux/random.h>
#include <net/xfrm.h>
#include "compat.h"
#include "core/netns.h"
#include "core/sa.h"
#include "core/sa_table.h"

#define SPI_TRIES	64	/* each is taken with odds of about SAs / 2^32 */

/* In one round, once a packet: SPIs are random for the most part, so addresses are folded. */
static u32 hash_key(const void *data, u32 len, u32 seed)
{
	const struct pantun_sa_key *key = data;

	return jhash_3words((__force u32)key->spi, ipv6_addr_hash(&key->daddr.v6),
			    key->proto << 8 | key->dir, seed);
}

/* Whether a listing is not the one of a key. */
static int differs(struct rhashtable_compare_arg *arg, const void *object)
{
	const struct pantun_sa_listing *listing = object;
	const struct pantun_sa_key *key = arg->key;

	return listing->key.spi != key->spi ||
	       !ipv6_addr_equal(&listing->key.daddr.v6, &key->daddr.v6) ||
	       listing->key.family != key->family || listing->key.proto != key->proto ||
	       listing->key.dir != key->dir;
}

static const struct rhashtable_params params = {
	.key_len = sizeof(struct pantun_sa_key),
	.key_offset = offsetof(struct pantun_sa_listing, key),
	.head_offset = offsetof(struct pantun_sa_listing, node),
	.hashfn = hash_key,
	.obj_cmpfn = differs,
	.automatic_shrinking = true,
};

/**
 * pantun_sa_table_init - makes a namespace's table
 * @pn: the namespace
 *
 * Return: 0 or a negative errno.
 * Context: process.
 */
int pantun_sa_table_init(struct pantun_net *pn)
{
	return rhashtable_init(&pn->sas, &params);
}

/**
 * pantun_sa_table_destroy - frees a table that is empty
 * @pn: the namespace
 *
 * Context: process; no reader is left.
 */
void pantun_sa_table_destroy(struct pantun_net *pn)
{
	WARN_ON_ONCE(atomic_read(&pn->sas.nelems));
	rhashtable_destroy(&pn->sas);
}

/**
 * pantun_sa_table_lookup - the SA of a key, larval ones too
 * @pn: the namespace
 * @key: the key
 *
 * Return: the SA without a reference, or NULL.
 * Context: RCU read side or cfg_lock.
 */
struct pantun_sa *pantun_sa_table_lookup(struct pantun_net *pn, const struct pantun_sa_key *key)
{
	struct pantun_sa_listing *listing;
	struct pantun_sa *sa;

	rcu_read_lock();
	listing = rhashtable_lookup(&pn->sas, key, params);
	sa = listing ? listing->sa : NULL;
	rcu_read_unlock();
	return sa;
}

/**
 * pantun_sa_find - the SA that a packet belongs to (RFC 4301 section 4.1)
 * @pn: the namespace
 * @key: what the packet says
 *
 * Reserved SPIs have no keys and are not found.
 *
 * Return: the SA, valid until the end of the caller's RCU section, or NULL.
 * Context: RCU read side.
 */
struct pantun_sa *pantun_sa_find(struct pantun_net *pn, const struct pantun_sa_key *key)
{
	struct pantun_sa_listing *listing = rhashtable_lookup(&pn->sas, key, params);

	return listing && !test_bit(PANTUN_SA_LARVAL, &listing->sa->flags) ? listing->sa : NULL;
}

/* XFRM gets the packets of SPIs that are not ours: one SPI must not be both's. */
static bool xfrm_has(const struct pantun_net *pn, const struct pantun_sa_key *key)
{
	struct xfrm_state *x;

	if (key->dir != PANTUN_DIR_IN)
		return false;
	x = xfrm_state_lookup(pn->net, 0, (const xfrm_address_t *)&key->daddr, key->spi,
			      key->proto, key->family);
	if (!x)
		return false;
	xfrm_state_put(x);
	return true;
}

/* Whether the key is anybody's but @sa's; says so. */
static bool is_taken(struct pantun_net *pn, const struct pantun_sa *sa,
		     const struct pantun_sa_key *key, struct netlink_ext_ack *extack)
{
	struct pantun_sa *other = pantun_sa_table_lookup(pn, key);

	if (other && other != sa)
		NL_SET_ERR_MSG(extack,
			       "there is an SA of this address and SPI: delete it, or use another");
	else if (xfrm_has(pn, key))
		NL_SET_ERR_MSG(extack, "XFRM has an SA of this address and SPI: use another SPI");
	else
		return false;
	return true;
}

/* A listing that no reader is left at, for @key. */
static void claim_listing(struct pantun_sa_listing *listing, struct pantun_sa *sa,
			  const struct pantun_sa_key *key)
{
	if (listing->sa)
		cond_synchronize_rcu(listing->left);
	listing->sa = sa;
	listing->key = *key;
}

static int enlist(struct pantun_net *pn, struct pantun_sa_listing *listing,
		  struct netlink_ext_ack *extack)
{
	int err = rhashtable_lookup_insert_fast(&pn->sas, &listing->node, params);

	if (err)
		NL_SET_ERR_MSG(extack, "no room in the table of SAs");
	else
		listing->listed = true;
	return err;
}

static void unlist(struct pantun_net *pn, struct pantun_sa_listing *listing)
{
	if (!listing->listed)
		return;
	WARN_ON_ONCE(rhashtable_remove_fast(&pn->sas, &listing->node, params));
	listing->listed = false;
	listing->left = get_state_synchronize_rcu();
}

static struct pantun_sa_listing *other_listing(struct pantun_sa *sa)
{
	return &sa->listings[sa->listing == &sa->listings[0]];
}

/**
 * pantun_sa_table_insert - lets an SA be found by its key
 * @pn: the namespace
 * @sa: the SA; its references are the table's from now on
 * @extack: says why not
 *
 * Return: 0; -EEXIST if the key is taken, here or in XFRM; another negative errno.
 * Context: process, cfg_lock.
 */
int pantun_sa_table_insert(struct pantun_net *pn, struct pantun_sa *sa,
			   struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&pn->cfg_lock);
	if (is_taken(pn, sa, &sa->key, extack))
		return -EEXIST;
	sa->listing = &sa->listings[0];
	claim_listing(sa->listing, sa, &sa->key);
	return enlist(pn, sa->listing, extack);
}

/**
 * pantun_sa_table_replace - puts an SA in the place of a reservation
 * @pn: the namespace
 * @old: what stands there; its references are the caller's from now on
 * @sa: the SA, of the same key; its references are the table's from now on
 *
 * Return: 0 or a negative errno.
 * Context: process, cfg_lock.
 */
int pantun_sa_table_replace(struct pantun_net *pn, struct pantun_sa *old, struct pantun_sa *sa)
{
	int err;

	lockdep_assert_held(&pn->cfg_lock);
	sa->listing = &sa->listings[0];
	claim_listing(sa->listing, sa, &sa->key);
	err = rhashtable_replace_fast(&pn->sas, &old->listing->node, &sa->listing->node, params);
	if (err)
		return err;
	sa->listing->listed = true;
	old->listing->listed = false;
	return 0;
}

/**
 * pantun_sa_table_move - lets an SA be found by another key, too
 * @pn: the namespace
 * @sa: an SA in the table
 * @key: its key from now on
 * @extack: says why not
 *
 * The key before finds the SA as well until pantun_sa_table_leave_former(), or the
 * next call.  That one waits for readers if they may be at the listing it needs.
 *
 * Return: 0; -EEXIST if the key is taken, here or in XFRM; another negative errno.
 * Context: process, cfg_lock, may sleep for a grace period.
 */
int pantun_sa_table_move(struct pantun_net *pn, struct pantun_sa *sa,
			 const struct pantun_sa_key *key, struct netlink_ext_ack *extack)
{
	struct pantun_sa_listing *to = other_listing(sa);
	int err;

	lockdep_assert_held(&pn->cfg_lock);
	if (!memcmp(key, &sa->key, sizeof(*key)))
		return 0;
	if (is_taken(pn, sa, key, extack))
		return -EEXIST;
	/* back to where it came from: that is listed still */
	if (!to->listed || memcmp(key, &to->key, sizeof(*key))) {
		unlist(pn, to);
		claim_listing(to, sa, key);
		err = enlist(pn, to, extack);
		if (err)
			return err;
	}
	sa->listing = to;
	sa->key.daddr = key->daddr;
	return 0;
}

/**
 * pantun_sa_table_leave_former - has an SA found by its own key alone
 * @pn: the namespace
 * @sa: an SA in the table
 *
 * Context: process, cfg_lock.
 */
void pantun_sa_table_leave_former(struct pantun_net *pn, struct pantun_sa *sa)
{
	lockdep_assert_held(&pn->cfg_lock);
	unlist(pn, other_listing(sa));
}

/**
 * pantun_sa_table_remove - no reader finds the SA any more
 * @pn: the namespace
 * @sa: the SA; its references are the caller's from now on
 *
 * Context: process, cfg_lock.
 */
void pantun_sa_table_remove(struct pantun_net *pn, struct pantun_sa *sa)
{
	lockdep_assert_held(&pn->cfg_lock);
	WARN_ON_ONCE(!sa->listing->listed);
	unlist(pn, sa->listing);
	unlist(pn, other_listing(sa));
}

/**
 * pantun_sa_table_pick_spi - chooses an SPI that nobody uses
 * @pn: the namespace
 * @key: all but the SPI, which is filled in
 *
 * Return: 0, or -EBUSY if none was found.
 * Context: process, cfg_lock.
 */
int pantun_sa_table_pick_spi(struct pantun_net *pn, struct pantun_sa_key *key)
{
	int tries;

	lockdep_assert_held(&pn->cfg_lock);
	for (tries = 0; tries < SPI_TRIES; tries++) {
		u32 spi = get_random_u32();

		if (spi < PANTUN_SPI_MIN)
			continue;
		key->spi = htonl(spi);
		if (!pantun_sa_table_lookup(pn, key) && !xfrm_has(pn, key))
			return 0;
	}
	return -EBUSY;
}
