/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints of the module. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM pantun

#if !defined(_PANTUN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _PANTUN_TRACE_H

#include <linux/tracepoint.h>

/* A packet was lost: on which device, of which SA (0: none), why, how long it was. */
TRACE_EVENT(pantun_drop,
	TP_PROTO(const char *dev, u32 spi, const char *reason, unsigned int len),
	TP_ARGS(dev, spi, reason, len),
	TP_STRUCT__entry(
		__string(dev, dev)
		__field(u32, spi)
		__string(reason, reason)
		__field(unsigned int, len)
	),
	TP_fast_assign(
		pantun_assign_str(dev, dev);
		__entry->spi = spi;
		pantun_assign_str(reason, reason);
		__entry->len = len;
	),
	TP_printk("dev=%s spi=0x%08x reason=%s len=%u",
		  __get_str(dev), __entry->spi, __get_str(reason), __entry->len)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH core
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
