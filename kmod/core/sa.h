/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Security associations.
 *
 * Once an SA is in the table, only its path, counters and flags change.  Packets use an SA
 * under RCU and take no reference.  Deletion unlinks the SA, so that no reader finds it any
 * more, and drops the table's references after a grace period, so that whoever found it
 * before can still use it.  Only a packet whose crypto ends later holds a reference: it
 * outlives its RCU section.  Dropping the last reference frees the SA in process context.
 *
 * Crypto may end on another CPU before the one that began it has learned that it goes on,
 * and so has taken the reference.  That is why the table holds many: the count may be too
 * low for that moment, but not zero.
 *
 * Every SA holds its tunnel's netdev, so unregister_netdevice() waits for packets in
 * flight, and so does unloading the module.
 */
#ifndef _PANTUN_SA_H
#define _PANTUN_SA_H

#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/pantun.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>
#include "core/alg.h"
#include "core/drop.h"
#include "core/path.h"
#include "core/xform.h"
#include "pure/life.h"
#include "pure/replay.h"
#include "pure/selector.h"

struct crypto_aead;
struct crypto_ahash;
struct netlink_ext_ack;
struct pantun_proxy;
struct pantun_tunnel;

/* How the table finds an SA: RFC 4301 section 4.1. */
struct pantun_sa_key {
	union pantun_addr daddr;	/* zero padded */
	__be32 spi;
	u8 family;
	u8 proto;
	u8 dir;				/* enum pantun_dir: both directions share the table */
	u8 zero;
};

/*
 * Where the table has an SA.  There are two of them: while an SA goes from one
 * destination to another, packets to either find it.  All under cfg_lock.
 */
struct pantun_sa_listing {
	struct rhash_head node;
	struct pantun_sa_key key;	/* constant while listed */
	struct pantun_sa *sa;		/* NULL: never used */
	bool listed;
	unsigned long left;		/* grace period from which on nobody looks at it */
};

enum pantun_sa_flag {
	PANTUN_SA_LARVAL,		/* an SPI reserved, no keys */
	PANTUN_SA_STANDBY,		/* out-SA waiting for SA_ACTIVATE */
	PANTUN_SA_DEAD,			/* unlinked */
	PANTUN_SA_SOFT_SENT,		/* soft expiry was told */
	PANTUN_SA_HARD,			/* hard limit reached: carries nothing more */
};

/*
 * In groups by who writes: what every packet reads is in other cache lines than what packets
 * write, and that in others than what is seldom written.
 */
struct pantun_sa {
	/* read by packets, written when the SA or its path changes */
	struct pantun_sa_listing listings[2];
	/* set before publication, constant afterwards but for key.daddr, which is cfg_lock's */
	struct pantun_sa_key key;
	u8 dir;				/* enum pantun_dir */
	u8 mode;			/* enum pantun_mode */
	u16 key_bits;
	bool esn;			/* 64-bit sequence numbers */
	struct pantun_tunnel *tunnel;
	const struct pantun_alg *alg;
	const struct pantun_xform_ops *ops;
	union {
		struct crypto_aead *aead;	/* ESP, and AH with GMAC */
		struct crypto_ahash *ahash;	/* AH */
	};
	struct pantun_selectors selectors;
	struct pantun_limits limits;
	u64 birth;			/* ktime_get_boottime_seconds() */
	u64 iv_mask;			/* random, see pantun_sa_counter_iv() */
	unsigned long flags;		/* enum pantun_sa_flag bits */
	struct pantun_path __rcu *path;	/* written under cfg_lock */

	/* written by every outbound packet */
	atomic64_t seq ____cacheline_aligned_in_smp;	/* last number given out */
	atomic64_t tx_bytes;
	/* written by packets whose crypto goes on */
	refcount_t refs;
	/* written by every inbound packet: replay_lock (BH) guards all up to replay */
	spinlock_t replay_lock;
	u64 rx_packets;
	u64 rx_bytes;
	u64 heard;			/* jiffies of the last authentic packet; 0: none */
	u64 moved;			/* jiffies of the last word about another source; 0: none */
	struct pantun_replay replay;

	/* no packet on its ordinary way needs these */
	struct pantun_proxy *proxy ____cacheline_aligned_in_smp;	/* a counted reference */
	struct pantun_sa_listing *listing;	/* the one of its own path; cfg_lock */
	u64 cookie;
	netdevice_tracker dev_tracker;
	/* what proxy-ID counters have of this SA already; cfg_lock, then the last owner */
	u64 counted_packets;
	u64 counted_bytes;
	u64 former_until;		/* age that ends receiving by the path before; cfg_lock */
	struct pantun_drops drops;
	struct list_head proxy_list;	/* proxy->sas, under cfg_lock */
	struct rcu_work unlink_work;	/* drops the table's references */
	struct work_struct free_work;
};

#ifdef CONFIG_SMP
static_assert(offsetof(struct pantun_sa, seq) / SMP_CACHE_BYTES >
	      offsetof(struct pantun_sa, path) / SMP_CACHE_BYTES);
static_assert(offsetof(struct pantun_sa, proxy) / SMP_CACHE_BYTES >
	      (offsetofend(struct pantun_sa, replay) - 1) / SMP_CACHE_BYTES);
#endif
/* Memory comes in powers of two: a pair of SAs takes this twice. */
static_assert(IS_ENABLED(CONFIG_LOCKDEP) || sizeof(struct pantun_sa) <= SZ_2K);

/* The table's references: more than there are CPUs that can be late with theirs. */
#define PANTUN_SA_TABLE_REFS	0x100000

#define PANTUN_SA_LARVAL_SECONDS	60	/* a reserved SPI is given back after this */
#define PANTUN_SA_FORMER_SECONDS	30	/* packets still come by the path before */

/* What a new SA is to be, checked for form by netlink. */
struct pantun_sa_params {
	u8 dir;				/* enum pantun_dir */
	u8 proto;			/* IPPROTO_ESP or IPPROTO_AH */
	u8 mode;			/* enum pantun_mode */
	u8 encap;			/* enum pantun_encap */
	__be32 spi;
	const struct pantun_xform_ops *ops;	/* of proto */
	u8 family;			/* of the path: AF_INET or AF_INET6 */
	bool udp_csum;
	bool esn;
	union pantun_addr local;
	union pantun_addr remote;
	__be16 local_port;
	__be16 remote_port;
	const struct pantun_alg *alg;
	struct pantun_keys keys;	/* the caller's */
	bool has_selector;		/* else the proxy-ID's */
	struct pantun_selectors selectors;	/* more: the caller's */
	u32 replay_window;
	struct pantun_limits limits;
	u64 cookie;
	bool standby;
};

struct pantun_sa *pantun_sa_create(const struct pantun_sa_params *params,
				   struct netlink_ext_ack *extack);
void pantun_sa_discard(struct pantun_sa *sa);
int pantun_sa_add(struct pantun_sa *sa, struct pantun_proxy *proxy,
		  struct netlink_ext_ack *extack);
struct pantun_sa *pantun_sa_reserve(struct pantun_proxy *proxy,
				    const struct pantun_sa_params *params,
				    struct netlink_ext_ack *extack);
int pantun_sa_set_path(struct pantun_sa *sa, const struct pantun_sa_params *params,
		       struct netlink_ext_ack *extack);
void pantun_sa_activate(struct pantun_sa *sa);
void pantun_sa_delete(struct pantun_sa *sa);
void pantun_sa_flush(struct pantun_proxy *proxy);
void pantun_sa_traffic(struct pantun_sa *sa, u64 *packets, u64 *bytes);
/* Milliseconds since the last authentic packet; false: an out-SA, or there was none. */
bool pantun_sa_idle(struct pantun_sa *sa, u64 *ms);
/* Receives by its own path alone from now on.  cfg_lock. */
void pantun_sa_leave_former(struct pantun_sa *sa);
/* It is at a limit: said once.  Any context but hard irq. */
void pantun_sa_reach_soft(struct pantun_sa *sa);
void pantun_sa_reach_hard(struct pantun_sa *sa);

/* Whether it carries packets, or could once activated. */
static inline bool pantun_sa_usable(const struct pantun_sa *sa)
{
	return !test_bit(PANTUN_SA_LARVAL, &sa->flags) && !test_bit(PANTUN_SA_HARD, &sa->flags);
}

/* Whether there is an address, zero padded, at all. */
static inline bool pantun_addr_given(const union pantun_addr *addr)
{
	return !ipv6_addr_any(&addr->v6);
}

/* For a packet whose crypto goes on.  RCU read side since the SA was found. */
static inline void pantun_sa_hold(struct pantun_sa *sa)
{
	refcount_inc(&sa->refs);
}

/* Ends what has been held: cb->done() with @ret, then drops the reference.  Not in hard irq. */
void pantun_sa_done_later(struct sk_buff *skb, int ret);

/*
 * The IV of a counter mode: the number under a mask that is random for each SA.  Within
 * an SA it comes once, as the number does.  Should a key be used by a second SA, whose
 * numbers begin at 1 again, its IVs are others with overwhelming odds: two SAs of 2^n
 * packets each repeat one with a chance of 2^(n - 64).  Peers read the IV off the packet
 * and need not know how it was chosen (RFC 4106 section 3.1, RFC 3686 section 3.1).
 */
static inline __be64 pantun_sa_counter_iv(const struct pantun_sa *sa, u64 seq)
{
	return cpu_to_be64(seq ^ sa->iv_mask);
}

static inline u64 pantun_sa_age(const struct pantun_sa *sa)
{
	return ktime_get_boottime_seconds() - sa->birth;
}

/* State of an SA with the packet of number @seq: by its limits, and by the numbers left. */
static inline enum pantun_life pantun_sa_life(const struct pantun_sa *sa, u64 bytes,
					      u64 packets, u64 seq)
{
	enum pantun_life life = pantun_life_check(&sa->limits, bytes, packets,
						  pantun_sa_age(sa));

	if (life == PANTUN_LIFE_OK && !sa->esn &&
	    pantun_life_number_late(seq, sa->dir == PANTUN_DIR_IN))
		return PANTUN_LIFE_SOFT;
	return life;
}

#endif
