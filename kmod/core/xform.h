/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What turns a packet into a protected one and back: one table of operations a
 * protocol, so that nothing else asks which protocol it is.
 */
#ifndef _PANTUN_XFORM_H
#define _PANTUN_XFORM_H

#include <linux/netlink.h>
#include <linux/types.h>

struct pantun_sa;
struct sk_buff;

/* Keys as they came by netlink; owned and wiped by the caller. */
struct pantun_keys {
	const u8 *enc;
	const u8 *auth;
	const u8 *salt;
	unsigned int enc_len;
	unsigned int auth_len;
	unsigned int salt_len;
};

struct pantun_xform_ops {
	u8 proto;			/* IPPROTO_ESP or IPPROTO_AH */
	/*
	 * Sets up sa->aead or sa->ahash from sa->alg and @keys.  Process context, may
	 * sleep.  On error nothing is left behind and @extack says why.
	 */
	int (*init)(struct pantun_sa *sa, const struct pantun_keys *keys,
		    struct netlink_ext_ack *extack);
	/* Frees what init set up.  Process context. */
	void (*destroy)(struct pantun_sa *sa);
	/*
	 * Pushes the protocol's own header (and trailer) around the payload in @skb,
	 * under number @seq, with cb->next_header; makes all of it ours to write.
	 * Room for the outer headers is left.  0 or an errno; BH disabled.
	 */
	int (*push)(struct pantun_sa *sa, struct sk_buff *skb, u64 seq);
	/*
	 * Encrypts and computes the ICV.  @skb begins at its outer IP header, complete
	 * but for what IP fills in underway, with the protocol's header cb->xform
	 * octets behind it.  0: done; -EINPROGRESS: the skb is the callee's, which ends
	 * by pantun_sa_done_later(), and the caller holds the SA for that; else the
	 * error.  BH disabled, RCU read side.
	 */
	int (*seal)(struct pantun_sa *sa, struct sk_buff *skb, u64 seq);
	/*
	 * Checks and opens @skb, whose data begins at the protocol's header and whose
	 * network header is the outer one, under number @seq.  >= 0: the next header,
	 * data begins at the payload and padding and ICV are trimmed; -EINPROGRESS: as
	 * above; -EBADMSG: not authentic; -EILSEQ: bad padding; -EPROTO: a length that
	 * no packet has; else the error.  BH disabled, RCU read side.
	 */
	int (*input)(struct pantun_sa *sa, struct sk_buff *skb, u64 seq);
};

#endif
