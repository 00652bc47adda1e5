/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is to show, from wherever it came: the kernel fills tunnels,
 * proxies, SAs and links, the daemon IKE SAs and children, and the printers know
 * neither of them.
 */
#ifndef PANTUN_TOOLS_MODEL_H
#define PANTUN_TOOLS_MODEL_H

#include <linux/if.h>
#include <linux/pantun.h>
#include "genl/path.h"
#include "genl/sa.h"
#include "base/text.h"
#include "index.h"
#include "selector.h"

#define MODEL_ERROR	512	/* octets of an error text */
#define TUNNEL_OPTIONS_TEXT 160	/* octets of all options of a tunnel */
/* Octets of the daemon's texts, which has none that are longer (daemon/ike/info.h). */
#define MODEL_WORD	24	/* states, roles, SPIs */
#define MODEL_NAME	64
#define MODEL_ADDRESS	80
#define MODEL_PROPOSAL	192
#define MODEL_SAID	256	/* selectors, errors, names in DNS */
#define MODEL_ID	288

struct traffic {
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
};

struct drop {
	char reason[32];
	uint64_t count;
};

struct drop_list {
	size_t n;
	struct drop *drop;		/* owned */
};

/* The netdevice, as its own namespace sees it. */
struct link {
	bool known;			/* false: moved away, or gone */
	bool up;			/* administratively */
	bool carrier;
	uint8_t operstate;		/* RFC 2863, IF_OPER_... */
};

/* The carrier's rule and how outer packets are made; the words of "tunnel set". */
struct tunnel_options {
	uint32_t carrier;		/* enum pantun_carrier */
	uint32_t df, tos;		/* enum pantun_df, enum pantun_tos */
	uint8_t dscp, ttl;		/* ttl 0: the route's */
	bool flow_label, gre;
	uint32_t tfc, dummy, mark;	/* octets, milliseconds; 0: off */
	uint32_t underlay;		/* ifindex, 0: any */
};

struct tunnel {
	uint32_t id, ifindex;
	char ifname[IFNAMSIZ];
	uint32_t start, state, mtu;	/* enum pantun_start, enum pantun_state, octets */
	uint32_t path;			/* enum pantun_path_state, of its monitors together */
	bool moved;
	struct tunnel_options options;
	struct link link;
	struct traffic traffic;
	struct drop_list drops;
	bool whole;			/* traffic and drops are known; not in events */
};

struct proxy {
	uint32_t tunnel_id;
	char ifname[IFNAMSIZ];
	char name[PANTUN_PROXY_NAME_LEN];
	struct genl_selector selector;
	uint32_t out_spi;		/* 0: none */
	uint32_t in_sas, held;
	uint64_t acquires;
	struct traffic traffic;
	bool whole;			/* out_spi and what follows are known; not in events */
};

struct sa {
	uint32_t tunnel_id;
	char ifname[IFNAMSIZ];
	char proxy[PANTUN_PROXY_NAME_LEN];
	uint32_t dir, spi, mode, enc, auth, key_bits, replay_window;
	uint8_t proto;
	struct genl_path path;
	struct genl_path new_path;		/* where the peer is now; family 0: not told */
	size_t n_selectors;		/* one at least */
	struct genl_selector *selectors;	/* owned */
	struct genl_limits limits;
	uint64_t cookie, seq, age;
	uint64_t idle;			/* milliseconds since the last authentic packet */
	bool heard;			/* there was one, and idle is known */
	bool standby, active, larval, expired, esn, weak;
	struct traffic traffic;
	struct drop_list drops;
	/* Terms and counters are known: not in events, nor of a reserved SPI. */
	bool whole;
};

/* A destination that a tunnel's monitor probes. */
struct tunnel_monitor {
	uint32_t tunnel_id;
	char ifname[IFNAMSIZ];
	struct addr destination;
	struct addr source;		/* as asked for; family 0: the interface's */
	struct addr from;		/* of the last probe */
	char proxy[PANTUN_PROXY_NAME_LEN];	/* "": by match */
	uint32_t action, state, error;	/* enum pantun_monitor_action and so on */
	uint32_t interval, threshold, recovery;	/* milliseconds; probes in a row */
	uint64_t since;			/* seconds in this state */
	uint64_t sent, unsent, received, lost;
	uint32_t rtt_last, rtt_min, rtt_avg, rtt_max;	/* microseconds */
	uint64_t history;		/* bit 0: the last probe; 1: answered */
};

struct ike_sa {
	char gateway[MODEL_NAME], state[MODEL_WORD], role[MODEL_WORD];
	char spi_i[MODEL_WORD], spi_r[MODEL_WORD];
	char local[MODEL_ADDRESS], remote[MODEL_ADDRESS];
	char local_id[MODEL_ID], remote_id[MODEL_ID];
	char proposal[MODEL_PROPOSAL];
	char ppk_id[MODEL_NAME];	/* of the post-quantum pre-shared key; "": none */
	bool nat_local, nat_remote;
	uint64_t fragment_size;		/* octets of a packet; 0: messages are not cut */
	uint64_t age, life;		/* seconds; life 0: no limit */
};

/* How negotiations went, of a proxy-ID or a gateway. */
struct history {
	char last_error[MODEL_SAID];	/* since the last success; "": none */
	uint64_t error_age, retry;	/* seconds; since that, until the next attempt */
	uint64_t attempts, successes, rekeys, failures;
};

struct gateway {
	char gateway[MODEL_NAME], state[MODEL_WORD];
	char peer[MODEL_ADDRESS];	/* address that attempts go to; "": it may be anywhere */
	char fqdn[MODEL_SAID];		/* by which it is configured; "": by its address */
	struct history history;
};

/* A proxy-ID as the daemon's configuration has it, negotiated or not. */
struct child {
	char gateway[MODEL_NAME], tunnel[MODEL_NAME], interface[IFNAMSIZ];
	char proxy[MODEL_NAME], state[MODEL_WORD];
	char spi_in[MODEL_WORD], spi_out[MODEL_WORD];
	char proposal[MODEL_PROPOSAL];
	char ts_local[MODEL_SAID], ts_remote[MODEL_SAID];
	uint64_t age, life;
	struct history history;
};

/* A process of the daemon. */
struct process {
	char name[MODEL_NAME], user[MODEL_NAME];	/* user "": it is not there */
	char capabilities[MODEL_ERROR], may[MODEL_ERROR];
	uint64_t pid;			/* 0: it is not there */
	uint64_t since;			/* seconds since it was started, or ended */
	uint64_t starts, threads, memory;	/* memory: octets */
};

/* Peers that have not proved to the daemon who they are. */
struct strangers {
	bool known;
	bool cookies;			/* everybody has to bring a cookie */
	uint64_t half_open, missed, cookies_from, per_source, most, asked, dropped;
};

/* A certificate of the daemon's configuration. */
struct certificate {
	char gateway[MODEL_NAME], use[MODEL_WORD];
	char subject[MODEL_ERROR], issuer[MODEL_ERROR], identities[MODEL_ERROR];
	uint64_t gateways;		/* that have it */
	int64_t until, days;		/* seconds of 1970; left, negative: it has ended */
};

struct model {
	char kernel_error[MODEL_ERROR];	/* "": the kernel answered */
	char daemon_error[MODEL_ERROR];	/* "": the daemon answered */
	struct tunnel *tunnels;
	size_t tunnels_n;
	struct proxy *proxies;
	size_t proxies_n;
	struct sa *sas;
	size_t sas_n;
	struct tunnel_monitor *monitors;
	size_t monitors_n;
	struct ike_sa *ike_sas;
	size_t ike_sas_n;
	struct child *children;
	size_t children_n;
	struct gateway *gateways;
	size_t gateways_n;
	struct process *processes;
	size_t processes_n;
	struct strangers strangers;
	struct certificate *certificates;
	size_t certificates_n;
};

/*
 * Makes room for one more at the end of a list, zeroed, and counts it; ends the
 * program where there is no memory.  Use model_add().
 */
void *model_grow(void *list, size_t *n, size_t size);

#define model_add(list, n)							\
	((list) = model_grow((list), &(n), sizeof(*(list))), &(list)[(n) - 1])

void drop_list_free(struct drop_list *drops);
/* Frees what @sa owns. */
void sa_free(struct sa *sa);
/* Empties what the kernel filled; the daemon's part stays. */
void model_forget_kernel(struct model *model);
void model_free(struct model *model);
/* Keeps of everything that belongs to a tunnel only that of interface @ifname. */
void model_keep_interface(struct model *model, const char *ifname);
/* Keeps the IKE SAs and children of one gateway. */
void model_keep_gateway(struct model *model, const char *gateway);
/* The interface of a tunnel known by its interface's or the daemon's name; NULL if none. */
const char *model_interface(const struct model *model, const char *name);

/* By the numbers of their tunnels, each tunnel's in order; the caller's to free. */
void model_index_proxies(const struct model *model, struct index *index);
void model_index_sas(const struct model *model, struct index *index);
void model_index_monitors(const struct model *model, struct index *index);

/*
 * What the tunnel is good for: as its SAs have it, but "degraded" where they stand and no
 * probe is answered, and "down" where the carrier was taken away for that.  @monitors: as
 * model_index_monitors() has it.
 */
const char *model_tunnel_state(const struct index *monitors, const struct tunnel *tunnel);
/* "off" without a monitor, else its state. */
const char *model_tunnel_monitor(const struct index *monitors, const struct tunnel *tunnel);

/* Names of the uapi's numbers; "?" for those this program does not know. */
const char *start_name(uint32_t start);
const char *state_name(uint32_t state);
const char *dir_name(uint32_t dir);
const char *mode_name(uint32_t mode);
const char *df_name(uint32_t df);
const char *carrier_name(uint32_t carrier);
const char *tos_name(uint32_t tos);
const char *path_name(uint32_t path);
const char *monitor_action_name(uint32_t action);
/* Why the last probe could not be sent; "" where it was. */
const char *monitor_error_name(uint32_t error);
const char *ipsec_proto_name(uint8_t proto);
const char *operstate_name(uint8_t operstate);
/* 0 where @name is none of them. */
uint32_t start_number(const char *name);
uint32_t mode_number(const char *name);
uint32_t df_number(const char *name);
uint32_t monitor_action_number(const char *name);
uint32_t carrier_number(const char *name);
uint8_t ipsec_proto_number(const char *name);
/* "aes-gcm-16-256", "aes-cbc-128/hmac-sha2-256-128", "hmac-sha1-96" of AH. */
const char *sa_algorithm(const struct sa *sa, char *out, size_t n);
/* What is not as it is born, as words of "tunnel set": "df set gre on"; "" for nothing. */
const char *tunnel_options_text(const struct tunnel_options *options, char *out, size_t n);
/* The interface that outer packets take; "" for any, the number of one that is gone. */
const char *underlay_name(uint32_t ifindex, char *out, size_t n);
#define MONITOR_HISTORY	65	/* octets of a text of all probes that are remembered */
/* The last probes, the newest first: 1 answered, 0 lost; @n with the NUL. */
const char *monitor_history(const struct tunnel_monitor *monitor, char *out, size_t n);
/*
 * "larval", "active", "standby", "old" for an out-SA that was replaced, "receiving";
 * "expired" at a hard limit, which carries nothing whatever it was.
 */
const char *sa_state(const struct sa *sa);

#endif
