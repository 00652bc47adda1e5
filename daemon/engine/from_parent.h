/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handlers of messages from the parent to `ike`. */
#ifndef PANTUN_ENGINE_FROM_PARENT_H
#define PANTUN_ENGINE_FROM_PARENT_H

#include "msg/chan.h"

/* Their context is the struct engine. */
extern chan_handler *const from_parent_handlers[MSG_TYPES];

#endif
