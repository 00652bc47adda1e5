/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bodies of the messages between the parent and `ike`.  Kernel events go one way; requests for
 * kernel changes go the other way, and the parent checks them.  So messages from `ike` contain
 * neither pointers nor bools: reading a bool that is neither 0 nor 1 is undefined.
 */
#ifndef PANTUN_TALK_IKE_MSG_H
#define PANTUN_TALK_IKE_MSG_H

#include "base/addr.h"
#include "ctl/question.h"
#include "ike/core.h"
#include "ike/info.h"
#include "policy/policy.h"

/* --- the parent to ike --- */

/* Carries a socket of priv/ports.h. */
struct msg_socket {
	uint32_t place;
};

struct msg_place {
	char ifname[POLICY_IFNAME];
	char proxy[POLICY_NAME];	/* "": the tunnel's, whichever */
};

struct msg_acquire {
	struct msg_place at;
	struct ts_flow flow;		/* the packet */
};

struct msg_expire {
	uint64_t token;
	uint8_t inbound, hard;
};

struct msg_moved {
	uint64_t token;
	struct endpoint local, remote;
};

struct msg_away {
	char ifname[POLICY_IFNAME];
	char why[160];			/* "": it is back */
};

struct msg_adopt {
	struct msg_place at;
	uint8_t ended;
};

struct msg_sa_result {
	uint64_t token;
	int32_t error;			/* 0 or a negative errno */
	uint8_t inbound;
	char text[256];			/* the kernel's */
};

struct msg_heard {
	uint64_t token;
	uint64_t idle;			/* ms; UINT64_MAX: never */
};

/* How many wishes about SAs have been carried out since the channel was opened. */
struct msg_carried {
	uint64_t count;
};

struct msg_end {
	uint8_t delete_sas;
};

/* The secret of ike_core_set_token_key(). */
struct msg_token_key {
	uint8_t octets[IKE_TOKEN_KEY_N];
};

struct msg_ask {
	uint64_t ticket;
	struct ctl_question question;
};

/* --- ike to the parent --- */

enum msg_wish { MSG_SA_ADD = 1, MSG_SA_ACTIVATE, MSG_SA_MOVE, MSG_SA_DEL, MSG_SA_ASK };

/* See struct ike_sa_spec (ike/core.h). */
struct msg_sa {
	uint32_t wish;			/* enum msg_wish */
	uint32_t spi;
	uint64_t token;
	char ifname[POLICY_IFNAME], proxy[POLICY_NAME];
	struct endpoint local, remote, new_local, new_remote;
	uint8_t inbound, udp_encap, udp_csum, ah, transport, esn, standby;
	uint8_t tfc_refused;		/* by the peer: pad no packets of that interface */
	uint16_t encr, integ;		/* talk/numbers.h */
	uint8_t encr_key[64], integ_key[64], salt[4];
	uint8_t encr_key_n, integ_key_n, salt_n;
	uint32_t replay_window;
	struct ts_pair ts;
	uint64_t soft_seconds, hard_seconds, soft_bytes, hard_bytes;
};

struct msg_renewed {
	char ifname[POLICY_IFNAME];
	uint32_t count;			/* of proxy-IDs that get new keys */
};

/* The policy of that number is in force, or was dropped for lack of memory. */
struct msg_policy_set {
	uint64_t number;
	uint8_t failed;
};

struct msg_show_ike {
	uint64_t ticket;
	struct ike_sa_info info;
};

struct msg_show_child {
	uint64_t ticket;
	struct ike_child_info info;
};

struct msg_show_gateway {
	uint64_t ticket;
	struct ike_gateway_info info;
};

struct msg_reply {
	uint64_t ticket;
	struct ctl_reply reply;
};

#endif
