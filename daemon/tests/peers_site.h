/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each of two peers is configured with: a site is a few words, and becomes a policy.
 * Needs no network and no core.
 */
#ifndef PANTUN_TESTS_PEERS_SITE_H
#define PANTUN_TESTS_PEERS_SITE_H

#include "policy/policy.h"

enum { A, B };

#define PEERS_IFNAME	"tunnel1"
#define SITE_PROXIES	32

struct site_proxy {
	const char *name;
	const char *local, *remote;	/* "10.1.0.0/16"; several: "10.1.0.0/16 10.2.0.0/16" */
};

/* What peers_policy() makes a policy of: one gateway "hq" with one tunnel "lan". */
struct site {
	const char *local, *peer;	/* addresses; NULL: by route, dynamic */
	const char *fqdn;		/* of the peer, for DNS; NULL: none */
	const char *local_id, *peer_id;	/* FQDN; NULL: addresses */
	const struct ike_id *local_as, *peer_as;	/* of any type, instead */
	bool peer_pattern;
	const char *psk;
	enum policy_version version;
	enum policy_exchange exchange;
	bool passive, nat_traversal, udp_csum;
	enum policy_ppk_mode ppk_mode;	/* 0: none */
	const char *ppk_id, *ppk;	/* NULL: none */
	bool fragmentation;
	uint16_t fragment_n;		/* octets of a packet; 0: as the path has it */
	bool v1_fragmentation;
	bool transport, gre;
	bool require_cookie;
	enum policy_childless childless;
	enum policy_mobike mobike;
	uint32_t tfc;			/* octets */
	enum policy_start start;
	struct prop_list ike, esp;
	struct prop_list older_ike;	/* for POLICY_IKEV2_PREFERRED: of IKEv1 */
	uint64_t ike_life, child_life;	/* seconds */
	uint64_t reauth;		/* seconds; 0: never */
	uint64_t child_bytes;
	uint32_t liveness, keepalive;	/* seconds */
	uint8_t dscp;			/* of IKE packets */
	const char *probed;		/* by the tunnel's monitor; NULL: it has none */
	enum policy_action action;
	unsigned int n_proxies;
	struct site_proxy proxies[SITE_PROXIES];
};

/* The key of both, which no log may contain. */
#define SITE_PSK	"tell-nobody-0123456789"

/* Both sites of the ordinary pair, matching each other: A starts, B waits for it. */
struct site peers_site(int side);
/* The same over IPv6, for a network with v6 set. */
struct site peers_site6(int side);
/* The same in IKEv1, with what that can say; @pfs: groups of children, or NULL. */
struct site peers_site_v1(int side, const char *pfs);
/* For the caller, until the core takes it over. */
struct policy *peers_policy(const struct site *site);
/* @policy with the only gateway of @other behind its own; @other is freed. */
struct policy *peers_policy_join(struct policy *policy, struct policy *other);
/* A list of one proposal set: words of the configuration with commas; NULL: none. */
struct prop_list peers_props(enum prop_proto proto, const char *encr, const char *hash,
			     const char *dh);
/*
 * Adds additional key exchanges, the groups of each parted by commas: with "group19,group20
 * group21,none" there are two, the second of which may be left out.
 */
void peers_rounds(struct prop_list *list, const char *rounds);
/* Makes *@kept the identity *@as, or where that is NULL the FQDN @name, or where that is, none. */
void site_id(struct ike_id *kept, const struct ike_id *as, const char *name);
/* Of that text; family 0 for NULL.  Ends the process where it is no address. */
struct addr site_address(const char *text);

#endif
