/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handlers of messages from `ike` to the parent: kernel changes it wants, and reports. */
#ifndef PANTUN_LOOP_WISHES_H
#define PANTUN_LOOP_WISHES_H

#include "msg/chan.h"

/* Their context is the struct daemon. */
extern chan_handler *const wishes_handlers[MSG_TYPES];

#endif
