/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handlers of messages from `auth` to the parent. */
#ifndef PANTUN_LOOP_FROM_AUTH_H
#define PANTUN_LOOP_FROM_AUTH_H

#include "msg/chan.h"

/* Their context is the struct daemon. */
extern chan_handler *const from_auth_handlers[MSG_TYPES];

#endif
