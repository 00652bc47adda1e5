/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel module, which may be unloaded and loaded again while the daemon runs. */
#ifndef PANTUN_LOOP_MODULE_H
#define PANTUN_LOOP_MODULE_H

#include <stdbool.h>

struct daemon;

/* The module was loaded; or it was unloaded, and all that it had is gone. */
void module_changed(struct daemon *d, bool loaded);
/* Makes tunnels and SAs once a module that was loaded takes them; call at module.due. */
void module_tick(struct daemon *d);
/* Tells the core that the tunnels of its policy are missing if the module is. */
void module_check(struct daemon *d);

#endif
