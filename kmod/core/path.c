// SPDX-License-Identifier: GPL-2.0
/* Paths: made, freed. */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pantun.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include "core/path.h"
#include "core/work.h"

/**
 * pantun_path_alloc - memory of a path
 *
 * Return: a zeroed path with a route cache, or NULL.
 * Context: process.
 */
struct pantun_path *pantun_path_alloc(void)
{
	struct pantun_path *path = kzalloc(sizeof(*path), GFP_KERNEL_ACCOUNT);

	if (!path)
		return NULL;
	if (dst_cache_init(&path->dst_cache, GFP_KERNEL)) {
		kfree(path);
		return NULL;
	}
	return path;
}

static void path_free_work(struct work_struct *work)
{
	struct pantun_path *path = container_of(to_rcu_work(work), struct pantun_path,
						free_work);

	dst_cache_destroy(&path->dst_cache);
	kfree(path);
}

/**
 * pantun_path_free_rcu - frees a path that nobody can find any more
 * @path: the path
 *
 * Context: any; the memory goes after a grace period, from a worker.
 */
void pantun_path_free_rcu(struct pantun_path *path)
{
	INIT_RCU_WORK(&path->free_work, path_free_work);
	queue_rcu_work(pantun_wq, &path->free_work);
}

/**
 * pantun_path_header_len - what stands before the header of ESP or AH
 * @path: the path
 *
 * Return: octets.
 */
u16 pantun_path_header_len(const struct pantun_path *path)
{
	return (path->family == AF_INET6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr)) +
	       (path->encap == PANTUN_ENCAP_UDP ? sizeof(struct udphdr) : 0);
}
