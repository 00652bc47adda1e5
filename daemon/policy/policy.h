/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the administrator wants, as the IKE core sees it.  Built by conf/, owned
 * and freed by the core, never changed once handed over.
 */
#ifndef PANTUN_POLICY_POLICY_H
#define PANTUN_POLICY_POLICY_H

#include "base/addr.h"
#include "base/secret.h"
#include "prop/prop.h"
#include "prop/ts.h"

#define POLICY_NAME	64	/* octets of a name with its NUL, as PANTUN_PROXY_NAME_LEN */
#define POLICY_IFNAME	16	/* octets of a netdevice's name with its NUL, as IFNAMSIZ */
#define POLICY_ID_MAX	1024	/* octets of an identification */
#define POLICY_FQDN	256	/* octets of a name in DNS with its NUL */
#define POLICY_PPKS_MAX	10	/* post-quantum pre-shared keys of a gateway */
#define POLICY_AUTHORITIES	16	/* of a certificate-profile */
#define POLICY_AUTHORITY	20	/* octets that one is known by: RFC 7296 section 3.7 */
#define POLICY_PROBES_MAX	8	/* destinations that a tunnel's monitor probes */

enum policy_start { POLICY_START_ALWAYS = 1, POLICY_START_ON_DEMAND, POLICY_START_PASSIVE };

/* RFC 7296 section 3.5.  A view, or what policy_id_keep() has copied. */
struct ike_id {
	uint8_t type;		/* IANA: 1 IPv4, 2 FQDN, 3 RFC 822, 5 IPv6, 9 DN, 11 key id */
	uint16_t n;
	const uint8_t *b;	/* @n octets, POLICY_ID_MAX at most */
};

/*
 * Makes *@kept a copy of @id that policy_id_drop() frees, and drops what it was before, which may
 * be what @id is a view of; false: no memory, and it is as it was.
 */
bool policy_id_keep(struct ike_id *kept, const struct ike_id *id);
void policy_id_drop(struct ike_id *kept);

/* How packets look outside, as the kernel's enumerations have it; 0: as a default. */
enum policy_df { POLICY_DF_COPY = 1, POLICY_DF_CLEAR, POLICY_DF_SET };

struct policy_outer {
	enum policy_df df;
	bool copy_tos;
	uint8_t dscp;			/* unless copied */
	uint8_t ttl;			/* 0: the route's */
	bool copy_flow_label;
	bool gre;			/* GRE inside the protection */
	uint32_t tfc;			/* octets that inner packets are padded to; 0: none */
	uint32_t dummy_ms;		/* between dummy packets; 0: none */
	uint32_t mark;			/* 0: none */
	char underlay[POLICY_IFNAME];		/* interface that outer packets take; "": any */
};

struct policy_proxy {
	char name[POLICY_NAME];
	struct ts_pair ts;
};

/* Whose SAs the interface's carrier needs: any proxy-ID's, or all; 0: as a default. */
enum policy_carrier { POLICY_CARRIER_ANY = 1, POLICY_CARRIER_ALL };

/* What happens when nobody probed answers any more, beside new keys. */
enum policy_action { POLICY_WAIT_RECOVER = 1, POLICY_FAIL_OVER };

struct policy_probe {
	struct addr destination;
	struct addr source;		/* family 0: the interface's own */
};

/* set network tunnel ipsec NAME tunnel-monitor */
struct policy_monitor {
	unsigned int n;			/* 0: not monitored, and the rest means nothing */
	struct policy_probe probes[POLICY_PROBES_MAX];
	char proxy[POLICY_NAME];	/* that carries the probes; "": the one that matches */
	enum policy_action action;
	uint32_t interval_ms;
	uint32_t threshold, recovery;	/* probes lost, answered, in a row */
};

/* set network tunnel ipsec NAME */
struct policy_tunnel {
	char name[POLICY_NAME];
	char ifname[POLICY_IFNAME];	/* netdevice, "tunnel1" */
	enum policy_start start;
	bool transport;			/* mode of the SAs */
	struct policy_outer outer;
	enum policy_carrier carrier;
	struct policy_monitor monitor;
	struct prop_list esp;		/* or AH; in order of preference; DH = PFS group */
	uint32_t replay_window;		/* packets; 0: none */
	uint64_t life_seconds;		/* of a child SA, hard; 0: no limit */
	uint64_t life_bytes;		/* 0: no limit */
	unsigned int n_proxies;		/* at least one */
	struct policy_proxy *proxies;	/* array */
};

/* Keys of one ESP or AH SA, as many octets as the algorithms have. */
struct policy_keys {
	uint8_t encr[ALG_KEY_MAX], integ[ALG_KEY_MAX];
};

/* set network tunnel ipsec NAME manual-key: SAs without IKE, both with the same keys. */
struct policy_manual {
	struct policy_tunnel tunnel;	/* its esp and lives mean nothing */
	struct addr local, peer;
	uint32_t spi_out, spi_in;	/* local-spi, remote-spi; host order */
	uint32_t overlap;		/* seconds that SAs which are replaced still receive */
	bool ah;
	const struct alg_encr *encr;	/* NULL: AH */
	const struct alg_integ *integ;
	struct policy_keys *keys;
};

/* Whether peers without a post-quantum pre-shared key are accepted (RFC 8784). */
enum policy_ppk_mode { POLICY_PPK_PREFERRED = 1, POLICY_PPK_MANDATORY };

struct policy_ppk {
	char id[POLICY_NAME];
	struct secret *secret;		/* not for the core, which knows it by: */
	uint64_t key;			/* a number, as that of a gateway */
};

/* set network ike gateway NAME protocol ikev2 pq-ppk */
struct policy_ppks {
	enum policy_ppk_mode mode;	/* 0: none is used */
	unsigned int n;			/* at least one, unless none is used */
	struct policy_ppk list[POLICY_PPKS_MAX];	/* the first is ours where we begin */
};

/* IKE SAs without a child SA (RFC 6023) */
enum policy_childless {
	POLICY_CHILDLESS_ALLOW,		/* for the peer to begin */
	POLICY_CHILDLESS_FORCE,		/* no other ones */
	POLICY_CHILDLESS_NEVER
};

/* IKE SAs that change their addresses (MOBIKE, RFC 4555) */
enum policy_mobike {
	POLICY_MOBIKE_NO,
	POLICY_MOBIKE_ALLOW,		/* where the peer begins, and wants it */
	POLICY_MOBIKE_YES
};

/* The version of IKE that is spoken with the peer. */
enum policy_version {
	POLICY_IKEV2,
	POLICY_IKEV1,
	POLICY_IKEV2_PREFERRED		/* either: ike/older.h */
};

/* How phase 1 of IKEv1 is made: as initiator by main mode, unless it is aggressive. */
enum policy_exchange {
	POLICY_EXCHANGE_AUTO,		/* as responder by either, where the peer may be anywhere */
	POLICY_EXCHANGE_MAIN,
	POLICY_EXCHANGE_AGGRESSIVE
};

/* set network ike gateway NAME */
struct policy_gateway {
	char name[POLICY_NAME];
	enum policy_version version;
	enum policy_exchange exchange;	/* IKEv1 */
	bool passive;			/* never initiates */
	bool nat_traversal;
	bool udp_csum;			/* of ESP in UDP over IPv4 */
	bool fragmentation;		/* of messages of IKEv2, where the peer knows it */
	uint16_t fragment_n;		/* octets of an IP packet with one; 0: as the path has it */
	bool v1_fragmentation;		/* likewise of IKEv1 */
	uint8_t family;			/* AF_INET or AF_INET6 alone; 0: as the peer has it */
	struct addr local;		/* family 0: whatever the route gives */
	struct addr peer;		/* family 0: dynamic, or where DNS says that it is: */
	char fqdn[POLICY_FQDN];		/* "": none */
	struct ike_id local_id;		/* n 0: the address in use */
	struct ike_id peer_id;		/* n 0: the peer's address in use */
	bool peer_pattern;		/* peer_id is a pattern: many are meant, id_like() */
	struct secret *psk;		/* not for the core, which knows it by: */
	uint64_t key;			/* a number, equal for equal keys; 0: there is none */
	/* Certificates; what is not for the core it knows by numbers, too. */
	struct secret *credential;	/* private key and certificates */
	struct secret *chain;		/* the certificates alone, as items: what we send */
	uint64_t cert;			/* we prove who we are with it; 0: with the key */
	uint8_t v1_auth;		/* its method in IKEv1 (wire/v1_const.h); 0: none */
	bool allow_sha1;		/* by RSA with SHA-1 where the peer knows nothing better */
	bool rsa_pkcs1;			/* by RSASSA-PKCS1-v1_5, not PSS */
	struct secret *anchors;		/* authorities that the peer's certificate has to be of */
	uint64_t trust;			/* its proof is one by them; 0: by the key */
	bool looks_up;			/* it may say where its certificates are in place of them */
	uint8_t n_authorities;		/* of trust */
	uint8_t authorities[POLICY_AUTHORITIES][POLICY_AUTHORITY];
	struct policy_ppks ppk;
	struct prop_list ike;		/* in order of preference */
	enum policy_childless childless;
	enum policy_mobike mobike;
	bool require_cookie;		/* whoever it may be has to prove its address */
	uint64_t life_seconds;		/* of the IKE SA */
	uint64_t reauth_seconds;	/* until both authenticate anew; 0: never */
	uint32_t liveness_seconds;	/* idle time before a check; 0: none */
	/* The same three where both versions are spoken, for IKEv1. */
	struct prop_list older_ike;
	uint64_t older_life_seconds;
	uint32_t older_liveness_seconds;
	uint32_t keepalive_seconds;	/* between NAT keepalives */
	uint8_t dscp;			/* of IKE packets */
	unsigned int n_tunnels;
	struct policy_tunnel *tunnels;	/* array */
};

/* Its peer may be anywhere, and begins. */
static inline bool policy_gateway_dynamic(const struct policy_gateway *gateway)
{
	return !gateway->peer.family && !gateway->fqdn[0];
}

/* The major version in the header of its messages: the one that we begin by, if there are two. */
static inline uint8_t policy_gateway_major(const struct policy_gateway *gateway)
{
	return gateway->version == POLICY_IKEV1 ? 1 : 2;
}

static inline bool policy_gateway_speaks(const struct policy_gateway *gateway, uint8_t major)
{
	return gateway->version == POLICY_IKEV2_PREFERRED ||
	       policy_gateway_major(gateway) == major;
}

/* What is each version's own, where it speaks that. */
static inline bool policy_gateway_older(const struct policy_gateway *gateway, uint8_t major)
{
	return gateway->version == POLICY_IKEV2_PREFERRED && major == 1;
}

static inline const struct prop_list *policy_gateway_ike(const struct policy_gateway *gateway,
							 uint8_t major)
{
	return policy_gateway_older(gateway, major) ? &gateway->older_ike : &gateway->ike;
}

static inline uint64_t policy_gateway_life(const struct policy_gateway *gateway, uint8_t major)
{
	return policy_gateway_older(gateway, major) ? gateway->older_life_seconds :
						      gateway->life_seconds;
}

static inline uint32_t policy_gateway_liveness(const struct policy_gateway *gateway, uint8_t major)
{
	return policy_gateway_older(gateway, major) ? gateway->older_liveness_seconds :
						      gateway->liveness_seconds;
}

/*
 * It is spoken with in version @major, and of IKEv1 by aggressive mode or by main mode: where the
 * peer begins.
 */
static inline bool policy_gateway_takes(const struct policy_gateway *gateway, uint8_t major,
					bool aggressive)
{
	if (!policy_gateway_speaks(gateway, major))
		return false;
	if (major != 1)
		return true;
	if (!aggressive)
		return gateway->exchange != POLICY_EXCHANGE_AGGRESSIVE;
	return gateway->exchange == POLICY_EXCHANGE_AGGRESSIVE ||
	       (gateway->exchange == POLICY_EXCHANGE_AUTO && policy_gateway_dynamic(gateway));
}

/* What its peer has to prove that it has. */
static inline uint64_t policy_gateway_proof(const struct policy_gateway *gateway)
{
	return gateway->trust ? gateway->trust : gateway->key;
}

struct policy {
	unsigned int n_gateways;
	struct policy_gateway *gateways;	/* array */
	unsigned int n_manual;
	struct policy_manual *manual;		/* array; the core has nothing to do with them */
	unsigned int n_places;
	struct policy_walk *places;		/* policy_index(): of all tunnels, by interface */
};

/* Wipes secrets and frees all; NULL is fine. */
void policy_free(struct policy *policy);

/* A walk over all tunnels of a policy, those of gateways first.  Starts zeroed. */
struct policy_walk {
	const struct policy_tunnel *tunnel;
	const struct policy_gateway *gateway;	/* NULL: the tunnel has manual keys */
	const struct policy_manual *manual;	/* NULL: the tunnel has a gateway */
	unsigned int g, t, m;			/* where policy_next() goes on */
};

/* Moves to the next tunnel of @policy, which may be NULL; false: there are no more. */
bool policy_next(struct policy_walk *walk, const struct policy *policy);

/*
 * Has policy_tunnel_on() find tunnels without a walk, once @policy is complete.  0, or -1 on lack
 * of memory.
 */
int policy_index(struct policy *policy);
/*
 * The tunnel on that netdevice, or NULL; @policy may be NULL.  Its gateway in *@gateway,
 * NULL where it has manual keys, unless @gateway is NULL.
 */
const struct policy_tunnel *policy_tunnel_on(const struct policy *policy, const char *ifname,
					     const struct policy_gateway **gateway);

/* Number of the probe to @destination, or -1. */
int policy_probe_find(const struct policy_monitor *monitor, const struct addr *destination);

/* --- equal.c, by the lists of fields.h --- */

bool policy_id_equal(const struct ike_id *a, const struct ike_id *b);
/* By value; a gateway without its tunnels. */
bool policy_gateway_equal(const struct policy_gateway *a, const struct policy_gateway *b);
/* An IKE SA that was made by @a is one that @b could have made, or a rekey makes it so. */
bool policy_gateway_kin(const struct policy_gateway *a, const struct policy_gateway *b);
/*
 * In what its SAs are made of; the proxy-IDs and what the peer has no part in do not count: who
 * begins, a packet's outside, the monitor.
 */
bool policy_tunnel_equal(const struct policy_tunnel *a, const struct policy_tunnel *b);
/* A rekey is enough to make of @a's SAs what @b wants. */
bool policy_tunnel_kin(const struct policy_tunnel *a, const struct policy_tunnel *b);
/* In all, with the proxy-IDs. */
bool policy_tunnel_same(const struct policy_tunnel *a, const struct policy_tunnel *b);
bool policy_proxy_equal(const struct policy_proxy *a, const struct policy_proxy *b);
/* Without what is common to all tunnels. */
bool policy_manual_equal(const struct policy_manual *a, const struct policy_manual *b);

#endif
