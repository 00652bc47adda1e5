/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `ike` sends to the parent: what it wants of the kernel, and what it tells. */
#ifndef PANTUN_LOOP_WISHES_H
#define PANTUN_LOOP_WISHES_H

#include "msg/chan.h"

/* Their context is the struct daemon. */
extern chan_handler *const wishes_handlers[MSG_TYPES];

#endif
