/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The policy as messages from the parent to `ike`: POLICY_BEGIN, then each GATEWAY followed by
 * its CHAIN, if it has one, and its TUNNELs, each followed by its PROXYs, and POLICY_END.  Keys and
 * tunnels with manual keys are not sent, as the core does not need them.
 */
#ifndef PANTUN_TALK_POLICY_MSG_H
#define PANTUN_TALK_POLICY_MSG_H

#include "msg/msg.h"
#include "policy/policy.h"

struct msg_policy {
	uint64_t number;
	uint32_t n_gateways;
};

/* A proposal as algorithm numbers (talk/numbers.h). */
struct msg_round {
	uint8_t n, optional;
	uint16_t dh[PROP_ROUND_ALGS];
};

struct msg_prop {
	uint32_t proto;
	uint8_t n_encr, n_integ, n_prf, n_dh, esn;
	uint16_t encr[PROP_ALGS], integ[PROP_ALGS], prf[PROP_ALGS];
	uint16_t dh[PROP_GROUPS];
	struct msg_round rounds[PROP_ROUNDS];
};

struct msg_props {
	uint8_t n;
	struct msg_prop prop[PROP_MAX];
};

struct msg_id {
	uint8_t type;
	uint16_t n;
	uint8_t b[POLICY_ID_MAX];	/* @n of them; the rest is 0 */
};

/* Pointers, identities and proposals within the struct are empty. */
struct msg_gateway {
	struct policy_gateway gateway;
	struct msg_id local_id, peer_id;
	struct msg_props ike, older_ike;
};

/* Where the gateway has a certificate. */
struct msg_chain {
	uint32_t n;
	uint8_t octets[];		/* items (base/items.h) of DER */
};

struct msg_tunnel {
	struct policy_tunnel tunnel;
	struct msg_props esp;
};

struct msg_proxy {
	struct policy_proxy proxy;
};

/* Calls @send for each message, in order. */
void policy_msg_send(const struct policy *policy, uint64_t number,
		     void (*send)(void *ctx, enum msg_type type, const void *body, size_t n),
		     void *ctx);

/* Reassembles a policy.  Starts zeroed. */
struct policy_msg_reader {
	struct policy *policy;
	uint64_t number;
	unsigned int room;		/* gateways that are to come in all */
	bool chain;			/* the last gateway's is still to come */
	unsigned int tunnels, proxies;	/* still to come for the last gateway and tunnel */
	bool failed;			/* out of memory */
};

/* Each takes the next message. -1: it does not fit the sequence. */
int policy_msg_begin(struct policy_msg_reader *r, const struct msg_policy *body);
int policy_msg_gateway(struct policy_msg_reader *r, const struct msg_gateway *body);
/* @n: octets of it all, checked by its row */
int policy_msg_chain(struct policy_msg_reader *r, const struct msg_chain *body, size_t n);
int policy_msg_tunnel(struct policy_msg_reader *r, const struct msg_tunnel *body);
int policy_msg_proxy(struct policy_msg_reader *r, const struct msg_proxy *body);
/*
 * Returns 0 and the policy, owned by the caller, in *@policy (NULL: out of memory), or -1 if it is
 * incomplete.
 */
int policy_msg_end(struct policy_msg_reader *r, struct policy **policy);
/* Frees the partial policy and zeroes the reader. */
void policy_msg_drop(struct policy_msg_reader *r);

#endif
