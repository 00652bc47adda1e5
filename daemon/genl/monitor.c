// SPDX-License-Identifier: GPL-2.0-or-later
#include "genl/monitor.h"

#include <linux/pantun.h>
#include <stddef.h>

static const char *const error_texts[] = {
	[PANTUN_MONITOR_ERROR_UNSPEC] = "",
	[PANTUN_MONITOR_ERROR_NO_SA] = GENL_NO_SA,
	[PANTUN_MONITOR_ERROR_NO_SOURCE] = GENL_NO_SOURCE,
	[PANTUN_MONITOR_ERROR_NO_PROXY] = "no such proxy-ID, or none that matches",
	[PANTUN_MONITOR_ERROR_SELECTOR] = "proxy-ID or SA do not cover these addresses",
	[PANTUN_MONITOR_ERROR_TRANSPORT] = "transport mode: not the gateways' own addresses",
	[PANTUN_MONITOR_ERROR_NO_MEMORY] = "no memory",
};

const char *genl_monitor_error(uint32_t error)
{
	return error < sizeof(error_texts) / sizeof(error_texts[0]) ? error_texts[error] : NULL;
}
