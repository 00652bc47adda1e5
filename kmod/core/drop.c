// SPDX-License-Identifier: GPL-2.0
/* Lost packets: counted, traced, freed. */
#include "compat.h"
#include "core/drop.h"
#include "core/sa.h"
#include "core/trace.h"
#include "core/tunnel.h"

static const char * const names[] = {
#define X(symbol, name) [PANTUN_DROP_##symbol] = name,
	PANTUN_DROPS(X)
#undef X
};

/**
 * pantun_drop_name - name of a drop
 * @reason: which
 *
 * Return: constant text.
 */
const char *pantun_drop_name(enum pantun_drop reason)
{
	return names[reason];
}

/* What ip -s link shows.  Dummy packets are no loss; the stack counts what it drops itself. */
static void note_device(struct net_device *dev, enum pantun_drop reason)
{
	if (reason < PANTUN_DROP_RX_FIRST)
		DEV_STATS_INC(dev, tx_dropped);
	else if (reason != PANTUN_DROP_RX_DUMMY && reason != PANTUN_DROP_RX_BACKLOG)
		DEV_STATS_INC(dev, rx_dropped);
}

/**
 * pantun_drop_note - counts and traces a lost packet
 * @skb: the packet, stays the caller's; NULL if there is none any more
 * @tunnel: where it is counted
 * @sa: where it is counted, too, unless NULL
 * @reason: why
 *
 * Context: any.
 */
void pantun_drop_note(const struct sk_buff *skb, struct pantun_tunnel *tunnel,
		      struct pantun_sa *sa, enum pantun_drop reason)
{
	u32 spi = sa ? ntohl(sa->key.spi) : 0;

	note_device(tunnel->dev, reason);
	atomic_long_inc(&tunnel->drops.count[reason]);
	if (sa)
		atomic_long_inc(&sa->drops.count[reason]);
	trace_pantun_drop(tunnel->dev->name, spi, names[reason], skb ? skb->len : 0);
	net_dbg_ratelimited("%s: %s, SPI 0x%08x\n", tunnel->dev->name, names[reason], spi);
}

/**
 * pantun_drop_skb - counts, traces and frees a lost packet
 * @skb: the packet, consumed
 * @tunnel: where it is counted
 * @sa: where it is counted, too, unless NULL
 * @reason: why
 *
 * Context: any.
 */
void pantun_drop_skb(struct sk_buff *skb, struct pantun_tunnel *tunnel,
		     struct pantun_sa *sa, enum pantun_drop reason)
{
	pantun_drop_note(skb, tunnel, sa, reason);
	kfree_skb(skb);
}
