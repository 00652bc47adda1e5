/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks pantunctl, which knows how to ask the module and the daemon. */
#ifndef PANTUN_EXPORTER_ASK_H
#define PANTUN_EXPORTER_ASK_H

#include <jansson.h>

/*
 * What "@tool --json show" prints, or NULL: nothing that can be read, or not within @patience
 * milliseconds.  The tool's own complaints go to standard error.  Waits.
 */
json_t *ask_show(const char *tool, int patience);

#endif
