/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the module's pure files use of the kernel's general helpers. */
#ifndef _HOST_LINUX_KERNEL_H
#define _HOST_LINUX_KERNEL_H

#include <linux/types.h>

#define U8_MAX		UINT8_MAX
#define U16_MAX		UINT16_MAX
#define U32_MAX		UINT32_MAX
#define U64_MAX		UINT64_MAX

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define lower_32_bits(n)	((u32)(n))
#define upper_32_bits(n)	((u32)((u64)(n) >> 32))

#define min_t(type, a, b) ({			\
	type __a = (a);				\
	type __b = (b);				\
						\
	__a < __b ? __a : __b; })
#define max(a, b) ({				\
	typeof(a) __a = (a);			\
	typeof(b) __b = (b);			\
						\
	__a > __b ? __a : __b; })
/* @step: a power of two */
#define round_down(n, step)	((n) & ~((typeof(n))(step) - 1))
#define round_up(n, step)	((((n) - 1) | ((typeof(n))(step) - 1)) + 1)

#endif
