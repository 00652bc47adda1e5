/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `fetch` sends to the parent. */
#ifndef PANTUN_LOOP_FROM_FETCH_H
#define PANTUN_LOOP_FROM_FETCH_H

#include "msg/chan.h"

/* Their context is the struct daemon. */
extern chan_handler *const from_fetch_handlers[MSG_TYPES];

#endif
