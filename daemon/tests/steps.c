// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/steps.h"

static uint64_t count;

/* The compiler inserts a call of this into each basic block (-fsanitize-coverage=trace-pc). */
void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void)
{
	count++;
}

uint64_t steps(void)
{
	return count;
}
