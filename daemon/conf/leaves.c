// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of all leaves. */
#include <stdio.h>

#include "conf/conf.h"
#include "conf/schema.h"

/* The values of a row, for people. */
static void print_values(const struct schema_row *row)
{
	static const char *const kinds[] = {
		[SCHEMA_FLAG] = "", [SCHEMA_NAME] = "NAME", [SCHEMA_TEXT] = "TEXT",
		[SCHEMA_SECRET] = "SECRET", [SCHEMA_ADDRESS] = "ADDRESS",
		[SCHEMA_SUBNET] = "SUBNET", [SCHEMA_REST] = "...",
	};
	const char *open = row->list ? "[ " : "", *close = row->list ? " ]" : "";

	if (row->kind == SCHEMA_WORD)
		printf("%s%s%s", open, row->values, close);
	else if (row->kind == SCHEMA_NUMBER)
		printf("%llu-%llu", (unsigned long long)row->min, (unsigned long long)row->max);
	else
		printf("%s%s%s", open, kinds[row->kind], close);
}

static void print_state(const struct schema_row *row)
{
	if (row->lack == LACK_NOTHING)
		printf("works");
	else if (row->works)
		printf("only %s", row->works);
	else
		printf(row->lack == LACK_REFUSE ? "refused" : "no effect");
}

void conf_list_leaves(void)
{
	size_t i;

	for (i = 0; i < schema_n; i++) {
		printf("%s\t", schema_rows[i].path);
		print_values(&schema_rows[i]);
		printf("\t%s\t", schema_rows[i].preset ? schema_rows[i].preset : "");
		print_state(&schema_rows[i]);
		printf("\t%s\n", schema_rows[i].help);
	}
}
