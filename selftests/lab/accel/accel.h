/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the x86 code expects of its architecture and User-Mode Linux does not have.
 * A UML kernel is a process, to which the host lends the vector registers as they
 * are: every state component is there that the CPU flags promise, and a signal's
 * frame saves it, so the registers may be used anywhere.
 */
#ifndef LAB_ACCEL_H
#define LAB_ACCEL_H

#include <linux/mod_devicetable.h>
#include <linux/types.h>
#include <asm/cpufeature.h>
#include <asm/fpu/api.h>

#define XFEATURE_MASK_SSE	0x02
#define XFEATURE_MASK_YMM	0x04
#define XFEATURE_MASK_AVX512	0xe0

static inline bool cpu_has_xfeatures(u64 needed, const char **name)
{
	return true;
}

static inline bool may_use_simd(void)
{
	return true;
}

/* CPUs are matched by features; UML does not know models, so a model ends a list. */
#define X86_MATCH_FEATURE(number, data) \
	{ .feature = (number), .driver_data = (unsigned long)(data) }
#define X86_MATCH_VFM(model, data)	{ .feature = 0 }

static inline const struct x86_cpu_id *x86_match_cpu(const struct x86_cpu_id *match)
{
	for (; match->feature; match++)
		if (boot_cpu_has(match->feature))
			return match;
	return NULL;
}

#endif
