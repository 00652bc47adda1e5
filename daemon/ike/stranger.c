// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/stranger.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "ike/match.h"

#define TEXT_MAX	1024
#define FREE_MOST	500	/* half-open SAs and misses without anybody proving an address */
#define SOURCE_MOST	64	/* half-open SAs of one source; with a cookie, as many again */
#define PROVED_MOST	4096	/* half-open SAs in all; then newcomers wait, */
#define KNOWN_MOST	8192	/* but those that are some gateway's peer-address do not yet */

/* Whoever has one IPv6 address has its /64. */
static uint64_t source_key(const struct addr *addr)
{
	uint64_t key = 0;

	memcpy(&key, addr->b, addr->family == AF_INET6 ? 8 : 4);
	return key;
}

/* The half-open SAs of that source; @proved: only those whose peer has proved its address. */
static unsigned int count_source(const struct ike_core *core, const struct addr *source,
				 bool proved)
{
	struct table_node *node = table_find(&core->by_source, source_key(source));
	unsigned int n = 0;

	for (; node; node = table_next(node)) {
		const struct ike_sa *ike = container_of(node, struct ike_sa, source_node);

		n += ike->proved || !proved;
	}
	return n;
}

/* Counted for as long as a half-open SA lives. */
static unsigned int misses(const struct ike_core *core)
{
	return core->now < core->missed_since + HALF_OPEN_MS ? core->missed : 0;
}

static bool busy(const struct ike_core *core)
{
	return core->hooks.busy && core->hooks.busy(core->hooks.ctx);
}

enum stranger_verdict stranger_judge(const struct ike_core *core, const struct addr *local,
				     const struct addr *remote, bool proved)
{
	if (!proved)
		return busy(core) || core->half_open + misses(core) >= FREE_MOST ||
		       gateway_wants_cookie(core, local, remote) ||
		       count_source(core, remote, false) >= SOURCE_MOST ?
		       STRANGER_COOKIE : STRANGER_TAKEN;
	/* It repeats the message, by when we may be less so. */
	if (busy(core))
		return STRANGER_DROPPED;
	/* Some gateway names this address. */
	if (gateway_at(core, local, remote))
		return core->half_open >= KNOWN_MOST ? STRANGER_DROPPED : STRANGER_TAKEN;
	return core->half_open >= PROVED_MOST ||
	       count_source(core, remote, true) >= SOURCE_MOST ?
	       STRANGER_DROPPED : STRANGER_TAKEN;
}

void stranger_missed(struct ike_core *core)
{
	if (!misses(core)) {
		core->missed = 0;
		core->missed_since = core->now;
	}
	core->missed++;
}

void stranger_enter(struct ike_sa *ike, bool proved)
{
	struct ike_core *core = ike->core;

	ike_set_stranger(ike, true);
	ike->proved = proved;
	core->half_open++;
	table_add(&core->by_source, &ike->source_node, source_key(&ike->path->remote.addr));
}

void stranger_leave(struct ike_sa *ike)
{
	if (!ike->stranger)
		return;
	ike_set_stranger(ike, false);
	ike->core->half_open--;
	table_remove(&ike->core->by_source, &ike->source_node);
}

void stranger_fail(struct ike_core *core, struct gateway *gw, const char *format, ...)
{
	char text[TEXT_MAX], left_out[REPEAT_TEXT];
	unsigned int held;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (gw && (!gw->ike || !policy_gateway_dynamic(gw->conf))) {
		gateway_fail(gw, "%s", text);
		return;
	}
	if (!repeat_due(&core->said, core->now, format, text, &held))
		return;
	log_error(gw ? gw->subject : NULL, "%s%s", text,
		  repeat_text(held, left_out));
}
