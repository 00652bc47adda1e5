/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests at the daemon's control socket. */
#ifndef PANTUN_LOOP_COMMANDS_H
#define PANTUN_LOOP_COMMANDS_H

#include <stdbool.h>

struct daemon;

/* Opens d->ctl; false with a log line. */
bool commands_open(struct daemon *d);

#endif
