// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/pathref.h"

#include <stdlib.h>

#include "ike/child_kernel.h"
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

void pathref_move(struct pathref *path, const struct endpoint *local,
		  const struct endpoint *remote)
{
	for (struct child_sa *child = path->children; child; child = child->path_next)
		child_move(child, local, remote);
	path->local = *local;
	path->remote = *remote;
}

bool pathref_follow(struct pathref *path, const struct endpoint *local,
		    const struct endpoint *remote)
{
	if (!path->nat_remote || path->remote.addr.family != remote->addr.family ||
	    (endpoint_equal(&path->remote, remote) && endpoint_equal(&path->local, local)))
		return false;
	pathref_move(path, local, remote);
	return true;
}
