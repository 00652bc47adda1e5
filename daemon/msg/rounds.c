// SPDX-License-Identifier: GPL-2.0-or-later
#include "msg/rounds.h"

#include <event2/event.h>

struct event_base *rounds_new(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config && !event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME) &&
	    !event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK))
		base = event_base_new_with_config(config);
	if (config)
		event_config_free(config);
	return base;
}
