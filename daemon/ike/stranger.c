// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/stranger.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"
#include "ike/fragments.h"
#include "ike/match.h"

#define TEXT_MAX	1024
#define FREE_MOST	500	/* half-open SAs and misses without anybody proving an address */
#define SOURCE_MOST	64	/* half-open SAs of one source; with a cookie, as many again */
#define PROVED_MOST	4096	/* half-open SAs in all; then newcomers wait, */
#define KNOWN_MOST	8192	/* but those that are some gateway's peer-address do not yet */

/* Counted for as long as a half-open SA lives. */
static unsigned int misses_at(const struct ike_core *core, ike_time now)
{
	return now < core->missed_since + HALF_OPEN_MS ? core->missed : 0;
}

static unsigned int misses(const struct ike_core *core)
{
	return misses_at(core, core->now);
}

static bool busy(const struct ike_core *core)
{
	return core->hooks.busy && core->hooks.busy(core->hooks.ctx);
}

enum stranger_verdict stranger_judge(const struct ike_core *core, const struct addr *local,
				     const struct addr *remote, bool proved)
{
	const struct source *source = source_find(core, remote);

	if (!proved)
		return busy(core) || core->half_open + misses(core) >= FREE_MOST ||
		       gateway_wants_cookie(core, local, remote) ||
		       (source && source->half_open >= SOURCE_MOST) ?
		       STRANGER_COOKIE : STRANGER_TAKEN;
	/* It repeats the message, by when we may be less so. */
	if (busy(core))
		return STRANGER_DROPPED;
	/* Some gateway names this address. */
	if (gateway_at(core, local, remote))
		return core->half_open >= KNOWN_MOST ? STRANGER_DROPPED : STRANGER_TAKEN;
	return core->half_open >= PROVED_MOST ||
	       (source && source->proved >= SOURCE_MOST) ?
	       STRANGER_DROPPED : STRANGER_TAKEN;
}

struct ike_strangers stranger_info(const struct ike_core *core, ike_time now)
{
	unsigned int missed = misses_at(core, now);

	return (struct ike_strangers){
		.asked = core->cookies_asked, .dropped = core->strangers_dropped,
		.half_open = core->half_open, .missed = missed,
		.free_most = FREE_MOST, .source_most = SOURCE_MOST, .most = PROVED_MOST,
		.cookies = busy(core) || core->half_open + missed >= FREE_MOST,
	};
}

void stranger_missed(struct ike_core *core)
{
	if (!misses(core)) {
		core->missed = 0;
		core->missed_since = core->now;
	}
	core->missed++;
}

/* Many peers that begin at once may share the address of a gateway. */
static size_t fragments_most(const struct ike_sa *ike)
{
	const struct pathref *path = ike->path;

	return gateway_at(ike->core, &path->local.addr, &path->remote.addr) ? FRAGMENTS_KNOWN :
									 FRAGMENTS_SOURCE;
}

void stranger_enter(struct ike_sa *ike, bool proved)
{
	struct ike_core *core = ike->core;

	ike_set_stranger(ike, true);
	ike->proved = proved;
	core->half_open++;
	ike->source = source_enter(core, &ike->path->remote.addr, proved);
	if (ike->source && !ike->source->fragments_most)
		ike->source->fragments_most = fragments_most(ike);
}

void stranger_leave(struct ike_sa *ike)
{
	if (!ike->stranger)
		return;
	ike_set_stranger(ike, false);
	ike->core->half_open--;
	if (!ike->source)
		return;
	ike->source->fragments_n -= ike->fragments_n;
	source_leave(ike->core, ike->source, ike->proved);
	ike->source = NULL;
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

bool stranger_say_version(struct ike_core *core, const struct addr *local,
			  const struct addr *remote, uint8_t major)
{
	struct gateway *gw = gateway_for_peer(core, NULL, local, remote);
	char peer[ADDR_TEXT];

	if (!gw || policy_gateway_speaks(gw->conf, major))
		return false;
	stranger_fail(core, gw, "peer %s begins IKEv%u, but this gateway speaks IKEv%u: set "
				"protocol version alike on both ends",
		      addr_text(remote, peer), major, policy_gateway_major(gw->conf));
	return true;
}
