// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/near.h"

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

unsigned int near_distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned int rows[3][NEAR_MAX + 1];
	unsigned int *before = rows[0], *last = rows[1], *row = rows[2], *old, cost;
	size_t i, j;

	for (j = 0; j <= nb; j++)
		last[j] = (unsigned int)j;
	for (i = 1; i <= na; i++) {
		row[0] = (unsigned int)i;
		for (j = 1; j <= nb; j++) {
			cost = a[i - 1] == b[j - 1] ? 0 : 1;
			row[j] = least(least(last[j] + 1, row[j - 1] + 1), last[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		old = before;
		before = last;
		last = row;
		row = old;
	}
	return last[nb];
}
