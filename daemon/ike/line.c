// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/line.h"

#include "ike/agenda.h"
#include "ike/gateway.h"

#define LINE_LEAST	16		/* attempts under way, however long answers take */
#define PROMPT_MS	SECONDS(1)	/* an answer comes before the first repetition */
#define KNOWN_MS	SECONDS(30)	/* how long it is remembered what answers take */
#define PATIENCE_MS	SECONDS(30)	/* at most */

static bool knows_answers(const struct ike_core *core)
{
	return core->now < core->known_until;
}

/* What is under way shares what the slower end can do: it is less, the longer answers take. */
static unsigned int most(const struct ike_core *core)
{
	ike_time n;

	if (!knows_answers(core) || core->answer_ms <= PROMPT_MS)
		return LINE_MOST;
	n = LINE_MOST * PROMPT_MS / core->answer_ms;
	return n > LINE_LEAST ? (unsigned int)n : LINE_LEAST;
}

bool line_full(const struct ike_core *core, bool asked)
{
	return core->attempts >= most(core) + (asked ? LINE_ASKED : 0);
}

void line_join(struct gateway *gw, bool first)
{
	struct ike_core *core = gw->core;

	if (gw->in_line && !first)
		return;
	line_leave(gw);
	gw->in_line = true;
	if (first)
		TAILQ_INSERT_HEAD(&core->line, gw, line);
	else
		TAILQ_INSERT_TAIL(&core->line, gw, line);
}

void line_leave(struct gateway *gw)
{
	if (gw->in_line)
		TAILQ_REMOVE(&gw->core->line, gw, line);
	gw->in_line = false;
}

bool line_moves(struct ike_core *core)
{
	struct gateway *gw = TAILQ_FIRST(&core->line);

	if (!gw || line_full(core, false))
		return false;
	line_leave(gw);
	gateway_poke(gw);
	return true;
}

/* An answer that takes longer is not to be expected, as TCP has it (RFC 6298 section 2). */
static ike_time patience(const struct ike_core *core)
{
	ike_time ms = knows_answers(core) ? core->answer_ms + 4 * core->answer_varies : 0;

	return ms < PATIENCE_MS ? ms : PATIENCE_MS;
}

static ike_time apart(ike_time a, ike_time b)
{
	return a > b ? a - b : b - a;
}

/* An answer has come that took that long. */
static void learn(struct ike_core *core, ike_time took)
{
	/* The host may have been suspended. */
	if (took > PATIENCE_MS)
		took = PATIENCE_MS;
	if (!knows_answers(core)) {
		core->answer_ms = took;
		core->answer_varies = took / 2;
	} else {
		core->answer_varies = (3 * core->answer_varies +
				       apart(core->answer_ms, took)) / 4;
		core->answer_ms = (7 * core->answer_ms + took) / 8;
	}
	core->known_until = core->now + KNOWN_MS;
}

void line_enter(struct ike_sa *ike)
{
	ike->attempt = true;
	ike->core->attempts++;
}

void line_late(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	if (!ike->attempt || ike->aside || core->now < ike->ex.begun + patience(core))
		return;
	ike->aside = true;
	core->attempts--;
}

void line_heard(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	if (!ike->attempt)
		return;
	core->attempts += ike->aside;
	ike->aside = false;
	learn(core, core->now - ike->ex.begun);
}

void line_exit(struct ike_sa *ike)
{
	ike->core->attempts -= ike->attempt && !ike->aside;
	ike->attempt = false;
	ike->aside = false;
}
