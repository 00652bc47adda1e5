/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every way to lose a packet, by name.  The names are what ethtool -S, the
 * tracepoint pantun_drop and netlink show; entries are added at the end of
 * their direction's list and never renamed.
 */
#ifndef _PANTUN_DROP_H
#define _PANTUN_DROP_H

#include <linux/atomic.h>
#include <linux/types.h>

/*	X(symbol, name) */
#define PANTUN_DROPS(X)						\
	X(TX_NOT_IP,		"tx_not_ip")			\
	X(TX_MALFORMED,		"tx_malformed")			\
	X(TX_NO_PROXY,		"tx_no_proxy")			\
	X(TX_HOLD_FULL,		"tx_hold_full")			\
	X(TX_HOLD_EXPIRED,	"tx_hold_expired")		\
	X(TX_NO_SA,		"tx_no_sa")			\
	X(TX_SELECTOR,		"tx_selector")			\
	X(TX_TOO_BIG,		"tx_too_big")			\
	X(TX_LOOP,		"tx_loop")			\
	X(TX_NO_ROUTE,		"tx_no_route")			\
	X(TX_SEQ_EXHAUSTED,	"tx_seq_exhausted")		\
	X(TX_LIMIT,		"tx_limit")			\
	X(TX_CRYPTO,		"tx_crypto")			\
	X(TX_NO_MEMORY,		"tx_no_memory")			\
	X(TX_GSO,		"tx_gso")			\
	X(TX_TRANSPORT,		"tx_transport")			\
	X(TX_HOLD_FAILED,	"tx_hold_failed")		\
	X(RX_MALFORMED,		"rx_malformed")			\
	X(RX_REPLAY,		"rx_replay")			\
	X(RX_LATE,		"rx_late")			\
	X(RX_LIMIT,		"rx_limit")			\
	X(RX_AUTH,		"rx_auth")			\
	X(RX_CRYPTO,		"rx_crypto")			\
	X(RX_PADDING,		"rx_padding")			\
	X(RX_NEXT_HEADER,	"rx_next_header")		\
	X(RX_DUMMY,		"rx_dummy")			\
	X(RX_INNER,		"rx_inner")			\
	X(RX_SELECTOR,		"rx_selector")			\
	X(RX_ECN,		"rx_ecn")			\
	X(RX_TUNNEL_DOWN,	"rx_tunnel_down")		\
	X(RX_NO_MEMORY,		"rx_no_memory")			\
	X(RX_GRE,		"rx_gre")			\
	X(RX_BACKLOG,		"rx_backlog")

enum pantun_drop {
	PANTUN_DROP_NONE,		/* not lost; has neither name nor count */
#define X(symbol, name) PANTUN_DROP_##symbol,
	PANTUN_DROPS(X)
#undef X
	PANTUN_DROP_END,
	PANTUN_DROP_RX_FIRST = PANTUN_DROP_RX_MALFORMED
};

#define PANTUN_DROP_FIRST	(PANTUN_DROP_NONE + 1)

/* Counters of one SA or one tunnel; that of PANTUN_DROP_NONE stays 0. */
struct pantun_drops {
	atomic_long_t count[PANTUN_DROP_END];
};

struct pantun_sa;
struct pantun_tunnel;
struct sk_buff;

/* Name of a drop, for people and netlink; defined in drop.c. */
const char *pantun_drop_name(enum pantun_drop reason);

/* Counts at the tunnel and, where not NULL, at the SA; traces; frees the skb. Any context. */
void pantun_drop_skb(struct sk_buff *skb, struct pantun_tunnel *tunnel,
		     struct pantun_sa *sa, enum pantun_drop reason);

/* The same without a packet to free (it was never ours, or is freed elsewhere). */
void pantun_drop_note(const struct sk_buff *skb, struct pantun_tunnel *tunnel,
		      struct pantun_sa *sa, enum pantun_drop reason);

#endif
