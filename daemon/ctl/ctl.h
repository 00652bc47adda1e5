/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: a unix stream socket on which each message, either way, is four octets of
 * length (big endian, without themselves) and that many octets of JSON, one object.  Requests are
 * answered in order, several a connection.
 *
 * Root and members of the socket's group may connect and read.  Requests that change something
 * need uid 0.  A refusal is {"ok":false,"error":"one line"}. Clients must ignore unknown members
 * of an answer; unknown members of a request are refused.
 *
 * {"verb":"show"} -> {"ok":true,
 * "daemon":{"version":"..","pid":N,"uptime":SECONDS,"config":"PATH","kernel":true},
 * "ike_sas":[{"gateway":"hq","state":"established","role":"initiator",
 * "spi_i":"0011223344556677","spi_r":"..","local":"198.51.100.1:500",
 * "remote":"192.0.2.9:500","local_id":"198.51.100.1","remote_id":"..",
 * "proposal":"AES_GCM_16-256/..","nat_local":false,"nat_remote":false,
 * "age":SECONDS,"life":SECONDS}], "children":[{"gateway":"hq","tunnel":"hq","interface":"tunnel1",
 * "proxy":"default","state":"active","spi_in":"0000c001","spi_out":"..",
 * "proposal":"..","ts_local":"..","ts_remote":"..",
 * "age":SECONDS,"life":SECONDS,"last_error":"","error_age":SECONDS,
 * "retry":SECONDS,"attempts":N,"successes":N,"rekeys":N,"failures":N}],
 * "gateways":[{"gateway":"hq","state":"up","last_error":"", .. as of a child}]} Every configured
 * proxy-ID has an entry in children, up or not: "init", "negotiating", "active", "rekeying" or
 * "failed"; every gateway one in gateways: "init", "negotiating", "up" or "failed". The last error
 * stands until the next success.  SPIs are lower-case hex, "" where there is none; life 0: no
 * limit; retry 0: no attempt is waited for. {"verb":"daemon"} ->
 * {"ok":true,"version":"..","processes":[{"name":"..","pid":N,
 * "since":SECONDS,"starts":N,"may":"one line","uid":N,"capabilities":"net_admin, ..",
 * "threads":N,"memory":OCTETS}],"strangers":{"half_open":N,"missed":N,"cookies":false,
 * "cookies_from":N,"per_source":N,"most":N,"asked":N,"dropped":N}} Of what has no process at the
 * moment, pid 0, the last four are absent; so are strangers, peers that have not proved who they
 * are, where IKE has said nothing of them yet. {"verb":"certificates"} ->
 * {"ok":true,"version":"..","certificates":[
 * {"gateway":"hq","gateways":N,"use":"own","subject":"..","issuer":"..","identities":"..",
 * "until":SECONDS_OF_1970,"days":N}]} The use is "own", "between" (it and the root) or
 * "authority"; what N gateways have comes once, with the first of them.
 * {"verb":"initiate","tunnel":NAME} (absent: all) ->
 * {"ok":true,"count":N,"up":N,"passive":N}, of children whose negotiation was begun, and of those
 * left alone because they are up or wait for their peer to begin
 * {"verb":"clear","what":"ike-sa","name":GATEWAY} (absent: all)
 * {"verb":"clear","what":"ipsec-sa","name":NAME} (absent: all) -> {"ok":true,"count":N}, of SAs
 * deleted The NAME of a tunnel is its own or its interface's.  These and show are for the IKE
 * process to answer.  A connection that waits for it is not read from; there is a refusal where it
 * does not answer in time, or has ended. {"verb":"reload"} -> {"ok":true,"changes":["tunnel hq:
 * changed",..], "warnings":["FILE:LINE:COLUMN: ..",..]} once it is in force, or a refusal with the
 * errors of the file, a line each, the old configuration being kept {"verb":"monitor"} ->
 * {"ok":true}, then a message an event until the reader closes:
 * {"event":"child-up","gateway":"hq","tunnel":"hq","proxy":"default",
 * "text":"..","time":SECONDS_OF_1970 with fraction}; members that do not apply are null.  A reader
 * that falls behind is disconnected, not waited for.
 * {"verb":"kernel","what":"tunnel"|"proxy-id"|"ipsec-sa"|"monitor"|"module"|"events"} ->
 * {"ok":true,"netns":COOKIE}, then what the kernel says of it (uapi/linux/pantun.h) in messages
 * {"netlink":"HEX"}, each some whole messages of netlink.  A table ends with NLMSG_DONE or
 * NLMSG_ERROR, the one answer of "module" with NLMSG_ERROR; then the next request is read.  Events
 * do not end. {"lost":true} stands where messages were lost; {"error":"one line"} ends either.
 * COOKIE is SO_NETNS_COOKIE of the network namespace, absent where the kernel has none.
 *
 * There are at most 64 connections, 48 of them for users other than root, 16 for each such user;
 * more are closed at once.  Root is answered immediately.  Other users take turns, one request for
 * each round of the event loop, and one at a time where IKE has to answer.  A client that reads
 * nothing of its answer for half a minute is disconnected.
 */
#ifndef PANTUN_CTL_CTL_H
#define PANTUN_CTL_CTL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ctl/question.h"

#define CTL_DIR			"/run/pantun"
#define CTL_PATH		CTL_DIR "/pantund.sock"
#define CTL_HEADER		4		/* octets of length before a message */
#define CTL_REQUEST_MAX		4096		/* octets of JSON */
#define CTL_ANSWER_MAX		(64U << 20)	/* octets of JSON */

#define CTL_PATIENCE_MS		20000		/* for IKE's answer; pantunctl waits longer */

/* The error for requests while a new IKE process starts. */
#define CTL_RESTARTED	"the IKE process has just been started anew; try again"

struct ctl;
struct event_base;
struct ike_child_info;
struct ike_event;
struct ike_gateway_info;
struct ike_sa_info;
struct ike_strangers;

/* The result of a reload.  Lines are separated by "\n"; NULL: none. */
struct ctl_reloaded {
	char *errors, *warnings, *changes;
	bool failed;			/* also if memory ran out while collecting errors */
};

void ctl_reloaded_free(struct ctl_reloaded *said);

/* One of the daemon's processes. */
struct ctl_process {
	const char *name;
	pid_t pid;			/* 0: none at the moment */
	int status;			/* its /proc/PID/status, open; -1: by its pid */
	uint64_t seconds;		/* since it was started; pid 0: since it ended */
	unsigned int starts;		/* how often it was started */
	const char *may;		/* what it is allowed to do, in one line */
};

/* A certificate of the configuration. */
struct ctl_certificate {
	const char *gateway;		/* the first that has it */
	unsigned int gateways;		/* that have it */
	const char *use;		/* "own", "between", "authority" */
	const char *subject, *issuer, *identities;
	int64_t until;			/* seconds of 1970 */
	int64_t days;			/* left; negative: it has ended */
};

/* What the daemon does for each verb.  All run in its event loop. */
struct ctl_ops {
	void *ctx;
	uint64_t (*now)(void *ctx);		/* ike_time */
	const char *config;			/* path of the configuration */
	uint64_t started;			/* ike_time of the daemon's start */
	unsigned int patience_ms;		/* for an answer to ask() */
	/*
	 * Asks IKE. The answer arrives by ctl_answered(), perhaps before this returns, for
	 * CTL_SHOW preceded by rows.  False: no answer will come.
	 */
	bool (*ask)(void *ctx, uint64_t ticket, const struct ctl_question *question);
	/*
	 * Whether that tunnel, by either of its names, has manual keys, so that IKE does not know
	 * it.
	 */
	bool (*manual)(void *ctx, const char *tunnel);
	/* The result arrives by ctl_reload_done(), perhaps before this returns. */
	void (*reload)(void *ctx, uint64_t ticket);
	/* Calls @each for every process, the parent first. */
	void (*processes)(void *ctx, void (*each)(void *to, const struct ctl_process *process),
			  void *to);
	/* Likewise every certificate. */
	void (*certificates)(void *ctx,
			     void (*each)(void *to, const struct ctl_certificate *certificate),
			     void *to);
	/* What IKE has said of peers that have not proved who they are; NULL: nothing yet. */
	const struct ike_strangers *(*strangers)(void *ctx);
	/* As kern_ops.read_open() */
	int (*kernel)(void *ctx, const char *what);
};

/*
 * Listens at @path, replacing a stale socket.  The socket's group becomes @group, of which the
 * process must be a member; (gid_t)-1: the process's own.  @ops is copied.  NULL with a log line.
 */
struct ctl *ctl_open(struct event_base *base, const char *path, gid_t group,
		     const struct ctl_ops *ops);
/*
 * The answer to the question of @ticket: for CTL_SHOW its rows, in any order, then the reply,
 * which each kind has.  Dropped if nobody waits for it any more, or @ctl is NULL.
 */
void ctl_show_ike(struct ctl *ctl, uint64_t ticket, const struct ike_sa_info *sa);
void ctl_show_child(struct ctl *ctl, uint64_t ticket, const struct ike_child_info *child);
void ctl_show_gateway(struct ctl *ctl, uint64_t ticket, const struct ike_gateway_info *gateway);
void ctl_answered(struct ctl *ctl, uint64_t ticket, const struct ctl_reply *reply);
/*
 * The reload of @ticket is done: the configuration is in force, or was refused for the errors in
 * @said.  Likewise dropped if nobody waits.
 */
void ctl_reload_done(struct ctl *ctl, uint64_t ticket, const struct ctl_reloaded *said);
/*
 * The IKE process has ended: refuses all requests that wait for it, with the error @why
 * (CTL_RESTARTED).  NULL is fine.
 */
void ctl_unanswered(struct ctl *ctl, const char *why);
/* Sends an event to every monitor.  @ctl may be NULL. */
void ctl_event(struct ctl *ctl, const struct ike_event *event);
/* Disconnects all clients and removes the socket.  NULL is fine. */
void ctl_close(struct ctl *ctl);

#endif
