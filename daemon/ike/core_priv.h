/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the core share.
 *
 * No files of ike/ call each other in a circle (selftests/calls.sh).  From the bottom up:
 *
 *   timer, action, packet, job, policy_box, pathref, chance, nonce, agenda, line	small things
 *   slot_index, ike_index, match			find proxy-IDs, IKE SAs and gateways
 *   source				what strangers of one address cost
 *   fragments				messages of which parts are missing
 *   chain, task, job_wait, exchange		what we ask of a peer, and the wait for results
 *   place						where a peer is
 *   gateway, gateway_say			what is wanted, when it is tried again, what is told
 *   child_sa, child_kernel, child_use, child_end, child_wish, child_settle, child_life
 *						children: made, installed, used, ended, chosen
 *   stranger, ike_sa, condemned, ike_end, certified, gateway_ike, gateway_begin, ike_life,
 *   peer_gone			IKE SAs, from the first message to the last
 *   peer_name					answers of DNS
 *   life_sign, unanswered, put_off, renewal, reroute	what is done about peers that do not answer
 *   configure, show, core, commands		what the daemon calls (core.h)
 *
 * The versions (version.h) are above all of these, but for the calls through their tables.
 */
#ifndef PANTUN_IKE_CORE_PRIV_H
#define PANTUN_IKE_CORE_PRIV_H

#include <sys/queue.h>

#include "base/chorus.h"
#include "base/repeat.h"
#include "base/table.h"
#include "ike/action.h"
#include "ike/core.h"
#include "ike/timer.h"

/*
 * Octets of a message that we build: FRAGMENTS_OCTETS, which is what we would put together, too.
 * Five certificates with keys of 4,096 bits take 8,000.
 */
#define MESSAGE_MAX	32768
#define NONCE_N		32	/* octets of our nonces: half of the longest PRF (RFC 7296 2.10) */
#define SECONDS(n)	((ike_time)(n) * 1000)

struct gateway;
struct ike_sa;

/* match.c; of gateways that are configured */
struct gateway_index {
	struct table by_name;
	struct table by_peer;		/* places of those that are not dynamic, by address */
	struct table by_id;		/* dynamic ones, by the peer's identity */
	struct table by_ends;		/* by both identities */
	struct table by_kind;		/* those in kinds */
	struct gateway *dynamic;	/* by dynamic_next */
	struct gateway *kinds;		/* dynamic ones, the first of each kind, by kind_next */
	bool cookie;			/* a dynamic one has require_cookie */
	unsigned int added;		/* gateways: those that come first are added last */
};

struct ike_core {
	struct ike_hooks hooks;
	const struct ike_version *const *versions;	/* ended by NULL */
	ike_time now;			/* of the event that is being handled */
	struct policy_box *box;		/* what is configured */
	struct gateway *gateways;
	struct gateway_index index;
	struct gateway *poked;		/* to be looked at by the end of the event */
	TAILQ_HEAD(line, gateway) line;	/* who wants to begin and may not yet: line.h */
	unsigned int attempts;		/* of ours that others wait for */
	ike_time answer_ms;		/* what answers to them took lately: line.c */
	ike_time answer_varies;		/* by that much */
	ike_time known_until;		/* when both are forgotten */
	struct ike_sa *ikes;		/* all; dead ones leave at the end of an event */
	struct ike_sa *woken;		/* may begin an exchange by the end of the event */
	struct table by_spi;		/* struct ike_sa by our SPI */
	struct table by_peer_spi;	/* those we are responder of, by the initiator's SPI */
	struct table by_spi_in;		/* struct child_sa by inbound SPI */
	struct table by_spi_out;	/* the same by path and outbound SPI, once that is known */
	struct table by_slot_id;	/* struct slot, gone or not, by its id */
	struct table by_proxy;		/* configured struct slot by interface and proxy-ID */
	struct table by_ifname;		/* the first slot of each configured tunnel */
	struct table by_renewal;	/* struct renewal by interface */
	struct timer_heap timers;
	struct timer_heap waits;	/* for a peer or a job: counts while we run alone */
	struct action_queue actions;
	ike_time complained;		/* about an unknown peer; 0: never */
	unsigned int half_open;		/* responder's SAs whose peer has not proved itself */
	struct table by_source;		/* struct source of those, by address */
	struct chorus chorus;		/* what is said of gateways and proxy-IDs */
	struct timer chorus_end;	/* its rest is to be written */
	struct repeat said;		/* of strangers that no gateway can be blamed for */
	unsigned int missed;		/* first messages that came to nothing */
	ike_time missed_since;		/* the first of them */
	uint64_t cookies_asked;		/* first messages that were to bring one, */
	uint64_t strangers_dropped;	/* and those that were not taken, since the start */
	struct ike_sa *dead;		/* those in IKE_DEAD, by dead_next */
	struct gateway *ended;		/* may be freed at the end of the event, by ended_next */
	struct slot *ended_slots;	/* likewise */
	uint32_t child_count;		/* distinguishes tokens with the same SPI */
	struct table by_ticket;		/* gateways that wait for DNS */
	uint64_t name_count;		/* since the start: tickets of questions to it */
	uint64_t job_count;		/* since the start: numbers of jobs */
	uint32_t slot_count;		/* since the start: for slot->id */
	size_t fragments_n;		/* octets of fragments of all IKE SAs */
	uint8_t *plain;			/* room for what a message decrypts to */
	uint8_t *scratch;		/* MESSAGE_MAX octets for one that is being built */
	uint8_t cookie_secret[2][32];	/* the one in use, the one before */
	uint8_t cookie_version;
	ike_time cookie_since;		/* when the secret was made; 0: none yet */
	ike_time lost_since;		/* messages for SAs that we lack, */
	unsigned int lost_answers;	/* answered since then */
	uint8_t token_key[IKE_TOKEN_KEY_N];	/* v2/crash.c */
	bool has_token_key;
};

/* The clock of core->waits. */
static inline ike_time core_run_time(const struct ike_core *core)
{
	return core->now - core->waits.lost;
}

/* --- core.c --- */

/* Around all that an event does. */
void core_begin(struct ike_core *core, ike_time now);
/* What handlers only asked for is done (agenda.h), and what died is freed. */
void core_end(struct ike_core *core);

/* --- chance.c --- */

/* Fills @out; false (with a log line) where the source of randomness fails. */
bool core_random(struct ike_core *core, void *out, size_t n);
/* A time between @part and 100 percent of @span, so that ends and tunnels spread. */
ike_time core_jitter(struct ike_core *core, ike_time span, unsigned int part);
/* When to try again: in @wait, or sooner where @ends (0: never) would come first. */
ike_time core_retry(const struct ike_core *core, ike_time wait, ike_time ends);

#endif
