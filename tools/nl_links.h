/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PANTUN_TOOLS_NL_LINKS_H
#define PANTUN_TOOLS_NL_LINKS_H

#include "model.h"

/*
 * Flags, carrier and operstate of the tunnels' netdevices, which must be in @model.  What is not
 * here, as it was moved to another namespace or has gone, stays unknown.
 */
void nl_links_fill(struct model *model);

#endif
