// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/line.h"

#include "ike/agenda.h"
#include "ike/gateway.h"

bool line_full(const struct ike_core *core, bool asked)
{
	return core->attempts >= LINE_MOST + (asked ? LINE_ASKED : 0);
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

void line_enter(struct ike_sa *ike)
{
	ike->attempt = true;
	ike->core->attempts++;
}

void line_exit(struct ike_sa *ike)
{
	ike->core->attempts -= ike->attempt;
	ike->attempt = false;
}
