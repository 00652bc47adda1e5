// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/pathref.h"

#include <stdlib.h>

#include "ike/child_sa.h"

struct pathref *pathref_new(const struct endpoint *local, const struct endpoint *remote)
{
	struct pathref *path = calloc(1, sizeof(*path));

	if (!path)
		return NULL;
	path->refs = 1;
	path->local = *local;
	path->remote = *remote;
	return path;
}

struct pathref *pathref_get(struct pathref *path)
{
	path->refs++;
	return path;
}

void pathref_put(struct pathref *path)
{
	if (path && !--path->refs)
		free(path);
}

bool pathref_encap(const struct pathref *path)
{
	return path->nat_local || path->nat_remote;
}
