/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the IKE core tells of itself, as flat copies without secrets: they may go to another
 * process as they are.  Every text ends in a NUL and is cut off where it is too long.
 */
#ifndef PANTUN_IKE_INFO_H
#define PANTUN_IKE_INFO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "policy/id.h"
#include "policy/policy.h"
#include "prop/prop.h"

#define IKE_STATE_TEXT	16
#define IKE_KIND_TEXT	24
#define IKE_TS_TEXT	256
#define IKE_ERROR_TEXT	256
#define IKE_EVENT_TEXT	1536	/* a failure, with the proposals of both sides */

/* For pantunctl monitor and the log of events. */
struct ike_event {
	/* "ike-up", "ike-down", "ike-fail", "child-up", "child-down", "child-fail" */
	char kind[IKE_KIND_TEXT];
	char gateway[POLICY_NAME];	/* "": none */
	char tunnel[POLICY_NAME];	/* "" where it is the IKE SA's own */
	char proxy[POLICY_NAME];	/* "" where it is not about one */
	char text[IKE_EVENT_TEXT];	/* one line: what and why */
};

/* Proxy-IDs that ike_core_initiate() of a tunnel leaves alone, and why. */
struct ike_standing {
	unsigned int up;
	unsigned int passive;		/* down, and their gateway is passive */
};

struct ike_sa_info {
	char gateway[POLICY_NAME];
	char state[IKE_STATE_TEXT];	/* "half-open", "established", "deleting" */
	bool initiator;
	uint8_t spi_i[8], spi_r[8];
	struct endpoint local, remote;
	char local_id[ID_TEXT], remote_id[ID_TEXT];
	char proposal[PROP_TEXT];	/* "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519" */
	bool nat_local, nat_remote;
	char ppk[POLICY_NAME];		/* of the post-quantum pre-shared key in use; "": none */
	uint16_t fragment_n;		/* octets of a packet, of messages in parts; 0: none are */
	uint64_t age_seconds, life_seconds;	/* life 0: none */
};

/* Since the daemon, or the configuration of it, began. */
struct ike_counts {
	uint64_t attempts;		/* negotiations that we began */
	uint64_t successes;		/* by either end, without rekeys */
	uint64_t rekeys;
	uint64_t failures;
};

struct ike_child_info {
	char gateway[POLICY_NAME], tunnel[POLICY_NAME], ifname[POLICY_IFNAME];
	char proxy[POLICY_NAME];
	char state[IKE_STATE_TEXT];	/* "init", "negotiating", "active", "rekeying", "failed" */
	uint32_t spi_in, spi_out;	/* 0: none */
	char proposal[PROP_TEXT];
	char ts_local[IKE_TS_TEXT], ts_remote[IKE_TS_TEXT];
	char last_error[IKE_ERROR_TEXT];	/* "" if none since the last success */
	uint64_t age_seconds, life_seconds;
	uint64_t error_seconds;		/* since last_error */
	uint64_t retry_seconds;		/* until the next attempt; 0: none is waited for */
	struct ike_counts counts;
};

/* Peers that have not proved who they are (RFC 7296 section 2.6). */
struct ike_strangers {
	uint64_t asked;			/* first messages since the start: for a cookie, */
	uint64_t dropped;		/* and those that were dropped */
	uint32_t half_open;		/* IKE SAs that wait for IKE_AUTH */
	uint32_t missed;		/* first messages of late that came to nothing */
	uint32_t free_most;		/* of both: from there on all have to bring a cookie, */
	uint32_t source_most;		/* and so has who has that many of one address; */
	uint32_t most;			/* from there on nobody unknown may begin */
	uint32_t cookies;		/* 1: everybody has to bring one, now */
};

/* A configured gateway, with IKE SA or without. */
struct ike_gateway_info {
	char gateway[POLICY_NAME];
	char state[IKE_STATE_TEXT];	/* "init", "negotiating", "up", "failed" */
	char fqdn[POLICY_FQDN];		/* of a peer that is configured by it; else "" */
	struct addr peer;		/* where attempts go; family 0: it may be anywhere */
	char last_error[IKE_ERROR_TEXT];	/* as of a proxy-ID */
	uint64_t error_seconds, retry_seconds;
	struct ike_counts counts;	/* of IKE SAs; rekeys are not counted */
};

#endif
